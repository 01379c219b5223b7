// Package report writes findings for programs: as lines of JSON, as CSV or as
// Parquet, one row each, with the same fields in the same order.
//
// A row is a finding as package detect gives it, whose names are final, or what
// could not be looked into: then Error says why, and what is not known is empty.
// Lines of JSON hold "error" only where there is one. In CSV and Parquet nested
// fields are columns with a dot in their names, and lists are words or sentences
// with blanks between them in CSV, lists in Parquet; what is null in JSON is empty
// in CSV and null in Parquet. All texts are UTF-8 in each: an octet that is part of no
// letter is U+FFFD.
//
// Equal rows make equal files, octet for octet.
package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// A Row is one finding, or an error in place of one.
type Row struct {
	detect.Finding
	// Error says why a mail or a part of it could not be looked into, "" in
	// a finding.
	Error string `json:"error,omitempty"`
}

// Failure returns a row for what could not be looked into.
func Failure(hash, source, part, why string) Row {
	r := Row{Error: why}
	r.MessageSHA256, r.Source, r.Part = hash, source, part
	// Lists are never null.
	r.Purposes, r.Reasons, r.Rules = []purpose.ID{}, []string{}, []string{}
	return r
}

// A Writer takes rows.
type Writer interface {
	// Write writes a row. It may be kept until Flush or Close.
	Write(Row) error
	// Flush writes what was kept, as far as the format lets it.
	Flush() error
	// Close writes what is left. It closes nothing else.
	Close() error
}

// A lineWriter writes lines of JSON.
type lineWriter struct {
	out    io.Writer
	line   bytes.Buffer
	encode *json.Encoder
}

// NewLines returns a writer of one JSON object a line.
func NewLines(out io.Writer) Writer {
	w := &lineWriter{out: out}
	w.encode = json.NewEncoder(&w.line)
	w.encode.SetEscapeHTML(false)
	return w
}

// Write implements [Writer].
func (w *lineWriter) Write(r Row) error {
	w.line.Reset()
	if err := w.encode.Encode(&r); err != nil {
		return fmt.Errorf("encoding a row: %w", err)
	}
	if _, err := w.out.Write(Printable(w.line.Bytes())); err != nil {
		return fmt.Errorf("writing a row: %w", err)
	}
	return nil
}

// Flush implements [Writer].
func (w *lineWriter) Flush() error { return nil }

// Close implements [Writer].
func (w *lineWriter) Close() error { return nil }

// Printable writes a line of JSON so that a terminal can only print it. In JSON
// every letter may be written as an escape (RFC 8259, section 7), and what would
// steer a terminal can stand in strings alone.
func Printable(line []byte) []byte {
	odd := func(r rune) bool { return r >= 0x7f && !unicode.IsPrint(r) && !unicode.Is(unicode.Zs, r) }
	if bytes.IndexFunc(line, odd) < 0 {
		return line
	}
	var out bytes.Buffer
	for _, r := range string(line) {
		switch {
		case !odd(r):
			out.WriteRune(r)
		case r > 0xffff:
			hi, lo := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, hi, lo)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.Bytes()
}
