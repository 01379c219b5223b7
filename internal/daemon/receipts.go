package daemon

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/internal/gate"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/proxy"
	"github.com/unseen-mail/unseen/rules/purpose"
)

const (
	// receiptTime is how long a receipt that was let go may take to be sent again.
	receiptTime = 24 * time.Hour
	// receiptLetters is how long the name of a receipt is: enough for one reader.
	receiptLetters = 10
	// readFrom is how many of a sender's newest mails are looked through for the
	// one that a receipt is about.
	readFrom = 200
	// maxTold is how long an address may be that is repeated in a sentence.
	maxTold = 120
)

// leaves restores a mail that is about to leave, and asks about it first if it is a
// notice of reading: it is never sent unasked, and never dropped without a word.
func (r *relay) leaves(ctx context.Context, to io.Writer) io.WriteCloser {
	return proxy.HoldNotices(r.restore.sent(ctx, to), func(n proxy.Notice) error { return r.noticed(ctx, &n) })
}

// A noticed is a notice of reading that wants to leave, and what is known of it.
type noticed struct {
	store.Receipt
	// decided is what the ledger says; its zero value if nobody vouches for who
	// asked.
	decided gate.Decision
	// about is the mail read, nil if it is not known.
	about *mail
}

// noticed decides on a notice that a mail program wants to send. It returns nil if
// it may leave. One that the program made without asking anybody is asked about
// whatever was granted: a notice takes a click for each mail.
func (r *relay) noticed(ctx context.Context, n *proxy.Notice) error {
	now := time.Now()
	who, err := r.whose(ctx, n, now)
	if err != nil {
		return fmt.Errorf("looking for the mail of a read receipt: %w", err)
	}
	s := r.daemon.core.store
	wrong := r.daemon.core.clockWrong(now)
	if wrong == "" && who.decided.Release && !n.Automatic {
		r.toldOf(who, "released", r.daemon.cfg.Words.Say(words.ReceiptConsented))
		return nil
	}
	no := who.decided.Why == gate.Refused || who.decided.Why == gate.Withdrawn
	if no {
		who.State = store.ReceiptRefused
	}
	kept, err := s.AddReceipt(ctx, who.Receipt)
	if err != nil {
		return fmt.Errorf("keeping a read receipt: %w", err)
	}
	if kept.State == store.ReceiptAllowed && now.Sub(kept.Changed).Abs() < receiptTime {
		// One click, one mail: it is taken from the list before it leaves.
		moved, err := s.MoveReceipt(ctx, kept.ID, store.ReceiptAllowed, store.ReceiptSent)
		if err != nil {
			return fmt.Errorf("letting a read receipt leave: %w", err)
		}
		if moved {
			r.toldOf(who, "released", r.daemon.cfg.Words.Say(words.ReceiptLet))
			return nil
		}
	}
	if kept.State != store.ReceiptRefused && kept.State != store.ReceiptWaiting {
		// It was sent, or may not any more: this is another click, asked anew.
		if _, err := s.MoveReceipt(ctx, kept.ID, kept.State, store.ReceiptWaiting); err != nil {
			return fmt.Errorf("keeping a read receipt: %w", err)
		}
		kept.State = store.ReceiptWaiting
	}
	r.toldOf(who, "held", r.daemon.cfg.Words.Say(words.ReceiptHeld, "to", who.To))
	return withheld(&kept, r.daemon.cfg.Words)
}

// withheld is what the mail program is told: that it may be sent later, or not. It
// names the way out, in the language of the reader, to whom programs show it.
func withheld(r *store.Receipt, in *words.Catalogue) *proxy.WithheldError {
	to := r.To[:min(len(r.To), maxTold)]
	if r.State == store.ReceiptRefused {
		return &proxy.WithheldError{Code: 550, Status: "5.7.1", Text: in.Say(words.ReceiptNo, "to", to, "id", r.ID)}
	}
	return &proxy.WithheldError{Code: 450, Status: "4.7.1", Text: in.Say(words.ReceiptAsked, "to", to, "id", r.ID)}
}

// toldOf notes what became of a notice.
func (r *relay) toldOf(who *noticed, outcome, reason string) {
	e := store.Event{
		Kind: "receipt", Outcome: outcome, Account: r.account.ID, Sender: who.Sender, Recipient: r.account.Address, Reason: reason,
		Verdict: string(detect.Tracker),
	}
	_, e.Host, _ = strings.Cut(who.To, "@")
	if who.about != nil {
		e.Plan, e.Recipient = who.about.id, who.about.to
	}
	r.daemon.hub.add(e)
}

// whose finds out who would be told what by a notice, and what the ledger says.
func (r *relay) whose(ctx context.Context, n *proxy.Notice, now time.Time) (*noticed, error) {
	to := strings.Join(n.To, ", ")
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\n%s\n%s\n%s", r.account.ID, n.Original, to, n.Says))
	who := &noticed{Receipt: store.Receipt{
		ID: hex.EncodeToString(sum[:])[:receiptLetters], At: now, Account: r.account.ID, To: to, Says: n.Says,
		Automatic: n.Automatic, State: store.ReceiptWaiting,
	}}
	m, err := r.daemon.read(ctx, n)
	if err != nil || m == nil {
		return who, err
	}
	who.about, who.Subject = m, message.Header(m.plan.Header).Text("Subject")
	if m.from.Authenticated {
		who.Sender = m.from.Key
	}
	if len(n.To) != 1 {
		// Somebody is told whom no notice named.
		return who, nil
	}
	_, host, _ := strings.Cut(n.To[0], "@")
	who.decided = r.daemon.core.gate.Receipt(&gate.Load{
		Kind: reference.Receipt, Host: host, Message: m.name(), Sender: m.from, Recipient: m.to, Clear: m.clear,
		Judgement: detect.Judgement{Verdict: detect.Tracker, Purposes: []purpose.ID{purpose.Receipt}},
	}, now)
	return who, nil
}

// read finds the mail that a notice is about: one of the newest of those senders
// who are told, which has the Message-ID that the notice names and asked to be told
// there. It returns nil if there is none: then nobody vouches for who asked.
func (d *Daemon) read(ctx context.Context, n *proxy.Notice) (*mail, error) {
	if n.Original == "" {
		return nil, nil
	}
	for _, to := range n.To {
		_, domain, _ := strings.Cut(to, "@")
		for _, key := range []string{sender.OrgDomain(domain), to} {
			if key == "" {
				continue
			}
			m, err := d.readOf(ctx, key, n)
			if m != nil || err != nil {
				return m, err
			}
		}
	}
	return nil, nil
}

// readOf looks through the mail of one sender.
func (d *Daemon) readOf(ctx context.Context, key string, n *proxy.Notice) (*mail, error) {
	plans, err := d.core.store.PlansBySender(ctx, key, readFrom)
	if err != nil {
		return nil, err
	}
	for _, p := range plans {
		m, err := d.core.mails.of(ctx, p)
		if err != nil {
			return nil, err
		}
		h := message.Header(m.plan.Header)
		if h.Get("Message-ID") == n.Original && askedFor(h, n.To) {
			return m, nil
		}
	}
	return nil, nil
}

// askedFor says whether a mail asked that one of some addresses be told.
func askedFor(h message.HeaderFields, to []string) bool {
	return slices.ContainsFunc(receiptsTo(h), func(box string) bool { return containsFold(to, box) })
}

// receiptsTo are the addresses that a mail asks to be told that it was read (RFC
// 8098, section 2.1, and two fields that are older), each once.
func receiptsTo(h message.HeaderFields) []string {
	var list []string
	for _, name := range []string{"Disposition-Notification-To", "Return-Receipt-To", "X-Confirm-Reading-To"} {
		for _, field := range h.All(name) {
			for _, box := range sender.Mailboxes(field) {
				if !containsFold(list, box) {
					list = append(list, box)
				}
			}
		}
	}
	return list
}

// receiptVendor is whom a grant for a notice of reading has to name: who keeps the
// mailbox that it goes to.
func receiptVendor(box string) string {
	_, host, _ := strings.Cut(box, "@")
	return gate.Vendor(&detect.Judgement{}, host)
}
