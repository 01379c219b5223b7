package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
)

const (
	// holdBack is how much of a mail is kept before the server hears of it: most
	// mails are decided on as a whole, and one that must not leave costs no
	// connection.
	holdBack = 256 << 10
	// passOn is how much goes on at once from there.
	passOn = 64 << 10
)

// What is said of mails that cannot be sent.
const (
	tooLarge    = "This mail is larger than can be sent here: nothing was sent"
	twoEnds     = "5.6.0 This mail holds a dot between incomplete line ends, which servers understand differently: nothing was sent"
	unknownSent = "This mail carries a picture address that only Unseen on another computer, or before a loss of its data, can read: remove the quoted pictures and send again"
	signedSent  = "This signed mail carries picture addresses of this computer, which cannot be replaced under a signature: send it without the signature, or without the quoted pictures"
	unprepared  = "Unseen could not prepare this mail: nothing was sent, try again later"
)

// errOver ends the restoring of a mail that goes nowhere any more.
var errOver = errors.New("proxy: mail is given up")

// An outgoing is one mail on its way. What comes of the client goes through the
// restorer and on to the server while more of it comes, since a mail program that
// waits in silence for the whole of it gives up and sends it again. Until its end
// was said the server delivers nothing: a mail that must not leave is given up by
// breaking off.
//
// After the first refusal nothing goes on; the client is answered when it is at
// its end.
type outgoing struct {
	talk      *talk
	restoring io.WriteCloser
	chunked   bool  // it goes to the server by BDAT
	size      int64 // of what has come, as it came

	came, left watch
	undots     dots // of what comes by DATA
	dots       dots // of what goes
	scratch    []byte
	limit      int    // of out
	out        []byte // restored and not yet sent, with dots doubled if not chunked

	begun   bool  // the server has heard of it
	refusal reply // code 0: none yet
	err     error // how the server was lost
}

// newOutgoing begins a mail.
func (t *talk) newOutgoing(ctx context.Context, chunked bool) *outgoing {
	p := &outgoing{talk: t, chunked: chunked, limit: t.s.cfg.hold}
	p.restoring = t.s.cfg.Restore(context.WithoutCancel(ctx), p) // also while the relay is stopped
	return p
}

// over says that nothing more goes on.
func (p *outgoing) over() bool { return p.refusal.code != 0 || p.err != nil }

// refuse gives the mail up, by the first reason that there is.
func (p *outgoing) refuse(r reply) {
	if !p.over() {
		p.refusal, p.out = r, nil
	}
}

// announce counts octets that come, and refuses what is too large.
func (p *outgoing) announce(n int64) {
	if p.size += n; p.size > p.talk.limit {
		p.refuse(sentence(552, "5.3.4", p.talk.s.cfg.Replies.TooLarge, tooLarge))
	}
}

// wire takes octets that came by DATA.
func (p *outgoing) wire(b []byte) {
	if p.announce(int64(len(b))); p.over() {
		return
	}
	if p.came.see(b) {
		p.refuse(say(554, twoEnds))
		return
	}
	p.feed(p.undots.unstuff(nil, b))
}

// feed takes octets of the mail.
func (p *outgoing) feed(raw []byte) {
	if p.over() {
		return
	}
	if _, err := p.restoring.Write(raw); err != nil {
		p.unrestored(err)
	}
}

// unrestored refuses what could not be restored.
func (p *outgoing) unrestored(err error) {
	var withheld *WithheldError
	said := &p.talk.s.cfg.Replies
	switch {
	case errors.As(err, &withheld):
		p.refuse(withheld.reply())
	case errors.Is(err, ErrUnknownAddress):
		p.refuse(sentence(554, "5.6.0", said.Unknown, unknownSent))
	case errors.Is(err, ErrSigned):
		p.refuse(sentence(554, "5.6.0", said.Signed, signedSent))
	default:
		p.refuse(sentence(451, "4.3.0", said.Unprepared, unprepared))
	}
}

// Write takes octets of the restored mail, and sends what is enough to be sent.
func (p *outgoing) Write(b []byte) (int, error) {
	for rest := b; len(rest) > 0; {
		if p.over() {
			return 0, errOver
		}
		piece := rest[:min(len(rest), passOn)]
		rest = rest[len(piece):]
		p.scratch = p.dots.stuff(p.scratch[:0], piece)
		// Also where it leaves by BDAT: the servers behind may use DATA.
		if p.left.see(p.scratch) {
			p.refuse(say(554, twoEnds))
			continue
		}
		if !p.chunked {
			piece = p.scratch
		}
		p.out = append(p.out, piece...)
		if len(p.out) >= p.limit || p.begun && len(p.out) >= min(passOn, p.limit) {
			p.pass()
		}
	}
	return len(b), nil
}

// pass sends what there is, with more to come.
func (p *outgoing) pass() {
	if !p.chunked {
		if p.begin() {
			p.send(p.out)
		}
	} else {
		p.begun = true
		if p.send(fmt.Appendf(nil, "BDAT %d\r\n", len(p.out))) && p.send(p.out) {
			p.taken()
		}
	}
	p.out = p.out[:0]
}

// begin tells the server of a mail by DATA, if it was not told. It returns false
// if the mail is over.
func (p *outgoing) begin() bool {
	if p.begun {
		return true
	}
	r, err := p.talk.exchange("DATA")
	switch {
	case err != nil:
		p.err = err
	case r.code == 354:
		p.begun = true
		return true
	case r.code < 400:
		// Passing it on would confirm a mail that was not given.
		p.err = errServer
	default:
		p.refuse(r)
	}
	return false
}

// send sends octets. It returns false if the mail is over.
func (p *outgoing) send(b []byte) bool {
	if p.talk.up.sendAll(b) == nil {
		return true
	}
	// The server may have said why.
	p.interrupted()
	return false
}

// interrupted ends a mail in which the server spoke, or broke off, before it was
// asked. What it says then confirms nothing.
func (p *outgoing) interrupted() {
	r, err := p.talk.up.reply(lastWord)
	if err != nil || r.code < 400 {
		p.err = errServer
		return
	}
	p.refuse(r)
}

// taken waits for the server's word on a chunk.
func (p *outgoing) taken() {
	r, err := p.talk.up.reply(replyTimeout)
	switch {
	case err != nil:
		p.err = errServer
	case r.code == 421:
		p.talk.pass(r)
		p.err = errQuit
	case !r.ok():
		p.refuse(r)
	}
}

// finish ends the mail, and gives the client the server's answer, or the reason
// why there is none.
func (p *outgoing) finish() error {
	if !p.over() {
		if err := p.restoring.Close(); err != nil {
			p.unrestored(err)
		}
	}
	switch underway := p.begun; {
	case p.over():
	case p.chunked:
		p.closeChunks()
	case p.begin():
		p.closeData(underway)
	}
	p.talk.tx = transaction{}
	if p.over() {
		return p.withhold()
	}
	r, err := p.talk.confirm()
	if err != nil || r.ok() || !p.chunked {
		return err
	}
	// Other than after DATA, the mail is not over before it is said.
	return p.talk.reset()
}

// closeData sends the rest of a mail by DATA and its end. Underway says that the
// server had time to speak.
func (p *outgoing) closeData(underway bool) {
	end := p.dots.end()
	if p.left.see([]byte(end[:len(end)-len(".\r\n")])) {
		p.refuse(say(554, twoEnds))
		return
	}
	if !p.send(p.out) {
		return
	}
	if underway && p.talk.up.early() {
		p.interrupted()
		return
	}
	p.send([]byte(end))
}

// closeChunks sends the last chunk of a mail, and then its end by itself: a server
// that takes a connection cut in the last chunk for the end of it (go-smtp 0.25, for
// one) would deliver half a mail.
func (p *outgoing) closeChunks() {
	if p.left.see([]byte("\r\n")) {
		p.refuse(say(554, twoEnds))
		return
	}
	if len(p.out) > 0 {
		p.pass()
	}
	if p.begun = true; !p.over() {
		p.send([]byte("BDAT 0 LAST\r\n"))
	}
}

// withhold tells the client why a mail was not sent, and lets the server forget
// it.
func (p *outgoing) withhold() error {
	if p.err != nil {
		return p.err
	}
	p.talk.s.cfg.Log.Warn("mail refused before it left", "code", p.refusal.code)
	p.talk.pass(p.refusal)
	return p.forget()
}

// forget makes the server forget a mail that has not reached its end. In the
// middle of DATA nothing can be said to it but the rest of the mail, so the
// connection ends.
func (p *outgoing) forget() error {
	if p.begun && !p.chunked {
		p.talk.hangUp()
		return nil
	}
	return p.talk.reset()
}
