package localcert

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"testing"
	"time"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func load(t *testing.T, dir string, at time.Time) *Leaf {
	t.Helper()
	l, err := Load(dir, at)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLeaf(t *testing.T) {
	cert := load(t, t.TempDir(), now).Certificate.Leaf
	for _, host := range []string{"127.0.0.1", "::1", "localhost"} {
		if err := cert.VerifyHostname(host); err != nil {
			t.Error(err)
		}
	}
	for _, host := range []string{"127.0.0.2", "example.com", "mail.localhost"} {
		if cert.VerifyHostname(host) == nil {
			t.Errorf("good for %s", host)
		}
	}
	if cert.IsCA || cert.KeyUsage != x509.KeyUsageDigitalSignature || len(cert.ExtKeyUsage) != 1 || cert.ExtKeyUsage[0] != x509.ExtKeyUsageServerAuth {
		t.Errorf("good for more than a server: CA %v, %v, %v", cert.IsCA, cert.KeyUsage, cert.ExtKeyUsage)
	}
	if key, ok := cert.PublicKey.(*ecdsa.PublicKey); !ok || key.Curve != elliptic.P256() {
		t.Errorf("key is %T", cert.PublicKey)
	}
	if days := cert.NotAfter.Sub(cert.NotBefore).Hours() / 24; days > 825 {
		t.Errorf("valid for %.0f days", days)
	}
}

func TestMadeOnce(t *testing.T) {
	dir := t.TempDir()
	first, second := load(t, dir, now), load(t, dir, now.Add(24*time.Hour))
	if !first.Made || second.Made || first.Fingerprint() != second.Fingerprint() {
		t.Errorf("made %v, %v", first.Made, second.Made)
	}
	if !regexp.MustCompile(`^([0-9A-F]{2}:){31}[0-9A-F]{2}$`).MatchString(first.Fingerprint()) {
		t.Errorf("fingerprint %s", first.Fingerprint())
	}
	info, err := os.Stat(filepath.Join(dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("mode %o", mode)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%d files are left", len(entries))
	}
}

// Keys of two makings differ, also in the same instant: a source of randomness
// that could be predicted would show here first.
func TestTwoMakingsDiffer(t *testing.T) {
	a, b := load(t, t.TempDir(), now), load(t, t.TempDir(), now)
	ka, kb := a.Certificate.PrivateKey.(*ecdsa.PrivateKey), b.Certificate.PrivateKey.(*ecdsa.PrivateKey)
	if ka.Equal(kb) || a.Fingerprint() == b.Fingerprint() {
		t.Error("two makings gave one key")
	}
	if a.Certificate.Leaf.SerialNumber.Cmp(b.Certificate.Leaf.SerialNumber) == 0 {
		t.Error("two makings gave one serial number")
	}
}

func TestRenewed(t *testing.T) {
	dir := t.TempDir()
	first := load(t, dir, now)
	for _, c := range []struct {
		name string
		at   time.Time
		made bool
	}{
		{"well before its end", now.Add(lifetime - renewal - time.Hour), false},
		{"before its beginning", now.Add(-48 * time.Hour), true},
		{"near its end", now.Add(lifetime), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if l := load(t, dir, c.at); l.Made != c.made || (l.Fingerprint() != first.Fingerprint()) != c.made {
				t.Errorf("made %v", l.Made)
			}
		})
	}
}

func TestBadFiles(t *testing.T) {
	for _, c := range []struct {
		name, content string
		mode          os.FileMode
	}{
		{"garbage", "garbage", 0o600},
		{"empty", "", 0o600},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, fileName), []byte(c.content), c.mode); err != nil {
				t.Fatal(err)
			}
			if _, err := Load(dir, now); err == nil {
				t.Error("no error")
			} else if !bytes.Contains([]byte(err.Error()), []byte("delete it")) {
				t.Errorf("%v does not say what to do", err)
			}
		})
	}
	if _, err := Load(filepath.Join(t.TempDir(), "missing"), now); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing directory: %v", err)
	}
}

// A key that others could read is not used again, and that can be told.
func TestExposed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has access lists instead")
	}
	dir := t.TempDir()
	first := load(t, dir, now)
	if err := os.Chmod(filepath.Join(dir, fileName), 0o644); err != nil {
		t.Fatal(err)
	}
	second := load(t, dir, now)
	if !second.Made || !second.Exposed || second.Fingerprint() == first.Fingerprint() {
		t.Errorf("made %v, exposed %v", second.Made, second.Exposed)
	}
	info, err := os.Stat(filepath.Join(dir, fileName))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if third := load(t, dir, now); third.Made || third.Exposed {
		t.Error("it was made once more")
	}
}

func TestServes(t *testing.T) {
	leaf := load(t, t.TempDir(), time.Now())
	ln, err := tls.Listen("tcp", "127.0.0.1:0", leaf.Config())
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go func() {
		if c, err := ln.Accept(); err == nil {
			_, _ = fmt.Fprint(c, "hello")
			c.Close()
		}
	}()
	roots := x509.NewCertPool()
	roots.AddCert(leaf.Certificate.Leaf)
	d := tls.Dialer{NetDialer: &net.Dialer{Timeout: 5 * time.Second}, Config: &tls.Config{RootCAs: roots}}
	c, err := d.DialContext(t.Context(), "tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	got := make([]byte, 5)
	if _, err := c.Read(got); err != nil || string(got) != "hello" {
		t.Errorf("%q, %v", got, err)
	}
}

func ExampleLoad() {
	dir, err := os.MkdirTemp("", "unseen")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	leaf, err := Load(dir, time.Now())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(leaf.Made, len(leaf.Fingerprint()), leaf.Certificate.Leaf.DNSNames)
	// Output: true 95 [localhost]
}
