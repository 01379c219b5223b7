package daemon_test

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/emersion/go-imap/v2"

	"github.com/unseen-mail/unseen/internal/api"
)

// A namer is a mail server with one message, which lies in every mailbox there is
// under another UID, and is called the same in each (RFC 8474).
type namer struct {
	raw, object string
	read        atomic.Int32 // how often its content was asked for
}

// startNamer starts one.
func startNamer(t *testing.T, raw, object string) (*namer, *api.Endpoint) {
	t.Helper()
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	n := &namer{raw: strings.ReplaceAll(raw, "\n", "\r\n"), object: object}
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return // the test is over
			}
			go n.serve(conn)
		}
	}()
	return n, &api.Endpoint{Host: "127.0.0.1", Port: ln.Addr().(*net.TCPAddr).Port, TLS: "none"}
}

// serve answers one mail program.
func (n *namer) serve(conn net.Conn) {
	defer conn.Close()
	fmt.Fprint(conn, "* OK [CAPABILITY IMAP4rev1 OBJECTID LITERAL+] ready\r\n")
	uid := 0
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		words := strings.Fields(lines.Text())
		switch strings.ToUpper(words[1]) {
		case "CAPABILITY":
			fmt.Fprint(conn, "* CAPABILITY IMAP4rev1 OBJECTID LITERAL+\r\n")
		case "SELECT":
			uid = 100 + len(words[2])
			fmt.Fprintf(conn, "* 1 EXISTS\r\n* OK [UIDVALIDITY %d] valid\r\n", uid)
		case "FETCH":
			n.fetch(conn, lines.Text(), uid)
		}
		fmt.Fprintf(conn, "%s OK done\r\n", words[0])
	}
}

// fetch answers what is asked for of the message.
func (n *namer) fetch(conn net.Conn, command string, uid int) {
	items := []string{fmt.Sprintf("UID %d", uid)}
	if strings.Contains(command, "EMAILID") {
		items = append(items, "EMAILID ("+n.object+")")
	}
	literal := func(name, value string) { items = append(items, fmt.Sprintf("%s {%d}\r\n%s", name, len(value), value)) }
	_, body, _ := strings.Cut(n.raw, "\r\n\r\n")
	switch {
	case strings.Contains(command, "[]<0."):
		n.read.Add(1)
		literal("BODY[]<0>", n.raw)
	case strings.Contains(command, "[]"):
		n.read.Add(1)
		literal("BODY[]", n.raw)
	case strings.Contains(command, "[1]"):
		literal("BODY[1]", body)
	}
	fmt.Fprintf(conn, "* 1 FETCH (%s)\r\n", strings.Join(items, " "))
}

// A mail that was seen in one mailbox has its plan in all, also after a restart,
// and is not read again there: the server says that it is the same. It is moved by
// whatever program.
func TestPlanByObject(t *testing.T) {
	for _, whole := range []bool{true, false} {
		t.Run(fmt.Sprintf("whole %v", whole), func(t *testing.T) {
			h := newHouse(t)
			var server *namer
			server, h.upstream = startNamer(t, mailFrom("shop.example", coatsTag+pixel), "M6d99ac3275bb4e")
			h.start()
			a := h.connect(anywhere)
			part := func(mailbox string) string {
				c := h.login(a)
				defer c.Close()
				if _, err := c.Select(mailbox, nil).Wait(); err != nil {
					t.Fatal(err)
				}
				section := &imap.FetchItemBodySection{Part: []int{1}, Peek: true}
				list, err := c.Fetch(imap.SeqSetNum(1), &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{section}}).Collect()
				if err != nil || len(list) != 1 {
					t.Fatal(list, err)
				}
				return string(list[0].FindBodySection(section))
			}
			if whole {
				h.fetch(a, "INBOX")
			}
			want := part("INBOX")
			if strings.Contains(want, pixelURL) || server.read.Load() != 1 {
				t.Fatalf("read %d times:\n%s", server.read.Load(), want)
			}
			for _, mailbox := range []string{"Archive", "Work", "Archive"} {
				if got := part(mailbox); got != want || server.read.Load() != 1 {
					t.Errorf("%s: read %d times:\n%s", mailbox, server.read.Load(), got)
				}
			}
			h.restart()
			if got := part("Elsewhere"); got != want || server.read.Load() != 1 {
				t.Errorf("read %d times:\n%s", server.read.Load(), got)
			}
			if asks := h.open(want); len(asks) > 0 {
				t.Errorf("the tracker was asked %q", asks)
			}
		})
	}
}
