package consent

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/unseen-mail/unseen/rules/purpose"
)

// The types of payload. They stand in the payload and never change.
const (
	typePermission = "unseen:ReleasePermission"
	typeForgetting = "unseen:Forgetting"
)

// Limits on a record, so that no ledger is too large to be read.
const (
	maxText     = 2048
	maxNotice   = 64 << 10
	maxVendors  = 256
	maxEvidence = 4096
	maxPayload  = 1 << 20
	// padding is what the length of a payload is a multiple of.
	padding = 256
)

// paddingBlanks are as long as padding.
const paddingBlanks = "                                                                " +
	"                                                                " +
	"                                                                " +
	"                                                                "

// A payload is the JSON of forms 1 and 2. Names and meanings are final. In form 2
// the words of the notice follow the JSON, after a line feed and as they are: they
// are most of a record, and whoever asks how things stand does not read them.
type payload struct {
	V              int        `json:"v"`
	Type           string     `json:"type"`
	Sender         string     `json:"sender,omitempty"`
	SenderHow      string     `json:"sender_how,omitempty"`
	Recipient      string     `json:"recipient,omitempty"`
	Purpose        purpose.ID `json:"purpose,omitempty"`
	Vendors        []string   `json:"vendors,omitempty"`
	Decision       Decision   `json:"decision,omitempty"`
	When           time.Time  `json:"when"`
	Until          *time.Time `json:"until,omitempty"`
	How            How        `json:"how,omitempty"`
	NoticeSHA256   string     `json:"notice_sha256,omitempty"`
	NoticeLanguage string     `json:"notice_language,omitempty"`
	NoticeEdition  string     `json:"notice_edition,omitempty"`
	Evidence       []string   `json:"evidence,omitempty"`
	Actor          string     `json:"actor,omitempty"`
	Forgets        []uint64   `json:"forgets,omitempty"`
	// Form 2 begins here.
	SenderAddress string `json:"sender_address,omitempty"`
	Scope         Scope  `json:"scope,omitempty"`
	NoticeOctets  int    `json:"notice_octets,omitempty"`
}

// isFormOne says whether a payload holds nothing that form 1 did not have.
func (p *payload) isFormOne() bool {
	return p.SenderAddress == "" && p.Scope == "" && p.NoticeOctets == 0
}

// encode writes a record, or a forgetting if forgets is not empty.
func encode(r *Record, forgets []uint64) ([]byte, error) {
	p := payload{
		V: Version, Type: typePermission,
		Sender: r.Sender, SenderHow: r.SenderHow, Recipient: r.Recipient,
		Purpose: r.Purpose, Vendors: r.Vendors, Decision: r.Decision,
		When: r.When, How: r.How,
		NoticeSHA256: r.NoticeSHA256, NoticeLanguage: r.NoticeLanguage,
		NoticeEdition: r.NoticeEdition, Evidence: r.Evidence, Actor: r.Actor,
		Forgets: forgets, SenderAddress: r.SenderAddress, Scope: r.Scope, NoticeOctets: len(r.Notice),
	}
	if forgets != nil {
		p.Type = typeForgetting
	}
	if !r.Until.IsZero() {
		p.Until = &r.Until
	}
	b, err := json.Marshal(&p)
	if err != nil {
		return nil, fmt.Errorf("writing record: %w", err)
	}
	if r.Notice != "" {
		b = append(append(b, '\n'), r.Notice...)
	}
	if len(b) > maxPayload {
		return nil, fmt.Errorf("writing record: %w: over %d octets", ErrInvalid, maxPayload)
	}
	// Blanks up to a round number, so that the length of a forgotten record
	// does not tell the sender.
	if n := len(b) % padding; n > 0 {
		b = append(b, bytes.Repeat([]byte{' '}, padding-n)...)
	}
	return b, nil
}

// decode reads what encode wrote in a form, and nothing else.
func decode(form int, b []byte) (Record, []uint64, error) {
	var o opening
	err := o.decode(form, b)
	o.record.Notice = string(o.notice)
	return o.record, o.forgets, err
}

// read reads the JSON of a payload.
func (p *payload) read(b []byte) error {
	if p.readWritten(b) {
		return nil
	}
	*p = payload{}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(p); err != nil {
		return fmt.Errorf("reading record: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading record: %w: something follows it", ErrInvalid)
	}
	return nil
}

// decode reads what encode wrote, but leaves the words of the notice, which are
// checked like all else, where they stand in b.
func (o *opening) decode(form int, b []byte) error {
	var p payload
	head, rest, _ := bytes.Cut(b, []byte{'\n'})
	if err := p.read(bytes.TrimRight(head, " ")); err != nil {
		return err
	}
	if p.V != form || form == 1 && !p.isFormOne() {
		return fmt.Errorf("reading record: %w: it is not of form %d", ErrInvalid, form)
	}
	n := p.NoticeOctets
	if n < 0 || n > len(rest) || !isBlank(rest[n:]) {
		return fmt.Errorf("reading record: %w: its notice is of another length", ErrInvalid)
	}
	o.record, o.notice, o.forgets = p.record(), rest[:n], p.Forgets
	switch p.Type {
	case typePermission:
		if p.Forgets != nil {
			return fmt.Errorf("reading record: %w: a permission that forgets", ErrInvalid)
		}
		return check(&o.record, o.notice)
	case typeForgetting:
		return checkForgetting(&o.record, o.notice, o.forgets)
	}
	return fmt.Errorf("reading record: %w: type %.40q", ErrInvalid, p.Type)
}

// isBlank says that there are only blanks, or nothing. It compares as much at once as
// encode adds at most.
func isBlank(b []byte) bool {
	for ; len(b) >= padding; b = b[padding:] {
		if string(b[:padding]) != paddingBlanks {
			return false
		}
	}
	return string(b) == paddingBlanks[:len(b)]
}

// record is what a payload says.
func (p *payload) record() Record {
	r := Record{
		Sender: p.Sender, SenderHow: p.SenderHow, Recipient: p.Recipient,
		Purpose: p.Purpose, Vendors: p.Vendors, Decision: p.Decision,
		When: p.When.UTC(), How: p.How,
		NoticeSHA256: p.NoticeSHA256, NoticeLanguage: p.NoticeLanguage,
		NoticeEdition: p.NoticeEdition, Evidence: p.Evidence, Actor: p.Actor,
		SenderAddress: p.SenderAddress, Scope: p.Scope,
	}
	if p.Until != nil {
		r.Until = p.Until.UTC()
	}
	return r
}

// tidy brings a record to the one form in which it is written and read back.
func tidy(r Record) Record {
	r.When = r.When.Round(0).UTC()
	if !r.Until.IsZero() {
		r.Until = r.Until.Round(0).UTC()
	}
	r.Vendors = append([]string(nil), r.Vendors...)
	r.Evidence = append([]string(nil), r.Evidence...)
	if r.Notice != "" && r.NoticeSHA256 == "" {
		r.NoticeSHA256 = hashOf(r.Notice)
	}
	return r
}

// hashOf is the SHA-256 of a text, in hexadecimal.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// isHashOf says whether that is the hash of a text.
func isHashOf(hash string, text []byte) bool {
	var digits [2 * sha256.Size]byte
	sum := sha256.Sum256(text)
	hex.Encode(digits[:], sum[:])
	return string(digits[:]) == hash
}

// check says what is wrong with a decision. The words of its notice stand apart, so
// that they need not be copied to be checked.
func check(r *Record, notice []byte) error {
	what := faultOfScope(r)
	if what == "" {
		what = faultOfLists(r, notice)
	}
	if what != "" {
		return fmt.Errorf("%w: %s", ErrInvalid, what)
	}
	if err := checkTexts(r, notice); err != nil {
		return err
	}
	return checkTimes(r)
}

// faultOfScope is what is wrong with whom and what it is about, "" if nothing.
func faultOfScope(r *Record) string {
	switch {
	case r.Sender == "":
		return "no sender"
	case r.Recipient == "":
		return "no recipient"
	case r.Purpose == "":
		return "no purpose"
	}
	switch r.Scope {
	case "", OnePurpose, AllPurposes:
	default:
		return "no such scope"
	}
	switch r.Decision {
	case Granted, Refused, Withdrawn:
		return ""
	}
	return "no decision"
}

// faultOfLists is what is wrong with vendors, notice and evidence, "" if nothing.
func faultOfLists(r *Record, notice []byte) string {
	switch {
	case r.Decision == Granted && len(r.Vendors) == 0:
		return "a grant that names no vendor"
	case len(r.Vendors) > maxVendors:
		return "too many vendors"
	case slices.Contains(r.Vendors, ""):
		return "a vendor without a name"
	case r.NoticeSHA256 != "" && !isSHA256(r.NoticeSHA256):
		return "the notice's hash is not a SHA-256"
	case len(notice) > maxNotice:
		return "the notice is too long"
	case bytes.IndexByte(notice, '\r') >= 0:
		return "the notice has carriage returns, which tables lose"
	case len(notice) > 0 && !isHashOf(r.NoticeSHA256, notice):
		return "the notice's hash is that of another"
	case len(r.Evidence) > maxEvidence:
		return "too much evidence"
	case slices.ContainsFunc(r.Evidence, func(s string) bool { return !isSHA256(s) }):
		return "evidence is not a SHA-256"
	}
	return ""
}

// checkForgetting says what is wrong with a forgetting.
func checkForgetting(r *Record, notice []byte, forgets []uint64) error {
	bare := Record{When: r.When, How: r.How, Actor: r.Actor}
	last := uint64(0)
	for _, seq := range forgets {
		if seq <= last {
			return fmt.Errorf("%w: what it forgets is not in order", ErrInvalid)
		}
		last = seq
	}
	if last == 0 {
		return fmt.Errorf("%w: it does not say what it forgets", ErrInvalid)
	}
	// It must not name anybody: it stays when what it forgets is gone.
	if r.Sender+r.SenderAddress+r.Recipient+string(r.Decision) != "" || len(notice) > 0 || len(r.Vendors) > 0 || len(r.Evidence) > 0 {
		return fmt.Errorf("%w: a forgetting that names somebody", ErrInvalid)
	}
	if err := checkTexts(&bare, nil); err != nil {
		return err
	}
	return checkTimes(&bare)
}

// checkTexts keeps out what JSON would not give back as it was.
func checkTexts(r *Record, notice []byte) error {
	texts := [...]string{
		r.Sender, r.SenderHow, r.Recipient, string(r.Purpose), string(r.How),
		r.NoticeLanguage, r.NoticeEdition, r.Actor, r.SenderAddress,
	}
	if !utf8.Valid(notice) {
		return fmt.Errorf("%w: a notice that is not UTF-8", ErrInvalid)
	}
	for _, list := range [...][]string{texts[:], r.Vendors} {
		for _, s := range list {
			if len(s) > maxText {
				return fmt.Errorf("%w: a text over %d octets", ErrInvalid, maxText)
			}
			if !utf8.ValidString(s) {
				return fmt.Errorf("%w: a text that is not UTF-8", ErrInvalid)
			}
		}
	}
	return nil
}

// checkTimes keeps years to four digits, as RFC 3339, section 5.6 does.
func checkTimes(r *Record) error {
	if r.When.IsZero() || r.When.Year() < 1 || r.When.Year() > 9998 {
		return fmt.Errorf("%w: no time", ErrInvalid)
	}
	if !r.Until.IsZero() && (!r.Until.After(r.When) || r.Until.Year() > 9998) {
		return fmt.Errorf("%w: it would end before it begins", ErrInvalid)
	}
	return nil
}

// isSHA256 knows 64 lower-case hexadecimal digits.
func isSHA256(s string) bool {
	if len(s) != 2*sha256.Size {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
