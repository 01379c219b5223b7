package consent

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/rules/purpose"
)

// columns are those of the table. Names and order are final.
func columns() []string {
	return []string{"seq", "hash", "previous", "type", "sender", "sender_address", "sender_how", "recipient", "purpose", "vendors",
		"decision", "scope", "when", "until", "how", "actor", "notice_sha256", "notice_language", "notice_edition", "notice",
		"evidence", "forgets", "statement"}
}

// WriteTable writes entries as CSV (RFC 4180) with a header line. Lists are
// separated by blanks. A text that a spreadsheet would take for a formula has an
// apostrophe before it.
func WriteTable(w io.Writer, entries []Entry, x Export) error {
	if x.Statement == "" {
		return fmt.Errorf("writing ledger: %w: an export without its statement", ErrInvalid)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	rows := [][]string{columns()}
	for i := range entries {
		rows = append(rows, rowOf(&entries[i], x.Statement))
	}
	for _, row := range rows {
		for i := range row {
			row[i] = guarded(row[i])
		}
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("writing ledger: %w", err)
	}
	return nil
}

// rowOf is an entry as a line of the table.
func rowOf(e *Entry, statement string) []string {
	r := &e.Record
	kind := typePermission
	switch {
	case e.Forgotten:
		kind = "unseen:Forgotten"
	case e.Forgets != nil:
		kind = typeForgetting
	}
	var forgets []string
	for _, seq := range e.Forgets {
		forgets = append(forgets, strconv.FormatUint(seq, 10))
	}
	return []string{strconv.FormatUint(e.Seq, 10), e.Hash.String(), e.Previous.String(), kind, r.Sender, r.SenderAddress, r.SenderHow,
		r.Recipient, string(r.Purpose), strings.Join(r.Vendors, " "), string(r.Decision), string(r.Scope), moment(r.When), moment(r.Until),
		string(r.How), r.Actor, r.NoticeSHA256, r.NoticeLanguage, r.NoticeEdition, r.Notice,
		strings.Join(r.Evidence, " "), strings.Join(forgets, " "), statement}
}

// moment is a time as in RFC 3339, "" for none.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}

// formulas are the letters at which spreadsheets begin to calculate.
const formulas = "=+-@\t\r'"

// guarded keeps a text a text.
func guarded(s string) string {
	if s != "" && strings.ContainsRune(formulas, rune(s[0])) {
		return "'" + s
	}
	return s
}

// ReadTable reads the decisions in what [WriteTable] wrote, in their order. The
// error is a [*ImportError].
func ReadTable(r io.Reader) ([]Record, error) {
	in := csv.NewReader(io.LimitReader(r, maxImport))
	head, err := in.Read()
	if err != nil || !slices.Equal(head, columns()) {
		return nil, &ImportError{Line: 1, Err: errors.Join(err, errors.New("this is no ledger"))}
	}
	var records []Record
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return records, nil
		}
		if err != nil {
			line := 1
			if bad := new(csv.ParseError); errors.As(err, &bad) {
				line, err = bad.StartLine, bad.Err
			}
			return nil, &ImportError{Line: line, Err: err}
		}
		if row[3] != typePermission {
			continue
		}
		rec, err := recordOf(row)
		if err != nil {
			line, _ := in.FieldPos(0)
			return nil, &ImportError{Line: line, Err: err}
		}
		records = append(records, rec)
	}
}

// recordOf is what a line of the table says.
func recordOf(row []string) (Record, error) {
	for i := range row {
		if len(row[i]) > 1 && row[i][0] == '\'' && strings.ContainsRune(formulas, rune(row[i][1])) {
			row[i] = row[i][1:]
		}
	}
	r := Record{
		Sender: row[4], SenderAddress: row[5], SenderHow: row[6], Recipient: row[7], Purpose: purpose.ID(row[8]),
		Vendors: strings.Fields(row[9]), Decision: Decision(row[10]), Scope: Scope(row[11]), How: How(row[14]), Actor: row[15],
		NoticeSHA256: row[16], NoticeLanguage: row[17], NoticeEdition: row[18], Notice: row[19], Evidence: strings.Fields(row[20]),
	}
	var err error
	if r.When, err = time.Parse(time.RFC3339Nano, row[12]); err != nil {
		return r, fmt.Errorf("%w: its time is not one: %w", ErrInvalid, err)
	}
	if row[13] != "" {
		if r.Until, err = time.Parse(time.RFC3339Nano, row[13]); err != nil {
			return r, fmt.Errorf("%w: its end is not a time: %w", ErrInvalid, err)
		}
	}
	r = tidy(r)
	return r, checkImported(&r)
}
