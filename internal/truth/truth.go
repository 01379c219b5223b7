// Package truth holds verdicts against labels that people gave.
//
// A label says of one reference in one mail whether its address was made for
// the one recipient. The labels are in testdata/labels, the mails in
// ../shared/mail beside the repository, which is not part of it: a label names
// its reference by file, section, ordinal and hashes, and holds neither text nor
// address. Every figure therefore rests on ../shared/mail and can be made again
// only beside it.
//
// [Draw] chooses what is to be labelled, and knows nothing of verdicts or rules:
// else the labels would be led by what they are to judge. [Measure] compares.
package truth

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/unseen-mail/unseen/detect/reference"
)

// ErrFormat is wrapped by what is wrong with a file of labels.
var ErrFormat = errors.New("truth: not a file of labels")

// ErrOtherMail is wrapped where a mail is not the one that was labelled.
var ErrOtherMail = errors.New("truth: not the mail that was labelled")

// Labels of loads.
const (
	// LabelIndividual is an address made for one recipient, or for one delivery.
	LabelIndividual = "individual"
	// LabelShared is an address that all recipients of the mailing got alike.
	LabelShared = "shared"
	// LabelUnclear cannot be told from the mails at hand. It counts nowhere.
	LabelUnclear = "unclear"
)

// Labels of links, with [LabelUnclear].
const (
	// LabelTracked tells somebody who followed it.
	LabelTracked = "tracked"
	// LabelDirect leads where it leads for everybody.
	LabelDirect = "direct"
	// LabelChoice gives or withdraws consent, or sets preferences.
	LabelChoice = "choice"
	// LabelAuthentication proves who follows it: a reset, a login.
	LabelAuthentication = "authentication"
)

// Halves of the labels. A sender is wholly in one of them.
const (
	// HalfTune may be looked at while rules are made.
	HalfTune = "tune"
	// HalfMeasure is only measured, of senders that no rule was made by.
	HalfMeasure = "measure"
	// HalfKnown is only measured too, but its senders are those of HalfTune: other
	// addresses of senders that rules were made by.
	HalfKnown = "known"
	// HalfBoth is no half of a row: it stands for HalfMeasure and HalfKnown together,
	// all that nobody looked at.
	HalfBoth = "measure and known"
)

// in says whether a row is in a half.
func (r Row) in(half string) bool {
	return r.Half == half || half == HalfBoth && (r.Half == HalfMeasure || r.Half == HalfKnown)
}

// A Row is one labelled reference.
type Row struct {
	// File is the path of the mail below ../shared/mail.
	File string
	// MessageSHA256 is of the raw message, in hexadecimal.
	MessageSHA256 string
	// Section is the IMAP part, "1" where a message is its only part.
	Section string
	// Ordinal numbers the references of the section, as [reference.Find] does.
	Ordinal int
	// Offset is where the address stands in the raw message.
	Offset int
	// Vector is where in the text it stands.
	Vector reference.Vector
	// Host is the host of the address in lower case.
	Host string
	// URLSHA256 is of the address as [reference.Find] gives it.
	URLSHA256 string
	// Sender is the organisational domain of From.
	Sender string
	// Date is the day that index.tsv gives, and Language the tongue.
	Date, Language string
	// Label is one of the labels above, and Certainty "sure" or "likely".
	Label, Certainty string
	// Reason is why, in the words of who labelled.
	Reason string
	// Half is which half the sender is in.
	Half string
}

// columns are the names of the cells of a row, in order.
const columns = "file\tmessage_sha256\tsection\tordinal\toffset\tvector\thost\turl_sha256\t" +
	"sender\tdate\tlanguage\tlabel\tcertainty\treason\thalf"

// hash returns the SHA-256 of a text in hexadecimal.
func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// Write writes rows with a header, as [Read] reads them.
func Write(w io.Writer, rows []Row) error {
	var b strings.Builder
	b.WriteString(columns + "\n")
	for _, r := range rows {
		b.WriteString(strings.Join([]string{r.File, r.MessageSHA256, r.Section, strconv.Itoa(r.Ordinal),
			strconv.Itoa(r.Offset), string(r.Vector), r.Host, r.URLSHA256, r.Sender, r.Date, r.Language,
			r.Label, r.Certainty, r.Reason, r.Half}, "\t") + "\n")
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing labels: %w", err)
	}
	return nil
}

// Read reads rows. An empty label stands for one not yet given.
func Read(r io.Reader) ([]Row, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("reading labels: %w", err)
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if lines[0] != columns {
		return nil, fmt.Errorf("reading labels: first line: %w", ErrFormat)
	}
	var rows []Row
	for i, line := range lines[1:] {
		row, err := parse(strings.Split(line, "\t"))
		if err != nil {
			return nil, fmt.Errorf("reading labels: line %d: %w", i+2, err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// parse reads the cells of one row.
func parse(c []string) (Row, error) {
	if len(c) != strings.Count(columns, "\t")+1 {
		return Row{}, fmt.Errorf("%d cells: %w", len(c), ErrFormat)
	}
	ordinal, err := strconv.Atoi(c[3])
	if err != nil {
		return Row{}, fmt.Errorf("ordinal: %w", err)
	}
	offset, err := strconv.Atoi(c[4])
	if err != nil {
		return Row{}, fmt.Errorf("offset: %w", err)
	}
	return Row{File: c[0], MessageSHA256: c[1], Section: c[2], Ordinal: ordinal, Offset: offset,
		Vector: reference.Vector(c[5]), Host: c[6], URLSHA256: c[7], Sender: c[8], Date: c[9],
		Language: c[10], Label: c[11], Certainty: c[12], Reason: c[13], Half: c[14]}, nil
}
