package twin

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/unseen-mail/unseen/detect/template"
)

// A Proof is what a comparison showed about all addresses of one form in the
// mail of one sender. It holds no address and no token, and carries over to
// single mails. In JSON, names are final.
type Proof struct {
	// Sender is the key of the sender, as package sender makes it.
	Sender string `json:"sender"`
	// Template is the form, as package template writes it.
	Template string `json:"template"`
	// Load says that it is of loads, not of links.
	Load bool `json:"load"`
	// Result is Individual or Aggregate.
	Result Result `json:"result"`
	// Slots are the variable parts that it rests on: for Individual those
	// that differed, for Aggregate those that look like an identifier and
	// did not.
	Slots []int `json:"slots"`
	// Part names the weightiest of them: "query id", "path".
	Part string `json:"part"`
	// Recipients is how many got copies that were compared.
	Recipients int `json:"recipients"`
	// Addresses is how many of the form there were.
	Addresses int `json:"addresses"`
	// Date is the day of the mailing, "2026-03-31"; "" if it has none.
	Date string `json:"date"`
}

// Proofs returns what the comparison proves about forms of addresses: those whose
// addresses were all individual, or all the same for everybody. It proves
// nothing if it is not certain that the copies are of one mailing.
func (r Report) Proofs() []Proof {
	if r.Sameness.Sure != Certain || r.Sender == "" {
		return nil
	}
	var order []proofKey
	found := make(map[proofKey]*Proof)
	mixed := make(map[proofKey]bool)
	for _, one := range r.References {
		if one.Result == Individual && !one.differs() {
			// It was taken to be so for the others, and proves nothing.
			continue
		}
		f := proofKey{one.Template, one.Kind.Load()}
		if found[f] == nil {
			found[f] = r.proof(one)
			order = append(order, f)
		}
		found[f].join(one)
		mixed[f] = mixed[f] || one.Result != found[f].Result
	}
	var out []Proof
	for _, f := range order {
		p := found[f]
		if !mixed[f] && len(p.Slots) > 0 && (p.Result == Individual || p.Result == Aggregate) {
			out = append(out, *p)
		}
	}
	return out
}

// differs says whether a part differs between the copies.
func (r Reference) differs() bool {
	return slices.ContainsFunc(r.Parts, func(p Part) bool { return p.Values > 1 })
}

// proof begins a proof with its first reference.
func (r Report) proof(first Reference) *Proof {
	p := &Proof{Sender: r.Sender, Template: first.Template, Load: first.Kind.Load(), Result: first.Result,
		Slots: first.proving(), Recipients: r.Recipients}
	if !r.Date.IsZero() {
		p.Date = r.Date.Format("2006-01-02")
	}
	if len(p.Slots) > 0 {
		p.Part = first.part(p.Slots[0])
	}
	return p
}

// join counts a reference in: what does not hold for it is not proven.
func (p *Proof) join(one Reference) {
	p.Addresses++
	slots := one.proving()
	p.Slots = slices.DeleteFunc(p.Slots, func(s int) bool { return !slices.Contains(slots, s) })
	if len(p.Slots) > 0 {
		p.Part = one.part(p.Slots[0])
	}
}

// proving returns the slots that speak for the result.
func (r Reference) proving() []int {
	var out []int
	for _, p := range r.Parts {
		switch {
		case !mayTell(p.Kind, p.End-p.Start):
		case r.Result == Individual && (p.Class == Person || p.Class == Sealed || p.Class == Delivery):
			out = append(out, p.Slot)
		case r.Result == Aggregate && p.Values == 1:
			out = append(out, p.Slot)
		}
	}
	return out
}

// mayTell says whether a part looks like an identifier. What differs of it may
// be short.
func mayTell(kind template.Kind, length int) bool {
	return template.Slot{Kind: kind, Value: "0000000000"[:min(10, max(length, 0))]}.Telling() || kind == template.Nested || kind == template.Number
}

// part names a slot.
func (r Reference) part(slot int) string {
	for _, p := range r.Parts {
		if p.Slot == slot && p.Name != "" {
			return string(p.Where) + " " + p.Name
		}
		if p.Slot == slot {
			return string(p.Where)
		}
	}
	return ""
}

// Covers says whether an address in a mail of a sender is of the proof's form,
// with something in each place that it rests on.
func (p Proof) Covers(sender, url string, load bool) bool {
	t, ok := template.Parse(url)
	return ok && p.covers(sender, t, load)
}

func (p Proof) covers(sender string, t template.Template, load bool) bool {
	if p.Sender != sender || p.Load != load || p.Template != t.Text {
		return false
	}
	for _, slot := range p.Slots {
		if slot < 0 || slot >= len(t.Slots) || p.Result == Individual && t.Slots[slot].Value == "" {
			return false
		}
	}
	return true
}

// Reason is a sentence for the reader.
func (p Proof) Reason() string {
	when := "a mailing"
	if p.Date != "" {
		when = "a mailing of " + p.Date
	}
	if p.Result == Aggregate {
		return fmt.Sprintf("In %s of this sender, %d recipients got the same addresses of this form.", when, p.Recipients)
	}
	return fmt.Sprintf("In %s of this sender, addresses of this form differed between %d recipients.", when, p.Recipients)
}

// Proofs are what is proven about senders, one for each form. The zero value is
// ready to use; it is not safe for writing by several goroutines.
type Proofs struct {
	// bySender is asked first: most senders have none, and then no address
	// needs to be taken apart.
	bySender map[string]map[proofKey]Proof
}

type proofKey struct {
	template string
	load     bool
}

// Add takes proofs in. Of two for one form the later one counts, of one day the
// one with more recipients.
func (b *Proofs) Add(proofs ...Proof) {
	if b.bySender == nil {
		b.bySender = make(map[string]map[proofKey]Proof)
	}
	for _, p := range proofs {
		forms := b.bySender[p.Sender]
		if forms == nil {
			forms = make(map[proofKey]Proof)
			b.bySender[p.Sender] = forms
		}
		key := proofKey{p.Template, p.Load}
		old, ok := forms[key]
		if !ok || cmp.Or(cmp.Compare(p.Date, old.Date), cmp.Compare(p.Recipients, old.Recipients)) >= 0 {
			forms[key] = p
		}
	}
}

// Find returns the proof that covers an address in a mail of a sender.
func (b *Proofs) Find(sender, url string, load bool) (Proof, bool) {
	if b == nil || b.bySender[sender] == nil {
		return Proof{}, false
	}
	t, ok := template.Parse(url)
	if !ok {
		return Proof{}, false
	}
	p, ok := b.bySender[sender][proofKey{t.Text, load}]
	return p, ok && p.covers(sender, t, load)
}

// Forget drops what is proven about a sender.
func (b *Proofs) Forget(sender string) { delete(b.bySender, sender) }

// All returns the proofs by sender and form, those of loads first.
func (b *Proofs) All() []Proof {
	out := []Proof{}
	for _, forms := range b.bySender {
		for _, p := range forms {
			out = append(out, p)
		}
	}
	kind := func(p Proof) string {
		if p.Load {
			return "a load"
		}
		return "link"
	}
	slices.SortFunc(out, func(a, b Proof) int {
		return cmp.Or(cmp.Compare(a.Sender, b.Sender), cmp.Compare(a.Template, b.Template), cmp.Compare(kind(a), kind(b)))
	})
	return out
}

// MarshalJSON writes the proofs as a list.
func (b *Proofs) MarshalJSON() ([]byte, error) { return json.Marshal(b.All()) }

// UnmarshalJSON adds the proofs of a list.
func (b *Proofs) UnmarshalJSON(text []byte) error {
	var list []Proof
	if err := json.Unmarshal(text, &list); err != nil {
		return fmt.Errorf("reading proofs: %w", err)
	}
	b.Add(list...)
	return nil
}
