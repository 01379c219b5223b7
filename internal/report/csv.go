package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Columns returns the names of all columns, in order.
func Columns() []string {
	return []string{"message_sha256", "source", "part", "offset", "length", "vector", "kind", "url", "host", "verdict", "certainty",
		"individualised", "token.where", "token.kind", "token.length", "leak", "vendor", "purposes", "exemption", "reasons", "rules",
		"rule_edition", "action", "error"}
}

// A csvWriter writes CSV (RFC 4180) with a line of names before the first row.
type csvWriter struct {
	out   *csv.Writer
	named bool
}

// NewCSV returns a writer of CSV. If the names of the columns were written in an
// earlier run, they are not written again.
func NewCSV(out io.Writer, named bool) Writer {
	return &csvWriter{out: csv.NewWriter(out), named: named}
}

// Write implements [Writer].
func (w *csvWriter) Write(r Row) error {
	if err := w.name(); err != nil {
		return err
	}
	if err := w.out.Write(cells(r)); err != nil {
		return fmt.Errorf("writing a row: %w", err)
	}
	return nil
}

// name writes the names of the columns, once.
func (w *csvWriter) name() error {
	if w.named {
		return nil
	}
	w.named = true
	if err := w.out.Write(Columns()); err != nil {
		return fmt.Errorf("writing the names of columns: %w", err)
	}
	return nil
}

// Flush implements [Writer].
func (w *csvWriter) Flush() error {
	w.out.Flush()
	if err := w.out.Error(); err != nil {
		return fmt.Errorf("writing rows: %w", err)
	}
	return nil
}

// Close implements [Writer].
func (w *csvWriter) Close() error {
	if err := w.name(); err != nil {
		return err
	}
	return w.Flush()
}

// cells are a row in the order of the columns.
func cells(r Row) []string {
	r = valid(r)
	where, kind, length := "", "", ""
	if r.Token != nil {
		where, kind, length = r.Token.Where, r.Token.Kind, strconv.Itoa(r.Token.Length)
	}
	purposes := make([]string, len(r.Purposes))
	for i, p := range r.Purposes {
		purposes[i] = string(p)
	}
	return []string{r.MessageSHA256, r.Source, r.Part, strconv.Itoa(r.Offset), strconv.Itoa(r.Length), string(r.Vector), string(r.Kind),
		r.URL, r.Host, string(r.Verdict), string(r.Certainty), r.Individualised, where, kind, length, text(r.Leak), text(r.Vendor),
		strings.Join(purposes, " "), text(r.Exemption), strings.Join(r.Reasons, " "), strings.Join(r.Rules, " "), r.RuleEdition,
		r.Action, r.Error}
}

// text is what a pointer leads to, "" if nowhere.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
