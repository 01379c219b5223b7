package daemon

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	mailheader "net/mail"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/template"
	"github.com/unseen-mail/unseen/detect/twin"
	"github.com/unseen-mail/unseen/internal/store"
)

const (
	// learnQueue is how many mails wait to be learnt from. One for which there is no
	// room is learnt from when it is opened.
	learnQueue = 64
	// learnPace is how long is waited after each, so that mail which is being fetched
	// goes first.
	learnPace = 2 * time.Millisecond
	// learnFlush is how often what was learnt is stored.
	learnFlush = 3 * time.Second
	// maxLearned is how many addresses of one mail are learnt from.
	maxLearned = 2000
	// copyDays is how many days apart copies of one mailing may have come.
	copyDays = 7
	// maxCopies is how many copies are compared with a new one.
	maxCopies = 7
	// mailingDays is how long it is known which mails may be copies.
	mailingDays = 60
)

// learn has a mail learnt from, once it is known whole, if somebody can be named who
// sent it, and whom it came to. It never waits.
func (m *memory) learn(one *mail) {
	if m.name(one) == "" || one.to == "" || !one.plan.Complete || one.id == 0 {
		return
	}
	select {
	case m.queue <- one:
	default:
	}
}

// run learns until life ends, and stores what was learnt.
func (m *memory) run(life context.Context) error {
	tick := time.NewTicker(learnFlush)
	defer tick.Stop()
	for {
		select {
		case <-life.Done():
			return m.flush(context.WithoutCancel(life))
		case one := <-m.queue:
			if err := m.take(life, one); err != nil && life.Err() == nil {
				m.core.log.Warn("nothing was learnt from a mail", "err", err)
			}
			wait(life, learnPace)
		case <-tick.C:
			if err := m.flush(life); err != nil && life.Err() == nil {
				m.core.log.Warn("what was learnt is not stored", "err", err)
			}
		}
	}
}

// wait waits, or until life ends.
func wait(life context.Context, d time.Duration) {
	select {
	case <-life.Done():
	case <-time.After(d):
	}
}

// take learns from a mail: what its addresses have in common with those of other
// mail of the sender, and what copies of it prove that came to other addresses of
// the reader's.
func (m *memory) take(ctx context.Context, one *mail) error {
	of, err := m.find(one.from.Key, one.from.Authenticated)
	if err != nil {
		return err
	}
	header := message.Header(one.plan.Header)
	at := dated(header, time.Now())
	proofs, mailing, err := m.compare(ctx, one, header)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	of.history.Observe(template.Mail{Sender: of.sender, ID: one.name(), Recipient: one.to, Date: at}, addresses(one))
	for i := range proofs {
		proofs[i].Sender = of.sender
		if proofs[i].Date == "" {
			proofs[i].Date = dayOf(at)
		}
	}
	of.proofs.Add(proofs...)
	of.limit()
	m.changed[m.name(one)] = of
	if mailing != nil {
		m.mailings = append(m.mailings, *mailing)
	}
	return nil
}

// dated is when a mail was sent, as far as it says so and that can be.
func dated(h message.HeaderFields, now time.Time) time.Time {
	at, err := mailheader.ParseDate(h.Get("Date"))
	if err != nil || at.After(now) || at.Year() < 1990 {
		return now
	}
	return at
}

// addresses are those of a mail that lead elsewhere.
func addresses(one *mail) []string {
	var list []string
	for i := range one.plan.References {
		if ref := &one.plan.References[i].Ref; ref.Remote && (ref.Kind.Load() || ref.Kind == reference.Link) && len(list) < maxLearned {
			list = append(list, ref.URL)
		}
	}
	return list
}

// compare compares a mail with those that may be copies of it, and returns what that
// proves, and how it is known as a copy from now on; nil if it cannot be one, since
// it does not say clearly whom it came to.
func (m *memory) compare(ctx context.Context, one *mail, header message.HeaderFields) ([]twin.Proof, *store.Mailing, error) {
	key := twin.MailingKey(header)
	if key == "" || !one.clear {
		return nil, nil, nil
	}
	mailing := &store.Mailing{Sender: one.from.Key, Plan: one.id, At: time.Now()}
	m.hash(mailing.Key[:], "mailing", m.name(one)+"\x00"+key)
	m.hash(mailing.Recipient[:], "recipient", strings.ToLower(one.to))
	others, err := m.others(ctx, mailing)
	if err != nil {
		return nil, nil, err
	}
	copies := []twin.Stored{stored(one)}
	for _, other := range others {
		p, err := m.core.store.Plan(ctx, other.Plan)
		if err != nil || p == nil {
			continue // it is gone
		}
		its, err := m.core.mails.of(ctx, p)
		if err != nil || m.name(its) != m.name(one) || !its.clear || strings.EqualFold(its.to, one.to) {
			continue
		}
		copies = append(copies, stored(its))
	}
	if len(copies) < 2 {
		return nil, mailing, nil
	}
	report, err := twin.CompareStored(copies)
	if err != nil {
		// They are no copies after all.
		return nil, mailing, nil
	}
	return report.Proofs(), mailing, nil
}

// others returns mails that came to other addresses and may be copies of a mailing.
func (m *memory) others(ctx context.Context, of *store.Mailing) ([]store.Mailing, error) {
	list, err := m.core.store.Mailings(ctx, of.Key, of.At.AddDate(0, 0, -copyDays), 4*maxCopies)
	if err != nil {
		return nil, err
	}
	m.mu.RLock()
	for _, one := range m.mailings {
		if one.Key == of.Key {
			list = append(list, one)
		}
	}
	m.mu.RUnlock()
	var out []store.Mailing
	seen := map[[8]byte]bool{of.Recipient: true}
	for _, one := range list {
		if one.Plan != of.Plan && !seen[one.Recipient] && len(out) < maxCopies {
			seen[one.Recipient] = true
			out = append(out, one)
		}
	}
	return out, nil
}

// hash writes a keyed hash.
func (m *memory) hash(out []byte, what, text string) {
	h := hmac.New(sha256.New, m.key[:])
	h.Write([]byte(what + "\x00" + text))
	copy(out, h.Sum(nil))
}

// stored is a mail as it is compared.
func stored(one *mail) twin.Stored {
	s := twin.Stored{Header: one.plan.Header, Recipient: one.to}
	for i := range one.plan.References {
		s.References = append(s.References, one.plan.References[i].Ref)
		s.Sections = append(s.Sections, one.plan.References[i].Section)
	}
	return s
}
