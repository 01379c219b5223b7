package study

import (
	"fmt"
	"math"
	"strings"

	"github.com/unseen-mail/unseen/detect/leak"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/detect/template"
)

// formOf writes an address without anything in it that could name somebody: slots, and
// every word that is not plain, as {kind:length}. What the recipient's finder still
// finds in it takes all but the host away.
func formOf(url string, own *leak.Finder) (form, host string, ok bool) {
	t, ok := template.Parse(url)
	if !ok {
		return "", "", false
	}
	host = t.Host
	if names(own, "https://"+host+"/") || strings.ContainsAny(host, "@%") {
		return "", "", false
	}
	at := strings.Index(url, "//") + 2
	w := formWriter{inHost: true}
	w.text.WriteString("//")
	for _, s := range t.Slots {
		w.literals(url[at:s.Start])
		fmt.Fprintf(&w.text, "{%s:%d}", s.Kind, s.End-s.Start)
		at = s.End
	}
	w.literals(url[at:min(len(url), maxForm)])
	form = w.text.String()
	if names(own, "https:"+unmarked(form)) {
		form = "//" + host + "/{path}"
	}
	return form, host, true
}

// maxForm is how much of an address is looked at, as in package template.
const maxForm = 8 << 10

// names says whether an address has something of the recipient in it, were it by chance.
func names(own *leak.Finder, url string) bool {
	if own.Empty() {
		return false
	}
	_, found := own.Find(url)
	return found
}

// unmarked leaves the marks of slots out.
func unmarked(form string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(form, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, form, _ = strings.Cut(rest, "}")
	}
}

// A formWriter writes the form of an address.
type formWriter struct {
	text strings.Builder
	// inHost says that the host is not at its end.
	inHost bool
}

// literals writes what stands between slots, words that could be somebody's as
// {word:length}. Those of a host stay: hosts are looked at by themselves.
func (w *formWriter) literals(text string) {
	for len(text) > 0 {
		n := strings.IndexAny(text, "/?&;=#.-_:")
		if n == 0 {
			w.text.WriteByte(text[0])
			w.inHost = w.inHost && !strings.ContainsAny(text[:1], "/?#")
			text = text[1:]
			continue
		}
		if n < 0 {
			n = len(text)
		}
		if word := text[:n]; w.inHost || vocabulary()[strings.ToLower(word)] {
			w.text.WriteString(strings.ToLower(word))
		} else {
			fmt.Fprintf(&w.text, "{word:%d}", n)
		}
		text = text[n:]
	}
}

// entropy is the Shannon entropy of a text over its own octets, in bits for all of it.
func entropy(s string) float64 {
	var count [256]int
	for i := range len(s) {
		count[s[i]]++
	}
	sum := 0.0
	for _, n := range count {
		if n > 0 {
			p := float64(n) / float64(len(s))
			sum -= p * math.Log2(p)
		}
	}
	// Rounded, so that no machine's last bit is in the dataset.
	return math.Round(sum*float64(len(s))*1000) / 1000
}

// countryOf is the country of a domain, "" if its top-level domain is of none.
func countryOf(domain string) string {
	tld := strings.ToUpper(domain[strings.LastIndexByte(domain, '.')+1:])
	switch {
	case len(tld) != 2, tld == "EU", tld == "SU", tld == "AC":
		return ""
	case tld == "UK":
		return "GB"
	}
	return tld
}

// domainOf is the organisational domain of a host, "" for what is none.
func domainOf(host string) string {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if len(host) > 253 || strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789.-_") != "" || !strings.Contains(host, ".") {
		return ""
	}
	return sender.OrgDomain(host)
}
