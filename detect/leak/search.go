package leak

import (
	"html"
	"sort"
	"strings"
)

// A hit is a form that was found in a text.
type hit struct {
	start, end int
	layers     []string
	subject    int
	// grade is what it weighs.
	grade int
}

// A search is one run of [Finder.Find].
type search struct {
	f *Finder
	// budget is how many more octets may be searched.
	budget int
	// escapes counts how often escapes were resolved.
	escapes int
	// spare is kept from one token to the next.
	spare [128]byte
}

const (
	// maxDepth is how many encodings are taken off one after the other.
	maxDepth = 3
	// maxEscapes is how often escapes are resolved in all.
	maxEscapes = 8
)

// text looks for everything in a text, and returns what weighs most.
func (s *search) text(t string, depth int) (hit, bool) {
	if s.budget -= len(t); s.budget < 0 {
		return hit{}, false
	}
	best := s.forms(t)
	if best.grade < gradeWhole {
		best.better(s.tokens(t, depth))
	}
	if best.grade < gradeWhole {
		best.better(s.unescaped(t, depth))
	}
	return best, best.grade > gradeNone
}

// What a hit weighs.
const (
	gradeNone = iota
	// gradeWeak may stand there by chance.
	gradeWeak
	// gradePart is a local part or a name.
	gradePart
	// gradeWhole is an address.
	gradeWhole
)

// hit returns the hit of a form.
func (f *Finder) hit(x *form, start, end int) hit {
	return f.graded(hit{start: start, end: end, layers: x.layers, subject: int(x.subject)}, x.weak)
}

// graded says what a hit weighs.
func (f *Finder) graded(h hit, weak bool) hit {
	s := f.subjects[h.subject]
	switch {
	// The hash of a word is no chance; that of a domain is still no person.
	case weak, s.weak && (len(h.layers) == 0 || s.what == "domain"):
		h.grade = gradeWeak
	case strings.Contains(s.text, "@"):
		h.grade = gradeWhole
	default:
		h.grade = gradePart
	}
	return h
}

// better keeps the weightier of two hits.
func (h *hit) better(other hit, ok bool) {
	if ok && other.grade > h.grade {
		*h = other
	}
}

// forms looks for the forms that may stand anywhere, by their first four octets.
func (s *search) forms(t string) (best hit) {
	if len(t) < minForm {
		return best
	}
	f := s.f
	key := uint32(t[0])<<8 | uint32(t[1])<<16 | uint32(t[2])<<24 | caseless
	for i := 0; i+minForm <= len(t); i++ {
		key = key>>8 | (uint32(t[i+3])|0x20)<<24
		h := spread(key)
		if f.filter[h>>6]>>(h&63)&1 == 0 {
			continue
		}
		for _, at := range f.starts[key] {
			x := &f.forms[at]
			if !x.at(t, i) {
				continue
			}
			if f.subjects[x.subject].what == "domain" && s.ofHost(t, i) {
				continue
			}
			best.better(f.hit(x, i, i+len(x.text)), true)
			if best.grade == gradeWhole {
				return best
			}
		}
	}
	return best
}

// ofHost says whether a place lies in a host name: a mailing of the reader's own
// domain is no leak of that domain.
func (s *search) ofHost(t string, at int) bool {
	end := strings.IndexAny(t, `/?#\`)
	return end < 0 || at < end || strings.HasSuffix(strings.TrimRight(t[:at], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"), "//")
}

// at says whether a form stands at a place.
func (x *form) at(t string, i int) bool {
	end := i + len(x.text)
	if end > len(t) {
		return false
	}
	if x.fold && !strings.EqualFold(t[i:end], x.text) || !x.fold && t[i:end] != x.text {
		return false
	}
	if !x.bound {
		return true
	}
	// "you.me@reader.example" is somebody else, "list-me=reader.example" is not.
	if i > 0 && (isAlnum(t[i-1]) || t[i-1] == '.' && len(x.layers) == 0) {
		return false
	}
	return end == len(t) || !isAlnum(t[end])
}

// unescaped searches a text again with the escapes of URLs, HTML and JSON
// resolved.
func (s *search) unescaped(t string, depth int) (hit, bool) {
	if s.escapes >= maxEscapes {
		return hit{}, false
	}
	if strings.IndexByte(t, '%') >= 0 {
		if plain := percentless(t); len(plain) < len(t) {
			s.escapes++
			h, ok := s.text(plain, depth)
			h.start, h.end = escapedAt(t, h.start), escapedAt(t, h.end)
			return h, ok
		}
	}
	for _, e := range []struct {
		mark, name string
		undo       func(string) string
	}{{"&#", "entity", html.UnescapeString}, {"&commat;", "entity", html.UnescapeString}, {`\u`, "escape", unescapeJSON}} {
		if !strings.Contains(t, e.mark) {
			continue
		}
		if plain := e.undo(t); plain != t && depth < maxDepth {
			s.escapes++
			if h, ok := s.text(plain, depth+1); ok {
				// As much of the escaped text as gives what stands before.
				before := func(n int) int { return sort.Search(len(t), func(i int) bool { return len(e.undo(t[:i])) >= n }) }
				h.start, h.end = before(h.start), before(h.end)
				h.layers = append([]string{e.name}, h.layers...)
				return h, true
			}
		}
	}
	return hit{}, false
}

// percentless resolves the escapes of a URL; what is no escape stays.
func percentless(t string) string {
	out := make([]byte, 0, len(t))
	for i := 0; i < len(t); i++ {
		if c, ok := percent(t, i); ok {
			out = append(out, c)
			i += 2
			continue
		}
		out = append(out, t[i])
	}
	return string(out)
}

// percent reads one escape (RFC 3986, section 2.1).
func percent(t string, i int) (byte, bool) {
	if t[i] != '%' || i+2 >= len(t) {
		return 0, false
	}
	digits := lettersOf16()
	hi, lo := digits[t[i+1]], digits[t[i+2]]
	return byte(hi)<<4 | byte(lo), hi >= 0 && lo >= 0
}

// escapedAt returns where in the escaped text the n-th octet stands.
func escapedAt(t string, n int) int {
	for i := 0; i < len(t); i++ {
		if n == 0 {
			return i
		}
		n--
		if _, ok := percent(t, i); ok {
			i += 2
		}
	}
	return len(t)
}

// unescapeJSON resolves \u0040 (RFC 8259, section 7) below 256.
func unescapeJSON(t string) string {
	digits := lettersOf16()
	var out strings.Builder
	for i := 0; i < len(t); i++ {
		if strings.HasPrefix(t[i:], `\u00`) && i+5 < len(t) && digits[t[i+4]] >= 0 && digits[t[i+5]] >= 0 {
			out.WriteByte(byte(digits[t[i+4]])<<4 | byte(digits[t[i+5]]))
			i += 5
			continue
		}
		out.WriteByte(t[i])
	}
	return out.String()
}
