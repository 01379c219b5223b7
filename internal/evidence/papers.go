package evidence

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/internal/words"
)

// An office takes complaints: by jurisdiction, in its languages.
type office struct {
	// name is the office's own short name, jurisdiction one of package purpose.
	name, jurisdiction string
	languages          []string
}

// offices are those that drafts are made for, with the languages in which each
// takes complaints (LAW.md, section B1). Any other takes one by article 77.
var offices = []office{
	{"CNIL", "FR", []string{"fr"}},
	{"APD-GBA", "BE", []string{"fr", "nl", "de"}},
	{"AP", "NL", []string{"nl"}},
	{"DSK", "DE", []string{"de"}},
	{"Garante", "IT", []string{italian}},
	{"art77", "EU", words.Languages()},
}

// Write writes the report and the drafts of letters in a language.
func (c *Case) Write(x *Examined, w *words.Catalogue) error {
	laid, err := c.lay(x, w)
	if err != nil {
		return err
	}
	page, err := reportHTML(laid)
	if err != nil {
		return err
	}
	paper, err := c.pdf(laid)
	if err != nil {
		return err
	}
	lang := w.Lang()
	files := map[string]string{"report." + lang + ".html": page, "report." + lang + ".pdf": string(paper)}
	papers, err := c.Papers(x, w, false)
	if err != nil {
		return err
	}
	for _, p := range papers {
		files[p.Name+".md"], files[p.Name+".html"] = p.Markdown, p.HTML
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := writeWhole(filepath.Join(c.opt.Dir, papersDir, name), []byte(files[name])); err != nil {
			return err
		}
	}
	return nil
}

// facts are what papers say of a case.
type facts struct {
	sender, address, vendors string
	first, last              string
	// addresses are the reader's, firstAt and lastAt the days as they are.
	addresses       []string
	firstAt, lastAt time.Time
	// n is how many mails track, found how many addresses do.
	n, found int
}

// pairs are the parameters that all papers have.
func (f facts) pairs() []any {
	return []any{"sender", f.sender, "address", f.address, "n", f.n, "first", f.first, "last", f.last}
}

// facts gathers what papers say.
func (c *Case) facts(x *Examined, w *words.Catalogue) facts {
	f := facts{sender: c.opt.Sender}
	if f.sender == "" {
		f.sender = w.Say(words.ReportSenders)
	}
	addresses := make(map[string]bool)
	var first, last time.Time
	for _, m := range x.Messages {
		if m.Trackers == 0 {
			continue
		}
		f.n++
		f.found += m.Trackers
		if m.Recipient != "" {
			addresses[m.Recipient] = true
		}
		if !m.Sent.IsZero() {
			if first.IsZero() || m.Sent.Before(first) {
				first = m.Sent
			}
			if m.Sent.After(last) {
				last = m.Sent
			}
		}
	}
	f.firstAt, f.lastAt, f.addresses = first, last, sortedKeys(addresses)
	f.first, f.last = w.Date(first), w.Date(last)
	f.address, f.vendors = w.List(sortedKeys(addresses)), w.List(sortedKeys(x.Vendors))
	f.vendors = cmp.Or(f.vendors, w.Say(words.PaperNobody))
	return f
}

// vendor is who would learn, by name; "" if nobody knows.
func (c *Case) vendor(f detect.Finding) string {
	v, ok := c.opt.Judge.Catalogue.Vendor(text(f.Vendor))
	if !ok {
		return ""
	}
	return v.Name
}

//go:embed report.html
var reportPage string

//go:embed report.css
var reportStyle string

// maxMails is how many mails a report shows; the bag holds all.
const maxMails = 40

// A page is what report.html lays out.
type page struct {
	Lang, Title, Made, What, ComparedHead, ComparedWhy string
	MailsHead, More, Drawn, LawHead, UnknownHead       string
	SealHead, Seal                                     string
	Style                                              template.CSS
	Summary, Mailings, Law, Unknown                    []string
	Senders                                            []seenSender
	Sides                                              []side
	Mails                                              []seenMail
}

// A seenSender is what is seen over the mails of one.
type seenSender struct {
	Name  string
	Lines []string
}

// A seenMail is one mail of a report.
type seenMail struct {
	Head, To, Gaps, Further string
	// Alt says in words what is drawn of it.
	Alt      string
	Blocks   []Block
	Findings []seenFinding
}

// A seenFinding is one finding of a report.
type seenFinding struct {
	Head, Verdict, URL, Place string
	Reasons                   []string
}

// reportHTML writes the report as HTML that loads nothing.
func reportHTML(p *page) (string, error) {
	t, err := template.New("report").Parse(reportPage)
	if err != nil {
		return "", fmt.Errorf("reading the form of the report: %w", err)
	}
	var b strings.Builder
	if err := t.Execute(&b, p); err != nil {
		return "", fmt.Errorf("writing the report: %w", err)
	}
	return b.String(), nil
}
