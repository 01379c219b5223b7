package main

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"
)

// How much of what stands around is printed.
const (
	maxShown     = 90
	maxAddress   = 300
	maxNeighbour = 130
	neighbours   = 3
)

// writeContext writes for each row what a person needs to judge it: the mail's
// header, the link with what stands around it, and other links of the same host
// in this mail and in others of the same sender.
func writeContext(path string, mails []*mail, drawn []link) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("writing context: %w", err)
	}
	out := bufio.NewWriter(f)
	last := ""
	for i, l := range drawn {
		if l.mail.sum != last {
			last = l.mail.sum
			head(out, l.mail)
			around(out, mails, drawn, l.mail)
		}
		fmt.Fprintf(out, "[%d] %s «%s» …%s ⟦…⟧ %s\n    %s\n", i+1, l.ref.Vector, cut(l.ref.Text, maxShown), l.before, l.after, cut(l.ref.URL, maxAddress))
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing context: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("writing context: %w", err)
	}
	return nil
}

// head prints what the header says.
func head(out io.Writer, m *mail) {
	fmt.Fprintf(out, "\n=== %s %s %s %s (%d links)\n", m.file, m.date, m.language, m.sender, len(m.links))
	for _, name := range []string{"From", "To", "Delivered-To", "Subject", "List-Unsubscribe", "Return-Path"} {
		if field := m.header.Get(name); field != "" {
			fmt.Fprintf(out, "%s: %s\n", name, cut(strings.Join(strings.Fields(field), " "), 140))
		}
	}
}

// around prints links that were not drawn, different ones first of the hosts of
// those that were.
func around(out io.Writer, mails []*mail, drawn []link, m *mail) {
	hosts, seen := map[string]int{}, map[string]bool{}
	for _, l := range drawn {
		if l.mail == m {
			hosts[l.host()] = 0
			seen[l.ref.URL] = true
		}
	}
	print := func(sign string, l link, most int) {
		n, wanted := hosts[l.host()]
		if !wanted || seen[l.ref.URL] || n >= most {
			return
		}
		seen[l.ref.URL] = true
		hosts[l.host()]++
		fmt.Fprintf(out, "  %s «%s» %s\n", sign, cut(l.ref.Text, 30), cut(l.ref.URL, maxNeighbour))
	}
	for _, l := range m.links {
		print("+", l, neighbours)
	}
	for _, other := range mails {
		if other != m && other.sum != m.sum && other.sender == m.sender {
			for _, l := range other.links {
				print("~ "+other.file, l, neighbours+2)
			}
		}
	}
}

// shown is text as a person sees it, without tags; the end of it if it stands
// before the link, else the start.
func shown(cells []byte, end bool) string {
	var b strings.Builder
	tag := false
	if end {
		if i := slices.Index(cells, '>'); i >= 0 {
			cells = cells[i:]
		}
	}
	for _, c := range cells {
		switch {
		case c == '<':
			tag = true
			b.WriteByte(' ')
		case c == '>':
			tag = false
		case !tag:
			b.WriteByte(c)
		}
	}
	text := strings.Join(strings.Fields(html.UnescapeString(b.String())), " ")
	if end && len(text) > maxShown {
		text = text[len(text)-maxShown:]
	}
	return strings.ToValidUTF8(cut(text, maxShown), "")
}

// cut shortens a text and says how long it was.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return fmt.Sprintf("%s…(%d)", s[:n], len(s))
}
