package localcert

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var hosts = []string{"imap.example.org", "smtp.example.org", "example.net", "192.168.7.5"}

func keyring(t testing.TB, dir string) *Keyring {
	t.Helper()
	k, err := OpenKeyring(dir)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func cover(t testing.TB, k *Keyring, at time.Time, hosts ...string) *Authority {
	t.Helper()
	made, err := k.Cover(hosts, at)
	if err != nil {
		t.Fatal(err)
	}
	switch len(made) {
	case 0:
		return nil
	case 1:
		return made[0]
	}
	t.Fatalf("%d authorities were made", len(made))
	return nil
}

// rogue signs for a host with an authority's key, whatever its certificate says.
func rogue(t testing.TB, a *Authority, host string, authority bool) *x509.Certificate {
	t.Helper()
	key, serial, err := draw()
	if err != nil {
		t.Fatal(err)
	}
	c := leafTemplate(serial, []string{host}, now, now.Add(leafLife))
	if authority {
		c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign
	}
	der, err := x509.CreateCertificate(rand.Reader, c, a.cert, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// others are hosts that an authority for hosts must be of no use for.
var others = []string{
	"evil.example.org", "example.org", "x.imap.example.org", "www.example.net", "imap.example.net.evil.example",
	"evilimap.example.org", "org", "x.localhost", "127.0.0.2", "192.168.7.6", "8.8.8.8", "::2", "2606:2800::1", "::ffff:127.0.0.2",
}

// An authority signs for its hosts and this machine. What its key signs for anybody
// else no verifier takes: Go's here, NSS and OpenSSL below.
func TestAuthorityPermits(t *testing.T) {
	a := cover(t, keyring(t, t.TempDir()), now, hosts...)
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	good := func(c *x509.Certificate, host string) error {
		if ip, err := netip.ParseAddr(host); err == nil {
			host = "[" + ip.String() + "]"
		}
		_, err := c.Verify(x509.VerifyOptions{Roots: pool, DNSName: host, CurrentTime: now})
		return err
	}
	for _, host := range append([]string{"localhost", "127.0.0.1", "::1"}, hosts...) {
		leaf, err := a.leaf(host, now)
		if err != nil {
			t.Fatal(err)
		}
		if err := good(leaf.Leaf, host); err != nil {
			t.Errorf("%s: %v", host, err)
		}
		if days := leaf.Leaf.NotAfter.Sub(now).Hours() / 24; days > 7 || leaf.Leaf.IsCA {
			t.Errorf("%s: %.0f days, CA %v", host, days, leaf.Leaf.IsCA)
		}
	}
	for _, host := range others {
		if _, err := a.leaf(host, now); !errors.Is(err, ErrNotPermitted) {
			t.Errorf("it signs for %s: %v", host, err)
		}
		if good(rogue(t, a, host, false), host) == nil {
			t.Errorf("its key is good for %s", host)
		}
	}
	if err := good(rogue(t, a, "imap.example.org", false), "imap.example.org"); err != nil {
		t.Fatalf("the control fails too: %v", err)
	}
	if len(a.cert.ExtKeyUsage) != 1 || a.cert.ExtKeyUsage[0] != x509.ExtKeyUsageServerAuth || a.cert.KeyUsage != x509.KeyUsageCertSign || !a.cert.MaxPathLenZero {
		t.Errorf("it is for more than servers: %v %v", a.cert.ExtKeyUsage, a.cert.KeyUsage)
	}
}

// NSS, which Thunderbird and Firefox use, and OpenSSL are of one mind with Go.
func TestAuthorityPermitsElsewhere(t *testing.T) {
	dir := t.TempDir()
	a := cover(t, keyring(t, dir), now, hosts...)
	root := filepath.Join(dir, "root.pem")
	if err := os.WriteFile(root, a.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	tools := map[string]func(leaf, name string) error{}
	if _, err := exec.LookPath("openssl"); err == nil {
		tools["openssl"] = func(leaf, _ string) error {
			return exec.Command("openssl", "verify", "-attime", fmt.Sprint(now.Unix()), "-CAfile", root, leaf).Run()
		}
	}
	if _, err := exec.LookPath("certutil"); err == nil {
		db := "sql:" + t.TempDir()
		add := func(name, trust, file string) error {
			return exec.Command("certutil", "-A", "-d", db, "-n", name, "-t", trust, "-i", file).Run()
		}
		if err := add("root", "C,,", root); err != nil {
			t.Fatal(err)
		}
		tools["certutil"] = func(leaf, name string) error {
			if err := add(name, ",,", leaf); err != nil {
				t.Fatal(err)
			}
			return exec.Command("certutil", "-V", "-d", db, "-n", name, "-u", "V", "-b", now.Format("060102150405Z")).Run()
		}
	}
	if len(tools) == 0 {
		t.Skip("neither certutil nor openssl is installed")
	}
	for i, host := range append(slices.Clone(hosts), others...) {
		file := filepath.Join(dir, fmt.Sprintf("leaf%d.pem", i))
		block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: rogue(t, a, host, false).Raw})
		if err := os.WriteFile(file, block, 0o600); err != nil {
			t.Fatal(err)
		}
		for tool, verify := range tools {
			if err := verify(file, fmt.Sprint("leaf", i)); (err == nil) != (i < len(hosts)) {
				t.Errorf("%s of a certificate for %s: %v", tool, host, err)
			}
		}
	}
}

// What an authority signs cannot sign in turn.
func TestNoAuthorityBelow(t *testing.T) {
	a := cover(t, keyring(t, t.TempDir()), now, hosts...)
	sub := rogue(t, a, "imap.example.org", true)
	_, err := sub.Verify(x509.VerifyOptions{Roots: x509.NewCertPool(), CurrentTime: now})
	if err == nil || a.cert.MaxPathLen != 0 || !a.cert.MaxPathLenZero {
		t.Errorf("an authority below it is possible: %v", err)
	}
}

// Two signings of one host give different keys, in one authority and in two.
func TestTwoSigningsDiffer(t *testing.T) {
	k := keyring(t, t.TempDir())
	a, b := cover(t, k, now, "imap.example.org"), cover(t, keyring(t, t.TempDir()), now, "imap.example.org")
	seen := make(map[string]bool)
	for i := range 20 {
		for _, one := range []*Authority{a, b} {
			made, err := one.mint([]string{"imap.example.org"}, now, leafLife)
			if err != nil {
				t.Fatal(err)
			}
			d, err := made.PrivateKey.(*ecdsa.PrivateKey).Bytes()
			if err != nil {
				t.Fatal(err)
			}
			if seen[string(d)] || seen[made.Leaf.SerialNumber.String()] {
				t.Fatalf("signing %d repeats a key or a number", i)
			}
			seen[string(d)], seen[made.Leaf.SerialNumber.String()] = true, true
		}
	}
	if a.key.Equal(b.key) {
		t.Error("two authorities have one key")
	}
}

// A new host means another authority; the one before it stays and signs on.
func TestNewHostNewAuthority(t *testing.T) {
	dir := t.TempDir()
	k := keyring(t, dir)
	first := cover(t, k, now, "imap.example.org")
	if again := cover(t, k, now, "imap.example.org"); again != nil {
		t.Error("made for a host that there is one for")
	}
	second := cover(t, k, now, "imap.example.org", "imap.example.net")
	if second == nil || !slices.Equal(second.Hosts(), []string{"imap.example.net"}) {
		t.Fatalf("the second is %+v", second)
	}
	k = keyring(t, dir) // as after a restart
	if n := len(k.Authorities()); n != 2 {
		t.Fatalf("%d authorities are read back", n)
	}
	for host, by := range map[string]*Authority{"imap.example.org": first, "imap.example.net": second, "localhost": first} {
		leaf, err := k.Leaf(host, now)
		if err != nil || leaf.Leaf.CheckSignatureFrom(by.cert) != nil {
			t.Errorf("%s is signed by another: %v", host, err)
		}
	}
	if _, err := k.Leaf("imap.example.com", now); !errors.Is(err, ErrNotPermitted) {
		t.Errorf("error is %v", err)
	}
	// A leaf is made anew before it ends.
	one, _ := k.Leaf("imap.example.org", now)
	same, _ := k.Leaf("imap.example.org", now.Add(5*24*time.Hour))
	other, _ := k.Leaf("imap.example.org", now.Add(6*24*time.Hour+time.Hour))
	if one != same || other == one {
		t.Errorf("renewal: %v %v", one == same, other == one)
	}
}

// Near its end an authority gets a successor, and signs until its last day.
func TestAuthorityEnds(t *testing.T) {
	k := keyring(t, t.TempDir())
	first := cover(t, k, now, "imap.example.org")
	late := first.Until().Add(-30 * 24 * time.Hour)
	if got := k.Missing([]string{"imap.example.org"}, late); len(got) != 1 {
		t.Errorf("missing %v", got)
	}
	second := cover(t, k, late, "imap.example.org")
	leaf, err := k.Leaf("imap.example.org", late)
	if err != nil || leaf.Leaf.CheckSignatureFrom(first.cert) != nil {
		t.Errorf("the old one does not sign any more: %v", err)
	}
	after := first.Until().Add(time.Hour)
	if leaf, err = k.Leaf("imap.example.org", after); err != nil || leaf.Leaf.CheckSignatureFrom(second.cert) != nil {
		t.Errorf("the new one does not sign: %v", err)
	}
	if here, err := k.Local(after); err != nil || here.Certificate.Leaf.CheckSignatureFrom(second.cert) != nil {
		t.Errorf("this machine: %v", err)
	}
}

// The certificate for this machine stays the same over restarts.
func TestLocalIsKept(t *testing.T) {
	dir := t.TempDir()
	k := keyring(t, dir)
	if none, err := k.Local(now); none != nil || err != nil {
		t.Fatalf("without an authority: %v %v", none, err)
	}
	a := cover(t, k, now, "imap.example.org")
	one, err := k.Local(now)
	if err != nil || !one.Made || one.Certificate.Leaf.CheckSignatureFrom(a.cert) != nil {
		t.Fatalf("%+v, %v", one, err)
	}
	two, err := keyring(t, dir).Local(now.Add(time.Hour))
	if err != nil || two.Made || two.Fingerprint() != one.Fingerprint() {
		t.Errorf("after a restart it is another: %v", err)
	}
}

// A key that others could read is not used any more, and said.
func TestExposedAuthority(t *testing.T) {
	dir := t.TempDir()
	cover(t, keyring(t, dir), now, "imap.example.org")
	path := filepath.Join(dir, "authority-1.pem")
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode is %v, %v", info.Mode(), err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	k := keyring(t, dir)
	if k.Exposed() != 1 || len(k.Authorities()) != 0 {
		t.Errorf("%d exposed, %d used", k.Exposed(), len(k.Authorities()))
	}
	if cover(t, k, now, "imap.example.org") == nil {
		t.Error("none was made in its place")
	}
	if _, err := os.Stat(filepath.Join(dir, "authority-2.pem")); err != nil {
		t.Error(err)
	}
}

// Removal leaves nothing but the certificate that was there before.
func TestRemove(t *testing.T) {
	dir := t.TempDir()
	before := load(t, dir, now)
	k := keyring(t, dir)
	cover(t, k, now, "imap.example.org")
	cover(t, k, now, "imap.example.net")
	if _, err := k.Local(now); err != nil {
		t.Fatal(err)
	}
	if err := k.Remove(); err != nil {
		t.Fatal(err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 || entries[0].Name() != fileName {
		t.Errorf("left are %v", entries)
	}
	if _, err := k.Leaf("localhost", now); !errors.Is(err, ErrNotPermitted) {
		t.Errorf("it still signs: %v", err)
	}
	if after := load(t, dir, now); after.Fingerprint() != before.Fingerprint() {
		t.Error("the certificate before it has changed")
	}
	if err := removeAuthorities(filepath.Join(dir, "missing")); err != nil {
		t.Error(err)
	}
}

// A host below another one gets an authority of its own, so that neither permits what
// else is below.
func TestHostBelowAnother(t *testing.T) {
	k := keyring(t, t.TempDir())
	made, err := k.Cover([]string{"imap.example.net", "example.net", "smtp.imap.example.net"}, now)
	if err != nil || len(made) != 3 {
		t.Fatalf("%d authorities, %v", len(made), err)
	}
	for _, a := range made {
		pool := x509.NewCertPool()
		pool.AddCert(a.cert)
		if _, err := rogue(t, a, "www.example.net", false).Verify(x509.VerifyOptions{Roots: pool, CurrentTime: now}); err == nil {
			t.Errorf("%v permits another", a.Hosts())
		}
	}
}

func TestCoverRefuses(t *testing.T) {
	many := make([]string, maxHosts+1)
	for i := range many {
		many[i] = fmt.Sprintf("h%d.example.org", i)
	}
	for name, bad := range map[string][]string{
		"single label": {"org"}, "empty": {""}, "dot in front": {".example.org"}, "wildcard": {"*.example.org"},
		"blank": {"imap example.org"}, "capitals": {"IMAP.example.org"}, "long": {strings.Repeat("a", 64) + ".org"}, "many": many,
	} {
		k := keyring(t, t.TempDir())
		if _, err := k.Cover(bad, now); err == nil || len(k.Authorities()) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestForeignAuthority(t *testing.T) {
	dir := t.TempDir()
	load(t, dir, now) // no authority
	if err := os.Rename(filepath.Join(dir, fileName), filepath.Join(dir, "authority-1.pem")); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKeyring(dir); err == nil || !strings.Contains(err.Error(), "authority-1.pem") {
		t.Errorf("error is %v", err)
	}
}

// Whatever the hosts are, what was permitted can be signed for and nothing else.
func TestCoverProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-z][a-z0-9-]{0,8}(\.[a-z][a-z0-9]{1,5}){1,3}`)
		list := apart(rapid.SliceOfN(name, 1, 5).Draw(t, "hosts"))
		a, err := newAuthority(list, now)
		if err != nil {
			t.Fatal(err)
		}
		other := name.Draw(t, "other")
		if _, err := a.leaf(other, now); (err == nil) != slices.Contains(list, other) {
			t.Fatalf("%s with %v: %v", other, list, err)
		}
	})
}
