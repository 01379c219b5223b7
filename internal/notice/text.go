package notice

import (
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// Text is the whole question as plain text, the same for all faces. What a
// record keeps is this.
func (n *Notice) Text() string {
	w := words.In(n.Language)
	var b strings.Builder
	paragraph := func(lines ...string) {
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		for _, line := range lines {
			b.WriteString(line)
			b.WriteByte('\n')
		}
	}
	paragraph(n.Question)
	paragraph(n.Sender.Sentence, n.Reach)
	lines := []string{n.Headings.Purposes}
	for i := range n.Purposes {
		lines = append(lines, n.Purposes[i].lines(w)...)
	}
	paragraph(lines...)
	lines = []string{n.Headings.Vendors, bullet + w.Say(words.NoticeVendor, "name", n.Sender.Key, "role", n.Sender.Role)}
	if n.Sender.Advertiser != "" {
		lines = append(lines, bullet+w.Say(words.NoticeVendor, "name", n.Sender.Advertiser, "role", n.Sender.AdvertiserRole))
	}
	for _, v := range n.Vendors {
		lines = append(lines, bullet+w.Say(words.NoticeVendor, "name", v.Name, "role", v.Role))
	}
	paragraph(lines...)
	paragraph(n.Lasts, n.Back, n.Silence)
	paragraph(n.Is, n.IsNot)
	return b.String()
}

const (
	bullet = "- "
	indent = "  "
)

// lines are one purpose as text.
func (p *Purpose) lines(w *words.Catalogue) []string {
	list := []string{
		bullet + w.Say(words.NoticePurpose, "title", p.Title, "id", p.ID, "sentence", p.Sentence),
		indent + p.Learners, indent + p.Law,
	}
	if p.NeedsSentence != "" {
		list = append(list, indent+p.NeedsSentence)
	}
	return list
}

// A Letter is how a reader can tell a sender that they take something back. It is
// written for the reader, who sends it themselves or does not.
type Letter struct {
	// Subject and Text are what to write.
	Subject string `json:"subject"`
	// Text is what to write.
	Text string `json:"text"`
}

// ComposeLetter makes the letter for what was taken back on a day.
func ComposeLetter(s *Subject, day time.Time, w *words.Catalogue) Letter {
	var purposes []string
	for _, want := range s.Wants {
		text := want.Purpose.Text(w.Lang())
		purposes = append(purposes, bullet+text.Title+": "+text.Sentence)
	}
	if len(purposes) == 0 {
		for _, p := range purpose.All() {
			if p.Consent && p.Grantable {
				purposes = append(purposes, bullet+p.ID.Text(w.Lang()).Title)
			}
		}
	}
	var vendors []string
	for _, v := range s.Vendors {
		vendors = append(vendors, v.Name)
	}
	if len(vendors) == 0 {
		vendors = []string{s.Key}
	}
	// Lists of lines are put in afterwards: what is a parameter is one line.
	text := w.Say(words.LetterText, "sender", s.Key, "address", s.Address, "purposes", purposesMark,
		"vendors", w.List(vendors), "date", w.Date(day))
	return Letter{
		Subject: w.Say(words.LetterSubject, "address", s.Address),
		Text:    strings.Replace(text, purposesMark, strings.Join(purposes, "\n"), 1),
	}
}

// purposesMark stands for the purposes until they are put in.
const purposesMark = "%purposes%"
