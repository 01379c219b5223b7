package daemon_test

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/evidence/bag"
	"github.com/unseen-mail/unseen/internal/lab"
)

// absent is the address of an authority that cannot be reached, and a function that
// makes it one of OpenSSL's.
func absent(t *testing.T) (address string, comes func()) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	real, _ := lab.StartStamper(t)
	to, err := url.Parse(real)
	if err != nil {
		t.Fatal(err)
	}
	return "http://" + at, func() {
		l, err := net.Listen("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		server := &http.Server{Handler: httputil.NewSingleHostReverseProxy(to), ReadHeaderTimeout: time.Minute}
		done := make(chan struct{})
		go func() { defer close(done); _ = server.Serve(l) }() // it ends by Close
		t.Cleanup(func() { _ = server.Close(); <-done })
	}
}

// Time stamps that were agreed to and did not come, as this computer was offline, are
// asked for again: of what is kept of a sender, and of a bag. A bag that was moved away
// does not wait on.
func TestStampsWait(t *testing.T) {
	e := newEvidenced(t)
	ctx := context.Background()
	authority, comes := absent(t)
	e.connect(anywhere)
	if m := e.mark(api.MarkRequest{Sender: "shop.example", Older: true, Login: user, Password: password, Authority: authority}).Mark; m == nil || m.Mails != 1 || !m.Unstamped {
		t.Fatalf("%+v", m)
	}
	file, moved := filepath.Join(t.TempDir(), "bag.zip"), filepath.Join(t.TempDir(), "moved.zip")
	for _, out := range []string{file, moved} {
		for _, err := range e.client.ExportKept(ctx, api.ExportRequest{Sender: "shop.example", Output: out}) {
			if err != nil {
				t.Fatal(err)
			}
		}
		for range 2 { // twice is once
			if asked, err := e.client.StampKept(ctx, api.StampRequest{Bag: out, Authority: authority}); err != nil || !asked.Waiting || asked.Stamp != nil {
				t.Fatalf("%+v, %v", asked, err)
			}
		}
	}
	for _, q := range []api.StampRequest{{Bag: "bag.zip", Authority: authority}, {Bag: file, Authority: "ftp://tsa.example/"}} {
		if _, err := e.client.StampKept(ctx, q); err == nil {
			t.Errorf("%+v waits", q)
		}
	}
	e.restart()
	if list, err := e.client.WaitingStamps(ctx); err != nil || len(list) != 2 || list[0].Path != file || list[0].Authority != authority {
		t.Fatalf("%+v, %v", list, err)
	}
	if err := os.Remove(moved); err != nil {
		t.Fatal(err)
	}
	comes()
	e.restart()
	if !lab.Until(time.Minute, func() bool {
		list, err := e.client.WaitingStamps(ctx)
		return err == nil && len(list) == 0
	}) {
		t.Fatal("a bag still waits")
	}
	if m := e.theMark(); m.Unstamped || len(m.Stamps) != 1 || m.Stamps[0].Authority != "CN=Test Time" {
		t.Errorf("%+v", m)
	}
	opened, err := bag.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	if result, err := bag.Verify(opened); err != nil || !result.Whole() || len(result.Stamps) != 1 || result.Stamps[0].Authority != "CN=Test Time" {
		t.Errorf("%+v, %v", result, err)
	}
}

// What is written into the log of stamps that did not come names nobody: not who was
// asked, nor what the bag is called, nor whose mails it holds.
func TestStampsWaitUnnamed(t *testing.T) {
	e := newEvidenced(t)
	ctx := context.Background()
	authority, _ := absent(t)
	e.connect(anywhere)
	e.mark(api.MarkRequest{Sender: "shop.example", Older: true, Login: user, Password: password, Authority: authority})
	file := filepath.Join(t.TempDir(), "anna-against-shop.zip")
	for _, err := range e.client.ExportKept(ctx, api.ExportRequest{Sender: "shop.example", Output: file}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	torn := filepath.Join(t.TempDir(), "torn-against-shop.zip")
	if err := os.WriteFile(torn, []byte("no bag"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, torn} {
		if _, err := e.client.StampKept(ctx, api.StampRequest{Bag: path, Authority: authority}); err != nil {
			t.Fatal(err)
		}
	}
	var log written
	e.log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	e.restart()
	if !lab.Until(time.Minute, func() bool { return strings.Contains(log.String(), "asking for evidence") }) {
		t.Fatal("the log says nothing of it")
	}
	host := strings.TrimPrefix(authority, "http://")
	for _, name := range []string{authority, host, "shop", "anna", filepath.Dir(file)} {
		if strings.Contains(log.String(), name) {
			t.Errorf("the log names %q:\n%s", name, log.String())
		}
	}
	if !strings.Contains(log.String(), "refused") {
		t.Errorf("the log does not say why:\n%s", log.String())
	}
}

// A written log can be read while it is written.
type written struct {
	mu   sync.Mutex // guards what follows
	text bytes.Buffer
}

// Write implements [io.Writer].
func (w *written) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(b)
}

// String is what was written until now.
func (w *written) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}
