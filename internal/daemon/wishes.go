package daemon

import (
	"context"
	"encoding/hex"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/gate"
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
)

// wishes are what one sender wants to know of one address: the notice that a
// grant covers, and nothing beyond it.
type wishes struct {
	recipient string
	how       string
	// vendors who would learn of it, by purpose.
	vendors  map[purpose.ID][]string
	evidence []string
}

// wishesOf looks through a sender's mail for what it would report, by today's
// rules. Mail that does not say clearly whom it came to counts for nothing.
func (d *Daemon) wishesOf(ctx context.Context, key string) ([]*wishes, error) {
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
		if !m.from.Authenticated || m.from.Key != key || !m.clear || m.to == "" {
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
		list = append(list, &wishes{recipient: m.to, how: m.from.How, vendors: make(map[purpose.ID][]string)})
	}
	w, found, nothingGranted := list[at], false, new(gate.Gate)
	for n := range m.plan.References {
		l := &load{mail: m, number: n}
		ref := &l.ref().Ref
		to, err := url.Parse(ref.URL)
		if err != nil || !ref.Remote || !ref.Kind.Load() {
			continue
		}
		// With nothing granted: what is missing is what is wanted.
		said := nothingGranted.Decide(d.core.question(l, to), time.Now())
		for _, id := range said.Missing {
			found = true
			if !slices.Contains(w.vendors[id], said.Vendor) {
				w.vendors[id] = append(w.vendors[id], said.Vendor)
			}
		}
	}
	if found && len(w.evidence) < maxEvidence {
		w.evidence = append(w.evidence, hex.EncodeToString(p.Header[:]))
	}
	return list
}

// purposes are those that a decision means: of what is wanted those it names,
// and for a refusal those it names in any case.
func (w *wishes) purposes(q api.Decision) []purpose.ID {
	var list []purpose.ID
	for _, id := range slices.Sorted(maps.Keys(w.vendors)) {
		if wants(q, id) {
			list = append(list, id)
		}
	}
	if q.Decision == "granted" {
		return list
	}
	for _, p := range q.Purposes {
		if id, err := purpose.Parse(p); err == nil && !slices.Contains(list, id) {
			list = append(list, id)
		}
	}
	return list
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
