package daemon_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
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
