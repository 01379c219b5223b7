package daemon

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// keptMails is how many mails are kept ready to decide on.
const keptMails = 128

// A mail is what a decision needs to know of one message: its plan, and who
// sent it to whom. It is never changed, but for what it keeps ready.
type mail struct {
	id      int64
	account store.Account
	plan    *plan.Plan
	from    sender.Sender
	to      string
	clear   bool
	facts   detect.Facts
	// choices are the links that stand beside a choice, by the rules that were
	// asked last; nil before that.
	choices atomic.Pointer[besides]
}

// besides are the links of a mail that stand beside one for a choice.
type besides struct {
	edition string
	// links are by the number of the reference.
	links map[int]bool
}

// beside says whether a link of the mail stands beside one for a choice.
func (m *mail) beside(number int, judge *detect.Judge) bool {
	known := m.choices.Load()
	if known == nil || known.edition != judge.Catalogue.Edition() {
		known = m.besides(judge)
		m.choices.Store(known)
	}
	return known.links[number]
}

// besides asks the rules. Links of one text stand beside each other.
func (m *mail) besides(judge *detect.Judge) *besides {
	out := &besides{edition: judge.Catalogue.Edition(), links: make(map[int]bool)}
	var judged []detect.Judgement
	var at []int
	end := func() {
		for i, is := range detect.Beside(judged) {
			if is {
				out.links[at[i]] = true
			}
		}
		judged, at = nil, nil
	}
	for i := range m.plan.References {
		r := &m.plan.References[i]
		if i > 0 && r.Section != m.plan.References[i-1].Section {
			end()
		}
		if r.Ref.Kind == reference.Link {
			judged, at = append(judged, judge.Judge(r.Ref, m.facts)), append(at, i)
		}
	}
	end()
	return out
}

// name is what permits call the message.
func (m *mail) name() string { return hex.EncodeToString(m.plan.HeaderSHA256[:]) }

// mails keeps the last mails that were asked for.
type mails struct {
	core *core

	mu    sync.Mutex // guards what follows
	ready map[int64]*mail
	order []int64
}

func newMails(c *core) *mails { return &mails{core: c, ready: make(map[int64]*mail)} }

// of returns the mail of a stored plan.
func (m *mails) of(ctx context.Context, p *store.Plan) (*mail, error) {
	m.mu.Lock()
	found := m.ready[p.ID]
	m.mu.Unlock()
	if found != nil && found.plan.Complete == p.Complete {
		return found, nil
	}
	made, err := m.core.read(ctx, p)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ready[p.ID] == nil {
		m.order = append(m.order, p.ID)
	}
	m.ready[p.ID] = made
	if len(m.order) > keptMails {
		delete(m.ready, m.order[0])
		m.order = slices.Delete(m.order, 0, 1)
	}
	return made, nil
}

// planOf returns a stored plan and nothing else, for who serves a message by it: to
// say who wrote it and what it shows takes several times as long.
func (m *mails) planOf(p *store.Plan) (*plan.Plan, error) {
	m.mu.Lock()
	found := m.ready[p.ID]
	m.mu.Unlock()
	if found != nil && found.plan.Complete == p.Complete {
		return found.plan, nil
	}
	decoded := new(plan.Plan)
	if err := decoded.UnmarshalBinary(p.Body); err != nil {
		return nil, fmt.Errorf("reading plan %d: %w", p.ID, err)
	}
	return decoded, nil
}

// read makes a mail of a stored plan.
func (c *core) read(ctx context.Context, p *store.Plan) (*mail, error) {
	account, ok, err := c.store.AccountByID(ctx, p.Account)
	if err != nil {
		return nil, err
	}
	if !ok {
		// A disconnected account is still there, and what was decided holds for
		// mail that its programs keep. Of one that is not, the addresses can be
		// given back, and nothing is released: nobody vouches for its senders.
		account = store.Account{ID: p.Account}
	}
	decoded := new(plan.Plan)
	if err := decoded.UnmarshalBinary(p.Body); err != nil {
		return nil, fmt.Errorf("reading plan %d: %w", p.ID, err)
	}
	header := message.Header(decoded.Header)
	m := c.mailOf(account, decoded, header)
	m.id = p.ID
	refs := make([]reference.Reference, 0, len(decoded.References))
	for i := range decoded.References {
		refs = append(refs, decoded.References[i].Ref)
	}
	judge := c.books.judge()
	m.facts = detect.Gather(header, refs, m.to)
	m.facts.Leaks = judge.Finder(m.facts.Recipient)
	m.facts.Authentication = judge.Authenticating(header.Text("Subject"), nil, refs)
	if c.memory != nil {
		c.memory.learn(m)
	}
	return m, nil
}

// mailOf says who sent a planned message to whom. It gathers no facts.
func (c *core) mailOf(a store.Account, p *plan.Plan, header message.HeaderFields) *mail {
	m, provider := &mail{account: a, plan: p}, c.provider(a)
	if p.HeaderCut() {
		// What was not kept may hold a second From or another stamp.
		provider = catalogue.Provider{}
	}
	m.from = c.verified(sender.Identify(header, provider), provider, p)
	m.to, m.clear = sender.Recipient(header, provider, a.Address)
	return m
}

// provider is who keeps an account's mailbox: whoever runs its IMAP server. Its
// address says so only where the catalogue does not know the servers, for mail
// of one provider may be kept by another that anybody can write headers at.
func (c *core) provider(a store.Account) catalogue.Provider {
	p, ok := c.books.rules().Provider(a.IMAP.Host)
	if !ok {
		if byAddress, known := c.books.rules().Provider(a.Address); known && len(byAddress.IMAP) == 0 {
			p = byAddress
		}
	}
	if by := c.confirmed.of(&a); by != "" {
		p.AuthServIDs = []string{by}
		if p.Stamps != catalogue.StampsDMARC {
			p.Stamps = catalogue.StampsDKIMSPF
		}
	}
	return p
}
