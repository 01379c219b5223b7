package page

import (
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/notice"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// An Ask is the question of one sender about one address.
type Ask struct {
	// Question is what to answer.
	Question api.Question
	// One says that it is for one address of the sender's domain.
	One bool
	// Sendings are what the loads of the newest mail would send.
	Sendings []api.Sending
	// Mail is the hash of that mail, "" if there is none.
	Mail string
	// Back is the page that the reader came from, "" for the sender's.
	Back string
	// Until is the last day of a yes as the reader chose it, "2026-12-31"; "" for the
	// usual end.
	Until string
}

// maxSendings is of how many loads a page says what they would send.
const maxSendings = 6

// A choice is one purpose with its yes and no.
type choice struct {
	notice.Purpose
	// Now says how it stands, State is one word for it.
	Now, State, Added string
	// Yes and No say which of them stands. On a first question none does.
	Yes, No bool
}

// A sending is what one load would send.
type sending struct {
	Title string
	Text  []string
}

// A sent is what some loads would send: what each does, and what goes along with
// all of them.
type sent struct {
	Each []sending
	Also []string
}

// A step is one more way to go on.
type step struct{ Text, To string }

// askView is what the template shows.
type askView struct {
	Notice            notice.Notice
	Choices           []choice
	Sendings          sent
	Addresses         []step
	Sender, Hash      string
	One               bool
	Mail, Back, Leave string
	Until             string
}

// Ask makes the page of a question.
func (f *Frame) Ask(a Ask) []byte {
	w, q := f.Words, &a.Question
	v := askView{
		Notice: q.Notice, Sender: q.Sender, One: a.One, Mail: a.Mail, Back: a.Back, Until: a.Until,
		Hash: w.Say(words.PageHash, "hash", q.Notice.SHA256), Sendings: f.sendings(a.Sendings),
		Leave: f.below("sender", "sender", q.Sender),
	}
	for i := range q.Notice.Purposes {
		c := choice{Purpose: q.Notice.Purposes[i]}
		for j := range q.Switches {
			if s := &q.Switches[j]; s.Purpose == string(c.ID) {
				f.stand(&c, s)
			}
		}
		v.Choices = append(v.Choices, c)
	}
	if !a.One && len(q.Addresses) > 0 {
		for _, address := range q.Addresses {
			v.Addresses = append(v.Addresses, step{
				w.Say(words.PageOneAddress, "address", address), f.below("ask", "sender", address, "address", q.Address, "one", "1"),
			})
		}
	}
	l := map[string]string{
		"who": w.Say(words.PageWho), "sent": w.Say(words.PageSent), "sentIntro": w.Say(words.PageSentIntro), "also": w.Say(words.PageSentAlso),
		"more": w.Say(words.PageMore), "examples": w.Say(words.PageExamples), "learns": w.Say(words.PageLearns),
		"terms": w.Say(words.PageTerms), "yes": w.Say(words.PageYes), "no": w.Say(words.PageNo), "save": w.Say(words.PageSave),
		"all": w.Say(words.PageAll), "allYes": w.Say(words.PageAllYes), "allNo": w.Say(words.PageAllNo),
		"until": w.Say(words.PageUntil), "untilDay": w.Say(words.PageUntilDay), "untilShow": w.Say(words.PageUntilShow),
		"other": w.Say(words.PageOther), "once": w.Say(words.PageOnce), "later": w.Say(words.PageLater),
	}
	return f.render("ask", view{Title: q.Notice.Question, Home: "-", V: v, L: l})
}

// stand says how one purpose stands.
func (f *Frame) stand(c *choice, s *api.Switch) {
	w := f.Words
	c.State, c.Yes = s.Decision, s.On
	c.No = s.Decision == "refused" || s.Decision == "withdrawn"
	switch s.Decision {
	case "granted":
		c.Now = w.Say(words.PageNowOn, "since", f.since(s.When))
		if s.Until != nil {
			c.Now = w.Say(words.PageNowOnUntil, "since", f.since(s.When), "until", f.lastDay(*s.Until))
		}
	case "refused":
		c.Now = w.Say(words.PageNowRefused, "since", f.since(s.When))
	case "withdrawn":
		c.Now = w.Say(words.PageNowWithdrawn, "since", f.since(s.When))
	case "lapsed":
		c.Now = w.Say(words.PageNowLapsed, "until", f.since(s.Until))
	case "unreadable":
		c.Now = w.Say(words.PageNowUnreadable)
	default:
		c.Now = w.Say(words.PageNowUnasked)
	}
	if len(s.New) > 0 {
		c.Added = w.Say(words.PageNowNew, "vendors", w.List(s.New))
	}
	if len(s.Needs) > 0 && s.Decision == "granted" {
		var titles []string
		for _, id := range s.Needs {
			titles = append(titles, purpose.ID(id).Text(w.Lang()).Title)
		}
		c.Added += " " + w.Say(words.PageNowNeeds, "purposes", w.List(titles))
	}
}

// sendings lay out what loads would send. What is the same for each load is said
// once.
func (f *Frame) sendings(list []api.Sending) sent {
	var out sent
	for i := range list {
		l := &list[i]
		one := sending{Title: f.Words.Say(words.PageSentHost, "host", l.Host)}
		for _, text := range l.Text {
			if text == l.Network || text == l.Time || text == l.Cookies || strings.Contains(text, l.Client) {
				if !slices.Contains(out.Also, text) {
					out.Also = append(out.Also, text)
				}
				continue
			}
			one.Text = append(one.Text, text)
		}
		if len(out.Each) < maxSendings {
			out.Each = append(out.Each, one)
		}
	}
	return out
}
