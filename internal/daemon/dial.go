package daemon

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"

	"github.com/unseen-mail/unseen/proxy/chain"
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
	if upstream == "" {
		return next
	}
	u, err := chain.Parse(upstream)
	if err != nil { // config.toml was checked: this is not reached
		return func(context.Context, string, string) (net.Conn, error) { return nil, err }
	}
	return chain.Through(u, next)
}

// near connects directly. In a lab names of mail servers are those of this machine, and
// all else goes where the lab's web is.
func (d *Daemon) near(ctx context.Context, network, address string) (net.Conn, error) {
	if lab := d.cfg.Lab; lab != nil {
		if at, ok := lab.Hosts[address]; ok {
			address = at
		}
	}
	return new(net.Dialer).DialContext(ctx, network, address)
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
	guarded := net.Dialer{Control: func(_, address string, _ syscall.RawConn) error { return d.notOurs(address) }}
	return d.through(guarded.DialContext)(ctx, network, address)
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
