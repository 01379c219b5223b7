package proxy

import (
	"context"
	"strings"
	"time"
)

// data takes a mail from the client by DATA and passes it on, restored. Nothing is
// confirmed that the server has not confirmed.
func (t *talk) data(ctx context.Context, args string) error {
	if strings.TrimSpace(args) != "" {
		t.say(501, "5.5.4 DATA takes no argument")
		return nil
	}
	// The server would say so after DATA; here the client must be told before
	// it sends the mail (RFC 2920, section 3.1).
	if t.tx.mail != nil {
		return t.mixed()
	}
	if t.tx.recipients == 0 {
		t.say(503, "5.5.1 No recipient was taken")
		return nil
	}
	t.taking.Lock()
	defer t.taking.Unlock()
	t.say(354, "Go ahead, and end with a line of one dot")
	if err := t.flush(); err != nil {
		return err
	}
	p := t.newOutgoing(ctx, false)
	// Each read may take that long, however large the mail.
	err := readMail(t.r, func() error { return t.conn.SetReadDeadline(time.Now().Add(clientTimeout)) }, p.wire)
	if err != nil {
		return err
	}
	return p.finish()
}

// reset makes the server forget a mail that was refused.
func (t *talk) reset() error {
	_, err := t.exchange("RSET")
	return err
}

// confirm waits for the server's word on a mail that it was given and passes it
// on.
func (t *talk) confirm() (reply, error) {
	r, err := t.up.reply(finalTimeout)
	if err != nil {
		t.pass(sentence(451, "4.4.2", t.s.cfg.Replies.BrokeOff, t.s.cfg.Upstream.hostOf()+" broke off before it confirmed this mail: it may have been sent, so look before you send it again"))
		return reply{}, errQuit
	}
	t.s.cfg.Log.Info("mail handed to the submission server", "code", r.code)
	t.pass(r)
	if r.code == 421 {
		return reply{}, errQuit
	}
	return r, nil
}
