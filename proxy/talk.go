package proxy

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// maxCommand bounds a line of a client; RFC 4954, section 4 asks for 12288
	// octets in an authentication, RFC 5321 for far less.
	maxCommand = 16 << 10
	// clientTimeout is longer than RFC 5321, section 4.5.3.2.7 asks for.
	clientTimeout = 10 * time.Minute
	// maxBadCommands ends a talk with what is no mail program.
	maxBadCommands = 20
	localTLSWait   = 30 * time.Second
)

var (
	// errQuit ends a talk in good order; the reply was given.
	errQuit = errors.New("proxy: end of the talk")
	// errServer means that the server can no longer be talked to.
	errServer = errors.New("proxy: server broke off")
)

// A talk is one mail program's connection and the one to its server. Both go in
// lock-step: a command is relayed when the one before it has its reply, also
// where the client sends several at once (RFC 2920).
type talk struct {
	// taking is held while a mail is taken by DATA.
	taking sync.Mutex

	s      *Submission
	conn   net.Conn
	r      *bufio.Reader
	w      *bufio.Writer
	up     *server // nil once it was hung up
	secure bool    // the local leg has TLS
	limit  int64   // the size last offered
	// chunking says that the server takes mail by BDAT.
	chunking bool
	tx       transaction
	bad      int
}

// A transaction is the mail under way (RFC 5321, section 3.3).
type transaction struct {
	// recipients are how many were taken.
	recipients int
	// mail is the one that comes by BDAT, nil before the first chunk.
	mail *outgoing
}

// finishTime is how long a mail that is being taken may take when the relay is stopped.
const finishTime = 4 * time.Second

// talk serves one mail program.
func (s *Submission) talk(ctx context.Context, c net.Conn) {
	t := &talk{s: s, limit: s.cfg.MaxMessage}
	// A mail that is being taken is not broken off here, unless it takes too long; the
	// wait for the next command is.
	stop := context.AfterFunc(ctx, func() {
		end := func() { _ = c.SetReadDeadline(time.Unix(1, 0)) }
		defer time.AfterFunc(finishTime, end).Stop()
		t.taking.Lock()
		defer t.taking.Unlock()
		end()
	})
	defer stop()
	t.use(c)
	defer func() { t.conn.Close() }()
	if s.cfg.Implicit && !t.handshake(ctx) {
		return
	}
	up, err := s.cfg.Upstream.dial(ctx)
	if err != nil {
		s.cfg.Log.Warn("submission server cannot be reached")
		t.pass(sentence(421, "4.4.1", s.cfg.Replies.Unreachable, "Unseen cannot reach "+s.cfg.Upstream.hostOf()+" ("+oneLine(err.Error())+"): nothing was sent, try again later"))
		_ = t.flush()
		return
	}
	t.up = up
	defer t.hangUp()
	t.say(220, "localhost ESMTP Unseen")
	t.loop(ctx)
	_ = t.flush() // a client that has gone needs no answer
}

// use takes over a connection, also one that has become TLS.
func (t *talk) use(c net.Conn) {
	t.conn, t.r, t.w = c, bufio.NewReader(c), bufio.NewWriter(c)
}

// loop answers commands until one of the three has had enough.
func (t *talk) loop(ctx context.Context) {
	for {
		line, err := t.line(ctx)
		if err == nil {
			err = t.do(ctx, line)
		}
		switch {
		case err == nil:
			continue
		case errors.Is(err, errQuit):
		case errors.Is(err, errServer):
			t.s.cfg.Log.Warn("submission server broke off")
			t.say(421, "4.4.2 "+t.s.cfg.Upstream.hostOf()+" broke off the connection: what it did not confirm was not sent, try again")
		case errors.Is(err, errLineLength):
			t.say(500, "5.5.6 Line is too long")
		case errors.Is(err, errLineEnd):
			t.say(500, "5.5.2 Lines must end with CR LF, and carry neither alone")
		case ctx.Err() != nil:
			t.say(421, "4.3.2 Unseen is shutting down: try again in a moment")
		}
		return
	}
}

// line waits for a line of the client. Replies are sent when there is nothing
// more to answer at once.
func (t *talk) line(ctx context.Context) (string, error) {
	if t.r.Buffered() == 0 {
		if err := t.flush(); err != nil {
			return "", err
		}
	}
	if err := t.conn.SetReadDeadline(time.Now().Add(clientTimeout)); err != nil {
		return "", err
	}
	// The end may have come between, and its deadline been overwritten.
	if err := ctx.Err(); err != nil {
		return "", err
	}
	return readLine(t.r, maxCommand)
}

// say puts a reply of one line in the queue. A failure shows at the next flush.
func (t *talk) say(code int, text string) { t.pass(say(code, text)) }

// pass puts a reply in the queue.
func (t *talk) pass(r reply) { _, _ = t.w.WriteString(r.String()) }

// flush sends the queue.
func (t *talk) flush() error {
	if err := t.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	return t.w.Flush()
}

// do answers one command. An error ends the talk.
func (t *talk) do(ctx context.Context, line string) error {
	verb, args, _ := strings.Cut(line, " ")
	if verb = strings.ToUpper(verb); t.apart(verb) {
		return t.alone(verb)
	}
	switch verb {
	case "EHLO":
		return t.ehlo(line)
	case "HELO", "RSET":
		return t.anew(line, verb)
	case "NOOP", "VRFY", "EXPN", "HELP":
		return t.relay(line)
	case "MAIL":
		return t.mail(line)
	case "RCPT":
		return t.rcpt(line)
	case "DATA":
		return t.data(ctx, args)
	case "AUTH":
		return t.auth(ctx, line, args)
	case "STARTTLS":
		return t.startTLS(ctx)
	case "QUIT":
		if err := t.relay(line); err != nil {
			return err
		}
		return errQuit
	case "BDAT":
		return t.bdat(ctx, args)
	}
	if t.bad++; t.bad > maxBadCommands {
		t.say(421, "4.7.0 Too many commands that are none")
		return errQuit
	}
	t.say(500, "5.5.2 Unseen does not relay this command")
	return nil
}

// exchange sends a line to the server and returns its reply. A 421 is the
// server's last word (RFC 5321, section 3.8).
func (t *talk) exchange(line string) (reply, error) {
	r, err := t.up.command(line + "\r\n")
	if err != nil {
		return reply{}, errServer
	}
	if r.code == 421 {
		t.pass(r)
		return reply{}, errQuit
	}
	return r, nil
}

// relay sends a line to the server and its reply to the client.
func (t *talk) relay(line string) error {
	r, err := t.exchange(line)
	if err != nil {
		return err
	}
	t.pass(r)
	return nil
}

// apart says whether a command is to be answered without the server: it was hung
// up, or it is in the middle of a mail by DATA that comes from the client by BDAT,
// where there is no room for commands.
func (t *talk) apart(verb string) bool {
	if p := t.tx.mail; p != nil && p.begun && !p.chunked {
		switch verb {
		case "NOOP", "VRFY", "EXPN", "HELP", "AUTH":
			return true
		case "EHLO", "HELO", "RSET", "QUIT", "STARTTLS":
			// They give the mail up.
			t.hangUp()
			t.tx = transaction{}
		}
	}
	return t.up == nil && verb != "BDAT"
}

// alone answers a command without the server. What cannot be answered ends the
// talk: to begin anew with the server would take the client's login again.
func (t *talk) alone(verb string) error {
	switch verb {
	case "NOOP", "RSET":
		t.say(250, "2.0.0 OK")
		return nil
	case "QUIT":
		t.say(221, "2.0.0 Goodbye")
		return errQuit
	}
	if t.up != nil {
		t.outOfTurn()
		return nil
	}
	t.say(421, "4.3.2 The connection to "+t.s.cfg.Upstream.hostOf()+" ended with the mail that was not sent: connect again")
	return errQuit
}

// hangUp ends the connection to the server, in the middle of whatever it was told.
func (t *talk) hangUp() {
	if t.up != nil {
		t.up.close()
		t.up = nil
	}
}

// anew relays a command that ends a mail that was begun.
func (t *talk) anew(line, verb string) error {
	t.tx = transaction{}
	if verb != "RSET" {
		t.chunking = false // as all extensions (RFC 5321, section 4.1.1.1)
	}
	return t.relay(line)
}

// ehlo relays the greeting and offers what works through the relay. It ends a
// mail that was begun (RFC 5321, section 4.1.4).
func (t *talk) ehlo(line string) error {
	t.tx = transaction{}
	r, err := t.exchange(line)
	if err != nil {
		return err
	}
	_, t.chunking = r.extension("CHUNKING")
	if r.code == 250 {
		r, t.limit = filterEHLO(r, t.s.cfg.MaxMessage, t.s.cfg.TLS != nil && !t.secure)
	}
	t.pass(r)
	return nil
}

// mail relays MAIL if the mail can be taken at all. The size that the client
// announces is not passed on: restored, the mail has another.
func (t *talk) mail(line string) error {
	if t.tx.mail != nil {
		t.outOfTurn()
		return nil
	}
	path, params := splitPath(line)
	kept := path
	for _, param := range strings.Fields(params) {
		name, value, _ := strings.Cut(strings.ToUpper(param), "=")
		// Not offered: what is binary cannot be sent on by DATA (RFC 3030,
		// section 3).
		if name == "BODY" && value == "BINARYMIME" {
			t.say(555, "5.5.4 BINARYMIME is not offered")
			return nil
		}
		n, err := strconv.ParseInt(value, 10, 64)
		if name != "SIZE" || err != nil {
			kept += " " + param // also a SIZE that is none, for the server to refuse
			continue
		}
		if n > t.limit {
			t.tooLarge()
			return nil
		}
	}
	r, err := t.exchange(kept)
	if err != nil {
		return err
	}
	if r.ok() {
		t.tx = transaction{}
	}
	t.pass(r)
	return nil
}

// splitPath parts a MAIL or RCPT command behind its path, in which blanks and ">"
// may be quoted (RFC 5321, section 4.1.2). Without a path all is parameters but the
// first two words.
func splitPath(line string) (path, params string) {
	quoted := false
	for i := strings.IndexByte(line, '<'); i >= 0 && i < len(line); i++ {
		switch {
		case line[i] == '\\' && quoted:
			i++
		case line[i] == '"':
			quoted = !quoted
		case line[i] == '>' && !quoted:
			return line[:i+1], line[i+1:]
		}
	}
	return line, ""
}

// tooLarge is the reply of RFC 1870, section 6.2.
func (t *talk) tooLarge() {
	t.say(552, fmt.Sprintf("5.3.4 This mail is larger than the %d octets that can be sent here: nothing was sent", t.limit))
}

// rcpt relays RCPT and counts who was taken.
func (t *talk) rcpt(line string) error {
	if t.tx.mail != nil {
		t.outOfTurn()
		return nil
	}
	r, err := t.exchange(line)
	if err != nil {
		return err
	}
	if r.ok() {
		t.tx.recipients++
	}
	t.pass(r)
	return nil
}

// auth relays an authentication of whatever mechanism, line by line, until the
// server has decided (RFC 4954, section 4). The lines are secrets.
func (t *talk) auth(ctx context.Context, line, args string) error {
	mech, _, _ := strings.Cut(args, " ")
	if strings.HasSuffix(strings.ToUpper(mech), "-PLUS") {
		t.say(504, "5.5.4 This mechanism is bound to a channel that ends here")
		return nil
	}
	for {
		r, err := t.exchange(line)
		if err != nil {
			return err
		}
		t.pass(r)
		if r.code != 334 {
			return nil
		}
		if line, err = t.line(ctx); err != nil {
			return err
		}
	}
}

// startTLS begins TLS on the local leg.
func (t *talk) startTLS(ctx context.Context) error {
	if t.s.cfg.TLS == nil || t.secure {
		t.say(503, "5.5.1 TLS is not offered here")
		return nil
	}
	// What came after the command was not protected and could be anybody's
	// (RFC 3207, section 6).
	if t.r.Buffered() > 0 {
		t.say(501, "5.5.2 Nothing may follow STARTTLS before TLS began")
		return errQuit
	}
	t.say(220, "2.0.0 Go ahead")
	if err := t.flush(); err != nil {
		return err
	}
	t.tx = transaction{}
	if !t.handshake(ctx) {
		return errQuit
	}
	return nil
}

// handshake makes the local leg TLS.
func (t *talk) handshake(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, localTLSWait)
	defer cancel()
	c := tls.Server(t.conn, t.s.cfg.TLS)
	if err := c.HandshakeContext(ctx); err != nil {
		t.s.cfg.Log.Debug("local TLS did not begin")
		return false
	}
	t.use(c)
	t.secure = true
	return true
}

// oneLine makes a text fit for a reply: ASCII, one line, not long.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
	return s[:min(len(s), 300)]
}
