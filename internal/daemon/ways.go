package daemon

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/proxy/owner"
	"github.com/unseen-mail/unseen/proxy/pac"
	"github.com/unseen-mail/unseen/proxy/socks"
)

const (
	// settingSOCKS keeps the port of the SOCKS listener, and settingWay whether it is
	// wanted.
	settingSOCKS, settingWay = "socks port", "mail proxy"
	// The first and last port that it is given by itself.
	firstSOCKS, lastSOCKS = 4280, 4299
	// pacName is the file for mail programs, in the data directory.
	pacName = "mail.pac"
	// namesLast is how long addresses of mail servers are believed.
	namesLast = 5 * time.Minute
	// namesTime is how long looking them up may take.
	namesTime = 5 * time.Second
)

// ways are the ways in for programs that keep the names of their mail servers: a SOCKS
// listener, and the file that leads programs there.
type ways struct {
	switched

	mu sync.Mutex // guards what follows
	// known are the addresses of mail servers, until they are too old.
	known map[netip.Addr][]string
	until time.Time
}

// openWays listens if the reader wanted it before.
func openWays(ctx context.Context, d *Daemon) (*ways, error) {
	w := new(ways)
	w.daemon = d
	w.kind = listenerKind{
		part: "proxy for mail", wish: settingWay, number: settingSOCKS, first: firstSOCKS, last: lastSOCKS,
		taken: words.ProxyTaken, serve: w.answer, turned: w.turned,
	}
	return w, w.open(ctx)
}

// answer answers programs until ctx ends.
func (w *ways) answer(ctx context.Context, ln net.Listener) error {
	return socks.New(socks.Config{
		Route: w.route, Dial: w.daemon.outward, Log: w.daemon.cfg.Logger,
		Allow: func(c net.Conn) bool { return !owner.Foreign(c) },
	}).Serve(ctx, ln)
}

// turned writes the file for mail programs, or takes it away.
func (w *ways) turned(on bool) error {
	if on {
		w.write()
		return nil
	}
	if err := os.Remove(w.pacPath()); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("removing the file for mail programs: %w", err)
	}
	return nil
}

// pacPath is the file that leads mail programs there.
func (w *ways) pacPath() string { return filepath.Join(w.daemon.cfg.Paths.Data, pacName) }

// pacText is what it says.
func (w *ways) pacText() string {
	own := w.daemon.policy.proxy().PAC
	var theirs []byte
	if own != "" {
		var err error
		if theirs, err = os.ReadFile(own); err != nil {
			w.daemon.cfg.Logger.Warn("the file that config.toml names under proxy.pac cannot be read")
		}
	}
	return pac.Text(pac.Config{Hosts: w.daemon.standIns(), Ports: w.daemon.mailPorts(), SOCKS: w.address(), Theirs: string(theirs)})
}

// write writes the file anew, as after a change of accounts. Programs read it when they
// start.
func (w *ways) write() {
	if !w.wanted() || w.port.number == 0 {
		return
	}
	text, path := []byte(w.pacText()), w.pacPath()
	if old, err := os.ReadFile(path); err == nil && string(old) == string(text) {
		return
	}
	err := os.WriteFile(path+".new", text, 0o600)
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		w.daemon.cfg.Logger.Warn("the file for mail programs was not written", "err", err)
	}
}

// A standIn is a mail server that this machine can stand in for on a connection.
type standIn struct {
	host string
	door *handoff
	// implicit says that TLS begins with the first octet.
	implicit bool
}

// route takes over what is for a mail server of an account. For one without a
// certificate nothing is connected: directly, its mail would go round us.
func (w *ways) route(ctx context.Context, t socks.Target) (socks.Handler, error) {
	var list []standIn
	for _, host := range w.namesOf(ctx, t) {
		if r, door, implicit := w.daemon.doorFor(socks.Target{Host: host, Port: t.Port}); r != nil {
			list = append(list, standIn{host, door, implicit})
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	one, implicit := true, true
	for _, s := range list {
		if _, err := w.daemon.relays.certs.keyring.Leaf(s.host, time.Now()); err != nil {
			return nil, fmt.Errorf("standing in for a mail server: %w", socks.ErrRefused)
		}
		one, implicit = one && s.door == list[0].door, implicit && s.implicit
	}
	switch {
	case implicit:
		return func(ctx context.Context, c net.Conn) { w.secure(ctx, c, list) }, nil
	case one:
		return func(ctx context.Context, c net.Conn) { list[0].door.give(ctx, c) }, nil
	}
	// Which of them is meant would be known only after one of them has spoken.
	return nil, fmt.Errorf("standing in for one of several mail servers at one address: %w", socks.ErrRefused)
}

// secure begins TLS as the server that the program names. Where several have the address
// that it asked for, one that names none of them is meant for nobody.
func (w *ways) secure(ctx context.Context, c net.Conn, list []standIn) {
	meant := list[0]
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if len(list) > 1 {
			at := slices.IndexFunc(list, func(s standIn) bool { return s.host == mailHost(hello.ServerName) })
			if at < 0 {
				return nil, socks.ErrRefused
			}
			meant = list[at]
		}
		return w.daemon.relays.certs.keyring.Leaf(meant.host, time.Now())
	}}
	secure := tls.Server(c, cfg)
	begin, cancel := context.WithTimeout(ctx, handshakeTime)
	err := secure.HandshakeContext(begin)
	cancel()
	if err != nil {
		// A program that does not trust us closes, and nothing was said to it.
		w.daemon.cfg.Logger.Info("a mail program did not begin TLS", "err", err)
		c.Close()
		return
	}
	meant.door.give(ctx, secure)
}

// The ports of mail, as programs are set to them (RFC 8314, section 3; RFC 3501,
// section 2.1; RFC 6409, section 3.1).
const (
	portIMAP, portIMAPS, portSubmissions, portSubmission = 143, 993, 465, 587
)

// mailPorts are all ports that mail is taken over on: the usual ones, and those of the
// accounts.
func (d *Daemon) mailPorts() []int {
	ports := []int{portIMAP, portSubmissions, portSubmission, portIMAPS}
	for _, r := range d.relays.list() {
		ports = append(ports, r.account.IMAP.Port)
		if r.account.SMTP != nil {
			ports = append(ports, r.account.SMTP.Port)
		}
	}
	slices.Sort(ports)
	return slices.Compact(ports)
}

// doorFor is the relay that stands in for a host and port, and its door; nil if none
// does. Implicit says that TLS begins with the first octet. The account that was
// connected first wins where several have one host.
func (d *Daemon) doorFor(t socks.Target) (r *relay, door *handoff, implicit bool) {
	for _, r := range d.relays.list() {
		if imap := &r.account.IMAP; mailHost(imap.Host) == t.Host {
			switch implicit, ok := meant(t.Port, imap, portIMAPS, portIMAP); {
			case ok && implicit:
				return r, r.doors.imap, true
			case ok:
				return r, r.doors.imapStart, false
			}
		}
		if smtp := r.account.SMTP; smtp != nil && mailHost(smtp.Host) == t.Host {
			switch implicit, ok := meant(t.Port, smtp, portSubmissions, portSubmission); {
			case ok && implicit:
				return r, r.doors.smtp, true
			case ok:
				return r, r.doors.smtpStart, false
			}
		}
	}
	return nil, nil, false
}

// meant says whether a port is one of a server's, and whether TLS begins at once there:
// the two usual ones, and the one that the account has.
func meant(port int, s *store.Server, implicit, start int) (atOnce, ok bool) {
	switch port {
	case implicit:
		return true, true
	case start:
		return false, true
	case s.Port:
		return s.TLS == store.Implicit, true
	}
	return false, false
}

// namesOf are the names of a host that a program asked for by its address, as those do
// that resolve names themselves: those of the mail servers which have this address, else
// what was asked for.
func (w *ways) namesOf(ctx context.Context, t socks.Target) []string {
	at, ok := t.IP()
	if !ok || at.IsLoopback() || !slices.Contains([]int{portIMAP, portIMAPS, portSubmission, portSubmissions}, t.Port) {
		return []string{t.Host}
	}
	w.mu.Lock()
	names, fresh := w.known[at], time.Now().Before(w.until)
	w.mu.Unlock()
	if len(names) == 0 && !fresh {
		names = w.lookUp(ctx, at)
	}
	if len(names) == 0 {
		return []string{t.Host}
	}
	return names
}

// lookUp asks for the addresses of all mail servers, which are asked for at each
// connection in any case. Several may have one.
func (w *ways) lookUp(ctx context.Context, at netip.Addr) []string {
	ctx, cancel := context.WithTimeout(ctx, namesTime)
	defer cancel()
	known := make(map[netip.Addr][]string)
	for _, host := range w.daemon.standIns() {
		list, err := w.daemon.leadsTo(ctx, host)
		if err != nil {
			continue // its own connections fail the same way
		}
		for _, a := range list {
			if a = a.Unmap(); !slices.Contains(known[a], host) {
				known[a] = append(known[a], host)
			}
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.known, w.until = known, time.Now().Add(namesLast)
	return known[at]
}

// leadsTo asks the system for the addresses of a mail server. In a lab it has those
// that the lab says.
func (d *Daemon) leadsTo(ctx context.Context, host string) ([]netip.Addr, error) {
	if lab := d.cfg.Lab; lab != nil {
		return lab.Names[host], nil
	}
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}
