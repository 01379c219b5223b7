package window

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/unseen-mail/unseen/gui/model"
	"github.com/unseen-mail/unseen/gui/window/piece"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// firstRead is how many senders are shown before the others are read.
const firstRead = 200

// senders lists who wrote, and shows one of them.
type senders struct {
	*frame
	all    model.Senders
	query  model.Query
	found  []int32
	entry  *piece.Entry
	count  *widget.Label
	list   *widget.List
	place  fyne.CanvasObject
	detail *sender
}

func newSenders(w *Window) *senders {
	p := &senders{frame: newFrame(w)}
	t := w.words
	p.entry = piece.NewEntry(t.Say(words.WinSearch))
	p.entry.OnChanged = func(text string) {
		p.query.Search = text
		p.filter()
	}
	filter := piece.NewChoice([]piece.Option{
		{ID: "", Text: t.Say(words.WinAll)}, {ID: "granted", Text: t.Say(words.WinGranted)}, {ID: "refused", Text: t.Say(words.WinRefused)},
		{ID: "silent", Text: t.Say(words.WinSilent)}, {ID: "unvouched", Text: t.Say(words.WinUnvouched)},
	}, "", func(id string) {
		p.query.Filter = id
		p.filter()
	})
	sort := piece.NewChoice([]piece.Option{
		{ID: "", Text: t.Say(words.WinByLast)}, {ID: "name", Text: t.Say(words.WinByName)}, {ID: "mails", Text: t.Say(words.WinByMails)},
	}, "", func(id string) {
		p.query.Sort = id
		p.filter()
	})
	p.count = piece.Small("")
	p.list = widget.NewList(func() int { return len(p.found) }, newRow, p.fillRow)
	p.list.HideSeparators = true
	p.list.OnSelected = func(i widget.ListItemID) {
		p.list.UnselectAll()
		if i < len(p.found) {
			p.open(p.all.At(p.found[i]).Key)
		}
	}
	top := container.NewVBox(piece.Title(t.Say(words.PageSenders)), p.entry, filter.Row, sort.Row, p.count)
	p.place = piece.Padded(16, container.New(layout.NewBorderLayout(top, nil, nil, nil), top, p.list))
	return p
}

// finder is what Ctrl+F goes to.
func (p *senders) finder() fyne.Focusable { return p.entry }

// load asks for all senders, some thousands at a time, and says how far it is.
func (p *senders) load() {
	if p.detail != nil {
		p.detail.load()
		return
	}
	if p.all.Len() > 0 {
		p.fill(p.place)
	}
	c := p.w.cfg.Client
	p.read(func(ctx context.Context) (func(), error) {
		var all model.Senders
		for limit := firstRead; ; limit = api.MaxPage {
			page, err := c.SenderPage(ctx, api.SenderQuery{Offset: all.Len(), Limit: limit})
			if err != nil {
				return nil, err
			}
			all.Add(page.Senders)
			if all.Len() >= page.Matching || len(page.Senders) == 0 {
				break
			}
			if all.Len() == len(page.Senders) {
				p.begin(ctx, page.Senders)
			}
			p.far(all.Len(), page.Matching)
		}
		all.Sort("", "name", "mails") // here nobody waits for it
		return func() {
			p.all = all
			p.filter()
			p.place.Refresh()
			p.put()
		}, nil
	})
}

// begin shows the first senders while the others are read. What is shown already stays.
func (p *senders) begin(ctx context.Context, first []api.SenderRow) {
	p.w.soon(func() {
		if p.all.Len() == 0 && ctx.Err() == nil {
			p.all.Add(first)
			p.filter()
			p.put()
		}
	})
}

// far says how many senders were read of how many.
func (p *senders) far(n, of int) {
	if p.w.cfg.Inline {
		return
	}
	w := p.w.words
	p.w.cfg.Draw(func() { p.step(w.Say(words.WinReadSoFar, "n", w.Number(int64(n)), "all", w.Number(int64(of))), p.stop) })
}

// put shows the list, or what to do where there is none.
func (p *senders) put() {
	if p.all.Len() > 0 {
		p.fill(p.place)
		return
	}
	w := p.w.words
	p.show(piece.Title(w.Say(words.PageSenders)), piece.Card(piece.Heading(w.Say(words.WinNoMail)), piece.Body(w.Say(words.WinNoMailHow)),
		piece.Row(piece.NewButton(w.Say(words.WinAccounts), func() { p.w.Show(Accounts) }))))
}

// filter looks through what is here. It asks nobody.
func (p *senders) filter() {
	p.found = p.all.Find(p.query)
	w := p.w.words
	p.count.SetText(w.Say(words.WinFound, "n", w.Number(int64(len(p.found))), "all", w.Number(int64(p.all.Len()))))
	p.list.Refresh()
	p.list.ScrollToTop()
}

// fillRow shows one sender.
func (p *senders) fillRow(i widget.ListItemID, o fyne.CanvasObject) {
	if i >= len(p.found) {
		return
	}
	s, w := p.all.At(p.found[i]), p.w.words
	title := name(s.Key)
	if display := name(s.Display); display != "" {
		title += " – " + display
	}
	says := w.Say(words.WinStandSilent)
	switch {
	case !s.Authenticated:
		says = w.Say(words.WinStandNobody)
	case s.Granted > 0:
		says = w.Say(words.WinStandGranted, "n", s.Granted)
	case s.Refused > 0:
		says = w.Say(words.WinStandRefused)
	}
	setRow(o, title, says, w.Number(int64(s.Messages)))
}

// open shows one sender.
func (p *senders) open(key string) {
	p.detail = newSender(p, key)
	p.detail.load()
}

// back goes from one sender to the list.
func (p *senders) back() bool {
	was := p.detail != nil
	p.detail = nil
	if was {
		p.load()
	}
	return was
}

// sender shows one sender on its page.
func (w *Window) sender(key string) {
	p := w.pages[Senders].(*senders)
	w.Show(Senders)
	p.open(key)
}
