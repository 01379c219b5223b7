package detect

import (
	"strings"

	"github.com/unseen-mail/unseen/detect/signal"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// infoOf returns what a finding says of a token, nil for none.
func infoOf(t *signal.Token) *TokenInfo {
	if t == nil || t.Text == "" {
		return nil
	}
	return &TokenInfo{Where: string(t.Where), Kind: string(t.Kind), Length: len(t.Text), Text: t.Text}
}

// placed returns the token at a place that the catalogue names, even if it does
// not look like one: the vendor's form says that it is. It returns nil if nothing
// stands there.
func placed(a catalogue.Address, places []catalogue.Place) *signal.Token {
	for _, p := range places {
		t := signal.Token{Where: signal.Query}
		switch {
		case p.Query:
			t.Text = a.Query()
		case p.Param != "":
			t.Text = param(a.Query(), p.Param)
		case p.Segment > 0:
			t.Where, t.Text = signal.Path, segment(a.Path(), p.Segment)
		default:
			t.Where, t.Text = signal.Path, longest(a.Path())
		}
		if t.Text == "" || signal.IsUnfilled(t.Text) {
			continue
		}
		if t.Kind, t.Strength = signal.Grade(t.Text); t.Strength == signal.None {
			t.Kind = signal.Random
		}
		return &t
	}
	return nil
}

// param returns the value of a query parameter as written.
func param(query, name string) string {
	for pair := range strings.SplitSeq(query, "&") {
		if key, value, _ := strings.Cut(pair, "="); key == name {
			return value
		}
	}
	return ""
}

// segment returns the n-th segment of a path, from 1.
func segment(path string, n int) string {
	for s := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if n--; n == 0 {
			return s
		}
	}
	return ""
}

// longest returns the longest segment of a path.
func longest(path string) string {
	text := ""
	for s := range strings.SplitSeq(path, "/") {
		if len(s) > len(text) {
			text = s
		}
	}
	return text
}
