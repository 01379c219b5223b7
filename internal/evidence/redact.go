package evidence

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/internal/evidence/custody"
)

// A Redaction is one place of a message where the address of a third person stood.
type Redaction struct {
	// MessageSHA256 is of the message in the bag, OriginalHMAC of what it was made
	// from, under the key of the redaction: against a hash without a key anybody could
	// try addresses until one fits.
	MessageSHA256 string `json:"message_sha256"`
	OriginalHMAC  string `json:"original_hmac_sha256"`
	// Part is the IMAP section, "HEADER" for the header.
	Part string `json:"part"`
	// Offset and Length are raw octets of the message, the same before and after.
	Offset int `json:"offset"`
	Length int `json:"length"`
	// Name is what stands there now: the same for the same address everywhere in the
	// bag. With the key the complainant can show whose it is.
	Name string `json:"name"`
}

// A Redactor writes over the addresses of third persons. Nothing moves: what is
// written is as long as what stood there, so findings stay where they are.
type Redactor struct {
	key  []byte
	keep func(address string) bool
}

// NewRedactor returns one whose key lies at a path, for the complainant alone; it is
// made where there is none. Addresses of the complainant, and of the domains that
// are complained about, are kept.
func NewRedactor(file string, own, domains []string) (*Redactor, error) {
	key, err := redactionKey(file)
	if err != nil {
		return nil, err
	}
	return &Redactor{key: key, keep: func(address string) bool {
		_, domain, _ := strings.Cut(address, "@")
		same := func(other string) bool {
			return strings.EqualFold(other, address) || strings.EqualFold(other, domain) || strings.EqualFold(other, sender.OrgDomain(domain))
		}
		return slices.ContainsFunc(own, func(a string) bool { return strings.EqualFold(a, address) }) || slices.ContainsFunc(domains, same)
	}}, nil
}

// redactionKey reads a key, or makes one.
func redactionKey(file string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err == nil {
		key, err := hex.DecodeString(strings.TrimSpace(string(text)))
		if err != nil || len(key) != 32 {
			return nil, fmt.Errorf("reading the key of the redaction in %s: it is none", file)
		}
		return key, nil
	}
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, fmt.Errorf("making the key of the redaction: %w", err)
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("keeping the key of the redaction: %w", err)
	}
	_, err = f.WriteString(hex.EncodeToString(key) + "\n")
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("keeping the key of the redaction: %w", err)
	}
	return key, nil
}

// address is what looks like an address (RFC 5322, section 3.4.1, without quoted
// local parts).
var address = regexp.MustCompile(`[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+`)

// technical are fields of the header that hold identifiers in the form of
// addresses, which name no person.
var technical = regexp.MustCompile(`(?im)^(message-id|references|in-reply-to|content-id|dkim-signature|arc-[a-z-]+|list-[a-z-]+|feedback-id):[^\n]*(\n[ \t][^\n]*)*`)

// Redact returns a message with the addresses of third persons written over, and the
// names beside them in its header; where that is; and the parts in which an address
// could not be written over or looked for.
func (r *Redactor) Redact(raw []byte) (out []byte, places []Redaction, left []string) {
	x := redaction{Redactor: r, raw: raw, out: bytes.Clone(raw)}
	x.original = r.mac(raw)
	layout := message.Parse(raw)
	if layout.Root != nil {
		x.headers(layout.Root)
	}
	for p := range layout.Leaves() {
		x.part(p)
	}
	if layout.Root != nil && len(x.places) > 0 {
		x.seals(layout.Root)
	}
	now := sha256.Sum256(x.out)
	for i := range x.places {
		x.places[i].MessageSHA256 = hex.EncodeToString(now[:])
	}
	return x.out, x.places, slices.Compact(x.left)
}

// A redaction is one run of Redact.
type redaction struct {
	*Redactor
	raw, out []byte
	original string
	places   []Redaction
	left     []string
}

// add notes a place.
func (x *redaction) add(part string, offset, length int, name string) {
	x.places = append(x.places, Redaction{OriginalHMAC: x.original, Part: part, Offset: offset, Length: length, Name: name})
}

// headers writes over addresses in the header of a part, and of those in it: an
// enclosed message has one too.
func (x *redaction) headers(p *message.Part) {
	text := x.raw[p.Header.Start:p.Header.End]
	spared := technical.FindAllIndex(text, -1)
	for _, at := range address.FindAllIndex(text, -1) {
		inside := slices.ContainsFunc(spared, func(s []int) bool { return s[0] <= at[0] && at[1] <= s[1] })
		whose := string(text[at[0]:at[1]])
		if inside || x.keep(whose) {
			continue
		}
		name := x.name(whose)
		copy(x.out[p.Header.Start+at[0]:], name)
		x.add("HEADER", p.Header.Start+at[0], len(name), name)
		x.phrase(p.Header.Start, p.Header.Start+at[0])
	}
	for _, child := range p.Children {
		x.headers(child)
	}
}

// phrase writes over the name before an address in angle brackets (RFC 5322,
// section 3.4).
func (x *redaction) phrase(from, at int) {
	if at == from || x.raw[at-1] != '<' {
		return
	}
	for i := at - 2; i >= from && !bytes.ContainsRune([]byte(",:;>"), rune(x.raw[i])); i-- {
		if c := x.raw[i]; c >= 0x80 || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
			x.out[i] = 'x'
		}
	}
}

// sealed are fields that sign a message or hash its body, value the tags of them that do
// (RFC 6376, section 3.5; RFC 8617, section 4.1).
var (
	sealed = regexp.MustCompile(`(?im)^(?:dkim-signature|arc-message-signature|arc-seal|x-google-dkim-signature|content-md5):[^\n]*(?:\n[ \t][^\n]*)*`)
	value  = regexp.MustCompile(`(?i)(?:[:;]\s*bh?\s*=|^content-md5:)([^;]*)`)
)

// seals writes over signatures and hashes of the message as it was. They hold for it no
// longer, and with the sender's key, which is public, anybody could try addresses until
// one fits.
func (x *redaction) seals(p *message.Part) {
	text := x.raw[p.Header.Start:p.Header.End]
	for _, field := range sealed.FindAllIndex(text, -1) {
		for _, at := range value.FindAllSubmatchIndex(text[field[0]:field[1]], -1) {
			from := p.Header.Start + field[0]
			for i := from + at[2]; i < from+at[3]; i++ {
				if c := x.out[i]; c > ' ' {
					x.out[i] = 'x'
				}
			}
		}
	}
	for _, child := range p.Children {
		x.seals(child)
	}
}

// mac is the HMAC of a text under the key.
func (r *Redactor) mac(text []byte) string {
	mac := hmac.New(sha256.New, r.key)
	mac.Write(text)
	return hex.EncodeToString(mac.Sum(nil))
}

// part writes over addresses in the text of a leaf, through its encoding.
func (x *redaction) part(p *message.Part) {
	if !strings.HasPrefix(p.MediaType, "text/") {
		x.left = append(x.left, p.Section)
		return
	}
	text := p.Decode(x.raw[p.Body.Start:p.Body.End], p.Body.Start)
	for _, at := range address.FindAllIndex(text.Bytes(), -1) {
		whose := string(text.Bytes()[at[0]:at[1]])
		if x.keep(whose) {
			continue
		}
		name := x.name(whose)
		edit, ok := text.Replace(at[0], at[1], []byte(name))
		if !ok {
			x.left = append(x.left, p.Section)
			continue
		}
		copy(x.out[edit.Offset:], edit.New)
		x.add(p.Section, edit.Offset, len(edit.New), name)
	}
}

// name is what stands in the place of an address: as long, letters and digits, and
// the same for the same address in any case of letters.
func (r *Redactor) name(address string) string {
	mac := hmac.New(sha256.New, r.key)
	mac.Write([]byte(strings.ToLower(address)))
	name := "redacted-" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mac.Sum(nil)))
	for len(name) < len(address) {
		name += "-"
	}
	if len(address) < len("redacted-")+8 {
		name = strings.TrimPrefix(name, "redacted-") // no room for the word
	}
	return name[:len(address)]
}

// TakeRedacted keeps a message with third persons' addresses written over. The log
// of custody says from which original it was made; the complainant keeps that.
func (c *Case) TakeRedacted(raw []byte, from string, r *Redactor) (bool, error) {
	out, places, left := r.Redact(raw)
	taken, err := c.Take(out, from)
	if !taken || err != nil {
		return taken, err
	}
	now := sha256.Sum256(out)
	detail := fmt.Sprintf("of the original with the HMAC-SHA256 %s: %d addresses of third persons written over, and signatures that would show which", r.mac(raw), len(places))
	if len(left) > 0 {
		detail += "; not looked into: parts " + strings.Join(left, ", ")
	}
	name := messagesDir + "/" + hex.EncodeToString(now[:]) + ".eml"
	if err := c.custody.Add(custody.Deed{What: "redacted", Path: name, SHA256: hex.EncodeToString(now[:]), Detail: detail}); err != nil {
		return true, err
	}
	return true, c.writeRedactions(places)
}

// writeRedactions adds to the list of what was left out.
func (c *Case) writeRedactions(places []Redaction) error {
	f, err := os.OpenFile(filepath.Join(c.opt.Dir, "data/redactions.jsonl"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("writing redactions: %w", err)
	}
	defer f.Close()
	lines := json.NewEncoder(f)
	for _, p := range places {
		if err := lines.Encode(p); err != nil {
			return fmt.Errorf("writing redactions: %w", err)
		}
	}
	return nil
}
