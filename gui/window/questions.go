package window

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/unseen-mail/unseen/gui/window/piece"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// questions puts one question at a time.
type questions struct {
	*frame
	// only is the sender that was asked for by name, "" for those who wait.
	only    string
	waiting []api.Waiting
	at      int
	asked   *asked
}

// An asked is the question that is shown, with what was chosen so far.
type asked struct {
	sender   string
	list     []api.Question
	n        int
	sendings []api.Sending
	chosen   map[string]string
}

func newQuestions(w *Window) *questions { return &questions{frame: newFrame(w)} }

// live says that news do not disturb somebody who is answering.
func (p *questions) live() bool { return p.asked == nil && p.only == "" }

// back leaves the one question that was asked for.
func (p *questions) back() bool {
	was := p.only != ""
	p.only, p.asked, p.at = "", nil, 0
	if was {
		p.load()
	}
	return was
}

// load asks who waits, and for the first of their questions.
func (p *questions) load() {
	if p.asked != nil && (p.only == "" || p.only == p.asked.sender) {
		return // what was chosen is not lost by coming back
	}
	c, only := p.w.cfg.Client, p.only
	p.read(func(ctx context.Context) (func(), error) {
		if only != "" {
			a, err := p.fetch(ctx, only, "")
			return func() { p.put(a) }, err
		}
		list, err := c.Questions(ctx, true)
		return func() {
			p.waiting = list
			p.w.waiting(len(list))
			p.at = min(p.at, max(len(list)-1, 0))
			p.next()
		}, err
	})
}

// fetch asks for the notices of a sender and for what would be sent.
func (p *questions) fetch(ctx context.Context, sender, address string) (*asked, error) {
	c, lang := p.w.cfg.Client, p.w.words.Lang()
	list, err := c.Ask(ctx, api.Ask{Sender: sender, Address: address, Language: lang})
	if err != nil {
		return nil, err
	}
	a := &asked{sender: sender, list: list, chosen: make(map[string]string)}
	if len(list) > 0 && len(list[0].Mails) > 0 {
		// What cannot be told of the mail is no reason not to ask.
		a.sendings, _ = c.WouldSend(ctx, api.SendingRequest{Message: list[0].Mails[0], Language: lang})
	}
	return a, nil
}

// next shows the question whose turn it is.
func (p *questions) next() {
	w := p.w.words
	if len(p.waiting) == 0 {
		p.asked = nil
		p.show(piece.Title(w.Say(words.WinQuestions)), piece.Card(piece.Heading(w.Say(words.PageWaitingNone)), piece.Body(w.Say(words.WinQuestionsHow))))
		return
	}
	q := p.waiting[p.at]
	p.read(func(ctx context.Context) (func(), error) {
		a, err := p.fetch(ctx, q.Sender, q.Address)
		return func() { p.put(a) }, err
	})
}

// put shows a question. What stands already is chosen; on a first one nothing is.
func (p *questions) put(a *asked) {
	if len(a.list) == 0 {
		return
	}
	q := &a.list[a.n]
	for _, s := range q.Switches {
		switch {
		case s.On:
			a.chosen[s.Purpose] = "yes"
		case s.Decision == "refused" || s.Decision == "withdrawn":
			a.chosen[s.Purpose] = "no"
		}
	}
	p.asked = a
	p.draw()
}

// draw shows the notice, each purpose with its yes and its no, and the answers to all.
func (p *questions) draw() {
	w, a := p.w.words, p.asked
	q := &a.list[a.n]
	n := &q.Notice
	parts := []fyne.CanvasObject{p.where()}
	parts = append(parts, piece.Title(piece.Clean(n.Question, maxSentence)),
		plain(n.Sender.Sentence), plain(n.Reach))
	if sent := sent(w, a.sendings); sent != nil {
		parts = append(parts, sent)
	}
	parts = append(parts, piece.Heading(n.Headings.Purposes))
	for i := range n.Purposes {
		parts = append(parts, p.purpose(q, i))
	}
	learns := []fyne.CanvasObject{piece.Heading(n.Headings.Vendors), piece.Body(name(n.Sender.Key) + ": " + piece.Clean(n.Sender.Role, maxSentence))}
	for _, v := range n.Vendors {
		learns = append(learns, piece.Body(name(v.Name)+": "+piece.Clean(v.Role, maxSentence)))
	}
	terms := piece.Card(piece.Heading(w.Say(words.PageTerms)), plain(n.Lasts), plain(n.Back), plain(n.Silence), plain(n.Is), plain(n.IsNot))
	parts = append(parts, piece.Card(learns...), terms, p.answers(q), piece.Small(w.Say(words.PageHash, "hash", n.SHA256)))
	p.show(parts...)
}

// plain is a paragraph that may hold a stranger's name.
func plain(text string) fyne.CanvasObject { return piece.Body(piece.Clean(text, maxSentence)) }

// where says which of how many questions this is, and leads to the others.
func (p *questions) where() fyne.CanvasObject {
	w := p.w.words
	if p.only != "" {
		return piece.Row(piece.NewQuiet(w.Say(words.WinAllWaiting), func() { p.back() }),
			piece.NewQuiet(w.Say(words.PageToSender, "sender", name(p.only)), func() { p.w.sender(p.only) }))
	}
	step := func(by int) func() {
		return func() {
			p.at = (p.at + by + len(p.waiting)) % len(p.waiting)
			p.asked = nil
			p.next()
		}
	}
	before, after := piece.NewButton(w.Say(words.WinBefore), step(-1)), piece.NewButton(w.Say(words.WinAfter), step(1))
	before.Enable(len(p.waiting) > 1)
	after.Enable(len(p.waiting) > 1)
	at := piece.Body(w.Say(words.WinQuestionOf, "n", p.at+1, "all", len(p.waiting)))
	at.Wrapping = fyne.TextWrapOff
	return piece.Row(before, after, at)
}

// purpose is one card: what for, who learns, what the law says, and yes or no.
func (p *questions) purpose(q *api.Question, i int) fyne.CanvasObject {
	w, a, one := p.w.words, p.asked, &q.Notice.Purposes[i]
	id := string(one.ID)
	parts := []fyne.CanvasObject{piece.Heading(one.Title), plain(one.Sentence), plain(one.Learners)}
	if one.NeedsSentence != "" {
		parts = append(parts, piece.Small(piece.Clean(one.NeedsSentence, maxSentence)))
	}
	if one.More != "" || len(one.Examples) > 0 {
		parts = append(parts, p.more(one.More, one.Examples))
	}
	parts = append(parts, piece.Small(piece.Clean(one.Law, maxSentence)))
	if at := slices.IndexFunc(q.Switches, func(s api.Switch) bool { return s.Purpose == id }); at >= 0 {
		parts = append(parts, piece.Small(p.w.standing(&q.Switches[at])))
	}
	yes, no := piece.Option{ID: "yes", Text: w.Say(words.PageYes)}, piece.Option{ID: "no", Text: w.Say(words.PageNo)}
	pair := piece.NewPair(yes, no, a.chosen[id], func(is string) { a.chosen[id] = is })
	return piece.Card(append(parts, pair.Row)...)
}

// more is what is shown on demand.
func (p *questions) more(text string, examples []string) fyne.CanvasObject {
	w, inside := p.w.words, piece.Column()
	inside.Add(piece.Body(text))
	for _, e := range examples {
		inside.Add(piece.Body("– " + e))
	}
	inside.Hide()
	b := piece.NewQuiet(w.Say(words.PageMore), nil)
	b.OnTapped = func() {
		if inside.Visible() {
			inside.Hide()
		} else {
			inside.Show()
		}
		p.all.Refresh()
	}
	return piece.Column(piece.Row(b), inside)
}

// answers are the ways to answer: what was chosen, all, this once, later.
func (p *questions) answers(q *api.Question) fyne.CanvasObject {
	w := p.w.words
	save := piece.NewMain(w.Say(words.PageSave), func() { p.answer(q, "") })
	all := piece.Pair(piece.NewButton(w.Say(words.PageAllYes), func() { p.answer(q, "yes") }),
		piece.NewButton(w.Say(words.PageAllNo), func() { p.answer(q, "no") }))
	other := []fyne.CanvasObject{}
	if len(q.Mails) > 0 {
		other = append(other, piece.NewButton(w.Say(words.PageOnce), func() { p.once(q.Mails[0]) }))
	}
	other = append(other, piece.NewButton(w.Say(words.PageLater), func() { p.later(q) }))
	return piece.Card(piece.Row(save), piece.Small(w.Say(words.PageAll)), all, piece.Small(w.Say(words.PageOther)), piece.Row(other...))
}

// answer writes the answer. Where it cannot be written, what was chosen stays.
func (p *questions) answer(q *api.Question, all string) {
	out := api.Answer{
		Sender: q.Sender, Address: q.Address, Language: q.Notice.Language, Notice: q.Notice.SHA256, How: "window", All: all,
	}
	for i := range q.Notice.Purposes {
		id := string(q.Notice.Purposes[i].ID)
		switch p.asked.chosen[id] {
		case "yes":
			out.Yes = append(out.Yes, id)
		case "no":
			out.No = append(out.No, id)
		}
	}
	if all != "" {
		out.Yes, out.No = nil, nil
	}
	if all == "" && len(out.Yes)+len(out.No) == 0 {
		p.w.note(p.w.words.Say(words.PageNoteNone), nil)
		return
	}
	p.write(func(ctx context.Context) (func(), error) {
		got, err := p.w.cfg.Client.Answer(ctx, out)
		return func() { p.answered(q, got) }, err
	})
}

// answered says that the answer acts, and how a yes is taken back at once.
func (p *questions) answered(q *api.Question, got api.Answered) {
	var granted []string
	for _, s := range got.Standings {
		if s.Decision == "granted" {
			granted = append(granted, s.Purpose)
		}
	}
	var undo func()
	if len(granted) > 0 {
		undo = func() { p.withdraw(q, granted) }
	}
	p.w.note(p.w.words.Say(words.PageNoteSaved), undo)
	p.done()
}

// withdraw takes back what was just granted.
func (p *questions) withdraw(q *api.Question, purposes []string) {
	p.write(func(ctx context.Context) (func(), error) {
		_, err := p.w.cfg.Client.Decide(ctx, api.Decision{
			Decision: "withdrawn", Sender: q.Sender, Address: q.Address, Purposes: purposes, How: "window",
		})
		return func() {
			p.w.note(p.w.words.Say(words.WinTakenBack, "sender", name(q.Sender)), nil)
			p.done()
		}, err
	})
}

// once lets one mail tell.
func (p *questions) once(mail string) {
	p.write(func(ctx context.Context) (func(), error) {
		_, err := p.w.cfg.Client.Once(ctx, api.OnceRequest{Message: mail, How: "window"})
		return func() { p.w.note(p.w.words.Say(words.PageNoteOnce), nil) }, err
	})
}

// later notes that the question was put and not answered.
func (p *questions) later(q *api.Question) {
	p.write(func(ctx context.Context) (func(), error) {
		_, err := p.w.cfg.Client.Ask(ctx, api.Ask{Sender: q.Sender, Address: q.Address, Language: p.w.words.Lang(), Shown: true})
		return func() {
			p.w.note(p.w.words.Say(words.WinNoteLater), nil)
			if p.only == "" && len(p.waiting) > 1 {
				p.at = (p.at + 1) % len(p.waiting)
			}
			p.asked = nil
			if p.only != "" {
				p.back()
				return
			}
			p.next()
		}, err
	})
}

// done goes on to the next question.
func (p *questions) done() {
	p.only, p.asked = "", nil
	p.load()
}

// sent says what loads would send, nil for nothing. What is the same for each load is
// said once.
func sent(w *words.Catalogue, list []api.Sending) fyne.CanvasObject {
	if len(list) == 0 {
		return nil
	}
	parts := []fyne.CanvasObject{piece.Heading(w.Say(words.PageSent)), piece.Small(w.Say(words.PageSentIntro))}
	var also []string
	for i := range list[:min(len(list), maxSendings)] {
		l := &list[i]
		for _, text := range l.Text {
			if text == l.Network || text == l.Time || text == l.Cookies || l.Client != "" && strings.Contains(text, l.Client) {
				if !slices.Contains(also, text) {
					also = append(also, text)
				}
				continue
			}
			parts = append(parts, piece.Body(piece.Clean(text, maxSentence)))
		}
	}
	if len(also) > 0 {
		parts = append(parts, piece.Small(w.Say(words.PageSentAlso)))
	}
	for _, text := range also {
		parts = append(parts, piece.Small(piece.Clean(text, maxSentence)))
	}
	return piece.Card(parts...)
}

// maxSendings is of how many loads it is said what they would send.
const maxSendings = 4

// standing says how one purpose stands.
func (w *Window) standing(s *api.Switch) string {
	since, until := "", ""
	if s.When != nil {
		since = w.date(*s.When)
	}
	if s.Until != nil {
		until = w.date(*s.Until)
	}
	switch s.Decision {
	case "granted":
		if until != "" {
			return w.words.Say(words.PageNowOnUntil, "since", since, "until", until)
		}
		return w.words.Say(words.PageNowOn, "since", since)
	case "refused":
		return w.words.Say(words.PageNowRefused, "since", since)
	case "withdrawn":
		return w.words.Say(words.PageNowWithdrawn, "since", since)
	case "lapsed":
		return w.words.Say(words.PageNowLapsed, "until", until)
	case "unreadable":
		return w.words.Say(words.PageNowUnreadable)
	}
	return w.words.Say(words.PageNowUnasked)
}
