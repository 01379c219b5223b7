package window

import (
	"context"
	"errors"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/unseen-mail/unseen/gui/window/piece"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// maxHistory is how many answers are told, and maxTrackers how many who would have
// learned.
const maxHistory, maxTrackers = 20, 12

// sender shows one sender, in the frame of the list.
type sender struct {
	p   *senders
	key string
}

func newSender(p *senders, key string) *sender { return &sender{p, key} }

// A known is what is known of a sender.
type known struct {
	facts     api.SenderFacts
	questions []api.Question
	history   api.History
	tell      []api.Tell
	purposes  map[string]string
}

// load asks for all that is known.
func (s *sender) load() {
	c, lang := s.p.w.cfg.Client, s.p.w.words.Lang()
	s.p.read(func(ctx context.Context) (func(), error) {
		var k known
		var err error
		if k.facts, err = c.SenderFacts(ctx, api.SenderFactsQuery{Sender: s.key, Language: lang}); err != nil {
			return nil, err
		}
		list, err := c.Purposes(ctx, api.PurposeQuery{Language: lang})
		if err != nil {
			return nil, err
		}
		k.purposes = make(map[string]string)
		for _, p := range list {
			k.purposes[p.ID] = p.Title
		}
		if k.questions, err = c.Ask(ctx, api.Ask{Sender: s.key, Language: lang}); refused(err) {
			// It wants to know nothing, or nobody vouches for it.
			k.questions, err = nil, nil
		}
		if err != nil {
			return nil, err
		}
		if k.history, err = c.History(ctx, s.key); err != nil {
			return nil, err
		}
		if k.tell, err = c.Tell(ctx, api.TellRequest{Sender: s.key, Language: lang}); refused(err) {
			k.tell, err = nil, nil
		}
		return func() { s.draw(&k) }, err
	})
}

// refused says that the daemon understood and had a reason not to.
func refused(err error) bool {
	var said *api.Error
	return errors.As(err, &said) && said.Code == api.CodeUnknown
}

// draw shows a sender.
func (s *sender) draw(k *known) {
	w, p := s.p.w.words, s.p
	f := &k.facts
	parts := []fyne.CanvasObject{piece.Row(piece.NewQuiet(w.Say(words.WinBackToList), func() { p.back() })), piece.Title(name(f.Key))}
	about := []fyne.CanvasObject{}
	if display := name(f.Display); display != "" {
		about = append(about, piece.Body(w.Say(words.WinCalls, "name", display)))
	}
	if !f.Authenticated {
		about = append(about, piece.Body(w.Say(words.PageSenderNobody)))
	}
	about = append(about, piece.Body(w.Say(words.WinMails, "n", f.Messages, "first", p.w.date(f.First), "last", p.w.date(f.Last))))
	if f.Leaks > 0 {
		about = append(about, piece.Body(w.Say(words.WinLeaks, "n", f.Leaks, "all", f.Looked)))
	}
	parts = append(parts, piece.Card(about...))
	for i := range k.questions {
		parts = append(parts, s.switches(&k.questions[i], len(k.questions) > 1))
	}
	if f.Granted > 0 {
		parts = append(parts, piece.Row(piece.NewButton(w.Say(words.PageWithdrawAll), s.withdrawAll)))
	}
	if f.Authenticated {
		parts = append(parts, piece.Card(piece.NewSwitch(w.Say(words.PagePictures), w.Say(words.WinShown), w.Say(words.WinNotShown), f.Pictures, s.pictures),
			piece.Small(w.Say(words.WinPicturesHow))))
	}
	parts = append(parts, s.trackers(f), s.told(k), s.history(k),
		piece.Row(piece.NewButton(w.Say(words.WinItsMail), func() { p.w.mailOf(f.Key) })))
	p.again(parts...)
}

// switches are how each purpose stands. Off is done at once; on leads to the notice,
// which has to be read first.
func (s *sender) switches(q *api.Question, several bool) fyne.CanvasObject {
	w := s.p.w.words
	parts := []fyne.CanvasObject{piece.Heading(w.Say(words.PageStand))}
	if several {
		parts = append(parts, piece.Small(w.Say(words.PageStandFor, "address", name(q.Address))))
	}
	for i := range q.Switches {
		one := &q.Switches[i]
		title, needs := one.Purpose, ""
		for j := range q.Notice.Purposes {
			if string(q.Notice.Purposes[j].ID) == one.Purpose {
				title, needs = q.Notice.Purposes[j].Title, q.Notice.Purposes[j].NeedsSentence
			}
		}
		on := one.On
		var sw *piece.Switch
		sw = piece.NewSwitch(title, w.Say(words.WinMayKnow), w.Say(words.WinKept), on, func(now bool) {
			sw.Set(on) // until it is on disk
			if now {
				s.p.w.ask(s.key)
				return
			}
			s.withdraw(q, one.Purpose)
		})
		parts = append(parts, sw, piece.Small(s.p.w.standing(one)))
		if needs != "" {
			parts = append(parts, piece.Small(piece.Clean(needs, maxSentence)))
		}
	}
	return piece.Card(append(parts, piece.Row(piece.NewButton(w.Say(words.PageChange), func() { s.p.w.ask(s.key) })))...)
}

// withdraw takes one purpose back.
func (s *sender) withdraw(q *api.Question, purpose string) {
	s.decide(api.Decision{Decision: "withdrawn", Sender: q.Sender, Address: q.Address, Purposes: []string{purpose}, How: "window"})
}

// withdrawAll takes everything back.
func (s *sender) withdrawAll() {
	s.decide(api.Decision{Decision: "withdrawn", Sender: s.key, All: true, How: "window"})
}

// decide writes, and offers the question as the way back: a yes needs its notice.
func (s *sender) decide(d api.Decision) {
	w := s.p.w
	s.p.write(func(ctx context.Context) (func(), error) {
		_, err := w.cfg.Client.Decide(ctx, d)
		return func() {
			w.note(w.words.Say(words.WinTakenBack, "sender", name(s.key)), func() { w.ask(s.key) })
			s.load()
		}, err
	})
}

// pictures shows a sender's pictures or not, with a way back.
func (s *sender) pictures(show bool) {
	w := s.p.w
	s.p.write(func(ctx context.Context) (func(), error) {
		_, err := w.cfg.Client.ShowPictures(ctx, api.Picture{Sender: s.key, Show: show})
		return func() {
			w.note(w.words.Say(words.PageNotePictures), func() { s.pictures(!show) })
			s.load()
		}, err
	})
}

// trackers are who would have learned.
func (s *sender) trackers(f *api.SenderFacts) fyne.CanvasObject {
	w := s.p.w.words
	parts := []fyne.CanvasObject{piece.Heading(w.Say(words.WinTrackers))}
	if len(f.Trackers) == 0 {
		parts = append(parts, piece.Body(w.Say(words.WinTrackersNone)))
	}
	for _, t := range f.Trackers[:min(len(f.Trackers), maxTrackers)] {
		parts = append(parts, piece.Body(w.Say(words.WinTracker, "name", name(t.Name), "held", w.Number(int64(t.Held)),
			"told", w.Number(int64(t.Released)), "last", s.p.w.date(t.Last))))
	}
	return piece.Card(parts...)
}

// told is how the sender can be told: its own links and a letter, none of which
// Unseen follows or sends.
func (s *sender) told(k *known) fyne.CanvasObject {
	w := s.p.w.words
	parts := []fyne.CanvasObject{piece.Heading(w.Say(words.PageTellHow, "sender", name(s.key)))}
	links := 0
	for i := range k.tell {
		for _, l := range k.tell[i].Links {
			if links++; links <= 4 {
				parts = append(parts, s.p.w.value(piece.Clean(l.URL, maxSentence)))
			}
		}
	}
	if links == 0 {
		return piece.Card(append(parts, piece.Body(w.Say(words.WinNoLinks)))...)
	}
	return piece.Card(append(parts, piece.Small(w.Say(words.PageTellWarn)))...)
}

// history tells every answer, the newest first, each with the notice that was shown.
func (s *sender) history(k *known) fyne.CanvasObject {
	w := s.p.w.words
	parts := []fyne.CanvasObject{piece.Heading(w.Say(words.PageHistory))}
	if len(k.history.Records) == 0 {
		parts = append(parts, piece.Body(w.Say(words.PageHistoryNone)))
	}
	records := slices.Clone(k.history.Records)
	slices.Reverse(records)
	for i := range records[:min(len(records), maxHistory)] {
		parts = append(parts, s.record(&records[i], k.purposes))
	}
	return piece.Card(parts...)
}

// record is one answer.
func (s *sender) record(r *api.Record, titles map[string]string) fyne.CanvasObject {
	w := s.p.w.words
	title := titles[r.Purpose]
	if title == "" {
		title = name(r.Purpose)
	}
	text := w.Say(words.PageDidForgotten)
	switch {
	case r.Forgotten:
	case r.Decision == "granted":
		text = w.Say(words.PageDidGranted, "purpose", title)
	case r.Decision == "refused":
		text = w.Say(words.PageDidRefused, "purpose", title)
	case r.Decision == "withdrawn":
		text = w.Say(words.PageDidWithdrawn, "purpose", title)
	}
	parts := []fyne.CanvasObject{piece.Body(text), piece.Small(w.Say(words.WinDidWhen, "when", s.p.w.moment(r.When), "address", name(r.Address)))}
	if r.Notice != "" {
		shown := piece.Body(notice(r.Notice))
		shown.Hide()
		b := piece.NewQuiet(w.Say(words.PageNoticeShown), nil)
		b.OnTapped = func() {
			if shown.Visible() {
				shown.Hide()
			} else {
				shown.Show()
			}
			s.p.frame.all.Refresh()
		}
		parts = append(parts, piece.Row(b), shown)
	}
	return piece.Column(parts...)
}

// notice is the text that was shown, line by line.
func notice(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = piece.Clean(l, maxSentence)
	}
	return strings.Join(lines, "\n")
}
