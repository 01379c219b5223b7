package catalogue

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits of a table.
const (
	maxRows  = 20000
	maxLine  = 8 << 10
	maxTable = 8 << 20
)

// A ParseError reports a line of a table that could not be read.
type ParseError struct {
	// File is the table's name, "patterns.tsv".
	File string
	// Line counts from 1; 0 is the file as a whole.
	Line int
	// Text says what is wrong with it.
	Text string
}

// Error returns "file:line: text".
func (e *ParseError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Text) }

// A form is what a table has to look like.
type form struct {
	name    string
	columns []string
}

// forms returns the tables of a catalogue, in the order that editions hash them.
func forms() []form {
	return []form{
		{"vendors.tsv", []string{"vendor", "name", "domain", "country", "role", "purposes", "basis", "source"}},
		{"patterns.tsv", []string{"vendor", "kind", "host", "path", "token", "example", "confidence", "source"}},
		{"providers.tsv", []string{"provider", "domains", "imap", "smtp", "authserv", "stamps", "delivered-to", "sealer", "source"}},
		{"shared.tsv", []string{"domain", "kind", "source"}},
		{"unwrap.tsv", []string{"wrapper", "vendor", "host", "path", "where", "steps", "example", "destination", "source"}},
		{"params.tsv", []string{"param", "host", "do", "individual", "vendor", "carries", "source"}},
		{"cname.tsv", []string{"target", "vendor", "example", "note", "source"}},
		{"headers.tsv", []string{"vendor", "field", "value", "example", "source"}},
		{"words.tsv", []string{"language", "class", "where", "phrase", "source"}},
	}
}

// A row is one line of a table, split at tabs.
type row struct {
	line   int
	fields []string
}

// A table is a parsed file.
type table struct {
	form
	rows []row
}

// fail returns an error that names the row.
func (t table) fail(r row, text string, args ...any) error {
	return &ParseError{File: t.name, Line: r.line, Text: fmt.Sprintf(text, args...)}
}

// rule names a row for a finding.
func (t table) rule(r row, what string) string {
	return fmt.Sprintf("%s:%d %s", t.name, r.line, what)
}

// parseTable reads tab-separated lines. Lines that begin with "#" are comments;
// the one that begins with "# columns:" must name the columns of the form, so
// that a table is never read by the wrong meaning.
func parseTable(f form, text []byte) (table, error) {
	t := table{form: f}
	if len(text) > maxTable {
		return t, t.fail(row{}, "the table is larger than %d octets", maxTable)
	}
	named := false
	line := 0
	for raw := range bytes.Lines(text) {
		line++
		r := row{line: line}
		s := strings.TrimSuffix(string(raw), "\n")
		if err := t.checkLine(r, s); err != nil {
			return t, err
		}
		if names, ok := strings.CutPrefix(s, "# columns:"); ok {
			if got := strings.Fields(names); strings.Join(got, " ") != strings.Join(f.columns, " ") {
				return t, t.fail(r, "the columns are %v, not %v", got, f.columns)
			}
			named = true
		}
		if s == "" || s[0] == '#' {
			continue
		}
		if !named {
			return t, t.fail(r, "a row stands before the line that names the columns")
		}
		r.fields = strings.Split(s, "\t")
		if err := t.checkRow(r); err != nil {
			return t, err
		}
		t.rows = append(t.rows, r)
	}
	return t, nil
}

// checkLine refuses what no line may be.
func (t table) checkLine(r row, s string) error {
	switch {
	case len(s) > maxLine:
		return t.fail(r, "the line is longer than %d octets", maxLine)
	case !utf8.ValidString(s):
		return t.fail(r, "the line is not UTF-8")
	case strings.ContainsAny(s, "\r\x00"):
		return t.fail(r, "the line has a control character")
	}
	return nil
}

// checkRow refuses what no row may be: the last column is the source of a fact,
// and a fact without one is not taken.
func (t table) checkRow(r row) error {
	switch {
	case len(t.rows) >= maxRows:
		return t.fail(r, "the table has more than %d rows", maxRows)
	case len(r.fields) != len(t.columns):
		return t.fail(r, "the row has %d columns, not %d", len(r.fields), len(t.columns))
	case strings.TrimSpace(r.fields[0]) == "":
		return t.fail(r, "the column %q is empty", t.columns[0])
	case strings.TrimSpace(r.fields[len(r.fields)-1]) == "":
		return t.fail(r, "the row has no source")
	}
	return nil
}

// edition hashes what the tables say, in a form that does not depend on comments.
func edition(tables []table) string {
	h := sha256.New()
	for _, t := range tables {
		fmt.Fprintf(h, "%s\n%s\n", t.name, strings.Join(t.columns, "\t"))
		for _, r := range t.rows {
			fmt.Fprintf(h, "%s\n", strings.Join(r.fields, "\t"))
		}
		fmt.Fprintln(h)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}
