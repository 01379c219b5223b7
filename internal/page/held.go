package page

import (
	"time"

	"github.com/unseen-mail/unseen/internal/words"
)

// A Held is what was held of one mail.
type Held struct {
	// At is when it was last opened.
	At time.Time
	// Sender is whose mail it was, "" if nobody vouches for them.
	Sender string
	// Loads are what was held.
	Loads []HeldLoad
}

// A HeldLoad is one load that was held.
type HeldLoad struct {
	// Host is who would have been asked.
	Host string
	// Tells says that it would have told of this reader, or may have.
	Tells bool
	// Token leads to its explanation, "" if its mail is not known any more.
	Token string
}

// heldMail is what was held of one mail, in words.
type heldMail struct {
	Title, When string
	Rows        []row
}

// heldView is what the template shows.
type heldView struct {
	Mails       []heldMail
	None, Intro string
}

// Held makes the list of what was held, which comes the newest first.
func (f *Frame) Held(list []Held) []byte {
	w := f.Words
	v := heldView{None: w.Say(words.PageHeldNone), Intro: w.Say(words.PageHeldIntro)}
	for i := range list {
		h := &list[i]
		m := heldMail{Title: h.Sender, When: f.moment(h.At)}
		if m.Title == "" {
			m.Title = w.Say(words.PageSomebody)
		}
		for _, l := range h.Loads {
			r := row{Title: w.Say(words.PageHeldItem, "host", l.Host), Open: l.Tells}
			if !l.Tells {
				r.Title = w.Say(words.PageHeldPicture, "host", l.Host)
			}
			if l.Token != "" {
				r.To = f.below("load/" + l.Token)
			}
			m.Rows = append(m.Rows, r)
		}
		v.Mails = append(v.Mails, m)
	}
	return f.render("held", view{Title: w.Say(words.PageHeld), Home: "held", V: v, L: map[string]string{
		"explain": w.Say(words.PageExplain),
	}})
}
