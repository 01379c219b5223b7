package imapfilter

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
)

// stoppable is newTalk with the means to stop the relay.
func stoppable(t *testing.T) (tk *talk, stop func(), served <-chan error) {
	t.Helper()
	up, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer up.Close()
	tk = &talk{t: t, planner: newFakePlanner(), serving: make(chan error, 1)}
	tk.relay, err = New(Config{Planner: tk.planner, Upstream: Upstream{Host: "127.0.0.1", Port: up.Addr().(*net.TCPAddr).Port, Mode: ModePlain}})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { tk.serving <- tk.relay.Serve(ctx, ln, ModePlain) }()
	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err := up.Accept()
	if err != nil {
		t.Fatal(err)
	}
	tk.client, tk.server = newSide(t, "client", conn), newSide(t, "server", server)
	t.Cleanup(func() { cancel(); conn.Close(); server.Close() })
	tk.serverf("* OK [CAPABILITY IMAP4rev1 LITERAL+] ready")
	tk.wantClient("* OK [CAPABILITY IMAP4rev1 LITERAL+] ready")
	tk.play("C:s SELECT INBOX|S:* 1 EXISTS|S:s OK [READ-WRITE] done")
	return tk, cancel, tk.serving
}

// ends wants a good-bye after what was finished, and Serve to return.
func (tk *talk) ends(served <-chan error) {
	tk.t.Helper()
	if got, err := tk.client.gone(); err != nil || !strings.HasPrefix(got, "* BYE [UNAVAILABLE] Unseen") {
		tk.t.Errorf("the mail program got %q, %v", got, err)
	}
	if err := <-served; err != nil {
		tk.t.Error(err)
	}
}

// A mail that is half on its way to the mail program when the relay is stopped arrives
// whole, planned as ever; what the server says after it does not.
func TestStopFinishesAnswer(t *testing.T) {
	tk, stop, served := stoppable(t)
	mail := "Subject: x\r\n\r\n" + strings.Repeat("A line of text, of which there are many.\r\n", 20000)
	answer := "* 1 FETCH (BODY[] " + lit(mail) + ")\r\n"
	tk.clientf("a FETCH 1 BODY[]")
	tk.wantServer("a FETCH 1 BODY[]")
	half := len(answer) / 2
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_, _ = io.WriteString(tk.server.conn, answer[:half]) // what is missing is seen below
	}()
	tk.client.want(answer[:1000]) // so the answer was begun
	stop()
	<-sent
	go func() { _, _ = io.WriteString(tk.server.conn, answer[half:]+"a OK done\r\n") }() // as above
	tk.client.want(answer[1000:])
	tk.ends(served)
}

// A mail that is half on its way to the server when the relay is stopped gets there whole.
func TestStopFinishesCommand(t *testing.T) {
	tk, stop, served := stoppable(t)
	mail := "Subject: x\r\n\r\n" + strings.Repeat("A line of text, of which there are many.\r\n", 2000)
	head, body, _ := strings.Cut(lit(mail), "\r\n")
	tk.clientf("a APPEND Drafts %s", strings.Replace(head, "}", "+}", 1))
	half := len(body) / 2
	tk.client.raw(body[:half])
	if !lab.Until(20*time.Second, tk.reading) {
		t.Fatal("the relay does not read")
	}
	stop()
	go func() { _, _ = io.WriteString(tk.client.conn, body[half:]+"\r\n") }() // what is missing is seen below
	if got := tk.server.line(); !strings.HasPrefix(got, "a APPEND Drafts {") {
		t.Fatalf("the server got %q", got)
	} else if !strings.HasSuffix(got, "+}") {
		tk.serverf("+ go")
	}
	tk.server.want(body + "\r\n")
	tk.ends(served)
}

// reading says whether the relay is in the middle of a command.
func (tk *talk) reading() bool {
	tk.relay.mu.Lock()
	defer tk.relay.mu.Unlock()
	for s := range tk.relay.sessions {
		if s.hearing.TryLock() {
			s.hearing.Unlock()
			return false
		}
	}
	return true
}
