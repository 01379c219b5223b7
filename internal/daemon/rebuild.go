package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/imapfilter"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
)

const (
	// rebuildBatch is how many messages are asked for at once; after each batch
	// it is noted how far the rebuilding came.
	rebuildBatch = 50
	// rebuildPatience is how long a server may be silent.
	rebuildPatience = 5 * time.Minute
)

// A rebuilding makes the plans of an account's mail again, from the mailbox: what
// was lost with the store is known again, as far as the key is the same. It reads
// with EXAMINE and BODY.PEEK[] (RFC 3501, sections 6.3.2 and 6.4.5), so that
// nothing changes on the server.
type rebuilding struct {
	daemon  *Daemon
	relay   *relay
	planner *planner
	tell    func(api.Rebuilt) bool
	at      api.Rebuilt
	// came says how far each mailbox came: its UIDVALIDITY and the last UID.
	came map[string][2]uint32
}

// rebuild makes the plans of an account again and tells how far it is. It goes on
// where it was broken off.
func (d *Daemon) rebuild(ctx context.Context, q api.RebuildRequest, tell func(api.Rebuilt) bool) error {
	r := d.relays.get(strings.ToLower(q.Address))
	if r == nil {
		return d.noAccount(q.Address)
	}
	p, err := r.planner()
	if err != nil {
		return err
	}
	b := &rebuilding{daemon: d, relay: r, planner: p, tell: tell, came: make(map[string][2]uint32)}
	if err := b.run(ctx, credential{user: q.Login, password: string(q.Password)}); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var refusal *api.Error
		if errors.As(err, &refusal) {
			return err
		}
		text := d.cfg.Words.Say(words.RebuildFailed, "host", r.account.IMAP.Host, "what", words.Plain(oneSentence(err)))
		return &api.Error{Code: api.CodeUpstream, Text: text, Hint: d.cfg.Words.Say(words.RebuildFailedHint)}
	}
	return nil
}

// oneSentence is what a server or the system said of an error.
func oneSentence(err error) string {
	var said *imap.Error
	if errors.As(err, &said) {
		return said.Text
	}
	return err.Error()
}

// planner makes another planner of the account's mail.
func (r *relay) planner() (*planner, error) {
	key, err := r.daemon.core.store.AccountKey(r.account.Address)
	if err != nil {
		return nil, err
	}
	return &planner{
		core: r.daemon.core, restore: r.restore, account: r.account, log: r.daemon.cfg.Logger.With("account", r.account.ID),
		plan: plan.Planner{Key: plan.Key(key), Base: r.restore.base, Mode: modeOf(&r.account)},
	}, nil
}

// run goes through all mailboxes.
func (b *rebuilding) run(ctx context.Context, with credential) error {
	c, err := b.relay.logged(ctx, with)
	if err != nil {
		return err
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	if err := b.resume(ctx); err != nil {
		return err
	}
	boxes, err := c.List("", "*", nil).Collect()
	if err != nil {
		return fmt.Errorf("listing mailboxes: %w", err)
	}
	for _, box := range boxes {
		if selectable(box) {
			b.at.Mailboxes++
		}
	}
	for _, box := range boxes {
		if !selectable(box) {
			continue
		}
		if err := b.mailbox(ctx, c, box.Mailbox); err != nil {
			return fmt.Errorf("reading a mailbox: %w", err)
		}
	}
	if err := b.daemon.core.store.Flush(ctx); err != nil {
		return err
	}
	if err := b.daemon.core.store.ClearSetting(ctx, b.setting()); err != nil {
		return err
	}
	b.at.Done = true
	b.tell(b.at)
	return c.Logout().Wait()
}

// selectable says whether a mailbox can be read (RFC 3501, section 7.2.2).
func selectable(box *imap.ListData) bool {
	for _, attr := range box.Attrs {
		if strings.EqualFold(string(attr), string(imap.MailboxAttrNoSelect)) || strings.EqualFold(string(attr), string(imap.MailboxAttrNonExistent)) {
			return false
		}
	}
	return true
}

// dial connects to the account's server as the relay does.
func (r *relay) dial(ctx context.Context) (*imapclient.Client, error) { return r.dialFor(ctx, nil) }

// dialFor does so for somebody who wants to hear what the server says unasked.
func (r *relay) dialFor(ctx context.Context, news *imapclient.UnilateralDataHandler) (*imapclient.Client, error) {
	a := r.account
	conn, err := r.daemon.dial(ctx, "tcp", net.JoinHostPort(a.IMAP.Host, fmt.Sprint(a.IMAP.Port)))
	if err != nil {
		return nil, err
	}
	patient := &patientConn{conn, rebuildPatience}
	if news != nil {
		patient.patience = idlePatience
		rarelyAsked(conn)
	}
	options := &imapclient.Options{TLSConfig: r.upstreamTLS(a.IMAP.Host), UnilateralDataHandler: news}
	switch a.IMAP.TLS {
	case store.StartTLS:
		return imapclient.NewStartTLS(patient, options)
	case store.Implicit:
		return imapclient.New(tlsClient(patient, options.TLSConfig), options), nil
	}
	return imapclient.New(patient, options), nil
}

// setting names where it is noted how far a rebuilding came.
func (b *rebuilding) setting() string { return "rebuild " + b.relay.account.Address }

// resume reads how far an earlier rebuilding came.
func (b *rebuilding) resume(ctx context.Context) error {
	text, ok, err := b.daemon.core.store.Setting(ctx, b.setting())
	if err != nil || !ok {
		return err
	}
	if err := json.Unmarshal([]byte(text), &b.came); err != nil {
		b.came = make(map[string][2]uint32) // begin anew: nothing is made twice
	}
	return nil
}

// note keeps how far it came, behind what it made.
func (b *rebuilding) note(ctx context.Context) error {
	if err := b.daemon.core.store.Flush(ctx); err != nil {
		return err
	}
	text, err := json.Marshal(b.came)
	if err != nil {
		return fmt.Errorf("noting how far the mailbox was read: %w", err)
	}
	return b.daemon.core.store.SetSetting(ctx, b.setting(), string(text))
}

// mailbox makes the plans of one mailbox.
func (b *rebuilding) mailbox(ctx context.Context, c *imapclient.Client, name string) error {
	open, err := c.Select(name, &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		b.at.Unread++ // one that cannot be opened does not keep the others
		b.at.Mailbox++
		return c.Noop().Wait()
	}
	came := b.came[name]
	if came[0] != open.UIDValidity {
		came = [2]uint32{open.UIDValidity, 0}
	}
	rest := imap.UIDSet{imap.UIDRange{Start: imap.UID(came[1]) + 1, Stop: 0}}
	found, err := c.UIDSearch(&imap.SearchCriteria{UID: []imap.UIDSet{rest}}, nil).Wait()
	if err != nil {
		return err
	}
	uids := found.AllUIDs()
	// A range that ends with "*" holds the last message, whatever it begins with.
	for len(uids) > 0 && uint32(uids[0]) <= came[1] {
		uids = uids[1:]
	}
	b.at.Messages += len(uids)
	at := imapfilter.Place{Mailbox: name, UIDValidity: open.UIDValidity}
	for len(uids) > 0 {
		n := min(len(uids), rebuildBatch)
		if err := b.batch(ctx, c, at, imap.UIDSetNum(uids[:n]...)); err != nil {
			return err
		}
		came[1] = uint32(uids[n-1])
		b.came[name] = came
		uids = uids[n:]
		if err := b.note(ctx); err != nil {
			return err
		}
		if !b.tell(b.at) {
			return context.Canceled
		}
	}
	b.at.Mailbox++
	return nil
}

// batch makes the plans of some messages as they stream.
func (b *rebuilding) batch(ctx context.Context, c *imapclient.Client, at imapfilter.Place, set imap.UIDSet) error {
	cmd := c.Fetch(set, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{Peek: true}}})
	defer cmd.Close()
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		at.UID = 0
		var one *replanning
		for item := msg.Next(); item != nil; item = msg.Next() {
			switch item := item.(type) {
			case imapclient.FetchItemDataUID:
				at.UID = uint32(item.UID)
			case imapclient.FetchItemDataBodySection:
				if item.Literal == nil {
					continue
				}
				one = newReplanning(b.planner)
				if _, err := io.Copy(one, item.Literal); err != nil {
					return err
				}
			}
		}
		if one == nil {
			continue // gone meanwhile
		}
		n, err := one.save(ctx, at)
		if err != nil {
			return err
		}
		b.at.Read++
		b.at.References += n
	}
	return cmd.Close()
}

// rebuiltMode marks what a rebuilding made for another mode than the account's.
// Nobody knows whether the message was ever served so: its tokens are known, and a
// copy that comes back is, but no message is served by it.
const rebuiltMode = " (rebuilt)"

// A replanning is one message that is planned again, in every mode.
type replanning struct {
	planner *planner
	streams []*message.Stream
	made    []*plan.Plan
}

func newReplanning(p *planner) *replanning {
	r := &replanning{planner: p}
	for _, mode := range []plan.Mode{plan.ModeAll, plan.ModePixels, plan.ModeSigned} {
		in := p.plan
		in.Mode = mode
		if in.Links = p.linker(); mode == plan.ModeSigned {
			in.Links = sealEach{}
		}
		r.streams = append(r.streams, message.NewStream(io.Discard, in.Session(nil, func(made *plan.Plan) { r.made = append(r.made, made) })))
	}
	return r
}

// Write takes the next octets of the message.
func (r *replanning) Write(b []byte) (int, error) {
	for _, s := range r.streams {
		if _, err := s.Write(b); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

// save stores the plans that are not stored, that of the account's mode where the
// message lies, and returns how many addresses are known by them.
func (r *replanning) save(ctx context.Context, at imapfilter.Place) (known int, err error) {
	for _, s := range r.streams {
		if err := s.Close(); err != nil {
			return 0, err
		}
	}
	var own *plan.Plan
	for _, made := range r.made {
		if made.Mode == r.planner.plan.Mode {
			own = made
		}
	}
	b := &planning{planner: r.planner, at: at}
	if err := b.find(ctx, own.HeaderSHA256); err != nil {
		return 0, err
	}
	if err := b.save(ctx, own); err != nil {
		return 0, err
	}
	for _, made := range r.made {
		for _, token := range tokens(made) {
			if token != "" && made.Mode == plan.ModeSigned {
				known++
			}
		}
		if made == own || made.Serves(own) {
			continue
		}
		other := &planning{planner: r.planner, mark: rebuiltMode}
		if err := other.find(ctx, made.HeaderSHA256); err != nil {
			return 0, err
		}
		if err := other.save(ctx, made); err != nil {
			return 0, err
		}
	}
	return known, nil
}
