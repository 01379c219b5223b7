package leak

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/adler32"
	"hash/crc32"
	"math/bits"
	"net/url"
	"strings"

	"github.com/mr-tron/base58"
)

// An encoding turns a text into another that it can be had back from.
type encoding struct {
	name string
	to   func(string) string
	// likely says that it is often seen.
	likely bool
}

// encodings are those of Leaky Forms, in the spellings that give another hash.
func encodings() []encoding {
	return []encoding{
		{name: "base64", to: func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }, likely: true},
		{name: "base64", to: func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }},
		{name: "base64", to: func(s string) string { return base64.URLEncoding.EncodeToString([]byte(s)) }},
		{name: "base64", to: func(s string) string { return base64.RawStdEncoding.EncodeToString([]byte(s)) }},
		{name: "hex", to: func(s string) string { return hex.EncodeToString([]byte(s)) }},
		{name: "hex", to: func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) }},
		{name: "base32", to: func(s string) string { return base32.StdEncoding.EncodeToString([]byte(s)) }},
		{name: "base58", to: func(s string) string { return base58.Encode([]byte(s)) }},
		{name: "urlencode", to: url.QueryEscape, likely: true},
		{name: "urlencode", to: func(s string) string { return url.QueryEscape(url.QueryEscape(s)) }},
		{name: "entity", to: entities, likely: true},
		{name: "rot13", to: rot13},
		{name: "reversed", to: reversed},
		{name: "alphabet", to: exchanged, likely: true},
		{name: "lz-string", to: lzBase64, likely: true},
		{name: "deflate", to: deflate},
		{name: "zlib", to: func(s string) string {
			sum := binary.BigEndian.AppendUint32(nil, adler32.Checksum([]byte(s)))
			return "\x78\x9c" + deflate(s) + string(sum)
		}},
		{name: "gzip", to: func(s string) string {
			end := binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(s)))
			end = binary.LittleEndian.AppendUint32(end, uint32(len(s)))
			return "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + deflate(s) + string(end)
		}},
	}
}

// entities writes each character that is no letter or digit as HTML's numbered
// entity.
func entities(s string) string {
	var out strings.Builder
	for i := range len(s) {
		if isAlnum(s[i]) {
			out.WriteByte(s[i])
		} else {
			fmt.Fprintf(&out, "&#%d;", s[i])
		}
	}
	return out.String()
}

// rot13 moves letters by half of the alphabet.
func rot13(s string) string {
	out := []byte(s)
	for i, c := range out {
		switch {
		case c|0x20 >= 'a' && c|0x20 <= 'm':
			out[i] = c + 13
		case c|0x20 >= 'n' && c|0x20 <= 'z':
			out[i] = c - 13
		}
	}
	return string(out)
}

func reversed(s string) string {
	out := make([]byte, len(s))
	for i := range out {
		out[i] = s[len(s)-1-i]
	}
	return string(out)
}

// exchanged replaces letters and digits by the table that Leaky Forms found in
// use (its LeakDetector.py, custom_map_1).
func exchanged(s string) string {
	const from = "kibp8A4EWRMKHa7gvyz1dOPt6UI5xYD3nqhVwZBXfCcFeJmrLN20lS9QGsjTuo"
	const to = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	out := []byte(s)
	for i, c := range out {
		if at := strings.IndexByte(from, c); at >= 0 {
			out[i] = to[at]
		}
	}
	return string(out)
}

// deflate compresses as zlib does with texts as short as an address: one block
// with fixed codes (RFC 1951, section 3.2.6). Nothing in an address repeats, as
// a rule; where something does, zlib would write less.
func deflate(s string) string {
	var out []byte
	value, have := uint(0), 0
	put := func(v uint, n int) {
		value |= v << have
		for have += n; have >= 8; have -= 8 {
			out = append(out, byte(value))
			value >>= 8
		}
	}
	put(1|1<<1, 3) // the last block; fixed codes
	for i := range len(s) {
		if c := uint16(s[i]); c < 144 {
			put(uint(bits.Reverse16(0x30+c)>>8), 8)
		} else {
			put(uint(bits.Reverse16(0x190+c-144)>>7), 9)
		}
	}
	put(0, 7+7) // the end of the block, and of the last octet
	return string(out)
}

// An alphabet is what six or five bits are written as.
type alphabet struct {
	name, letters string
	bits          int
	fold          bool
}

// alphabets are those in which an address is looked for wherever in a longer
// text it stands. The second is for URLs and file names (RFC 4648, section 5);
// others are those of crypt(3), bcrypt, YUI, and number systems that begin with
// the digits.
func alphabets() []alphabet {
	const upper, lower, digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789"
	list := []alphabet{
		{name: "base32", letters: lower + "234567", bits: 5, fold: true},
		{name: "base32", letters: digits + "abcdefghijklmnopqrstuv", bits: 5, fold: true},
		{name: "base32", letters: "ybndrfg8ejkmcpqxot1uwisza345h769", bits: 5, fold: true},
		{name: "base32", letters: "0123456789abcdefghjkmnpqrstvwxyz", bits: 5, fold: true},
	}
	for _, letters := range []string{
		upper + lower + digits + "+/", upper + lower + digits + "-_", upper + lower + digits + "._",
		"./" + digits + upper + lower, "./" + upper + lower + digits,
		digits + upper + lower + "+/", digits + upper + lower + "-_", digits + lower + upper + "+/", digits + lower + upper + "-_",
		lower + upper + digits + "+/",
	} {
		list = append(list, alphabet{name: "base64", letters: letters, bits: 6})
	}
	return list
}

// shifted returns what a text is written as wherever it begins within a longer
// one: at each offset, without the letters at its ends that depend on what is
// beside it.
func (a alphabet) shifted(text string) []string {
	var out []string
	period := 3
	if a.bits == 5 {
		period = 5
	}
	for offset := range period {
		lead := offset * 8
		first := (lead + a.bits - 1) / a.bits
		last := (lead + len(text)*8) / a.bits
		letters := make([]byte, 0, last-first)
		for i := first; i < last; i++ {
			v := 0
			for b := i*a.bits - lead; b < (i+1)*a.bits-lead; b++ {
				v = v<<1 | int(text[b/8]>>(7-b%8)&1)
			}
			letters = append(letters, a.letters[v])
		}
		out = append(out, string(letters))
	}
	return out
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}
