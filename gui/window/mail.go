package window

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/unseen-mail/unseen/gui/window/piece"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// messageRows is how many messages are asked for at a time, and maxReferences how
// many addresses of one are explained.
const messageRows, maxReferences = 100, 60

// mail lists messages, and explains one of them.
type mail struct {
	*frame
	rows   []api.Message
	more   bool
	sender string
	search string
	entry  *piece.Entry
	count  *widget.Label
	list   *widget.List
	older  *piece.Button
	place  fyne.CanvasObject
	one    string // the message that is explained, "" for the list
}

func newMail(w *Window) *mail {
	p := &mail{frame: newFrame(w)}
	t := w.words
	p.entry = piece.NewEntry(t.Say(words.WinSearchMail))
	p.entry.OnSubmitted = func(text string) {
		p.search = text
		p.load()
	}
	p.count = piece.Small("")
	p.list = widget.NewList(func() int { return len(p.rows) }, newRow, p.fillRow)
	p.list.HideSeparators = true
	p.list.OnSelected = func(i widget.ListItemID) {
		p.list.UnselectAll()
		if i < len(p.rows) {
			p.open(p.rows[i].ID)
		}
	}
	p.older = piece.NewButton(t.Say(words.WinOlder), func() { p.fetch(len(p.rows)) })
	find := piece.NewButton(t.Say(words.WinFind), func() { p.entry.OnSubmitted(p.entry.Text) })
	line := container.New(layout.NewBorderLayout(nil, nil, nil, find), p.entry, find)
	top := container.NewVBox(piece.Title(t.Say(words.WinMail)), line, p.count)
	below := piece.Row(p.older)
	p.place = piece.Padded(16, container.New(layout.NewBorderLayout(top, below, nil, nil), top, p.list, below))
	return p
}

// finder is what Ctrl+F goes to.
func (p *mail) finder() fyne.Focusable { return p.entry }

// load asks for the newest messages, or for the one that is explained.
func (p *mail) load() {
	if p.one != "" {
		p.open(p.one)
		return
	}
	p.fetch(0)
}

// fetch asks for messages behind those that are here.
func (p *mail) fetch(offset int) {
	q := api.MessageQuery{Sender: p.sender, Search: p.search, Offset: offset, Limit: messageRows}
	p.read(func(ctx context.Context) (func(), error) {
		page, err := p.w.cfg.Client.Messages(ctx, q)
		return func() { p.put(&page, offset) }, err
	})
}

// put shows messages.
func (p *mail) put(page *api.MessagePage, offset int) {
	w := p.w.words
	p.rows, p.more = append(p.rows[:min(offset, len(p.rows))], page.Messages...), page.More
	if len(p.rows) == 0 && p.search == "" && p.sender == "" {
		p.show(piece.Title(w.Say(words.WinMail)), piece.Card(piece.Heading(w.Say(words.WinNoMail)), piece.Body(w.Say(words.WinNoMailHow)),
			piece.Row(piece.NewButton(w.Say(words.WinAccounts), func() { p.w.Show(Accounts) }))))
		return
	}
	text := w.Say(words.WinMessages, "n", len(p.rows))
	if page.Searched > 0 {
		text = w.Say(words.WinSearched, "n", len(p.rows), "all", w.Number(int64(page.Searched)))
	}
	if p.sender != "" {
		text = w.Say(words.WinMessagesOf, "sender", name(p.sender)) + " " + text
	}
	p.count.SetText(text)
	if p.older.Show(); !p.more {
		p.older.Hide()
	}
	p.list.Refresh()
	p.fill(p.place)
}

// mailOf shows the messages of one sender.
func (w *Window) mailOf(key string) {
	p := w.pages[Mail].(*mail)
	p.sender, p.search, p.one = key, "", ""
	p.entry.SetText("")
	w.Show(Mail)
}

// fillRow shows one message.
func (p *mail) fillRow(i widget.ListItemID, o fyne.CanvasObject) {
	if i >= len(p.rows) {
		return
	}
	m, w := &p.rows[i], p.w.words
	subject := name(m.Subject)
	if subject == "" {
		subject = w.Say(words.WinNoSubject)
	}
	says := w.Say(words.WinAsksNothing)
	switch {
	case m.Trackers > 0:
		says = w.Say(words.WinAsks, "n", m.Trackers)
	case m.Suspected > 0:
		says = w.Say(words.WinAsksPerhaps, "n", m.Suspected)
	case m.Links > 0:
		says = w.Say(words.WinAsksLinks, "n", m.Links)
	}
	setRow(o, subject, name(m.Sender)+" – "+says, p.w.date(m.Sent))
}

// open explains one message.
func (p *mail) open(id string) {
	p.one = id
	p.read(func(ctx context.Context) (func(), error) {
		facts, err := p.w.cfg.Client.Message(ctx, api.MessageFactsQuery{ID: id, Language: p.w.words.Lang()})
		return func() { p.draw(&facts) }, err
	})
}

// back goes from one message to the list, and from one sender's to all.
func (p *mail) back() bool {
	switch {
	case p.one != "":
		p.one = ""
	case p.sender != "":
		p.sender = ""
	default:
		return false
	}
	p.load()
	return true
}

// draw shows a message: its picture, and each address with its reasons.
func (p *mail) draw(f *api.MessageFacts) {
	w := p.w.words
	subject := name(f.Subject)
	if subject == "" {
		subject = w.Say(words.WinNoSubject)
	}
	about := []fyne.CanvasObject{
		piece.Body(w.Say(words.WinFrom, "sender", name(f.Sender), "address", name(f.From))),
		piece.Body(w.Say(words.WinTo, "address", name(f.Address), "when", p.w.moment(f.Sent))),
	}
	if !f.Authenticated {
		about = append(about, piece.Body(w.Say(words.PageSenderNobody)))
	}
	buttons := []fyne.CanvasObject{piece.NewButton(w.Say(words.PageToSender, "sender", name(f.Sender)), func() { p.w.sender(f.Sender) })}
	if f.Trackers > 0 && f.Authenticated {
		buttons = append(buttons, piece.NewButton(w.Say(words.PageLook), func() { p.w.ask(f.Sender) }))
	}
	about = append(about, piece.Row(buttons...))
	parts := []fyne.CanvasObject{
		piece.Row(piece.NewQuiet(w.Say(words.WinBackToList), func() { p.back() })), piece.Title(subject), piece.Card(about...),
	}
	if len(f.References) == 0 {
		p.show(append(parts, piece.Card(piece.Body(w.Say(words.WinNoReferences))))...)
		return
	}
	parts = append(parts, piece.Card(piece.Heading(w.Say(words.WinDrawn)), piece.Small(w.Say(words.WinDrawnHow)),
		container.NewHBox(piece.NewLetter(marks(f.References)))))
	for i := range f.References[:min(len(f.References), maxReferences)] {
		parts = append(parts, p.reference(i+1, &f.References[i]))
	}
	if left := len(f.References) - maxReferences; left > 0 {
		parts = append(parts, piece.Small(w.Say(words.WinMoreReferences, "n", left)))
	}
	p.show(parts...)
}

// marks are the addresses of a mail in its picture.
func marks(list []api.MessageReference) []piece.Mark {
	out := make([]piece.Mark, 0, len(list))
	for i := range list {
		r := &list[i]
		out = append(out, piece.Mark{
			Number: i + 1, Width: r.Width, Height: r.Height, Link: r.Kind == "link", Pixel: r.Kind == "pixel",
			Tells: r.Verdict == "tracker", Perhaps: r.Verdict == "suspected",
		})
	}
	return out
}

// reference explains one address.
func (p *mail) reference(n int, r *api.MessageReference) fyne.CanvasObject {
	w := p.w.words
	kind := map[string]words.Key{"pixel": words.WinKindPixel, "image": words.WinKindImage, "link": words.WinKindLink}[r.Kind]
	if kind == "" {
		kind = words.WinKindResource
	}
	parts := []fyne.CanvasObject{piece.Heading(w.Say(words.WinReference, "n", n, "kind", w.Say(kind), "host", name(r.Host)))}
	verdict := map[string]words.Key{
		"tracker": words.WinVerdictTracker, "suspected": words.WinVerdictSuspected, "exempt": words.WinVerdictExempt,
	}[r.Verdict]
	if verdict == "" {
		verdict = words.WinVerdictClean
	}
	sure := map[string]words.Key{"proven": words.PageSureProven, "strong": words.PageSureStrong, "weak": words.PageSureWeak}[r.Certainty]
	text := w.Say(verdict)
	if sure != "" && r.Verdict == "tracker" {
		text += " " + w.Say(words.PageLoadSure, "sure", w.Say(sure))
	}
	parts = append(parts, piece.Body(text))
	for _, reason := range r.Reasons {
		parts = append(parts, piece.Small(piece.Clean(reason, maxSentence)))
	}
	action := map[string]words.Key{
		"hold": words.WinActionHold, "release": words.WinActionRelease, "ungated": words.WinActionUngated,
		"unwrap": words.WinActionUnwrap, "gate": words.WinActionGate, "leave": words.WinActionLeave,
	}[r.Action]
	if action != "" {
		parts = append(parts, piece.Body(w.Say(action)))
	}
	for _, says := range r.Sends {
		parts = append(parts, piece.Small(piece.Clean(says, maxSentence)))
	}
	return piece.Card(append(parts, p.w.value(piece.Clean(r.URL, maxSentence)))...)
}
