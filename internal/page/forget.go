package page

import (
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// forgetView is what the template shows.
type forgetView struct {
	Sender, Text string
	Goes, Stays  []string
}

// Forget makes the page that says what would be destroyed of a sender, before it is.
func (f *Frame) Forget(sender string, would api.Forgotten) []byte {
	w := f.Words
	v := forgetView{Sender: sender, Text: w.Say(words.PageForgetText)}
	v.Goes = append(v.Goes, w.Say(words.PageForgetCount, "records", would.Records, "statements", would.Statements, "events", would.Events))
	for _, text := range would.Stays {
		v.Stays = append(v.Stays, capital(text))
	}
	return f.render("forget", view{Title: w.Say(words.PageForget, "sender", sender), Home: "-", V: v, L: map[string]string{
		"goes": w.Say(words.PageForgetGoes), "stays": w.Say(words.PageForgetStays),
		"yes": w.Say(words.PageForgetYes), "no": w.Say(words.PageForgetNo),
	}})
}
