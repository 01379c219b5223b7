package message_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
)

func TestDecode(t *testing.T) {
	const qp, b64 = message.QuotedPrintable, message.Base64
	tests := []struct {
		name       string
		enc        message.Encoding
		body, want string
	}{
		{"identity", message.Identity, "a=3D =\r\n b", "a=3D =\r\n b"},
		{"escape", qp, "a=3Db", "a=b"},
		{"lower case", qp, "=c3=a9", "\xc3\xa9"},
		{"soft break", qp, "a=\r\nb=\nc", "abc"},
		{"soft break with blanks", qp, "a= \t\r\nb=  \nc=    \nd", "a= \t\r\nb=  \nc=  \nd"},
		{"soft break at the end", qp, "a=", "a"},
		{"soft break at the end with blanks", qp, "a= \t", "a= \t"},
		{"two equals before a line end", qp, "a==\r\n41", "a==\r\n41"},
		{"blanks at line ends", qp, "a \r\nb\t\nc ", "a\r\nb\nc"},
		{"only blanks", qp, "  \r\n\t\n ", "\r\n\n"},
		{"blanks before a soft break", qp, "a =\r\nb", "a b"},
		{"blanks before a bare CR", qp, "a \rb", "a \rb"},
		{"soft break at a bare CR", qp, "a=\rb=\r=\r\n=\r", "ab"},
		{"bad escapes", qp, "=ZZ=4=4G==41=", "=ZZ=4=4G==41"},
		{"bad escape before an escape", qp, "=4z=41", "=4zA"},
		{"bad escape takes three octets", qp, "==3C=A=3C=\t=3C=3C", "==3C=A=3C=\t=3C<"},
		{"escape cut by the line end", qp, "=4\r\n1", "=4\r\n1"},
		{"escape after blanks", qp, "= 41", "= 41"},
		{"8 bit", qp, "\xe9=E9\x00", "\xe9\xe9\x00"},
		{"empty", qp, "", ""},
		{"base64", b64, "QUJD", "ABC"},
		{"padding", b64, "QUI=QQ==", "ABA"},
		{"padding missing", b64, "QUJDQUI", "ABCAB"},
		{"padding missing, one octet", b64, "QQ", "A"},
		{"one character at the end", b64, "QUJDQ", "ABC"},
		{"one character before padding", b64, "Q=QUJD", "ABC"},
		{"padding alone", b64, "====QQ==", "A"},
		{"odd bits", b64, "QR==QUJ=", "AAB"},
		{"junk", b64, "Q-U\x00\r\n J_D!", "ABC"},
		{"one a line", b64, "Q\nU\nJ\nD\n", "ABC"},
		{"empty base64", b64, "", ""},
		{"only junk", b64, "-- \r\n", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := message.Decode([]byte(test.body), 0, test.enc).Bytes(); string(got) != test.want {
				t.Errorf("%q is %q, want %q", test.body, got, test.want)
			}
			if got := decodeSlowly([]byte(test.body), test.enc); string(got) != test.want {
				t.Errorf("the test's own decoder gives %q for %q, want %q", got, test.body, test.want)
			}
		})
	}
}

// A replaceCase is one row of [TestReplace].
type replaceCase struct {
	name       string
	enc        message.Encoding
	body       string
	start, end int
	with, want string // want is the body, "" if it cannot be
}

// replaceCases are edits, and what becomes of the body.
func replaceCases() []replaceCase {
	const qp, b64 = message.QuotedPrintable, message.Base64
	return []replaceCase{
		{"identity", message.Identity, "abcd", 1, 3, "XY", "aXYd"},
		{"whole", message.Identity, "abcd", 0, 4, "WXYZ", "WXYZ"},
		{"too short", message.Identity, "abcd", 1, 3, "X", ""},
		{"too long", message.Identity, "abcd", 1, 3, "XYZ", ""},
		{"empty", message.Identity, "abcd", 1, 1, "", ""},
		{"past the end", message.Identity, "abcd", 3, 5, "XY", ""},
		{"backwards", message.Identity, "abcd", 3, 1, "XY", ""},
		{"not ASCII", message.Identity, "abcd", 1, 3, "\xc3\xa9", ""},
		{"control", message.Identity, "abcd", 1, 2, "\x1b", ""},
		{"line end stays, given", message.Identity, "ab\r\ncd", 1, 5, "X\r\nY", "aX\r\nYd"},
		{"line end stays, left out", message.Identity, "ab\r\ncd", 1, 5, "XY", "aX\r\nYd"},
		{"line end cannot be elsewhere", message.Identity, "ab\r\ncd", 1, 5, "\r\nXY", ""},
		{"no new line end", message.Identity, "abcd", 1, 3, "\r\n", ""},
		{"slots", qp, "a=62=\r\nc=\r\n=64e", 0, 5, "VWXYZ", "V=57=\r\nX=\r\n=59Z"},
		{"equals in three octets", qp, "=61", 0, 1, "=", "=3D"},
		{"equals in one octet", qp, "a", 0, 1, "=", ""},
		{"escape keeps its case where nothing changes", qp, "=3d=3d", 0, 2, "=x", "=3d=78"},
		{"blank", qp, "abc", 1, 2, " ", "a c"},
		{"blank at the end", qp, "abc", 2, 3, " ", ""},
		{"blank at a line end", qp, "abc\r\n", 2, 3, " ", ""},
		{"blank before blanks at a line end", qp, "abc \t\n", 2, 3, " ", ""},
		{"blank before a soft break", qp, "abc=\r\nd", 2, 3, " ", "ab =\r\nd"},
		{"blank in three octets at a line end", qp, "ab=63\r\n", 2, 3, " ", "ab=20\r\n"},
		{"makes no escape", qp, "=xyz", 1, 3, "41", ""},
		{"makes no escape behind a digit", qp, "=4xz", 2, 3, "1", ""},
		{"bad escape may stay", qp, "=xyz", 1, 3, "hh", "=hhz"},
		{"bad escape in the middle", qp, "a=xyz", 0, 3, "bcd", "bcdyz"},
		{"soft break kept before", qp, "=\r\n41", 0, 2, "AB", "=\r\nAB"},
		{"line end in quoted-printable", qp, "ab\r\ncd", 1, 5, "XY", "aX\r\nYd"},
		{"escaped line end", qp, "ab=0D=0Acd", 1, 5, "XY", "aX=0D=0AYd"},
		{"base64 first", b64, "QUJD", 0, 1, "Z", "WkJD"},
		{"base64 middle", b64, "QUJD", 1, 2, "Z", "QVpD"},
		{"base64 last", b64, "QUJD", 2, 3, "Z", "QUJa"},
		{"base64 odd bits stay", b64, "QR==QUJ=", 0, 3, "BCD", "Qh==Q0S="[:4] + "Q0R="},
		{"base64 junk stays", b64, "Q-U\r\nJ D", 0, 3, "XYZ", "W-F\r\nl a"},
		{"base64 over quanta", b64, "QUJDQUJD", 2, 4, "YZ", "QUJZWkJD"},
	}
}

func TestReplace(t *testing.T) {
	for _, test := range replaceCases() {
		t.Run(test.name, func(t *testing.T) {
			const off = 100
			e, ok := message.Decode([]byte(test.body), off, test.enc).Replace(test.start, test.end, []byte(test.with))
			if !ok {
				if test.want != "" {
					t.Errorf("it cannot be replaced, want %q", test.want)
				}
				return
			}
			got := []byte(test.body)
			o := message.Overlay{Edits: []message.Edit{e}}
			if misses := o.Apply(got, off); misses != 0 || string(got) != test.want {
				t.Errorf("got %q, %d misses, want %q", got, misses, test.want)
			}
		})
	}
}

// TestReplaceBoundary checks that no edit makes a line a boundary.
func TestReplaceBoundary(t *testing.T) {
	const head = "Content-Type: multipart/mixed; boundary=x.y\r\n\r\n--x.y\r\n\r\n"
	tests := []struct {
		name, body, old, with string
		ok                    bool
	}{
		{"whole", "ab\r\n+++++\r\nc", "+++++", "--x.y", false},
		{"first line", "+++++\r\nc", "+++++", "--x.y", false},
		{"the rest of one", "ab\r\n--x+y\r\nc", "+", ".", false},
		{"from the line before", "ab\r\nq-x.y\r\nc", "b\r\nq", "z-", false},
		{"after a line end that stays", "ab+\r\n+-x.y\r\nc", "+\r\n+", "z-", false},
		{"only dashes", "ab\r\n++z\r\nc", "++", "--", true},
		{"in the middle of a line", "ab+++++\r\nc", "+++++", "--x.y", true},
		{"behind dashes", "--><img src=+++++>", "+++++", "--x.y", true},
		{"far behind", strings.Repeat("z", 100) + "+++++", "+++++", "--x.y", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			raw := []byte(head + test.body + "\r\n--x.y--\r\n")
			l := message.Parse(raw)
			p := l.Root.Children[0]
			text := p.Decode(raw[p.Body.Start:p.Body.End], p.Body.Start)
			at := strings.Index(test.body, test.old)
			e, ok := text.Replace(at, at+len(test.old), []byte(test.with))
			if ok != test.ok {
				t.Fatalf("replacing is %t", ok)
			}
			if !ok {
				return
			}
			before := outline(string(raw))
			o := message.Overlay{Edits: []message.Edit{e}}
			o.Apply(raw, 0)
			if n := len(l.Root.Children); len(message.Parse(raw).Root.Children) != n {
				t.Errorf("%s became %s", before, outline(string(raw)))
			}
		})
	}
	t.Run("boundaries not known", func(t *testing.T) {
		text := message.Decode([]byte("a\r\nbcd"), 0, message.Identity)
		if _, ok := text.Replace(3, 5, []byte("--")); ok {
			t.Error("a line began with dashes")
		}
		if _, ok := text.Replace(4, 6, []byte("--")); !ok {
			t.Error("dashes inside a line were refused")
		}
	})
}

func TestRawAndCut(t *testing.T) {
	tests := []struct {
		name       string
		enc        message.Encoding
		body       string
		start, end int
		raw        string
		at         int    // where decoding may begin anew for end
		rest       string // what is decoded from there
	}{
		{"identity", message.Identity, "abcdef", 1, 3, "bc", 3, "def"},
		{"quoted", message.QuotedPrintable, "a=62=\r\n=63d", 1, 3, "=62=\r\n=63", 3, "d"},
		{"base64", message.Base64, "QU\nJDREVG", 1, 3, "U\nJD", 3, "DEF"},
		{"base64 inside a quantum", message.Base64, "QU\nJDREVG", 1, 2, "U\nJ", 0, "ABCDEF"},
		{"base64 padded", message.Base64, "QQ==QUJD", 0, 1, "QQ", 1, "ABC"},
		{"all", message.QuotedPrintable, "a=62=\r\n", 0, 2, "a=62", 2, ""},
		{"nothing", message.QuotedPrintable, "a=62", 1, 1, "", 1, "b"},
		{"nothing at the end", message.Base64, "QUJD", 3, 3, "", 3, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text := message.Decode([]byte(test.body), 10, test.enc)
			r := text.Raw(test.start, test.end)
			if got := test.body[r.Start-10 : r.End-10]; got != test.raw {
				t.Errorf("raw %q, want %q", got, test.raw)
			}
			at, raw := text.Cut(test.end)
			rest := message.Decode([]byte(test.body[raw:]), 0, test.enc).Bytes()
			if at != test.at || string(rest) != test.rest {
				t.Errorf("cut at %d, %q behind it, want %d, %q", at, rest, test.at, test.rest)
			}
		})
	}
	text := message.Decode([]byte("abc"), 10, message.Base64)
	if r := text.Raw(0, 9); r.Len() != 0 {
		t.Errorf("a range that is not there is at %v", r)
	}
}

// checkReplacing replaces random spans of one body and decodes the result by
// other means.
func checkReplacing(t interface{ Fatalf(string, ...any) }, rnd *rand.Rand, body []byte, enc message.Encoding) {
	text := message.Decode(body, 0, enc)
	want := decodeSlowly(body, enc)
	if !bytes.Equal(text.Bytes(), want) {
		t.Fatalf("%d: %q is %q, want %q", enc, body, text.Bytes(), want)
	}
	for range 8 {
		if len(want) == 0 {
			return
		}
		start := rnd.IntN(len(want))
		end := start + 1 + rnd.IntN(min(len(want)-start, 200))
		with := randomASCII(rnd, want[start:end])
		e, ok := text.Replace(start, end, with)
		if !ok {
			continue
		}
		got := bytes.Clone(body)
		if misses := (&message.Overlay{Edits: []message.Edit{e}}).Apply(got, 0); misses != 0 {
			t.Fatalf("%d: edit %v of %q misses", enc, e, body)
		}
		changed := append(append(bytes.Clone(want[:start]), with...), want[end:]...)
		if again := decodeSlowly(got, enc); !bytes.Equal(again, changed) {
			t.Fatalf("%d: %q became %q, which is %q, want %q", enc, body, got, again, changed)
		}
		if r := text.Raw(start, end); r.Start != e.Offset || r.Len() != len(e.Old) {
			t.Fatalf("%d: [%d,%d) of %q is edited at %d, %d octets; Raw says %v", enc, start, end, body, e.Offset, len(e.Old), r)
		}
		at, raw := text.Cut(end)
		if rest := message.Decode(body[raw:], 0, enc).Bytes(); at > end || !bytes.Equal(rest, want[at:]) {
			t.Fatalf("%d: %q cut at %d, raw %d: %q, want %q", enc, body, at, raw, rest, want[at:])
		}
	}
}

// randomASCII has the line ends of old and is otherwise random.
func randomASCII(rnd *rand.Rand, old []byte) []byte {
	const letters = "abcdefABCDEF0123456789_/:.?&=- \t"
	out := make([]byte, len(old))
	for i, c := range old {
		out[i] = letters[rnd.IntN(len(letters))]
		if c == '\r' || c == '\n' {
			out[i] = c
		}
	}
	return out
}

func TestReplaceRandom(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, letters := range []string{"ab=\r\n \t", "=4AZ\r\n ", "QUJDREVGabcd0189+/", "QUJD=\r\n -"} {
		for range 3000 {
			body := make([]byte, rnd.IntN(60))
			for i := range body {
				body[i] = letters[rnd.IntN(len(letters))]
			}
			checkReplacing(t, rnd, body, message.QuotedPrintable)
			checkReplacing(t, rnd, body, message.Base64)
		}
	}
}

// TestReplaceLong checks texts that have many marks, also in one line.
func TestReplaceLong(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for _, unit := range []string{"abc", "=41", "a=\r\n", "a \r\n", " ", "=", "QUJD", "QUJD\r\n", "QUJ=", "Q", "\n"} {
		body := []byte(strings.Repeat(unit, 5000))
		checkReplacing(t, rnd, body, message.QuotedPrintable)
		checkReplacing(t, rnd, body, message.Base64)
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{"a=3D =\r\n b \r\n", "=", "==\r\n", "= \r", "=c3=A9=ZZ", "QUJDQUI=", "Q=R==QU\r\nJ_D", strings.Repeat("=41", 200)} {
		f.Add([]byte(s), uint64(1))
	}
	f.Fuzz(func(t *testing.T, body []byte, seed uint64) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		for _, enc := range encodings {
			checkReplacing(t, rnd, body, enc.id)
		}
	})
}
