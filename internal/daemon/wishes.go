package daemon

import (
	"context"
	"encoding/hex"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/gate"
	"github.com/unseen-mail/unseen/internal/notice"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/rules/purpose"
)

const (
	// lookedThrough is how many of a sender's newest mails are looked through
	// for what they want to know.
	lookedThrough = 200
	// maxEvidence is how many of them a record names.
	maxEvidence = 5
	// maxNamed is how many names a sentence lists.
	maxNamed = 12
	// keptWishes is of how many senders the wishes are kept ready.
	keptWishes = 256
)

// wishes are what one sender wants to know of one address: the notice that a
// grant covers, and nothing beyond it. They are not changed once made.
type wishes struct {
	recipient string
	how       string
	// addresses are those the sender writes from, the newest first.
	addresses []string
	// vendors who would learn of it, by purpose.
	vendors map[purpose.ID][]string
	// advertised is whom the newest mail advertises for, "" if the sender itself.
	advertised string
	// loads are the kinds of loads, each once.
	loads    []notice.Load
	evidence []string
}

// A wishbook keeps the wishes of senders until another mail of theirs comes or the
// rules change. The zero wishbook is ready.
type wishbook struct {
	mu    sync.Mutex // guards what follows
	pages map[string]wishpage
}

// A wishpage is what was found, and what it was found in.
type wishpage struct {
	newest  int64
	edition string
	list    []*wishes
}

// wishesOf looks through a sender's mail for what it would report, by today's
// rules. Mail that does not say clearly whom it came to counts for nothing. An
// address leaves out mail from others of the same domain; "" leaves out nothing.
func (d *Daemon) wishesOf(ctx context.Context, key, address string) ([]*wishes, error) {
	newest, err := d.core.store.PlansBySender(ctx, key, 1)
	if err != nil || len(newest) == 0 {
		return nil, err
	}
	book, edition, name := &d.policy.wishes, d.core.books.rules().Edition(), key+"\n"+address
	book.mu.Lock()
	page, ok := book.pages[name]
	book.mu.Unlock()
	if ok && page.newest == newest[0].ID && page.edition == edition {
		return page.list, nil
	}
	page = wishpage{newest: newest[0].ID, edition: edition}
	if page.list, err = d.lookThrough(ctx, key, address); err != nil {
		return nil, err
	}
	book.mu.Lock()
	defer book.mu.Unlock()
	if book.pages == nil || len(book.pages) >= keptWishes {
		book.pages = make(map[string]wishpage)
	}
	book.pages[name] = page
	return page.list, nil
}

// lookThrough does the work of wishesOf.
func (d *Daemon) lookThrough(ctx context.Context, key, address string) ([]*wishes, error) {
	plans, err := d.core.store.PlansBySender(ctx, key, lookedThrough)
	if err != nil {
		return nil, err
	}
	var list []*wishes
	for _, p := range plans {
		m, err := d.core.mails.of(ctx, p)
		if err != nil {
			return nil, err
		}
		if !m.from.Authenticated || m.from.Key != key || !m.clear || m.to == "" || address != "" && m.from.Address != address {
			continue
		}
		list = d.collect(list, m, p)
	}
	return list, nil
}

// collect adds what one mail wants to know.
func (d *Daemon) collect(list []*wishes, m *mail, p *store.Plan) []*wishes {
	at := slices.IndexFunc(list, func(w *wishes) bool { return w.recipient == m.to })
	if at < 0 {
		at = len(list)
		list = append(list, &wishes{recipient: m.to, how: m.from.How, vendors: make(map[purpose.ID][]string), advertised: d.core.advertised(m)})
	}
	w, found, nothingGranted := list[at], false, new(gate.Gate)
	if !slices.Contains(w.addresses, m.from.Address) {
		w.addresses = append(w.addresses, m.from.Address)
	}
	for n := range m.plan.References {
		l := &load{mail: m, number: n}
		ref := &l.ref().Ref
		to, err := url.Parse(ref.URL)
		if err != nil || !ref.Remote {
			continue
		}
		if m.plan.References[n].Outcome == plan.Sealed {
			found = true
			j := d.core.question(l, to).Judgement
			w.add(gate.Vendor(&j, to.Hostname()), clicked(&j))
		}
		if !ref.Kind.Load() {
			continue
		}
		// With nothing granted: what is missing is what is wanted.
		said := nothingGranted.Decide(d.core.question(l, to), time.Now())
		if len(said.Missing) > 0 {
			found = true
			w.add(said.Vendor, said.Missing)
		}
	}
	for _, box := range receiptsTo(message.Header(m.plan.Header)) {
		found = true
		w.add(receiptVendor(box), []purpose.ID{purpose.Receipt})
	}
	if found && len(w.evidence) < maxEvidence {
		w.evidence = append(w.evidence, hex.EncodeToString(p.Header[:]))
	}
	return list
}

// clicked are the purposes of following a sealed link.
func clicked(j *detect.Judgement) []purpose.ID {
	if len(j.Purposes) > 0 {
		return j.Purposes
	}
	return []purpose.ID{purpose.Click}
}

// add adds what one load wants.
func (w *wishes) add(vendor string, purposes []purpose.ID) {
	for _, id := range purposes {
		if !slices.Contains(w.vendors[id], vendor) {
			w.vendors[id] = append(w.vendors[id], vendor)
			slices.Sort(w.vendors[id])
		}
	}
	known := func(l notice.Load) bool { return l.Vendor == vendor && slices.Equal(l.Purposes, purposes) }
	if !slices.ContainsFunc(w.loads, known) {
		w.loads = append(w.loads, notice.Load{Vendor: vendor, Purposes: slices.Clone(purposes)})
	}
}

// wanted are the purposes that are wanted, in the order of package purpose.
func (w *wishes) wanted() []purpose.ID {
	var list []purpose.ID
	for _, p := range purpose.All() {
		if len(w.vendors[p.ID]) > 0 {
			list = append(list, p.ID)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(w.vendors)) {
		if !slices.Contains(list, id) {
			list = append(list, id)
		}
	}
	return list
}

// named are all vendors, each once.
func (w *wishes) named() []string {
	var list []string
	for _, of := range w.vendors {
		list = append(list, of...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// containsFold says whether a list holds a word, in any case.
func containsFold(list []string, word string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, word) })
}

// sorted lists each name once.
func sorted(names []string) string {
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	if len(names) > maxNamed {
		return strings.Join(names[:maxNamed], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

// keysOf lists senders by their keys.
func keysOf(list []api.Sender) string {
	keys := make([]string, 0, len(list))
	for _, s := range list {
		keys = append(keys, s.Key)
	}
	return sorted(keys)
}

// drop forgets what was found.
func (b *wishbook) drop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pages = nil
}
