package exempt

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/unseen-mail/unseen/rules/catalogue"
)

// Classes of words that exempt nothing by themselves.
const (
	classHere   = "here"
	classFiller = "filler"
)

// New makes a matcher of words.
func New(words []catalogue.Word) (*Matcher, error) {
	m := &Matcher{rows: words, texts: &automaton{}, urls: &automaton{},
		fillers: map[string]struct{}{}, here: map[string]struct{}{}}
	for _, w := range words {
		if w.Class == classFiller {
			m.fillers[inner(fold(w.Phrase, nil))] = struct{}{}
		}
	}
	for i, w := range words {
		switch {
		case w.Class == classFiller:
		case w.Class == classHere:
			m.here[inner(fold(w.Phrase, nil))] = struct{}{}
		case w.Where == string(URL):
			if err := m.addURL(i, w); err != nil {
				return nil, err
			}
		default:
			if err := m.addText(i, w); err != nil {
				return nil, err
			}
		}
	}
	m.texts.build()
	m.urls.build()
	return m, nil
}

// addText adds a phrase of text, as it is written with and without accents and as
// it looks where the charset is not known.
func (m *Matcher) addText(i int, w catalogue.Word) error {
	plain, err := m.pattern(w, m.fillers, false)
	if err != nil {
		return err
	}
	m.texts.add(plain, i)
	if !isASCII(w.Phrase) && !strings.Contains(w.Language, "ja") {
		masked, err := m.pattern(w, m.fillers, true)
		if err != nil {
			return err
		}
		if bytes.Count(masked, []byte{unknown})*3 < len(masked) && !bytes.Equal(masked, plain) {
			m.texts.add(masked, i)
		}
	}
	return nil
}

// addURL adds a phrase of addresses: its words stand there parted or in one.
func (m *Matcher) addURL(i int, w catalogue.Word) error {
	parted, err := m.pattern(w, nil, false)
	if err != nil {
		return err
	}
	m.urls.add(parted, i)
	head, body, tail := ends(parted)
	if joined := bytes.ReplaceAll(body, []byte{blank}, nil); len(joined) < len(body) {
		m.urls.add(append(append(bytes.Clone(head), joined...), tail...), i)
	}
	return nil
}

// ends parts a pattern into what stands before its first word, the words, and
// what stands after the last.
func ends(pattern []byte) (head, body, tail []byte) {
	from := len(pattern) - len(bytes.TrimLeft(pattern, "\x02 "))
	to := len(bytes.TrimRight(pattern, "\x03 "))
	return pattern[:from], pattern[from:to], pattern[to:]
}

// pattern folds a phrase into what the automaton looks for. Stars and anchors say
// what stands at its ends; without them, a blank does.
func (m *Matcher) pattern(w catalogue.Word, fillers map[string]struct{}, keep bool) ([]byte, error) {
	words := strings.Trim(w.Phrase, "*^$")
	f := folder{fillers: fillers, keep: keep, out: []byte{begin, blank}, word: 2}
	f.write(words)
	f.endWord()
	out := append(f.out, end)
	if len(inner(out)) < 2 {
		return nil, fmt.Errorf("reading words.tsv, line %d: nothing is left of %q without fillers", w.Line, w.Phrase)
	}
	from, to := 1, len(out)-1
	switch {
	case strings.HasPrefix(w.Phrase, "^"):
		from = 0
	case strings.HasPrefix(w.Phrase, "*"):
		from = 2
	}
	switch {
	case strings.HasSuffix(w.Phrase, "$"):
		to = len(out)
	case strings.HasSuffix(w.Phrase, "*"):
		to = len(out) - 2
	}
	return out[from:to], nil
}

// inner is a folded text without what stands around it.
func inner(folded []byte) string {
	return string(bytes.Trim(folded, "\x02\x03 "))
}

// isASCII says whether a text holds ASCII alone.
func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}
