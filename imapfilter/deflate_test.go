package imapfilter

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// A presser compresses as other programs do, by the standard library.
type presser struct {
	net.Conn
	in  io.Reader
	out *flate.Writer
}

func (p *presser) Read(b []byte) (int, error) { return p.in.Read(b) }

func (p *presser) Write(b []byte) (int, error) {
	n, err := p.out.Write(b)
	if err == nil {
		err = p.out.Flush()
	}
	return n, err
}

// pressed puts one side of a talk under compression.
func pressed(s *side) *side {
	out, err := flate.NewWriter(s.conn, flate.BestCompression)
	if err != nil {
		s.t.Fatal(err)
	}
	return newSide(s.t, s.name, &presser{Conn: s.conn, in: flate.NewReader(s.r), out: out})
}

// inDeflate is a talk with both legs compressed, and mailbox 7 open.
func inDeflate(t *testing.T) *talk {
	tk := startTalk(t, ModePlain, nil)
	tk.serverf("* OK [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE LITERAL+] hi")
	tk.wantClient("* OK [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE LITERAL+] hi")
	tk.clientf("a COMPRESS DEFLATE")
	tag, rest, _ := strings.Cut(tk.server.line(), " ")
	if rest != "COMPRESS DEFLATE" {
		t.Fatalf("server got %q", rest)
	}
	// What follows in the same packet is compressed.
	var news bytes.Buffer
	w, _ := flate.NewWriter(&news, flate.BestSpeed)
	io.WriteString(w, "* 3 EXISTS\r\n")
	w.Flush()
	tk.server.raw(tag + " OK DEFLATE active\r\n" + news.String())
	tk.wantClient("a OK DEFLATE active")
	tk.client = pressed(tk.client)
	tk.server = newSide(t, "server", &presser{Conn: tk.server.conn, in: flate.NewReader(tk.server.r), out: again(tk.server.conn)})
	tk.wantClient("* 3 EXISTS")
	tk.clientf("b SELECT INBOX")
	tk.wantServer("b SELECT INBOX")
	tk.serverf("* OK [UIDVALIDITY 7] x\r\nb OK [READ-WRITE] in")
	tk.wantClient("* OK [UIDVALIDITY 7] x\r\nb OK [READ-WRITE] in")
	return tk
}

// again begins a compressor for a stream that has begun. It refers to nothing that was
// written before.
func again(to io.Writer) *flate.Writer {
	fresh, _ := flate.NewWriter(to, flate.BestCompression)
	return fresh
}

// Compression is ended on both legs, and content is planned between them.
func TestDeflate(t *testing.T) {
	tk := inDeflate(t)
	tk.clientf("c UID FETCH 5 (BODY.PEEK[])")
	tk.wantServer("c UID FETCH 5 (BODY.PEEK[])")
	mail := longMail(2000)
	said := make(chan struct{})
	go func() {
		defer close(said)
		tk.server.raw("* 1 FETCH (UID 5 BODY[] " + lit(mail) + ")\r\nc OK done\r\n")
	}()
	tk.wantClient("* 1 FETCH (UID 5 BODY[] " + lit(seen(mail)) + ")\r\nc OK done")
	<-said
	// A piece makes the relay wait, and its reading is broken off for that.
	tk.clientf("d UID FETCH 6 BODY[2]")
	tag := tk.injected("UID FETCH 6 (UID BODY.PEEK[])")
	tk.serverf("* 2 FETCH (UID 6 BODY[] %s)\r\n%s OK done", lit(partMail), tag)
	tk.wantServer("d UID FETCH 6 BODY[2]")
	tk.serverf("* 2 FETCH (UID 6 BODY[2] %s)\r\nd OK done", lit(htmlBody))
	tk.wantClient("* 2 FETCH (UID 6 BODY[2] " + lit(strings.ReplaceAll(htmlBody, tracker, gateway)) + ")\r\nd OK done")
	big := strings.Repeat("0123456789", 20_000)
	tk.clientf("e APPEND Sent {%d+}\r\n%s", len(big), big)
	tk.server.want("e APPEND Sent {200000+}\r\n" + big + "\r\n")
	tk.serverf("e OK done")
	tk.wantClient("e OK done")
	tk.play("C:f IDLE|S:+ idling|S:* 4 EXISTS|C:DONE|S:f OK done")
	tk.clientf("g COMPRESS DEFLATE")
	if got := tk.client.line(); !strings.HasPrefix(got, "g BAD") {
		t.Errorf("compressed twice: %q", got)
	}
	tk.clientf("h CAPABILITY")
	tk.wantServer("h CAPABILITY")
	tk.serverf("* CAPABILITY IMAP4rev1 COMPRESS=DEFLATE\r\nh OK done")
	tk.wantClient("* CAPABILITY IMAP4rev1\r\nh OK done")
}

// A server that refuses stays in the clear, and so does the mail program's leg.
func TestDeflateRefused(t *testing.T) {
	tk := startTalk(t, ModePlain, nil)
	tk.serverf("* OK [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] hi")
	tk.wantClient("* OK [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] hi")
	tk.clientf("a COMPRESS DEFLATE")
	tag, _, _ := strings.Cut(tk.server.line(), " ")
	tk.serverf("%s NO [COMPRESSIONACTIVE] not now", tag)
	tk.wantClient("a NO [COMPRESSIONACTIVE] not now")
	for _, wrong := range []string{"b COMPRESS ZSTD", "b COMPRESS", "b COMPRESS DEFLATE\r\nc NOOP"} {
		tk.clientf("%s", wrong)
		if got := tk.client.line(); !strings.HasPrefix(got, "b BAD") {
			t.Errorf("%q: %q", wrong, got)
		}
	}
	tk.wantServer("c NOOP")
}

// What is compressed and cannot be inflated ends the session.
func TestDeflateBroken(t *testing.T) {
	for _, side := range []string{"client", "server"} {
		t.Run(side, func(t *testing.T) {
			tk := inDeflate(t)
			s := tk.client
			if side == "server" {
				s = tk.server
			}
			s.conn.(*presser).Conn.Write([]byte{0xff, 0xff, 0xff, 0xff})
			if _, err := tk.client.gone(); err == nil && side == "server" {
				t.Log("the mail program got a good-bye")
			}
		})
	}
}

// A read that is broken off goes on later, and nothing is left behind.
func TestDeflateDeadline(t *testing.T) {
	before := runtime.NumGoroutine()
	near, far := net.Pipe()
	d := deflate(near, nil, true)
	out, _ := flate.NewWriter(far, flate.BestSpeed)
	for _, text := range []string{"one", "two", "three"} {
		d.SetReadDeadline(time.Unix(1, 0))
		if _, err := d.Read(make([]byte, 9)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("%s: %v", text, err)
		}
		d.SetReadDeadline(time.Time{})
		written := make(chan struct{})
		go func() { defer close(written); io.WriteString(out, text); out.Flush() }()
		got := make([]byte, len(text))
		if _, err := io.ReadFull(d, got); err != nil || string(got) != text {
			t.Fatalf("%q, %v", got, err)
		}
		<-written
	}
	d.Close()
	far.Close()
	for range 500 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}

// Stored blocks of any size are what was written.
func TestDeflateWrite(t *testing.T) {
	for _, size := range []int{1, 100, 1<<16 - 1, 1 << 16, 200_000} {
		near, far := net.Pipe()
		want := bytes.Repeat([]byte("x"), size)
		go func() { deflate(near, nil, false).Write(want); near.Close() }()
		got := make([]byte, size)
		if _, err := io.ReadFull(flate.NewReader(far), got); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d octets: %v", size, err)
		}
	}
}
