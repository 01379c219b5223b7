package store

import (
	"slices"
	"time"
)

// Outcomes counts loads by what became of them.
type Outcomes struct {
	// Held were answered here, Released fetched, Copies answered from a copy, Failed
	// fetched in vain.
	Held, Released, Copies, Failed int
}

// add counts loads of one outcome; others than these four are not counted.
func (o *Outcomes) add(outcome string, n int) {
	switch outcome {
	case "held":
		o.Held += n
	case "released":
		o.Released += n
	case "copy":
		o.Copies += n
	case "failed":
		o.Failed += n
	}
}

// plus adds others.
func (o *Outcomes) plus(more Outcomes) {
	o.Held += more.Held
	o.Released += more.Released
	o.Copies += more.Copies
	o.Failed += more.Failed
}

// A load is what of an event is counted.
type load struct {
	at               int64
	outcome, verdict string
	plan             int64
	// known says that there is such a plan. No event names a plan that comes later.
	known bool
	// names are a vendor, a sender, a vector and purposes.
	names [4]string
}

// asks says that it tells readers apart, or may.
func (l *load) asks() bool { return l.verdict == "tracker" || l.verdict == "suspected" }

// sums are loads, added up by the quarter of an hour, by name and by mail. They grow
// by events and by hours that were summed before; the order does not matter.
type sums struct {
	quarters map[int64]*quarter
	names    [4]names
	mails    planSet
	// brief leaves out names and mails.
	brief bool
}

// A quarter counts the loads of a quarter of an hour.
type quarter struct {
	Outcomes
	asking int
}

// names counts by name.
type names struct {
	at   map[string]int
	rows []Tally
}

func newSums() *sums {
	s := &sums{quarters: make(map[int64]*quarter), mails: make(planSet)}
	for i := range s.names {
		s.names[i].at = make(map[string]int)
	}
	return s
}

// add counts a load.
func (s *sums) add(l *load) {
	q := s.quarter(l.at / SliceLength.Milliseconds())
	q.add(l.outcome, 1)
	asks := l.asks()
	if asks {
		q.asking++
	}
	if s.brief {
		return
	}
	if l.plan > 0 {
		s.mails.add(l.plan, marks(asks, asks && l.outcome == "released", l.known))
	}
	if !asks {
		return
	}
	for i, name := range l.names {
		if name != "" {
			s.names[i].row([]byte(name)).add(l.outcome, 1)
		}
	}
}

// quarter is the count of a quarter of an hour, by its number since 1970.
func (s *sums) quarter(number int64) *quarter {
	q := s.quarters[number]
	if q == nil {
		q = &quarter{}
		s.quarters[number] = q
	}
	return q
}

// row is the count of a name.
func (n *names) row(name []byte) *Outcomes {
	at, ok := n.at[string(name)]
	if !ok {
		at = len(n.rows)
		n.rows = append(n.rows, Tally{Name: string(name)})
		n.at[n.rows[at].Name] = at
	}
	return &n.rows[at].Outcomes
}

// slices are the quarters in which something was, in order.
func (s *sums) slices() []Slice {
	list := make([]Slice, 0, len(s.quarters))
	for number, q := range s.quarters {
		if *q == (quarter{}) {
			continue // only what is not counted
		}
		begin := time.UnixMilli(number * SliceLength.Milliseconds()).UTC()
		list = append(list, Slice{Begin: begin, Outcomes: q.Outcomes, Asking: q.asking})
	}
	slices.SortFunc(list, func(a, b Slice) int { return a.Begin.Compare(b.Begin) })
	return list
}

// What a mail did.
const (
	didLoad byte = 1 << iota
	didAsk
	didTell
	isKnown
)

// marks are those of a load.
func marks(asks, tells, known bool) byte {
	m := didLoad
	for _, one := range [...]struct {
		is   bool
		mark byte
	}{{asks, didAsk}, {tells, didTell}, {known, isKnown}} {
		if one.is {
			m |= one.mark
		}
	}
	return m
}

// planPage is how many plans stand together in a planSet: their IDs are dense.
const planPage = 1024

// A planSet holds marks of plans, by ID.
type planSet map[int64]*[planPage]byte

// add puts marks on a plan.
func (p planSet) add(id int64, marks byte) {
	page := p[id/planPage]
	if page == nil {
		page = new([planPage]byte)
		p[id/planPage] = page
	}
	page[id%planPage] |= marks
}

// each goes through the marked plans, by ID.
func (p planSet) each(do func(id int64, marks byte)) {
	pages := make([]int64, 0, len(p))
	for number := range p {
		pages = append(pages, number)
	}
	slices.Sort(pages)
	for _, number := range pages {
		for i, m := range p[number] {
			if m != 0 {
				do(number*planPage+int64(i), m)
			}
		}
	}
}
