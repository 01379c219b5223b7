package daemon

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"

	"github.com/unseen-mail/unseen/imapfilter"
	"github.com/unseen-mail/unseen/proxy"
)

// handshakeTime is how long a program may take to begin TLS.
const handshakeTime = 30 * time.Second

// A handoff is a listener to which connections are given that came in elsewhere.
type handoff struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

func newHandoff() *handoff { return &handoff{conns: make(chan net.Conn), done: make(chan struct{})} }

// Accept implements [net.Listener].
func (h *handoff) Accept() (net.Conn, error) {
	select {
	case c := <-h.conns:
		return c, nil
	case <-h.done:
		return nil, net.ErrClosed
	}
}

// Close implements [net.Listener].
func (h *handoff) Close() error {
	h.once.Do(func() { close(h.done) })
	return nil
}

// Addr implements [net.Listener]: what comes here came in on loopback.
func (h *handoff) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// give hands a connection over and waits until whoever took it has closed it.
func (h *handoff) give(ctx context.Context, c net.Conn) {
	over := &handed{Conn: c, closed: make(chan struct{})}
	select {
	case h.conns <- over:
	case <-h.done:
		c.Close()
		return
	case <-ctx.Done():
		c.Close()
		return
	}
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	<-over.closed
}

// A handed connection tells when it is closed.
type handed struct {
	net.Conn
	once   sync.Once
	closed chan struct{}
}

// Close implements [net.Conn].
func (c *handed) Close() error {
	defer c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

// doors are where connections of a mail program come in that keeps the names of its
// servers, by what is spoken and how.
type doors struct {
	imap, imapStart, smtp, smtpStart *handoff
}

func newDoors() doors {
	return doors{imap: newHandoff(), imapStart: newHandoff(), smtp: newHandoff(), smtpStart: newHandoff()}
}

// each are all of them.
func (d *doors) each() []*handoff { return []*handoff{d.imap, d.imapStart, d.smtp, d.smtpStart} }

// open answers at the doors of a relay until ctx ends. Behind those without "Start" TLS
// has begun already.
func (r *relay) open(ctx context.Context) {
	serve := func(h *handoff, answer func(context.Context, net.Listener) error) {
		r.work.Go(func() {
			if err := answer(ctx, h); err != nil {
				r.daemon.cfg.Logger.Error("relay ended", "account", r.account.ID, "err", err)
			}
		})
	}
	serve(r.doors.imap, func(ctx context.Context, ln net.Listener) error {
		return r.named.Serve(ctx, ln, imapfilter.ModePlain)
	})
	serve(r.doors.imapStart, func(ctx context.Context, ln net.Listener) error {
		return r.named.Serve(ctx, ln, imapfilter.ModeSTARTTLS)
	})
	if r.account.SMTP == nil {
		return
	}
	serve(r.doors.smtp, func(ctx context.Context, ln net.Listener) error { return r.submitBy(ctx, ln, nil) })
	serve(r.doors.smtpStart, r.submit)
}

// submit passes on what the reader sends.
func (r *relay) submit(ctx context.Context, ln net.Listener) error {
	return r.submitBy(ctx, ln, r.local)
}

// submitBy is submit with the certificate of the local leg; nil where TLS is under way.
func (r *relay) submitBy(ctx context.Context, ln net.Listener, local *tls.Config) error {
	to := serverOf(*r.account.SMTP)
	relay, err := proxy.NewSubmission(ln, proxy.SubmissionConfig{
		Upstream: proxy.Upstream{
			Address: to.Addr(), Security: proxy.Security(r.account.SMTP.TLS), TLS: r.upstreamTLS(to.Host), Dial: r.daemon.dial,
		},
		Restore: r.leaves, TLS: local, Log: r.daemon.cfg.Logger.With("account", r.account.ID),
		Replies: repliesIn(r.daemon.cfg.Words, to.Host),
	})
	if err != nil {
		return err
	}
	return relay.Serve(ctx)
}
