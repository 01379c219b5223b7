package leak

import "unicode/utf8"

// lz-string is a small compressor of JavaScript, popular for what is kept in a
// URL: LZ78 over characters, with codes that grow by a bit when they run out.
const (
	lzStandard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
	lzForURL   = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-$"
)

// An lzWriter writes codes, the lowest bit first, six bits a letter.
type lzWriter struct {
	letters string
	out     []byte
	value   int
	count   int
	// width is that of the next code, left how many codes until it grows.
	width, left int
}

func (w *lzWriter) bits(v, n int) {
	for range n {
		w.value = w.value<<1 | v&1
		v >>= 1
		if w.count++; w.count == 6 {
			w.out = append(w.out, w.letters[w.value])
			w.value, w.count = 0, 0
		}
	}
}

func (w *lzWriter) used() {
	if w.left--; w.left == 0 {
		w.left = 1 << w.width
		w.width++
	}
}

// lzBase64 is compressToBase64.
func lzBase64(s string) string {
	out := lzCompress(s, lzStandard)
	for len(out)%4 != 0 {
		out += "="
	}
	return out
}

// lzCompress compresses a text of Latin-1 or ASCII.
func lzCompress(s, letters string) string {
	w := &lzWriter{letters: letters, width: 2, left: 2}
	codes := make(map[string]int)
	fresh := make(map[string]bool)
	next := 3
	emit := func(word string) {
		if fresh[word] {
			r, _ := utf8.DecodeRuneInString(word)
			if r < 256 {
				w.bits(0, w.width)
				w.bits(int(r), 8)
			} else {
				w.bits(1, w.width)
				w.bits(int(r), 16)
			}
			w.used()
			delete(fresh, word)
		} else {
			w.bits(codes[word], w.width)
		}
		w.used()
	}
	word := ""
	for _, r := range s {
		c := string(r)
		if _, ok := codes[c]; !ok {
			codes[c], fresh[c] = next, true
			next++
		}
		if _, ok := codes[word+c]; ok {
			word += c
			continue
		}
		emit(word)
		codes[word+c] = next
		next++
		word = c
	}
	if word != "" {
		emit(word)
	}
	w.bits(2, w.width)
	// The last letter is filled up, and there always is one more bit.
	for n := 6 - w.count; n > 0; n-- {
		w.bits(0, 1)
	}
	return string(w.out)
}

// An lzReader reads codes.
type lzReader struct {
	text  string
	index *[256]int8
	at    int
	value int
	left  int
}

// bits reads a code, and -1 at the end.
func (r *lzReader) bits(n int) int {
	v := 0
	for i := range n {
		if r.left == 0 {
			if r.at >= len(r.text) {
				return -1
			}
			letter := r.index[r.text[r.at]]
			if letter < 0 {
				return -1
			}
			r.value, r.left, r.at = int(letter), 6, r.at+1
		}
		r.left--
		v |= r.value >> r.left & 1 << i
	}
	return v
}

// char reads a character that is new, of 8 or 16 bits.
func (r *lzReader) char(code int) (string, bool) {
	v := r.bits(8 + 8*code)
	// Text is what is looked for; most of what is no lz-string ends here.
	return string(rune(v)), v >= ' ' || v == '\n' || v == '\t' || v == '\r'
}

// lzDecompress returns a text, and false for what is none. It stops at max
// octets.
func lzDecompress(text string, max int) (string, bool) {
	r := &lzReader{text: text, index: lettersFor64()}
	first := r.bits(2)
	if first != 0 && first != 1 {
		return "", false
	}
	word, ok := r.char(first)
	if !ok {
		return "", false
	}
	words := []string{"", "", "", word}
	out := []byte(word)
	width, left := 3, 4
	grow := func() {
		if left--; left == 0 {
			left = 1 << width
			width++
		}
	}
	for len(out) < max && width < 20 {
		code := r.bits(width)
		switch code {
		case -1:
			return "", false
		case 2:
			return string(out), true
		case 0, 1:
			c, ok := r.char(code)
			if !ok {
				return "", false
			}
			words = append(words, c)
			code = len(words) - 1
			grow()
		}
		var entry string
		switch {
		case code > 2 && code < len(words):
			entry = words[code]
		case code == len(words):
			_, n := utf8.DecodeRuneInString(word)
			entry = word + word[:n]
		default:
			return "", false
		}
		out = append(out, entry...)
		_, n := utf8.DecodeRuneInString(entry)
		words = append(words, word+entry[:n])
		word = entry
		grow()
	}
	return string(out), false
}
