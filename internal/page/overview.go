package page

import (
	"cmp"
	"slices"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// An Overview is what the first page shows.
type Overview struct {
	// Status is how Unseen does.
	Status api.Status
	// Waiting are those who wait for an answer, also those that were shown.
	Waiting []api.Waiting
	// Senders are whose mail came through, Standings how it stands with them.
	Senders []api.Sender
	// Standings are how it stands with them.
	Standings []api.Standing
	// Turned counts forms that were not heard.
	Turned Turned
	// Receipts are notices of reading; those that wait are shown.
	Receipts []api.Receipt
}

// Turned counts forms that were not heard, by why.
type Turned struct {
	// Elsewhere came from other pages, Used from a page that was used before;
	// Session had none, and Form could not be read.
	Elsewhere, Used, Session, Form int
}

// maxSenders is how many senders the overview lists.
const maxSenders = 100

// A number is a count and its words.
type number struct {
	N    int
	Text string
}

// A row is one line of a list, with somewhere to go.
type row struct {
	Title, Text, More, To, Go string
	// Open says that something is let through.
	Open bool
}

// overviewView is what the template shows.
type overviewView struct {
	Numbers           []number
	Waiting           []row
	Receipts          []receiptRow
	Senders           []row
	Pictures          switchView
	Problems          []string
	Turned            string
	Uncounted         bool
	NoWaiting, NoMail string
}

// switchView is a choice that one button turns round.
type switchView struct {
	Text, Button, Value, Sender, To string
	// Fixed says that there is no button.
	Fixed string
}

// Overview makes the first page.
func (f *Frame) Overview(o Overview) []byte {
	w := f.Words
	t := o.Status.Today
	v := overviewView{
		Numbers: []number{
			{t.Held, w.Say(words.PageNHeld, "n", t.Held)}, {t.Released, w.Say(words.PageNReleased, "n", t.Released)},
			{t.Copies, w.Say(words.PageNCopies, "n", t.Copies)},
		},
		Problems: o.Status.Problems, Uncounted: o.Status.Uncounted,
		NoWaiting: w.Say(words.PageWaitingNone), NoMail: w.Say(words.PageSendersNone),
		Pictures: f.allPictures(&o.Status),
	}
	for _, off := range o.Status.Suspended {
		text := w.Say(words.StatusSuspended, "until", f.moment(off.Until))
		if off.Account != "" {
			text = w.Say(words.StatusSuspendOne, "account", off.Account, "until", f.moment(off.Until))
		}
		v.Problems = append([]string{text}, v.Problems...)
	}
	for i := range o.Waiting {
		v.Waiting = append(v.Waiting, f.waiting(&o.Waiting[i]))
	}
	for i := range o.Receipts {
		if r := &o.Receipts[i]; r.State == "waiting" {
			v.Receipts = append(v.Receipts, receiptRow{ID: r.ID, Title: f.receiptTitle(r),
				Text: w.Say(words.PageReceiptWants, "to", r.To, "day", f.moment(r.Time))})
		}
	}
	for i := range o.Senders {
		vouched := slices.ContainsFunc(o.Senders, func(s api.Sender) bool { return s.Authenticated && s.Key == o.Senders[i].Key })
		if len(v.Senders) < maxSenders {
			v.Senders = append(v.Senders, f.sender(&o.Senders[i], o.Standings, vouched))
		}
	}
	if n := o.Turned.Elsewhere + o.Turned.Used + o.Turned.Session + o.Turned.Form; n > 0 {
		v.Turned = w.Say(words.PageTurnedAway, "n", n, "elsewhere", o.Turned.Elsewhere, "used", o.Turned.Used,
			"session", o.Turned.Session, "form", o.Turned.Form)
	}
	return f.render("overview", view{Title: w.Say(words.PageOverview), V: v, L: map[string]string{
		"today": w.Say(words.PageToday), "waiting": w.Say(words.PageWaiting), "senders": w.Say(words.PageSenders),
		"pictures": w.Say(words.PagePictures), "problems": w.Say(words.PageProblems), "receipts": w.Say(words.PageReceipts),
		"send": w.Say(words.PageReceiptSend), "refuse": w.Say(words.PageReceiptRefuse),
	}})
}

// A receiptRow is a notice of reading that waits for the reader.
type receiptRow struct{ ID, Title, Text string }

// receiptTitle is what a notice is about, as far as that is known.
func (f *Frame) receiptTitle(r *api.Receipt) string {
	if r.Subject == "" {
		return r.To
	}
	return f.Words.Say(words.PageReceiptAbout, "subject", Clean(r.Subject, maxSubject))
}

// maxSubject is how many letters of a subject are shown.
const maxSubject = 120

// waiting is one who waits for an answer.
func (f *Frame) waiting(q *api.Waiting) row {
	w := f.Words
	r := row{
		Title: cmp.Or(Clean(q.Display, maxName), q.Sender),
		Text:  w.Say(words.PageWaitingItem, "sender", q.Sender, "address", q.Address),
		More:  w.Say(words.PageWaitingHeld, "n", q.Held, "when", f.moment(q.Last)),
		To:    f.below("ask", "sender", q.Sender, "address", q.Address), Go: w.Say(words.PageLook),
	}
	switch q.Kind {
	case "new-vendor":
		r.More += " " + w.Say(words.PageKindVendor)
	case "lapsed":
		r.More += " " + w.Say(words.PageKindLapsed)
	case "again":
		r.More += " " + w.Say(words.PageKindAgain)
	}
	if q.Asked != nil {
		r.More += " " + w.Say(words.PageKindAsked, "when", f.day(*q.Asked))
	}
	return r
}

// sender is one whose mail came through, and what they may know. The page of one
// that nobody vouches for is that of the one who is vouched for, if there is one.
func (f *Frame) sender(s *api.Sender, standings []api.Standing, vouched bool) row {
	w := f.Words
	r := row{Title: called(s.Display, s.Key), Text: w.Say(words.PageSenderNothing), To: f.below("sender", "sender", s.Key)}
	if !s.Authenticated {
		// What a mail merely calls itself is not repeated.
		r.Title, r.Text = s.Key, w.Say(words.PageSenderNobody)
		if vouched {
			r.To = ""
		}
		return r
	}
	var titles []string
	for _, at := range standings {
		title := purpose.ID(at.Purpose).Text(w.Lang()).Title
		if at.Sender == s.Key && at.Decision == "granted" && !slices.Contains(titles, title) {
			titles = append(titles, title)
		}
	}
	if len(titles) > 0 {
		r.Open, r.Text = true, w.Say(words.PageSenderKnows, "purposes", w.List(titles))
	}
	return r
}

// allPictures is the choice about pictures of every sender.
func (f *Frame) allPictures(s *api.Status) switchView {
	w := f.Words
	v := switchView{Text: w.Say(words.PagePicturesNone), Button: w.Say(words.PagePicturesShow), Value: "on", Sender: "all"}
	if s.Pictures == "all" {
		v.Text, v.Button, v.Value = w.Say(words.PagePicturesAll), w.Say(words.PagePicturesHide), "off"
	}
	if slices.Contains(s.Pinned, "pictures") {
		v.Fixed = w.Say(words.PagePicturesPinned)
	}
	return v
}

// called is how a sender calls itself beside what it is known by.
func called(display, key string) string {
	if display = Clean(display, maxName); display == "" || display == key {
		return key
	}
	return display + " (" + key + ")"
}

// maxName is how many letters of a name are shown.
const maxName = 48

// since is the day of a time that may not be known.
func (f *Frame) since(t *time.Time) string {
	if t == nil {
		return "–"
	}
	return f.day(*t)
}
