package claim

import (
	"bytes"
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// maxSentence is how many words are read as one sentence at most.
const maxSentence = 60

// A word is one word of a text, in small letters without accents.
type word struct {
	text string
	// at is where it begins in the text.
	at int
}

// A splitter goes through a text once.
type splitter struct {
	out     [][]word
	open    []word
	letters []rune
	begin   int
	chars   *charmap.Charmap
}

// words splits a text into sentences of words. Of markup it reads what is shown;
// elements that begin a line end a sentence.
func words(text []byte, markup bool, chars *charmap.Charmap) [][]word {
	s := splitter{chars: chars}
	for i := 0; i < len(text); {
		if markup && text[i] == '<' && i+1 < len(text) && isTag(text[i+1]) {
			i = s.tag(text, i)
			continue
		}
		if markup && text[i] == '&' {
			if n := entityEnd(text[i:]); n > 0 {
				for _, r := range html.UnescapeString(string(text[i : i+n])) {
					s.rune(r, i)
				}
				i += n
				continue
			}
		}
		r, n := rune(text[i]), 1
		switch {
		case r < utf8.RuneSelf:
		case chars != nil:
			r = chars.DecodeByte(text[i])
		default:
			r, n = utf8.DecodeRune(text[i:])
		}
		s.rune(r, i)
		if !markup && r == '\n' && i+1 < len(text) && (text[i+1] == '\n' || text[i+1] == '\r') {
			s.sentence()
		}
		i += n
	}
	s.sentence()
	return s.out
}

// rune takes the next character.
func (s *splitter) rune(r rune, at int) {
	switch {
	case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r):
		if len(s.letters) == 0 {
			s.begin = at
		}
		if len(s.letters) < 64 {
			s.letters = append(s.letters, unicode.ToLower(r))
		}
	case unicode.Is(unicode.Cf, r):
		// A soft hyphen, or what has no width.
	default:
		s.word()
		if r == '.' || r == '?' || r == '!' || r == '…' {
			s.sentence()
		}
	}
}

// word ends a word.
func (s *splitter) word() {
	if len(s.letters) == 0 {
		return
	}
	w := word{text: folded(s.letters), at: s.begin}
	s.letters = s.letters[:0]
	if n := len(s.open); n > 0 && s.open[n-1].text == "e" && strings.HasPrefix(w.text, "mail") {
		// "e-mail" in its three ways of writing.
		s.open[n-1].text = "e" + w.text
		return
	}
	if w.text != "" {
		s.open = append(s.open, w)
	}
	if len(s.open) >= maxSentence {
		s.sentence()
	}
}

// sentence ends a sentence.
func (s *splitter) sentence() {
	s.word()
	if len(s.open) > 0 {
		s.out = append(s.out, s.open)
		s.open = nil
	}
}

// folded writes small letters without accents.
func folded(letters []rune) string {
	plain := true
	for _, r := range letters {
		plain = plain && r < utf8.RuneSelf
	}
	if plain {
		return string(letters)
	}
	text := strings.NewReplacer("ß", "ss", "œ", "oe", "æ", "ae", "ij", "ij").Replace(string(letters))
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(text))
}

// isTag says whether a "<" before this octet begins markup (WHATWG HTML, section
// 13.2.5.6).
func isTag(c byte) bool {
	return c == '/' || c == '!' || c == '?' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// hidden are elements of which nothing is shown.
const hidden = " script style head title template noscript svg "

// inline are elements that do not end a sentence.
const inline = " a abbr b bdi bdo big cite code em font i img ins mark q s small span strong sub sup tt u wbr "

// tag reads the tag or comment at i and returns where it ends.
func (s *splitter) tag(text []byte, i int) int {
	if bytes.HasPrefix(text[i:], []byte("<!--")) {
		if n := bytes.Index(text[i+4:], []byte("-->")); n >= 0 {
			return i + 4 + n + 3
		}
		return len(text)
	}
	end := tagEnd(text, i)
	name := strings.ToLower(string(nameAt(text[i+1 : end])))
	if !strings.Contains(inline, " "+strings.TrimPrefix(name, "/")+" ") {
		s.sentence()
	}
	if name == "" || !strings.Contains(hidden, " "+name+" ") {
		return end
	}
	// Only the tag of the same name shows text again.
	for rest := end; ; {
		n := bytes.Index(text[rest:], []byte("</"))
		if n < 0 {
			return end
		}
		rest += n + 2
		if len(text)-rest >= len(name) && strings.EqualFold(string(text[rest:rest+len(name)]), name) {
			return tagEnd(text, rest)
		}
	}
}

// tagEnd returns where the tag at i ends.
func tagEnd(text []byte, i int) int {
	quote := byte(0)
	for ; i < len(text); i++ {
		switch c := text[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			if text[i-1] == '=' {
				quote = c
			}
		case c == '>':
			return i + 1
		}
	}
	return len(text)
}

// nameAt returns the name that a tag begins with.
func nameAt(tag []byte) []byte {
	n := 0
	for n < len(tag) && n < 20 && strings.IndexByte(" \t\r\n>", tag[n]) < 0 && (n == 0 || tag[n] != '/') {
		n++
	}
	return tag[:n]
}

// entityEnd returns the length of the character reference that text begins with, 0
// if it is none.
func entityEnd(text []byte) int {
	n := bytes.IndexByte(text[:min(len(text), 12)], ';')
	return n + 1
}
