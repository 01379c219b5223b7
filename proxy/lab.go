package proxy

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// A Lab is a network of one machine, for demo and tests. With it a mail may
// carry the host names of real vendors, and nothing leaves the machine: no name
// is resolved and every connection goes to loopback. No flag or setting of the
// product makes one.
type Lab struct {
	// Plain and TLS are where http and https loads go, "127.0.0.1:8080". Empty
	// means that only addresses that are loopback themselves can be asked.
	Plain, TLS string
	// Roots are the certificates that https is checked against. Nil means the
	// system's.
	Roots *x509.CertPool
}

// clean is [cleanURL] without its rules on hosts.
func (l *Lab) clean(u *url.URL) (*url.URL, error) {
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, fmt.Errorf("scheme is not http or https: %w", ErrForbidden)
	}
	at := *u
	at.User, at.Fragment, at.RawFragment = nil, "", ""
	return &at, nil
}

// Where is the address on this machine that stands for one of the internet, "" if none
// does.
func (l *Lab) Where(address string) string { return l.where(address) }

// dial connects to loopback, whatever the address says.
func (l *Lab) dial(ctx context.Context, network, address string) (net.Conn, error) {
	to := l.where(address)
	at, err := netip.ParseAddrPort(to)
	if err != nil || !at.Addr().IsLoopback() {
		return nil, fmt.Errorf("dialling in the lab: %w", ErrForbidden)
	}
	var d net.Dialer
	return d.DialContext(ctx, network, at.String())
}

// where maps an address of a mail to one of this machine.
func (l *Lab) where(address string) string {
	if at, err := netip.ParseAddrPort(address); err == nil && at.Addr().IsLoopback() {
		return address
	}
	if strings.HasSuffix(address, ":443") {
		return l.TLS
	}
	return l.Plain
}
