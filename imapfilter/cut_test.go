package imapfilter

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
)

// A conversation is a conversation that can be broken off at any octet of either
// side, with all that the relay does by itself in it.
type conversation struct {
	mail    string
	answers map[string]string // to a command without its tag
	asks    []string          // what the mail program says, step by step
}

// newConversation makes a conversation about one mail.
func newConversation(mail string) *conversation {
	html := strings.Index(mail, "Content-Type: text/html")
	stored := mail[html : strings.LastIndex(mail, htmlBody)+len(htmlBody)]
	binary := "* 1 FETCH (UID 5 BINARY[2] ~" + lit(htmlBody) + ")\r\n"
	return &conversation{mail: mail,
		answers: map[string]string{
			"LOGIN a b":                   "* CAPABILITY IMAP4rev1 IDLE COMPRESS=DEFLATE LITERAL+ BINARY NOTIFY\r\n",
			"SELECT INBOX":                "* 2 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n",
			"UID FETCH 5 (UID)":           "* 1 FETCH (UID 5)\r\n",
			"UID FETCH 5 BODY.PEEK[TEXT]": "* 1 FETCH (UID 5 BODY[TEXT] " + lit(mail[strings.Index(mail, "\r\n\r\n")+4:]) + ")\r\n",
			"UID FETCH 5 (FLAGS BODY.PEEK[2]<20.50>)": "* 1 FETCH (UID 5 FLAGS (\\Seen) BODY[2]<20> " + lit(htmlBody[20:70]) + ")\r\n" +
				"* 2 FETCH (FLAGS (\\Answered))\r\n",
			"UID FETCH 5 BODY.PEEK[HEADER]":    "* 1 FETCH (UID 5 BODY[HEADER] {4}\r\n\r\n\r\n)\r\n",
			"UID FETCH 5 (UID BODY.PEEK[])":    "* 3 EXISTS\r\n* 1 FETCH (UID 5 BODY[] " + lit(mail) + " FLAGS (\\Recent))\r\n",
			"UID FETCH 5 (BODY.PEEK[] FLAGS)":  "* 1 FETCH (BODY[] " + lit(mail) + " FLAGS () UID 5)\r\n",
			"UID FETCH 5 BINARY.PEEK[2]":       binary,
			"UID FETCH 5 BODY.PEEK[2]":         "* 1 FETCH (UID 5 BODY[2] \"" + strings.NewReplacer(`"`, `\"`, "\r\n", "").Replace(htmlBody) + "\")\r\n",
			"LIST \"\" *":                      "* LIST () \"/\" {5}\r\na)\"\\b\r\n",
			"UID SEARCH RETURN (ALL) 1:9":      "* ESEARCH (TAG \"x\") UID ALL 5,7\r\n",
			"FETCH 1 (ENVELOPE BODYSTRUCTURE)": "* 1 FETCH (ENVELOPE (NIL {3}\r\na)b \"\\\"{2}\") BODYSTRUCTURE ((\"text\" \"plain\")(\"text\" \"html\")))\r\n",
			"UID FETCH 5 (UID BODY.PEEK[]<" + fmt.Sprintf("%d.%d", html, len(stored)) + ">)": fmt.Sprintf("* 1 FETCH (UID 5 BODY[]<%d> %s)\r\n", html, lit(stored)),
			"LOGOUT": "* BYE see you\r\n",
		},
		asks: []string{
			"c1 LOGIN a b\r\n", "c2 SELECT INBOX\r\n", "c3 UID FETCH 5 BODY.PEEK[TEXT]\r\n", "c4 UID FETCH 5 (FLAGS BODY.PEEK[2]<20.50>)\r\n",
			"c5 UID FETCH 5 BINARY.PEEK[2]\r\n", "c6 IDLE\r\n", "DONE\r\n", "c7 UID FETCH 5 (BODY.PEEK[] FLAGS)\r\n",
			"c8 APPEND Sent {" + strconv.Itoa(len(seen(mail))) + "}\r\n", seen(mail) + " (\\Seen) {6+}\r\na: b\r\n\r\n",
			"c9 APPEND Drafts CATENATE (TEXT {5+}\r\na: b\n URL \"/x\" TEXT {2}\r\n", "ab)\r\n",
			"d1 UID FETCH 5 BODY.PEEK[2]\r\n", "d2 LIST \"\" *\r\n", "d3 UID SEARCH RETURN (ALL) 1:9\r\n", "d4 FETCH 1 (ENVELOPE BODYSTRUCTURE)\r\n",
			"d5 COMPRESS DEFLATE\r\n", "d6 UID FETCH 5 BODY.PEEK[HEADER]\r\n", "d7 LOGOUT\r\n",
		},
	}
}

// A stingy writer writes so many octets and then closes the connection.
type stingy struct {
	conn net.Conn
	left int
	said bytes.Buffer
}

func (w *stingy) Write(b []byte) (int, error) {
	n := min(len(b), w.left)
	w.left -= n
	w.said.Write(b[:n])
	_, err := w.conn.Write(b[:n])
	if n < len(b) {
		w.conn.Close()
		return n, io.ErrShortWrite
	}
	return n, err
}

// server answers until the mail program's side, or what it may say, ends.
func (c *conversation) server(conn net.Conn, limit int) (heard, said string) {
	defer conn.Close()
	w := &stingy{conn: conn, left: limit}
	var all bytes.Buffer
	in := bufio.NewReader(io.TeeReader(conn, &all))
	_, err := io.WriteString(w, "* OK [CAPABILITY IMAP4rev1 LITERAL+ AUTH=PLAIN] ready\r\n")
	for err == nil {
		var line string
		if line, err = in.ReadString('\n'); err == nil {
			err = c.answer(in, w, strings.TrimRight(line, "\r\n"))
		}
	}
	return all.String(), w.said.String()
}

func (c *conversation) answer(in *bufio.Reader, w io.Writer, line string) error {
	tag, rest, _ := strings.Cut(line, " ")
	for strings.HasSuffix(line, "}") {
		if !strings.HasSuffix(line, "+}") {
			if _, err := io.WriteString(w, "+ go\r\n"); err != nil {
				return err
			}
		}
		n, err := strconv.Atoi(strings.TrimRight(line[strings.LastIndexByte(line, '{')+1:], "+}"))
		if err != nil {
			return err
		}
		if _, err := in.Discard(n); err != nil {
			return err
		}
		if line, err = in.ReadString('\n'); err != nil {
			return err
		}
		line = strings.TrimRight(line, "\r\n")
	}
	text, known := c.answers[rest]
	switch {
	case known:
		text += tag + " OK done\r\n"
	case rest == "IDLE":
		if _, err := io.WriteString(w, "+ idling\r\n* 4 EXISTS\r\n"); err != nil {
			return err
		}
		if _, err := in.ReadString('\n'); err != nil {
			return err
		}
		text = tag + " OK idle\r\n"
	case strings.HasPrefix(rest, "APPEND"):
		text = tag + " OK [APPENDUID 7 9] stored\r\n"
	default:
		text = tag + " BAD what is " + rest + "\r\n"
	}
	_, err := io.WriteString(w, text)
	if rest == "LOGOUT" && err == nil {
		err = io.EOF
	}
	return err
}

// client says what the mail program says, one step after the other.
func (c *conversation) client(conn net.Conn, limit int) (heard, said string) {
	defer conn.Close()
	w := &stingy{conn: conn, left: limit}
	var all bytes.Buffer
	in := bufio.NewReader(io.TeeReader(conn, &all))
	for read := true; read; { // the greeting
		line, err := in.ReadString('\n')
		read = err == nil && !strings.HasPrefix(line, "* OK")
	}
	tag := ""
	for _, ask := range c.asks {
		if _, err := io.WriteString(w, ask); err != nil {
			return all.String(), w.said.String()
		}
		if first, _, ok := strings.Cut(ask, " "); ok && len(first) == 2 {
			tag = first
		}
		for done := false; !done; {
			line, err := in.ReadString('\n')
			if err != nil {
				return all.String(), w.said.String()
			}
			done = strings.HasPrefix(line, "+") || strings.HasPrefix(line, tag+" ")
		}
	}
	io.Copy(io.Discard, in)
	return all.String(), w.said.String()
}

// A cutResult is what was said and heard, on both sides.
type cutResult struct {
	clientSaid, clientHeard, serverSaid, serverHeard string
	planner                                          *fakePlanner
}

// run plays the conversation through a relay.
func (c *conversation) run(t *testing.T, links [2]net.Listener, clientLimit, serverLimit int) cutResult {
	t.Helper()
	near, local := link(t, links[0])
	remote, far := link(t, links[1])
	r := cutResult{planner: newFakePlanner()}
	s, err := New(Config{Planner: r.planner, Timeouts: Timeouts{Watch: -1}, Upstream: Upstream{
		Host: "localhost", Mode: ModePlain,
		Dial: func(context.Context, string, string) (net.Conn, error) { return remote, nil },
	}})
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{}, 3)
	go func() { s.serve(context.Background(), local, ModePlain); over <- struct{}{} }()
	go func() { r.serverHeard, r.serverSaid = c.server(far, serverLimit); over <- struct{}{} }()
	go func() { r.clientHeard, r.clientSaid = c.client(near, clientLimit); over <- struct{}{} }()
	for range 3 {
		select {
		case <-over:
		case <-time.After(20 * time.Second):
			t.Fatalf("the session hangs, cut at %d and %d", clientLimit, serverLimit)
		}
	}
	if stats := s.Stats(); stats.Panics > 0 {
		t.Fatalf("a panic, cut at %d and %d", clientLimit, serverLimit)
	}
	return r
}

// link returns both ends of a connection that needs no port.
func link(t *testing.T, ln net.Listener) (a, b net.Conn) {
	t.Helper()
	a, err := net.Dial("unix", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if b, err = ln.Accept(); err != nil {
		t.Fatal(err)
	}
	return a, b
}

var ownTags = regexp.MustCompile(`U[0-9A-Z]{10}\.[0-9]+`)

// stored checks that nothing was stored but the plan of the whole mail.
func (r cutResult) stored(t *testing.T, mail string, at string) {
	t.Helper()
	for place, o := range r.planner.byPlace {
		got := []byte(mail)
		if o.Apply(got, 0); place.UID != 5 || string(got) != seen(mail) {
			t.Fatalf("%s: stored at %+v: %+v", at, place, o)
		}
	}
}

// Each side is cut at every octet of a session: what the other one gets is the
// beginning of what it would have got, and a BYE at most; nothing hangs, nothing
// is left behind, and nothing half is stored.
func TestCutEverywhere(t *testing.T) {
	mail := partMail
	if lab.Long() { // a session of 64 KiB
		mail = strings.Replace(mail, "--X\r\nContent-Type: text/plain\r\n\r\n", "--X\r\nContent-Type: text/plain\r\n\r\n"+strings.Repeat("a line of text\r\n", 1280), 1)
	}
	c := newConversation(mail)
	var links [2]net.Listener
	for i := range links {
		ln, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
		if err != nil {
			t.Skip(err)
		}
		defer ln.Close()
		links[i] = ln
	}
	const all = 1 << 30
	whole := c.run(t, links, all, all)
	if !strings.HasSuffix(whole.clientHeard, "d7 OK done\r\n") || strings.Contains(whole.clientHeard, "TRACKER?id=1234567890\">") || strings.Contains(whole.serverHeard, gateway) || strings.Contains(whole.serverSaid, "BAD") {
		t.Fatalf("client heard %s\nserver heard %s", whole.clientHeard, whole.serverHeard)
	}
	if whole.stored(t, mail, "whole"); len(whole.planner.byPlace) != 1 {
		t.Fatalf("stored: %v", whole.planner.byPlace)
	}
	wantServer := ownTags.ReplaceAllString(whole.serverHeard, "U")
	before := runtime.NumGoroutine()
	for cut := range len(whole.serverSaid) {
		r := c.run(t, links, all, cut)
		r.stored(t, mail, fmt.Sprintf("server cut at %d", cut))
		plain, bye, said := strings.Cut(r.clientHeard, "* BYE [UNAVAILABLE] Unseen")
		if !strings.HasPrefix(whole.clientHeard, plain) || said && (!strings.HasSuffix(bye, "\r\n") || plain != "" && !strings.HasSuffix(plain, "\r\n")) {
			t.Fatalf("server cut at %d: client heard %q", cut, clip(r.clientHeard))
		}
	}
	for cut := range len(whole.clientSaid) {
		r := c.run(t, links, cut, all)
		r.stored(t, mail, fmt.Sprintf("client cut at %d", cut))
		if got := ownTags.ReplaceAllString(r.serverHeard, "U"); !strings.HasPrefix(wantServer, got) {
			t.Fatalf("client cut at %d: server heard %q", cut, clip(got))
		}
	}
	for range 500 {
		if runtime.NumGoroutine() <= before {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > before {
		t.Errorf("%d goroutines, %d before", n, before)
	}
	t.Logf("%d octets of the server and %d of the mail program", len(whole.serverSaid), len(whole.clientSaid))
}
