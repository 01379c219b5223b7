package study

import (
	"hash/maphash"
	"slices"
)

// hidden are the columns whose values may tell of those who showed them.
var hidden = []string{"sender_etld1", "host", "etld1", "cname_etld1", "url_template"}

// A Suppression says what was left out of a dataset so that nobody is told of.
type Suppression struct {
	// K is how many participants must show a value, and Participants how many there
	// are.
	K            int `json:"k"`
	Participants int `json:"participants"`
	// Messages and Rows are how many of each table there are; none is left out.
	Messages int `json:"messages"`
	Rows     int `json:"rows"`
	// Columns say what was left out of each column.
	Columns []Suppressed `json:"columns"`
}

// Suppressed says what was left out of one column.
type Suppressed struct {
	// Column is its name.
	Column string `json:"column"`
	// Values are how many values there were, Hidden how many of them were left out.
	Values int `json:"values"`
	Hidden int `json:"values_suppressed"`
	// Cells are how many cells had a value, HiddenCells how many lost it.
	Cells       int `json:"cells"`
	HiddenCells int `json:"cells_suppressed"`
}

// A suppressor leaves out what fewer than k participants show. It is shown everything
// first.
type suppressor struct {
	k     int
	seed  maphash.Seed
	who   map[string]uint16
	shown map[uint64][]uint16
	gone  map[uint64]bool
	told  Suppression
}

// newSuppressor returns a suppressor that was shown nothing.
func newSuppressor(k int) *suppressor {
	s := &suppressor{k: k, seed: maphash.MakeSeed(), who: make(map[string]uint16), shown: make(map[uint64][]uint16), gone: make(map[uint64]bool)}
	for _, name := range hidden {
		s.told.Columns = append(s.told.Columns, Suppressed{Column: name})
	}
	s.told.K = k
	return s
}

// at names a value of a column.
func (s *suppressor) at(column int, value string) uint64 {
	return maphash.String(s.seed, hidden[column]+"\x00"+value)
}

// cells calls each with every cell that may be left out, by its column.
func cells(r *Record, each func(column int, cell **string)) {
	each(0, &r.Message.SenderETLD1)
	for i := range r.Observations {
		o := &r.Observations[i]
		for column, cell := range []**string{&o.SenderETLD1, &o.Host, &o.ETLD1, &o.CNAMEETLD1, &o.URLTemplate} {
			each(column, cell)
		}
	}
}

// show shows a mail of a participant.
func (s *suppressor) show(r *Record) {
	holder := text(r.Message.Mailbox)
	id, ok := s.who[holder]
	if !ok {
		id = uint16(len(s.who))
		s.who[holder] = id
	}
	s.told.Messages++
	s.told.Rows += len(r.Observations)
	cells(r, func(column int, cell **string) {
		if *cell == nil {
			return
		}
		at := s.at(column, **cell)
		seen, known := s.shown[at]
		if !known {
			s.told.Columns[column].Values++
		}
		if len(seen) < s.k && !slices.Contains(seen, id) {
			s.shown[at] = append(seen, id)
		}
	})
}

// hide leaves out of a mail what may not be told.
func (s *suppressor) hide(r *Record) {
	s.told.Participants = len(s.who)
	cells(r, func(column int, cell **string) {
		if *cell == nil {
			return
		}
		told := &s.told.Columns[column]
		told.Cells++
		if at := s.at(column, **cell); len(s.shown[at]) < s.k {
			told.HiddenCells++
			if !s.gone[at] {
				s.gone[at] = true
				told.Hidden++
			}
			*cell = nil
		}
	})
	if r.Message.SenderETLD1 == nil {
		r.Message.Country = nil
	}
	r.Message.Mailbox = nil
}
