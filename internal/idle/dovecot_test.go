package idle_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/unseen-mail/unseen/internal/idle"
	"github.com/unseen-mail/unseen/internal/lab"
)

// A yard is a real server, a line to it that can be cut, and a watcher.
type yard struct {
	server *lab.Dovecot
	line   *line
	*gathered
}

// openYard watches a mailbox; from is where it begins.
func openYard(t *testing.T, mailbox string, change func(*idle.Config)) *yard {
	t.Helper()
	lab.Need(t, "dovecot")
	y := &yard{server: lab.StartDovecot(t, map[string][][]byte{"anna": {mail("old")}}), gathered: new(gathered)}
	y.line = startLine(t, y.server.TLSAddr)
	if mailbox != "" {
		y.other(t, func(c *imapclient.Client) error { return c.Create(mailbox, nil).Wait() })
	}
	y.watch(t, mailbox, change)
	y.until(t, "watching", func() bool { return y.phase() == idle.Watching })
	return y
}

// watch watches until the test, or the function that it returns, ends it.
func (y *yard) watch(t *testing.T, mailbox string, change func(*idle.Config)) (end func()) {
	t.Helper()
	c := y.config()
	c.Mailbox = mailbox
	c.Open = func(_ context.Context, news *imapclient.UnilateralDataHandler) (*imapclient.Client, error) {
		return y.dial(y.line.addr, news)
	}
	if change != nil {
		change(&c)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{})
	go func() {
		defer close(done)
		idle.Run(ctx, c)
	}()
	end = sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(end)
	return end
}

func (y *yard) dial(addr string, news *imapclient.UnilateralDataHandler) (*imapclient.Client, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	c := imapclient.New(tls.Client(conn, y.server.Authority.ClientConfig()), &imapclient.Options{UnilateralDataHandler: news})
	if err := c.Login("anna", lab.Password).Wait(); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// other does something as another mail program.
func (y *yard) other(t *testing.T, do func(*imapclient.Client) error) {
	t.Helper()
	c, err := y.dial(y.server.TLSAddr, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := do(c); err != nil {
		t.Fatal(err)
	}
}

// until waits for something.
func (y *yard) until(t *testing.T, what string, is func() bool) {
	t.Helper()
	if !lab.Until(40*time.Second, is) {
		t.Fatalf("never %s: got %q, %+v", what, y.got(), y.gathered)
	}
}

func mail(subject string) []byte {
	return []byte("From: shop@example.com\r\nTo: anna@example.org\r\nSubject: " + subject + "\r\n\r\nHello.\r\n")
}

// A line can be cut.
type line struct {
	addr, far string

	mu    sync.Mutex // guards what follows
	down  bool
	conns []net.Conn
}

func startLine(t *testing.T, far string) *line {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{addr: ln.Addr().String(), far: far}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			near, err := ln.Accept()
			if err != nil {
				return
			}
			running.Go(func() { l.carry(near) })
		}
	})
	t.Cleanup(func() { ln.Close(); l.cut(true); running.Wait() })
	return l
}

func (l *line) carry(near net.Conn) {
	defer near.Close()
	far, err := net.Dial("tcp", l.far)
	if err != nil {
		return
	}
	defer far.Close()
	l.mu.Lock()
	if l.down {
		l.mu.Unlock()
		return
	}
	l.conns = append(l.conns, near, far)
	l.mu.Unlock()
	back := make(chan struct{})
	go func() {
		defer close(back)
		_, _ = io.Copy(near, far) // it ends when either side closes
		near.Close()
	}()
	_, _ = io.Copy(far, near)
	far.Close()
	<-back
}

// cut ends what is under way, and lets nothing new through while it is down.
func (l *line) cut(down bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.conns {
		c.Close()
	}
	l.conns, l.down = nil, down
}

// New mail is handed over as it comes, what was there is not, and no flag is set or lost.
func TestArrives(t *testing.T) {
	y := openYard(t, "", nil)
	y.server.Deliver(t, "anna", "INBOX", mail("one"))
	y.until(t, "one", func() bool { return slices.Equal(y.got(), []string{"one"}) })
	y.server.Deliver(t, "anna", "INBOX", mail("two"))
	y.server.Deliver(t, "anna", "INBOX", mail("three"))
	y.until(t, "three", func() bool { return len(y.got()) == 3 })
	y.other(t, func(c *imapclient.Client) error {
		box, err := c.Select("INBOX", nil).Wait()
		if err != nil {
			return err
		}
		found, err := c.Search(&imap.SearchCriteria{Flag: []imap.Flag{imap.FlagSeen}}, nil).Wait()
		if err == nil && (len(found.AllSeqNums()) != 0 || box.NumMessages != 4) {
			t.Errorf("%d of %d mails are seen", len(found.AllSeqNums()), box.NumMessages)
		}
		return err
	})
}

// A connection that is cut is made anew, and what came meanwhile is not missed.
func TestCut(t *testing.T) {
	y := openYard(t, "", nil)
	y.line.cut(true)
	y.until(t, "waiting", func() bool { return y.phase() != idle.Watching })
	y.server.Deliver(t, "anna", "INBOX", mail("meanwhile"))
	y.line.cut(false)
	y.until(t, "meanwhile", func() bool { return slices.Equal(y.got(), []string{"meanwhile"}) })
	for i := range 3 {
		y.line.cut(false)
		y.server.Deliver(t, "anna", "INBOX", mail(fmt.Sprint("after ", i)))
	}
	y.until(t, "after 2", func() bool { return len(y.got()) == 4 })
}

// Mail that another program takes away is passed by, and what comes after it is not.
func TestExpunge(t *testing.T) {
	y := openYard(t, "", nil)
	y.line.cut(true)
	y.until(t, "waiting", func() bool { return y.phase() != idle.Watching })
	for _, subject := range []string{"gone", "kept"} {
		y.server.Deliver(t, "anna", "INBOX", mail(subject))
	}
	y.other(t, func(c *imapclient.Client) error {
		if _, err := c.Select("INBOX", nil).Wait(); err != nil {
			return err
		}
		// The old one too: numbers of messages move, UIDs do not.
		for _, subject := range []string{"old", "gone"} {
			found, err := c.Search(&imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: "Subject", Value: subject}}}, nil).Wait()
			if err != nil {
				return err
			}
			if err := c.Store(imap.SeqSetNum(found.AllSeqNums()...), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close(); err != nil {
				return err
			}
		}
		return c.Expunge().Close()
	})
	y.line.cut(false)
	y.until(t, "kept", func() bool { return slices.Equal(y.got(), []string{"kept"}) })
	y.server.Deliver(t, "anna", "INBOX", mail("next"))
	y.until(t, "next", func() bool { return slices.Equal(y.got(), []string{"kept", "next"}) })
}

// A mailbox that was made anew begins anew: its numbers mean other mail, and what lies in
// it is not new.
func TestRecreated(t *testing.T) {
	y := openYard(t, "News", nil)
	put := func(subject string) {
		y.other(t, func(c *imapclient.Client) error {
			raw := mail(subject)
			cmd := c.Append("News", int64(len(raw)), nil)
			_, err := cmd.Write(raw)
			return errors.Join(err, cmd.Close(), func() error { _, err := cmd.Wait(); return err }())
		})
	}
	put("before")
	y.until(t, "before", func() bool { return slices.Equal(y.got(), []string{"before"}) })
	first := y.last()
	y.line.cut(true)
	y.until(t, "waiting", func() bool { return y.phase() != idle.Watching })
	time.Sleep(1100 * time.Millisecond) // Dovecot's UIDVALIDITY is the second
	y.other(t, func(c *imapclient.Client) error {
		return errors.Join(c.Delete("News").Wait(), c.Create("News", nil).Wait())
	})
	put("lies there")
	y.line.cut(false)
	y.until(t, "another mailbox", func() bool { return y.last().Validity != first.Validity && y.phase() == idle.Watching })
	put("after")
	y.until(t, "after", func() bool { return slices.Equal(y.got(), []string{"before", "after"}) })
}

// Who was away goes on where they were, and a mail that cannot be taken does not keep the
// others.
func TestGoesOn(t *testing.T) {
	y := openYard(t, "", nil)
	y.server.Deliver(t, "anna", "INBOX", mail("first"))
	y.until(t, "first", func() bool { return len(y.got()) == 1 })
	from := y.last()
	later := &yard{server: y.server, line: y.line, gathered: new(gathered)}
	y.server.Deliver(t, "anna", "INBOX", mail("bad"))
	y.server.Deliver(t, "anna", "INBOX", mail("good"))
	later.watch(t, "", func(c *idle.Config) {
		c.From = from
		take := c.Mail
		c.Mail = func(ctx context.Context, m idle.Mail) error {
			text, err := io.ReadAll(m.Body)
			if strings.Contains(string(text), "Subject: bad") {
				return errors.New("cannot be taken")
			}
			m.Body = strings.NewReader(string(text))
			return errors.Join(err, take(ctx, m))
		}
	})
	later.until(t, "good", func() bool { return slices.Equal(later.got(), []string{"good"}) })
}
