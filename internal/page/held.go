package page

import (
	"time"

	"github.com/unseen-mail/unseen/internal/words"
)

// A Held is one load that was held.
type Held struct {
	// At is when.
	At time.Time
	// Sender is whose mail it was, "" if nobody vouches for them; Host is who
	// would have learned.
	Sender, Host string
	// Reason is the sentence that was written down.
	Reason string
	// Token leads to its explanation, "" if its mail is not known any more.
	Token string
}

// heldView is what the template shows.
type heldView struct {
	Rows        []row
	None, Intro string
}

// Held makes the list of what was held, which comes the newest first.
func (f *Frame) Held(list []Held) []byte {
	w := f.Words
	v := heldView{None: w.Say(words.PageHeldNone), Intro: w.Say(words.PageHeldIntro)}
	for _, h := range list {
		who := h.Sender
		if who == "" {
			who = w.Say(words.PageSomebody)
		}
		r := row{Title: who, Text: w.Say(words.PageHeldItem, "host", h.Host), More: f.moment(h.At)}
		if h.Token != "" {
			r.To, r.Go = f.below("load/"+h.Token), w.Say(words.PageExplain)
		}
		v.Rows = append(v.Rows, r)
	}
	return f.render("held", view{Title: w.Say(words.PageHeld), Home: "held", V: v})
}
