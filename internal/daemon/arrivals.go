package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/imapfilter"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/idle"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
)

// The settings of watching an account, before its address: whether it is watched, and how
// far its inbox was looked at.
const (
	settingWatch   = "watch "
	settingWatched = "watched "
)

// errNoLogin is an account that Unseen has no login of.
var errNoLogin = errors.New("daemon: there is no login")

// arrivals are the accounts whose new mail is looked at before it is opened. None is
// unless the reader asked for it.
type arrivals struct {
	daemon *Daemon

	mu sync.Mutex // guards what follows
	// begin runs one as long as the daemon serves; nil before and after that.
	begin func(*arriving)
	all   map[string]*arriving
}

// An arriving is one of them.
type arriving struct {
	relay  *relay
	nudge  chan struct{}
	cancel context.CancelFunc
	done   chan struct{}

	mu    sync.Mutex // guards what follows
	state idle.State
	mails int
	would int
}

// start watches every account that is to be, as long as life lasts.
func (a *arrivals) start(life context.Context) {
	a.mu.Lock()
	a.begin = func(one *arriving) {
		ctx, cancel := context.WithCancel(life)
		one.cancel = cancel
		go one.run(ctx)
	}
	a.mu.Unlock()
	for _, r := range a.daemon.relays.list() {
		if a.wanted(life, r.account.Address) {
			a.watch(r)
		}
	}
}

// stop ends all, and waits for them.
func (a *arrivals) stop() {
	a.mu.Lock()
	all := a.all
	a.begin, a.all = nil, nil
	a.mu.Unlock()
	for _, one := range all {
		one.end()
	}
}

// wanted says whether the reader wants an account to be watched.
func (a *arrivals) wanted(ctx context.Context, address string) bool {
	_, ok, err := a.daemon.core.store.Setting(ctx, settingWatch+address)
	return err == nil && ok
}

// watch begins to watch an account, if it is not watched.
func (a *arrivals) watch(r *relay) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.begin == nil || a.all[r.account.Address] != nil {
		return
	}
	if a.all == nil {
		a.all = make(map[string]*arriving)
	}
	one := &arriving{relay: r, nudge: make(chan struct{}, 1), done: make(chan struct{}), state: idle.State{Phase: idle.Connecting}}
	a.all[r.account.Address] = one
	a.begin(one)
}

// drop ends the watching of an account, if it is watched.
func (a *arrivals) drop(address string) {
	a.mu.Lock()
	one := a.all[address]
	delete(a.all, address)
	a.mu.Unlock()
	if one != nil {
		one.end()
	}
}

// get returns one, nil if there is none.
func (a *arrivals) get(address string) *arriving {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.all[address]
}

// wake has all look after their connections, as after a sleep of the machine.
func (a *arrivals) wake() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, one := range a.all {
		select {
		case one.nudge <- struct{}{}:
		default: // it was
		}
	}
}

// end ends it and waits for it.
func (one *arriving) end() {
	one.cancel()
	<-one.done
}

// run watches until ctx ends.
func (one *arriving) run(ctx context.Context) {
	defer close(one.done)
	defer one.cancel()
	r := one.relay
	s := r.daemon.core.store
	var from idle.Position
	if text, ok, err := s.Setting(ctx, settingWatched+r.account.Address); err == nil && ok && json.Unmarshal([]byte(text), &from) != nil {
		from = idle.Position{} // with the next mail
	}
	idle.Run(ctx, idle.Config{
		Open: one.open, From: from, Mail: one.take, Nudge: one.nudge, Soon: r.daemon.soon(),
		Reached: func(ctx context.Context, p idle.Position) {
			text, err := json.Marshal(p)
			if err == nil {
				err = s.SetSetting(ctx, settingWatched+r.account.Address, string(text))
			}
			if err != nil {
				r.daemon.cfg.Logger.Warn("noting how far new mail was looked at", "account", r.account.ID, "err", err)
			}
		},
		Tell: one.tell,
	})
}

// soon is how long a lost connection is waited for at first; a lab has no time.
func (d *Daemon) soon() time.Duration {
	if d.cfg.Lab != nil {
		return 100 * time.Millisecond
	}
	return 0
}

// tell notes how it does.
func (one *arriving) tell(s idle.State) {
	one.mu.Lock()
	defer one.mu.Unlock()
	if s.Err == nil && s.Phase == idle.Connecting {
		s.Err = one.state.Err // until there is another word
	}
	one.state = s
}

// open connects and logs in: by the login that Unseen keeps of the account, else by the
// password that the reader keeps.
func (one *arriving) open(ctx context.Context, news *imapclient.UnilateralDataHandler) (*imapclient.Client, error) {
	d, a := one.relay.daemon, &one.relay.account
	c, err := d.credentialOf(ctx, a, credential{})
	var refusal *api.Error
	if errors.As(err, &refusal) {
		return nil, fmt.Errorf("%w: %w", idle.ErrLogin, err)
	}
	if err != nil {
		return nil, err
	}
	if c.token == "" {
		if c.password, err = d.passwordOf(ctx, a.Address); err != nil {
			return nil, fmt.Errorf("%w: %w: %w", idle.ErrLogin, errNoLogin, err)
		}
	}
	client, err := one.relay.loggedFor(ctx, c, news)
	var said *imap.Error
	if errors.As(err, &said) || errors.Is(err, errNoToken) {
		return nil, fmt.Errorf("%w: %w", idle.ErrLogin, err)
	}
	return client, err
}

// ringTime is how long a keyring may wait for its owner to open it.
const ringTime = time.Minute

// take plans a new mail, as if a mail program had fetched it, and says so if it would
// report that it was opened.
func (one *arriving) take(ctx context.Context, m idle.Mail) error {
	r := one.relay
	p, err := r.planner()
	if err != nil {
		return err
	}
	b, ok := p.Begin(imapfilter.Place{Mailbox: m.Mailbox, UIDValidity: m.Validity, UID: m.UID}).(*planning)
	if !ok {
		return errors.New("looking at new mail: there is no plan")
	}
	stream := message.NewStream(io.Discard, b)
	if _, err = io.Copy(stream, m.Body); err == nil {
		err = stream.Close()
	}
	if err != nil {
		return fmt.Errorf("looking at new mail: %w", err)
	}
	kept, err := r.daemon.core.store.Plan(ctx, b.saved)
	if err != nil || kept == nil {
		return err
	}
	looked, err := r.daemon.core.mails.of(ctx, kept)
	if err != nil {
		return err
	}
	would := r.daemon.arrived(looked, kept)
	one.mu.Lock()
	defer one.mu.Unlock()
	one.mails++
	if would {
		one.would++
	}
	return nil
}

// arrived notes a mail that would report that it was opened, and says whether it would.
func (d *Daemon) arrived(m *mail, kept *store.Plan) bool {
	row := d.messageRow(m, kept)
	if row.Trackers+row.Suspected == 0 {
		return false
	}
	e := store.Event{
		Kind: "mail", Outcome: "arrived", Verdict: string(detect.Tracker), Account: kept.Account, Plan: kept.ID,
		Sender: m.from.Key, Recipient: m.to, Reason: d.cfg.Words.Say(words.EventArrived, "n", row.Trackers+row.Suspected),
	}
	if row.Trackers == 0 {
		e.Verdict = string(detect.Suspected)
	}
	d.hub.add(e)
	return true
}

// watchAccount turns the watching of an account on or off, or says how it stands.
func (d *Daemon) watchAccount(ctx context.Context, q api.WatchRequest) (api.Watched, error) {
	r := d.relays.get(strings.ToLower(q.Address))
	if r == nil {
		return api.Watched{}, d.noAccount(q.Address)
	}
	address := r.account.Address
	switch {
	case q.On == nil:
	case *q.On:
		if err := d.core.store.SetSetting(ctx, settingWatch+address, "on"); err != nil {
			return api.Watched{}, d.explainStore(err)
		}
		// Anew: the reader may have just logged in.
		d.arrivals.drop(address)
		d.arrivals.watch(r)
	default:
		if err := d.unwatch(ctx, address); err != nil {
			return api.Watched{}, err
		}
	}
	return d.watched(ctx, address), nil
}

// unwatch ends the watching of an account and forgets how far it came.
func (d *Daemon) unwatch(ctx context.Context, address string) error {
	d.arrivals.drop(address)
	for _, setting := range []string{settingWatch, settingWatched} {
		if err := d.core.store.ClearSetting(ctx, setting+address); err != nil {
			return d.explainStore(err)
		}
	}
	return nil
}

// watched says how an account is watched.
func (d *Daemon) watched(ctx context.Context, address string) api.Watched {
	out := api.Watched{Address: address, On: d.arrivals.wanted(ctx, address)}
	one := d.arrivals.get(address)
	if one == nil {
		return out
	}
	one.mu.Lock()
	defer one.mu.Unlock()
	out.Phase, out.Until, out.Mails, out.Reporting = string(one.state.Phase), one.state.Until, one.mails, one.would
	if err := one.state.Err; err != nil && one.state.Phase != idle.Watching {
		out.Problem, out.Hint = d.watchProblem(err, one.relay)
	}
	return out
}

// watchProblem says in plain words what stands in the way.
func (d *Daemon) watchProblem(err error, r *relay) (problem, hint string) {
	address, host := r.account.Address, r.account.IMAP.Host
	var refusal *api.Error
	switch {
	case errors.Is(err, errNoLogin):
		return d.cfg.Words.Say(words.WatchNoLogin, "address", address), d.cfg.Words.Say(words.WatchNoLoginHint, "address", address)
	case errors.As(err, &refusal):
		return refusal.Text, refusal.Hint
	case errors.Is(err, idle.ErrLogin):
		return d.cfg.Words.Say(words.CheckRefused, "host", host, "said", words.Plain(oneSentence(err))), d.cfg.Words.Say(words.CheckRefusedHint)
	}
	return d.cfg.Words.Say(words.CheckOther, "server", host, "said", words.Plain(oneSentence(err))), d.cfg.Words.Say(words.WatchLostHint)
}
