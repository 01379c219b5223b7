package evidence

import (
	"bytes"
	"cmp"
	"fmt"
	"html/template"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html/charset"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/claim"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/look"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/internal/words/detected"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// lay fills the form of the report in the language of a catalogue.
func (c *Case) lay(x *Examined, w *words.Catalogue) (*page, error) {
	name := c.facts(x, w).sender
	p := &page{
		Lang: w.Lang(), Title: w.Say(words.ReportTitle, "sender", name),
		Made:         w.Say(words.ReportMade, "version", c.opt.Tool.Version, "date", w.DateTime(c.opt.Now().UTC())+" UTC"),
		What:         w.Say(words.ReportWhat),
		ComparedHead: w.Say(words.ReportCompared), ComparedWhy: w.Say(words.ReportComparedWhy),
		MailsHead: w.Say(words.ReportMails), Drawn: w.Say(words.ReportDrawn),
		Sides:   c.sides(x, w),
		LawHead: w.Say(words.ReportLaw), UnknownHead: w.Say(words.ReportUnknown),
		SealHead: w.Say(words.ReportSeal), Seal: w.Say(words.ReportSealText),
		Style:   template.CSS(look.Load().CSS() + reportStyle), //nolint:gosec // both are embedded
		Summary: c.summary(x, w),
		Unknown: []string{
			w.Say(words.ReportUnknownSignup), w.Say(words.ReportUnknownRoles),
			w.Say(words.ReportUnknownOpens),
		},
	}
	if c.signing.Asked == 0 {
		p.Unknown = append(p.Unknown, w.Say(words.ReportUnknownAuth))
	}
	p.Seal += " " + c.requestsLine(w) + " " + w.Say(words.ReportRules, "edition", x.Edition)
	for _, m := range x.Mailings {
		p.Mailings = append(p.Mailings, MailingLine(m, w))
	}
	for _, s := range x.Senders {
		p.Senders = append(p.Senders, seenSender{s.Sender, observed(s.Observations, w)})
	}
	for _, o := range offices {
		p.Law = append(p.Law, lawLine(o.jurisdiction, w))
	}
	return p, c.layMails(x, w, p)
}

// MailingLine says what the comparison of one mailing came to.
func MailingLine(m Mailing, w *words.Catalogue) string {
	return w.Say(words.EvidenceMailing, "sender", m.Sender, "date", w.Date(m.Sent), "copies", len(m.Copies), "recipients", m.Recipients) +
		" \u2013 " + strings.TrimSpace(w.Say(words.EvidenceMailingCounts, "individual", m.Individual, "aggregate", m.Aggregate, "other", m.Other))
}

// summary says what happened, in a few sentences.
func (c *Case) summary(x *Examined, w *words.Catalogue) []string {
	exempt := 0
	for _, m := range x.Messages {
		exempt += m.Exempt
	}
	var lines []string
	if f := c.facts(x, w); f.n == 0 {
		lines = append(lines, w.Say(words.ReportNone))
	} else {
		lines = append(lines, w.Say(words.ReportSummary, "n", len(x.Messages), "first", f.first, "last", f.last, "tracking", f.n, "found", f.found))
	}
	if exempt > 0 {
		lines = append(lines, w.Say(words.ReportExempt, "n", exempt))
	}
	if s := c.signing; s.Kept > 0 {
		lines = append(lines, w.Say(words.ReportKept, "n", s.Kept, "date", w.Date(s.Since), "stamps", s.Stamps))
		if s.Asked > 0 {
			lines = append(lines, w.Say(words.ReportSigned, "n", s.Holding, "of", s.Asked))
		}
	}
	return lines
}

// observed says what is seen over a sender's mails.
func observed(all []claim.Observation, w *words.Catalogue) []string {
	var lines []string
	for _, o := range all {
		lines = append(lines, w.Observed(words.Observed{
			What: string(o.What), When: o.When, N: len(o.Mails), Of: o.Of, Days: o.Days,
			Unsubscribe: o.Unsubscribe, List: o.List,
		}))
	}
	return lines
}

// lawLine names the law of a jurisdiction, and how certain it is.
func lawLine(jurisdiction string, w *words.Catalogue) string {
	e := purpose.For(jurisdiction)
	instrument, status := e.Instrument, e.Status
	switch {
	case e.Status == "in force":
		status = w.Say(words.ReportStatusForce)
	case e.Date == "":
		instrument, status = w.Say(words.ReportLawNone), w.Say(words.ReportStatusDefault)
	case e.Status == "default":
		status = w.Say(words.ReportStatusDefault)
	}
	return w.Say(words.ReportLawText, "authority", e.Authority, "article", e.Article, "instrument", instrument, "status", status)
}

// layMails lays out the mails that track, the oldest first, up to a limit.
func (c *Case) layMails(x *Examined, w *words.Catalogue, p *page) error {
	more := 0
	for i := range x.Messages {
		m := &x.Messages[i]
		if m.Trackers+m.Suspected == 0 || len(p.Mails) == maxMails {
			more++
			continue
		}
		one, err := c.layMail(m, x.proven, w)
		if err != nil {
			return err
		}
		p.Mails = append(p.Mails, one)
	}
	if more > 0 && len(p.Mails) > 0 {
		p.More = w.Say(words.ReportMore, "n", more)
	}
	return nil
}

// maxListed is how many addresses of one mail a report lists.
const maxListed = 25

// layMail lays out one mail: what loads by itself first, then what waits for a click.
func (c *Case) layMail(m *Shown, proven map[[16]byte]bool, w *words.Catalogue) (seenMail, error) {
	one := seenMail{
		Head: w.Say(words.ReportMail, "subject", m.Subject, "date", w.Date(m.Sent)),
		To:   w.Say(words.ReportTo, "address", m.Recipient, "file", messagesDir+"/"+m.MessageSHA256+".eml"),
	}
	if m.Gaps > 0 {
		one.Gaps = w.Say(words.ReportGaps, "n", m.Gaps)
	}
	raw, err := os.ReadFile(c.messageAt(m.MessageSHA256))
	if err != nil {
		return one, fmt.Errorf("reading a message of the bag: %w", err)
	}
	listed := distinct(c.findings(raw, m.MessageSHA256+".eml").Findings)
	slices.SortStableFunc(listed, func(a, b detect.Finding) int {
		return cmp.Compare(weight(a), weight(b))
	})
	if further := len(listed) - maxListed; further > 0 {
		one.Further = w.Say(words.ReportFurther, "n", further)
		listed = listed[:maxListed]
	}
	for _, f := range listed {
		certain := proven[addressKey(f.URL)]
		if certain {
			f.Certainty = detect.Proven // by what one mail alone cannot show
		}
		laid := c.layFinding(f, w)
		if certain {
			laid.Reasons = append(laid.Reasons, w.Say(words.ReportProven))
		}
		one.Findings = append(one.Findings, laid)
	}
	one.Blocks = draw(htmlOf(raw), listed)
	one.Alt = w.Say(words.ReportDrawn)
	if marks := marksOf(one.Blocks); len(marks) > 0 {
		one.Alt = w.Say(words.ReportDrawnAlt, "numbers", w.List(marks))
	}
	return one, nil
}

// marksOf are the numbers that are drawn, each once.
func marksOf(blocks []Block) []string {
	var list []string
	for _, b := range blocks {
		if n := strconv.Itoa(b.Number); b.Number > 0 && !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	return list
}

// distinct are the findings that a report lists: those that tell, each address once.
func distinct(all []detect.Finding) []detect.Finding {
	type key struct {
		url  string
		kind reference.Kind
	}
	seen := make(map[key]bool)
	return slices.DeleteFunc(all, func(f detect.Finding) bool {
		k := key{f.URL, f.Kind}
		again := seen[k]
		seen[k] = true
		return again || f.Verdict != detect.Tracker && f.Verdict != detect.Suspected
	})
}

// weight puts what loads by itself before links.
func weight(f detect.Finding) int {
	if f.Kind == reference.Link {
		return 1
	}
	return 0
}

// layFinding lays out one finding.
func (c *Case) layFinding(f detect.Finding, w *words.Catalogue) seenFinding {
	where := f.Host
	if vendor := c.vendor(f); vendor != "" {
		where = w.Say(words.ExplainWho, "host", f.Host, "who", vendor)
	}
	one := seenFinding{
		Head:    w.Say(words.ExplainHead, "what", detected.Kind(w, f.Kind), "where", where),
		Verdict: detected.Verdict(w, &f), URL: words.Plain(f.URL),
		Place: w.Say(words.ReportOffset, "part", f.Part, "offset", f.Offset, "length", f.Length, "rules", fmt.Sprint(f.Rules)),
	}
	for i, r := range f.Because {
		said := w.Because(r.Code, r.Args)
		if said == "" && i < len(f.Reasons) {
			said = f.Reasons[i]
		}
		one.Reasons = append(one.Reasons, said)
	}
	return one
}

// htmlOf are the texts of HTML of a mail, as UTF-8.
func htmlOf(raw []byte) []string {
	var texts []string
	for _, t := range claim.Texts(raw) {
		if !t.HTML {
			continue
		}
		content := t.Content
		if in, err := charset.NewReaderLabel(t.Charset, bytes.NewReader(content)); err == nil {
			if decoded, err := io.ReadAll(in); err == nil {
				content = decoded
			}
		}
		texts = append(texts, string(content))
	}
	return texts
}
