package daemon

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"

	"github.com/unseen-mail/unseen/imapfilter"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
)

// A relay stands between a mail program and the servers of one account.
type relay struct {
	account store.Account
	daemon  *Daemon
	server  *imapfilter.Server
	// named is for programs that keep the names of their servers.
	named   *imapfilter.Server
	restore *restorer
	local   *tls.Config
	roots   *x509.CertPool
	ports   localPorts
	doors   doors
	plans   *planner

	cancel context.CancelFunc
	work   sync.WaitGroup
}

// localPorts are the ports of one account. SMTP is nil where what is sent does
// not go through.
type localPorts struct {
	imap, imaps, smtp *port
}

// each returns the ports there are.
func (l localPorts) each() []*port {
	list := []*port{l.imap, l.imaps}
	if l.smtp != nil {
		list = append(list, l.smtp)
	}
	return list
}

// modeOf is what is replaced in the mail of an account.
func modeOf(a *store.Account) plan.Mode {
	if a.SMTP == nil {
		return plan.ModePixels
	}
	return plan.ModeAll
}

// newRelay makes the relay of an account. It listens and connects to nothing.
func newRelay(d *Daemon, local *tls.Config, a store.Account) (*relay, error) {
	key, err := d.core.store.AccountKey(a.Address)
	if err != nil {
		return nil, err
	}
	r := &relay{account: a, daemon: d, local: local, doors: newDoors(), restore: &restorer{backend: d.gateway.backend, base: d.gateway.origin()}}
	if r.roots, err = rootsOf(d.cfg.Lab, a.IMAP.CA); err != nil {
		return nil, err
	}
	logger := d.cfg.Logger.With("account", a.ID)
	p := &planner{
		core: d.core, restore: r.restore, account: a, log: logger,
		plan: plan.Planner{Key: plan.Key(key), Base: d.gateway.origin(), Mode: modeOf(&a)},
	}
	r.plans = p
	relaying := imapfilter.Config{
		Planner: p, LocalTLS: local, Logger: logger, Tell: r.passed,
		Upstream: imapfilter.Upstream{
			Host: a.IMAP.Host, Port: a.IMAP.Port, Mode: imapfilter.Mode(a.IMAP.TLS), TLS: r.upstreamTLS(a.IMAP.Host), Dial: d.dial,
		},
	}
	if r.server, err = imapfilter.New(relaying); err != nil {
		return nil, err
	}
	// A port is one account's, whoever logs in there; a server name may be several's.
	relaying.ByLogin = r.byLogin
	if r.named, err = imapfilter.New(relaying); err != nil {
		return nil, err
	}
	r.ports = localPorts{imap: d.port(a.IMAPPort), imaps: d.port(a.IMAPSPort)}
	if a.SMTP != nil {
		r.ports.smtp = d.port(a.SMTPPort)
	}
	return r, nil
}

// rootsOf returns who is trusted to vouch for a server; nil is the system.
func rootsOf(lab *Lab, file string) (*x509.CertPool, error) {
	if file == "" {
		if lab != nil {
			return lab.Roots, nil
		}
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading certificates: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("reading certificates: %s holds none in PEM", file)
	}
	return pool, nil
}

// upstreamTLS is how a server of the provider is checked.
func (r *relay) upstreamTLS(host string) *tls.Config {
	return &tls.Config{ServerName: host, RootCAs: r.roots, MinVersion: tls.VersionTLS12}
}

// byLogin is who plans for whoever logs in by a name at this relay: another account's
// planner if it has the same server and is named so. Where mail programs keep the names of
// their servers, all accounts of one provider come in at one relay.
func (r *relay) byLogin(name string) imapfilter.Planner {
	local, _, _ := strings.Cut(r.account.Address, "@")
	if strings.EqualFold(name, r.account.Address) || strings.EqualFold(name, local) {
		return nil
	}
	var found *relay
	for _, other := range r.daemon.relays.list() {
		if other == r || mailHost(other.account.IMAP.Host) != mailHost(r.account.IMAP.Host) || other.account.IMAP.Port != r.account.IMAP.Port {
			continue
		}
		if strings.EqualFold(name, other.account.Address) {
			return other.plans
		}
		if local, _, _ := strings.Cut(other.account.Address, "@"); strings.EqualFold(name, local) {
			if found != nil {
				return nil // it could be either
			}
			found = other
		}
	}
	if found == nil {
		return nil
	}
	return found.plans
}

// unplanned is the reason under which mail is counted that went by as it was.
const unplanned = "unplanned"

// passed tells the reader of a message that went by as it was.
func (r *relay) passed(n imapfilter.Notice) {
	r.daemon.core.store.Passed(r.account.ID, unplanned)
	r.daemon.hub.add(store.Event{
		Kind: "relay", Outcome: "passed", Account: r.account.ID, Recipient: r.account.Address,
		Reason: r.daemon.cfg.Words.Say(words.Passed, "why", n.Reason),
	})
}

// listen tries to get the ports.
func (r *relay) listen() {
	for _, p := range r.ports.each() {
		p.listen()
	}
}

// start answers mail programs until stop.
func (r *relay) start() {
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	mode := imapfilter.ModeSTARTTLS
	if r.account.LocalPlain {
		mode = imapfilter.ModePlain
	}
	r.serve(ctx, r.ports.imap, func(ctx context.Context, ln net.Listener) error {
		return r.server.Serve(ctx, r.ownly(ln, foreignIMAP), mode)
	})
	r.serve(ctx, r.ports.imaps, func(ctx context.Context, ln net.Listener) error {
		return r.server.Serve(ctx, r.ownly(ln, ""), imapfilter.ModeTLS)
	})
	if r.ports.smtp != nil {
		r.serve(ctx, r.ports.smtp, func(ctx context.Context, ln net.Listener) error {
			return r.submit(ctx, r.ownly(ln, foreignSMTP))
		})
	}
	r.open(ctx)
}

// serve answers on one port until ctx ends.
func (r *relay) serve(ctx context.Context, p *port, answer func(context.Context, net.Listener) error) {
	r.work.Go(func() {
		if err := p.serve(ctx, answer); err != nil {
			r.daemon.cfg.Logger.Error("relay ended", "account", r.account.ID, "err", err)
		}
	})
}

// stop ends what start began, and lets go of the ports.
func (r *relay) stop() {
	if r.cancel != nil {
		r.cancel()
	}
	for _, h := range r.doors.each() {
		h.Close()
	}
	r.work.Wait()
	for _, p := range r.ports.each() {
		p.close()
	}
}

// problem says which ports could not be had, "" if all could.
func (r *relay) problem() (text string, hint words.Key) {
	var taken []string
	for _, p := range r.ports.each() {
		switch err := p.problem(); {
		case forbidden(err):
			return p.lost(r.daemon.cfg.Words, words.PortsTaken), words.PortRefusedHint
		case err != nil:
			taken = append(taken, fmt.Sprint(p.number))
		}
	}
	if len(taken) == 0 {
		return "", ""
	}
	return r.daemon.cfg.Words.Say(words.PortsTaken, "address", r.account.Address, "n", len(taken), "ports", r.daemon.core.words.List(taken)), words.TakenHint
}
