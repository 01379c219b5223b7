package soak_test

import (
	"bufio"
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/daemon"
	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/proxy"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// An order says to the child how to live.
type order struct {
	Dir, Plain, TLS, TrackerCA, MailCA string
	// MaxPages makes the disk full, 0 does not.
	MaxPages int
	// Ahead is how much its clock is ahead of the right time when it starts.
	Ahead time.Duration
	// Web says that loads go to where the name service says, not to the tracker.
	Web bool
}

func (o order) paths() config.Paths {
	return config.Paths{Config: filepath.Join(o.Dir, "config.toml"), Data: filepath.Join(o.Dir, "data"), Runtime: filepath.Join(o.Dir, "run")}
}

// daemon is what the daemon is started with.
func (o order) daemon(t *testing.T) daemon.Config {
	t.Helper()
	cfg := daemon.Config{
		Paths: o.paths(), Settings: config.Defaults(), Version: "soak",
		Logger: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Lab: &daemon.Lab{
			Roots: pool(t, o.MailCA), MaxPages: o.MaxPages,
			Providers: []catalogue.Provider{{
				ID: "lab", Domains: []string{"example.org"}, IMAP: []string{"localhost"}, AuthServIDs: []string{"mx.example.org"},
				Stamps: catalogue.StampsDMARC, DeliveredTo: true, Source: "the lab's own mails",
			}},
		},
	}
	if !o.Web {
		cfg.Lab.Web = proxy.Lab{Plain: o.Plain, TLS: o.TLS, Roots: pool(t, o.TrackerCA)}
	}
	return cfg
}

// left is what the child says of itself when it was told to end.
type left struct{ Goroutines, Files, HeapKB int }

// TestChild is the daemon, in a process of its own that can be killed, and whose clock can
// be set: to what a line of its standard input says. It ends in order when its standard
// input ends, and says then what is left of it.
func TestChild(t *testing.T) {
	text := os.Getenv("UNSEEN_SOAK_CHILD")
	if text == "" {
		t.Skip("runs as another process, from TestSoak")
	}
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		t.Fatal(err)
	}
	clock := lab.OwnClock(t)
	clock.Set(o.Ahead)
	before := runtime.NumGoroutine()
	d, err := daemon.Start(context.Background(), o.daemon(t))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("soak: up")
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		if ahead, err := time.ParseDuration(in.Text()); err == nil {
			clock.Set(ahead)
		}
		fmt.Println("soak:", said(open(t), runtime.NumGoroutine()))
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	// What ends on its own account gets a moment.
	for range 100 {
		if runtime.NumGoroutine() <= before {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	n := runtime.NumGoroutine() - before
	if n > 0 {
		stacks := make([]byte, 1<<20)
		t.Errorf("%d goroutines are left:\n%s", n, stacks[:runtime.Stack(stacks, true)])
	}
	fmt.Println("soak:", said(open(t), n))
}

// said is what is left, in a line.
func said(files, goroutines int) string {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	text, _ := json.Marshal(left{goroutines, files, int(m.HeapAlloc >> 10)}) // plain numbers
	return string(text)
}

// open is how many files this process has open.
func open(t *testing.T) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

func pool(t *testing.T, file string) *x509.CertPool {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p := x509.NewCertPool()
	if !p.AppendCertsFromPEM(text) {
		t.Fatalf("%s holds no certificate", file)
	}
	return p
}

// A child is the daemon as this process sees it.
type child struct {
	cmd   *exec.Cmd
	in    *os.File
	lines chan string
	ended chan error
}

// bear starts a daemon and waits until it is up. A disk that is too full to start on
// gives nil.
func bear(t *testing.T, o order) *child {
	t.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: exec.Command(os.Args[0], "-test.run", "^TestChild$", "-test.v"), in: w, lines: make(chan string, 100), ended: make(chan error, 1)}
	c.cmd.Env = append(os.Environ(), "UNSEEN_SOAK_CHILD="+string(text))
	c.cmd.Stdin = r
	if testing.Verbose() {
		c.cmd.Stderr = os.Stderr
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r.Close()
	go func() {
		defer close(c.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			if line, ok := strings.CutPrefix(s.Text(), "soak: "); ok {
				c.lines <- line
			} else if !strings.HasPrefix(s.Text(), "=== ") && testing.Verbose() {
				fmt.Fprintln(os.Stderr, "  child:", s.Text())
			}
		}
		c.ended <- c.cmd.Wait()
	}()
	select {
	case line, ok := <-c.lines:
		if !ok || line != "up" {
			if o.MaxPages > 0 {
				return nil
			}
			t.Fatalf("the daemon did not come up: %q", line)
		}
	case <-time.After(time.Minute):
		t.Fatal("the daemon did not come up within a minute")
	}
	return c
}

// tries sets its clock ahead of the right time, or behind, and says whether it did.
func (c *child) tries(ahead time.Duration) bool {
	fmt.Fprintln(c.in, ahead)
	select {
	case _, ok := <-c.lines:
		return ok
	case <-time.After(time.Minute):
		return false
	}
}

// sets sets its clock, and ends the test if that cannot be.
func (c *child) sets(t *testing.T, ahead time.Duration) {
	t.Helper()
	if !c.tries(ahead) {
		t.Fatal("the daemon's clock cannot be set")
	}
}

// asks returns what it says of itself while it runs.
func (c *child) asks(t *testing.T) left {
	t.Helper()
	fmt.Fprintln(c.in)
	return c.hears(t)
}

func (c *child) hears(t *testing.T) (l left) {
	t.Helper()
	select {
	case line := <-c.lines:
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("the daemon said %q", line)
		}
	case <-time.After(time.Minute):
		t.Fatal("the daemon said nothing for a minute")
	}
	return l
}

// kill ends it as a loss of power does.
func (c *child) kill() {
	_ = c.cmd.Process.Signal(syscall.SIGKILL) // it may have ended by itself
	c.in.Close()
	<-c.ended
}

// ends lets it end in order.
func (c *child) ends(t *testing.T) left {
	t.Helper()
	c.in.Close()
	l := c.hears(t)
	if err := <-c.ended; err != nil {
		t.Errorf("the daemon ended with %v", err)
	}
	return l
}
