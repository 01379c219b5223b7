package catalogue

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// Limits of what is spelt out. Past them a shorter prefix does.
const (
	maxPrefixes = 64
	maxPrefix   = 24
	maxClass    = 10
)

// A start is a way in which a match can begin; whole says that nothing before
// it was left open, so that what follows can be added.
type start struct {
	text  string
	whole bool
}

// prefixes returns texts such that every match begins with one of them. One of
// them may be empty: then nothing is known.
func prefixes(re *syntax.Regexp) []string {
	var texts []string
	for _, s := range starts(re) {
		texts = append(texts, s.text)
	}
	return texts
}

// starts returns the ways in which a match of the expression can begin.
func starts(re *syntax.Regexp) []start {
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase == 0 {
			return []start{{string(re.Rune), true}}
		}
	case syntax.OpCharClass:
		return classStarts(re)
	case syntax.OpEmptyMatch, syntax.OpBeginText, syntax.OpBeginLine, syntax.OpEndText, syntax.OpEndLine:
		return []start{{"", true}}
	case syntax.OpCapture:
		return starts(re.Sub[0])
	case syntax.OpQuest:
		return append([]start{{"", true}}, starts(re.Sub[0])...)
	case syntax.OpPlus:
		return open(starts(re.Sub[0]))
	case syntax.OpRepeat:
		if re.Min > 0 {
			return open(starts(re.Sub[0]))
		}
	case syntax.OpAlternate:
		var all []start
		for _, sub := range re.Sub {
			all = append(all, starts(sub)...)
		}
		return all
	case syntax.OpConcat:
		return concatStarts(re.Sub)
	}
	return []start{{"", false}}
}

// open says of each start that it may go on in ways not spelt out.
func open(all []start) []start {
	for i := range all {
		all[i].whole = false
	}
	return all
}

// classStarts spells out a small class.
func classStarts(re *syntax.Regexp) []start {
	var all []start
	for i := 0; i+1 < len(re.Rune); i += 2 {
		if int(re.Rune[i+1]-re.Rune[i])+len(all) >= maxClass {
			return []start{{"", false}}
		}
		for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
			all = append(all, start{string(r), true})
		}
	}
	return all
}

// concatStarts joins what follows to each start that is still whole.
func concatStarts(subs []*syntax.Regexp) []start {
	all := []start{{"", true}}
	for _, sub := range subs {
		next := starts(sub)
		var joined []start
		grows := false
		for _, s := range all {
			if !s.whole || len(s.text) >= maxPrefix {
				joined = append(joined, start{s.text, false})
				continue
			}
			for _, n := range next {
				joined = append(joined, start{s.text + n.text, n.whole})
				grows = grows || n.whole
			}
		}
		if len(joined) > maxPrefixes {
			return open(all)
		}
		if all = joined; !grows {
			break
		}
	}
	return all
}

// spelt says whether a text matches if it begins with one of the prefixes: an
// expression of an anchor and literals, which most are.
func spelt(re *syntax.Regexp) bool {
	if re.Op != syntax.OpConcat || re.Sub[0].Op != syntax.OpBeginText || slices.ContainsFunc(re.Sub[1:], looks) {
		return false
	}
	return !slices.ContainsFunc(starts(re), func(s start) bool { return !s.whole })
}

// looks says whether the expression looks around it and not only at octets.
func looks(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpBeginText, syntax.OpEndText, syntax.OpEndLine, syntax.OpBeginLine, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return true
	}
	return slices.ContainsFunc(re.Sub, looks)
}

// required returns a text that every match contains, the longest that is easily
// found, or "".
func required(re *syntax.Regexp) string {
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase == 0 {
			return string(re.Rune)
		}
	case syntax.OpCapture, syntax.OpPlus:
		return required(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return required(re.Sub[0])
		}
	case syntax.OpConcat:
		longest := ""
		for _, sub := range re.Sub {
			if s := required(sub); len(s) > len(longest) {
				longest = s
			}
		}
		return longest
	}
	return ""
}

// begins says whether s begins with one of the prefixes.
func begins(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// shortest leaves out every prefix that begins with another one.
func shortest(prefixes []string) []string {
	var kept []string
	for i, p := range prefixes {
		needed := true
		for j, other := range prefixes {
			if strings.HasPrefix(p, other) && (len(other) < len(p) || j < i) {
				needed = false
			}
		}
		if needed {
			kept = append(kept, p)
		}
	}
	return kept
}
