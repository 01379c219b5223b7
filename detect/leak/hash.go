package leak

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/binary"
	"hash/crc32"
	"strconv"

	"github.com/twmb/murmur3"
	"golang.org/x/crypto/md4"
	"golang.org/x/crypto/ripemd160"
)

// A hash is one way of making a fingerprint.
type hash struct {
	name string
	// size is that of the digest in octets.
	size int
	sum  func([]byte) []byte
	// likely says that it is often seen; slow ones are not nested deeply.
	likely, slow bool
}

// knownSalt is the one salt that Leaky Forms found in public scripts: it is put
// behind the address before SHA-256.
const knownSalt = "QX4QkKEU"

// hashes are those of Leaky Forms, and their siblings of the same families.
func hashes() []hash {
	return []hash{
		{name: "md5", size: 16, likely: true, sum: func(b []byte) []byte { s := md5.Sum(b); return s[:] }},
		{name: "sha1", size: 20, likely: true, sum: func(b []byte) []byte { s := sha1.Sum(b); return s[:] }},
		{name: "sha256", size: 32, likely: true, sum: func(b []byte) []byte { s := sha256.Sum256(b); return s[:] }},
		{name: "sha512", size: 64, likely: true, sum: func(b []byte) []byte { s := sha512.Sum512(b); return s[:] }},
		{name: "salted sha256", size: 32, likely: true, sum: salted},
		{name: "md2", size: 16, slow: true, sum: md2},
		{name: "md4", size: 16, sum: func(b []byte) []byte { h := md4.New(); h.Write(b); return h.Sum(nil) }},
		{name: "sha224", size: 28, sum: func(b []byte) []byte { s := sha256.Sum224(b); return s[:] }},
		{name: "sha384", size: 48, sum: func(b []byte) []byte { s := sha512.Sum384(b); return s[:] }},
		{name: "sha512/224", size: 28, sum: func(b []byte) []byte { s := sha512.Sum512_224(b); return s[:] }},
		{name: "sha512/256", size: 32, sum: func(b []byte) []byte { s := sha512.Sum512_256(b); return s[:] }},
		{name: "sha3-224", size: 28, sum: func(b []byte) []byte { s := sha3.Sum224(b); return s[:] }},
		{name: "sha3-256", size: 32, sum: func(b []byte) []byte { s := sha3.Sum256(b); return s[:] }},
		{name: "sha3-384", size: 48, sum: func(b []byte) []byte { s := sha3.Sum384(b); return s[:] }},
		{name: "sha3-512", size: 64, sum: func(b []byte) []byte { s := sha3.Sum512(b); return s[:] }},
		{name: "ripemd160", size: 20, sum: func(b []byte) []byte { h := ripemd160.New(); h.Write(b); return h.Sum(nil) }},
		{name: "whirlpool", size: 64, slow: true, sum: whirlpool},
		{name: "mmh3-128", size: 16, sum: func(b []byte) []byte { return murmur(b, 0, 1) }},
		{name: "mmh3-64-1", size: 8, sum: func(b []byte) []byte { return murmur(b, 0) }},
		{name: "mmh3-64-2", size: 8, sum: func(b []byte) []byte { return murmur(b, 1) }},
	}
}

func salted(b []byte) []byte {
	s := sha256.Sum256(append(append(make([]byte, 0, len(b)+len(knownSalt)), b...), knownSalt...))
	return s[:]
}

// murmur returns halves of MurmurHash3 for 64-bit machines, the way a number is
// written: the most significant octet first.
func murmur(b []byte, halves ...int) []byte {
	var sum [2]uint64
	sum[0], sum[1] = murmur3.Sum128(b)
	var out []byte
	for _, i := range halves {
		out = binary.BigEndian.AppendUint64(out, sum[i])
	}
	return out
}

// A checksum is a fingerprint that is written as a number or is so short that
// another address may well have the same.
type checksum struct {
	name, text string
	weak       bool
}

// checksums are the short fingerprints of a text, as they are written.
func checksums(text string) []checksum {
	b := []byte(text)
	crc, mmh := crc32.ChecksumIEEE(b), murmur3.Sum32(b)
	lo, hi := murmur3.Sum128(b)
	var out []checksum
	for _, short := range []struct {
		name string
		sum  uint32
	}{{"crc32", crc}, {"mmh3-32", mmh}} {
		out = append(out,
			checksum{short.name, hex8(short.sum), true},
			checksum{short.name, strconv.FormatUint(uint64(short.sum), 10), true},
			checksum{short.name, magnitude(int64(int32(short.sum))), true})
	}
	return append(out,
		checksum{"mmh3-64-1", strconv.FormatUint(lo, 10), false}, checksum{"mmh3-64-1", magnitude(int64(lo)), false},
		checksum{"mmh3-64-2", strconv.FormatUint(hi, 10), false}, checksum{"mmh3-64-2", magnitude(int64(hi)), false},
		checksum{"mmh3-128", decimal128(lo, hi), false})
}

// hex8 writes 32 bits in hexadecimal.
func hex8(v uint32) string {
	const digits = "0123456789abcdef"
	var out [8]byte
	for i := range out {
		out[i] = digits[v>>(28-4*i)&15]
	}
	return string(out[:])
}

// magnitude writes a signed number without its sign, which a URL's tokens do
// not begin with.
func magnitude(v int64) string {
	if v < 0 {
		return strconv.FormatUint(uint64(-v), 10)
	}
	return strconv.FormatInt(v, 10)
}

// decimal128 writes MurmurHash3's 128 bits as one number, the second half being
// the upper one, as Python's mmh3 does.
func decimal128(lo, hi uint64) string {
	var digits [39]byte
	at := len(digits)
	for hi > 0 || lo > 0 || at == len(digits) {
		var rest uint64
		hi, rest = hi/10, hi%10
		// rest<<64 + lo, divided by ten; 2^64 = 10*1844674407370955161 + 6.
		const tenth, over = 1844674407370955161, 6
		sum := rest*over + lo%10
		lo, rest = rest*tenth+lo/10+sum/10, sum%10
		at--
		digits[at] = byte('0' + rest)
	}
	return string(digits[at:])
}
