package trust_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/trust"
)

func certificate(t *testing.T, name string) trust.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name, Organization: []string{"Unseen"}}, IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return trust.Certificate{Name: name, PEM: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}
}

// profile makes one with a store that holds a certificate of the reader's own.
func profile(t *testing.T) trust.Profile {
	t.Helper()
	lab.Need(t, "certutil")
	p := trust.Profile{Program: trust.Thunderbird, Dir: t.TempDir()}
	file := filepath.Join(t.TempDir(), "own.pem")
	if err := os.WriteFile(file, certificate(t, "The reader's own").PEM, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("certutil", "-A", "-d", "sql:"+p.Dir, "-n", "The reader's own", "-t", "C,,", "-i", file).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return p
}

func names(t *testing.T, s trust.Store) []string {
	t.Helper()
	list, err := s.Names(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// What was added is trusted for servers, and gone to the last octet when it was
// removed; what the reader had stays.
func TestProfile(t *testing.T) {
	p, ctx := profile(t), context.Background()
	one, two := certificate(t, trust.Prefix+"0a1b2c3d"), certificate(t, trust.Prefix+"ffffffff")
	for _, c := range []trust.Certificate{one, two, one} {
		if err := p.Add(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	if got := names(t, p); len(got) != 2 || !slices.Contains(got, one.Name) {
		t.Fatalf("names are %q", got)
	}
	out, err := exec.Command("certutil", "-L", "-d", "sql:"+p.Dir).CombinedOutput()
	if err != nil || strings.Count(string(out), "C,,") != 3 {
		t.Errorf("%v\n%s", err, out)
	}
	holds := func() bool {
		db, err := os.ReadFile(filepath.Join(p.Dir, "cert9.db"))
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Contains(db, []byte(trust.Prefix))
	}
	if !holds() {
		t.Error("the control sees nothing in the store")
	}
	if err := p.Remove(ctx, names(t, p)); err != nil {
		t.Fatal(err)
	}
	if got := names(t, p); len(got) != 0 || holds() {
		t.Errorf("left are %q, octets %v", got, holds())
	}
	out, _ = exec.Command("certutil", "-L", "-d", "sql:"+p.Dir).CombinedOutput()
	if !strings.Contains(string(out), "The reader's own") {
		t.Errorf("the reader's own has gone\n%s", out)
	}
	if entries, _ := os.ReadDir(p.Dir); len(entries) != 3 {
		t.Errorf("files are %v", entries)
	}
}

// A profile that a program has open is not touched.
func TestOpenProfile(t *testing.T) {
	p := profile(t)
	if err := p.Add(t.Context(), certificate(t, trust.Prefix+"01")); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(p.Dir, "cert9.db"))
	if err != nil {
		t.Fatal(err)
	}
	// Another process holds the lock, as Thunderbird does.
	holder := exec.Command("python3", "-c", `import fcntl,sys
f=open(sys.argv[1],"w"); fcntl.lockf(f,fcntl.LOCK_EX); print("held",flush=True); sys.stdin.read()`, filepath.Join(p.Dir, ".parentlock"))
	in, err := holder.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		lab.Missing(t, "python3")
	}
	if _, err := fmt.Fscan(out, new(string)); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"ready": p.Ready(), "add": p.Add(t.Context(), certificate(t, trust.Prefix+"02")), "remove": p.Remove(t.Context(), []string{trust.Prefix + "01"}),
	} {
		if !errors.Is(err, trust.ErrOpen) {
			t.Errorf("%s: %v", name, err)
		}
	}
	after, _ := os.ReadFile(filepath.Join(p.Dir, "cert9.db"))
	if !bytes.Equal(before, after) {
		t.Error("the store was changed")
	}
	in.Close()
	_ = holder.Wait()
	// The file stays behind and means nothing.
	if err := p.Ready(); err != nil {
		t.Errorf("after it was closed: %v", err)
	}
}

func TestProfileRefuses(t *testing.T) {
	p := profile(t)
	for _, name := range []string{"", "The reader's own", trust.Prefix, trust.Prefix + "../x"} {
		if p.Add(t.Context(), certificate(t, name)) == nil || p.Remove(t.Context(), []string{name}) == nil {
			t.Errorf("%q is taken for ours", name)
		}
	}
	if err := (trust.Profile{Dir: t.TempDir()}).Ready(); !errors.Is(err, trust.ErrNoProfile) {
		t.Errorf("an empty directory: %v", err)
	}
	if err := p.Add(t.Context(), trust.Certificate{Name: trust.Prefix + "03", PEM: []byte("none")}); err == nil {
		t.Error("what is no certificate was added")
	}
}

func TestProfiles(t *testing.T) {
	home := t.TempDir()
	for path, text := range map[string]string{
		".thunderbird/profiles.ini":                         "[Install]\nDefault=a.default\n\n[Profile0]\nName=default\nIsRelative=1\nPath=a.default\n[Profile1]\nIsRelative=0\nPath=" + home + "/elsewhere\n[Profile2]\nPath=never.used\n[Profile3]\nPath=a.default\n",
		".thunderbird/a.default/cert9.db":                   "",
		"elsewhere/cert9.db":                                "",
		"snap/thunderbird/common/.thunderbird/x/cert9.db":   "",
		"snap/thunderbird/common/.thunderbird/profiles.ini": "[Profile0]\r\nPath=x\r\n",
		".mozilla/firefox/profiles.ini":                     "[Profile0]\nPath=f\n",
		".mozilla/firefox/f/cert9.db":                       "",
	} {
		path = filepath.Join(home, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var dirs []string
	for _, p := range trust.Profiles(trust.Thunderbird, home) {
		dirs = append(dirs, strings.TrimPrefix(p.Dir, home))
	}
	if want := []string{"/.thunderbird/a.default", "/elsewhere", "/snap/thunderbird/common/.thunderbird/x"}; !slices.Equal(dirs, want) {
		t.Errorf("found %q", dirs)
	}
	if found := trust.Profiles(trust.Firefox, home); len(found) != 1 || found[0].Program != trust.Firefox {
		t.Errorf("found %+v", found)
	}
	if found := trust.Profiles(trust.Firefox, t.TempDir()); len(found) != 0 {
		t.Errorf("found %+v in an empty home", found)
	}
}

// The store of a machine, in directories of the test's own.
func TestSystem(t *testing.T) {
	if _, err := exec.LookPath("update-ca-certificates"); err != nil || syscall.Geteuid() != 0 {
		lab.Missing(t, "update-ca-certificates, and root")
	}
	local, etc, hooks := t.TempDir(), t.TempDir(), t.TempDir()
	conf := filepath.Join(t.TempDir(), "conf")
	certs := t.TempDir()
	if err := os.WriteFile(conf, []byte("their.crt\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	theirs := certificate(t, "Another authority").PEM
	if err := os.WriteFile(filepath.Join(certs, "their.crt"), theirs, 0o600); err != nil {
		t.Fatal(err)
	}
	s := trust.System{Local: local, Arguments: []string{"--localcertsdir", local, "--etccertsdir", etc, "--certsconf", conf, "--certsdir", certs, "--hooksdir", hooks}}
	c := certificate(t, trust.Prefix+"0a1b2c3d")
	if err := s.Add(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	bundle := filepath.Join(etc, "ca-certificates.crt")
	if got, _ := os.ReadFile(bundle); !bytes.Contains(got, bytes.TrimSpace(c.PEM)) {
		t.Errorf("the system does not trust it: %s", got)
	}
	if got := names(t, s); !slices.Equal(got, []string{c.Name}) {
		t.Errorf("names are %q", got)
	}
	if err := s.Remove(t.Context(), names(t, s)); err != nil {
		t.Fatal(err)
	}
	left, _ := os.ReadDir(etc)
	for _, e := range left {
		if strings.Contains(e.Name(), "unseen") {
			t.Errorf("left is %v", e)
		}
	}
	if got, _ := os.ReadFile(bundle); !bytes.Equal(bytes.TrimSpace(got), bytes.TrimSpace(theirs)) || len(names(t, s)) != 0 {
		t.Errorf("left are %q, %s", names(t, s), got)
	}
	if err := (trust.System{Local: filepath.Join(local, "none")}).Ready(); !errors.Is(err, trust.ErrNoSystem) {
		t.Errorf("a system without a store: %v", err)
	}
}
