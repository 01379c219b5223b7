package exempt

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Cells of folded text that are no letters.
const (
	// unknown is a letter beyond ASCII of which only that is known.
	unknown = 1
	// begin and end stand around a text.
	begin, end = 2, 3
	// blank parts words, and stands around the first and the last.
	blank = ' '
)

// bases are the letters from U+00DF to U+017F without what stands over, under or
// across them; "1", "2" and "3" are ss, ae and oe (Unicode Character Database,
// canonical decompositions).
const bases = "1aaaaaa2ceeeeiiiidnooooo?ouuuuyty?a?a?a?c?c?c?c?d?d?e?e?e?e?e?g?g?g?g?h?h?i?i?i?i?i?i?j?kk?l?l?l?l?l?n?n?nn?n?o?o?o?3?r?r?r?s?s?s?s?t?t?t?u?u?u?u?u?u?w?y??z?z?zs"

// A folder writes text in the one form in which phrases are looked for: small
// letters without accents, words parted by single blanks, no fillers, "e-mail" as
// "email".
type folder struct {
	out     []byte
	word    int
	fillers map[string]struct{}
	// keep writes letters beyond ASCII as unknown, as they are in text whose
	// charset is not known.
	keep bool
}

// fold writes a text between begin and end.
func fold(s string, fillers map[string]struct{}) []byte {
	return foldTo(make([]byte, 0, len(s)+8), s, fillers)
}

// room is how much folded text there is room for at once: nearly every text of a
// link fits.
const room = 256

// spare returns room to fold a text in, to be given back.
func (m *Matcher) spare() *[room]byte {
	if r, ok := m.rooms.Get().(*[room]byte); ok {
		return r
	}
	return new([room]byte)
}

// foldTo is fold into room that the caller has.
func foldTo(out []byte, s string, fillers map[string]struct{}) []byte {
	f := folder{out: out[:0], fillers: fillers}
	f.out = append(f.out, begin, blank)
	f.word = len(f.out)
	f.write(s)
	f.endWord()
	return append(f.out, end)
}

// write folds a text.
func (f *folder) write(s string) {
	if strings.IndexByte(s, '&') >= 0 {
		s = html.UnescapeString(s)
	}
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			i++
			f.ascii(c)
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		f.rune(r, n)
	}
}

// ascii folds an octet below 0x80.
func (f *folder) ascii(c byte) {
	switch {
	case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		f.out = append(f.out, c)
	case 'A' <= c && c <= 'Z':
		f.out = append(f.out, c|0x20)
	default:
		f.endWord()
	}
}

// rune folds a character of n octets beyond ASCII.
func (f *folder) rune(r rune, n int) {
	switch {
	case r == utf8.RuneError && n == 1:
		f.out = append(f.out, unknown)
	case invisible(r):
	case !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r):
		f.endWord()
	case unicode.In(r, unicode.Mn):
		// An accent that stands by itself.
	case f.keep:
		f.out = append(f.out, unknown)
	default:
		f.out = appendBase(f.out, unicode.ToLower(r))
	}
}

// appendBase appends a small letter without its accents.
func appendBase(out []byte, r rune) []byte {
	switch {
	case r >= 0xDF && r <= 0x17F:
		switch c := bases[r-0xDF]; c {
		case '1':
			return append(out, "ss"...)
		case '2':
			return append(out, "ae"...)
		case '3':
			return append(out, "oe"...)
		case '?':
		default:
			return append(out, c)
		}
	case r == 'ș':
		return append(out, 's')
	case r == 'ț':
		return append(out, 't')
	}
	return utf8.AppendRune(out, r)
}

// invisible says whether a character shows nothing, as between the letters of
// words that are not to be found.
func invisible(r rune) bool {
	switch r {
	case 0xAD, 0x34F, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF:
		return true
	}
	return false
}

// endWord ends the open word, if there is one.
func (f *folder) endWord() {
	if len(f.out) == f.word {
		return
	}
	if _, filler := f.fillers[string(f.out[f.word:])]; filler {
		f.out = f.out[:f.word]
		return
	}
	// "e-mail" and "e-post" are one word.
	if w := f.word; w >= 3 && f.out[w-2] == 'e' && f.out[w-3] == blank && isMail(f.out[w:]) {
		f.out = append(f.out[:w-1], f.out[w:]...)
	}
	f.out = append(f.out, blank)
	f.word = len(f.out)
}

// isMail says whether a word begins as one that follows "e-".
func isMail(word []byte) bool {
	return len(word) >= 4 && (string(word[:4]) == "mail" || string(word[:4]) == "post")
}
