package twin

import "strings"

// A row is one address in all copies, or its counterparts.
type row struct {
	// members are one reference for each URL, of different copies; all are
	// every occurrence.
	members []*ref
	all     []*ref
	// who are the recipients that have it.
	who    map[int]bool
	copies map[int]bool
	// same says that the members have one URL.
	same bool
	// loose says that not even the forms of the members are the same.
	loose   bool
	result  Result
	reasons []string
	// proving are the slots that a verdict "individual" rests on.
	proving []int
}

func (r *row) first() *ref { return r.members[0] }

// load says whether the row is of loads rather than links.
func (r *row) load() bool { return r.first().Kind.Load() }

// align makes rows: first of equal addresses, then of those that only one
// recipient has, from the surest likeness to the loosest.
func (c *comparison) align() {
	rows := c.equal()
	var alone [][]*row
	alone = make([][]*row, len(c.copies))
	for _, r := range rows {
		if len(r.who) == 1 {
			at := r.first().place.Copy
			alone[at] = append(alone[at], r)
		}
	}
	var merged []*row
	for _, units := range alone {
		merged = append(merged, merge(merged, units)...)
	}
	gone := make(map[*row]bool)
	for _, units := range alone {
		for _, u := range units {
			gone[u] = true
		}
	}
	for _, r := range merged {
		delete(gone, r)
	}
	for _, r := range rows {
		if !gone[r] {
			c.rows = append(c.rows, r)
		}
	}
}

// equal makes a row for each address, in order.
func (c *comparison) equal() []*row {
	var rows []*row
	at := make(map[string]*row)
	for _, m := range c.copies {
		for _, r := range m.refs {
			key := "link " + r.URL
			if r.Kind.Load() {
				key = "load " + r.URL
			}
			one := at[key]
			if one == nil {
				one = &row{members: []*ref{r}, who: make(map[int]bool), copies: make(map[int]bool), same: true}
				at[key] = one
				rows = append(rows, one)
			}
			one.all = append(one.all, r)
			one.who[m.who], one.copies[r.place.Copy] = true, true
		}
	}
	return rows
}

// A likeness key says what two rows must have in common to be counterparts. It
// is "" for a row that the key does not suit. If it is exact, rows with one key
// are paired in order as far as they go, otherwise only if there are as many on
// both sides.
type pass struct {
	key   func(r *ref, signature string) string
	exact bool
}

// passes are tried in order; what one pairs, the next does not see.
func passes() []pass {
	near := func(r *ref) string { return r.before + "\x00" + r.after }
	return []pass{
		{func(r *ref, s string) string { return join(r.form(), r.text, s, near(r)) }, true},
		{func(r *ref, s string) string { return join(r.form(), r.text, s) }, false},
		{func(r *ref, _ string) string { return join(r.form(), r.text, near(r)) }, true},
		{func(r *ref, _ string) string { return join(r.form(), r.text) }, false},
		{func(r *ref, s string) string { return join(r.form(), s) }, false},
		{func(r *ref, _ string) string { return join(r.form(), near(r)) }, true},
		{func(r *ref, _ string) string { return join(r.form(), r.text, r.before) }, true},
		{func(r *ref, _ string) string { return join(r.form(), r.text, r.after) }, true},
		{func(r *ref, _ string) string { return join(r.form(), r.text) }, true},
		{func(r *ref, _ string) string { return r.form() }, false},
		{func(r *ref, _ string) string { return join(r.loose(), r.text, near(r)) }, true},
		{func(r *ref, _ string) string { return join(r.loose(), near(r)) }, true},
	}
}

func join(parts ...string) string { return strings.Join(parts, "\x01") }

// merge finds for each unit of a further copy its counterpart among the rows
// that have none of that copy, and returns the units that have none.
func merge(rows, units []*row) []*row {
	if len(units) == 0 {
		return nil
	}
	at := units[0].first().place.Copy
	var open []*row
	for _, r := range rows {
		if !r.copies[at] {
			open = append(open, r)
		}
	}
	left := units
	for _, p := range passes() {
		if len(open) == 0 || len(left) == 0 {
			break
		}
		pairs := p.pairs(open, left)
		taken := make(map[*row]bool, 2*len(pairs))
		for _, pair := range pairs {
			pair[0].take(pair[1])
			taken[pair[0]], taken[pair[1]] = true, true
		}
		open, left = without(open, taken), without(left, taken)
	}
	return left
}

// pairs finds counterparts by one key.
func (p pass) pairs(open, left []*row) [][2]*row {
	shared := sharedValues(open, left)
	buckets := make(map[string][]*row)
	for _, r := range open {
		key := p.key(r.first(), shared.signature(r.first()))
		buckets[key] = append(buckets[key], r)
	}
	units := make(map[string][]*row)
	var order []string
	for _, u := range left {
		key := p.key(u.first(), shared.signature(u.first()))
		if units[key] == nil {
			order = append(order, key)
		}
		units[key] = append(units[key], u)
	}
	var out [][2]*row
	for _, key := range order {
		a, b := buckets[key], units[key]
		if !p.exact && len(a) != len(b) {
			continue
		}
		for i := range min(len(a), len(b)) {
			out = append(out, [2]*row{a[i], b[i]})
		}
	}
	return out
}

// take makes a unit part of a row.
func (r *row) take(u *row) {
	r.loose = r.loose || r.first().template.Text != u.first().template.Text
	r.members = append(r.members, u.members...)
	r.all = append(r.all, u.all...)
	r.same = false
	for who := range u.who {
		r.who[who] = true
	}
	for at := range u.copies {
		r.copies[at] = true
	}
}

func without(rows []*row, taken map[*row]bool) []*row {
	var out []*row
	for _, r := range rows {
		if !taken[r] {
			out = append(out, r)
		}
	}
	return out
}

// shared are the values that stand in one slot of one form on both sides: they
// are the mailing's or the link's, and lead to the counterpart.
type shared map[string]uint8

const (
	inOpen uint8 = 1 << iota
	inLeft
)

func sharedValues(open, left []*row) shared {
	s := make(shared)
	for side, rows := range [][]*row{open, left} {
		for _, r := range rows {
			t := &r.first().template
			for i := range t.Slots {
				s[slotKey(t.Text, i, t.Slots[i].Value)] |= inOpen << side
			}
		}
	}
	return s
}

// signature is what a reference shares with the other side.
func (s shared) signature(r *ref) string {
	var out strings.Builder
	for i := range r.template.Slots {
		value := r.template.Slots[i].Value
		if s[slotKey(r.template.Text, i, value)] == inOpen|inLeft {
			out.WriteString(value)
		}
		out.WriteByte(0)
	}
	return out.String()
}

func slotKey(form string, slot int, value string) string {
	return form + "\x00" + string(rune(slot)) + "\x00" + value
}

// loose is a form without the names in the path: how many segments there are,
// and which parameters.
func (r *ref) loose() string {
	path, query, _ := strings.Cut(r.template.Text, "?")
	var keys strings.Builder
	for pair := range strings.SplitSeq(query, "&") {
		key, _, _ := strings.Cut(pair, "=")
		keys.WriteString(key + "&")
	}
	return string(r.Vector) + " " + r.template.Host + strings.Repeat("/", strings.Count(path, "/")) + keys.String()
}
