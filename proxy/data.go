package proxy

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"strings"
	"time"
)

// data takes a mail from the client by DATA, has it restored, and hands it to the server.
// Nothing is confirmed that the server has not confirmed.
func (t *talk) data(ctx context.Context, args string) error {
	if strings.TrimSpace(args) != "" {
		t.say(501, "5.5.4 DATA takes no argument")
		return nil
	}
	// The server would say so after DATA; here the client must be told before
	// it sends the mail (RFC 2920, section 3.1).
	if t.tx.begun {
		return t.mixed()
	}
	if t.tx.recipients == 0 {
		t.say(503, "5.5.1 No recipient was taken")
		return nil
	}
	wire, err := t.take()
	if err != nil {
		return err
	}
	switch {
	case wire == nil:
		return t.refuse(say(552, tooLarge))
	case endsEarly(wire):
		return t.refuse(say(554, twoEnds))
	}
	refusal, out := t.restore(ctx, unstuff(wire))
	if refusal.code != 0 {
		return t.refuse(refusal)
	}
	t.tx = transaction{}
	return t.hand(out.wire)
}

// take reads the mail as it is on the wire, nil if it is too large.
func (t *talk) take() ([]byte, error) {
	t.say(354, "Go ahead, and end with a line of one dot")
	if err := t.flush(); err != nil {
		return nil, err
	}
	// Each read may take that long, however large the mail.
	wire, err := readWire(t.r, t.limit, func() error {
		return t.conn.SetReadDeadline(time.Now().Add(clientTimeout))
	})
	if errors.Is(err, errTooLong) {
		return nil, nil
	}
	return wire, err
}

// What is said of mails that cannot be sent.
const (
	tooLarge = "5.3.4 This mail is larger than can be sent here: nothing was sent"
	twoEnds  = "5.6.0 This mail holds a dot between incomplete line ends, which servers understand differently: nothing was sent"
)

// A leaving is a mail as it is to be sent, by BDAT and by DATA.
type leaving struct{ raw, wire []byte }

// restore returns a mail as it is to be sent, or the reply that refuses it.
func (t *talk) restore(ctx context.Context, raw []byte) (refusal reply, out leaving) {
	raw, err := t.s.cfg.Restore(ctx, raw)
	switch {
	case errors.Is(err, ErrUnknownAddress):
		return say(554, "5.6.0 This mail carries a picture address that only Unseen on another computer, or before a loss of its data, can read: remove the quoted pictures and send again"), out
	case errors.Is(err, ErrSigned):
		return say(554, "5.6.0 This signed mail carries picture addresses of this computer, which cannot be replaced under a signature: send it without the signature, or without the quoted pictures"), out
	case err != nil:
		return say(451, "4.3.0 Unseen could not prepare this mail: nothing was sent, try again later"), out
	}
	out = leaving{raw: raw, wire: stuff(raw)}
	// Also where it leaves by BDAT: the servers behind may use DATA.
	if endsEarly(out.wire) {
		return say(554, twoEnds), leaving{}
	}
	return reply{}, out
}

// refuse tells the client that a mail was not sent, and lets the server forget
// it.
func (t *talk) refuse(r reply) error {
	t.tx = transaction{}
	t.s.cfg.Log.Warn("mail refused before it left", "code", r.code)
	t.pass(r)
	return t.reset()
}

// reset makes the server forget a mail that was refused.
func (t *talk) reset() error {
	_, err := t.exchange("RSET")
	return err
}

// hand gives the server a mail by DATA and the client the server's answer.
func (t *talk) hand(out []byte) error {
	r, err := t.exchange("DATA")
	if err != nil {
		return err
	}
	if r.code < 400 && r.code != 354 {
		// Passing it on would confirm a mail that was not given.
		return errServer
	}
	if r.code != 354 {
		t.pass(r)
		return t.reset()
	}
	if err := t.up.sendAll(out); err != nil {
		return errServer
	}
	end := ".\r\n"
	if bytes.HasSuffix(out, []byte("\r\r\n")) {
		// Some servers (go-smtp 0.25, for one) do not see a line end there, and
		// would wait for the end of the mail for ever.
		end = "\r\n.\r\n"
	}
	if err := t.up.send([]byte(end)); err != nil {
		return errServer
	}
	_, err = t.confirm()
	return err
}

// confirm waits for the server's word on a mail that it was given and passes it
// on.
func (t *talk) confirm() (reply, error) {
	r, err := t.up.reply(finalTimeout)
	if err != nil {
		t.say(451, "4.4.2 "+t.s.cfg.Upstream.hostOf()+" broke off before it confirmed this mail: it may have been sent, so look before you send it again")
		return reply{}, errQuit
	}
	t.s.cfg.Log.Info("mail handed to the submission server", "code", r.code)
	t.pass(r)
	if r.code == 421 {
		return reply{}, errQuit
	}
	return r, nil
}

// errTooLong is a mail over the limit; it was read to its end.
var errTooLong = errors.New("proxy: mail is too long")

// readWire reads a mail up to its end, which only CR LF, a dot and CR LF make
// (RFC 5321, section 4.1.1.4). Dots stay doubled. Touch is called before it may
// have to wait.
func readWire(br *bufio.Reader, limit int64, touch func() error) ([]byte, error) {
	wire, total, begin := []byte{}, int64(0), true
	for {
		if br.Buffered() == 0 {
			if err := touch(); err != nil {
				return nil, err
			}
		}
		piece, err := br.ReadSlice('\n')
		if err != nil && err != bufio.ErrBufferFull {
			return nil, err
		}
		if begin && string(piece) == ".\r\n" {
			break
		}
		if total += int64(len(piece)); total <= limit {
			wire = append(wire, piece...)
			begin = bytes.HasSuffix(wire, []byte("\r\n"))
		} else {
			// CR and LF may stand in two pieces; so look only at whole lines,
			// and remember a CR at the end of what came before.
			begin = lineEnded(wire, piece)
			wire = append(wire[:0], piece[max(0, len(piece)-2):]...)
		}
	}
	if total > limit {
		return nil, errTooLong
	}
	return wire, nil
}

// lineEnded says whether the octets of last and piece end with CR LF.
func lineEnded(last, piece []byte) bool {
	if len(piece) > 1 {
		return bytes.HasSuffix(piece, []byte("\r\n"))
	}
	return string(piece) == "\n" && bytes.HasSuffix(last, []byte("\r"))
}

// endsEarly says whether a server that is careless about line ends could take a
// dot inside the mail for its end, and what follows for commands of the reader's
// (known as SMTP smuggling): a dot between two of CR and LF, NUL not counted. A
// line of one dot is doubled on the wire and is not meant.
func endsEarly(wire []byte) bool {
	for i := 0; ; i++ {
		n := bytes.IndexByte(wire[i:], '.')
		if n < 0 {
			return false
		}
		i += n
		before, after := i-1, i+1
		for before >= 0 && wire[before] == 0 {
			before--
		}
		for after < len(wire) && wire[after] == 0 {
			after++
		}
		if (before < 0 || isBreak(wire[before])) && (after == len(wire) || isBreak(wire[after])) {
			return true
		}
	}
}

// isBreak says whether some reader takes an octet for the end of a line.
func isBreak(c byte) bool { return c == '\r' || c == '\n' }

// unstuff takes the first of the dots that begin a line away (RFC 5321, section
// 4.5.2). It changes wire in place.
func unstuff(wire []byte) []byte {
	out := wire[:0]
	for len(wire) > 0 {
		if wire[0] == '.' {
			wire = wire[1:]
		}
		n := endOfLine(wire)
		out = append(out, wire[:n]...)
		wire = wire[n:]
	}
	return out
}

// stuff doubles dots that begin a line, and ends the last line.
func stuff(raw []byte) []byte {
	out := make([]byte, 0, len(raw)+len(raw)/64+2)
	for len(raw) > 0 {
		if raw[0] == '.' {
			out = append(out, '.')
		}
		n := endOfLine(raw)
		out = append(out, raw[:n]...)
		raw = raw[n:]
	}
	if len(out) > 0 && !bytes.HasSuffix(out, []byte("\r\n")) {
		out = append(out, "\r\n"...)
	}
	return out
}

// endOfLine returns where the line that b begins with ends, behind its CR LF.
func endOfLine(b []byte) int {
	if i := bytes.Index(b, []byte("\r\n")); i >= 0 {
		return i + 2
	}
	return len(b)
}
