package main

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/sender"
)

// columns are those of the label file, as far as a draw can fill them.
const columns = "file\tmessage_sha256\tsection\tordinal\toffset\tvector\thost\turl_sha256\tsender\tdate\tlanguage\tlabel\tcertainty\treason\thalf"

// A mail is one message of the index with its links.
type mail struct {
	file, sum, sender, date, language string
	header                            message.HeaderFields
	links                             []link
}

// A link is one reference that a person may follow.
type link struct {
	mail    *mail
	section string
	offset  int
	ref     reference.Reference
	// before and after are the cells around the link's tag and text.
	before, after string
}

// readMails reads every mail that the index names, in its order.
func readMails(dir string) ([]*mail, error) {
	f, err := os.Open(filepath.Join(dir, "index.tsv"))
	if err != nil {
		return nil, fmt.Errorf("reading the index: %w", err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("reading the index: %w", err)
	}
	var mails []*mail
	for _, row := range rows[1:] {
		if len(row) < 6 {
			return nil, fmt.Errorf("reading the index: a row of %d columns", len(row))
		}
		raw, err := os.ReadFile(filepath.Join(dir, row[0]))
		if err != nil {
			return nil, fmt.Errorf("reading a mail: %w", err)
		}
		m := &mail{file: filepath.Base(dir) + "/" + row[0], date: row[4], language: row[5]}
		m.read(raw)
		mails = append(mails, m)
	}
	return mails, nil
}

// read finds who sent the mail and its links.
func (m *mail) read(raw []byte) {
	sum := sha256.Sum256(raw)
	m.sum = hex.EncodeToString(sum[:])
	m.header = message.Header(raw)
	m.sender = senderOf(m.header)
	for part := range message.Parse(raw).Leaves() {
		if !reference.Scanned(part.MediaType) {
			continue
		}
		text := part.Decode(raw[part.Body.Start:part.Body.End], part.Body.Start)
		view, ok := message.NewView(part.Charset, text.Bytes())
		if !ok {
			continue
		}
		section := part.Section
		if section == "" {
			section = "1"
		}
		cells := view.Cells()
		for _, r := range reference.Find(part.MediaType, part.Location, cells) {
			if r.Kind != reference.Link || !web(r.URL) {
				continue
			}
			start, end := view.Octets(r.Slot.Start, r.Slot.End)
			m.links = append(m.links, link{mail: m, section: section, offset: text.Raw(start, end).Start, ref: r,
				before: shown(cells[max(0, r.Tag.Start-1500):r.Tag.Start], true),
				after:  shown(cells[r.Tag.End:min(len(cells), r.Tag.End+900)], false)})
		}
	}
}

// senderOf is the organisational domain of From, else of where bounces go.
func senderOf(h message.HeaderFields) string {
	for _, name := range []string{"From", "Return-Path", "Sender", "Reply-To"} {
		field := h.Get(name)
		if boxes := sender.Mailboxes(field); len(boxes) == 1 {
			field = boxes[0]
		}
		if at := strings.LastIndexByte(field, '@'); at >= 0 {
			domain := strings.ToLower(strings.Trim(field[at+1:], "<> \t\r\n"))
			if org := sender.OrgDomain(domain); org != "" {
				return org
			}
		}
	}
	return "unknown"
}

// web says whether an address leads to the web.
func web(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		// Browsers follow more than this parser reads.
		return strings.HasPrefix(address, "http")
	}
	return u.Scheme == "http" || u.Scheme == "https"
}

// host is the host of a link's address.
func (l link) host() string {
	_, rest, _ := strings.Cut(l.ref.URL, "//")
	if i := strings.IndexAny(rest, "/?#\\"); i >= 0 {
		rest = rest[:i]
	}
	rest = strings.ToLower(rest[strings.LastIndexByte(rest, '@')+1:])
	host, _, _ := strings.Cut(rest, ":")
	return strings.Map(func(r rune) rune {
		if r < 0x21 || r == 0x7f {
			return -1
		}
		return r
	}, host)
}

// row is the link's row with label, certainty and reason left open.
func (l link) row() string {
	sum := sha256.Sum256([]byte(l.ref.URL))
	return strings.Join([]string{l.mail.file, l.mail.sum, l.section, strconv.Itoa(l.ref.Ordinal), strconv.Itoa(l.offset),
		string(l.ref.Vector), l.host(), hex.EncodeToString(sum[:]), l.mail.sender, l.mail.date, l.mail.language,
		"", "", "", half(l.mail.sender)}, "\t")
}

// half says whether a sender's rows may be looked at while signals are tuned, or
// are only measured.
func half(domain string) string {
	if sum := sha256.Sum256([]byte(domain)); sum[0]%2 == 0 {
		return "tune"
	}
	return "measure"
}
