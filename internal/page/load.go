package page

import (
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// A Load is one load of a mail, explained.
type Load struct {
	// Host is who would learn, Address the whole address.
	Host, Address string
	// Sender is the key of whose mail it is, "" if nobody vouches for them.
	Sender string
	// Tells says that it would tell of this reader, or may.
	Tells bool
	// Released says what becomes of it now, Reason why.
	Released bool
	// Reason is why.
	Reason string
	// Certainty is "proven", "strong", "weak" or "".
	Certainty string
	// Reasons are what it is judged by.
	Reasons []string
	// ReasonIn is the language of Reason.
	ReasonIn string
	// Edition names the rules.
	Edition string
	// Sendings are what it would send.
	Sendings []api.Sending
	// Mail is the hash of its mail, To the address that it came to.
	Mail, To string
	// Token is its own.
	Token string
	// Reading is what the mail says in place of its pictures.
	Reading api.Reading
	// Bare says that its address can be tried without what names the reader.
	Bare bool
}

// loadView is what the template shows.
type loadView struct {
	Load
	Now, Sure, EditionText, Ask, About, AboutText, Back, BareHow string
	Sendings                                                     sent
}

// Load makes the explanation of one load.
func (f *Frame) Load(l Load) []byte {
	w := f.Words
	v := loadView{
		Load: l, Now: w.Say(words.PageLoadHeld), EditionText: w.Say(words.PageLoadEdition, "edition", l.Edition),
		Sendings: f.sendings(l.Sendings), Back: "load/" + l.Token,
	}
	if l.Released {
		v.Now = w.Say(words.PageLoadReleased)
	}
	if l.Bare {
		v.BareHow = w.Say(words.PageBareHow, "host", l.Host)
	}
	if sure := f.sure(l.Certainty); sure != "" {
		v.Sure = w.Say(words.PageLoadSure, "sure", sure)
	}
	if l.Sender != "" && l.Tells {
		v.Ask = f.below("ask", "sender", l.Sender, "address", l.To, "mail", l.Mail, "back", v.Back)
	}
	if l.Sender != "" {
		v.About, v.AboutText = f.below("sender", "sender", l.Sender), w.Say(words.PageToSender, "sender", l.Sender)
	}
	title := w.Say(words.PageLoadPicture, "host", l.Host)
	if l.Tells {
		title = w.Say(words.PageLoad, "host", l.Host)
	}
	return f.render("load", view{Title: title, Home: "-", V: v, L: map[string]string{
		"now": w.Say(words.PageLoadNow), "reading": w.Say(words.PageReading), "sent": w.Say(words.PageSent), "also": w.Say(words.PageSentAlso), "why": w.Say(words.PageLoadWhy),
		"address": w.Say(words.PageLoadAddress), "choose": w.Say(words.PageLoadChoose), "look": w.Say(words.PageLook),
		"once": w.Say(words.PageOnceMail), "shown": w.Say(words.PageOncePictures), "bare": w.Say(words.PageBare),
	}})
}

// sure is how certain something is, in words.
func (f *Frame) sure(certainty string) string {
	switch certainty {
	case "proven":
		return f.Words.Say(words.PageSureProven)
	case "strong":
		return f.Words.Say(words.PageSureStrong)
	case "weak":
		return f.Words.Say(words.PageSureWeak)
	}
	return ""
}
