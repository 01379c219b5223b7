package twin

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/unseen-mail/unseen/detect/template"
)

// judge gives each row its result.
func (c *comparison) judge() {
	var rest []*row
	for _, r := range c.rows {
		switch {
		case r.same && len(r.who) == c.recipients:
			r.result, r.reasons = Aggregate, []string{whyAggregate(c.recipients)}
		case r.same && len(r.who) > 1:
			r.result, r.reasons = Variant, []string{whyGroup(len(r.who), c.recipients)}
		case c.leaks(r):
			r.result, r.reasons = Individual, []string{whyOwn()}
		default:
			rest = append(rest, r)
		}
	}
	content := c.contents()
	recurring := recurrences(rest)
	for _, r := range rest {
		if len(r.who) < 2 {
			r.result, r.reasons = Unaligned, []string{whyUnaligned()}
			continue
		}
		c.differ(r, content, recurring)
	}
	c.byPlace()
	c.byForm()
}

// byPlace takes what has no counterpart of its own for a variant, if in its place
// others got an address that several of them share.
func (c *comparison) byPlace() {
	key := func(r *ref) string { return join(r.loose(), r.text, r.before, r.after) }
	groups := make(map[string]*row)
	for _, r := range c.rows {
		if r.same && r.result == Variant {
			groups[key(r.first())] = r
		}
	}
	for _, r := range c.rows {
		g := groups[key(r.first())]
		if r.result != Unaligned || g == nil {
			continue
		}
		apart := true
		for at := range r.copies {
			apart = apart && !g.copies[at]
		}
		if apart {
			r.result, r.reasons = Variant, []string{whyPlace(len(g.who))}
		}
	}
}

// leaks says whether each address carries the address of whom it was sent to.
func (c *comparison) leaks(r *row) bool {
	for _, m := range r.members {
		if l, ok := c.copies[m.place.Copy].finder.Find(m.URL); !ok || l.Weak {
			return false
		}
	}
	return true
}

// contents are the places in which addresses of a form differ though all
// recipients have them: what differs there names content.
func (c *comparison) contents() map[string]bool {
	out := make(map[string]bool)
	for _, r := range c.rows {
		if r.result != Aggregate && r.result != Variant {
			continue
		}
		t := &r.first().template
		for i := range t.Slots {
			if t.Slots[i].Telling() {
				out[slotKey(t.Text, i, "")] = true
			}
		}
	}
	return out
}

// recurrences counts in how many rows a value stands in the slots of a form.
func recurrences(rows []*row) map[string]int {
	out := make(map[string]int)
	for _, r := range rows {
		for _, m := range r.members {
			for i := range m.template.Slots {
				out[slotKey(m.template.Text, i, m.template.Slots[i].Value)]++
			}
		}
	}
	return out
}

// differ judges a row of counterparts with different addresses.
func (c *comparison) differ(r *row, content map[string]bool, recurring map[string]int) {
	if r.loose {
		r.result, r.reasons = Variant, []string{whyWords()}
		return
	}
	form := &r.first().template
	clock, words, numbered := false, false, false
	for i := range form.Slots {
		values := r.values(i)
		switch {
		case !c.apart(r, values):
		case c.times(r, i):
			clock = true
		case content[slotKey(form.Text, i, "")] && !c.repeats(r, i, recurring):
			numbered = true
		case r.unlike() && namesContent(r, i) && !c.repeats(r, i, recurring):
			words = true
		case tellingRow(r, i) || len(r.who) >= 4:
			r.proving = append(r.proving, i)
		default:
			words = true
		}
	}
	switch {
	case len(r.proving) > 0:
		r.result, r.reasons = Individual, []string{whyIndividual(len(r.who), form.Slots[r.proving[0]])}
	case clock:
		r.result, r.reasons = Variant, []string{whyTime()}
	case numbered:
		r.result, r.reasons = Variant, []string{whyContent()}
	case words:
		r.result, r.reasons = Variant, []string{whyWords()}
	default:
		r.result, r.reasons = Variant, []string{whyMixed()}
	}
}

// unlike says whether the members show different things to a person: then they
// may well be other content in the same place.
func (r *row) unlike() bool {
	for _, m := range r.members[1:] {
		if m.text != r.first().text && m.text != "" && r.first().text != "" {
			return true
		}
	}
	return false
}

// namesContent says whether a slot is of the kind by which content is named as
// often as people: a number, or anything in a picture's address.
func namesContent(r *row, slot int) bool {
	return r.load() || r.first().template.Slots[slot].Kind == template.Number
}

// values returns what stands in a slot, member by member.
func (r *row) values(slot int) []string {
	out := make([]string, len(r.members))
	for i, m := range r.members {
		out[i] = m.template.Slots[slot].Value
	}
	return out
}

// apart says whether no two recipients share a value.
func (c *comparison) apart(r *row, values []string) bool {
	owner := make(map[string]int, len(values))
	for i, v := range values {
		who := c.copies[r.members[i].place.Copy].who
		if other, ok := owner[v]; ok && other != who {
			return false
		}
		owner[v] = who
	}
	return len(owner) > 1
}

// repeats says whether each value stands in other rows too, and so names
// something else than one link.
func (c *comparison) repeats(r *row, slot int, recurring map[string]int) bool {
	for _, m := range r.members {
		if recurring[slotKey(m.template.Text, slot, m.template.Slots[slot].Value)] < 2 {
			return false
		}
	}
	return true
}

// tellingRow says whether each value of a slot could name a person.
func tellingRow(r *row, slot int) bool {
	for _, m := range r.members {
		if !isTelling(m.template.Slots[slot], 0) {
			return false
		}
	}
	return !nestedAlike(r, slot)
}

// isTelling looks into addresses within addresses too, two deep.
func isTelling(s template.Slot, depth int) bool {
	if s.Kind != template.Nested || depth > 2 {
		return s.Telling()
	}
	inner, err := url.QueryUnescape(s.Value)
	if err != nil {
		inner = s.Value
	}
	t, ok := template.Parse(inner)
	if !ok {
		return false
	}
	for _, slot := range t.Slots {
		if isTelling(slot, depth+1) {
			return true
		}
	}
	return false
}

// nestedAlike says whether addresses within addresses differ in nothing that is
// telling: then they lead to different pages, no more.
func nestedAlike(r *row, slot int) bool {
	if r.first().template.Slots[slot].Kind != template.Nested {
		return false
	}
	seen := make(map[string]bool)
	for _, m := range r.members {
		inner, err := url.QueryUnescape(m.template.Slots[slot].Value)
		if err != nil {
			return false
		}
		t, _ := template.Parse(inner)
		key := ""
		for _, s := range t.Slots {
			if isTelling(s, 1) {
				key += s.Value + "\x00"
			}
		}
		seen[key] = true
	}
	return len(seen) < len(r.members)
}

// near is how far from a mail's date a time in it is still about its sending.
const near = 72 * time.Hour

// times says whether a slot holds when the mails were made.
func (c *comparison) times(r *row, slot int) bool {
	for _, m := range r.members {
		s := m.template.Slots[slot]
		at, ok := s.Time()
		if !ok && s.Kind == template.Hex && len(s.Value) == 8 {
			n, err := strconv.ParseInt(s.Value, 16, 64)
			at, ok = time.Unix(n, 0), err == nil
		}
		date := c.copies[m.place.Copy].date
		if !ok || date.IsZero() || at.Sub(date).Abs() > near {
			return false
		}
	}
	return true
}

// byForm takes what has no counterpart for what all others of its form are.
func (c *comparison) byForm() {
	type tally struct{ individual, other int }
	forms := make(map[string]*tally)
	key := func(r *row) string { return fmt.Sprint(r.load(), r.first().template.Text) }
	for _, r := range c.rows {
		t := forms[key(r)]
		if t == nil {
			t = &tally{}
			forms[key(r)] = t
		}
		switch r.result {
		case Individual:
			t.individual++
		case Aggregate, Variant:
			t.other++
		}
	}
	for _, r := range c.rows {
		if t := forms[key(r)]; r.result == Unaligned && t.individual > 0 && t.other == 0 {
			r.result, r.reasons = Individual, []string{whyForm(t.individual)}
		}
	}
}
