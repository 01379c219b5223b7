package truth

import (
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/sender"
)

// ErrNoMail is returned where ../shared/mail is not.
var ErrNoMail = errors.New("truth: no mail at ../shared/mail")

// A Corpus is a directory laid out as ../shared/mail.
type Corpus struct {
	// Root is the directory with real/index.tsv in it.
	Root string
}

// A Mail is one message of a corpus with what is in it.
type Mail struct {
	// File is its path below the corpus.
	File string
	// Raw is the message.
	Raw []byte
	// SHA256 is of Raw, in hexadecimal.
	SHA256 string
	// Source is the collection it came from.
	Source string
	// Date is the day that the index gives, "" if it gives none, and Language
	// the tongue.
	Date, Language string
	// Written is the day that the mail's own header names, "" if it names none. A
	// sender can write any day there.
	Written string
	// Sender is the organisational domain of From.
	Sender string
	// Elements are its references that lead elsewhere, in order.
	Elements []Element
}

// An Element is one reference of a mail, with its place.
type Element struct {
	reference.Reference
	// Section is the IMAP part, "1" where a message is its only part.
	Section string
	// Offset is where the address stands in the raw message.
	Offset int
	// Around is the tag around it, decoded.
	Around string
}

// Host returns the host of the element's address in lower case, "" if it has
// none that can be read.
func (e Element) Host() string {
	text := e.URL
	if strings.HasPrefix(text, "//") {
		text = "https:" + text
	}
	if u, err := url.Parse(text); err == nil {
		return strings.ToLower(u.Hostname())
	}
	_, rest, _ := strings.Cut(text, "//")
	if i := strings.IndexAny(rest, "/?#\\"); i >= 0 {
		rest = rest[:i]
	}
	return strings.ToLower(rest)
}

// Index returns the mails of real/index.tsv without what is in them.
func (c Corpus) Index() ([]Mail, error) {
	text, err := os.ReadFile(filepath.Join(c.Root, "real", "index.tsv"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrNoMail
	}
	if err != nil {
		return nil, fmt.Errorf("reading index of mails: %w", err)
	}
	var mails []Mail
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(cells) < 6 || cells[0] == "file" {
			continue
		}
		mails = append(mails, Mail{File: "real/" + cells[0], Source: cells[1], Date: cells[4], Language: cells[5]})
	}
	return mails, nil
}

// Named returns mails that no index lists, by their paths below the corpus: those
// of its other directories. The index says nothing of their day and tongue.
func (c Corpus) Named(files []string) []Mail {
	out := make([]Mail, len(files))
	for i, file := range files {
		out[i] = Mail{File: file, Source: path.Dir(file), Language: "?"}
	}
	return out
}

// Open reads one mail.
func (c Corpus) Open(m Mail) (Mail, error) {
	raw, err := os.ReadFile(filepath.Join(c.Root, filepath.FromSlash(m.File)))
	if err != nil {
		return m, fmt.Errorf("reading mail: %w", err)
	}
	m.Raw, m.SHA256 = raw, hash(string(raw))
	header := message.Header(raw)
	if written, err := mail.ParseDate(header.Get("Date")); err == nil {
		m.Written = written.UTC().Format(time.DateOnly)
	}
	if boxes := sender.Mailboxes(header.Get("From")); len(boxes) > 0 {
		_, domain, _ := strings.Cut(boxes[0], "@")
		m.Sender = sender.OrgDomain(strings.ToLower(domain))
	}
	for part := range message.Parse(raw).Leaves() {
		m.Elements = append(m.Elements, elements(raw, part)...)
	}
	return m, nil
}

// elements returns the references of a leaf that lead elsewhere.
func elements(raw []byte, p *message.Part) []Element {
	media := p.MediaType
	switch media {
	case "text/html", "application/xhtml+xml", "text/x-amp-html":
		media = "text/html"
	case "text/css":
	default:
		return nil
	}
	text := p.Decode(raw[p.Body.Start:p.Body.End], p.Body.Start)
	view, ok := message.NewView(p.Charset, text.Bytes())
	if !ok {
		return nil
	}
	section := p.Section
	if section == "" {
		// A message of one part: its text is part 1 (RFC 3501, section 6.4.5).
		section = "1"
	}
	var out []Element
	cells := view.Cells()
	for _, r := range reference.Find(media, p.Location, cells) {
		if !r.Remote || r.Kind == reference.Base {
			continue
		}
		start, end := view.Octets(r.Slot.Start, r.Slot.End)
		out = append(out, Element{Reference: r, Section: section,
			Offset: text.Raw(start, end).Start, Around: string(cells[r.Tag.Start:r.Tag.End])})
	}
	return out
}

// All reads every mail of the index and those named besides.
func (c Corpus) All(named ...string) ([]*Mail, error) {
	index, err := c.Index()
	if err != nil {
		return nil, err
	}
	all := append(index, c.Named(named)...)
	mails := make([]*Mail, len(all))
	for i, m := range all {
		opened, err := c.Open(m)
		if err != nil {
			return nil, err
		}
		mails[i] = &opened
	}
	return mails, nil
}
