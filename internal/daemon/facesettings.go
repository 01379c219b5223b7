package daemon

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// Names of settings that faces keep.
const (
	settingLanguage     = "language"
	settingTheme        = "theme"
	settingTextSize     = "text-size"
	settingNotices      = "notices"
	settingJurisdiction = "jurisdiction"
)

// The sizes that texts can have, in per cent.
const (
	minTextSize   = 75
	usualTextSize = 100
	maxTextSize   = 200
)

// faces are what windows, tray and add-on show beside the rest.
func (d *Daemon) faces() api.Faces {
	return api.Faces{
		SenderPage: d.senderPage, SenderFacts: d.senderFacts, Messages: d.messages, Message: d.messageFacts,
		Statistics: d.statistics, Settings: d.settings, Set: d.setSettings, Purposes: d.purposes,
	}
}

// purposes says what purposes are.
func (d *Daemon) purposes(_ context.Context, q api.PurposeQuery) ([]api.Purpose, error) {
	lang := d.language(q.Language).Lang()
	list := []api.Purpose{}
	for _, p := range purpose.All() {
		text := p.ID.Text(lang)
		list = append(list, api.Purpose{ID: string(p.ID), Title: text.Title, Sentence: text.Sentence, Grantable: p.Grantable})
	}
	return list, nil
}

// settings says what is set, and by whom.
func (d *Daemon) settings(ctx context.Context) (api.Settings, error) {
	out := api.Settings{
		EventDays: store.EventDays, Edition: d.core.books.rules().Edition(), Version: d.cfg.Version,
		Config: d.cfg.Paths.Config, Data: d.cfg.Paths.Data, Jurisdictions: purpose.Jurisdictions(),
		Pinned: []string{}, Lists: []string{}, TextSize: usualTextSize, Notices: true,
	}
	level, pinned := d.policy.level()
	if out.Level = string(level); pinned {
		out.Pinned = append(out.Pinned, "level")
	}
	if out.Pictures, pinned = d.policy.all(); pinned {
		out.Pinned = append(out.Pinned, "pictures")
	}
	d.policy.fill(&out)
	err := errors.Join(
		d.kept(ctx, settingTheme, func(v string) { out.Theme = v }),
		d.kept(ctx, settingTextSize, func(v string) {
			if n, err := strconv.Atoi(v); err == nil {
				out.TextSize = min(max(n, minTextSize), maxTextSize)
			}
		}),
		d.kept(ctx, settingNotices, func(v string) { out.Notices = v != "off" }),
		d.kept(ctx, settingLanguage, func(v string) {
			if out.Language == "" {
				out.Language = v
			}
		}),
	)
	return out, d.explainStore(err)
}

// kept hands a setting of the store on, if it was ever set.
func (d *Daemon) kept(ctx context.Context, name string, take func(string)) error {
	v, ok, err := d.core.store.Setting(ctx, name)
	if ok {
		take(v)
	}
	return err
}

// fill writes down what config.toml says.
func (p *policy) fill(out *api.Settings) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := &p.settings
	out.Links, out.Openings, out.LapseDays, out.Lists = s.Links, s.Openings, s.LapseDays, append(out.Lists, s.Lists...)
	if s.Language != "" {
		out.Language = s.Language
		out.Pinned = append(out.Pinned, "language")
	}
	if s.Jurisdiction != "" {
		out.Jurisdiction = s.Jurisdiction
		out.Pinned = append(out.Pinned, "jurisdiction")
		return
	}
	out.Jurisdiction = p.jurisdictionSet
}

// setSettings changes settings: all that are named, or, where one cannot be, none of
// them beyond it.
func (d *Daemon) setSettings(ctx context.Context, c api.SettingsChange) (api.Settings, error) {
	before, err := d.settings(ctx)
	if err != nil {
		return before, err
	}
	if err := d.checkSettings(&c, before.Pinned); err != nil {
		return before, err
	}
	if c.Level != nil {
		if _, err := d.setLevel(ctx, api.Level{Level: *c.Level}); err != nil {
			return before, err
		}
	}
	if c.Pictures != nil {
		if _, err := d.showPictures(ctx, api.Picture{Sender: everySender, Show: *c.Pictures == "all"}); err != nil {
			return before, err
		}
	}
	if err := d.keepSettings(ctx, &c); err != nil {
		return before, d.explainStore(err)
	}
	d.hub.add(store.Event{Kind: "settings", Outcome: "changed"})
	return d.settings(ctx)
}

// checkSettings says what of a change cannot be.
func (d *Daemon) checkSettings(c *api.SettingsChange, pinned []string) error {
	wrong := func(name string, v any) error {
		return &api.Error{Code: api.CodeWrong, Text: fmt.Sprintf("reading the request: %s cannot be %v", name, v)}
	}
	for name, one := range map[string]struct {
		set     *string
		allowed []string
	}{
		"level":        {c.Level, []string{"standard", "own", "all"}},
		"pictures":     {c.Pictures, []string{"none", "all"}},
		"language":     {c.Language, append(words.Languages(), "")},
		"theme":        {c.Theme, []string{"", "light", "dark"}},
		"jurisdiction": {c.Jurisdiction, append(purpose.Jurisdictions(), "")},
	} {
		if one.set == nil {
			continue
		}
		if !slices.Contains(one.allowed, *one.set) {
			return wrong(name, strconv.Quote(*one.set))
		}
		if slices.Contains(pinned, name) {
			return d.refusal(api.CodeConflict, words.SettingPinned, words.SettingPinnedHint, "name", name, "path", d.cfg.Paths.Config)
		}
	}
	if c.TextSize != nil && (*c.TextSize < minTextSize || *c.TextSize > maxTextSize) {
		return wrong("text_size", *c.TextSize)
	}
	return nil
}

// speak turns the daemon's own language to the one that was chosen; config.toml wins,
// and with neither it is that of the environment.
func (d *Daemon) speak(ctx context.Context) error {
	chosen := ""
	if d.cfg.Settings.Language == "" {
		if err := d.kept(ctx, settingLanguage, func(v string) { chosen = v }); err != nil {
			return err
		}
	}
	if chosen == "" {
		d.turn(nil)
		return nil
	}
	d.turn(words.In(chosen))
	return nil
}

// keepSettings writes down what faces keep.
func (d *Daemon) keepSettings(ctx context.Context, c *api.SettingsChange) error {
	keep := func(name string, v *string) error {
		if v == nil {
			return nil
		}
		return d.core.store.SetSetting(ctx, name, *v)
	}
	var size, notices *string
	if c.TextSize != nil {
		text := strconv.Itoa(*c.TextSize)
		size = &text
	}
	if c.Notices != nil {
		text := "on"
		if !*c.Notices {
			text = "off"
		}
		notices = &text
	}
	err := errors.Join(keep(settingLanguage, c.Language), keep(settingTheme, c.Theme), keep(settingTextSize, size),
		keep(settingNotices, notices), keep(settingJurisdiction, c.Jurisdiction))
	if err == nil && c.Language != nil {
		err = d.speak(ctx)
	}
	if err == nil && c.Jurisdiction != nil {
		d.policy.mu.Lock()
		defer d.policy.mu.Unlock()
		d.policy.jurisdictionSet = *c.Jurisdiction
	}
	return err
}
