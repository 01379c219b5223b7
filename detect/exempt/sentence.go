package exempt

import (
	"bytes"
	"strings"

	"github.com/unseen-mail/unseen/rules/purpose"
)

// How many words a link may show and still be about what one phrase of it says: a
// longer text is a headline or a paragraph.
const (
	maxChoiceWords = 18
	maxLoginWords  = 10
	// maxShortWords is how many words a link may show whose sentence counts
	// although they say something by themselves: "log in to «Patient Portal»".
	maxShortWords = 4
)

// text looks at what the link shows, then at the sentence around it.
func (m *Matcher) text(w Words) (Exemption, bool) {
	spare := m.spare()
	defer m.rooms.Put(spare)
	shown := foldTo(spare[:], w.Text, m.fillers)
	words := bytes.Count(shown, []byte{blank}) - 1
	best := m.best(shown, func(row, _ int) bool {
		r := &m.rows[row]
		limit := maxChoiceWords
		if r.Class == string(purpose.Authentication) {
			limit = maxLoginWords
		}
		return r.Where == string(Text) && words <= limit
	})
	if best >= 0 {
		return m.exemption(best, Text)
	}
	if words == 0 || words > maxShortWords && !isAddress(w.Text) {
		return Exemption{}, false
	}
	switch {
	case m.idle(shown):
		return m.around(w, func(int, int) bool { return true })
	case isAddress(w.Text):
		// That one must log in there is said of shops; that one does so by
		// this link is said in few ways.
		return m.around(w, func(row, _ int) bool {
			r := &m.rows[row]
			return r.Class == string(purpose.Choice) || r.Where == string(Around)
		})
	}
	return m.beside(w.Before)
}

// around looks for phrases in the sentence of a link that says nothing by itself:
// "to unsubscribe click «here»", "«click here» to unsubscribe". A button that
// stands in a paragraph of its own goes with the sentence above it, but only for an
// authentication: "to reset your password, use the button below. «Continue»".
func (m *Matcher) around(w Words, take func(row, at int) bool) (Exemption, bool) {
	spare := m.spare()
	defer m.rooms.Put(spare)
	before, apart := m.sentence(w.Before)
	best := m.best(foldTo(spare[:], before, m.fillers), func(row, at int) bool {
		return take(row, at) && (!apart || m.rows[row].Class == string(purpose.Authentication))
	})
	if best < 0 {
		best = m.best(foldTo(spare[:], following(w.After), m.fillers), take)
	}
	return m.exemption(best, Around)
}

// beside looks for a phrase that leads up to the link with nothing between that
// says more.
func (m *Matcher) beside(before string) (Exemption, bool) {
	if i := strings.LastIndexAny(before, "\n|"); i >= 0 {
		before = before[i+1:]
	}
	before, _ = m.sentence(before)
	spare := m.spare()
	defer m.rooms.Put(spare)
	text := foldTo(spare[:], before, m.fillers)
	best := m.best(text, func(row, at int) bool {
		return m.rows[row].Where == string(Around) && m.idle(text[at-1:])
	})
	return m.exemption(best, Around)
}

// best returns the row of the phrase in a text that says most: a choice before an
// authentication, then the first. It is -1 if none is taken.
func (m *Matcher) best(text []byte, take func(row, at int) bool) int {
	best := -1
	m.texts.find(text, func(row, at int) bool {
		if !take(row, at) {
			return true
		}
		choice := m.rows[row].Class == string(purpose.Choice)
		if choice || best < 0 {
			best = row
		}
		return !choice
	})
	return best
}

// idle says whether a folded text holds only words that say nothing by themselves.
func (m *Matcher) idle(folded []byte) bool {
	for word := range bytes.FieldsSeq(bytes.Trim(folded, "\x02\x03")) {
		if _, ok := m.here[string(word)]; !ok {
			return false
		}
	}
	return true
}

// sentence returns the last sentence before a link, of it the last paragraph that
// says something. If the link begins a sentence, it is the one before: "you can
// unsubscribe. «Click here»." Apart says that a paragraph ends between them.
func (m *Matcher) sentence(before string) (s string, apart bool) {
	spare := m.spare()
	defer m.rooms.Put(spare)
	last := before[sentenceEnd(before):]
	for rest := last; rest != ""; {
		i := strings.LastIndexByte(rest, '\n')
		if !m.idle(foldTo(spare[:], rest[i+1:], m.fillers)) {
			return rest[i+1:], false
		}
		rest = rest[:max(i, 0)]
	}
	rest := strings.TrimRight(before[:len(before)-len(last)], " .!")
	return rest[max(sentenceEnd(rest), strings.LastIndexByte(rest, '\n')+1):], strings.Contains(last, "\n")
}

// sentenceEnd returns where the last sentence begins. A question is asked so that
// it is answered by the link.
func sentenceEnd(s string) int {
	for i := len(s) - 1; i >= 0; i-- {
		switch s[i] {
		case '|':
			return i + 1
		case '.', '!':
			if i+1 == len(s) || s[i+1] == ' ' || s[i+1] == '\n' {
				return i + 1
			}
		}
	}
	return 0
}

// following returns the rest of the sentence after a link. A capital before a
// small letter begins another.
func following(after string) string {
	after = strings.TrimLeft(after, " ")
	if len(after) > 1 && isUpper(after[0]) && !isUpper(after[1]) {
		return ""
	}
	for i := range len(after) {
		switch after[i] {
		case '|', '\n', '?':
			return after[:i]
		case '.', '!':
			if i+1 == len(after) || after[i+1] == ' ' || after[i+1] == '\n' {
				return after[:i]
			}
		}
	}
	return after
}

// isAddress says whether a text is an address of the web: it says where a link
// leads, not what for.
func isAddress(s string) bool {
	s = strings.TrimSpace(s)
	if strings.ContainsAny(s, " \n@") {
		return false
	}
	return strings.Contains(s, "://") || strings.Contains(strings.Trim(s, "."), ".")
}
