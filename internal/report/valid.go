package report

import (
	"slices"
	"unicode/utf8"
)

// valid is a row in UTF-8, as encoding/json makes it of one that is not: U+FFFD for
// each octet that is part of no letter. What mail and the names of files hold can be
// any octets, and a column of text in Parquet is refused by others unless it is UTF-8.
func valid(r Row) Row {
	for _, field := range []*string{&r.Source, &r.Part, &r.URL, &r.Host, &r.Error} {
		*field = letters(*field)
	}
	r.Reasons, r.Rules = all(r.Reasons), all(r.Rules)
	return r
}

// letters is a text in UTF-8.
func letters(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

// all are texts in UTF-8; those of the caller stay as they are.
func all(texts []string) []string {
	if !slices.ContainsFunc(texts, func(s string) bool { return !utf8.ValidString(s) }) {
		return texts
	}
	out := make([]string, len(texts))
	for i, s := range texts {
		out[i] = letters(s)
	}
	return out
}
