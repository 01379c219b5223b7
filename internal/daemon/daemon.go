// Package daemon wires the rooms together: store, rules, ledger, gate, gateway,
// one relay for each account, and the control API.
//
// # What holds
//
// Only one daemon runs on a data directory. [Start] returns when every port it
// could get accepts connections. A port that somebody else took does not stop
// it: mail flows where it can, what is held stays held, and the status says
// what is missing; the port is tried again until it is free.
//
// Pictures and level are read from config.toml as they change there; a file
// with a mistake is reported and the settings before it stay. The reader's own
// rules are read as they change too, and act on the next load.
//
// Every question of a mail program and its answer is an event in the store.
// Logs hold counts and reasons, never addresses, subjects, URLs, tokens or
// credentials.
package daemon

import (
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/login"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/proxy"
	"github.com/unseen-mail/unseen/proxy/pac"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// stopTime is how long connections may take to finish what is under way.
const stopTime = 5 * time.Second

// A Config says how a daemon runs.
type Config struct {
	// Paths are where it reads and writes.
	Paths config.Paths
	// Settings are what config.toml says at the start.
	Settings config.Settings
	// Words are what it says to people; nil is English.
	Words *words.Catalogue
	// Logger gets counts and reasons; nil means none.
	Logger *slog.Logger
	// Version is the program's.
	Version string
	// Held are listeners on ports of this machine that the system holds for Unseen,
	// by their number; nil is none. The daemon closes them.
	Held map[int]net.Listener
	// Lab, if not nil, keeps everything on this machine: for the demo and
	// tests. No flag or setting of the product makes one.
	Lab *Lab
}

// A Lab stands in for the internet.
type Lab struct {
	// Web is where loads go.
	Web proxy.Lab
	// Hosts are where mail servers are, "imap.example.org:993" to "127.0.0.1:1234", and
	// Names the addresses that a program may have got for them.
	Hosts map[string]string
	Names map[string][]netip.Addr
	// Providers are rows beside those of the catalogue.
	Providers []catalogue.Provider
	// Roots are trusted for mail servers; nil means the system's.
	Roots *x509.CertPool
	// LookupTXT answers for the DNS; nil knows no name.
	LookupTXT func(ctx context.Context, name string) ([]string, error)
	// Ring is where logins are kept; nil is the keyring of the system.
	Ring *login.Ring
	// Resolver is the name server that is asked for keys of signatures, "127.0.0.1:53";
	// "" is none.
	Resolver string
	// PAC is the command that evaluates a file of proxy configuration; nil is this
	// program's own.
	PAC []string
	// MaxPages makes the disk full: the store may have so many pages. 0 means
	// all that fit.
	MaxPages int
}

// A Daemon runs until it is closed.
type Daemon struct {
	cfg     Config
	core    *core
	policy  *policy
	hub     *hub
	gateway *gateway
	deadEnd *deadEnd
	// releases takes the loads that an add-on was told to let through.
	releases *releases
	door     *door
	relays   *relays
	ways     *ways
	web      *webWay
	asker    pac.Asker
	watcher  *config.Watcher
	held     heldPorts
	logins   *login.Book
	// turn lets cfg.Words speak another language.
	turn func(*words.Catalogue)
	// arrivals are the accounts whose new mail is looked at.
	arrivals *arrivals
	counted  countings
	started  time.Time
	// studying is held while permissions to studies are changed.
	studying sync.Mutex

	cancel   context.CancelFunc
	work     sync.WaitGroup
	closing  sync.Once
	closeErr error
	done     chan struct{}
}

// Start opens the store and begins to listen. It returns an error of which the
// text is a sentence for people, a [*words.Fault] where there is a hint.
func Start(ctx context.Context, cfg Config) (*Daemon, error) {
	if cfg.Words == nil {
		cfg.Words = words.English()
	}
	// Whoever chooses a language in a window is spoken to in it by the daemon too.
	var turn func(*words.Catalogue)
	cfg.Words, turn = cfg.Words.Turning()
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	runtime, data := place{cfg.Paths.Runtime, "UNSEEN_RUNTIME"}, place{cfg.Paths.Data, "UNSEEN_DATA"}
	if err := config.MakePrivate(cfg.Paths.Runtime); err != nil {
		return nil, explain(cfg.Words, runtime, err)
	}
	control, err := api.Listen(cfg.Paths.Socket())
	if err != nil {
		return nil, explain(cfg.Words, runtime, err)
	}
	core, err := openCore(ctx, &cfg)
	if err != nil {
		control.Close()
		return nil, explain(cfg.Words, data, err)
	}
	d := &Daemon{cfg: cfg, turn: turn, core: core, hub: newHub(core.store), started: time.Now(), done: make(chan struct{})}
	core.marks.told = func(sender string) { // faces show it at once
		d.hub.add(store.Event{Kind: "evidence", Outcome: "kept", Sender: sender})
	}
	d.held, d.logins, d.arrivals = holdPorts(cfg.Held), d.openLogins(), &arrivals{daemon: d}
	if err := d.begin(ctx); err != nil {
		d.held.close()
		control.Close()
		return nil, explain(cfg.Words, data, errors.Join(err, core.close()))
	}
	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	d.cancel = cancel
	d.serve(life, control)
	return d, nil
}

// begin makes the parts that depend on the core.
func (d *Daemon) begin(ctx context.Context) error {
	var err error
	if d.policy, err = openPolicy(ctx, d.core, d.cfg.Settings); err != nil {
		return err
	}
	if err = d.speak(ctx); err != nil {
		return err
	}
	if d.door, err = openDoor(ctx, d); err != nil {
		return err
	}
	if d.gateway, err = openGateway(ctx, d); err != nil {
		return err
	}
	if d.relays, err = openRelays(ctx, d); err != nil {
		d.gateway.port.close()
		return err
	}
	if d.cfg.Lab != nil {
		d.asker.Command = d.cfg.Lab.PAC
	}
	if d.ways, err = openWays(ctx, d); err != nil {
		d.gateway.port.close()
		d.relays.stop()
		return err
	}
	if d.web, err = openWeb(ctx, d); err != nil {
		d.gateway.port.close()
		d.relays.stop()
		d.ways.stop()
		return err
	}
	d.deadEnd = openDeadEnd(d.cfg.Logger)
	d.releases = openReleases(d, d.cfg.Logger)
	if d.watcher, err = config.NewWatcher(d.cfg.Paths.Config); err != nil {
		// Changes then count from the next start on.
		d.cfg.Logger.Warn("config.toml is not watched", "err", err)
	}
	return nil
}

// serve lets every part answer until life ends.
func (d *Daemon) serve(life context.Context, control net.Listener) {
	d.relays.start()
	d.ways.start()
	d.arrivals.start(life)
	d.web.start()
	d.run("gateway", func() error { return d.gateway.serve(life) })
	d.run("dead end", func() error { return d.deadEnd.serve(life) })
	d.run("releases", func() error { return d.releases.serve(life) })
	d.run("door", func() error { return d.door.serve(life) })
	d.run("control", func() error {
		return (&api.Server{Service: d.service(), Logger: d.cfg.Logger}).Serve(life, control)
	})
	d.run("events", func() error { return d.prune(life) })
	d.run("memory", func() error { return d.core.memory.run(life) })
	d.run("listener", func() error { d.core.listener.run(life); return nil })
	d.run("marks", func() error { d.attend(life); return nil })
	d.run("loads", func() error { return d.indexLoads(life) })
	d.run("spans", func() error { d.ends(life); return nil })
	if d.watcher != nil {
		d.run("config", func() error { d.watch(life); return nil })
	}
	if d.core.books.watcher != nil {
		d.run("rules", func() error { d.followRules(life); return nil })
	}
}

// run does one thing until it ends, and says so in the log if it went wrong.
func (d *Daemon) run(name string, part func() error) {
	d.work.Go(func() {
		if err := part(); err != nil {
			d.cfg.Logger.Error("part ended", "part", name, "err", err)
		}
	})
}

// watch takes over what changes in config.toml.
func (d *Daemon) watch(life context.Context) {
	d.watcher.Run(life, func(s config.Settings, err error) { d.takeOver(life, s, err) })
}

// Reload takes over what stands in config.toml now, as after a change of it: where
// files cannot be watched this is the way. One that is wrong is not taken, and the
// settings before it stay; the error says so.
func (d *Daemon) Reload(ctx context.Context) error {
	s, err := config.Load(d.cfg.Paths.Config)
	d.takeOver(ctx, s, err)
	return err
}

// takeOver takes settings over, or the reason why they are not.
func (d *Daemon) takeOver(life context.Context, s config.Settings, err error) {
	d.policy.take(s, err)
	d.ways.write()
	d.gateway.recheck(life)
	e := store.Event{Kind: "config", Outcome: "taken"}
	if err != nil {
		e.Outcome, e.Reason = "refused", err.Error()
		d.cfg.Logger.Warn("config.toml was not taken over", "err", err)
	}
	d.hub.add(e)
}

// port returns a port of this machine that is not listened on yet.
func (d *Daemon) port(number int) *port {
	return &port{number: number, freed: d.portFreed, held: d.held}
}

// prune turns old events into counts, at the start and once a day.
func (d *Daemon) prune(life context.Context) error {
	for {
		_, err := d.core.store.PruneEvents(life, time.Now().AddDate(0, 0, -store.EventDays), d.core.marks.senders()...)
		if err == nil {
			_, err = d.core.store.PruneReceipts(life, time.Now().AddDate(0, 0, -store.EventDays))
		}
		if err == nil {
			err = d.core.store.PruneMailings(life, time.Now().AddDate(0, 0, -mailingDays))
		}
		if n, kept := d.core.store.PruneCopies(time.Now().AddDate(0, 0, -store.CopyDays)); n > 0 || kept != nil {
			// One that cannot be removed is tried again tomorrow.
			d.cfg.Logger.Info("copies from before an update were removed", "count", n, "err", kept)
		}
		if err != nil && life.Err() == nil {
			return err
		}
		select {
		case <-life.Done():
			return nil
		case <-time.After(24 * time.Hour):
		}
	}
}

// Client returns a client of the daemon's control API.
func (d *Daemon) Client() *api.Client { return api.NewClient(d.cfg.Paths.Socket()) }

// Notes are sentences about what was put right at the start.
func (d *Daemon) Notes() []string {
	var notes []string
	if n := len(d.core.repaired); n > 0 {
		notes = append(notes, d.cfg.Words.Say(words.Repaired, "n", n, "dir", d.cfg.Paths.Data))
	}
	if d.relays.certs.own.Exposed {
		notes = append(notes, d.cfg.Words.Say(words.CertificateAnew))
	}
	return notes
}

// Origin is where held loads lead, "http://127.0.0.1:4180".
func (d *Daemon) Origin() string { return d.gateway.origin() }

// Nudge lets the relays find dead connections at once, as after a wake.
func (d *Daemon) Nudge() {
	for _, r := range d.relays.list() {
		r.server.Nudge()
		r.named.Nudge()
	}
	d.arrivals.wake()
}

// Wait returns when ctx ends or the daemon is closed.
func (d *Daemon) Wait(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-d.done:
	}
}

// Close ends every part and closes the store. What is being sent may be
// finished for a few seconds.
func (d *Daemon) Close() error {
	d.closing.Do(func() {
		defer close(d.done)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			d.arrivals.stop()
			d.relays.stop()
			d.ways.stop()
			d.web.stop()
			d.cancel()
			d.work.Wait()
		}()
		select {
		case <-ended:
		case <-time.After(stopTime):
			// Whoever has not finished by now is cut off with the process.
			d.cfg.Logger.Warn("stopping", "err", "a connection did not end in time")
			d.cancel()
		}
		d.held.close()
		d.closeErr = d.core.close()
	})
	return d.closeErr
}
