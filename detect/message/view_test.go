package message_test

import (
	"bytes"
	"encoding/binary"
	"iter"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect/message"
)

// hidden is a text with octets that are ASCII and no ASCII character, in a
// charset, and the ASCII that it holds.
type hidden struct {
	text, ascii string
	labels      []string
}

// hiddens are one for each way of writing characters.
var hiddens = []hidden{
	{"<a>\x83\x5c\x95\x5c\xb1<b>", "<a><b>", []string{"shift_jis", "Shift-JIS", "sjis", "x-sjis", "ms_kanji", "windows-31j", "cp932", "ms932", " \"shift_jis\" "}},
	{"<a>\x81\x5c\xd6\xd0\x81\x30\x81\x30<b>", "<a><b>", []string{"gb2312", "GBK", "gb18030", "x-gbk", "chinese", "csgb2312", "gb_2312-80", "iso-ir-58", "cp936", "windows-936"}},
	{"<a>\xa5\x5c\xaf\xe0<b>", "<a><b>", []string{"big5", "Big5-HKSCS", "cn-big5", "x-x-big5", "cp950"}},
	{"<a>\x8c\x63\xc7\xd1<b>", "<a><b>", []string{"euc-kr", "ks_c_5601-1987", "korean", "ksc5601", "windows-949", "cp949", "ms949"}},
	{"<a>\xa4\xb3\x8f\xb0\xa1<b>", "<a><b>", []string{"euc-jp", "x-euc-jp", "utf-8", "iso-8859-1"}},
	{"<a>\x1b$B<!--\x1b(J\\x\x1b(B<b>", "<a>x<b>", []string{"iso-2022-jp", "csiso2022jp", "iso2022jp", "iso-2022-jp-2"}},
	{wide("<a>\u3c3c\u2200<b>", binary.LittleEndian), "<a><b>", []string{"utf-16", "utf-16le", "ucs-2", "unicode", "iso-10646-ucs-2", "csunicode", "unicodefeff"}},
	{wide("<a>\u3c3c\u2200<b>", binary.BigEndian), "<a><b>", []string{"utf-16be", "unicodefffe"}},
}

// others are those that Thunderbird does not know: it shows the octets.
var others = []hidden{
	{"<a>\x83\x5c<b>", "<a><b>", []string{"ibm943", "cp943c", "windows-932", "x-mac-japanese"}},
	{"<a>\x81\x5c<b>", "<a><b>", []string{"euc-cn", "ibm-1386"}},
	{"<a>\xa5\x5c<b>", "<a><b>", []string{"windows-950", "ms950"}},
	{"<a>\x8c\x63<b>", "<a><b>", []string{"uhc"}},
	{"<a>\x88\x3c<b>", "<a><b>", []string{"johab", "cp1361"}},
	{"\x1b$)C<a>\x0e<!--\x0f<b>", "<a><b>", []string{"iso-2022-kr", "csiso2022kr", "cp50225"}},
	{"\x1b$)A<a>\x0e<!\x0f\x1bN\x21<b>", "<a><b>", []string{"iso-2022-cn"}},
	{"<a>\x1b$A<!--\x1b(B\x1b.A<b>", "<a><b>", []string{"iso-2022-jp-3", "cp50221", "iso2022-jp"}},
	{"<a>~{<!--~}~~~\n<b>", "<a>~<b>", []string{"hz-gb-2312", "HZ"}},
	{wide("<a>\u3c3c<b>", binary.LittleEndian), "<a><b>", []string{"utf16", "ucs2"}},
	{"<\x00\x00\x00a\x00\x00\x00>\x00\x00\x00<<\x00\x00", "<a>", []string{"utf-32le", "utf-32", "ucs-4"}},
	{"\x00\x00\x00<\x00\x00\x00a\x00\x00\x00>\x00\x00<<", "<a>", []string{"utf-32be", "utf-32", "ucs-4"}},
}

// wide writes a text in UTF-16.
func wide(text string, order binary.AppendByteOrder) string {
	var out []byte
	for _, u := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, u)
	}
	return string(out)
}

// ascii is what a view shows of ASCII.
func ascii(v *message.View) string {
	return only(latin(v.Cells()))
}

// latin makes a rune of each octet.
func latin(b []byte) string {
	out := make([]rune, len(b))
	for i, c := range b {
		out[i] = rune(c)
	}
	return string(out)
}

// TestViews checks what is seen of texts by their labels.
func TestViews(t *testing.T) {
	for _, h := range hiddens {
		for _, label := range h.labels {
			v, ok := message.NewView(label, []byte(h.text))
			if !ok || ascii(v) != h.ascii {
				t.Errorf("%q shows %q, want %q", label, ascii(v), h.ascii)
			}
			checkViews(t, label, []byte(h.text))
		}
	}
	for _, h := range others {
		for _, label := range h.labels {
			views, whole := message.Views(label, []byte(h.text))
			first := only(latin([]byte(h.text)))
			if !whole || ascii(views[0]) != first {
				t.Errorf("%q does not show the octets first: %q", label, ascii(views[0]))
			}
			found := false
			for _, v := range views {
				found = found || ascii(v) == h.ascii
			}
			if !found {
				t.Errorf("%q never shows %q", label, h.ascii)
			}
			checkViews(t, label, []byte(h.text))
		}
	}
}

// TestViewTransparent looks at labels whose texts are seen as they are, in one way.
func TestViewTransparent(t *testing.T) {
	for _, label := range []string{
		"", "utf-8", "UTF-8", " utf-8 ", "\"utf-8\"", "utf8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "latin1", "ISO_8859-2",
		"windows-1250", "windows-1252", "cp1252", "cp1251", "koi8-r", "koi8-u", "macintosh", "x-mac-cyrillic", "x-mac-roman", "ibm437", "ibm850", "cp866",
		"iso-8859-8-i", "tis-620", "windows-874", "x-user-defined", "no-such-charset", "unknown-8bit", "viscii", "armscii-8", "cp125", "cp", "x",
		"euc-jp", "eucjp", "euc-tw", "gb_1988-80",
	} {
		text := []byte("<a>\xe9</a>~ \\")
		views, whole := message.Views(label, text)
		if !whole || len(views) != 1 || string(views[0].Cells()) != string(text) || !views[0].Even() {
			t.Errorf("%q is seen in %d ways", label, len(views))
			continue
		}
		if a, z := views[0].Octets(1, 5); a != 1 || z != 5 {
			t.Errorf("%q: cells [1,5) are octets [%d,%d)", label, a, z)
		}
	}
}

// TestViewOpaque looks at labels of what cannot be seen through.
func TestViewOpaque(t *testing.T) {
	for _, label := range []string{"utf-7", "unicode-1-1-utf-7", "csUnicode11UTF7", "x-unicode-2-0-utf-7"} {
		if views, whole := message.Views(label, []byte("text")); whole || len(views) > 0 {
			t.Errorf("%q is seen through", label)
		}
	}
	// Thunderbird does not know these, and shows the octets.
	for _, label := range []string{"utf7", "x-imap4-modified-utf7", "imap-mailbox-name", "ibm037", "cp037", "cp500", "ibm-1047", "ibm01140", "cp1026", "cp930", "ebcdic-cp-us", "scsu", "bocu-1", "cp65000"} {
		views, whole := message.Views(label, []byte("text"))
		if _, ok := message.NewView(label, nil); whole || ok || len(views) != 1 || string(views[0].Cells()) != "text" {
			t.Errorf("%q is seen in %d ways, all of it: %t", label, len(views), whole)
		}
	}
}

// TestViewGuessed looks at texts whose charset programs may guess.
func TestViewGuessed(t *testing.T) {
	const escapes = "<a>\x1b$B<!--\x1b(B<b>"
	for _, test := range []struct {
		name, label, text string
		ways              []string // what they show of ASCII
		whole             bool
	}{
		{"plain", "", "<a>text</a>", []string{"<a>text</a>"}, true},
		{"8 bit", "", "<a>\xe9</a>", []string{"<a></a>"}, true},
		{"8 bit before a backslash", "", "\x83\\<a>", []string{"<a>", "\\<a>"}, true},
		{"escape", "", escapes, []string{"<a><b>", "<a>\x1b$B<!--\x1b(B<b>"}, true},
		{"escape, labelled", "utf-8", escapes, []string{"<a><b>", "<a>\x1b$B<!--\x1b(B<b>"}, true},
		{"says UTF-8", "", `<meta charset=utf-8>`, []string{`<meta charset=utf-8>`}, true},
		{"says Big5", "", "<meta charset=big5>\xa5\x5c", []string{`<meta charset=big5>`, `<meta charset=big5>\`}, true},
		{"says UTF-7", "", `<meta content="text/html; CharSet = UTF-7">`, []string{`<meta content="text/html; CharSet = UTF-7">`}, false},
		{"says UTF-7, labelled", "utf-8", `<meta charset=utf-7>`, []string{`<meta charset=utf-7>`}, true},
		{"says HZ", "", "<meta charset='hz-gb-2312'>~{<!~}", []string{"<meta charset='hz-gb-2312'>", "<meta charset='hz-gb-2312'>~{<!~}"}, true},
		{"says nothing at the end", "", "<meta c charse chARSET", []string{"<meta c charse chARSET"}, true},
		{"says many things", "", strings.Repeat("charset=x charset=y", 100), []string{strings.Repeat("charset=x charset=y", 100)}, true},
		{"mark", "", "\xff\xfe<\x00a\x00", []string{"<a", "<\x00a\x00"}, true},
		{"mark, other octets first", "utf-8", "\xfe\xff\x00<\x00a", []string{"<a", "\x00<\x00a"}, true},
		{"mark of UTF-8", "utf-8", "\xef\xbb\xbf<a", []string{"<a"}, true},
		{"UTF-16 that is ASCII", "utf-16", "<a>", []string{"<a>"}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			views, whole := message.Views(test.label, []byte(test.text))
			var got []string
			for _, v := range views {
				got = append(got, ascii(v))
			}
			for _, want := range test.ways {
				found := false
				for _, one := range got {
					found = found || one == want
				}
				if !found {
					t.Errorf("no way shows %q, but %q", want, got)
				}
			}
			if whole != test.whole {
				t.Errorf("whole: %t", whole)
			}
			checkViews(t, test.label, []byte(test.text))
		})
	}
}

// TestViewLabels checks each charset that browsers know by what its decoder
// does with ASCII, alone and behind each other octet: where it is seen in one
// way only, ASCII is ASCII.
func TestViewLabels(t *testing.T) {
	for _, label := range []string{
		"utf-8", "ibm866", "iso-8859-2", "iso-8859-3", "iso-8859-4", "iso-8859-5", "iso-8859-6", "iso-8859-7", "iso-8859-8", "iso-8859-8-i",
		"iso-8859-10", "iso-8859-13", "iso-8859-14", "iso-8859-15", "iso-8859-16", "koi8-r", "koi8-u", "macintosh", "windows-874", "windows-1250",
		"windows-1251", "windows-1252", "windows-1253", "windows-1254", "windows-1255", "windows-1256", "windows-1257", "windows-1258", "x-mac-cyrillic",
		"gbk", "gb18030", "big5", "euc-jp", "iso-2022-jp", "shift_jis", "euc-kr", "utf-16be", "utf-16le",
	} {
		enc, err := htmlindex.Get(label)
		if err != nil {
			t.Fatal(err)
		}
		for first := range 256 {
			for second := range 128 {
				text := []byte{byte(first), byte(second)}
				out, err := enc.NewDecoder().Bytes(text)
				fault := err != nil || bytes.Contains(out, []byte("\ufffd"))
				if fault || label == "iso-2022-jp" && bytes.ContainsAny(text, "\x0e\x0f") {
					continue // decoders take these in two ways
				}
				v, ok := message.NewView(label, text)
				if want := only(string(out)); !ok || ascii(v) != want {
					t.Errorf("%q: % x shows %q, want %q", label, text, ascii(v), want)
				}
			}
		}
	}
}

// only keeps the ASCII of a text.
func only(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0x80 {
			return -1
		}
		return r
	}, text)
}

// TestViewText checks that of any text in any charset that can be written, the
// first view shows the ASCII and nothing else.
func TestViewText(t *testing.T) {
	charsets := map[string]encoding.Encoding{"hz-gb-2312": simplifiedchinese.HZGB2312}
	var labels []string
	for _, label := range []string{"gbk", "gb18030", "big5", "euc-jp", "iso-2022-jp", "shift_jis", "euc-kr", "utf-16be", "utf-16le", "utf-8", "koi8-r", "hz-gb-2312"} {
		labels = append(labels, label)
		if enc, err := htmlindex.Get(label); err == nil && label != "hz-gb-2312" {
			charsets[label] = enc
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		label := rapid.SampledFrom(labels).Draw(rt, "label")
		text := rapid.StringOfN(rapid.OneOf(rapid.RuneFrom([]rune("<>\"'\\~{}|aBu= \r\n\x00[")), rapid.RuneFrom([]rune("表ソ能功許한똠ヱabc中文ｱщ😀\u3c3c"))), 0, 60, -1).Draw(rt, "text")
		encoder := charsets[label].NewEncoder()
		var kept []rune
		for _, r := range text {
			if _, err := charsets[label].NewEncoder().String(string(r)); err == nil {
				kept = append(kept, r)
			}
		}
		text = string(kept)
		if label == "hz-gb-2312" {
			text = strings.ReplaceAll(text, "~", "")
		}
		written, err := encoder.String(text)
		if err != nil {
			rt.Skip()
		}
		views, _ := message.Views(label, []byte(written))
		found := false
		for _, v := range views {
			found = found || ascii(v) == only(text)
		}
		if !found || label != "hz-gb-2312" && ascii(views[0]) != only(text) {
			rt.Errorf("%q of %q shows %q", written, text, ascii(views[0]))
		}
		checkViews(rt, label, []byte(written))
	})
}

// checkViews checks what holds of all views of any text.
func checkViews(t rapid.TB, label string, text []byte) {
	t.Helper()
	views, _ := message.Views(label, text)
	for _, v := range views {
		checkView(t, v, text)
	}
}

// checkView checks that the cells are octets in order, each its own, and that
// what is written over some of them is what is seen there, and nothing else.
func checkView(t rapid.TB, v *message.View, text []byte) {
	t.Helper()
	cells := v.Cells()
	if len(cells) > len(text) {
		t.Fatalf("%d cells of %d octets", len(cells), len(text))
	}
	at := 0
	for i := range cells {
		a, z := v.Octets(i, i+1)
		if a < at || z <= a || z > len(text) {
			t.Fatalf("cell %d is octets [%d,%d) behind %d of %d", i, a, z, at, len(text))
		}
		at = z
		if e, _ := v.Octets(i, i); v.Even() && (a != i || z != i+1 || e != i) {
			t.Fatalf("cell %d is octets [%d,%d)", i, a, z)
		}
	}
	if a, z := v.Octets(0, len(cells)); len(cells) > 0 && (a < 0 || z != at) {
		t.Fatalf("all cells are octets [%d,%d) of %d", a, z, len(text))
	}
}

// FuzzViews checks what holds of views of any text, and of writing over a span
// of cells: what is seen then is the old text with that in its place.
func FuzzViews(f *testing.F) {
	for _, h := range append(append([]hidden{}, hiddens...), others...) {
		for _, label := range h.labels {
			f.Add(label, []byte(h.text), uint16(3), uint16(2))
		}
	}
	f.Add("", []byte("<meta charset=shift_jis>\x83\\"), uint16(0), uint16(1))
	f.Add("iso-2022-jp", []byte("a\x1b$B0!\x1b(Bb\x1b(Jc\x1b(I1\x1b$B0"), uint16(1), uint16(2))
	f.Fuzz(func(t *testing.T, label string, text []byte, start, length uint16) {
		views, whole := message.Views(label, text)
		if whole && len(views) == 0 {
			t.Fatal("no view")
		}
		for way, v := range views {
			checkView(t, v, text)
			first := min(int(start), len(v.Cells()))
			last := min(first+int(length), len(v.Cells()))
			for _, enc := range encodings {
				w := written{label, way, v, enc.encode(text), enc.id}
				checkWritten(t, w, first, last)
				checkHidden(t, w, v.Cells()[first:last])
			}
		}
	})
}

// A written is one view of a text that is written in an encoding.
type written struct {
	label string
	way   int
	view  *message.View
	raw   []byte
	enc   message.Encoding
}

// checkWritten writes over cells [first,last) and looks again.
func checkWritten(t *testing.T, w written, first, last int) {
	t.Helper()
	text := message.Decode(w.raw, 0, w.enc)
	again, _ := message.Views(w.label, text.Bytes())
	if last <= first || w.way >= len(again) || !bytes.Equal(again[w.way].Cells(), w.view.Cells()) {
		return // what was decoded may not quite be what was encoded
	}
	v := again[w.way]
	with := bytes.Repeat([]byte{'x'}, v.Room(first, last))
	e, ok := v.Replace(text, first, last, with)
	if !ok {
		return
	}
	a, z := v.Octets(first, last)
	if r := text.Raw(a, z); e.Offset < r.Start || e.Offset+len(e.Old) > r.End || len(e.Old) != len(e.New) {
		t.Fatalf("edit [%d,%d) of [%d,%d)", e.Offset, e.Offset+len(e.Old), r.Start, r.End)
	}
	now := bytes.Clone(w.raw)
	copy(now[e.Offset:], e.New)
	// Line ends that an edit passes over may be part of what is written. Without
	// the last escape, other controls may be seen as such.
	strip := strings.NewReplacer("\r", "", "\n", "", "\x1b", "", "\x0e", "", "\x0f", "")
	want := strip.Replace(only(latin(v.Cells()[:first])) + string(with) + only(latin(v.Cells()[last:])))
	views, _ := message.Views(w.label, message.Decode(now, 0, w.enc).Bytes())
	for _, seen := range views {
		if strip.Replace(ascii(seen)) == want {
			return
		}
	}
	if w.way > 0 && len(views) < len(again) {
		return // the text itself was guessed by, and says something else now: see checkHidden
	}
	t.Errorf("%q, way %d: %q over [%d,%d) of %q is not seen", w.label, w.way, with, first, last, text.Bytes())
}

// rounds is how often the planner reads a text again (internal/plan, again.go). The
// last time it only looks what is left.
const rounds = 3

// checkHidden does what the planner does with an address: it writes over a word
// wherever a view shows it, then reads again, since an edit may change by what a
// text is guessed, and writes again. In the end no view shows the word, but where
// it was found that it cannot be written over.
func checkHidden(t rapid.TB, w written, word []byte) {
	t.Helper()
	if len(word) == 0 || len(word) > 40 || bytes.ContainsFunc(word, func(r rune) bool { return r < ' ' || r >= 0x7f }) {
		return
	}
	with := []byte("xyz")
	for bytes.IndexByte(word, with[0]) >= 0 {
		if with = with[1:]; len(with) == 0 {
			return
		}
	}
	h := hiding{written: w, word: word, with: with[0], left: map[int]bool{}}
	h.raw = bytes.Clone(w.raw)
	for round := 1; round < rounds; round++ {
		for way := 0; ; way++ {
			views, _ := message.Views(w.label, message.Decode(h.raw, 0, w.enc).Bytes())
			if way >= len(views) {
				break
			}
			h.write(views[way])
		}
	}
	text := message.Decode(h.raw, 0, w.enc).Bytes()
	views, _ := message.Views(w.label, text)
	for way, v := range views {
		for i := range h.seen(v) {
			t.Fatalf("%q, way %d: %q is still seen at %d of %q, once %q", w.label, way, word, i, text, message.Decode(w.raw, 0, w.enc).Bytes())
		}
	}
}

// A hiding is a text in which a word is written over.
type hiding struct {
	written
	word []byte
	with byte
	left map[int]bool // octets at which it cannot be written over
}

// seen are the cells at which a view shows the word, but for those where it stays.
func (h *hiding) seen(v *message.View) iter.Seq[int] {
	return func(yield func(int) bool) {
		for at := 0; ; {
			i := bytes.Index(v.Cells()[at:], h.word)
			if i < 0 {
				return
			}
			octet, _ := v.Octets(at+i, at+i+1)
			if !h.left[octet] && !yield(at+i) {
				return
			}
			at += i + len(h.word)
		}
	}
}

// write writes over the word wherever a view shows it.
func (h *hiding) write(v *message.View) {
	for i := range h.seen(v) {
		end := i + len(h.word)
		e, ok := v.Replace(message.Decode(h.raw, 0, h.enc), i, end, bytes.Repeat([]byte{h.with}, v.Room(i, end)))
		if !ok {
			octet, _ := v.Octets(i, i+1)
			h.left[octet] = true
			continue
		}
		copy(h.raw[e.Offset:], e.New)
	}
}
