package localcert

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// leafLife is short because a leaf is made anew at no cost and its key is
	// never written to disk.
	leafLife = 7 * 24 * time.Hour
	// leafRenewal is how long before its end a leaf is replaced.
	leafRenewal = 24 * time.Hour
	// maxHosts bounds what one authority may sign for.
	maxHosts = 200
)

// ErrNotPermitted means that no authority may sign for a host.
var ErrNotPermitted = errors.New("localcert: no local authority may sign for that host")

// An Authority can sign for the hosts that it was made for, for this machine, and
// for nobody else: its certificate says so under a critical extension (RFC 5280,
// section 4.2.1.10), so that a client refuses whatever else its key may sign.
type Authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	// hosts are those that it may sign for, besides this machine.
	hosts []string

	mu     sync.Mutex // guards what follows
	leaves map[string]*tls.Certificate
}

// newAuthority makes a key and its certificate.
func newAuthority(hosts []string, now time.Time) (*Authority, error) {
	if len(hosts) > maxHosts {
		return nil, fmt.Errorf("%d hosts are more than %d", len(hosts), maxHosts)
	}
	key, serial, err := draw()
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject: pkix.Name{
			Organization: []string{"Unseen"},
			CommonName:   fmt.Sprintf("Unseen on this computer %x", serial.Bytes()[:4]),
		},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.Add(lifetime),
		IsCA:                  true,
		MaxPathLenZero:        true, // it signs leaves only
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if err := constrain(template, hosts); err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("parsing: %w", err)
	}
	return &Authority{cert: cert, key: key, hosts: hostsOf(cert), leaves: make(map[string]*tls.Certificate)}, nil
}

// draw makes a key and a serial number.
func draw() (*ecdsa.PrivateKey, *big.Int, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("making key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 126))
	if err != nil {
		return nil, nil, fmt.Errorf("drawing serial number: %w", err)
	}
	// The bit set gives each the same length; it is positive and not zero
	// (RFC 5280, section 4.1.2.2).
	return key, serial.SetBit(serial, 126, 1), nil
}

// constrain writes what an authority may sign for. A name permits all below it,
// too (RFC 5280, section 4.2.1.10), so these are excluded: none of the hosts may be
// below another.
func constrain(c *x509.Certificate, hosts []string) error {
	c.PermittedDNSDomainsCritical = true
	c.PermittedDNSDomains = []string{"localhost"}
	c.ExcludedDNSDomains = []string{".localhost"}
	addresses := []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}
	for _, host := range hosts {
		if a, err := netip.ParseAddr(host); err == nil {
			addresses = append(addresses, a.Unmap())
			continue
		}
		if !nameOK(host) {
			return fmt.Errorf("host %q is not a name", host)
		}
		if host == "localhost" {
			continue
		}
		c.PermittedDNSDomains = append(c.PermittedDNSDomains, host)
		c.ExcludedDNSDomains = append(c.ExcludedDNSDomains, "."+host)
	}
	slices.SortFunc(addresses, netip.Addr.Compare)
	for _, a := range slices.Compact(addresses) {
		c.PermittedIPRanges = append(c.PermittedIPRanges, &net.IPNet{IP: a.AsSlice(), Mask: net.CIDRMask(a.BitLen(), a.BitLen())})
	}
	return nil
}

// apart returns those of the hosts that one authority can sign for: none that is
// below another of them.
func apart(hosts []string) []string {
	var out []string
	for _, host := range hosts {
		above := func(other string) bool { return strings.HasSuffix(host, "."+other) }
		if !slices.ContainsFunc(hosts, above) {
			out = append(out, host)
		}
	}
	return out
}

// nameOK says whether a host is a name in the form that certificates bear. One of a
// single label could stand for a whole domain of the internet.
func nameOK(host string) bool {
	if host == "localhost" {
		return true
	}
	if len(host) > 253 || !strings.Contains(host, ".") {
		return false
	}
	for _, label := range strings.Split(host, ".") {
		other := func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' }
		if label == "" || len(label) > 63 || strings.ContainsFunc(label, other) {
			return false
		}
	}
	return true
}

// hostsOf reads which hosts a certificate of an authority permits.
func hostsOf(cert *x509.Certificate) []string {
	var hosts []string
	for _, name := range cert.PermittedDNSDomains {
		if name != "localhost" {
			hosts = append(hosts, name)
		}
	}
	for _, n := range cert.PermittedIPRanges {
		if a, ok := netip.AddrFromSlice(n.IP); ok && !a.Unmap().IsLoopback() {
			hosts = append(hosts, a.Unmap().String())
		}
	}
	return hosts
}

// covers says whether it may sign for a host.
func (a *Authority) covers(host string) bool { return Here(host) || slices.Contains(a.hosts, host) }

// Here says whether a host is this machine, which every authority may sign for.
func Here(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }

// lives says whether a certificate is good at a time, and for a while after it.
func lives(cert *x509.Certificate, now time.Time, after time.Duration) bool {
	return !now.Before(cert.NotBefore) && now.Add(after).Before(cert.NotAfter)
}

// Hosts are those that it may sign for, besides this machine.
func (a *Authority) Hosts() []string { return slices.Clone(a.hosts) }

// Name is what certificate stores show.
func (a *Authority) Name() string { return a.cert.Subject.CommonName }

// Until is when it ends.
func (a *Authority) Until() time.Time { return a.cert.NotAfter }

// PEM is the certificate, without the key.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// Fingerprint is the SHA-256 of the certificate as [Leaf.Fingerprint] writes it.
func (a *Authority) Fingerprint() string { return fingerprint(a.cert.Raw) }

// leaf returns a certificate for a host. It is kept until it is about to end.
func (a *Authority) leaf(host string, now time.Time) (*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if kept := a.leaves[host]; kept != nil && lives(kept.Leaf, now, leafRenewal) {
		return kept, nil
	}
	made, err := a.mint([]string{host}, now, leafLife)
	if err != nil {
		return nil, err
	}
	a.leaves[host] = made
	return made, nil
}

// mint makes a key and signs a certificate for it. Each has a key of its own, from
// the system's source of randomness, which is not used for anything else.
func (a *Authority) mint(hosts []string, now time.Time, life time.Duration) (*tls.Certificate, error) {
	for _, host := range hosts {
		if !a.covers(host) {
			return nil, ErrNotPermitted
		}
	}
	key, serial, err := draw()
	if err != nil {
		return nil, err
	}
	until := now.Add(life)
	if until.After(a.cert.NotAfter) {
		until = a.cert.NotAfter
	}
	template := leafTemplate(serial, hosts, now, until)
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("parsing: %w", err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: cert}, nil
}

// leafTemplate describes a server's certificate.
func leafTemplate(serial *big.Int, hosts []string, now, until time.Time) *x509.Certificate {
	c := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{Organization: []string{"Unseen"}},
		// A clock that is set back a little must not make it invalid.
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              until,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true, // not an authority (RFC 5280, section 4.2.1.9)
	}
	for _, host := range hosts {
		if a, err := netip.ParseAddr(host); err == nil {
			c.IPAddresses = append(c.IPAddresses, a.AsSlice())
		} else {
			c.DNSNames = append(c.DNSNames, host)
		}
	}
	return c
}

// fingerprint writes the SHA-256 of a certificate.
func fingerprint(der []byte) string {
	sum := sha256.Sum256(der)
	var b strings.Builder
	for i, c := range sum {
		if i > 0 {
			b.WriteByte(':')
		}
		fmt.Fprintf(&b, "%02X", c)
	}
	return b.String()
}
