package catalogue

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

// A matcher says whether a text matches an expression, in time linear in the text.
type matcher interface{ MatchString(s string) bool }

// onward returns a matcher of an expression that was checked: of the few constructs
// that nearly all rows are written in by reading on, never back, which takes a
// fraction of the time that package regexp does; of the others, that of full.
func onward(expr string, full func() *regexp.Regexp) matcher {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil || re.Op != syntax.OpConcat || re.Sub[0].Op != syntax.OpBeginText {
		return full()
	}
	var b builder
	if first := b.all(re.Sub[1:], &stretch{is: accept}); b.ways <= maxWays && first != nil {
		return first
	}
	return full()
}

// maxWays is how many ways an expression names, all its alternatives together.
const maxWays = 16

// What a stretch of an expression asks of the text.
type kind uint8

const (
	// accept is the end of the expression, finish that of the text too.
	accept kind = iota
	finish
	// literal stands there; run is a run of characters of a set, as long as it is.
	literal
	run
	// either is one of several ways, finder what stands there or behind any "&".
	either
	finder
)

// A stretch is a part of an expression, with what follows it. It is never changed.
type stretch struct {
	is kind
	// text is that of a literal, set that of a run or of what a finder passes.
	text string
	set  octets
	// least and most are how long a run is; most is -1 for any length.
	least, most int
	// ways are those of either.
	ways []*stretch
	next *stretch
}

// octets are a set of octets.
type octets [4]uint64

func (o *octets) has(c byte) bool { return o[c>>6]>>(c&63)&1 != 0 }

func (o *octets) add(c byte) { o[c>>6] |= 1 << (c & 63) }

// meets says whether two sets have an octet in common.
func (o *octets) meets(p *octets) bool {
	return o[0]&p[0]|o[1]&p[1]|o[2]&p[2]|o[3]&p[3] != 0
}

// high says whether the set has the octets that characters beyond ASCII begin with
// and go on with.
func (o *octets) high() bool { return o[2]|o[3] != 0 }

// MatchString says whether a text matches from its beginning.
func (s *stretch) MatchString(text string) bool {
	for {
		switch s.is {
		case accept:
			return true
		case finish:
			return text == ""
		case literal:
			if !strings.HasPrefix(text, s.text) {
				return false
			}
			text = text[len(s.text):]
		case run:
			n := s.run(text)
			if n < s.least || s.most >= 0 && n > s.most && s.next.is != accept {
				return false
			}
			text = text[n:]
		case either:
			return slices.ContainsFunc(s.ways, func(way *stretch) bool { return way.MatchString(text) })
		default:
			return s.find(text)
		}
		s = s.next
	}
}

// run counts the octets of the set that a text begins with.
func (s *stretch) run(text string) int {
	for i := range len(text) {
		if !s.set.has(text[i]) {
			return i
		}
	}
	return len(text)
}

// find says whether what follows stands at the beginning of a text or behind one of
// its "&", as far as the set goes.
func (s *stretch) find(text string) bool {
	if s.next.MatchString(text) {
		return true
	}
	for i := range len(text) {
		if text[i] == '&' && s.next.MatchString(text[i+1:]) {
			return true
		}
		if !s.set.has(text[i]) {
			return false
		}
	}
	return false
}

// A builder makes steps of an expression, from its end. What it cannot make is nil.
type builder struct {
	// ways counts the alternatives.
	ways int
}

// all makes steps of expressions one after the other, in front of next.
func (b *builder) all(list []*syntax.Regexp, next *stretch) *stretch {
	for _, re := range slices.Backward(list) {
		if next = b.one(re, next); next == nil {
			return nil
		}
	}
	return next
}

// one makes steps of one expression, in front of next.
func (b *builder) one(re *syntax.Regexp, next *stretch) *stretch {
	if b.ways > maxWays {
		return nil
	}
	switch re.Op {
	case syntax.OpEmptyMatch:
		return next
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase == 0 {
			return &stretch{is: literal, text: string(re.Rune), next: next}
		}
	case syntax.OpEndText:
		if next.is == accept {
			return &stretch{is: finish}
		}
	case syntax.OpConcat:
		return b.all(re.Sub, next)
	case syntax.OpAlternate:
		return b.either(re.Sub, next)
	case syntax.OpQuest:
		if set, ok := passed(re.Sub[0]); ok {
			return b.finder(set, next)
		}
		return b.either([]*syntax.Regexp{re.Sub[0], {Op: syntax.OpEmptyMatch}}, next)
	}
	return b.run(re, next)
}

// either makes a stretch of several ways.
func (b *builder) either(ways []*syntax.Regexp, next *stretch) *stretch {
	s := &stretch{is: either}
	for _, re := range ways {
		b.ways++
		way := b.one(re, next)
		if way == nil {
			return nil
		}
		s.ways = append(s.ways, way)
	}
	return s
}

// passed returns the set of (?:[^#]*&)?, by which a parameter is looked for wherever
// it stands in a query.
func passed(re *syntax.Regexp) (set octets, ok bool) {
	if re.Op != syntax.OpConcat || len(re.Sub) != 2 || re.Sub[0].Op != syntax.OpStar || re.Sub[1].Op != syntax.OpLiteral ||
		string(re.Sub[1].Rune) != "&" || re.Flags&syntax.FoldCase != 0 {
		return set, false
	}
	set, ok = setOf(re.Sub[0].Sub[0])
	return set, ok && set.has('&')
}

// finder makes a stretch that looks for what follows. So that all of them together read
// the text once, no run in what follows may go beyond the next "&".
func (b *builder) finder(set octets, next *stretch) *stretch {
	if reaches(next) {
		return nil
	}
	return &stretch{is: finder, set: set, next: next}
}

// reaches says whether a run goes beyond an "&", or looks for one.
func reaches(s *stretch) bool {
	switch s.is {
	case accept, finish:
		return false
	case finder:
		return true
	case either:
		return slices.ContainsFunc(s.ways, reaches)
	case run:
		if s.set.has('&') {
			return true
		}
	}
	return reaches(s.next)
}

// run makes a stretch of a run of characters, if what follows it cannot begin with one
// of them: then its length is never in question.
func (b *builder) run(re *syntax.Regexp, next *stretch) *stretch {
	s := &stretch{is: run, least: 1, most: 1, next: next}
	class := re
	switch re.Op {
	case syntax.OpStar:
		s.least, s.most, class = 0, -1, re.Sub[0]
	case syntax.OpPlus:
		s.most, class = -1, re.Sub[0]
	case syntax.OpRepeat:
		s.least, s.most, class = re.Min, re.Max, re.Sub[0]
	}
	var ok bool
	if s.set, ok = setOf(class); !ok {
		return nil
	}
	// A character beyond ASCII is several octets: they must not be counted.
	if s.set.high() && (s.least > 1 || s.most >= 0 && next.is != accept) {
		return nil
	}
	if begin, ok := beginning(next); next.is != accept && (!ok || begin.meets(&s.set)) {
		return nil
	}
	return s
}

// beginning returns the octets that what follows can begin with, and false if it may
// be nothing.
func beginning(s *stretch) (begin octets, ok bool) {
	switch s.is {
	case finish:
		return begin, true
	case literal:
		begin.add(s.text[0])
		return begin, true
	case run:
		return s.set, s.least > 0
	case either:
		for _, way := range s.ways {
			more, ok := beginning(way)
			if !ok {
				return begin, false
			}
			for i := range begin {
				begin[i] |= more[i]
			}
		}
		return begin, true
	}
	return begin, false
}

// setOf returns the octets of a class. Beyond ASCII it has all characters or none.
func setOf(re *syntax.Regexp) (set octets, ok bool) {
	const ascii, last = 0x80, '\U0010FFFF'
	ranges := re.Rune
	switch {
	case re.Flags&syntax.FoldCase != 0:
		return set, false
	case re.Op == syntax.OpAnyCharNotNL:
		ranges = []rune{0, '\n' - 1, '\n' + 1, last}
	case re.Op == syntax.OpAnyChar:
		ranges = []rune{0, last}
	case re.Op == syntax.OpLiteral && len(re.Rune) == 1:
		ranges = []rune{re.Rune[0], re.Rune[0]}
	case re.Op != syntax.OpCharClass:
		return set, false
	}
	for i := 0; i+1 < len(ranges); i += 2 {
		from, to := ranges[i], ranges[i+1]
		if to >= ascii && (from > ascii || to != last) {
			return set, false
		}
		for c := from; c <= min(to, 0xff); c++ {
			set.add(byte(c))
		}
	}
	return set, true
}
