package plan

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"log/slog"
	"math/bits"

	"github.com/unseen-mail/unseen/detect/reference"
)

// A Key is the secret of one account. Tokens made with it tell nothing about
// the message without it, and equal addresses in two accounts have different
// tokens.
type Key [32]byte

// LogValue keeps the key out of logs.
func (Key) LogValue() slog.Value { return slog.StringValue("…") }

// String keeps the key out of what is printed.
func (Key) String() string { return "…" }

// The lengths of tokens: 62 to the power of 22 is more than 2 to the power of
// 128, to the power of 11 more than 2 to the power of 64.
const (
	tokenLetters = 22
	shortLetters = 11
)

// tokenDomain begins what is signed, so that no other use of the key gives a token.
const tokenDomain = "unseen load token 1\x00"

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// Token returns the token of one reference of one message, 22 letters. It is
// exactly one reference's: the same address elsewhere in the message, or in
// another message, has another.
//
// The format is final. It is the HMAC-SHA256 (RFC 2104) under the account's
// key of, in this order:
//
//	"unseen load token 1", then one octet 0
//	SHA-256 of the raw top-level header block with the empty line that ends it
//	section, vector and URL, each as its length in octets (64 bits, big-endian)
//	and its octets
//	the ordinal (64 bits, big-endian)
//
// The first 16 octets of that, as a big-endian number, are written in base 62
// with the digits 0-9, A-Z, a-z, zeros in front up to 22 letters. The short
// form, [ShortToken], is made from the 8 octets after them in the same way,
// 11 letters, so that neither form gives the other away.
//
// The ordinal counts all references of the leaf that this version of the
// planner finds: only plans of one [Version] are sure to agree on it.
func Token(k Key, header [32]byte, section string, vector reference.Vector, ordinal int, url string) string {
	long, _ := newSigner(k, header).tokens(section, vector, ordinal, url)
	return long
}

// ShortToken returns the short form of [Token], 11 letters.
func ShortToken(k Key, header [32]byte, section string, vector reference.Vector, ordinal int, url string) string {
	_, short := newSigner(k, header).tokens(section, vector, ordinal, url)
	return short
}

// A signer makes the tokens of one message. It serves one goroutine.
type signer struct {
	mac    hash.Hash
	header [32]byte
	buf    []byte
}

func newSigner(k Key, header [32]byte) *signer {
	return &signer{mac: hmac.New(sha256.New, k[:]), header: header}
}

func (s *signer) tokens(section string, vector reference.Vector, ordinal int, url string) (long, short string) {
	b := append(s.buf[:0], tokenDomain...)
	b = append(b, s.header[:]...)
	for _, field := range [...]string{section, string(vector), url} {
		b = binary.BigEndian.AppendUint64(b, uint64(len(field)))
		b = append(b, field...)
	}
	b = binary.BigEndian.AppendUint64(b, uint64(ordinal))
	s.mac.Reset()
	s.mac.Write(b)
	sum := s.mac.Sum(b[:0])
	s.buf = sum
	return letters(binary.BigEndian.Uint64(sum), binary.BigEndian.Uint64(sum[8:]), tokenLetters),
		letters(0, binary.BigEndian.Uint64(sum[16:]), shortLetters)
}

// letters writes a number of 128 bits in base 62.
func letters(hi, lo uint64, n int) string {
	out := make([]byte, n)
	for i := n - 1; i >= 0; i-- {
		var rest uint64
		hi, rest = hi/62, hi%62
		lo, rest = bits.Div64(rest, lo, 62)
		out[i] = base62[rest]
	}
	return string(out)
}
