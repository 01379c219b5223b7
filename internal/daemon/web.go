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
	"sync"
	"sync/atomic"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/config"
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
	switched
	// serving is the server, nil while there is none.
	serving atomic.Pointer[web.Server]

	mu sync.Mutex // guards what follows
	// opened are the hosts that the reader named by command.
	opened []string
}

// openWeb listens if the reader wanted it before.
func openWeb(ctx context.Context, d *Daemon) (*webWay, error) {
	w := new(webWay)
	w.daemon = d
	w.kind = listenerKind{
		part: "web proxy", wish: settingWeb, number: settingWebPort, first: firstWeb, last: lastWeb,
		taken: words.WebTaken, serve: w.run,
	}
	d.gateway.besides = w.recheck
	text, _, err := d.core.store.Setting(ctx, settingOpened)
	if err != nil {
		return nil, err
	}
	if text != "" {
		if err := json.Unmarshal([]byte(text), &w.opened); err != nil {
			return nil, fmt.Errorf("reading the hosts of the web proxy: %w", err)
		}
	}
	return w, w.open(ctx)
}

// run answers programs until ctx ends.
func (w *webWay) run(ctx context.Context, ln net.Listener) error {
	server := w.server()
	w.serving.Store(server)
	defer w.serving.Store(nil)
	return server.Serve(ctx, ln)
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
	switch {
	case at == "" || chain.Here(r.URL.Host):
		return nil, nil
	case at != config.ByPAC:
		return chain.Parse(at)
	}
	ways, err := d.asker.Ways(r.Context(), d.policy.proxy().PAC, r.URL)
	if err != nil {
		return nil, fmt.Errorf("asking by which proxy: %w", err)
	}
	return ways[0], nil
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
