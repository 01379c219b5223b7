package imapfilter

import (
	"context"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"
)

// While upstream is being put under TLS, it is cut at every octet of what it says in
// the clear and of the beginning of a handshake that is none: the mail program gets a
// good-bye and nothing else, nothing hangs, and nothing is left behind.
func TestCutSTARTTLS(t *testing.T) {
	said := "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n* OK news\r\nU0 OK begin TLS\r\n\x16\x03\x03\x00\x10nonsense"
	before := runtime.NumGoroutine()
	for cut := range len(said) {
		near, local := net.Pipe()
		remote, far := net.Pipe()
		s, err := New(Config{Planner: newFakePlanner(), Timeouts: Timeouts{Watch: -1, Connect: 5 * time.Second}, Upstream: Upstream{
			Host: "localhost", Mode: ModeSTARTTLS,
			Dial: func(context.Context, string, string) (net.Conn, error) { return remote, nil },
		}})
		if err != nil {
			t.Fatal(err)
		}
		asked := make(chan struct{})
		go func() { defer close(asked); io.Copy(io.Discard, far) }()
		go func() { io.WriteString(far, said[:cut]); far.Close() }()
		over := make(chan struct{})
		go func() { defer close(over); s.serve(context.Background(), local, ModePlain) }()
		near.SetReadDeadline(time.Now().Add(10 * time.Second))
		heard, err := io.ReadAll(near)
		if text := string(heard); err != nil || !strings.HasPrefix(text, "* BYE [UNAVAILABLE] Unseen: ") || strings.Count(text, "\n") != 1 {
			t.Fatalf("cut at %d: %q, %v", cut, text, err)
		}
		<-over
		<-asked
		near.Close()
	}
	for range 500 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}
