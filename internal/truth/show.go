package truth

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/sender"
)

// Show writes, for whoever labels, each drawn reference with what stands around
// it in its mail and in other mails of its sender.
func Show(w io.Writer, mails []*Mail, drawn []Drawn) error {
	hosts, urls := make(map[string][]Drawn), make(map[string]map[string]bool)
	for _, m := range mails {
		for _, e := range m.Elements {
			hosts[e.Host()] = append(hosts[e.Host()], Drawn{Mail: m, Element: e})
			if urls[e.URL] == nil {
				urls[e.URL] = make(map[string]bool)
			}
			urls[e.URL][m.File] = true
		}
	}
	var b strings.Builder
	last := ""
	for i, d := range drawn {
		if d.Mail.File != last {
			last = d.Mail.File
			fmt.Fprintf(&b, "\n=== %s %s from %s to %s\n", d.Mail.File, d.Day, d.Mail.Sender, recipient(d.Mail))
		}
		fmt.Fprintf(&b, "#%d %s %s %dx%d %q in %d mails%s\n  %s\n", i+1, d.Element.Vector, d.Element.Kind,
			d.Element.Shape.Width, d.Element.Shape.Height, d.Element.Shape.Hidden, len(urls[d.Element.URL]), carries(d), cut(d.Element.URL, 420))
		for _, o := range similar(d, hosts[d.Element.Host()]) {
			fmt.Fprintf(&b, "    ~ %s %s %s\n", o.Mail.File, o.Element.Vector, cut(o.Element.URL, 200))
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("showing what was drawn: %w", err)
	}
	return nil
}

// cut shortens a text in the middle.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n-60] + " ... " + s[len(s)-55:]
}

// recipient is whom the mail was for, as far as its header says.
func recipient(m *Mail) string {
	h := message.Header(m.Raw)
	for _, name := range []string{"Delivered-To", "X-Original-To", "To"} {
		if boxes := sender.Mailboxes(h.Get(name)); len(boxes) > 0 {
			return boxes[0]
		}
	}
	return "?"
}

// carries names the usual forms of the recipient's address that stand in the
// element's address.
func carries(d Drawn) string {
	to := strings.ToLower(recipient(d.Mail))
	if to == "?" {
		return ""
	}
	m, s1, s2 := md5.Sum([]byte(to)), sha1.Sum([]byte(to)), sha256.Sum256([]byte(to))
	forms := [][2]string{{"address", to}, {"escaped", url.QueryEscape(to)}, {"md5", hex.EncodeToString(m[:])},
		{"sha1", hex.EncodeToString(s1[:])}, {"sha256", hex.EncodeToString(s2[:])},
		{"base64", strings.ToLower(base64.RawStdEncoding.EncodeToString([]byte(to)))}, {"hex", hex.EncodeToString([]byte(to))}}
	for _, f := range forms {
		if strings.Contains(strings.ToLower(d.Element.URL), f[1]) {
			return " carries " + f[0]
		}
	}
	return ""
}

// similar returns up to four other addresses of the same host that begin most
// alike, those of other mails first.
func similar(d Drawn, all []Drawn) []Drawn {
	type near struct {
		Drawn
		common int
	}
	var found []near
	seen := map[string]bool{d.Element.URL: true}
	for _, o := range all {
		if seen[o.Element.URL] {
			continue
		}
		seen[o.Element.URL] = true
		n := 0
		for n < min(len(o.Element.URL), len(d.Element.URL)) && o.Element.URL[n] == d.Element.URL[n] {
			n++
		}
		if o.Mail.File != d.Mail.File {
			n += 12
		}
		found = append(found, near{o, n})
	}
	slices.SortStableFunc(found, func(a, b near) int { return b.common - a.common })
	var out []Drawn
	for _, f := range found[:min(3, len(found))] {
		out = append(out, f.Drawn)
	}
	return out
}
