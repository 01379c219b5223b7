package daemon_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/textproto"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/unseen-mail/unseen/internal/api"
)

// An outbox is a submission server that keeps what it is given.
type outbox struct {
	mu   sync.Mutex // guards what follows
	sent []string
}

func (o *outbox) NewSession(*smtp.Conn) (smtp.Session, error) { return &sending{o}, nil }

type sending struct{ *outbox }

func (*sending) AuthMechanisms() []string { return []string{sasl.Plain} }
func (*sending) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, _, _ string) error { return nil }), nil
}
func (*sending) Mail(string, *smtp.MailOptions) error { return nil }
func (*sending) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (*sending) Reset()                               {}
func (*sending) Logout() error                        { return nil }
func (s *sending) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent = append(s.sent, string(text))
	return nil
}

// take returns what was sent since the last time.
func (o *outbox) take() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	sent := o.sent
	o.sent = nil
	return sent
}

// outgoing starts a submission server.
func outgoing(t *testing.T) (*outbox, *api.Endpoint) {
	t.Helper()
	box := new(outbox)
	server := smtp.NewServer(box)
	server.Domain, server.AllowInsecureAuth, server.ErrorLog = "smtp.example", true, log.New(io.Discard, "", 0)
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); server.Serve(ln) }()
	t.Cleanup(func() { server.Close(); <-done })
	return box, &api.Endpoint{Host: "127.0.0.1", Port: ln.Addr().(*net.TCPAddr).Port, TLS: "none"}
}

// send sends a mail through Unseen by DATA, or in chunks, and returns the last
// reply.
func (h *house) send(a api.Account, mail string, chunked bool) (code int, text string) {
	h.t.Helper()
	conn, err := net.Dial("tcp4", portAddr(a.Local.SMTP))
	if err != nil {
		h.t.Fatal(err)
	}
	defer conn.Close()
	c := textproto.NewConn(conn)
	say := func(want int, line string) {
		h.t.Helper()
		if line != "" {
			if err := c.PrintfLine("%s", line); err != nil {
				h.t.Fatal(err)
			}
		}
		if _, reply, err := c.ReadResponse(want); err != nil {
			h.t.Fatalf("%s: %v %s", line, err, reply)
		}
	}
	say(220, "")
	say(250, "EHLO [127.0.0.1]")
	say(220, "STARTTLS")
	secure := tls.Client(conn, h.trust())
	c = textproto.NewConn(secure)
	say(250, "EHLO [127.0.0.1]")
	say(250, "MAIL FROM:<"+reader+">")
	say(250, "RCPT TO:<bob@elsewhere.example>")
	if chunked {
		half := len(mail) / 2
		fmt.Fprintf(c.W, "BDAT %d\r\n%sBDAT %d LAST\r\n%s", half, mail[:half], len(mail)-half, mail[half:])
		if err := c.W.Flush(); err != nil {
			h.t.Fatal(err)
		}
		say(250, "")
	} else {
		say(354, "DATA")
		w := c.DotWriter()
		io.WriteString(w, mail)
		if err := w.Close(); err != nil {
			h.t.Fatal(err)
		}
	}
	code, text, _ = c.ReadResponse(0)
	return code, text
}

// composed is a mail that quotes what was read.
func composed(html string) string {
	return "From: " + reader + "\r\nTo: bob@elsewhere.example\r\nSubject: Re: Hello\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: text/html; charset=utf-8\r\n\r\n<p>Look:</p><blockquote>" + html + "</blockquote>\r\n"
}

// quoted is what a mail program quotes of a mail: its HTML.
func quoted(mail string) string {
	_, html, _ := strings.Cut(mail, "<html><body>")
	html, _, _ = strings.Cut(html, "</body>")
	return html
}

// What the reader sends names no address of this machine and passes no tracker
// on, by whichever command it comes.
func TestSending(t *testing.T) {
	for _, chunked := range []bool{false, true} {
		t.Run(fmt.Sprintf("in chunks %v", chunked), func(t *testing.T) {
			box, smtp := outgoing(t)
			h := newHouse(t, mailFrom("shop.example", coatsTag+pixel))
			h.start()
			a := h.connect(smtp)
			mail := composed(quoted(h.fetch(a, "INBOX")[0]))
			if !strings.Contains(mail, h.daemon.Origin()) {
				t.Fatalf("nothing to restore in\n%s", mail)
			}
			if code, text := h.send(a, mail, chunked); code != 250 {
				t.Fatalf("%d %s", code, text)
			}
			sent := box.take()
			if len(sent) != 1 || strings.Contains(sent[0], "127.0.0.1") || strings.Contains(sent[0], "tracker.example") {
				t.Errorf("sent %q", sent)
			}
			// What is the same for everybody may be passed on.
			h.show("shop.example")
			h.decide("granted", "shop.example")
			if code, text := h.send(a, mail, chunked); code != 250 {
				t.Fatalf("%d %s", code, text)
			}
			if sent := box.take(); len(sent) != 1 || strings.Contains(sent[0], "127.0.0.1") || !strings.Contains(sent[0], coats) {
				t.Errorf("sent %q", sent)
			}
			// An address of another computer would lead to whoever runs there.
			foreign := regexp.MustCompile(`/p/[A-Za-z0-9]{22}`).ReplaceAllString(mail, "/p/0000000000000000000000")
			if code, text := h.send(a, foreign, chunked); code != 554 || !strings.Contains(text, "another computer") || len(box.take()) != 0 {
				t.Errorf("%d %s", code, text)
			}
			plain := composed("Hello.")
			if code, _ := h.send(a, plain, chunked); code != 250 {
				t.Error(code)
			}
			if sent := box.take(); len(sent) != 1 || sent[0] != plain {
				t.Errorf("sent %q", sent)
			}
		})
	}
}

// A draft that quotes is stored without addresses of this machine; one with an
// address that nobody knows is stored as it is.
func TestDraftIsRestored(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", coatsTag+pixel))
	h.start()
	a := h.connect(anywhere)
	draft := composed(quoted(h.fetch(a, "INBOX")[0]))
	foreign := regexp.MustCompile(`/p/[A-Za-z0-9]{22}`).ReplaceAllString(draft, "/p/0000000000000000000000")
	c := h.login(a)
	for _, mail := range []string{draft, foreign} {
		cmd := c.Append("Drafts", int64(len(mail)), nil)
		if _, err := io.Copy(cmd, bytes.NewReader([]byte(mail))); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	got := h.direct("Drafts", &imap.FetchItemBodySection{Peek: true})
	if len(got) != 2 || strings.Contains(got[0], h.daemon.Origin()) || !strings.Contains(got[0], coats) && !strings.Contains(got[0], "data:,") {
		t.Errorf("stored %q", got)
	}
	if got[1] != foreign {
		t.Errorf("stored %q", got[1])
	}
}
