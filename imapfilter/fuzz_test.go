package imapfilter

import (
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// FuzzRelay plays random conversations: the input is lines, those that begin
// with S are said by the server, others by the mail program; "\n" inside a step
// is written as \n. Nothing panics, the session ends, and the mail program gets
// no octet that neither the server nor the relay's few own lines have.
func FuzzRelay(f *testing.F) {
	for _, script := range []string{
		"S* OK [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE AUTH=SCRAM-SHA-1-PLUS LITERAL+] hi",
		"Ca SELECT INBOX\nS* OK [UIDVALIDITY 7] x\nSa OK done",
		"Ca UID FETCH 5 BODY[]\nS* 1 FETCH (UID 5 BODY[] {5}\nShello)\nSa OK done",
		"Ca FETCH 5 BODY[TEXT]\nS* 1 FETCH (UID 5 FLAGS ())\nS* 1 EXPUNGE\nS* VANISHED 3",
		"Ca IDLE\nS+ x\nS* 4 EXISTS\nCDONE\nSa OK x",
		"Ca AUTHENTICATE PLAIN\nS+ \nCabc\nSa OK x",
		"Ca APPEND x (\\Seen) {3+}\nCabc\nCb NOOP\nS* BYE x",
		"Ca LOGIN {3}\nS+ go\nCabc {2+}\nCxy\nSa NO x",
		"Ca ENABLE UTF8=ACCEPT\nCb NOTIFY NONE\nCc COMPRESS DEFLATE\nCd LOGOUT",
		"S* 1 FETCH (BODY[1] \"x\" BODY[2] NIL RFC822.TEXT {2}\nSab)\nS* 2 FETCH (",
		"S* CAPABILITY X\nS* OK [CLOSED] x\nSfoo BAR\nS\nS* \nS*",
	} {
		f.Add([]byte(script))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) > 4096 {
			return
		}
		said, heard, stats := converse(t, in)
		if stats.Panics > 0 {
			t.Fatalf("a panic on %q", in)
		}
		if stats.Injected == 0 {
			checkInvented(t, said, heard)
		}
	})
}

// converse plays a script and returns what the server said and what the mail
// program heard.
func converse(t *testing.T, script []byte) (said, heard []byte, stats Stats) {
	client, local := net.Pipe()
	server, remote := net.Pipe()
	s, err := New(Config{Planner: newFakePlanner(), Timeouts: Timeouts{Watch: -1, Connect: time.Second}, Upstream: Upstream{
		Host: "localhost", Mode: ModePlain,
		Dial: func(context.Context, string, string) (net.Conn, error) { return remote, nil },
	}})
	if err != nil {
		t.Fatal(err)
	}
	over, read := make(chan struct{}), make(chan struct{})
	go func() { defer close(over); s.serve(context.Background(), local, ModePlain) }()
	go io.Copy(io.Discard, server)
	go func() { defer close(read); heard, _ = io.ReadAll(client) }()
	say := func(conn net.Conn, text string) {
		conn.SetWriteDeadline(time.Now().Add(2 * time.Second))
		io.WriteString(conn, text)
	}
	const greeting = "* OK hi\r\n"
	say(server, greeting)
	said = append(said, greeting...)
	for line := range bytes.SplitSeq(script, []byte("\n")) {
		if text, ok := bytes.CutPrefix(line, []byte("S")); ok {
			say(server, string(text)+"\r\n")
			said = append(append(said, text...), "\r\n"...)
		} else {
			say(client, string(bytes.TrimPrefix(line, []byte("C")))+"\r\n")
		}
	}
	server.Close()
	select {
	case <-over:
	case <-time.After(5 * time.Second):
		t.Fatalf("the session does not end on %q", script)
	}
	<-read
	client.Close()
	return said, heard, s.Stats()
}

// checkInvented checks that what was heard, without the relay's own lines, is
// what was said, in order, with octets left out at most.
func checkInvented(t *testing.T, said, heard []byte) {
	rest := said
	for line := range bytes.SplitAfterSeq(heard, []byte("\n")) {
		if own(line) {
			continue
		}
		for _, c := range line {
			i := bytes.IndexByte(rest, c)
			if i < 0 {
				t.Fatalf("invented %q in %q, of %q", c, heard, said)
			}
			rest = rest[i+1:]
		}
	}
}

// own tells the relay's own lines.
func own(line []byte) bool {
	text := string(line)
	return strings.HasPrefix(text, "+ go on") || strings.Contains(text, "Unseen") || strings.Contains(text, "STARTTLS") ||
		strings.Contains(text, " BAD This ") || strings.Contains(text, "BAD Expected DONE")
}

// FuzzSeqMap: the rows remember what a plain table does.
func FuzzSeqMap(f *testing.F) {
	f.Add([]byte{1, 1, 2, 2, 0, 1, 3, 9, 0, 2})
	f.Add([]byte{5, 50, 4, 40, 6, 51, 0, 5, 1, 1, 0, 1})
	f.Fuzz(func(t *testing.T, in []byte) {
		var m seqMap
		var plain [300]uint32
		for ; len(in) >= 2; in = in[2:] {
			seq, uid := uint32(in[0]), uint32(in[1])
			if seq == 0 {
				if uid > 0 {
					m.expunge(uid)
					copy(plain[uid:], plain[uid+1:])
				}
				continue
			}
			m.learn(seq, uid)
			learnPlain(&plain, seq, uid)
			compare(t, &m, &plain)
		}
	})
}

// learnPlain forgets all that contradicts what is learnt.
func learnPlain(plain *[300]uint32, seq, uid uint32) {
	if uid == 0 || plain[seq] == uid {
		return
	}
	clash := plain[seq] != 0
	for i, v := range plain {
		clash = clash || v != 0 && (uint32(i) < seq && v >= uid || uint32(i) > seq && v <= uid)
	}
	if clash {
		*plain = [300]uint32{}
	}
	plain[seq] = uid
}

func compare(t *testing.T, m *seqMap, plain *[300]uint32) {
	for seq := 1; seq < 257; seq++ {
		if got := m.uid(uint32(seq)); got != plain[seq] {
			t.Fatalf("%d is %d, want %d (%v)", seq, got, plain[seq], m.runs)
		}
		if v := plain[seq]; v != 0 && !m.holds(v) {
			t.Fatalf("%d is not held (%v)", v, m.runs)
		}
	}
	for i := 1; i < len(m.runs); i++ {
		a, b := m.runs[i-1], m.runs[i]
		if a.seq+a.n > b.seq || a.uid+a.n > b.uid {
			t.Fatalf("rows overlap: %v", m.runs)
		}
	}
}
