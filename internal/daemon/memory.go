package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/template"
	"github.com/unseen-mail/unseen/detect/twin"
	"github.com/unseen-mail/unseen/internal/store"
)

const (
	// keptMemories is of how many senders what is remembered is kept ready.
	keptMemories = 256
	// maxProofs is how many forms of one sender's addresses something is proven of.
	maxProofs = 256
)

// A memory is what mail upon mail showed about the addresses of senders. What a
// sender's mail shows counts for mail of that sender alone, and what nobody vouches
// for counts for such mail alone.
type memory struct {
	core *core
	// key is of the hashes by which values are compared.
	key [32]byte
	// queue holds mails that were not learnt from yet.
	queue chan *mail

	mu sync.RWMutex // guards what follows
	// ready are the senders that were asked about last, in that order.
	ready map[string]*remembered
	order []string
	// changed are those that are not stored as they are.
	changed map[string]*remembered
	// mailings are mails that may be copies, and are not stored yet.
	mailings []store.Mailing
}

// remembered is what is known of one sender.
type remembered struct {
	sender  string
	vouched bool
	history template.History
	proofs  twin.Proofs
}

// A wireMemory is how it is stored.
type wireMemory struct {
	History []byte `cbor:"1,keyasint"`
	Proofs  []byte `cbor:"2,keyasint"`
}

func newMemory(c *core) (*memory, error) {
	key, err := c.store.MemoryKey()
	return &memory{core: c, key: key, queue: make(chan *mail, learnQueue),
		ready: make(map[string]*remembered), changed: make(map[string]*remembered)}, err
}

// name is what a mail's sender is kept under, "" if nobody can be named.
func (m *memory) name(of *mail) string {
	if of.from.Key == "" {
		return ""
	}
	return strconv.FormatBool(of.from.Authenticated) + " " + of.from.Key
}

// facts are those of a mail with what other mail of its sender showed.
func (c *core) facts(m *mail) detect.Facts {
	facts := m.facts
	if c.memory == nil || m.from.Key == "" {
		return facts
	}
	of, err := c.memory.find(m.from.Key, m.from.Authenticated)
	if err != nil {
		c.log.Warn("what earlier mail showed is not known", "err", err)
		return facts
	}
	facts.Memory = recollection{c.memory, of}
	return facts
}

// find returns what is known of a sender; it is empty at first.
func (m *memory) find(sender string, vouched bool) (*remembered, error) {
	name := strconv.FormatBool(vouched) + " " + sender
	m.mu.RLock()
	found := m.ready[name]
	m.mu.RUnlock()
	if found != nil {
		return found, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), planTime)
	defer cancel()
	made := &remembered{sender: sender, vouched: vouched, history: template.History{Key: m.key}}
	body, err := m.core.store.Memory(ctx, sender, vouched)
	if err != nil {
		return nil, err
	}
	if body != nil {
		if err := made.read(body); err != nil {
			// It is learnt anew.
			m.core.log.Warn("what earlier mail showed cannot be read", "err", err)
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if found := m.ready[name]; found != nil {
		return found, nil
	}
	m.ready[name] = made
	if m.order = append(m.order, name); len(m.order) > keptMemories {
		m.drop()
	}
	return made, nil
}

// drop lets go of the sender that was asked about first and is stored as it is.
func (m *memory) drop() {
	for i, name := range m.order {
		if m.changed[name] == nil {
			delete(m.ready, name)
			m.order = slices.Delete(m.order, i, i+1)
			return
		}
	}
}

// read reads what was stored.
func (r *remembered) read(body []byte) error {
	var w wireMemory
	if err := cbor.Unmarshal(body, &w); err != nil {
		return fmt.Errorf("reading memory: %w", err)
	}
	if err := r.history.UnmarshalBinary(w.History); err != nil {
		return err
	}
	return json.Unmarshal(w.Proofs, &r.proofs)
}

// write writes it as it is stored.
func (r *remembered) write() ([]byte, error) {
	history, err := r.history.MarshalBinary()
	if err != nil {
		return nil, err
	}
	proofs, err := json.Marshal(&r.proofs)
	if err != nil {
		return nil, err
	}
	return cbor.Marshal(wireMemory{History: history, Proofs: proofs})
}

// A recollection answers for one sender. It implements [detect.Memory].
type recollection struct {
	memory *memory
	of     *remembered
}

// Proof implements [detect.Memory]. A mail that nobody vouches for proves nothing
// in a sender's favour.
func (r recollection) Proof(url string, load bool) (twin.Proof, bool) {
	r.memory.mu.RLock()
	defer r.memory.mu.RUnlock()
	p, ok := r.of.proofs.Find(r.of.sender, url, load)
	return p, ok && (r.of.vouched || p.Result == twin.Individual)
}

// Learned implements [detect.Memory].
func (r recollection) Learned(url string) (template.Learned, bool) {
	r.memory.mu.RLock()
	defer r.memory.mu.RUnlock()
	return r.of.history.Look(r.of.sender, url)
}

// forget drops what is known of a sender, before the store destroys it.
func (m *memory) forget(sender string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, vouched := range []string{"true ", "false "} {
		name := vouched + sender
		delete(m.ready, name)
		delete(m.changed, name)
		m.order = slices.DeleteFunc(m.order, func(s string) bool { return s == name })
	}
	m.mailings = slices.DeleteFunc(m.mailings, func(one store.Mailing) bool { return one.Sender == sender })
}

// flush stores what changed.
func (m *memory) flush(ctx context.Context) error {
	m.mu.Lock()
	changed, mailings := m.changed, m.mailings
	m.changed, m.mailings = make(map[string]*remembered), nil
	list := make([]store.Memory, 0, len(changed))
	var err error
	for _, r := range changed {
		one := store.Memory{Sender: r.sender, Vouched: r.vouched}
		if one.Body, err = r.write(); err != nil {
			break
		}
		list = append(list, one)
	}
	m.mu.Unlock()
	if err != nil || len(list)+len(mailings) == 0 {
		return err
	}
	if err := m.core.store.Remember(ctx, list, mailings); err != nil {
		m.mu.Lock()
		defer m.mu.Unlock()
		// They are stored the next time, if nobody forgot them meanwhile.
		for name, r := range changed {
			if m.ready[name] == r {
				m.changed[name] = r
			}
		}
		return err
	}
	return nil
}

// limit drops the oldest proofs where there are too many.
func (r *remembered) limit() {
	all := r.proofs.All()
	if len(all) <= maxProofs {
		return
	}
	slices.SortStableFunc(all, func(a, b twin.Proof) int { return strings.Compare(b.Date, a.Date) })
	r.proofs = twin.Proofs{}
	r.proofs.Add(all[:maxProofs]...)
}

// dayOf is a day as proofs have it.
func dayOf(at time.Time) string { return at.UTC().Format("2006-01-02") }
