package soak_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/lab"
)

// shops are the senders.
var shops = []string{"pineandwool.example", "harbourbooks.example", "lanternseeds.example", "oldquay.example"}

// A span is a time in which a sender was allowed something: from before the first
// moment in which it may have been, to after the last.
type span struct{ from, to time.Time }

// A world is everything around the daemon, and what has to be true at the end.
type world struct {
	t       *testing.T
	dovecot *lab.Dovecot
	tracker *lab.Tracker
	line    *line
	order   order
	client  *api.Client
	seed    uint64

	life sync.RWMutex // held for writing while the daemon is changed for another
	now  *child
	imap string

	mu      sync.Mutex // guards what follows
	allowed map[string][]span
	does    map[string]int // how often something was done
	faults  []string
	n       int // mails delivered
}

// did counts.
func (w *world) did(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.does[what]++
}

// wrong notes what must not be.
func (w *world) wrong(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.faults = append(w.faults, fmt.Sprintf(format, args...)); len(w.faults) < 20 {
		fmt.Fprintln(os.Stderr, "  wrong:", w.faults[len(w.faults)-1])
	}
}

// newWorld starts everything; the daemon reaches the mail server through a line that
// can be cut.
func newWorld(t *testing.T, seed uint64) *world {
	t.Helper()
	return newWorldAs(t, seed, func(*order) {})
}

// newWorldBy is newWorld with the address of the line named.
func newWorldBy(t *testing.T, seed uint64, listen string) *world {
	t.Helper()
	return newWorldOf(t, seed, listen, func(*order) {})
}

// newWorldAs is newWorld with a daemon that is ordered otherwise.
func newWorldAs(t *testing.T, seed uint64, change func(*order)) *world {
	t.Helper()
	return newWorldOf(t, seed, "127.0.0.1:0", change)
}

func newWorldOf(t *testing.T, seed uint64, listen string, change func(*order)) *world {
	t.Helper()
	w := &world{t: t, seed: seed, allowed: map[string][]span{}, does: map[string]int{}, tracker: lab.StartTracker(t)}
	var mails [][]byte
	for range 20 {
		mails = append(mails, w.mail())
	}
	w.dovecot = lab.StartDovecot(t, map[string][][]byte{"anna": mails})
	w.line = startLine(t, listen, w.dovecot.TLSAddr)
	w.order = order{
		Dir: lab.Dir(t), Plain: w.tracker.Addr, TLS: w.tracker.TLSAddr,
		TrackerCA: w.tracker.Authority.CAFile, MailCA: w.dovecot.Authority.CAFile,
	}
	change(&w.order)
	w.now, w.client = bear(t, w.order), api.NewClient(w.order.paths().Socket())
	host, port := "localhost", w.line.addr().Port
	if ip := w.line.addr().IP; ip.To4() == nil {
		host = ip.String()
	}
	account, err := w.client.AddAccount(t.Context(), api.NewAccount{
		Address: "anna@example.org", IMAP: &api.Endpoint{Host: host, Port: port, TLS: "implicit"},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.imap = net.JoinHostPort("127.0.0.1", strconv.Itoa(account.Local.IMAP))
	return w
}

// mail is a new one, of any shop, as the provider received it.
func (w *world) mail() []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.n++
	shop := shops[w.n%len(shops)]
	id := fmt.Sprintf("%08x%024x", w.n*2654435761%(1<<32), w.n)
	return []byte(strings.ReplaceAll(fmt.Sprintf(`Delivered-To: anna@example.org
Authentication-Results: mx.example.org; dkim=pass header.d=%[1]s;
	spf=pass smtp.mailfrom=%[1]s; dmarc=pass header.from=%[1]s
From: The shop <news@%[1]s>
To: anna@example.org
Subject: Letter %[3]d
Date: Mon, 2 Mar 2026 08:00:00 +0000
Message-ID: <%[2]s@%[1]s>
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<html><body><p>Letter %[3]d, %[4]s</p>
<p><a href="https://www.%[1]s/march">See more</a></p>
<img src="https://clicks.%[1]s/track/open.php?u=30400001&amp;id=%[2]s" width="1" height="1" alt="">
</body></html>
`, shop, id, w.n, strings.Repeat("and more of it, ", w.n%50)), "\n", "\r\n"))
}

// judge looks at every request that a tracker got: each has to lie in a time in which
// its sender was allowed it.
func (w *world) judge() (told int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, h := range w.tracker.Hits() {
		told++
		shop := ""
		for _, s := range shops {
			if strings.Contains(h.URL, s) {
				shop = s
			}
		}
		ok := slices.ContainsFunc(w.allowed[shop], func(s span) bool {
			return !h.At.Before(s.from) && (s.to.IsZero() || !h.At.After(s.to))
		})
		if !ok {
			w.faults = append(w.faults, fmt.Sprintf("%s was asked at %s, when nobody had agreed", h.URL, h.At.Format(time.StampMilli)))
		}
	}
	return told
}

// A line goes to the mail server, and can be cut.
type line struct {
	ln net.Listener

	mu    sync.Mutex // guards what follows
	to    string
	conns map[net.Conn]bool
}

func startLine(t *testing.T, listen, to string) *line {
	t.Helper()
	ln, err := net.Listen("tcp", listen)
	if err != nil {
		t.Fatal(err)
	}
	l := &line{ln: ln, to: to, conns: map[net.Conn]bool{}}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			in, err := ln.Accept()
			if err != nil {
				return
			}
			all.Go(func() { l.join(in) })
		}
	})
	t.Cleanup(func() {
		ln.Close()
		l.cut()
		all.Wait()
	})
	return l
}

func (l *line) addr() *net.TCPAddr { return l.ln.Addr().(*net.TCPAddr) }

// join passes octets on, both ways, until one side ends.
func (l *line) join(in net.Conn) {
	l.mu.Lock()
	to := l.to
	l.mu.Unlock()
	out, err := net.Dial("tcp", to)
	if err != nil {
		in.Close()
		return
	}
	l.mu.Lock()
	l.conns[in], l.conns[out] = true, true
	l.mu.Unlock()
	var both sync.WaitGroup
	for _, pair := range [][2]net.Conn{{in, out}, {out, in}} {
		both.Go(func() {
			_, _ = io.Copy(pair[0], pair[1]) // it ends when somebody does
			in.Close()
			out.Close()
		})
	}
	both.Wait()
	l.mu.Lock()
	delete(l.conns, in)
	delete(l.conns, out)
	l.mu.Unlock()
}

// goTo leads new connections elsewhere.
func (l *line) goTo(to string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.to = to
}

// cut ends all connections at once.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.conns {
		c.Close()
	}
}

// lines lets chance decide, for one of those who act, alike for each seed.
func (w *world) chance(who int) *rand.Rand { return rand.New(rand.NewPCG(w.seed, uint64(who))) }

// until does something again and again until the time is over.
func until(ctx context.Context, pause func() time.Duration, do func()) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause()):
			do()
		}
	}
}

// rulesDir is where the reader's own rules lie.
func (w *world) rulesDir() string { return filepath.Join(w.order.paths().Data, "rules") }
