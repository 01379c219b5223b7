package daemon

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/internal/store"
)

// Over random histories: mail is unprotected only while a suspension of its
// account, or of all, was asked for, is not over and was not ended. A pause
// unprotects nothing, ever.
func TestOnlyASuspensionUnprotects(t *testing.T) {
	kept, err := store.Open(t.Context(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kept.Close() })
	accounts := []string{everyAccount, "anna@mail.example", "ben@mail.example"}
	open := 0
	rapid.Check(t, func(rt *rapid.T) {
		now := wall(time.Now())
		g, err := openGuard(t.Context(), kept, now)
		if err != nil {
			rt.Fatal(err)
		}
		if _, _, err := g.resume(t.Context(), now); err != nil {
			rt.Fatal(err)
		}
		ends, paused := map[string]time.Time{}, time.Time{}
		length := func(rt *rapid.T) time.Duration {
			return time.Duration(rapid.IntRange(1, 90).Draw(rt, "minutes")) * time.Minute
		}
		rt.Repeat(map[string]func(*rapid.T){
			"pause": func(rt *rapid.T) {
				s := spanOf(now, length(rt))
				if err := g.silence(t.Context(), s); err != nil {
					rt.Fatal(err)
				}
				paused = s.Until
			},
			"suspend": func(rt *rapid.T) {
				account, s := rapid.SampledFrom(accounts).Draw(rt, "account"), spanOf(now, length(rt))
				if err := g.suspend(t.Context(), account, s); err != nil {
					rt.Fatal(err)
				}
				ends[account] = s.Until
			},
			"resume": func(rt *rapid.T) {
				if _, _, err := g.resume(t.Context(), now); err != nil {
					rt.Fatal(err)
				}
				clear(ends)
				paused = time.Time{}
			},
			"wait":  func(rt *rapid.T) { now = now.Add(length(rt)) },
			"sweep": func(*rapid.T) { g.sweep(now) },
			"restart": func(rt *rapid.T) {
				if g, err = openGuard(t.Context(), kept, now); err != nil {
					rt.Fatal(err)
				}
			},
			"": func(rt *rapid.T) {
				for _, account := range accounts[1:] {
					want := now.Before(ends[everyAccount]) || now.Before(ends[account])
					if got := g.suspended(account, now); got != want {
						rt.Fatalf("%s is unprotected: %v, want %v", account, got, want)
					} else if got {
						open++
					}
				}
				if _, silent := g.paused(now); silent != now.Before(paused) {
					rt.Fatalf("silent: %v, until %v", silent, paused)
				}
				if wait, any := g.next(now); any && wait < 0 {
					rt.Fatalf("the next end is %s away", wait)
				}
			},
		})
	})
	if open == 0 {
		t.Error("nothing was ever suspended: the test shows nothing")
	}
}

// What is written and cannot be read protects.
func TestSpansThatCannotBeRead(t *testing.T) {
	kept, err := store.Open(t.Context(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kept.Close() })
	for _, text := range []string{"", "{", "null", `{"": 3}`, `[]`, `{"":{"since":"2026-11-22T10:00:00Z","until":"never"}}`} {
		for _, name := range []string{settingPause, settingSuspend, settingLevel} {
			if err := kept.SetSetting(t.Context(), name, text); err != nil {
				t.Fatal(err)
			}
		}
		g, err := openGuard(t.Context(), kept, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if _, silent := g.paused(time.Now()); silent || g.suspended("anna@mail.example", time.Now()) || !slices.Contains(levels[:], g.level()) {
			t.Errorf("%q: %+v", text, g)
		}
		if err := g.suspend(t.Context(), "a@b.example", spanOf(time.Now(), time.Hour)); err != nil || !g.suspended("a@b.example", time.Now()) {
			t.Errorf("%q: it cannot be suspended: %v", text, err)
		}
	}
}
