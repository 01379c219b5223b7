package imapfilter

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/unseen-mail/unseen/imapfilter/wire"
)

// A session is one mail program's connection, with one upstream. Two
// goroutines run it: the client side reads commands and is the only one that
// writes upstream; the server side reads answers. The client side waits for
// the server side in [session.await] and nowhere else.
type session struct {
	srv    *Server
	log    *slog.Logger
	client *leg
	server *leg

	// saying is held while something is said to the mail program, so that
	// what the relay says itself falls between two answers. It guards
	// client.out and, while the client leg is put under TLS, client.conn.
	saying sync.Mutex

	// Of the client side alone.
	tag      tagger
	awaiting bool
	wakeup   chan struct{} // for a client side that cannot read

	// hearing is held while a command is read and handed on, its literals included.
	hearing sync.Mutex
	// leaving says that no further answer is begun.
	leaving atomic.Bool

	// Of the server side alone.
	speaking bool // part of an answer was written

	plans atomic.Pointer[Planner] // nil is that of the configuration

	mu      sync.Mutex // guards what follows
	st      state
	probing *time.Timer
	resting *time.Timer
}

// errGone is how a session ends that the mail program ended.
var errGone = errors.New("mail program left")

// errUnreadable is how a session ends when the server says what can be read in
// more than one way, or in none. Nothing is guessed.
var errUnreadable = errors.New("an answer of the server cannot be read")

// errSilence is how a session ends on which nothing was said.
var errSilence = errors.New("nothing was said for too long")

// serve runs one connection to its end.
func (s *Server) serve(ctx context.Context, conn net.Conn, mode Mode) {
	s.counts.connections.Add(1)
	keepAlive(conn)
	ses := &session{srv: s, log: s.cfg.Logger, tag: newTagger(), wakeup: make(chan struct{}, 1)}
	ses.client = newLeg(conn, clientBuffer, outBuffer)
	defer ses.client.close()
	if mode == ModeTLS {
		if err := ses.handshake(ctx); err != nil {
			ses.log.Info("mail program: no TLS", "error", err)
			return
		}
	}
	up, err := s.connect(ctx)
	if err != nil {
		ses.log.Warn("upstream: not connected", "error", err, "cause", errors.Unwrap(err))
		ses.bye(unavailable(err))
		return
	}
	ses.server = up.leg
	defer ses.server.close()
	ses.st.loggedIn = up.preauth
	if err := ses.run(ctx, up.greeting, mode); err != nil {
		ses.log.Info("session over", "reason", err)
	}
}

// run greets the mail program and relays until one side is gone.
func (s *session) run(ctx context.Context, greeting []byte, mode Mode) error {
	s.srv.offer(s, mode)
	s.srv.enter(s)
	defer s.stopProbing()
	defer s.srv.leave(s)
	greeting, can, listed := s.view().rewriteLine(greeting)
	if listed {
		s.st.can = can
	}
	s.client.before = s.beforeClient
	s.server.before = s.beforeServer
	if _, err := s.client.out.Write(greeting); err != nil {
		return err
	}
	if err := s.client.out.Flush(); err != nil {
		return errGone
	}
	stop := context.AfterFunc(ctx, s.leaveOff)
	defer stop()
	// What is finished when the relay is stopped is planned as all else is.
	ctx, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	var down sync.WaitGroup
	down.Go(func() { s.end(s.contained(ctx, s.fromServer)) })
	s.end(s.contained(ctx, s.fromClient))
	down.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return quiet(s.st.over)
}

// errBroken is how a session ends on a fault of the relay's own.
var errBroken = errors.New("a fault in the relay")

// contained runs one side, and keeps a fault in it to this session.
func (s *session) contained(ctx context.Context, side func(context.Context) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			s.srv.counts.panics.Add(1)
			s.log.Error("relay broke", "panic", fault(r), "stack", string(debug.Stack()))
			err = errBroken
		}
	}()
	return side(ctx)
}

// fault describes a panic without what it may hold of a message.
func fault(r any) string {
	if err, ok := r.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("%T", r)
}

func (s *session) stopProbing() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range []*time.Timer{s.probing, s.resting} {
		if t != nil {
			t.Stop()
		}
	}
}

// quiet drops the errors that are no news.
func quiet(err error) error {
	if errors.Is(err, errGone) || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// errGoingDown is how a session ends when the relay is stopped.
var errGoingDown = errors.New("unseen is going down")

// finishTime is how long what is under way may take when the relay is stopped.
const finishTime = 4 * time.Second

// leaveOff ends the session between two commands and between two answers: a literal that
// was begun is finished in both directions, so that no mail program is left with half a
// mail, and no server either. Whoever takes too long for that is cut off.
func (s *session) leaveOff() {
	cut := time.AfterFunc(finishTime, func() { s.kill(errGoingDown) })
	defer cut.Stop()
	s.hearing.Lock()
	defer s.hearing.Unlock()
	s.leaving.Store(true)
	s.saying.Lock()
	defer s.saying.Unlock()
	s.kill(errGoingDown)
}

// kill ends the session from outside, for a reason.
func (s *session) kill(why error) {
	s.mu.Lock()
	if s.st.over == nil {
		s.st.over = why
	}
	s.mu.Unlock()
	s.server.expire()
	// The mail program gets a moment to take a last line.
	s.client.raw.SetWriteDeadline(time.Now().Add(time.Second))
	s.wake()
}

// end is called by each side when it is done. The server side, if it can, says
// good-bye; then both connections are closed, so that the other side ends too.
func (s *session) end(err error) {
	s.mu.Lock()
	if s.st.over == nil {
		s.st.over = err
	}
	why, bye := s.st.over, s.st.byeSeen
	s.mu.Unlock()
	s.server.expire()
	s.wake()
	if errors.Is(why, errGone) {
		s.client.close()
		return
	}
	s.client.raw.SetWriteDeadline(time.Now().Add(time.Second))
	s.saying.Lock()
	defer s.saying.Unlock()
	switch {
	case s.speaking:
		// The mail program was promised more octets than there are. It must
		// not take what it has for all (RFC 3501, section 4.3).
		s.client.cut.Store(true)
	case !bye:
		s.bye(unavailable(why))
	default:
		s.client.out.Flush()
	}
	s.client.close()
}

// bye tells the mail program why there is nothing more.
func (s *session) bye(why string) {
	s.mu.Lock()
	s.st.byeSeen = true
	s.mu.Unlock()
	fmt.Fprintf(s.client.out, "* BYE [UNAVAILABLE] %s\r\n", why) // RFC 5530, section 3
	s.client.out.Flush()
}

// unavailable makes one sentence for the mail program's user.
func unavailable(err error) string {
	var refused *refusedError
	var syntax *wire.SyntaxError
	switch {
	case errors.As(err, &refused):
		return "Unseen: " + refused.Error() + refused.said + "."
	case errors.Is(err, errSilence):
		return "Unseen: nothing was said for too long."
	case errors.Is(err, errUnreadable):
		return "Unseen: an answer of the mail server could not be read."
	case errors.As(err, &syntax), errors.Is(err, wire.ErrTooLong):
		return "Unseen: this command could not be read."
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "Unseen: the mail server closed the connection."
	}
	return "Unseen: the connection to the mail server is lost."
}

// view says how capabilities look at this moment.
func (s *session) view() capabilityView {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, localTLS := s.client.conn.(*tls.Conn)
	_, upstreamTLS := s.server.conn.(*tls.Conn)
	return capabilityView{
		localTLS: localTLS, upstreamTLS: upstreamTLS,
		startTLS: s.st.mayStartTLS && !localTLS && !s.st.loggedIn,
	}
}

// handshake puts TLS on the local leg.
func (s *session) handshake(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.srv.cfg.Timeouts.Connect)
	defer cancel()
	s.client.raw.SetReadDeadline(time.Time{})
	conn := tls.Server(s.client.raw, s.srv.cfg.LocalTLS)
	if err := conn.HandshakeContext(ctx); err != nil {
		return fmt.Errorf("handshake with mail program: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.client.secure(conn)
	return nil
}

// beforeClient runs before the client side reads and may wait.
func (s *session) beforeClient() {
	s.server.out.Flush() // an error comes back at the next write
	if s.awaiting {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	limit := time.Time{}
	switch {
	case s.st.over != nil:
		limit = time.Unix(1, 0)
	case !s.st.idling:
		limit = time.Now().Add(s.srv.cfg.Timeouts.Silence)
	}
	s.client.conn.SetReadDeadline(limit)
}

// beforeServer runs before the server side reads and may wait: what came so
// far goes on to the mail program.
func (s *session) beforeServer() {
	if s.speaking {
		s.client.out.Flush()
	}
}
