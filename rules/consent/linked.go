package consent

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/rules/purpose"
)

// Prefixes of the terms in an export as linked data. The W3C's vocabulary names
// what can be named in it; what only Unseen means has a name of Unseen's own. A
// record is never called consent there and names no lawful basis, because it is
// neither.
const (
	termsDPV    = "https://w3id.org/dpv#"
	termsDublin = "http://purl.org/dc/terms/"
	termsUnseen = "https://unseen-mail.github.io/terms#"
)

// An Export is what is said of a ledger when it is written for others.
type Export struct {
	// Statement says in the reader's language what the records are not: kept
	// on this computer, not sent to the sender, no proof of consent. It must
	// not be empty.
	Statement string
	// Head is the ledger's, Made the moment of the export.
	Head Head
	Made time.Time
}

// A linked is a record as linked data (JSON-LD 1.1). Names are final.
type linked struct {
	ID        string        `json:"@id,omitempty"`
	Type      []string      `json:"@type"`
	Seq       uint64        `json:"unseen:sequence,omitempty"`
	Previous  string        `json:"unseen:previous,omitempty"`
	Subject   *party        `json:"dpv:hasDataSubject,omitempty"`
	Sender    *party        `json:"dpv:hasDataController,omitempty"`
	Vendors   []string      `json:"dpv:hasRecipient,omitempty"`
	Purpose   string        `json:"dpv:hasPurpose,omitempty"`
	Decision  Decision      `json:"unseen:decision,omitempty"`
	Scope     Scope         `json:"unseen:scope,omitempty"`
	When      time.Time     `json:"dct:created"`
	Until     *time.Time    `json:"dct:valid,omitempty"`
	How       How           `json:"unseen:how,omitempty"`
	Actor     string        `json:"unseen:actor,omitempty"`
	Notice    *linkedNotice `json:"dpv:hasNotice,omitempty"`
	Evidence  []string      `json:"unseen:evidence,omitempty"`
	Forgets   []uint64      `json:"unseen:forgets,omitempty"`
	Forgotten bool          `json:"unseen:forgotten,omitempty"`
}

// A party is who a record speaks of.
type party struct {
	Key     string `json:"unseen:key"`
	Address string `json:"unseen:address,omitempty"`
	How     string `json:"unseen:authenticated,omitempty"`
}

// A linkedNotice is what the reader was shown.
type linkedNotice struct {
	Text     string `json:"dct:description,omitempty"`
	SHA256   string `json:"unseen:sha256,omitempty"`
	Language string `json:"dct:language,omitempty"`
	Edition  string `json:"unseen:edition,omitempty"`
}

// WriteLinked writes entries as JSON-LD, with terms of the W3C's Data Privacy
// Vocabulary: one object, its records in "@graph", one to a line.
func WriteLinked(w io.Writer, entries []Entry, x Export) error {
	if x.Statement == "" {
		return fmt.Errorf("writing ledger: %w: an export without its statement", ErrInvalid)
	}
	head := map[string]any{
		"@context": map[string]string{"dpv": termsDPV, "dct": termsDublin, "unseen": termsUnseen},
		"@type":    "unseen:Ledger", "unseen:statement": x.Statement,
		"unseen:head": x.Head.String(), "dct:created": x.Made.UTC().Truncate(time.Second),
	}
	first, err := json.Marshal(head)
	if err != nil {
		return fmt.Errorf("writing ledger: %w", err)
	}
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s,\n\"@graph\":[", strings.TrimSuffix(string(first), "}"))
	for i := range entries {
		line, err := json.Marshal(linkedOf(&entries[i]))
		if err != nil {
			return fmt.Errorf("writing record %d: %w", entries[i].Seq, err)
		}
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
		out.Write(line)
	}
	out.WriteString("\n]}\n")
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing ledger: %w", err)
	}
	return nil
}

// linkedOf is an entry as linked data.
func linkedOf(e *Entry) linked {
	r := &e.Record
	l := linked{
		ID: "urn:sha256:" + e.Hash.String(), Seq: e.Seq, Previous: e.Previous.String(), When: r.When,
		How: r.How, Actor: r.Actor, Forgets: e.Forgets, Forgotten: e.Forgotten,
		Decision: r.Decision, Scope: r.Scope, Vendors: r.Vendors, Evidence: r.Evidence,
	}
	switch {
	case e.Forgotten:
		l.Type = []string{"unseen:Forgotten"}
		return l
	case e.Forgets != nil:
		l.Type = []string{typeForgetting}
		return l
	case r.Decision == Granted:
		l.Type = []string{typePermission, "dpv:Permission"}
	default:
		l.Type = []string{typePermission, "dpv:Prohibition"}
	}
	l.Subject, l.Purpose = &party{Key: r.Recipient}, "unseen:"+string(r.Purpose)
	l.Sender = &party{Key: r.Sender, Address: r.SenderAddress, How: r.SenderHow}
	if !r.Until.IsZero() {
		l.Until = &r.Until
	}
	if r.NoticeSHA256 != "" {
		l.Notice = &linkedNotice{r.Notice, r.NoticeSHA256, r.NoticeLanguage, r.NoticeEdition}
	}
	return l
}

// ReadLinked reads the decisions in what [WriteLinked] wrote, in their order.
// What was forgotten is left out. The error is a [*ImportError]: whoever imports
// takes all of it or nothing.
func ReadLinked(r io.Reader) ([]Record, error) {
	in := &lines{r: io.LimitReader(r, maxImport)}
	d := json.NewDecoder(in)
	d.DisallowUnknownFields()
	if err := skipToGraph(d); err != nil {
		return nil, in.fail(d, err)
	}
	var records []Record
	for d.More() {
		var l linked
		if err := d.Decode(&l); err != nil {
			return nil, in.fail(d, err)
		}
		if l.Forgotten || l.Forgets != nil {
			continue
		}
		rec, err := l.record()
		if err != nil {
			return nil, in.fail(d, err)
		}
		records = append(records, rec)
	}
	for _, want := range []json.Delim{']', '}'} {
		if t, err := d.Token(); err != nil || t != want {
			return nil, in.fail(d, errors.Join(err, errors.New("the file does not end as it should")))
		}
	}
	return records, nil
}

// skipToGraph reads up to the first record, and sees that the file is one of
// Unseen's.
func skipToGraph(d *json.Decoder) error {
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.Join(err, errors.New("this is no ledger"))
	}
	ledger := false
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		if key == "@graph" {
			if t, err := d.Token(); err != nil || t != json.Delim('[') || !ledger {
				return errors.Join(err, errors.New("this is no ledger"))
			}
			return nil
		}
		var value any
		if err := d.Decode(&value); err != nil {
			return err
		}
		ledger = ledger || key == "@type" && value == "unseen:Ledger"
	}
	return errors.New("there are no records in it")
}

// record is what a piece of linked data says.
func (l *linked) record() (Record, error) {
	if len(l.Type) == 0 || l.Type[0] != typePermission {
		return Record{}, fmt.Errorf("%w: it is of another type", ErrInvalid)
	}
	id, ok := strings.CutPrefix(l.Purpose, "unseen:")
	if l.Subject == nil || l.Sender == nil || !ok {
		return Record{}, fmt.Errorf("%w: it does not say whom it is about", ErrInvalid)
	}
	r := Record{
		Sender: l.Sender.Key, SenderHow: l.Sender.How, SenderAddress: l.Sender.Address, Recipient: l.Subject.Key,
		Purpose: purpose.ID(id), Vendors: l.Vendors, Decision: l.Decision, Scope: l.Scope,
		When: l.When, How: l.How, Actor: l.Actor, Evidence: l.Evidence,
	}
	if l.Until != nil {
		r.Until = *l.Until
	}
	if n := l.Notice; n != nil {
		r.Notice, r.NoticeSHA256, r.NoticeLanguage, r.NoticeEdition = n.Text, n.SHA256, n.Language, n.Edition
	}
	r = tidy(r)
	return r, checkImported(&r)
}
