package window

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/unseen-mail/unseen/gui/model"
	"github.com/unseen-mail/unseen/gui/window/piece"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

const (
	// timeline is how many lines the day has, and eventsRead of how many events
	// they are made.
	timeline, eventsRead = 12, 200
	// shownWaiting is how many questions are named.
	shownWaiting = 3
)

// today is the first page: what happened, and what waits.
type today struct{ *frame }

func newToday(w *Window) *today { return &today{newFrame(w)} }

// live says that it is shown anew with each event.
func (p *today) live() bool { return true }

// A day is what the page shows.
type day struct {
	status  api.Status
	sums    api.Sums
	events  []api.Event
	waiting []api.Waiting
	// asked says that it is known what waits.
	asked bool
}

// load asks for the day.
func (p *today) load() {
	c, now := p.w.cfg.Client, p.w.cfg.Now()
	p.read(func(ctx context.Context) (func(), error) {
		var d day
		var err error
		if d.status, err = c.Status(ctx); err != nil {
			return nil, err
		}
		begin := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
		counted, err := c.Statistics(ctx, api.StatisticsQuery{From: begin})
		if err != nil {
			return nil, err
		}
		d.sums = counted.Sums
		if d.events, err = c.Events(ctx, -1, eventsRead); err != nil {
			return nil, err
		}
		p.begin(ctx, d)
		d.waiting, err = c.Questions(ctx, true)
		d.asked = true
		return func() { p.draw(&d) }, err
	})
}

// begin shows a day before it is known what waits, which takes long where much does. What
// is shown already stays.
func (p *today) begin(ctx context.Context, d day) {
	p.w.soon(func() {
		if !p.loaded && ctx.Err() == nil {
			p.draw(&d)
		}
	})
}

// draw shows a day.
func (p *today) draw(d *day) {
	w := p.w.words
	parts := []fyne.CanvasObject{piece.Title(w.Say(words.WinToday))}
	if len(d.status.Accounts) == 0 {
		parts = append(parts, piece.Card(
			piece.Heading(w.Say(words.WinNoAccount)), piece.Body(w.Say(words.WinNoAccountHow)),
			piece.Row(piece.NewMain(w.Say(words.WinConnect), p.w.connect))))
	} else {
		parts = append(parts, piece.Card(p.sentence(d)...))
	}
	parts = append(parts, p.states(&d.status)...)
	if d.asked {
		p.w.waiting(len(d.waiting))
		parts = append(parts, p.questions(d))
	}
	p.again(append(parts, p.timeline(d), p.outside(d))...)
}

// sentence says in words and numbers what became of the day's mail.
func (p *today) sentence(d *day) []fyne.CanvasObject {
	w, n := p.w.words, d.sums
	number := func(n int, k words.Key) fyne.CanvasObject {
		return piece.Number(w.Number(int64(n)), w.Say(k, "n", n))
	}
	parts := []fyne.CanvasObject{piece.Heading(model.DaySentence(w, n))}
	return append(parts, container.NewGridWithColumns(3,
		number(n.Held, words.PageNHeld), number(n.Released, words.PageNReleased), number(n.Copies, words.PageNCopies)))
}

// states say what is not as usual.
func (p *today) states(s *api.Status) []fyne.CanvasObject {
	w := p.w.words
	var parts []fyne.CanvasObject
	resume := piece.NewButton(w.Say(words.WinResume), func() {
		p.write(func(ctx context.Context) (func(), error) {
			_, err := p.w.cfg.Client.Resume(ctx)
			return p.load, err
		})
	})
	for _, gap := range s.Suspended {
		text := w.Say(words.WinSuspended, "until", p.w.moment(gap.Until))
		if gap.Account != "" {
			text = w.Say(words.WinSuspendedOne, "account", piece.Clean(gap.Account, piece.MaxName), "until", p.w.moment(gap.Until))
		}
		parts = append(parts, piece.Card(piece.Heading(text), piece.Row(resume)))
	}
	if s.Paused != nil {
		parts = append(parts, piece.Card(piece.Body(w.Say(words.WinPaused, "until", p.w.moment(s.Paused.Until))), piece.Row(resume)))
	}
	if len(s.Problems) > 0 {
		card := []fyne.CanvasObject{piece.Heading(w.Say(words.PageProblems))}
		for _, text := range s.Problems {
			card = append(card, piece.Body(piece.Clean(text, maxSentence)))
		}
		parts = append(parts, piece.Card(card...))
	}
	return parts
}

// questions name who waits for an answer.
func (p *today) questions(d *day) fyne.CanvasObject {
	w := p.w.words
	card := []fyne.CanvasObject{piece.Heading(w.Say(words.PageWaiting))}
	if len(d.waiting) == 0 {
		card = append(card, piece.Body(w.Say(words.PageWaitingNone)))
	}
	for i, q := range d.waiting {
		if i == shownWaiting {
			card = append(card, piece.Row(piece.NewButton(w.Say(words.WinAllQuestions, "n", len(d.waiting)), func() { p.w.ask("") })))
			break
		}
		card = append(card, piece.Body(w.Say(words.PageWaitingItem, "sender", name(q.Sender), "address", name(q.Address))),
			piece.Row(piece.NewButton(w.Say(words.PageLook), func() { p.w.ask(q.Sender) })))
	}
	return piece.Card(card...)
}

// timeline tells what happened, the newest first.
func (p *today) timeline(d *day) fyne.CanvasObject {
	w := p.w.words
	card := []fyne.CanvasObject{piece.Heading(w.Say(words.WinTimeline))}
	lines := model.Timeline(w, d.events, p.w.cfg.Now())
	for _, l := range lines[:min(len(lines), timeline)] {
		at := piece.Small(l.Clock)
		at.Wrapping = fyne.TextWrapOff
		card = append(card, container.NewBorder(nil, nil, container.New(fixed(64), at), nil, piece.Body(piece.Clean(l.Text, maxSentence))))
	}
	if len(lines) == 0 {
		card = append(card, piece.Body(w.Say(words.WinTimelineNone)))
	}
	return piece.Card(card...)
}

// outside says what Unseen does not see.
func (p *today) outside(d *day) fyne.CanvasObject {
	w := p.w.words
	card := []fyne.CanvasObject{piece.Heading(w.Say(words.WinOutside)), piece.Body(w.Say(words.WinOutsideWhat))}
	if d.sums.Unknown > 0 {
		card = append(card, piece.Body(w.Say(words.WinUnknown, "n", d.sums.Unknown)))
	}
	if d.status.Mail.Ungated > 0 {
		card = append(card, piece.Body(w.Say(words.WinUngated, "n", d.status.Mail.Ungated)))
	}
	return piece.Card(card...)
}

// name is a sender, an address or a host as it may be shown.
func name(s string) string { return piece.Clean(s, piece.MaxName) }

// moment writes a time by the reader's clock.
func (w *Window) moment(t time.Time) string { return w.words.DateTime(t.In(w.cfg.Now().Location())) }

// date writes a day by the reader's clock.
func (w *Window) date(t time.Time) string { return w.words.Date(t.In(w.cfg.Now().Location())) }
