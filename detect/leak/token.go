package leak

import (
	"strings"

	"github.com/mr-tron/base58"
)

// A token is a run of characters that an encoding may have made.
type token struct {
	text       string
	start, end int
	// any are the kinds of characters that are in it, all those that all are.
	any, all uint8
}

// minToken is the length under which a token is too short for anything that is
// looked for.
const minToken = 6

// tokens looks into each token of a text. A "/" parts them in a path, and may be
// one of base64's letters elsewhere, or when it is escaped.
func (s *search) tokens(t string, depth int) (best hit, found bool) {
	kinds := characters()
	slash := depth > 0
	for i := 0; i < len(t); i++ {
		if kinds[t[i]] == 0 && letterEscape(t, i) == 0 {
			slash = slash || t[i] == '?'
			continue
		}
		k, escapes := tokenAt(t, i)
		i = k.end
		h, ok := hit{}, false
		switch {
		case escapes > 0:
			h, ok = s.escaped(t, k, escapes, depth)
		case len(k.text) >= minToken:
			h, ok = s.token(k, depth)
		}
		if !ok && slash && i < len(t) && t[i] == '/' && (k.start == 0 || t[k.start-1] != '/') {
			h, ok = s.slashed(t, k, depth)
		}
		best.better(h, ok)
		if best.grade == gradeWhole {
			break
		}
	}
	return best, best.grade > gradeNone
}

// tokenAt reads the token that begins at a place, and counts the letters of
// base64 in it that are escaped.
func tokenAt(t string, i int) (k token, escapes int) {
	kinds := characters()
	k = token{start: i, all: 0xff}
	for i < len(t) {
		if kind := kinds[t[i]]; kind != 0 {
			k.any |= kind
			k.all &= kind
			i++
			continue
		}
		if letterEscape(t, i) == 0 {
			break
		}
		escapes++
		i += 3
	}
	k.end = i
	k.text = t[k.start:i]
	return k, escapes
}

// letterEscape returns "+" or "/" if one of them stands there escaped, else 0.
func letterEscape(t string, i int) byte {
	if t[i] != '%' || i+2 >= len(t) || t[i+1] != '2' {
		return 0
	}
	switch t[i+2] | 0x20 {
	case 'b':
		return '+'
	case 'f':
		return '/'
	}
	return 0
}

// escaped looks into a token of base64 with its escapes resolved, and again
// without the slashes before it, which may be those of a path.
func (s *search) escaped(t string, k token, escapes, depth int) (hit, bool) {
	if len(k.text)-2*escapes < 16 {
		return hit{}, false
	}
	text := make([]byte, 0, k.end-k.start)
	for i := k.start; i < k.end; i++ {
		if c := letterEscape(t, i); c != 0 {
			text = append(text, c)
			i += 2
			continue
		}
		text = append(text, t[i])
	}
	k.text, k.all = string(text), isToken
	h, ok := s.base64(k, depth)
	for !ok && k.text[0] == '/' && len(k.text) > 16 {
		k.text, k.start = strings.TrimLeft(k.text, "/"), k.start+3
		if len(k.text) < 16 {
			break
		}
		h, ok = s.base64(k, depth)
	}
	return h, ok
}

// slashed looks into a token of base64 with the "/" that are in it.
func (s *search) slashed(t string, k token, depth int) (hit, bool) {
	kinds := characters()
	for k.end < len(t) && (kinds[t[k.end]] != 0 || t[k.end] == '/') {
		k.any |= kinds[t[k.end]]
		k.end++
	}
	k.text, k.all = t[k.start:k.end], isToken
	if len(k.text) < 16 {
		return hit{}, false
	}
	return s.base64(k, depth)
}

// token looks into one token: as a word, a digest, and something to open.
func (s *search) token(k token, depth int) (hit, bool) {
	if k.any&isDigit == 0 && len(k.text) < 16 {
		return hit{}, false
	}
	if at, ok := s.word(k); ok {
		return s.f.hit(&s.f.forms[at], k.start, k.end), true
	}
	if len(k.text) < 12 {
		return hit{}, false
	}
	if h, ok := s.hexadecimal(k, depth); ok {
		return h, true
	}
	if k.all&isHex != 0 {
		return hit{}, false
	}
	if h, ok := s.base64(k, depth); ok {
		return h, true
	}
	if k.any&isOther != 0 || len(k.text) < 16 {
		return hit{}, false
	}
	if k.any&isUpper == 0 || k.any&isLower == 0 {
		return s.base32(k, depth)
	}
	return s.base58(k, depth)
}

// word looks a token up among the forms that are whole tokens: numbers, eight
// digits of a checksum, digests in base58.
func (s *search) word(k token) (uint16, bool) {
	text := strings.TrimLeft(k.text, "-") // of a number
	if len(text) == len(k.text) && k.all&isDigit == 0 && len(text) != 8 && (len(text) < 20 || len(text) >= 90) {
		return 0, false
	}
	at, ok := s.f.words[text]
	return at, ok
}

// hexadecimal looks at runs of hexadecimal digits of the length of a digest, and
// opens those that are text.
func (s *search) hexadecimal(k token, depth int) (hit, bool) {
	kinds := characters()
	if k.any&isDigit == 0 {
		return hit{}, false
	}
	for i := 0; i < len(k.text); i++ {
		begin := i
		for i < len(k.text) && kinds[k.text[i]]&isHex != 0 {
			i++
		}
		run := k.text[begin:i]
		if len(run) < 12 || len(run)%2 != 0 {
			continue
		}
		at := token{text: run, start: k.start + begin, end: k.start + i}
		if classOf(len(run)/2) >= 0 {
			raw, _ := decode(s.spare[:0], run, lettersOf16(), 4)
			if h, ok := s.sum(raw, at); ok {
				return h, true
			}
		}
		if h, ok := s.open("hex", at, opening{lettersOf16(), 4, 8}, depth); ok {
			return h, true
		}
	}
	return hit{}, false
}

// base64 looks at a token as base64, and as lz-string, which looks alike.
func (s *search) base64(k token, depth int) (hit, bool) {
	if k.any&isUpper != 0 && k.any&isLower != 0 && is64Sum(len(k.text)) {
		if raw, ok := decode(s.spare[:0], k.text, lettersOf64(), 6); ok {
			if h, ok := s.sum(raw, k); ok {
				return h, true
			}
		}
	}
	if h, ok := s.open("base64", k, opening{lettersOf64(), 6, 12}, depth); ok {
		return h, true
	}
	if k.text[0] > 'P' || depth >= maxDepth {
		return hit{}, false
	}
	if plain, ok := lzDecompress(k.text, maxOpened); ok && len(plain) >= minToken {
		return s.nested("lz-string", plain, k, depth)
	}
	return hit{}, false
}

// is64Sum says whether a digest is so long in base64, unpadded.
func is64Sum(n int) bool {
	switch n {
	case 22, 27, 38, 43, 64, 86:
		return true
	}
	return false
}

// base32 looks at a token in one case as base32.
func (s *search) base32(k token, depth int) (hit, bool) {
	switch len(k.text) {
	case 26, 32, 45, 52, 77, 103:
		if raw, ok := decode(s.spare[:0], k.text, lettersOf32(), 5); ok && k.any&isDigit != 0 {
			if h, ok := s.sum(raw, k); ok {
				return h, true
			}
		}
	}
	return s.open("base32", k, opening{lettersOf32(), 5, 16}, depth)
}

// base58 looks at a token as base58, which has no places and is read as a
// whole.
func (s *search) base58(k token, depth int) (hit, bool) {
	if len(k.text) < 20 || len(k.text) > 90 || strings.ContainsAny(k.text, "0OIl") || depth >= maxDepth {
		return hit{}, false
	}
	raw, err := base58.Decode(k.text)
	if err != nil {
		return hit{}, false
	}
	if h, ok := s.sum(raw, k); ok {
		return h, true
	}
	if isText(raw) {
		return s.nested("base58", string(raw), k, depth)
	}
	return hit{}, false
}

// sum looks a digest up.
func (s *search) sum(raw []byte, k token) (hit, bool) {
	n, name, ok := s.f.digest(raw)
	if !ok {
		return hit{}, false
	}
	h := hit{start: k.start, end: k.end, layers: append([]string{name}, n.layers...), subject: int(n.subject)}
	return s.f.graded(h, false), true
}
