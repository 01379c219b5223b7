package plan

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect/reference"
)

// TestToken pins the format: a token in a reader's mail is good for ever.
func TestToken(t *testing.T) {
	var sequence Key
	for i := range sequence {
		sequence[i] = byte(i)
	}
	cases := []struct {
		name        string
		key         Key
		header      string
		section     string
		vector      reference.Vector
		ordinal     int
		url         string
		long, short string
	}{
		{"all empty", Key{}, "", "", "", 0, "", "6J550wBxEts8wM08GJHcA6", "780Zcs1ipvK"},
		{"usual", sequence, "From: a@a.example\r\n\r\n", "1.2", reference.ImgSrc, 7, "https://t.example/o?u=1", "10VdwMq3rikccrkVAYIsQq", "DQdk3YGdUNd"},
		{"not ASCII", sequence, "\r\n", "1", reference.StyleAttrURL, 1 << 40, "https://t.example/ü", "1eNx7Xfy1Z9QQqNUFsj237", "GHzScJ9Zvct"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			header := sha256.Sum256([]byte(c.header))
			long := Token(c.key, header, c.section, c.vector, c.ordinal, c.url)
			short := ShortToken(c.key, header, c.section, c.vector, c.ordinal, c.url)
			if long != c.long || short != c.short {
				t.Errorf("got %s and %s, want %s and %s", long, short, c.long, c.short)
			}
			wantLong, wantShort := tokenByTheBook(c.key, header, c.section, string(c.vector), c.ordinal, c.url)
			if long != wantLong || short != wantShort {
				t.Errorf("got %s and %s, by the book %s and %s", long, short, wantLong, wantShort)
			}
		})
	}
}

// tokenByTheBook makes a token as its comment says, in the plainest way.
func tokenByTheBook(k Key, header [32]byte, section, vector string, ordinal int, url string) (long, short string) {
	in := "unseen load token 1\x00" + string(header[:])
	for _, field := range []string{section, vector, url} {
		in += string(new(big.Int).SetUint64(uint64(len(field))).FillBytes(make([]byte, 8))) + field
	}
	in += string(new(big.Int).SetUint64(uint64(ordinal)).FillBytes(make([]byte, 8)))
	mac := hmac.New(sha256.New, k[:])
	mac.Write([]byte(in))
	sum := mac.Sum(nil)
	write := func(b []byte, n int) string {
		number, s := new(big.Int).SetBytes(b), ""
		for range n {
			var digit big.Int
			number.DivMod(number, big.NewInt(62), &digit)
			s = string("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[digit.Int64()]) + s
		}
		return s
	}
	return write(sum[:16], 22), write(sum[16:24], 11)
}

// TestTokenFields checks that moving an octet from one field to the next gives
// another token.
func TestTokenFields(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringN(1, 20, 40).Draw(t, "text")
		cut := func(name string) (string, string) {
			n := rapid.IntRange(0, len(text)).Draw(t, name)
			return text[:n], text[n:]
		}
		section, url := cut("one")
		other, rest := cut("two")
		a := Token(Key{}, [32]byte{}, section, "v", 0, url)
		b := Token(Key{}, [32]byte{}, other, "v", 0, rest)
		if (a == b) != (section == other) {
			t.Fatalf("%q %q and %q %q: %s and %s", section, url, other, rest, a, b)
		}
	})
}

func TestLetters(t *testing.T) {
	for _, c := range []struct {
		hi, lo uint64
		n      int
		want   string
	}{
		{0, 0, 11, "00000000000"},
		{0, 61, 11, "0000000000z"},
		{0, 62, 11, "00000000010"},
		{0, 1<<64 - 1, 11, "LygHa16AHYF"},
		{1<<64 - 1, 1<<64 - 1, 22, "7n42DGM5Tflk9n8mt7Fhc7"},
	} {
		if got := letters(c.hi, c.lo, c.n); got != c.want {
			t.Errorf("%x%016x: %s, want %s", c.hi, c.lo, got, c.want)
		}
	}
}

// TestKeyHidden checks that a key does not get into a log by mistake.
func TestKeyHidden(t *testing.T) {
	key := Key{0xab, 0xcd}
	var out strings.Builder
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "key", key)
	fmt.Fprint(&out, key, fmt.Sprintf("%v %s %+v", key, key, key))
	if s := out.String(); strings.Contains(s, hex.EncodeToString(key[:2])) || strings.Contains(s, "171") {
		t.Errorf("the key is written: %s", s)
	}
}
