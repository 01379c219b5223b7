package report

import (
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// groupRows is how many rows are gathered before they are written: some 20 MB.
const groupRows = 32_768

// A column row is a [Row] as Parquet keeps it.
type columnRow struct {
	MessageSHA256  string   `parquet:"message_sha256,dict"`
	Source         string   `parquet:"source,dict"`
	Part           string   `parquet:"part,dict"`
	Offset         int64    `parquet:"offset"`
	Length         int64    `parquet:"length"`
	Vector         string   `parquet:"vector,dict"`
	Kind           string   `parquet:"kind,dict"`
	URL            string   `parquet:"url"`
	Host           string   `parquet:"host,dict"`
	Verdict        string   `parquet:"verdict,dict"`
	Certainty      *string  `parquet:"certainty,optional,dict"`
	Individualised string   `parquet:"individualised,dict"`
	TokenWhere     *string  `parquet:"token.where,optional,dict"`
	TokenKind      *string  `parquet:"token.kind,optional,dict"`
	TokenLength    *int64   `parquet:"token.length,optional"`
	Leak           *string  `parquet:"leak,optional,dict"`
	Vendor         *string  `parquet:"vendor,optional,dict"`
	Purposes       []string `parquet:"purposes,list" parquet-element:",dict"`
	Exemption      *string  `parquet:"exemption,optional,dict"`
	Reasons        []string `parquet:"reasons,list" parquet-element:",dict"`
	Rules          []string `parquet:"rules,list" parquet-element:",dict"`
	RuleEdition    string   `parquet:"rule_edition,dict"`
	Action         string   `parquet:"action,dict"`
	Error          *string  `parquet:"error,optional,dict"`
}

// A parquetWriter writes Parquet, packed by Zstandard.
type parquetWriter struct {
	out *parquet.GenericWriter[columnRow]
}

// NewParquet returns a writer of Parquet. The file is whole once it is closed.
func NewParquet(out io.Writer) Writer {
	return &parquetWriter{parquet.NewGenericWriter[columnRow](out, parquet.Compression(&parquet.Zstd),
		parquet.MaxRowsPerRowGroup(groupRows), parquet.CreatedBy("unseen", "1", ""))}
}

// Write implements [Writer].
func (w *parquetWriter) Write(r Row) error {
	if _, err := w.out.Write([]columnRow{columns(r)}); err != nil {
		return fmt.Errorf("writing a row: %w", err)
	}
	return nil
}

// Flush implements [Writer]. Rows are written in groups, whoever waits.
func (w *parquetWriter) Flush() error { return nil }

// Close implements [Writer].
func (w *parquetWriter) Close() error {
	if err := w.out.Close(); err != nil {
		return fmt.Errorf("writing rows: %w", err)
	}
	return nil
}

// columns takes a row apart.
func columns(r Row) columnRow {
	r = valid(r)
	out := columnRow{
		MessageSHA256: r.MessageSHA256, Source: r.Source, Part: r.Part, Offset: int64(r.Offset), Length: int64(r.Length),
		Vector: string(r.Vector), Kind: string(r.Kind), URL: r.URL, Host: r.Host, Verdict: string(r.Verdict),
		Certainty: maybe(string(r.Certainty)), Individualised: r.Individualised, Leak: r.Leak, Vendor: r.Vendor,
		Exemption: r.Exemption, Reasons: r.Reasons, Rules: r.Rules, RuleEdition: r.RuleEdition, Action: r.Action, Error: maybe(r.Error),
	}
	if t := r.Token; t != nil {
		length := int64(t.Length)
		out.TokenWhere, out.TokenKind, out.TokenLength = &t.Where, &t.Kind, &length
	}
	for _, p := range r.Purposes {
		out.Purposes = append(out.Purposes, string(p))
	}
	return out
}

// maybe is nil for "".
func maybe(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// ReadParquet calls row with each row of a file that NewParquet wrote.
func ReadParquet(in io.ReaderAt, size int64, row func(Row) error) error {
	f, err := parquet.OpenFile(in, size)
	if err != nil {
		return fmt.Errorf("reading rows: %w", err)
	}
	r := parquet.NewGenericReader[columnRow](f)
	defer r.Close()
	for {
		// Each time anew: what rows point to is theirs.
		rows := make([]columnRow, 256)
		n, err := r.Read(rows)
		for i := range rows[:n] {
			if err := row(rows[i].row()); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading rows: %w", err)
		}
	}
}

// row puts a row together again.
func (c *columnRow) row() Row {
	r := Failure(c.MessageSHA256, c.Source, c.Part, text(c.Error))
	r.Offset, r.Length, r.Vector, r.Kind = int(c.Offset), int(c.Length), reference.Vector(c.Vector), reference.Kind(c.Kind)
	r.URL, r.Host, r.Verdict, r.Certainty = c.URL, c.Host, detect.Verdict(c.Verdict), detect.Certainty(text(c.Certainty))
	r.Individualised, r.Leak, r.Vendor, r.Exemption = c.Individualised, c.Leak, c.Vendor, c.Exemption
	r.RuleEdition, r.Action = c.RuleEdition, c.Action
	if c.TokenWhere != nil {
		r.Token = &detect.TokenInfo{Where: *c.TokenWhere, Kind: text(c.TokenKind), Length: int(*c.TokenLength)}
	}
	for _, p := range c.Purposes {
		r.Purposes = append(r.Purposes, purpose.ID(p))
	}
	r.Reasons, r.Rules = append(r.Reasons, c.Reasons...), append(r.Rules, c.Rules...)
	return r
}
