package leak

import (
	"encoding/hex"
	"strings"
	"testing"
)

// TestDigests checks the hashes that are our own, and those whose writing is,
// against published vectors.
func TestDigests(t *testing.T) {
	sums := map[string]func([]byte) []byte{}
	for _, h := range hashes() {
		sums[h.name] = h.sum
	}
	for _, tt := range []struct{ name, text, want string }{
		// RFC 1319, section A.5.
		{"md2", "", "8350e5a3e24c153df2275c9f80692773"},
		{"md2", "a", "32ec01ec4a6dac72c0ab96fb34c0b5d1"},
		{"md2", "abc", "da853b0d3f88d99b30283a69e6ded6bb"},
		{"md2", "message digest", "ab4f496bfb2a530b219ff33031fe06b0"},
		{"md2", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "da33def2a42df13975352846c30338cd"},
		// ISO/IEC 10118-3, Whirlpool.
		{"whirlpool", "", "19fa61d75522a4669b44e39c1d2e1726c530232130d407f89afee0964997f7a73e83be698b288febcf88e3e03c4f0757ea8964e59b63d93708b138cc42a66eb3"},
		{"whirlpool", "abc", "4e2448a4c6f486bb16b6562c73b4020bf3043e3a731bce721ae1b303d97e6d4c7181eebdb6c57e277d0e34957114cbd6c797fc9d95d8b582d225292076d4eef5"},
		// RFC 1320, section A.5, and the page of RIPEMD-160.
		{"md4", "abc", "a448017aaf21d8525fc10ae87aa6729d"},
		{"ripemd160", "abc", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"},
	} {
		if got := hex.EncodeToString(sums[tt.name]([]byte(tt.text))); got != tt.want {
			t.Errorf("%s of %q is %s, want %s", tt.name, tt.text, got, tt.want)
		}
	}
	long := strings.Repeat("a", 200)
	for name, sum := range sums {
		if a, b := hex.EncodeToString(sum([]byte(long))), hex.EncodeToString(sum([]byte(long+"b"))); a == b {
			t.Errorf("%s does not read to the end", name)
		}
	}
}

// TestSizes checks that each hash has the size that it is looked up by.
func TestSizes(t *testing.T) {
	for _, h := range hashes() {
		if n := len(h.sum([]byte("x"))); n != h.size || classOf(n) < 0 {
			t.Errorf("%s has %d octets, said to be %d", h.name, n, h.size)
		}
	}
}

// TestDecimal checks the arithmetic on 128 bits.
func TestDecimal(t *testing.T) {
	for _, tt := range []struct {
		lo, hi uint64
		want   string
	}{
		{0, 0, "0"}, {9, 0, "9"}, {1<<64 - 1, 0, "18446744073709551615"}, {0, 1, "18446744073709551616"},
		{1<<64 - 1, 1<<64 - 1, "340282366920938463463374607431768211455"},
	} {
		if got := decimal128(tt.lo, tt.hi); got != tt.want {
			t.Errorf("%d, %d: %s, want %s", tt.hi, tt.lo, got, tt.want)
		}
	}
	if magnitude(-5) != "5" || magnitude(-1<<63) != "9223372036854775808" {
		t.Error("the sign is written")
	}
}

// TestSpellings checks encodings that are our own against what the programs
// make that they are taken from: zlib 1.2 and lz-string 1.5.
func TestSpellings(t *testing.T) {
	const text = "anna@reader.example"
	for _, tt := range []struct{ name, got, want string }{
		{"deflate", hex.EncodeToString([]byte(deflate(text))), "4bcccb4b74284a4d4c492dd24bad48cc2dc8490500"},
		{"lz-string", lzBase64(text), "IYOxwAQJwU2ATGUB0MAewC2AHANjIA=="},
		{"lz-string, again", lzBase64("Hello, world. Hello, world. Hello!"), "BIUwNmD2A0AEDukBOYAmA6WoIwctm2UAhEA="},
		{"lz-string for URLs", lzCompress("ab", lzForURL), "IYIyA"},
		{"rot13", rot13("Anna@x.Y9"), "Naan@k.L9"},
		{"reversed", reversed("abc"), "cba"},
		{"entities", entities("a@b.c"), "a&#64;b&#46;c"},
		{"alphabet", exchanged("kib@uo"), "012@yz"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, tt.got, tt.want)
		}
	}
}

// TestLZ checks that what is compressed comes back, and that other text does not
// break it.
func TestLZ(t *testing.T) {
	for _, text := range []string{"a", "aaaaaaaaaaaaaaaaaaaaaaaa", "{\"mail\":\"anna@reader.example\",\"again\":\"anna@reader.example\"}", "\u00e9t\u00e9 \u732b", strings.Repeat("abcabd", 300)} {
		for _, letters := range []string{lzStandard, lzForURL} {
			if got, ok := lzDecompress(lzCompress(text, letters), 1<<16); !ok || got != text {
				t.Errorf("%q came back as %q %v", text, got, ok)
			}
		}
	}
	for _, text := range []string{"", "A", "AAAAAAAAAAAAAAAA", "zzzz", "BIUwNm%%", strings.Repeat("B", 5000)} {
		if got, ok := lzDecompress(text, 1000); ok && len(got) > 2000 {
			t.Errorf("%.20q gave %d octets", text, len(got))
		}
	}
}

// TestReasons checks the sentences.
func TestReasons(t *testing.T) {
	for _, tt := range []struct {
		leak Leak
		want string
	}{
		{Leak{What: "address"}, "The address carries your own e-mail address."},
		{Leak{What: "address", Layers: []string{"base64"}}, "The address carries your own e-mail address, written in base64."},
		{Leak{What: "address", Layers: []string{"sha256"}}, "The address carries the SHA-256 of your own e-mail address."},
		{Leak{What: "address", Layers: []string{"md5"}, Variant: "with newline"}, "The address carries the MD5 of your own e-mail address, with newline."},
		{Leak{What: "alias", Layers: []string{"base64", "sha3-256", "base64"}}, "The address carries the SHA3-256 of the base64 form of another of your e-mail addresses, written in base64."},
		{Leak{What: "local part", Layers: []string{"salted sha256"}}, "The address carries a salted SHA-256 of the first part of your own e-mail address."},
		{Leak{What: "name", Layers: []string{"hex", "zlib"}}, "The address carries your name, written in hexadecimal, compressed with zlib."},
		{Leak{What: "domain", Layers: []string{"whirlpool", "alphabet"}}, "The address carries the WHIRLPOOL of a form in another alphabet of the domain of your e-mail address."},
	} {
		if got := tt.leak.Reason(); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
