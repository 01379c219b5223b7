package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"syscall"

	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/proxy/chain"
	"github.com/unseen-mail/unseen/proxy/pac/script"
	"github.com/unseen-mail/unseen/proxy/socks"
)

// dial opens connections to the reader's mail servers, by the proxy that config.toml
// names if there is one.
func (d *Daemon) dial(ctx context.Context, network, address string) (net.Conn, error) {
	return d.through(d.near)(ctx, network, address)
}

// through goes by the proxy that config.toml names.
func (d *Daemon) through(next chain.Dial) chain.Dial {
	upstream := d.policy.proxy().Upstream
	switch upstream {
	case "":
		return next
	case config.ByPAC:
		return d.byFile(next)
	}
	u, err := chain.Parse(upstream)
	if err != nil { // config.toml was checked: this is not reached
		return func(context.Context, string, string) (net.Conn, error) { return nil, err }
	}
	return chain.Through(u, next)
}

// byFile goes as the reader's own file says. Where it has no answer nothing is connected:
// whoever wants a proxy to be used does not want to go round it.
func (d *Daemon) byFile(next chain.Dial) chain.Dial {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if chain.Here(address) {
			return next(ctx, network, address)
		}
		ways, err := d.asker.Ways(ctx, d.policy.proxy().PAC, &url.URL{Scheme: "https", Host: address})
		if err != nil {
			d.cfg.Logger.Warn("the file that config.toml names under proxy.pac has no answer", "err", err)
			return nil, fmt.Errorf("asking by which proxy: %w", err)
		}
		return chain.First(ways, next)(ctx, network, address)
	}
}

// EvaluatePAC answers one question for a file of proxy configuration, in a process of its
// own: see package script.
func EvaluatePAC(in io.Reader, out io.Writer) error { return script.Serve(in, out) }

// near connects directly. In a lab names of mail servers are those of this machine, and
// all else goes where the lab's web is.
func (d *Daemon) near(ctx context.Context, network, address string) (net.Conn, error) {
	if lab := d.cfg.Lab; lab != nil {
		if at, ok := lab.Hosts[address]; ok {
			address = at
		}
	}
	return d.guarded().DialContext(ctx, network, address)
}

// guarded connects to whatever is not a listener of ours: a proxy that is ourselves would
// ask itself for ever.
func (d *Daemon) guarded() *net.Dialer {
	return &net.Dialer{Control: func(_, address string, _ syscall.RawConn) error { return d.notOurs(address) }}
}

// outward opens tunnels for a program on this machine, to where it could go itself; to
// our own listeners it could, and must not: a tunnel to ourselves would make us another
// program's user.
func (d *Daemon) outward(ctx context.Context, network, address string) (net.Conn, error) {
	if lab := d.cfg.Lab; lab != nil {
		at, ok := lab.Hosts[address]
		if !ok {
			at = lab.Web.Where(address)
		}
		address = at
	}
	return d.through(d.guarded().DialContext)(ctx, network, address)
}

// notOurs refuses an address that leads to a listener of ours. It is given what a
// dialler is about to connect to, after resolution.
func (d *Daemon) notOurs(address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return errors.Join(socks.ErrRefused, err)
	}
	// What is not specified is this machine, too.
	if a := at.Addr().Unmap(); !a.IsLoopback() && !a.IsUnspecified() {
		return nil
	}
	for _, port := range d.listening() {
		if int(at.Port()) == port {
			return socks.ErrRefused
		}
	}
	return nil
}

// listening are the ports of ours, whether they could be had or not.
func (d *Daemon) listening() []int {
	list := []int{d.gateway.port.number, d.ways.port.number, d.web.port.number, d.deadEnd.port(), d.releases.port()}
	for _, r := range d.relays.list() {
		for _, p := range r.ports.each() {
			list = append(list, p.number)
		}
	}
	return list
}
