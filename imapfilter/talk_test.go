package imapfilter

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/detect/message"
)

// A talk is a conversation of a mail program and a server through the relay, all
// in one process.
type talk struct {
	t       testing.TB
	relay   *Server
	planner *fakePlanner
	client  *side
	server  *side
	serving chan error
}

// A side is one end of the conversation.
type side struct {
	t    testing.TB
	name string
	conn net.Conn
	r    *bufio.Reader
}

func newSide(t testing.TB, name string, conn net.Conn) *side {
	return &side{t: t, name: name, conn: conn, r: bufio.NewReaderSize(conn, 1<<20)}
}

// newTalk starts a relay before a server that has greeted, and a mail program
// that has read the greeting.
func newTalk(t testing.TB, change func(*Config)) *talk {
	t.Helper()
	tk := startTalk(t, ModePlain, change)
	tk.serverf("* OK [CAPABILITY IMAP4rev1 IDLE LITERAL+] ready")
	tk.wantClient("* OK [CAPABILITY IMAP4rev1 IDLE LITERAL+] ready")
	return tk
}

// inMailbox is newTalk with INBOX selected.
func inMailbox(t testing.TB, change func(*Config)) *talk {
	t.Helper()
	tk := newTalk(t, change)
	tk.clientf("s1 SELECT inbox")
	tk.wantServer("s1 SELECT inbox")
	tk.serverf("* 3 EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\ns1 OK [READ-WRITE] done")
	tk.wantClient("* 3 EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\ns1 OK [READ-WRITE] done")
	return tk
}

func startTalk(t testing.TB, mode Mode, change func(*Config)) *talk {
	t.Helper()
	tk := &talk{t: t, planner: newFakePlanner(), serving: make(chan error, 1)}
	up, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{Planner: tk.planner, Upstream: Upstream{
		Host: "127.0.0.1", Port: up.Addr().(*net.TCPAddr).Port, Mode: ModePlain,
	}}
	if change != nil {
		change(&cfg)
	}
	if tk.relay, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { tk.serving <- tk.relay.Serve(ctx, ln, mode) }()
	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	tk.client = newSide(t, "client", conn)
	server, err := up.Accept()
	if err != nil {
		t.Fatal(err)
	}
	tk.server = newSide(t, "server", server)
	t.Cleanup(func() {
		conn.Close()
		tk.server.conn.Close()
		up.Close()
		cancel()
		select {
		case <-tk.serving:
		case <-time.After(5 * time.Second):
			t.Error("Serve does not return")
		}
	})
	return tk
}

func (tk *talk) clientf(format string, args ...any) { tk.t.Helper(); tk.client.sayf(format, args...) }
func (tk *talk) serverf(format string, args ...any) { tk.t.Helper(); tk.server.sayf(format, args...) }
func (tk *talk) wantClient(text string)             { tk.t.Helper(); tk.client.want(text + "\r\n") }
func (tk *talk) wantServer(text string)             { tk.t.Helper(); tk.server.want(text + "\r\n") }

// sayf sends a line.
func (s *side) sayf(format string, args ...any) {
	s.t.Helper()
	s.raw(fmt.Sprintf(format, args...) + "\r\n")
}

func (s *side) raw(text string) {
	s.t.Helper()
	s.conn.SetWriteDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.WriteString(s.conn, text); err != nil {
		s.t.Fatalf("%s: writing: %v", s.name, err)
	}
}

// want reads exactly the text.
func (s *side) want(text string) {
	s.t.Helper()
	s.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	got := make([]byte, len(text))
	n, err := io.ReadFull(s.r, got)
	if err != nil || string(got) != text {
		s.t.Fatalf("%s got %q (%v)\nwant %q", s.name, clip(string(got[:n])), err, clip(text))
	}
}

// line reads a line of any content.
func (s *side) line() string {
	s.t.Helper()
	s.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	line, err := s.r.ReadString('\n')
	if err != nil {
		s.t.Fatalf("%s: reading a line: %v (%q)", s.name, err, line)
	}
	return strings.TrimRight(line, "\r\n")
}

// silent checks that nothing comes.
func (s *side) silent() {
	s.t.Helper()
	s.conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if b, err := s.r.Peek(1); err == nil {
		rest, _ := s.r.Peek(s.r.Buffered())
		s.t.Fatalf("%s got %q, want silence (%q)", s.name, rest, b)
	}
}

// gone reads what is left and checks that the connection ends.
func (s *side) gone() (rest string, err error) {
	s.t.Helper()
	s.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	b, err := io.ReadAll(s.r)
	if ne, ok := err.(net.Error); ok && ne.Timeout() {
		s.t.Fatalf("%s: still connected, got %q", s.name, clip(string(b)))
	}
	return string(b), err
}

func clip(s string) string {
	if len(s) > 600 {
		return s[:600] + "..."
	}
	return s
}

// injected reads a command of the relay's own and returns its tag. A whole message
// may be asked for from its beginning, as TestPrefix does in full.
func (tk *talk) injected(rest string) string {
	tk.t.Helper()
	tag, got, _ := strings.Cut(tk.server.line(), " ")
	if strings.HasSuffix(rest, "(UID BODY.PEEK[])") {
		got = strings.Replace(got, "[]<0.65536>)", "[])", 1)
	}
	if got != rest || !strings.HasPrefix(tag, "U") {
		tk.t.Fatalf("server got %q %q, want %q", tag, got, rest)
	}
	return tag
}

// A fakePlanner replaces TRACKER by GATEWAY, and back, in every HTML leaf.
type fakePlanner struct {
	mu       sync.Mutex // guards what follows
	byPlace  map[Place]*message.Overlay
	byHeader map[string][]*message.Overlay
	begun    []Place
	ended    []bool
	lookups  int
	broken   string // the method that panics
	forgets  bool   // nothing is stored
}

const (
	tracker = "http://track.example/TRACKER?id=1234567890"
	gateway = "http://127.0.0.1:4180/p/abcdefghij________"
)

func newFakePlanner() *fakePlanner {
	return &fakePlanner{byPlace: map[Place]*message.Overlay{}, byHeader: map[string][]*message.Overlay{}}
}

func (p *fakePlanner) breaks(at string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.broken == at {
		panic("broken at " + at)
	}
}

func (p *fakePlanner) Known(_ context.Context, at Place) (*message.Overlay, error) {
	p.breaks("known")
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lookups++
	if o := p.byPlace[unnamed(at)]; o != nil || at.Object == "" {
		return o, nil
	}
	return p.byPlace[Place{Object: at.Object}], nil
}

func (p *fakePlanner) Copied(_ context.Context, from, to []Place) error {
	p.breaks("copied")
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range from {
		if o := p.byPlace[unnamed(from[i])]; o != nil {
			p.byPlace[unnamed(to[i])] = o
		}
	}
	return nil
}

// unnamed is a place without what the server calls the message.
func unnamed(at Place) Place {
	at.Object = ""
	return at
}

func (p *fakePlanner) Appended(_ context.Context, header []byte) ([]*message.Overlay, error) {
	p.breaks("appended")
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.byHeader[string(header)], nil
}

func (p *fakePlanner) Restore(_ context.Context, raw []byte) ([]byte, error) {
	p.breaks("restore")
	return bytes.ReplaceAll(raw, []byte(gateway), []byte("https://elsewhere.example/")), nil
}

func (p *fakePlanner) Begin(at Place) Planning {
	p.breaks("begin")
	p.mu.Lock()
	defer p.mu.Unlock()
	p.begun = append(p.begun, at)
	return &fakePlanning{p: p, at: at}
}

type fakePlanning struct {
	p       *fakePlanner
	at      Place
	header  string
	edits   []message.Edit
	overlay *message.Overlay
}

func (f *fakePlanning) Header(raw []byte) { f.p.breaks("header"); f.header = string(raw) }

func (f *fakePlanning) Leaf(p *message.Part) message.Editor {
	f.p.breaks("leaf")
	if p.MediaType != "text/html" {
		return nil
	}
	return fakeEditor{f}
}

type fakeEditor struct{ f *fakePlanning }

func (e fakeEditor) Edit(off int, raw []byte, more bool) ([]message.Edit, int) {
	e.f.p.breaks("edit")
	var edits []message.Edit
	for at := 0; ; {
		i := bytes.Index(raw[at:], []byte(tracker))
		if i < 0 {
			break
		}
		edits = append(edits, message.Edit{Offset: off + at + i, Old: []byte(tracker), New: []byte(gateway)})
		at += i + len(tracker)
	}
	e.f.edits = append(e.f.edits, edits...)
	done := len(raw)
	if more {
		done = max(1, len(raw)-len(tracker))
		if n := len(edits); n > 0 {
			done = max(done, edits[n-1].Offset+len(tracker)-off)
		}
	}
	return edits, done
}

func (f *fakePlanning) End(l *message.Layout, complete bool) {
	f.p.breaks("end")
	f.p.mu.Lock()
	defer f.p.mu.Unlock()
	f.p.ended = append(f.p.ended, complete)
	if complete && !f.p.forgets {
		f.overlay = &message.Overlay{Size: l.Size, Sections: l.Sections, Edits: f.edits}
		f.p.byHeader[f.header] = append(f.p.byHeader[f.header], f.overlay)
		f.p.store(f.at, f.overlay)
	}
}

func (f *fakePlanning) Place(at Place) {
	f.p.mu.Lock()
	defer f.p.mu.Unlock()
	f.p.store(at, f.overlay)
}

func (p *fakePlanner) store(at Place, o *message.Overlay) {
	if at.UID != 0 && o != nil {
		p.byPlace[unnamed(at)] = o
		if at.Object != "" {
			p.byPlace[Place{Object: at.Object}] = o
		}
	}
}

// Mails of the tests.
const (
	htmlBody = `<p>Hello</p><img src="` + tracker + `"><p>bye` + "\r\n"
	htmlMail = "From: a@example.org\r\nContent-Type: text/html\r\n\r\n" + htmlBody
	partMail = "From: b@example.org\r\nContent-Type: multipart/alternative; boundary=X\r\n\r\n" +
		"--X\r\nContent-Type: text/plain\r\n\r\n" + tracker + "\r\n" +
		"--X\r\nContent-Type: text/html\r\n\r\n" + htmlBody + "\r\n--X--\r\n"
)

// seen is a mail as the mail program shall see it.
func seen(mail string) string {
	i := strings.Index(mail, "text/html")
	if i < 0 {
		return mail
	}
	return mail[:i] + strings.ReplaceAll(mail[i:], tracker, gateway)
}

// lit writes a literal.
func lit(s string) string { return fmt.Sprintf("{%d}\r\n%s", len(s), s) }
