// Package lab is real parts for tests, and nothing else: Dovecot as the mail
// server, Thunderbird, Claws Mail, mbsync, offlineimap, mutt, neomutt, curl and
// Python's imaplib as the readers' programs, an SMTP server that keeps what it
// is given, and a tracker that writes down whatever it learns.
//
// Everything listens on loopback, on ports found free, with data in a
// directory of its own that goes away with the test. Nothing here reaches
// another machine: Thunderbird is even told to send whatever it would fetch
// from elsewhere to the [Tracker], which counts it.
//
// The real programs are slow, so they run only if UNSEEN_REAL=1 is set, as
// "make test" does; otherwise, or if a program is missing, the test is skipped
// with a word that says why. With UNSEEN_STRICT=1 a missing part is a failure:
// a run that leaves something out must not look like one that passed.
//
// Only tests may import this package; a test in internal/repotest sees to it.
package lab

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// patience is how long a part may take to do what it was asked to. It is
// generous: a test must not fail because the machine was busy.
const patience = 60 * time.Second

// Strict says whether a missing part is a failure.
func Strict() bool { return os.Getenv("UNSEEN_STRICT") == "1" }

// Real says whether tests with real programs were asked for.
func Real() bool { return os.Getenv("UNSEEN_REAL") == "1" || Strict() }

// Long says whether the full numbers were asked for: more rounds, not other
// tests.
func Long() bool { return os.Getenv("UNSEEN_LONG") == "1" }

// Missing skips the test because a part is not there, or fails it where
// nothing may be left out.
func Missing(t testing.TB, why string) {
	t.Helper()
	if Strict() {
		t.Fatalf("left out: %s", why)
	}
	t.Skipf("left out: %s", why)
}

// Need skips the test unless real parts were asked for and all the programs
// are there.
func Need(t testing.TB, programs ...string) {
	t.Helper()
	if !Real() {
		t.Skip("left out: real mail programs (set UNSEEN_REAL=1, or say \"make test\")")
	}
	for _, name := range programs {
		if find(name) == "" {
			Missing(t, name+" is not installed")
		}
	}
}

// Has says whether a program is installed that tests can do without.
func Has(name string) bool { return find(name) != "" }

// find looks for a program on the path, and where the system keeps those that
// are not on everybody's path.
func find(name string) string {
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	path := filepath.Join("/usr/sbin", name)
	if _, err := os.Stat(path); err == nil {
		return path
	}
	return ""
}

// Shared returns the directory of the shared mail beside the repository, and
// skips the test if it is not there.
func Shared(t testing.TB, elem ...string) string {
	t.Helper()
	dir := filepath.Join(append([]string{Root(t), "..", "shared", "mail"}, elem...)...)
	if _, err := os.Stat(dir); err != nil {
		Missing(t, "../shared/"+strings.Join(append([]string{"mail"}, elem...), "/")+" is not beside the repository")
	}
	return dir
}

// Root returns the root of the repository.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("there is no go.mod above the test's directory")
		}
		dir = up
	}
}

// Dir makes a directory that other users of the machine can walk through:
// Dovecot drops its rights, and t.TempDir is closed to all but its owner.
func Dir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "unseen-lab-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// FreePort returns a port of 127.0.0.1 that nothing listens on just now. It is one
// that no system gives away by itself (RFC 6335, section 6; Linux gives 32768 and up):
// between now and the moment when a program takes it, tests beside this one open
// listeners and connections by the thousand, and one of them would sit on it.
func FreePort(t testing.TB) int {
	t.Helper()
	var err error
	for range 100 {
		var ln net.Listener
		if ln, err = net.Listen("tcp", fmt.Sprint("127.0.0.1:", 10000+rand.IntN(22000))); err == nil {
			defer ln.Close()
			return ln.Addr().(*net.TCPAddr).Port
		}
	}
	t.Fatal(err)
	return 0
}

// Until asks again and again until the answer is yes, and says whether it
// ever was.
func Until(limit time.Duration, yes func() bool) bool {
	end := time.Now().Add(limit)
	for {
		if yes() {
			return true
		}
		if time.Now().After(end) {
			return false
		}
		time.Sleep(10 * time.Millisecond)
	}
}
