// Package public keeps what Unseen fetches for somebody else's word on the public internet:
// a list's address, or a page that another page leads to, must not reach the reader's
// router or a service on this machine.
//
// Addresses are checked when the connection is made, after the name was looked up, so that
// no name leads inside. Mail is fetched by the gateway, which has rules of its own.
package public

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// ErrPrivate is a host of this machine or of the network around it.
var ErrPrivate = errors.New("public: the host is not on the public internet")

// Transport connects to the public internet only. The address is checked
// after the name was looked up, so that no name leads inside.
func Transport() *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !Address(at.Addr()) {
			return ErrPrivate
		}
		return nil
	}}
	return &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: 30 * time.Second,
		MaxResponseHeaderBytes: 64 << 10, ForceAttemptHTTP2: true, DisableKeepAlives: true,
	}
}

// Address says whether an address is one of the public internet (RFC 6890,
// section 2.2).
func Address(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.Zone() != "" {
		return false
	}
	for _, special := range []string{"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
		"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16"} {
		if netip.MustParsePrefix(special).Contains(a) {
			return false
		}
	}
	return true
}
