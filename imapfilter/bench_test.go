package imapfilter

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// A canned server answers NOOP at once, and any UID FETCH with one mail; it does
// next to nothing, so that what is measured is the relay.
func canned(b *testing.B, mail string) (addr string, port int) {
	b.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { ln.Close() })
	answer := []byte("* 1 FETCH (UID 1 BODY[] " + lit(mail) + ")\r\n")
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go cannedConn(conn, answer)
		}
	}()
	return ln.Addr().String(), ln.Addr().(*net.TCPAddr).Port
}

func cannedConn(conn net.Conn, answer []byte) {
	defer conn.Close()
	io.WriteString(conn, "* OK [CAPABILITY IMAP4rev1] hi\r\n")
	r := bufio.NewReader(conn)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		tag, rest, _ := strings.Cut(line, " ")
		switch {
		case strings.HasPrefix(rest, "SELECT"):
			io.WriteString(conn, "* OK [UIDVALIDITY 7] x\r\n")
		case strings.HasPrefix(rest, "UID FETCH"):
			conn.Write(answer)
		}
		io.WriteString(conn, tag+" OK done\r\n")
	}
}

// bothWays runs a benchmark against a server directly and through the relay.
func bothWays(b *testing.B, p Planner, mail string, run func(b *testing.B, c *side)) {
	direct, port := canned(b, mail)
	_, relayed := relayTo(b, p, Upstream{Host: "127.0.0.1", Port: port, Mode: ModePlain}, ModePlain, nil)
	for _, way := range []struct{ name, addr string }{{"direct", direct}, {"relay", relayed}} {
		b.Run(way.name, func(b *testing.B) {
			conn, err := net.Dial("tcp", way.addr)
			if err != nil {
				b.Fatal(err)
			}
			defer conn.Close()
			c := newSide(b, "client", conn)
			c.line()
			c.sayf("s SELECT INBOX")
			c.want("* OK [UIDVALIDITY 7] x\r\ns OK done\r\n")
			conn.SetReadDeadline(time.Time{}) // a benchmark takes as long as it takes
			run(b, c)
		})
	}
}

// BenchmarkRoundTrip is the time of one NOOP; the difference is what the relay
// adds.
func BenchmarkRoundTrip(b *testing.B) {
	bothWays(b, newFakePlanner(), "", func(b *testing.B, c *side) {
		for b.Loop() {
			io.WriteString(c.conn, "a NOOP\r\n")
			if line, err := c.r.ReadSlice('\n'); err != nil {
				b.Fatal(err, line)
			}
		}
	})
}

// BenchmarkBulk is whole messages, one command at a time.
func BenchmarkBulk(b *testing.B) {
	attachment := "From: a@example.org\r\nContent-Type: multipart/mixed; boundary=X\r\n\r\n--X\r\nContent-Type: text/html\r\n\r\n" +
		strings.Repeat(htmlBody, 100) + "\r\n--X\r\nContent-Type: image/png\r\n\r\n" + strings.Repeat(strings.Repeat("QUJD", 18)+"\r\n", 100_000) + "--X--\r\n"
	newsletter := "From: a@example.org\r\nContent-Type: text/html\r\n\r\n" + strings.Repeat(htmlBody+strings.Repeat("<td>word</td>\r\n", 20), 150)
	for _, m := range []struct{ name, mail string }{{"attachment of 7 MB", attachment}, {"newsletter of 60 KB", newsletter}} {
		b.Run(m.name, func(b *testing.B) {
			bothWays(b, newFakePlanner(), m.mail, func(b *testing.B, c *side) { bulk(b, c, m.mail) })
		})
	}
}

func bulk(b *testing.B, c *side, mail string) {
	b.SetBytes(int64(len(mail)))
	want := int64(len(fmt.Sprintf("* 1 FETCH (UID 1 BODY[] %s)\r\na OK done\r\n", lit(mail))))
	for b.Loop() {
		io.WriteString(c.conn, "a UID FETCH 1 BODY.PEEK[]\r\n")
		if _, err := io.CopyN(io.Discard, c.r, want); err != nil {
			b.Fatal(err)
		}
	}
}
