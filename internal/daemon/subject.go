package daemon

import (
	"context"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/notice"
	"github.com/unseen-mail/unseen/internal/words"
)

// A subject is whom a question or an answer is about.
type subject struct {
	who api.Sender
	// key is what is recorded: that of the sender, or one of its addresses.
	key string
	// one says that it is one address of a domain.
	one    bool
	wishes []*wishes
}

// subjectOf finds whom the reader means and what they want to know. A yes needs
// somebody to vouch for them.
func (d *Daemon) subjectOf(ctx context.Context, typed string, one, yes bool) (*subject, error) {
	who, err := d.oneSender(ctx, typed, yes)
	if err != nil {
		return nil, err
	}
	s := &subject{who: who, key: who.Key}
	address := ""
	if one && !strings.Contains(who.Key, "@") {
		// On shared domains the key is an address already.
		address = strings.ToLower(strings.TrimSpace(typed))
		if !strings.Contains(address, "@") {
			return nil, d.refusal(api.CodeWrong, words.NameAnAddress, words.NameAnAddressHint, "sender", who.Key, "address", who.Address)
		}
		s.key, s.one = address, true
	}
	if s.wishes, err = d.wishesOf(ctx, who.Key, address); err != nil {
		return nil, d.explainStore(err)
	}
	return s, nil
}

// at are the wishes for an address of the reader's, all for "".
func (s *subject) at(address string) []*wishes {
	var list []*wishes
	for _, w := range s.wishes {
		if address == "" || strings.EqualFold(address, w.recipient) {
			list = append(list, w)
		}
	}
	return list
}

// from is the address that the sender writes from.
func (s *subject) from(w *wishes) string {
	if s.one || len(w.addresses) == 0 {
		return s.key
	}
	return w.addresses[0]
}

// notice is what has to be shown before a yes.
func (d *Daemon) notice(s *subject, w *wishes, until *time.Time, in *words.Catalogue) notice.Notice {
	about := d.about(s, w)
	about.Days = d.policy.lapseDays()
	if until != nil {
		about.Until = *until
	}
	return notice.Compose(about, in)
}

// about is the subject of a notice.
func (d *Daemon) about(s *subject, w *wishes) *notice.Subject {
	about := &notice.Subject{
		Key: s.key, From: s.from(w), How: w.how, OneAddress: s.one, Address: w.recipient, Advertiser: w.advertised,
		Loads: w.loads, Jurisdiction: d.policy.jurisdiction(),
	}
	for _, id := range w.wanted() {
		about.Wants = append(about.Wants, notice.Want{Purpose: id, Vendors: w.vendors[id]})
	}
	for _, id := range w.named() {
		about.Vendors = append(about.Vendors, d.vendor(id, s.who.Key))
	}
	return about
}

// vendor says who a vendor is.
func (d *Daemon) vendor(id, key string) notice.Vendor {
	if host, ok := strings.CutPrefix(id, "host:"); ok {
		v := notice.Vendor{ID: id, Name: host}
		if own(host, key) {
			v.Trade = notice.OwnTrade
		}
		return v
	}
	known, ok := d.core.books.rules().Vendor(id)
	if !ok {
		return notice.Vendor{ID: id, Name: id}
	}
	v := notice.Vendor{ID: id, Name: known.Name, Trade: known.Role}
	if own(known.Domain, key) {
		v.Trade = notice.OwnTrade
	}
	return v
}

// own says that a host is of a sender's own domain.
func own(host, key string) bool {
	return host != "" && !strings.Contains(key, "@") && sender.OrgDomain(host) == key
}

// language is the catalogue of a language, or the daemon's own.
func (d *Daemon) language(tag string) *words.Catalogue {
	if tag == "" {
		return d.cfg.Words
	}
	return words.In(tag)
}

// under says that what is recorded for a key falls under a sender: it is its own
// key, or that of one address of its domain.
func under(recorded, key string) bool {
	if strings.EqualFold(recorded, key) {
		return true
	}
	_, domain, ok := strings.Cut(recorded, "@")
	return ok && !strings.Contains(recorded, " ") && !strings.Contains(key, "@") && sender.OrgDomain(domain) == key
}
