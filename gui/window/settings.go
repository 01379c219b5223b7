package window

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/unseen-mail/unseen/gui/window/piece"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// settings is the page of what is set.
type settings struct{ *frame }

func newSettings(w *Window) *settings { return &settings{newFrame(w)} }

// live says that rules that were read anew, or a pause that ended, are seen.
func (p *settings) live() bool { return true }

// load asks what is set.
func (p *settings) load() {
	p.read(func(ctx context.Context) (func(), error) {
		s, err := p.w.cfg.Client.Settings(ctx)
		if err != nil {
			return nil, err
		}
		st, err := p.w.cfg.Client.Status(ctx)
		return func() { p.draw(&s, &st) }, err
	})
}

// set changes something, and offers the way back.
func (p *settings) set(change, back api.SettingsChange) {
	p.write(func(ctx context.Context) (func(), error) {
		s, err := p.w.cfg.Client.Set(ctx, change)
		if err != nil {
			// What is shown goes back to what is set.
			return nil, err
		}
		return func() {
			p.w.wear(s)
			p.w.note(p.w.words.Say(words.WinSet), func() { p.set(back, change) })
			p.load()
		}, nil
	})
}

// draw shows what is set.
func (p *settings) draw(s *api.Settings, st *api.Status) {
	w := p.w.words
	parts := []fyne.CanvasObject{piece.Title(w.Say(words.WinSettings)), p.level(s), p.pictures(s), p.pause(st), p.notices(s), p.looks(s), p.law(s), p.kept(s)}
	p.again(parts...)
}

// pinned adds a sentence where config.toml decides.
func (p *settings) pinned(s *api.Settings, key string, parts ...fyne.CanvasObject) fyne.CanvasObject {
	if slices.Contains(s.Pinned, key) {
		parts = append(parts, piece.Small(p.w.words.Say(words.PagePicturesPinned)))
	}
	return piece.Card(parts...)
}

// level chooses how much is held.
func (p *settings) level(s *api.Settings) fyne.CanvasObject {
	w := p.w.words
	c := piece.NewChoice([]piece.Option{
		{ID: "standard", Text: w.Say(words.WinLevelStandard)}, {ID: "own", Text: w.Say(words.WinLevelOwn)}, {ID: "all", Text: w.Say(words.WinLevelAll)},
	}, s.Level, func(id string) { p.set(api.SettingsChange{Level: &id}, api.SettingsChange{Level: &s.Level}) })
	c.Enable(!slices.Contains(s.Pinned, "level"))
	says := map[string]words.Key{"own": words.StatusLevelOwn, "all": words.StatusLevelAll}[s.Level]
	if says == "" {
		says = words.StatusLevel
	}
	return p.pinned(s, "level", piece.Heading(w.Say(words.WinLevel)), c.Row, piece.Body(w.Say(says)))
}

// pictures chooses whether pictures that tell nobody anything are shown.
func (p *settings) pictures(s *api.Settings) fyne.CanvasObject {
	w := p.w.words
	sw := piece.NewSwitch(w.Say(words.WinAllPictures), w.Say(words.WinShown), w.Say(words.WinNotShown), s.Pictures == "all", func(on bool) {
		to := "none"
		if on {
			to = "all"
		}
		p.set(api.SettingsChange{Pictures: &to}, api.SettingsChange{Pictures: &s.Pictures})
	})
	sw.Enable(!slices.Contains(s.Pinned, "pictures"))
	says := words.PagePicturesNone
	if s.Pictures == "all" {
		says = words.PagePicturesAll
	}
	return p.pinned(s, "pictures", piece.Heading(w.Say(words.PagePictures)), sw, piece.Body(w.Say(says)))
}

// pause silences questions and notices.
func (p *settings) pause(st *api.Status) fyne.CanvasObject {
	w := p.w.words
	parts := []fyne.CanvasObject{piece.Heading(w.Say(words.WinPause)), piece.Body(w.Say(words.WinPauseHow))}
	change := func(text words.Key, do func(context.Context) error) fyne.CanvasObject {
		return piece.NewButton(w.Say(text), func() {
			p.write(func(ctx context.Context) (func(), error) { return p.load, do(ctx) })
		})
	}
	resume := change(words.WinResume, func(ctx context.Context) error {
		_, err := p.w.cfg.Client.Resume(ctx)
		return err
	})
	if st.Paused != nil {
		return piece.Card(append(parts, piece.Body(w.Say(words.WinPaused, "until", p.w.moment(st.Paused.Until))), piece.Row(resume))...)
	}
	hour := func(n int) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := p.w.cfg.Client.Pause(ctx, api.PauseRequest{Seconds: n * 3600})
			return err
		}
	}
	return piece.Card(append(parts, piece.Row(change(words.WinPauseHour, hour(1)), change(words.WinPauseDay, hour(24))))...)
}

// notices are those of the tray, and whether it starts with the session.
func (p *settings) notices(s *api.Settings) fyne.CanvasObject {
	w := p.w.words
	parts := []fyne.CanvasObject{
		piece.Heading(w.Say(words.WinNotices)),
		piece.NewSwitch(w.Say(words.WinShowNotices), w.Say(words.WinOn), w.Say(words.WinOff), s.Notices, func(on bool) {
			off := !on
			p.set(api.SettingsChange{Notices: &on}, api.SettingsChange{Notices: &off})
		}),
		piece.Small(w.Say(words.WinNoticesHow)),
	}
	if p.w.cfg.Login != nil && p.w.cfg.SetLogin != nil {
		parts = append(parts, piece.NewSwitch(w.Say(words.WinLogin), w.Say(words.WinOn), w.Say(words.WinOff), p.w.cfg.Login(), func(on bool) {
			p.write(func(context.Context) (func(), error) { return p.load, p.w.cfg.SetLogin(on) })
		}))
	}
	return piece.Card(parts...)
}

// looks are language, colours and the size of texts.
func (p *settings) looks(s *api.Settings) fyne.CanvasObject {
	w := p.w.words
	system := piece.Option{ID: "", Text: w.Say(words.WinSystem)}
	language := []piece.Option{system}
	for _, lang := range words.Languages() {
		language = append(language, piece.Option{ID: lang, Text: words.In(lang).Say(words.WinLanguageName)})
	}
	chosen := piece.NewChoice(language, s.Language, func(id string) {
		p.set(api.SettingsChange{Language: &id}, api.SettingsChange{Language: &s.Language})
	})
	chosen.Enable(!slices.Contains(s.Pinned, "language"))
	theme := piece.NewChoice([]piece.Option{system, {ID: "light", Text: w.Say(words.WinLight)}, {ID: "dark", Text: w.Say(words.WinDark)}}, s.Theme, func(id string) {
		p.set(api.SettingsChange{Theme: &id}, api.SettingsChange{Theme: &s.Theme})
	})
	var sizes []piece.Option
	for _, n := range []int{85, 100, 125, 150, 200} {
		sizes = append(sizes, piece.Option{ID: fmt.Sprint(n), Text: fmt.Sprint(n, " %")})
	}
	size := piece.NewChoice(sizes, fmt.Sprint(s.TextSize), func(id string) {
		var n int
		if _, err := fmt.Sscan(id, &n); err == nil {
			p.set(api.SettingsChange{TextSize: &n}, api.SettingsChange{TextSize: &s.TextSize})
		}
	})
	return p.pinned(s, "language", piece.Heading(w.Say(words.WinLooks)), piece.Small(w.Say(words.WinLanguage)), chosen.Row,
		piece.Small(w.Say(words.WinColours)), theme.Row, piece.Small(w.Say(words.WinTextSize)), size.Row)
}

// law is whose law notices cite, and how long a yes lasts.
func (p *settings) law(s *api.Settings) fyne.CanvasObject {
	w := p.w.words
	options := []piece.Option{{ID: "", Text: w.Say(words.WinSystem)}}
	for _, j := range s.Jurisdictions {
		options = append(options, piece.Option{ID: j, Text: j})
	}
	c := piece.NewChoice(options, s.Jurisdiction, func(id string) {
		p.set(api.SettingsChange{Jurisdiction: &id}, api.SettingsChange{Jurisdiction: &s.Jurisdiction})
	})
	c.Enable(!slices.Contains(s.Pinned, "jurisdiction"))
	lasts := w.Say(words.WinLapses, "n", s.LapseDays)
	if s.LapseDays == 0 {
		lasts = w.Say(words.WinLapsesNever)
	}
	return p.pinned(s, "jurisdiction", piece.Heading(w.Say(words.WinLaw)), piece.Body(w.Say(words.WinLawHow)), c.Row, piece.Body(lasts))
}

// kept says what is kept and where, and by which rules it is judged.
func (p *settings) kept(s *api.Settings) fyne.CanvasObject {
	w := p.w.words
	lists := w.Say(words.WinListsNone)
	if len(s.Lists) > 0 {
		lists = w.Say(words.WinLists, "lists", piece.Clean(strings.Join(s.Lists, " "), maxSentence))
	}
	return piece.Card(piece.Heading(w.Say(words.WinKeptWhere)), piece.Body(w.Say(words.WinKeptDays, "n", s.EventDays)), piece.Body(lists),
		p.w.value(w.Say(words.PageLoadEdition, "edition", s.Edition)),
		p.w.value(w.Say(words.WinFiles, "config", s.Config, "data", s.Data)), piece.Small(w.Say(words.WinVersion, "version", s.Version)))
}
