package message

import (
	"bytes"
	"slices"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
)

// A View shows decoded text as cells, one octet a character, so that a reader
// of HTML never takes part of a character for a "<" or a quote.
type View struct {
	cells []byte
}

// NewView looks at decoded text through its charset. It says false for a
// charset that cannot be seen through yet.
//
// UTF-8 and the single-byte charsets are seen as they are: an octet below 0x80
// is that ASCII character and nothing else. Unknown labels are taken for such a
// charset, as clients do. This does not hold, and is refused:
//
//   - Shift_JIS, GBK, GB18030, Big5, EUC-KR as browsers extend it, Johab: the
//     second octet of a character may be "\" or a letter, in GB18030 a digit.
//   - ISO-2022 and HZ: after an escape all octets are halves of characters.
//   - UTF-7: a "<" may be written "+ADw-".
//   - UTF-16 and UTF-32: an ASCII character is two or four octets.
//   - EBCDIC: letters are other octets.
//
// EUC-JP and GB2312 proper have no octet below 0x80 in a character, but
// browsers decode the labels by the rules of larger sets, and so they are
// refused alike.
//
// The charset of a text without a label is guessed by clients, from escapes and
// from what the text itself says. So an ESC in it is refused, for it may be
// ISO-2022, and a text that says to be UTF-7 or HZ; and whatever the label, a
// text that begins with the byte order mark of UTF-16.
func NewView(charset string, decoded []byte) (*View, bool) {
	if !transparent(charset) || bytes.HasPrefix(decoded, []byte{0xfe, 0xff}) || bytes.HasPrefix(decoded, []byte{0xff, 0xfe}) {
		return nil, false
	}
	if charset == "" && (bytes.IndexByte(decoded, 0x1b) >= 0 || saysHidden(decoded)) {
		return nil, false
	}
	return &View{cells: decoded}, true
}

// saysHidden says whether a text names a charset in which ASCII may hide ASCII.
// In the other charsets that cannot be seen through, what makes a tag is never
// part of another character, so a text without a label is read all the same.
func saysHidden(text []byte) bool {
	const word = "charset"
	for i := 0; ; {
		n := bytes.IndexAny(text[i:], "cC")
		if n < 0 || i+n+len(word) > len(text) {
			return false
		}
		if i += n + 1; !fold(text[i-1:i-1+len(word)], word) {
			continue
		}
		label := bytes.TrimLeft(text[i-1+len(word):], " \t\r\n\f=\"'")
		for _, hidden := range []string{"utf-7", "utf7", "unicode-1-1-utf-7", "csunicode11utf7", "hz"} {
			if len(label) >= len(hidden) && fold(label[:len(hidden)], hidden) {
				return true
			}
		}
	}
}

// Cells returns one octet for each character cell. They must not be changed.
func (v *View) Cells() []byte { return v.cells }

// Octets returns the decoded octets that cells [start,end) stand for.
func (v *View) Octets(start, end int) (int, int) { return start, end }

// transparent says whether octets below 0x80 are ASCII throughout.
func transparent(label string) bool {
	label = strings.Trim(strings.ToLower(label), " \t\r\n\"'")
	switch label {
	case "", "utf-8", "us-ascii", "ascii", "iso-8859-1", "windows-1252":
		return true
	}
	for _, prefix := range []string{
		"utf-7", "utf7", "unicode-1-1-utf-7", "x-unicode-2-0-utf-7", "csunicode11utf7", "x-imap",
		"utf-16", "utf16", "utf-32", "utf32", "ucs-", "ucs2", "ucs4", "iso-10646", "unicode", "csunicode", "utf-ebcdic",
		"iso-2022", "iso2022", "csiso2022", "hz", "shift", "sjis", "x-sjis", "ms_kanji", "ms932", "windows-31j", "cswindows31j",
		"gb", "x-gb", "csgb", "chinese", "csiso58", "iso-ir-58", "euc", "x-euc", "cseuc", "big5", "big-5", "x-big5", "x-x-big5", "csbig5",
		"ks_c", "ksc", "cskorean", "csksc", "korean", "johab", "uhc", "windows-949", "x-windows-949", "windows-932", "windows-936", "windows-950",
		"x-mac-japanese", "x-mac-chinese", "x-mac-korean", "macjapanese", "ebcdic", "x-ebcdic", "scsu", "bocu",
	} {
		if strings.HasPrefix(label, prefix) {
			return false
		}
	}
	if codePage(label) {
		return false
	}
	enc, err := htmlindex.Get(label)
	if err != nil {
		return true
	}
	name, err := htmlindex.Name(enc)
	return err == nil && !slices.Contains([]string{
		"gbk", "gb18030", "hz-gb-2312", "big5", "euc-jp", "iso-2022-jp", "shift_jis", "euc-kr",
		"replacement", "utf-16be", "utf-16le",
	}, name)
}

// codePage knows the multi-byte and EBCDIC code pages by number, under any of
// the names they go by.
func codePage(label string) bool {
	number, ok := "", false
	for _, prefix := range []string{"cp-", "cp", "ibm-", "ibm", "csibm", "x-cp", "x-ibm", "ms"} {
		if number, ok = strings.CutPrefix(label, prefix); ok {
			break
		}
	}
	if !ok {
		return false
	}
	number = strings.TrimLeft(strings.TrimPrefix(number, "-"), "0")
	if len(number) == 2 { // 037
		return number == "37" || number == "38"
	}
	if len(number) < 3 {
		return false
	}
	switch number[:3] {
	case "273", "274", "275", "277", "278", "280", "281", "284", "285", "290", "297",
		"420", "423", "424", "500", "833", "834", "835", "836", "838", "870", "871", "875", "880", "905", "918", "924",
		"930", "931", "932", "933", "935", "936", "937", "939", "942", "943", "944", "946", "947", "948", "949", "950",
		"102", "104", "114", "120", "136", "138", "139":
		return true
	}
	return false
}
