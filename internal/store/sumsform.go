package store

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
	"strings"
)

// The form of an hour: a CRC of what follows, a number of the form, the quarters, names
// of four kinds in order, plans in order as distances from the one before. Equal sums
// are equal octets. An hour of another form is made anew, so the form may change.
const hourForm = 1

// errHour says that an hour cannot be read. It is summed again.
var errHour = errors.New("store: an hour of sums is damaged")

// quartersOfHour are the quarters of an hour.
const quartersOfHour = 4

// encode writes sums of one hour.
func (s *sums) encode(hour int64) []byte {
	b := []byte{0, 0, 0, 0, hourForm}
	for i := range int64(quartersOfHour) {
		var q quarter
		if known := s.quarters[hour*quartersOfHour+i]; known != nil {
			q = *known
		}
		b = appendOutcomes(b, &q.Outcomes)
		b = binary.AppendUvarint(b, uint64(q.asking))
	}
	for i := range s.names {
		rows := slices.Clone(s.names[i].rows)
		slices.SortFunc(rows, func(a, b Tally) int { return strings.Compare(a.Name, b.Name) })
		b = binary.AppendUvarint(b, uint64(len(rows)))
		for n := range rows {
			b = binary.AppendUvarint(b, uint64(len(rows[n].Name)))
			b = append(b, rows[n].Name...)
			b = appendOutcomes(b, &rows[n].Outcomes)
		}
	}
	last := int64(0)
	s.mails.each(func(id int64, marks byte) {
		b = append(binary.AppendUvarint(b, uint64(id-last)), marks)
		last = id
	})
	binary.BigEndian.PutUint32(b, crc32.ChecksumIEEE(b[4:]))
	return b
}

func appendOutcomes(b []byte, o *Outcomes) []byte {
	for _, n := range [...]int{o.Held, o.Released, o.Copies, o.Failed} {
		b = binary.AppendUvarint(b, uint64(n))
	}
	return b
}

// whole says that an hour is as it was written, in the form of today.
func whole(body []byte) bool {
	return len(body) > 5 && body[4] == hourForm && binary.BigEndian.Uint32(body) == crc32.ChecksumIEEE(body[4:])
}

// plus adds what encode wrote.
func (s *sums) plus(hour int64, body []byte) error {
	if !whole(body) {
		return errHour
	}
	r := &hourReader{rest: body[5:]}
	for i := range int64(quartersOfHour) {
		o, asking := r.outcomes(), r.number()
		if o == (Outcomes{}) && asking == 0 {
			continue
		}
		q := s.quarter(hour*quartersOfHour + i)
		q.plus(o)
		q.asking += asking
	}
	if s.brief {
		return r.err
	}
	for i := range s.names {
		for n := r.number(); n > 0 && r.err == nil; n-- {
			name := r.text()
			o := r.outcomes()
			if r.err == nil {
				s.names[i].row(name).plus(o)
			}
		}
	}
	for id := int64(0); len(r.rest) > 0 && r.err == nil; {
		id += int64(r.number())
		if marks := r.octet(); r.err == nil && id > 0 {
			s.mails.add(id, marks)
		}
	}
	return r.err
}

// An hourReader reads an hour; its error stays.
type hourReader struct {
	rest []byte
	err  error
}

// maxNumber is more than is ever counted.
const maxNumber = 1 << 40

func (r *hourReader) number() int {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 || v > maxNumber {
		r.err, r.rest = errHour, nil
		return 0
	}
	r.rest = r.rest[n:]
	return int(v)
}

func (r *hourReader) outcomes() Outcomes {
	return Outcomes{Held: r.number(), Released: r.number(), Copies: r.number(), Failed: r.number()}
}

// text returns a part of what is read.
func (r *hourReader) text() []byte {
	n := r.number()
	if n > len(r.rest) {
		r.err, r.rest = errHour, nil
		return nil
	}
	text := r.rest[:n]
	r.rest = r.rest[n:]
	return text
}

func (r *hourReader) octet() byte {
	if len(r.rest) == 0 {
		r.err = errHour
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}
