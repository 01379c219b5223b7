package imapfilter

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/internal/lab"
)

// A recorded session, as a server says it.
var recorded = strings.Join([]string{
	"* OK [CAPABILITY IMAP4rev1 IDLE] ready",
	"s1 OK in",
	"* 2 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\ns2 OK [READ-WRITE] done",
	"* 1 FETCH (UID 1 FLAGS (\\Seen) BODY[HEADER] {4}\r\n\r\n\r\n)",
	"* 1 FETCH (UID 1 BODY[] " + lit(partMail) + " FLAGS ())",
	"s3 OK done",
	"* BYE x\r\ns4 OK done\r\n",
}, "\r\n")

const recordedCommands = "s1 LOGIN a b\r\ns2 SELECT INBOX\r\ns3 UID FETCH 1 (BODY.PEEK[HEADER] BODY.PEEK[])\r\ns4 LOGOUT\r\n"

// Upstream is cut at every octet of a session: what the mail program gets is the
// beginning of what it would have got, then a BYE at most, and never the end of
// a literal that did not come; nothing incomplete is stored.
func TestCutAnywhere(t *testing.T) {
	want := strings.Replace(recorded, lit(partMail), lit(seen(partMail)), 1)
	body := strings.Index(recorded, partMail)
	for cut := 0; cut < len(recorded); cut++ {
		p := newFakePlanner()
		got, err := cutSession(t, p, recorded[:cut])
		plain, bye, said := strings.Cut(got, "* BYE [UNAVAILABLE] Unseen")
		if !strings.HasPrefix(want, plain) {
			t.Fatalf("cut at %d: got %q", cut, got)
		}
		if said && !strings.HasSuffix(bye, "\r\n") {
			t.Fatalf("cut at %d: half a BYE: %q", cut, got)
		}
		if said && plain != "" && !strings.HasSuffix(plain, "\r\n") {
			t.Fatalf("cut at %d: BYE in the middle of %q", cut, clip(plain[max(0, len(plain)-40):]))
		}
		if cut > body && cut < body+len(partMail) {
			if said || err == nil {
				t.Fatalf("cut at %d, in a literal: %v, %q", cut, err, got)
			}
			for _, complete := range p.ended {
				if complete {
					t.Fatalf("cut at %d: half a message was stored", cut)
				}
			}
		}
	}
}

// cutSession plays commands against a server that says some octets and leaves.
func cutSession(t *testing.T, p Planner, says string) (string, error) {
	t.Helper()
	up, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer up.Close()
	go func() {
		if conn, err := up.Accept(); err == nil {
			io.WriteString(conn, says)
			conn.(*net.TCPConn).CloseWrite()
			io.Copy(io.Discard, conn)
			conn.Close()
		}
	}()
	s, err := New(Config{Planner: p, Timeouts: Timeouts{Watch: -1}, Upstream: Upstream{Host: "127.0.0.1", Port: up.Addr().(*net.TCPAddr).Port, Mode: ModePlain}})
	if err != nil {
		t.Fatal(err)
	}
	near, far := loopback(t)
	defer near.Close()
	// Written at once: a write after the reset would take its error away.
	if _, err := io.WriteString(near, recordedCommands); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); s.serve(context.Background(), far, ModePlain) }()
	near.SetReadDeadline(time.Now().Add(5 * time.Second))
	got, err := io.ReadAll(near)
	<-done
	return string(got), err
}

// loopback returns both ends of a connection.
func loopback(t testing.TB) (near, far net.Conn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	if near, err = net.Dial("tcp", ln.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if far, err = ln.Accept(); err != nil {
		t.Fatal(err)
	}
	return near, far
}

// A mail program that leaves stops the server's sending.
func TestClientLeaves(t *testing.T) {
	for _, tt := range []struct{ name, asks, says string }{
		{"at rest", "a NOOP\r\n", ""},
		{"in a literal of the server", "a UID FETCH 1 BODY[]\r\n", "* 1 FETCH (BODY[] {1000000}\r\nabc"},
		{"while the relay asks for itself", "a UID FETCH 1 BODY[1]\r\n", "* 1 FETCH (BODY[] {1000000}\r\nabc"},
		{"in a literal of its own", "a APPEND x {1000+}\r\nabc", ""},
		{"in a literal passed on", "a X-FOO {1000+}\r\nabc", ""},
		{"in IDLE", "a IDLE\r\n", "+ idling\r\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tk := inMailbox(t, nil)
			tk.client.raw(tt.asks)
			if !strings.Contains(tt.asks, "APPEND") {
				tk.server.line()
			}
			tk.server.raw(tt.says)
			time.Sleep(20 * time.Millisecond)
			tk.client.conn.Close()
			tk.server.gone()
			tk.planner.mu.Lock()
			defer tk.planner.mu.Unlock()
			for _, complete := range tk.planner.ended {
				if complete {
					t.Error("half a message was stored")
				}
			}
		})
	}
}

// What cannot be read ends both connections; nothing is made up.
func TestGarbage(t *testing.T) {
	for _, tt := range []struct{ name, says, got string }{
		{"no list", "* 1 FETCH foo", "* 1 FETCH "},
		{"no value", "* 1 FETCH (FLAGS)", "* 1 FETCH ("},
		{"two names", "* 1 FETCH (BODY[ BODY[])", "* 1 FETCH (BODY[ BODY["},
		{"line end in list", "* 1 FETCH (FLAGS (\\Seen", "* 1 FETCH (FLAGS "},
		{"line end in quotes", "* 1 FETCH (ENVELOPE (\"x", "* 1 FETCH (ENVELOPE "},
		{"octets after", "* 1 FETCH (FLAGS ()) foo", "* 1 FETCH (FLAGS ()"},
		{"body that is no string", "* 1 FETCH (BODY[] foo)", "* 1 FETCH (BODY[] "},
		{"uid that is no number", "* 1 FETCH (UID x)", "* 1 FETCH (UID"},
		{"negative literal", "* 1 FETCH (BODY[] {-5}", "* 1 FETCH (BODY[] "},
		{"literal without sense", "* 1 FETCH (BODY[] {99999999999999999999}", "* 1 FETCH (BODY[] "},
		{"line without tag", "(what)", ""},
		{"nested too deep", "* 1 FETCH (X " + strings.Repeat("(", 2000), "* 1 FETCH (X "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tk := inMailbox(t, nil)
			tk.serverf("%s", tt.says)
			got, _ := tk.client.gone()
			plain, _, said := strings.Cut(got, "* BYE [UNAVAILABLE] Unseen: an answer of the mail server could not be read.")
			if !strings.HasPrefix(tt.says+"\r\n", plain) || said && plain != "" {
				t.Errorf("client got %q", clip(got))
			}
			tk.server.gone()
		})
	}
}

// The server says good-bye, or leaves without.
func TestServerLeaves(t *testing.T) {
	tk := inMailbox(t, nil)
	tk.serverf("* BYE shutting down")
	tk.server.conn.Close()
	if got, err := tk.client.gone(); got != "* BYE shutting down\r\n" || err != nil {
		t.Errorf("client got %q, %v", got, err)
	}
	tk = inMailbox(t, nil)
	tk.server.conn.Close()
	if got, err := tk.client.gone(); got != "* BYE [UNAVAILABLE] Unseen: the mail server closed the connection.\r\n" || err != nil {
		t.Errorf("client got %q, %v", got, err)
	}
}

// In the middle of a literal the mail program's connection is reset.
func TestServerLeavesInLiteral(t *testing.T) {
	tk := inMailbox(t, nil)
	tk.serverf("* 1 FETCH (BODY[] {1000}\r\nabc")
	time.Sleep(20 * time.Millisecond)
	tk.server.conn.Close()
	got, err := tk.client.gone()
	if strings.Contains(got, "BYE") || !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("client got %q, %v", got, err)
	}
}

// A literal of 50 MB goes through while next to nothing of it is held.
func TestMemory(t *testing.T) {
	const size = 50 << 20
	head := "From: a@example.org\r\nContent-Type: multipart/mixed; boundary=X\r\n\r\n--X\r\nContent-Type: text/html\r\n\r\n" + htmlBody +
		"\r\n--X\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	line := strings.Repeat("QUJD", 18) + "\r\n"
	tk := inMailbox(t, nil)
	go func() {
		fmt.Fprintf(tk.server.conn, "* 1 FETCH (UID 5 BODY[] {%d}\r\n%s", size, head)
		block := []byte(strings.Repeat(line, 1000))
		left := size - len(head)
		for left > 0 {
			n, err := tk.server.conn.Write(block[:min(left, len(block))])
			if err != nil {
				return
			}
			left -= n
		}
		io.WriteString(tk.server.conn, ")\r\n")
	}()
	tk.client.want(fmt.Sprintf("* 1 FETCH (UID 5 BODY[] {%d}\r\n%s", size, strings.ReplaceAll(head, tracker, gateway)))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	tk.client.conn.SetReadDeadline(time.Now().Add(time.Minute))
	if _, err := io.CopyN(io.Discard, tk.client.r, size-int64(len(head))); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	tk.wantClient(")")
	if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
		t.Errorf("%d octets allocated for a message of %d", got, size)
	} else {
		t.Logf("%d octets allocated for a message of %d", got, size)
	}
}

// A mail program that does not read holds up the server, not the memory.
func TestSlowClient(t *testing.T) {
	tk := inMailbox(t, nil)
	tk.serverf("* 1 FETCH (UID 5 BODY[] {%d}", 1<<30)
	block := bytes.Repeat([]byte("x"), 1<<20)
	sent := 0
	tk.server.conn.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
	for {
		n, err := tk.server.conn.Write(block)
		sent += n
		if err != nil {
			break
		}
	}
	if sent > 64<<20 {
		t.Errorf("%d octets were taken from the server", sent)
	}
}

// A literal that is announced and does not come costs nothing.
func TestHugeAnnounced(t *testing.T) {
	var before, after runtime.MemStats
	tk := inMailbox(t, nil)
	runtime.ReadMemStats(&before)
	tk.clientf("a APPEND INBOX {%d+}", 64<<20)
	tk.client.raw("From: x\r\n\r\nabc")
	tk.serverf("* 1 FETCH (UID 1 BODY[1] {%d}\r\nabc", message.HoldLimit)
	time.Sleep(50 * time.Millisecond)
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
		t.Errorf("%d octets allocated", got)
	}
	tk.client.conn.Close()
	tk.server.gone()
}

// When Serve ends, mail programs are told.
func TestGoingDown(t *testing.T) {
	p := newFakePlanner()
	ctx, cancel := context.WithCancel(context.Background())
	up, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer up.Close()
	s, err := New(Config{Planner: p, Upstream: Upstream{Host: "127.0.0.1", Port: up.Addr().(*net.TCPAddr).Port, Mode: ModePlain}})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, ln, ModePlain) }()
	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err := up.Accept()
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(server, "* OK hi\r\n")
	client := newSide(t, "client", conn)
	client.want("* OK hi\r\n")
	cancel()
	if got, _ := client.gone(); !strings.HasPrefix(got, "* BYE [UNAVAILABLE] Unseen") {
		t.Errorf("got %q", got)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// An idle connection costs little: buffers, goroutines, and TLS on both legs.
func TestIdleMemory(t *testing.T) {
	a := lab.NewAuthority(t)
	const n = 40
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range n {
		port := upstreamScript(t, a, "TLS|S:* OK hi")
		_, addr := relayTo(t, newFakePlanner(), Upstream{Host: "localhost", Port: port, TLS: &tls.Config{RootCAs: a.Pool}}, ModeTLS,
			func(c *Config) { c.LocalTLS = a.ServerConfig() })
		conn, err := tls.Dial("tcp", addr, a.ClientConfig())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		if line, err := bufio.NewReaderSize(conn, 16).ReadString('\n'); err != nil || line != "* OK hi\r\n" {
			t.Fatal(line, err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	got := (after.HeapInuse + after.StackInuse - before.HeapInuse - before.StackInuse) / n
	t.Logf("%d KB per connection, both ends of it and the server included", got>>10)
	if got > 300<<10 {
		t.Errorf("%d octets per connection", got)
	}
}
