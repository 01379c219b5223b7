package daemon

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/proxy/owner"
	"github.com/unseen-mail/unseen/proxy/web"
)

const (
	// hopTime is how long a program may take to ask for what it was redirected to and
	// told that it may, maxHops how many such addresses are remembered.
	hopTime = time.Minute
	maxHops = 256
)

// A releases is where an add-on sends the loads that are released and go without TLS: the
// gateway asks for them in the program's place, so that no cookie, referrer or name of
// the program goes with them. Each comes under a name, "PLAN.NUMBER", with the password
// of this run. Nothing else passes: the address has to be that of the load, or one that
// it was redirected to, and it is decided on once more, whatever the add-on was told
// before.
type releases struct {
	daemon   *Daemon
	ln       net.Listener
	password string

	mu sync.Mutex // guards what follows
	// hops are addresses that loads were redirected to, and until when they count.
	hops map[hop]time.Time
}

// A hop is an address that a load was redirected to.
type hop struct {
	plan    int64
	number  int
	address string
}

// openReleases listens on a port that the system chooses. Without one the add-on lets
// these loads go as the program is set up to.
func openReleases(d *Daemon, log *slog.Logger) *releases {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		log.Warn("there is no port for released loads", "err", err)
	}
	return &releases{daemon: d, ln: ln, password: rand.Text(), hops: make(map[hop]time.Time)}
}

// way is where loads go, for the add-on; nil if there is no such port.
func (x *releases) way() *api.AddOnWay {
	if x.ln == nil {
		return nil
	}
	return &api.AddOnWay{Port: x.port(), Password: api.Secret(x.password)}
}

// port is where it listens, 0 if it does not.
func (x *releases) port() int {
	if x.ln == nil {
		return 0
	}
	return x.ln.Addr().(*net.TCPAddr).Port
}

// serve answers until ctx ends.
func (x *releases) serve(ctx context.Context) error {
	if x.ln == nil {
		return nil
	}
	return web.NewReleased(web.ReleasedConfig{
		Login: func(_, password string) bool {
			return subtle.ConstantTimeCompare([]byte(password), []byte(x.password)) == 1
		},
		Load:  x.answer,
		Allow: func(c net.Conn) bool { return !owner.Foreign(c) },
		Log:   x.daemon.cfg.Logger,
	}).Serve(ctx, x.ln)
}

// answer asks for a load, or refuses what is none.
func (x *releases) answer(w http.ResponseWriter, r *http.Request, name, address string) {
	l, at, err := x.load(r.Context(), name, address)
	gateway := x.daemon.gateway.serving.Load()
	if err != nil || gateway == nil {
		x.daemon.cfg.Logger.Warn("a released load was refused", "err", err)
		refuseLoad(w, r)
		return
	}
	what := asked(l, "add-on "+name+" "+at)
	what.URL = at
	gateway.Answer(w, r, what)
}

// load is the load of a name, and the address to ask for: its own, or where it was
// redirected to.
func (x *releases) load(ctx context.Context, name, address string) (*load, string, error) {
	var h hop
	// The name is what was read, and nothing around it.
	if _, err := fmt.Sscanf(name, "%d.%d", &h.plan, &h.number); err != nil || name != fmt.Sprintf("%d.%d", h.plan, h.number) {
		return nil, "", errNoLoad
	}
	m, err := x.daemon.planned(ctx, h.plan)
	if err != nil {
		return nil, "", err
	}
	if h.number < 0 || h.number >= len(m.plan.References) {
		return nil, "", errNoLoad
	}
	l := &load{mail: m, number: h.number, itself: true}
	ref := &l.ref().Ref
	own, _, ok := web.Key(absolute(ref.URL))
	key, _, good := web.Key(address)
	switch {
	case !ok || !good || !loads(ref):
		return nil, "", errNoLoad
	case own == key:
		return l, absolute(ref.URL), nil
	}
	h.address = key
	if !x.followed(h) {
		return nil, "", errNoLoad
	}
	return l, address, nil
}

// errNoLoad is what is asked for under a name that is not its own.
var errNoLoad = errors.New("this is no load of a mail that was shown")

// absolute is an address with a scheme: where a mail names none, programs take http.
func absolute(address string) string {
	if strings.HasPrefix(address, "//") {
		return "http:" + address
	}
	return address
}

// follow remembers that a load may go on to an address that it was redirected to.
func (x *releases) follow(plan int64, number int, at *url.URL) {
	key, _, ok := web.Key(at.String())
	if !ok || at.Scheme != "http" {
		return
	}
	now := time.Now()
	x.mu.Lock()
	defer x.mu.Unlock()
	for h, until := range x.hops {
		if now.After(until) || len(x.hops) >= maxHops {
			delete(x.hops, h)
		}
	}
	x.hops[hop{plan, number, key}] = now.Add(hopTime)
}

// followed says whether it may.
func (x *releases) followed(h hop) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return time.Now().Before(x.hops[h])
}
