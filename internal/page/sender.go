package page

import (
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// A Sender is what the page of one sender shows.
type Sender struct {
	// Key is what answers are recorded for, Display how they call themselves.
	Key, Display string
	// Questions are one for each address that they wrote to; Refusal says why
	// there are none.
	Questions []api.Question
	// Refusal says why there are none.
	Refusal *api.Error
	// Pictures says whether theirs are shown.
	Pictures bool
	// Vouched says that the reader's provider vouches for them.
	Vouched bool
	// Granted says that something stands that can be taken back, also what no
	// question of today is about, as a yes to links.
	Granted bool
	// History is what was answered, and what the reader said beside it.
	History api.History
	// Signed is the command by which their signatures are verified on this computer,
	// "" where the reader's provider vouches for senders.
	Signed string
	// About is what their mail shows of them, nil if nothing is known.
	About *api.About
}

// A standing is how it stands for one address.
type standing struct {
	Title, Address, Change string
	Choices                []choice
}

// A did is one answer that was given.
type did struct {
	Title, When, Until, Notice, Hash, Chain string
	State                                   string
	at                                      time.Time
}

// senderView is what the template shows.
type senderView struct {
	Key, Signed      string
	Standings        []standing
	Refusal, Hint    string
	Granted, Vouched bool
	Pictures         switchView
	Says             string
	History          []did
	Tell, TellText   string
	Forget           step
	Like             string
	Parts            []part
	Seen             seenView
	Word             wordView
}

// Sender makes the page of one sender.
func (f *Frame) Sender(s Sender) []byte {
	w := f.Words
	v := senderView{
		Key: s.Key, Signed: s.Signed, Vouched: s.Vouched, Granted: s.Granted, Says: w.Say(words.LedgerStatement), Tell: f.below("tell", "sender", s.Key),
		TellText: w.Say(words.PageTellHow, "sender", s.Key),
		Pictures: switchView{
			Text: w.Say(words.PagePicturesOff, "sender", s.Key), Button: w.Say(words.PagePicturesShow), Value: "on",
			Sender: s.Key, To: Below("sender", "sender", s.Key),
		},
	}
	if s.Pictures {
		v.Pictures.Text, v.Pictures.Button, v.Pictures.Value = w.Say(words.PagePicturesOn, "sender", s.Key), w.Say(words.PagePicturesHide), "off"
	}
	if s.Refusal != nil {
		v.Refusal, v.Hint = capital(s.Refusal.Text), capital(s.Refusal.Hint)
	}
	for i := range s.Questions {
		q := &s.Questions[i]
		one := standing{
			Title: w.Say(words.PageStandFor, "address", q.Address), Address: q.Address,
			Change: f.below("ask", "sender", q.Sender, "address", q.Address),
		}
		for j := range q.Notice.Purposes {
			c := choice{Purpose: q.Notice.Purposes[j]}
			for k := range q.Switches {
				if q.Switches[k].Purpose == string(c.ID) {
					f.stand(&c, &q.Switches[k])
				}
			}
			v.Granted = v.Granted || c.State == "granted"
			one.Choices = append(one.Choices, c)
		}
		v.Standings = append(v.Standings, one)
	}
	v.History = f.history(&s.History)
	v.Forget = step{w.Say(words.PageForget, "sender", s.Key), f.below("forget", "sender", s.Key)}
	v.Word = f.word(s.Key, s.History.Statements)
	if s.About != nil {
		v.Like, v.Parts, v.Seen = s.About.LikeWhy, f.parts(s.About.Roles), f.seen(s.About)
	}
	return f.render("sender", view{Title: called(s.Display, s.Key), Home: "-", V: v, L: map[string]string{
		"stand": w.Say(words.PageStand), "no": w.Say(words.PageNo), "yes": w.Say(words.PageYes), "change": w.Say(words.PageChange),
		"withdrawAll": w.Say(words.PageWithdrawAll), "pictures": w.Say(words.PagePictures), "history": w.Say(words.PageHistory),
		"noHistory": w.Say(words.PageHistoryNone), "shown": w.Say(words.PageNoticeShown), "nobody": w.Say(words.PageSenderNobody),
		"parts": w.Say(words.PageParts), "partsIntro": w.Say(words.PagePartsIntro), "partWhy": w.Say(words.PagePartWhy), "seen": w.Say(words.PageSeen),
		"word": w.Say(words.PageWord), "wordIs": w.Say(words.PageWordIs), "details": w.Say(words.PageWordDetails), "keep": w.Say(words.PageWordKeep),
		"said": w.Say(words.PageWordSaid), "signed": w.Say(words.PageSigned),
	}})
}

// history lays out what was answered, the newest first.
func (f *Frame) history(h *api.History) []did {
	w := f.Words
	var list []did
	for i := range h.Records {
		r := &h.Records[i]
		title := purpose.ID(r.Purpose).Text(w.Lang()).Title
		one := did{
			State: r.Decision, at: r.When, Notice: r.Notice, Chain: w.Say(words.PageDidChain, "n", r.Seq, "hash", r.Hash),
			When: w.Say(words.PageDidWhen, "when", f.moment(r.When), "address", r.Address, "how", f.how(r.How)),
		}
		switch {
		case r.Forgotten:
			one.Title, one.When = w.Say(words.PageDidForgotten), ""
		case r.Decision == "granted":
			one.Title = w.Say(words.PageDidGranted, "purpose", title)
			if r.Until != nil {
				one.Until = w.Say(words.PageDidUntil, "until", f.lastDay(*r.Until))
			}
		case r.Decision == "withdrawn":
			one.Title = w.Say(words.PageDidWithdrawn, "purpose", title)
		default:
			one.Title = w.Say(words.PageDidRefused, "purpose", title)
		}
		if r.NoticeSHA256 != "" {
			one.Hash = w.Say(words.PageHash, "hash", r.NoticeSHA256)
		}
		list = append(list, one)
	}
	for _, o := range h.Once {
		one := did{
			Title: w.Say(words.PageDidOnce), State: "once", at: o.When,
			When: w.Say(words.PageDidWhen, "when", f.moment(o.When), "address", o.Address, "how", f.how(o.How)),
		}
		if o.Pictures {
			one.Title = w.Say(words.PageDidShown)
		}
		list = append(list, one)
	}
	slices.SortStableFunc(list, func(a, b did) int { return b.at.Compare(a.at) })
	return list
}

// how is where something was answered.
func (f *Frame) how(how string) string {
	w := f.Words
	switch how {
	case "tray":
		return w.Say(words.PageHowTray)
	case "window":
		return w.Say(words.PageHowWindow)
	case "add-on":
		return w.Say(words.PageHowAddOn)
	case "page":
		return w.Say(words.PageHowPage)
	case "command":
		return w.Say(words.PageHowCommand)
	case "import":
		return w.Say(words.PageHowImport)
	}
	return strings.TrimSpace(how)
}
