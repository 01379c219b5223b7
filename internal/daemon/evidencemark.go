package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/evidence/bag"
	"github.com/unseen-mail/unseen/internal/evidence/mark"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
)

// mark marks a sender or one message. Nothing is asked of anybody that the request does
// not agree to, and a dry one says what that would be.
func (d *Daemon) mark(ctx context.Context, q api.MarkRequest, tell func(api.EvidenceStep) bool) error {
	if q.Authority != "" && !bag.Authority(q.Authority) {
		return d.refusal(api.CodeWrong, words.EvidenceBadAuthority, words.MarkAuthorityHint, "url", q.Authority)
	}
	m, subject, err := d.newMark(ctx, &q)
	if err != nil {
		return err
	}
	var r *relay
	if q.Older {
		if r, err = d.relayFor(ctx, &q, m.Sender); err != nil {
			return err
		}
	}
	if q.Dry {
		tell(api.EvidenceStep{Stage: "read", Asks: d.announced(&q, r), End: true})
		return nil
	}
	v := d.core.marks.vault
	if err := v.Put(m); err != nil {
		return d.explainMark(err)
	}
	if err := d.core.marks.read(); err != nil {
		return err
	}
	d.hub.add(store.Event{Kind: "evidence", Outcome: "marked", Sender: m.Sender})
	if r != nil {
		reading := &older{daemon: d, relay: r, mark: m, header: q.Message, subject: subject, tell: tell}
		if err := reading.run(ctx, q.Login, string(q.Password)); err != nil {
			return err
		}
	}
	if q.Keys {
		if _, err := d.keys(ctx, m.Sender, api.KeysRequest{}, time.Now()); err != nil {
			return err
		}
	}
	if q.Authority != "" {
		// One that cannot be reached now is asked later: the stamp is queued.
		if _, err := d.stampKept(ctx, m.Sender, q.Authority); err != nil && !errors.Is(err, mark.ErrNothing) {
			d.cfg.Logger.Info("a time stamp is queued", "err", err)
		}
	}
	if m, err = v.Of(m.Sender); err != nil {
		return err
	}
	out, err := d.markOf(&m)
	if err != nil {
		return err
	}
	tell(api.EvidenceStep{Stage: "read", Done: out.Mails, Of: out.Mails, Mark: &out, End: true})
	return nil
}

// newMark is the mark that a request asks for, and the message id of the one mail that
// it is about. What was agreed to before stays agreed to.
func (d *Daemon) newMark(ctx context.Context, q *api.MarkRequest) (m mark.Mark, id string, err error) {
	key := strings.ToLower(strings.TrimSpace(q.Sender))
	if q.Message != "" {
		mail, err := d.messageOf(ctx, q.Message)
		if err != nil {
			return m, "", err
		}
		key, id = mail.from.Key, message.Header(mail.plan.Header).Get("Message-ID")
		if q.Address == "" {
			q.Address = mail.account.Address
		}
		if d.relays.get(q.Address) == nil {
			q.Address = ""
		}
		if key == "" {
			return m, "", d.refusal(api.CodeWrong, words.MarkNoMail, words.MarkNoMailHint, "path", q.Message)
		}
	} else if who, err := d.oneSender(ctx, key, false); err == nil {
		key = who.Key
	} else if !strings.Contains(key, ".") {
		return m, "", err
	}
	now := time.Now().UTC()
	if m, err = d.core.marks.vault.Of(key); err != nil && !errors.Is(err, mark.ErrUnmarked) {
		return m, "", err
	}
	if m.Sender == "" {
		m = mark.Mark{Sender: key, Since: now, Until: now}
	}
	if q.Message != "" {
		if d.core.marks.has(q.Message) {
			return m, id, nil
		}
		if !slices.Contains(m.Messages, q.Message) {
			m.Messages = append(m.Messages, q.Message)
		}
	} else {
		m.All, m.Until = true, now.AddDate(0, 0, cmp.Or(q.Days, mark.Days))
	}
	m.Keys, m.Authority = m.Keys || q.Keys, cmp.Or(q.Authority, m.Authority)
	return m, id, nil
}

// has says whether a mail with a header block is kept.
func (m *marking) has(hash string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.kept[hash]
}

// older reads mails of a sender, or one, from the server by a connection of Unseen's own.
// It reads with EXAMINE and BODY.PEEK[] (RFC 3501, sections 6.3.2 and 6.4.5): nothing
// changes on the server.
type older struct {
	daemon *Daemon
	relay  *relay
	mark   mark.Mark
	// header is the hash of the one mail that is wanted, "" for all; subject its
	// Message-ID, by which the server finds it.
	header, subject string
	tell            func(api.EvidenceStep) bool
	at              api.EvidenceStep
}

// run reads, and says in words what went wrong.
func (o *older) run(ctx context.Context, login, password string) error {
	d, a := o.daemon, &o.relay.account
	with, err := d.credentialOf(ctx, a, credential{user: login, password: password})
	if err != nil {
		return err
	}
	if with.password == "" && with.token == "" {
		if with.password, err = d.passwordOf(ctx, a.Address); err != nil {
			return d.refusal(api.CodeWrong, words.MarkNoPassword, words.MarkNoPasswordHint, "address", a.Address)
		}
	}
	err = o.read(ctx, with)
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	var refusal *api.Error
	if errors.As(err, &refusal) {
		return err
	}
	return d.refusal(api.CodeUpstream, words.RebuildFailed, words.RebuildFailedHint, "host", a.IMAP.Host, "what", words.Plain(oneSentence(err)))
}

func (o *older) read(ctx context.Context, with credential) error {
	c, err := o.relay.logged(ctx, with)
	if err != nil {
		return err
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	boxes, err := c.List("", "*", nil).Collect()
	if err != nil {
		return fmt.Errorf("listing mailboxes: %w", err)
	}
	for _, box := range boxes {
		if !selectable(box) {
			continue
		}
		if err := o.mailbox(ctx, c, box.Mailbox); err != nil {
			return err
		}
	}
	return c.Logout().Wait()
}

// wanted is what the server is asked for.
func (o *older) wanted() *imap.SearchCriteria {
	if o.subject != "" {
		return &imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: "Message-ID", Value: o.subject}}}
	}
	from, _, _ := strings.Cut(o.mark.Sender, " ")
	return &imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: "From", Value: from}}, Smaller: mark.MaxMail}
}

// mailbox keeps the mails of one mailbox.
func (o *older) mailbox(ctx context.Context, c *imapclient.Client, name string) error {
	open, err := c.Select(name, &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		return c.Noop().Wait() // one that cannot be opened does not keep the others
	}
	found, err := c.UIDSearch(o.wanted(), nil).Wait()
	if err != nil {
		return err
	}
	uids := found.AllUIDs()
	o.at.Stage, o.at.Of = "read", o.at.Of+len(uids)
	if len(uids) == 0 {
		return nil
	}
	cmd := c.Fetch(imap.UIDSetNum(uids...), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{Peek: true}}})
	defer cmd.Close()
	a := &o.relay.account
	had := mark.Had{How: mark.ByMailbox, Account: a.Address, Server: a.IMAP.Host, Mailbox: name, UIDValidity: open.UIDValidity}
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		if err := o.one(msg, had); err != nil {
			return err
		}
		if o.at.Done++; !o.tell(o.at) {
			return context.Canceled
		}
	}
	return cmd.Close()
}

// one keeps one mail, if it is wanted: a server finds more than it is asked for.
func (o *older) one(msg *imapclient.FetchMessageData, had mark.Had) error {
	var raw []byte
	for item := msg.Next(); item != nil; item = msg.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			had.UID = uint32(item.UID)
		case imapclient.FetchItemDataBodySection:
			if item.Literal == nil {
				continue
			}
			var err error
			if raw, err = io.ReadAll(item.Literal); err != nil {
				return err
			}
		}
	}
	if raw == nil {
		return nil
	}
	m := o.daemon.core.marks
	key, _ := m.wants(raw[:message.HeaderEnd(raw)])
	if key != o.mark.Sender {
		return nil
	}
	one, _, err := m.vault.Keep(key, raw, had)
	if err != nil {
		return o.daemon.explainMark(err)
	}
	m.noted(one)
	return nil
}
