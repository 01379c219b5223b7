package window

import (
	"context"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/unseen-mail/unseen/gui/window/piece"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// evidence lists the senders whose mails are kept as evidence, marks another one, and
// has bags made of what was kept.
//
// It agrees to no request: older mails, keys and time stamps are asked for by the
// command alone, which says first who would learn what.
type evidence struct {
	*frame
	entry *piece.Entry
	// bags are those that were made while the window was open, by their senders.
	bags map[string]api.BagMade
	// busy says that a bag is being made: one at a time.
	busy bool
}

func newEvidence(w *Window) *evidence {
	p := &evidence{frame: newFrame(w), entry: piece.NewEntry("shop.example"), bags: make(map[string]api.BagMade)}
	p.entry.OnSubmitted = func(string) { p.submit() }
	return p
}

// live says that mails that are kept meanwhile are counted; while a bag is made, how
// far it is stays to be seen.
func (p *evidence) live() bool { return !p.busy }

// load asks who is marked, and which bags wait for a time stamp.
func (p *evidence) load() {
	if p.busy {
		return
	}
	p.read(func(ctx context.Context) (func(), error) {
		list, err := p.w.cfg.Client.Marks(ctx)
		if err != nil {
			return nil, err
		}
		waiting, err := p.w.cfg.Client.WaitingStamps(ctx)
		return func() { p.draw(list, waiting) }, err
	})
}

// draw lists who is marked, and the bags that wait for a time stamp.
func (p *evidence) draw(list []api.Mark, waiting []api.WaitingStamp) {
	w := p.w.words
	parts := []fyne.CanvasObject{piece.Title(w.Say(words.WinEvidence)), piece.Small(w.Say(words.WinEvidenceQuiet))}
	if len(list) == 0 {
		parts = append(parts, piece.Card(piece.Heading(w.Say(words.WinEvidenceNone)), piece.Body(w.Say(words.WinEvidenceNoneHow))))
	}
	for i := range list {
		parts = append(parts, p.mark(&list[i]))
	}
	if len(waiting) > 0 {
		parts = append(parts, p.stamps(waiting))
	}
	parts = append(parts, piece.Card(piece.Heading(w.Say(words.WinEvidenceMark)), piece.Body(w.Say(words.WinEvidenceWhom)), p.entry,
		piece.Row(piece.NewButton(w.Say(words.WinEvidenceStart), p.submit))))
	if len(list) > 0 {
		parts = append(parts, piece.Small(w.Say(words.WinEvidenceExportHow)))
	}
	p.again(parts...)
}

// stamps says which bags wait for a time stamp, of whom and since when. They are listed
// by themselves: a bag waits on when nobody is marked any more.
func (p *evidence) stamps(waiting []api.WaitingStamp) fyne.CanvasObject {
	var lines []fyne.CanvasObject
	for i := range waiting {
		lines = append(lines, piece.Body(p.w.words.Say(words.EvidenceWaiting, "path", piece.Clean(waiting[i].Path, maxSentence),
			"authority", name(waiting[i].Authority), "date", p.w.date(waiting[i].Since))))
	}
	return piece.Card(lines...)
}

// mark is one sender that is marked, or was.
func (p *evidence) mark(m *api.Mark) fyne.CanvasObject {
	w := p.w.words
	kept := w.Say(words.WinEvidenceKeptNone)
	if m.Mails > 0 {
		kept = w.Say(words.WinEvidenceKept, "n", m.Mails, "size", w.Bytes(m.Octets))
	}
	parts := []fyne.CanvasObject{piece.Heading(name(m.Sender)), piece.Body(kept)}
	if m.First != nil && m.Last != nil {
		span := w.Say(words.WinEvidenceSpan, "first", p.w.date(*m.First), "last", p.w.date(*m.Last))
		if p.w.date(*m.First) == p.w.date(*m.Last) {
			span = w.Say(words.WinEvidenceDay, "day", p.w.date(*m.First))
		}
		parts = append(parts, piece.Small(span))
	}
	if m.Active {
		parts = append(parts, piece.Body(w.Say(words.WinEvidenceUntil, "until", p.w.date(m.Until))))
	} else {
		parts = append(parts, piece.Body(w.Say(words.WinEvidenceEnded)))
	}
	if m.Waiting > 0 {
		parts = append(parts, piece.Small(w.Say(words.WinEvidenceWaiting, "n", w.Number(int64(m.Waiting)))))
	}
	parts = append(parts, p.proofs(m)...)
	if bag, ok := p.bags[m.Sender]; ok {
		parts = append(parts, p.bag(&bag)...)
	}
	return piece.Card(append(parts, p.buttons(m))...)
}

// proofs are what stands beside the mails, and what the reader agreed to.
func (p *evidence) proofs(m *api.Mark) (parts []fyne.CanvasObject) {
	w := p.w.words
	if m.Checked > 0 {
		parts = append(parts, piece.Small(strings.TrimSpace(w.Say(words.MarkChecked, "n", m.Holding, "of", m.Checked))))
	}
	if n := len(m.Stamps); n > 0 {
		last := m.Stamps[n-1]
		parts = append(parts, piece.Small(strings.TrimSpace(w.Say(words.MarkStamped, "time", p.w.moment(last.Time), "who", name(last.Authority)))))
	}
	var whom []string
	if m.Keys {
		whom = append(whom, w.Say(words.WinEvidenceKeys))
	}
	if m.Authority != "" {
		whom = append(whom, name(m.Authority))
	}
	if len(whom) > 0 {
		parts = append(parts, piece.Small(w.Say(words.WinEvidenceAgreed, "whom", w.List(whom))))
	}
	return parts
}

// buttons are what can be done about a sender.
func (p *evidence) buttons(m *api.Mark) fyne.CanvasObject {
	w := p.w.words
	var row []fyne.CanvasObject
	if m.Mails > 0 && p.w.cfg.Place != nil {
		row = append(row, piece.NewButton(w.Say(words.WinEvidenceExport), func() { p.export(m.Sender) }))
	}
	if m.Active {
		row = append(row, piece.NewButton(w.Say(words.WinEvidenceStop), func() { p.unmark(m) }))
	} else {
		row = append(row, piece.NewButton(w.Say(words.WinEvidenceStart), func() { p.keep(api.MarkRequest{Sender: m.Sender}) }))
	}
	if bag, ok := p.bags[m.Sender]; ok && p.w.cfg.Folder != nil {
		row = append(row, piece.NewButton(w.Say(words.WinEvidenceFolder), func() { p.folder(filepath.Dir(bag.Path)) }))
	}
	return piece.Row(row...)
}

// submit marks who was typed in.
func (p *evidence) submit() {
	if sender := strings.TrimSpace(p.entry.Text); sender != "" {
		p.keep(api.MarkRequest{Sender: sender})
	}
}

// keep marks a sender. Nothing is asked of anybody: the request agrees to nothing.
func (p *evidence) keep(q api.MarkRequest) {
	p.write(func(ctx context.Context) (func(), error) {
		var made api.Mark
		for at, err := range p.w.cfg.Client.Mark(ctx, q) {
			if err != nil {
				return nil, err
			}
			if at.Mark != nil {
				made = *at.Mark
			}
		}
		return func() {
			p.entry.SetText("")
			p.w.note(p.w.words.Say(words.WinEvidenceMarked, "sender", name(made.Sender)), nil)
			p.load()
		}, nil
	})
}

// unmark ends a mark; what is kept stays. It can be undone where that asks nobody
// anything: agreeing to requests is for the command, which announces them.
func (p *evidence) unmark(m *api.Mark) {
	var undo func()
	if !m.Keys && m.Authority == "" {
		left := int((m.Until.Sub(p.w.cfg.Now()) + 24*time.Hour - 1) / (24 * time.Hour))
		undo = func() { p.keep(api.MarkRequest{Sender: m.Sender, Days: max(left, 1)}) }
	}
	p.write(func(ctx context.Context) (func(), error) {
		_, err := p.w.cfg.Client.Unmark(ctx, api.UnmarkRequest{Sender: m.Sender})
		return func() {
			p.w.note(p.w.words.Say(words.WinEvidenceStopped, "sender", name(m.Sender)), undo)
			p.load()
		}, err
	})
}
