package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/unseen-mail/unseen/internal/gate"
	"github.com/unseen-mail/unseen/internal/store"
)

// The settings that keep a pause and suspensions.
const (
	settingPause   = "pause"
	settingSuspend = "suspended"
)

// everyAccount stands for all mail in a suspension.
const everyAccount = ""

// A guard knows how much is held, and when nothing is asked or held. Only what
// stands now is in it; what has ended is taken out, so that a clock set back
// cannot bring it back.
type guard struct {
	store *store.Store
	// changed has a word when something begins or ends.
	changed chan struct{}

	mu     sync.Mutex // guards what follows
	chosen gate.Level
	silent span
	off    map[string]span // by the address of an account
}

// openGuard reads what was chosen, and which times have not ended.
func openGuard(ctx context.Context, s *store.Store, now time.Time) (*guard, error) {
	g := &guard{store: s, changed: make(chan struct{}, 1), off: make(map[string]span)}
	var err error
	if g.chosen, err = openLevel(ctx, s); err != nil {
		return nil, err
	}
	if err := g.read(ctx, settingPause, &g.silent); err != nil {
		return nil, err
	}
	if err := g.read(ctx, settingSuspend, &g.off); err != nil {
		return nil, err
	}
	if g.off == nil {
		g.off = make(map[string]span)
	}
	if g.silent.wentBack(now) {
		g.silent = span{}
	}
	maps.DeleteFunc(g.off, func(_ string, s span) bool { return s.wentBack(now) })
	g.sweep(now)
	return g, nil
}

// read reads a setting. One that cannot be understood is as good as none: all is
// asked and held.
func (g *guard) read(ctx context.Context, name string, to any) error {
	text, ok, err := g.store.Setting(ctx, name)
	if err != nil {
		return err
	}
	if ok && json.Unmarshal([]byte(text), to) != nil {
		g.silent, g.off = span{}, nil
	}
	return nil
}

// keep writes both down.
func (g *guard) keep(ctx context.Context, silent span, off map[string]span) error {
	for name, value := range map[string]any{settingPause: silent, settingSuspend: off} {
		text, err := json.Marshal(value)
		if err != nil {
			return fmt.Errorf("writing %s: %w", name, err)
		}
		if err := g.store.SetSetting(ctx, name, string(text)); err != nil {
			return err
		}
	}
	return nil
}

// sweep takes out what has ended, and says what that was.
func (g *guard) sweep(now time.Time) (silence bool, accounts []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.silent.none() && !g.silent.stands(now) {
		g.silent, silence = span{}, true
	}
	for _, account := range slices.Sorted(maps.Keys(g.off)) {
		if !g.off[account].stands(now) {
			delete(g.off, account)
			accounts = append(accounts, account)
		}
	}
	return silence, accounts
}

// level is how much the reader chose to hold.
func (g *guard) level() gate.Level {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.chosen
}

// choose takes another level.
func (g *guard) choose(l gate.Level) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.chosen = l
}

// paused returns the pause that stands, if there is one.
func (g *guard) paused(now time.Time) (span, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.silent, g.silent.stands(now)
}

// suspended says whether the mail of an account is not protected.
func (g *guard) suspended(account string, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.off[everyAccount].stands(now) || account != everyAccount && g.off[account].stands(now)
}

// suspensions are those that stand.
func (g *guard) suspensions(now time.Time) map[string]span {
	g.mu.Lock()
	defer g.mu.Unlock()
	list := maps.Clone(g.off)
	maps.DeleteFunc(list, func(_ string, s span) bool { return !s.stands(now) })
	return list
}

// silence begins a pause. It is on disk before it acts.
func (g *guard) silence(ctx context.Context, s span) error {
	if err := g.keep(ctx, s, g.suspensions(s.Since)); err != nil {
		return err
	}
	g.mu.Lock()
	g.silent = s
	g.mu.Unlock()
	g.tell()
	return nil
}

// suspend begins a suspension. It is on disk before it acts.
func (g *guard) suspend(ctx context.Context, account string, s span) error {
	off, silent := g.suspensions(s.Since), span{}
	off[account] = s
	if now, ok := g.paused(s.Since); ok {
		silent = now
	}
	if err := g.keep(ctx, silent, off); err != nil {
		return err
	}
	g.mu.Lock()
	g.off[account] = s
	g.mu.Unlock()
	g.tell()
	return nil
}

// resume ends everything, and says what it ended. It acts before it is on disk:
// protection waits for nothing.
func (g *guard) resume(ctx context.Context, now time.Time) (paused bool, accounts []string, err error) {
	off := g.suspensions(now)
	g.mu.Lock()
	paused = g.silent.stands(now)
	g.silent = span{}
	clear(g.off)
	g.mu.Unlock()
	g.tell()
	return paused, slices.Sorted(maps.Keys(off)), g.keep(ctx, span{}, nil)
}

// tell wakes whoever waits for the next end.
func (g *guard) tell() {
	select {
	case g.changed <- struct{}{}:
	default:
	}
}

// next is how long until something may end, and false if nothing can.
func (g *guard) next(now time.Time) (time.Duration, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	wait, any := time.Duration(0), false
	for _, s := range append(slices.Collect(maps.Values(g.off)), g.silent) {
		if s.none() {
			continue
		}
		if left := max(s.left(now), 0); !any || left < wait {
			wait, any = left, true
		}
	}
	return wait, any
}

// note writes down that what stands was seen to stand.
func (g *guard) note(ctx context.Context, now time.Time) error {
	g.mu.Lock()
	if g.silent.stands(now) {
		g.silent.Seen = now
	}
	for account, s := range g.off {
		if s.stands(now) {
			s.Seen = now
			g.off[account] = s
		}
	}
	silent, off := g.silent, maps.Clone(g.off)
	g.mu.Unlock()
	return g.keep(ctx, silent, off)
}
