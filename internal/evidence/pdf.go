package evidence

import (
	"github.com/unseen-mail/unseen/internal/pdf"
)

// pdf writes the report as a tagged PDF, in the order and with the headings of
// report.html.
func (c *Case) pdf(p *page) ([]byte, error) {
	s := sheet{pdf.New(pdf.Options{Lang: p.Lang, Title: p.Title, Made: c.opt.Now()})}
	s.report(p)
	return s.Bytes()
}

// A sheet writes the report on paper.
type sheet struct{ *pdf.Document }

// report writes all of it.
func (s sheet) report(p *page) {
	s.Heading(1, p.Title)
	s.Text(pdf.Quiet, p.Made)
	s.Heading(2, p.What)
	s.lines(p.Summary)
	for _, one := range p.Senders {
		if len(one.Lines) > 0 {
			s.Heading(3, one.Name)
			s.List(pdf.Body, one.Lines)
		}
	}
	for _, one := range p.Sides {
		s.Heading(2, one.Head)
		s.Text(pdf.Body, one.Says)
		s.List(pdf.Body, one.Lines)
	}
	if len(p.Mailings) > 0 {
		s.Heading(2, p.ComparedHead)
		s.Text(pdf.Body, p.ComparedWhy)
		s.List(pdf.Body, p.Mailings)
	}
	if len(p.Mails) > 0 {
		s.Heading(2, p.MailsHead)
		for i := range p.Mails {
			s.mail(p, &p.Mails[i])
		}
		s.Text(pdf.Body, p.More)
	}
	s.Heading(2, p.LawHead)
	s.lines(p.Law)
	s.Heading(2, p.UnknownHead)
	s.List(pdf.Body, p.Unknown)
	s.Heading(2, p.SealHead)
	s.Text(pdf.Body, p.Seal)
}

// lines writes paragraphs.
func (s sheet) lines(all []string) {
	for _, one := range all {
		s.Text(pdf.Body, one)
	}
}

// mail writes one mail, drawn, with its findings.
func (s sheet) mail(p *page, m *seenMail) {
	s.Heading(3, m.Head)
	s.Text(pdf.Quiet, m.To)
	s.Text(pdf.Body, m.Gaps)
	if len(m.Blocks) > 0 {
		s.drawn(m)
		s.Text(pdf.Quiet, p.Drawn)
	}
	s.Numbered(len(m.Findings), func(i int) {
		f := m.Findings[i]
		s.Text(pdf.Strong, f.Head)
		s.Text(pdf.Body, f.Verdict)
		s.List(pdf.Body, f.Reasons)
		s.Text(pdf.Code, f.URL)
		s.Text(pdf.Quiet, f.Place)
	})
	s.Text(pdf.Body, m.Further)
}
