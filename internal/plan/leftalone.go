package plan

import "github.com/unseen-mail/unseen/detect/message"

// LeftAlone says which loads a plan of a mail would leave as they are: the answer says it
// of one that stands at raw octets of the mail, in the leaf with an IMAP section. It is
// for those who look into mail without serving it.
func LeftAlone(raw []byte) func(section string, at message.Range) bool {
	type place struct {
		section string
		at      message.Range
	}
	left := make(map[place]bool)
	p := (&Planner{Base: "http://127.0.0.1:4180"}).Plan(raw)
	for i := range p.References {
		if r := &p.References[i]; r.Outcome == Ungated {
			left[place{r.Section, r.Raw}] = true
		}
	}
	return func(section string, at message.Range) bool { return left[place{section, at}] }
}
