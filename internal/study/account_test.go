package study

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"github.com/unseen-mail/unseen/internal/source"
	"github.com/unseen-mail/unseen/internal/study/made"
)

// mailbox serves a mailbox on this machine and returns where.
func mailbox(t *testing.T, mails []made.Mail) (*imapmemserver.User, string) {
	t.Helper()
	user := imapmemserver.NewUser("anna", "letmein")
	if err := user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	for _, m := range mails {
		deliver(t, user, m.Raw)
	}
	memory := imapmemserver.New()
	memory.AddUser(user)
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return memory.NewSession(), nil, nil
		},
		Caps: imap.CapSet{imap.CapIMAP4rev1: {}}, InsecureAuth: true, Logger: log.New(io.Discard, "", 0),
	})
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(ln) })
	t.Cleanup(func() { server.Close(); serving.Wait() })
	return user, ln.Addr().String()
}

// deliver puts a mail into the inbox.
func deliver(t *testing.T, user *imapmemserver.User, raw []byte) {
	t.Helper()
	if _, err := user.Append("INBOX", bytes.NewReader(raw), &imap.AppendOptions{}); err != nil {
		t.Fatal(err)
	}
}

// A cutter stands before a server and lets so many octets of what it says pass; then it
// cuts every connection, and each new one at once.
type cutter struct {
	left  atomic.Int64
	serve sync.WaitGroup
}

// cut begins to stand before a server and returns where.
func cut(t *testing.T, server string) (*cutter, string) {
	t.Helper()
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := new(cutter)
	c.serve.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			c.serve.Go(func() { c.pass(conn, server) })
		}
	})
	t.Cleanup(func() { ln.Close(); c.serve.Wait() })
	return c, ln.Addr().String()
}

// pass passes one connection on.
func (c *cutter) pass(conn net.Conn, server string) {
	defer conn.Close()
	other, err := net.Dial("tcp4", server)
	if err != nil {
		return
	}
	defer other.Close()
	c.serve.Go(func() { _, _ = io.Copy(other, conn); other.Close() })
	buf := make([]byte, 512)
	for {
		n, err := other.Read(buf)
		if err != nil || c.left.Add(-int64(n)) < 0 {
			return
		}
		if _, err := conn.Write(buf[:n]); err != nil {
			return
		}
	}
}

// An account that fails in the middle, wherever that is, is a sentence and no lost study:
// what was read stays, the other sources are read, and the same command goes on there.
func TestAccountFailsInTheMiddle(t *testing.T) {
	c := made.Config{Senders: 12, Mailboxes: 2, Mailings: 2}
	var mails []made.Mail
	size := 0
	for m := range c.Mails() {
		if m.Mailbox == made.Mailbox(0) {
			mails, size = append(mails, m), size+len(m.Raw)
		}
	}
	_, server := mailbox(t, mails)
	stand, at := cut(t, server)
	beside := t.TempDir()
	madeMail(t, made.Config{Senders: 3, Mailboxes: 2, Mailings: 1}, beside)
	s := begin(t, Protocol{Replicates: 20, K: 1}, Files{}, beside)
	s.Protocol.Sources = slices.Insert(s.Protocol.Sources, 0, Source{Path: "imap://anna@" + at + "/INBOX", Holder: "anna"})
	said, files := 0, 6
	r := Run{Catalogue: rulesOf(t), Tool: "test", Mail: source.Config{Password: func(context.Context, source.Mailbox) (string, error) { return "letmein", nil }},
		Told: func(Source, source.Mail) { said++ }}
	total, lost := 0, 0
	for n := int64(0); ; n++ {
		if stand.left.Store(int64(size)/4 + n*int64(size)/3); n > 8 {
			t.Fatalf("%d mails of %d after %d runs", total, len(mails), n)
		}
		said = 0
		tally, err := s.Run(context.Background(), r)
		if err != nil || tally.Unreached != said {
			t.Fatalf("%+v %d %v", tally, said, err)
		}
		if n == 0 && tally.Mails < files {
			t.Errorf("the others were not read: %+v", tally)
		}
		if total += tally.Mails; tally.Unreached == 0 {
			break
		}
		if lost++; total == files+len(mails) {
			t.Fatalf("everything was read, and something was not: %+v", tally)
		}
	}
	if lost == 0 || total != files+len(mails) {
		t.Errorf("%d mails of %d, lost %d times", total, files+len(mails), lost)
	}
	if check, err := s.verify(); err != nil || !check.OK() || check.Mails != total {
		t.Errorf("%+v %v", check, err)
	}
	one, _ := published(t, s)
	if rows := rowsOf(t, one); len(rows) != total || slices.ContainsFunc(rows, func(r Record) bool { return r.Message.Error != nil }) {
		t.Errorf("%d rows, or one of them is an error", len(rows))
	}
}

// A study that follows a mailbox on a server goes on with what comes into it: the mail
// is delivered only when the watch stands, as the server itself says.
func TestFollowMailbox(t *testing.T) {
	c := made.Config{Senders: 4, Mailboxes: 1, Mailings: 1}
	var mails []made.Mail
	for m := range c.Mails() {
		mails = append(mails, m)
	}
	user, server := mailbox(t, mails[:3])
	s := begin(t, Protocol{Replicates: 20}, Files{}, t.TempDir())
	if err := s.Add(Source{Path: fmt.Sprintf("imap://anna@%s/INBOX", server), Holder: "anna"}); err != nil {
		t.Fatal(err)
	}
	r := Run{Catalogue: rulesOf(t), Tool: "test", Mail: source.Config{Password: func(context.Context, source.Mailbox) (string, error) { return "letmein", nil }}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	total := 0
	err := s.Follow(ctx, r, func(tally Tally) {
		if total += tally.Mails; total == 3 {
			deliver(t, user, mails[3].Raw)
		}
		if total == 4 {
			cancel()
		}
	})
	if err != nil || total != 4 {
		t.Errorf("%d mails: %v", total, err)
	}
}
