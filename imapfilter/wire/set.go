package wire

import (
	"bytes"
	"math"
	"strconv"
)

// A Range is one range of a sequence set; From <= To. "*" is math.MaxUint32.
type Range struct{ From, To uint32 }

// A Set is a sequence set (RFC 3501, section 9).
type Set struct {
	// Ranges are in the order given.
	Ranges []Range
	// Open tells that "*" or "$" occurs: what is in it only the server knows.
	Open bool
	// Raw is the set as it was written.
	Raw string
}

// ParseSet reads a sequence set at the beginning of b.
func ParseSet(b []byte) (Set, []byte, bool) {
	word, rest := atom(b)
	s := Set{Raw: string(word)}
	if string(word) == "$" { // RFC 5182, section 2.1
		s.Open = true
		return s, rest, true
	}
	for part := range bytes.SplitSeq(word, []byte(",")) {
		from, to, isRange := bytes.Cut(part, []byte(":"))
		if !isRange {
			to = from
		}
		a, ok1 := s.bound(from)
		z, ok2 := s.bound(to)
		if !ok1 || !ok2 {
			return Set{}, b, false
		}
		s.Ranges = append(s.Ranges, Range{min(a, z), max(a, z)})
	}
	return s, rest, true
}

func (s *Set) bound(b []byte) (uint32, bool) {
	if string(b) == "*" {
		s.Open = true
		return math.MaxUint32, true
	}
	n, rest, ok := number(b)
	return n, ok && len(rest) == 0 && n > 0
}

// Contains tells whether n may be in the set.
func (s Set) Contains(n uint32) bool {
	for _, r := range s.Ranges {
		if r.From <= n && n <= r.To || r.To == math.MaxUint32 {
			return true
		}
	}
	return len(s.Ranges) == 0
}

// Numbers lists a set that is not open and has at most limit numbers.
func (s Set) Numbers(limit int) ([]uint32, bool) {
	if s.Open {
		return nil, false
	}
	var list []uint32
	for _, r := range s.Ranges {
		if uint64(r.To)-uint64(r.From) >= uint64(limit-len(list)) {
			return nil, false
		}
		for n := uint64(r.From); n <= uint64(r.To); n++ {
			list = append(list, uint32(n))
		}
	}
	return list, true
}

// AppendSet writes numbers as a set, with ranges where they follow each other.
func AppendSet(dst []byte, numbers []uint32) []byte {
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendUint(dst, uint64(numbers[i]), 10)
		if j > i {
			dst = append(dst, ':')
			dst = strconv.AppendUint(dst, uint64(numbers[j]), 10)
		}
		i = j + 1
	}
	return dst
}
