package page

import (
	"net/url"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/statement"
)

// A way is one way to tell a sender.
type way struct{ Text, To string }

// telling is how to tell of one address.
type telling struct {
	Title, Text, Subject, Letter string
	Ways                         []way
}

// tellView is what the template shows.
type tellView struct {
	Tellings     []telling
	Sender, Back string
	// Today is the day that the form begins with.
	Today string
	Ways  []option
}

// Tell makes the page on how a sender can be told that something was taken back, and
// where the reader notes that they did.
func (f *Frame) Tell(sender string, list []api.Tell, now time.Time) []byte {
	w := f.Words
	v := tellView{Sender: sender, Back: f.below("sender", "sender", sender), Today: f.local(now).Format(time.DateOnly), Ways: []option{
		{string(statement.Form), w.Say(words.PageToldLink)}, {string(statement.Mail), w.Say(words.PageToldLetter)},
		{string(statement.Oral), w.Way(string(statement.Oral))}, {string(statement.Other), w.Way(string(statement.Other))},
	}}
	for i := range list {
		t := &list[i]
		one := telling{Title: w.Say(words.PageStandFor, "address", t.Address), Text: t.Text, Subject: t.Letter.Subject, Letter: t.Letter.Text}
		for _, l := range t.Links {
			if u, err := url.Parse(l.URL); err != nil || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "mailto" {
				continue
			}
			one.Ways = append(one.Ways, way{w.Say(words.PageTellLeads, "kind", f.kind(l.Kind), "host", host(l.URL)), l.URL})
		}
		v.Tellings = append(v.Tellings, one)
	}
	return f.render("tell", view{Title: w.Say(words.PageTell, "sender", sender), Home: "-", V: v, L: map[string]string{
		"links": w.Say(words.PageTellLinks), "warn": w.Say(words.PageTellWarn), "letter": w.Say(words.PageTellLetter),
		"how": w.Say(words.PageTellLetterHow), "back": w.Say(words.PageToSender, "sender", sender),
		"told": w.Say(words.PageTold), "toldIntro": w.Say(words.PageToldIntro), "toldOn": w.Say(words.PageToldOn),
		"toldWay": w.Say(words.PageWordWay), "toldKeep": w.Say(words.PageToldKeep),
	}})
}

// kind is what a link of a sender is for.
func (f *Frame) kind(kind string) string {
	w := f.Words
	switch kind {
	case "consent":
		return w.Say(words.PageTellConsent)
	case "list-unsubscribe":
		return w.Say(words.PageTellHeader)
	case "preferences":
		return w.Say(words.PageTellPreferences)
	}
	return w.Say(words.PageTellUnsubscribe)
}
