package daemon

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/proxy/chain"
	"github.com/unseen-mail/unseen/proxy/owner"
	"github.com/unseen-mail/unseen/proxy/web"
)

const (
	// settingWeb keeps whether the web proxy is wanted, settingWebPort its port, and
	// settingOpened the hosts that the reader named for it.
	settingWeb, settingWebPort, settingOpened = "web proxy", "web proxy port", "web proxy hosts"
	// The first and last port that it is given by itself.
	firstWeb, lastWeb = 4380, 4399
	// maxOpened is how many hosts can be named.
	maxOpened = 100
)

// A webWay is the forward proxy for what mail programs load themselves, on a port of its
// own: connections that last for hours and large downloads must not take the gateway's.
type webWay struct {
	daemon *Daemon
	port   port
	// serving is the server, nil while there is none.
	serving atomic.Pointer[web.Server]

	changing sync.Mutex // held while it is switched

	mu     sync.Mutex // guards what follows
	on     bool
	cancel context.CancelFunc
	work   sync.WaitGroup
	// opened are the hosts that the reader named by command.
	opened []string
}

// openWeb listens if the reader wanted it before.
func openWeb(ctx context.Context, d *Daemon) (*webWay, error) {
	w := &webWay{daemon: d}
	w.port.freed, w.port.held = d.portFreed, d.held
	d.gateway.besides = w.recheck
	kept := make(map[string]string)
	for _, name := range []string{settingWebPort, settingWeb, settingOpened} {
		text, _, err := d.core.store.Setting(ctx, name)
		if err != nil {
			return nil, err
		}
		kept[name] = text
	}
	var err error
	if text := kept[settingWebPort]; text != "" {
		if w.port.number, err = strconv.Atoi(text); err != nil {
			return nil, fmt.Errorf("reading the port of the web proxy: %w", err)
		}
	}
	if text := kept[settingOpened]; text != "" {
		if err := json.Unmarshal([]byte(text), &w.opened); err != nil {
			return nil, fmt.Errorf("reading the hosts of the web proxy: %w", err)
		}
	}
	if kept[settingWeb] == "on" {
		w.on = true
		w.port.listen()
	}
	return w, nil
}

// start answers if it is wanted.
func (w *webWay) start() {
	w.changing.Lock()
	defer w.changing.Unlock()
	if w.wanted() {
		w.serve()
	}
}

// wanted says whether the reader wants it.
func (w *webWay) wanted() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.on
}

// serve answers until stop.
func (w *webWay) serve() {
	ctx, cancel := context.WithCancel(context.Background())
	w.mu.Lock()
	w.cancel = cancel
	w.mu.Unlock()
	d := w.daemon
	w.work.Go(func() {
		err := w.port.serve(ctx, func(ctx context.Context, ln net.Listener) error {
			server := w.server()
			w.serving.Store(server)
			defer w.serving.Store(nil)
			return server.Serve(ctx, ln)
		})
		if err != nil {
			d.cfg.Logger.Error("part ended", "part", "web proxy", "err", err)
		}
	})
}

// server makes the proxy.
func (w *webWay) server() *web.Server {
	d := w.daemon
	cfg := web.Config{
		Load: w.answer, Host: w.host, Dial: d.outward, Upstream: d.upstream, Log: d.cfg.Logger,
		Certificate: func(host string) (*tls.Certificate, error) {
			return d.relays.certs.keyring.Leaf(host, time.Now())
		},
		Allow: func(c net.Conn) bool { return !owner.Foreign(c) },
		Words: web.Words{
			Held: d.cfg.Words.Say(words.WebHeld), Unreachable: d.cfg.Words.Say(words.WebUnreachable),
			BadRequest: d.cfg.Words.Say(words.WebBadRequest),
		},
	}
	if d.cfg.Lab != nil {
		cfg.Roots = d.cfg.Lab.Web.Roots
	}
	return web.New(cfg)
}

// upstream is the proxy that config.toml names, for requests that go to it as they are.
// What is on this machine is asked directly, as everywhere.
func (d *Daemon) upstream(r *http.Request) (*url.URL, error) {
	at := d.policy.proxy().Upstream
	if at == "" || chain.Here(r.URL.Host) {
		return nil, nil
	}
	return chain.Parse(at)
}

// stop ends it, and lets go of the port.
func (w *webWay) stop() {
	w.mu.Lock()
	cancel := w.cancel
	w.cancel = nil
	w.mu.Unlock()
	if cancel != nil {
		cancel()
	}
	w.work.Wait()
	w.port.close()
}

// set switches it on or off, for this run and those to come.
func (w *webWay) set(ctx context.Context, on bool) error {
	w.changing.Lock()
	defer w.changing.Unlock()
	if on == w.wanted() {
		return nil
	}
	kept := w.daemon.core.store
	if !on {
		if err := kept.SetSetting(ctx, settingWeb, "off"); err != nil {
			return err
		}
		w.turn(false)
		w.stop()
		return nil
	}
	if err := w.choose(ctx); err != nil {
		return err
	}
	if err := kept.SetSetting(ctx, settingWeb, "on"); err != nil {
		w.port.close()
		return err
	}
	w.turn(true)
	w.serve()
	return nil
}

func (w *webWay) turn(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.on = on
}

// choose listens on the port that it had, or on one that is free and that it keeps.
func (w *webWay) choose(ctx context.Context) error {
	if w.port.number != 0 {
		w.port.listen()
		return nil
	}
	for number := firstWeb; number <= lastWeb; number++ {
		w.port.number = number
		if w.port.listen() {
			return w.daemon.core.store.SetSetting(ctx, settingWebPort, strconv.Itoa(number))
		}
	}
	w.port.number = 0
	return fmt.Errorf("looking for a port for the web proxy: %d to %d are taken", firstWeb, lastWeb)
}

// address is where programs find it, "" if it never was anywhere.
func (w *webWay) address() string {
	if w.port.number == 0 {
		return ""
	}
	return "127.0.0.1:" + strconv.Itoa(w.port.number)
}

// recheck cuts connections that would not be made now.
func (w *webWay) recheck(ctx context.Context) {
	if server := w.serving.Load(); server != nil {
		server.Recheck(ctx)
	}
}

// named are the hosts that are opened, and whether config.toml says which.
func (w *webWay) named() (hosts []string, pinned bool) {
	if list := w.daemon.policy.proxy().Intercept; list != nil {
		return list, true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.opened), false
}

// name adds a host to those that are opened, or takes it away.
func (w *webWay) name(ctx context.Context, host string, open bool) error {
	w.changing.Lock()
	defer w.changing.Unlock()
	d := w.daemon
	hosts, pinned := w.named()
	at := slices.Index(hosts, host)
	switch {
	case pinned:
		return d.refusal(api.CodeConflict, words.WebPinned, words.WebPinnedHint, "path", d.cfg.Paths.Config)
	case open == (at >= 0):
		return nil
	case open && len(hosts) >= maxOpened:
		return d.refusal(api.CodeConflict, words.WebTooMany, words.WebTooManyHint, "n", maxOpened)
	case open:
		hosts = append(hosts, host)
		slices.Sort(hosts)
	default:
		hosts = slices.Delete(hosts, at, at+1)
	}
	text, err := json.Marshal(hosts)
	if err != nil {
		return fmt.Errorf("writing the hosts of the web proxy: %w", err)
	}
	if err := d.core.store.SetSetting(ctx, settingOpened, string(text)); err != nil {
		return err
	}
	w.mu.Lock()
	w.opened = hosts
	w.mu.Unlock()
	w.recheck(context.WithoutCancel(ctx))
	return nil
}

// taken says that the port could not be had, "" if it could or is not wanted.
func (w *webWay) taken() string {
	if !w.wanted() {
		return ""
	}
	return w.port.lost(w.daemon.cfg.Words, words.WebTaken)
}
