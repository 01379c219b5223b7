package daemon

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
)

const (
	// usualSpan is how long a pause or suspension is that names no length.
	usualSpan = time.Hour
	// maxPause is the longest pause: silence loses nothing.
	maxPause = 31 * 24 * time.Hour
	// maxSuspend is the longest suspension: a day that is forgotten ends.
	maxSuspend = 24 * time.Hour
	// noted is how often it is written down that a suspension still stands.
	noted = time.Minute
)

// length reads how long something is to be.
func (d *Daemon) length(seconds int, most time.Duration) (time.Duration, error) {
	if seconds == 0 {
		return usualSpan, nil
	}
	if seconds < 0 || seconds > int(most/time.Second) {
		return 0, d.refusal(api.CodeWrong, words.BadTime, words.BadTimeHint, "hours", int(most/time.Hour))
	}
	return time.Duration(seconds) * time.Second, nil
}

// pause silences questions and notices for a while. What is held stays held.
func (d *Daemon) pause(ctx context.Context, q api.PauseRequest) (api.Span, error) {
	length, err := d.length(q.Seconds, maxPause)
	if err != nil {
		return api.Span{}, err
	}
	s := spanOf(time.Now(), length)
	if err := d.policy.guard.silence(ctx, s); err != nil {
		return api.Span{}, d.explainStore(err)
	}
	d.hub.add(store.Event{Kind: "protection", Outcome: "paused", Reason: d.cfg.Words.Say(words.EventPaused, "until", clock(s.Until))})
	return spanFor(s), nil
}

// suspend turns protection off for a while, for one account or for all mail.
func (d *Daemon) suspend(ctx context.Context, q api.SuspendRequest) (api.Suspension, error) {
	length, err := d.length(q.Seconds, maxSuspend)
	if err != nil {
		return api.Suspension{}, err
	}
	account := everyAccount
	if q.Account != "" {
		list, err := d.listAccounts(ctx)
		if err != nil {
			return api.Suspension{}, err
		}
		at := slices.IndexFunc(list, func(a api.Account) bool { return strings.EqualFold(a.Address, q.Account) })
		if at < 0 {
			return api.Suspension{}, d.noAccount(q.Account)
		}
		account = list[at].Address
	}
	s := spanOf(time.Now(), length)
	if err := d.policy.guard.suspend(ctx, account, s); err != nil {
		return api.Suspension{}, d.explainStore(err)
	}
	d.hub.add(store.Event{Kind: "protection", Outcome: "suspended", Recipient: account,
		Reason: d.cfg.Words.Say(words.EventSuspended, "until", clock(s.Until))})
	return api.Suspension{Account: account, Span: spanFor(s)}, nil
}

// resume ends a pause and all suspensions. What is on its way because of one is
// cut before it returns.
func (d *Daemon) resume(ctx context.Context) (api.Resumed, error) {
	paused, off, err := d.policy.guard.resume(ctx, time.Now())
	d.gateway.recheck(context.WithoutCancel(ctx))
	if paused || len(off) > 0 {
		d.hub.add(store.Event{Kind: "protection", Outcome: "resumed", Reason: d.cfg.Words.Say(words.EventResumed)})
	}
	if err != nil {
		return api.Resumed{}, d.explainStore(err)
	}
	return api.Resumed{Paused: paused, Suspended: off}, nil
}

// spans says in a status what is paused and suspended.
func (d *Daemon) spans(st *api.Status, now time.Time) {
	if s, ok := d.policy.guard.paused(now); ok {
		paused := spanFor(s)
		st.Paused = &paused
	}
	off := d.policy.guard.suspensions(now)
	for _, account := range slices.Sorted(maps.Keys(off)) {
		st.Suspended = append(st.Suspended, api.Suspension{Account: account, Span: spanFor(off[account])})
	}
}

// silenced refuses a question that would be put to a reader who wants none now.
func (d *Daemon) silenced(now time.Time) error {
	s, ok := d.policy.guard.paused(now)
	if !ok {
		return nil
	}
	return d.refusal(api.CodeConflict, words.PausedQuestion, words.PausedHint, "until", clock(s.Until))
}

// ends waits for what ends by itself, and tells of it. Nobody is woken while
// nothing can end.
func (d *Daemon) ends(life context.Context) {
	guard := d.policy.guard
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-life.Done():
			d.note(context.WithoutCancel(life), time.Now())
			return
		case <-guard.changed:
		case <-timer.C:
		}
		d.over(life, time.Now())
		if wait, any := guard.next(time.Now()); any {
			d.note(life, time.Now())
			timer.Reset(min(wait+time.Millisecond, noted))
		}
	}
}

// note writes down what still stands. A disk that is full makes no suspension
// longer while Unseen runs, so it is only logged.
func (d *Daemon) note(ctx context.Context, now time.Time) {
	if _, any := d.policy.guard.next(now); !any {
		return
	}
	if err := d.policy.guard.note(ctx, now); err != nil {
		d.cfg.Logger.Warn("noting how long protection is off", "err", err)
	}
}

// over takes out what has ended, cuts what is on its way because of it, and tells.
func (d *Daemon) over(ctx context.Context, now time.Time) {
	silence, off := d.policy.guard.sweep(now)
	if !silence && len(off) == 0 {
		return
	}
	d.gateway.recheck(context.WithoutCancel(ctx))
	if err := d.policy.guard.note(context.WithoutCancel(ctx), now); err != nil {
		d.cfg.Logger.Warn("noting that protection is on again", "err", err)
	}
	if silence {
		d.hub.add(store.Event{Kind: "protection", Outcome: "pause-over", Reason: d.cfg.Words.Say(words.EventPauseOver)})
	}
	for _, account := range off {
		d.hub.add(store.Event{Kind: "protection", Outcome: "suspension-over", Recipient: account,
			Reason: d.cfg.Words.Say(words.EventSuspendOver)})
	}
}

// spanFor is a span as the control API tells it.
func spanFor(s span) api.Span { return api.Span{Since: s.Since.UTC(), Until: s.Until.UTC()} }

// clock is a time of the reader's clock, in words for a line.
func clock(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }
