package tray_test

import (
	"bytes"
	"errors"
	"image/png"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/gui/tray"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// What matters most is shown.
func TestLook(t *testing.T) {
	span := api.Span{Until: time.Date(2026, 3, 3, 14, 0, 0, 0, time.Local)}
	paused := api.Status{Paused: &span}
	both := api.Status{Paused: &span, Suspended: []api.Suspension{{Span: span}}}
	wrong := both
	wrong.Problems = []string{"the port is taken"}
	for name, c := range map[string]struct {
		known tray.Known
		kind  tray.Kind
		says  string
	}{
		"nothing":            {tray.Known{}, tray.Watching, "Unseen is watching"},
		"held":               {tray.Known{New: true}, tray.Held, "Unseen held something new"},
		"paused wins":        {tray.Known{New: true, Status: paused}, tray.Paused, "Unseen is quiet until 14:00"},
		"suspended wins":     {tray.Known{New: true, Status: both}, tray.Suspended, "Protection is off until 14:00"},
		"trouble wins":       {tray.Known{New: true, Status: wrong}, tray.Trouble, "Something in Unseen does not work"},
		"nobody answers":     {tray.Known{Err: api.ErrNotRunning}, tray.Trouble, "Unseen is not running"},
		"something is wrong": {tray.Known{Err: errors.New("x")}, tray.Trouble, "Unseen is not running"},
	} {
		t.Run(name, func(t *testing.T) {
			v := tray.Look(words.English(), &c.known)
			if v.Kind != c.kind || v.Says != c.says || v.Items[0].Text != c.says || v.Items[len(v.Items)-1].Do != tray.DoQuit {
				t.Errorf("%+v", v)
			}
		})
	}
}

// The menu never gives a yes, names few, and says nothing that a mail put into it.
func TestMenu(t *testing.T) {
	hostile := "\u202eevil\n_\x00" + strings.Repeat("W", 10_000)
	k := tray.Known{Granted: []string{"a.example", hostile}}
	for range 9 {
		k.Waiting = append(k.Waiting, api.Waiting{Sender: hostile})
	}
	for _, lang := range words.Languages() {
		v := tray.Look(words.In(lang), &k)
		if len(v.Items) > 24 {
			t.Errorf("%d lines", len(v.Items))
		}
		for _, i := range v.Items {
			if strings.ContainsAny(i.Text, "\u202e\n\x00") || len([]rune(i.Text)) > 140 || strings.Contains(i.Text, "[") {
				t.Errorf("%s: %q", lang, i.Text)
			}
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		for _, c := range tray.Clean(rapid.String().Draw(r, "name")) {
			if !unicode.IsPrint(c) && c != '\u00a0' && !unicode.Is(unicode.Zs, c) {
				r.Errorf("%q is left", c)
			}
		}
	})
}

// Each state has an icon of its own form, with one colour.
func TestIcons(t *testing.T) {
	seen := make(map[string]tray.Kind)
	for _, k := range []tray.Kind{tray.Watching, tray.Held, tray.Paused, tray.Suspended, tray.Trouble} {
		raw := tray.Icon(k)
		img, err := png.Decode(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := seen[string(raw)]; ok {
			t.Errorf("%s looks like %s", k, other)
		}
		seen[string(raw)] = k
		inked := 0
		for y := range img.Bounds().Dy() {
			for x := range img.Bounds().Dx() {
				if _, _, _, a := img.At(x, y).RGBA(); a > 0x4000 {
					inked++
				}
			}
		}
		if inked < 200 || inked > 2500 {
			t.Errorf("%s has %d points of ink", k, inked)
		}
	}
}
