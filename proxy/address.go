package proxy

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// ErrForbidden is returned for an address that a mail may not make this machine
// ask for.
var ErrForbidden = errors.New("proxy: address is not on the public internet")

// specialPrefixes are the blocks inside the unicast space that are not the
// public internet, by the IANA special-purpose registries (RFC 6890) and the
// documents that each line names.
func specialPrefixes() []netip.Prefix {
	blocks := []string{
		"0.0.0.0/8",       // RFC 1122, section 3.2.1.3
		"10.0.0.0/8",      // RFC 1918, section 3
		"100.64.0.0/10",   // RFC 6598, section 7
		"127.0.0.0/8",     // RFC 1122, section 3.2.1.3
		"169.254.0.0/16",  // RFC 3927, section 2.1; cloud metadata
		"172.16.0.0/12",   // RFC 1918, section 3
		"192.0.0.0/24",    // RFC 6890, section 2.1
		"192.0.2.0/24",    // RFC 5737, section 3
		"192.88.99.0/24",  // RFC 7526, section 5: was the 6to4 relay
		"192.168.0.0/16",  // RFC 1918, section 3
		"198.18.0.0/15",   // RFC 2544, appendix C.2.2
		"198.51.100.0/24", // RFC 5737, section 3
		"203.0.113.0/24",  // RFC 5737, section 3
		"224.0.0.0/4",     // RFC 5771, section 3
		"240.0.0.0/4",     // RFC 1112, section 4; broadcast
		"2001::/23",       // RFC 2928, section 2: Teredo, ORCHID, benchmarking
		"2001:db8::/32",   // RFC 3849, section 2
		"2002::/16",       // RFC 3056, section 2: 6to4 carries an IPv4 address
		"3fff::/20",       // RFC 9637, section 3
	}
	out := make([]netip.Prefix, len(blocks))
	for i, b := range blocks {
		out[i] = netip.MustParsePrefix(b)
	}
	return out
}

// A border tells the public internet from everything else.
type border struct {
	special []netip.Prefix
	public6 netip.Prefix
	// own returns this machine's networks as they are now.
	own func() ([]net.Addr, error)
}

func newBorder() *border {
	return &border{
		special: specialPrefixes(),
		// Only this block is given to networks of the internet (RFC 4291,
		// section 2.5.4, and IANA's registry); so NAT64, IPv4-mapped,
		// unique local, link-local and site-local addresses are outside.
		public6: netip.MustParsePrefix("2000::/3"),
		own:     net.InterfaceAddrs,
	}
}

// check returns nil for an address on the public internet.
func (b *border) check(a netip.Addr) error {
	if a.Zone() != "" || !a.IsGlobalUnicast() || a.Is6() && !b.public6.Contains(a) {
		return ErrForbidden
	}
	for _, p := range b.special {
		if p.Contains(a) {
			return ErrForbidden
		}
	}
	return b.checkOwn(a)
}

// checkOwn refuses this machine's own addresses, and for IPv6 its networks too:
// there the devices of a home have public addresses.
func (b *border) checkOwn(a netip.Addr) error {
	nets, err := b.own()
	if err != nil {
		return fmt.Errorf("listing own addresses: %w", err)
	}
	for _, n := range nets {
		p, err := netip.ParsePrefix(n.String())
		if err != nil {
			continue
		}
		if p.Addr() == a || a.Is6() && p.Contains(a) {
			return ErrForbidden
		}
	}
	return nil
}

// checkDial is given what a dialler is about to connect to, after resolution.
func (b *border) checkDial(address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return ErrForbidden
	}
	if at.Port() != 80 && at.Port() != 443 {
		return ErrForbidden
	}
	return b.check(at.Addr())
}

// cleanURL returns the part of an address that is sent, or an error if its form
// alone tells that it must not be asked for. No name is resolved.
func cleanURL(u *url.URL) (*url.URL, error) {
	scheme := strings.ToLower(u.Scheme)
	if scheme != "http" && scheme != "https" || u.Opaque != "" {
		return nil, fmt.Errorf("scheme is not http or https: %w", ErrForbidden)
	}
	host, err := cleanHost(u.Hostname())
	if err != nil {
		return nil, err
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" {
		host += ":" + port
	}
	// User and Fragment stay behind (RFC 9110, sections 4.2.4 and 7.1).
	return &url.URL{Scheme: scheme, Host: host, Path: u.Path, RawPath: u.RawPath,
		RawQuery: u.RawQuery, ForceQuery: u.ForceQuery}, nil
}

// cleanHost returns a host in the form that is dialled.
func cleanHost(host string) (string, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return a.String(), nil
	}
	name, err := idna.Lookup.ToASCII(strings.TrimSuffix(host, "."))
	if err != nil || !utf8.ValidString(host) {
		return "", fmt.Errorf("host name: %w", ErrForbidden)
	}
	if a, err := netip.ParseAddr(name); err == nil {
		return a.String(), nil
	}
	labels := strings.Split(strings.ToLower(name), ".")
	last := labels[len(labels)-1]
	// A name of one label is looked for in the local network. One that ends in
	// a number is an address to browsers and some resolvers (WHATWG URL,
	// "ends in a number checker"), in octal, hexadecimal or short form.
	if len(labels) < 2 || slices.Contains(labels, "") || last[0] >= '0' && last[0] <= '9' {
		return "", fmt.Errorf("host name: %w", ErrForbidden)
	}
	if localName(last, name) {
		return "", fmt.Errorf("host name: %w", ErrForbidden)
	}
	return name, nil
}

// localName says whether a name is of the local network or of another one, so
// that not even DNS is to be asked for it.
func localName(last, name string) bool {
	switch last {
	case "localhost", "invalid", "test": // RFC 6761, section 6
		return true
	case "local": // RFC 6762, section 3
		return true
	case "onion": // RFC 7686, section 2
		return true
	case "internal", "alt": // ICANN 2024; RFC 9476, section 2
		return true
	}
	// RFC 8375, section 4.
	return name == "home.arpa" || strings.HasSuffix(name, ".home.arpa")
}
