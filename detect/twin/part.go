package twin

import "github.com/unseen-mail/unseen/detect/template"

// minCommon is how many characters values must share for the rest to be said to
// differ.
const minCommon = 4

// report makes of a row what is given to others.
func (c *comparison) report(r *row) Reference {
	f := r.first()
	out := Reference{Vector: f.Vector, Kind: f.Kind, Template: f.template.Text, Result: r.result, Reasons: r.reasons}
	for _, one := range r.all {
		out.Places = append(out.Places, one.place)
	}
	for i, s := range f.template.Slots {
		p := Part{Slot: i, Where: s.Place, Name: s.Name, Kind: s.Kind, Start: s.Start, End: s.End, Values: 1}
		if r.loose {
			out.Parts = append(out.Parts, p)
			continue
		}
		values := r.values(i)
		p.Values = distinct(values)
		p.Class = c.class(r, i, values)
		if p.Values > 1 {
			before, after := common(values)
			if before >= minCommon {
				p.Start += before
			}
			if after >= minCommon {
				p.End -= after
			}
		}
		out.Parts = append(out.Parts, p)
	}
	return out
}

// class says whose a slot is.
func (c *comparison) class(r *row, slot int, values []string) Class {
	others := c.others(r, slot)
	if distinct(values) == 1 {
		switch s := r.first().template.Slots[slot]; {
		case others.other:
			return Link
		case s.Kind == template.Word, s.Kind == template.Empty:
			return Fixed
		}
		return Mailing
	}
	switch {
	case c.times(r, slot):
		return Time
	case c.again(r, values):
		return Delivery
	case !c.apart(r, values):
		return Group
	case others.other && !others.equal:
		return Sealed
	}
	return Person
}

// A company is what other rows of a form have in a slot.
type company struct{ equal, other bool }

// others compares a slot with the same slot of other rows, in the copy of the
// first place.
func (c *comparison) others(r *row, slot int) company {
	if c.counts == nil {
		c.count()
	}
	f := r.first()
	all := c.counts[countKey{f.place.Copy, f.template.Text, -1, ""}]
	equal := c.counts[countKey{f.place.Copy, f.template.Text, slot, f.template.Slots[slot].Value}]
	return company{equal: equal > 1, other: all > equal}
}

// A countKey is a value in a slot of a form in one copy; slot -1 is the form.
type countKey struct {
	copy  int
	form  string
	slot  int
	value string
}

// count counts the rows that have a value.
func (c *comparison) count() {
	c.counts = make(map[countKey]int)
	for _, r := range c.rows {
		for _, m := range r.members {
			c.counts[countKey{m.place.Copy, m.template.Text, -1, ""}]++
			for i, s := range m.template.Slots {
				c.counts[countKey{m.place.Copy, m.template.Text, i, s.Value}]++
			}
		}
	}
}

// again says whether two copies to one recipient differ.
func (c *comparison) again(r *row, values []string) bool {
	had := make(map[int]string)
	for i, m := range r.members {
		who := c.copies[m.place.Copy].who
		if v, ok := had[who]; ok && v != values[i] {
			return true
		}
		had[who] = values[i]
	}
	return false
}

func distinct(values []string) int {
	seen := make(map[string]bool, len(values))
	for _, v := range values {
		seen[v] = true
	}
	return len(seen)
}

// common returns how many characters all values begin and end with.
func common(values []string) (before, after int) {
	first := values[0]
	before, after = len(first), len(first)
	for _, v := range values[1:] {
		n := 0
		for n < min(before, len(v)) && v[n] == first[n] {
			n++
		}
		before = n
		n = 0
		for n < min(after, len(v)) && v[len(v)-1-n] == first[len(first)-1-n] {
			n++
		}
		after = n
	}
	for _, v := range values {
		after = min(after, len(v)-before)
	}
	return before, max(after, 0)
}
