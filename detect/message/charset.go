package message

import (
	"slices"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
)

// A family is a way in which charsets write characters.
type family uint8

const (
	// transparent: an octet below 0x80 is that ASCII character and nothing
	// else. So are EUC-JP, EUC-TW and GB2312 proper, but what carries the last
	// label is decoded by the rules of GBK.
	transparent family = iota
	// opaque: ASCII may stand for other ASCII, so that what is read cannot be
	// written. UTF-7, where "<" may be "+ADw-"; EBCDIC, SCSU and BOCU-1.
	opaque
	// The second octet of a character may be "\" or a letter, in GB18030 a
	// digit, in Johab anything from "1" on.
	shiftJIS
	gb18030
	big5
	eucKR
	johab
	// After an escape all octets are halves of characters.
	iso2022JP
	iso2022
	hz
	// An ASCII character is two or four octets.
	utf16LE
	utf16BE
	utf32LE
	utf32BE
)

// families are labels by how they begin, the longer before the shorter.
var families = []struct {
	family family
	begin  []string
}{
	{transparent, []string{"gb_1988-80", "euc-jp", "euc_jp", "eucjp", "x-euc-jp", "x-eucjp", "cseucpkdfmtjapanese", "euc-tw", "euc_tw", "euctw", "x-euc-tw", "cseuctw"}},
	{opaque, []string{"utf-7", "utf7", "unicode-1-1-utf-7", "x-unicode-2-0-utf-7", "unicode-2-0-utf-7", "csunicode11utf7", "csutf7", "x-imap", "imap-", "utf-ebcdic",
		"ebcdic", "x-ebcdic", "scsu", "csscsu", "bocu", "csbocu", "utf-1", "iso-10646-utf-1", "csiso10646utf1"}},
	{utf16BE, []string{"utf-16be", "utf16be", "utf_16be", "x-utf-16be", "csutf16be", "unicodefffe", "ucs-2be", "ucs2be"}},
	{utf16LE, []string{"utf-16", "utf16", "utf_16", "x-utf-16", "csutf16", "ucs-2", "ucs2", "iso-10646-ucs-2", "csunicode", "unicode"}},
	{utf32LE, []string{"utf-32le", "utf32le", "utf_32le", "csutf32le", "ucs-4le", "ucs4le"}},
	{utf32BE, []string{"utf-32", "utf32", "utf_32", "csutf32", "ucs-4", "ucs4", "iso-10646-ucs-4", "csucs4"}},
	{iso2022JP, []string{"iso-2022-jp", "iso2022-jp", "iso2022jp", "iso_2022_jp", "csiso2022jp", "jis_encoding", "csjisencoding", "cp5022", "x-windows-iso2022jp"}},
	{iso2022, []string{"iso-2022", "iso2022", "iso_2022", "csiso2022", "x-iso-2022"}},
	{hz, []string{"hz", "x-hz"}},
	{shiftJIS, []string{"shift", "sjis", "x-sjis", "x-shift", "csshiftjis", "ms_kanji", "mskanji", "ms932", "windows-31j", "cswindows31j", "windows-932", "x-ms-cp932", "pck", "x-mac-japanese", "macjapanese"}},
	{gb18030, []string{"gb", "x-gb", "csgb", "cp936", "ms936", "chinese", "csiso58", "iso-ir-58", "euc-cn", "euc_cn", "euccn", "x-euc-cn", "windows-936", "x-mac-chinesesimp", "macchinesesimp"}},
	{big5, []string{"big5", "big-5", "x-big5", "x-x-big5", "csbig5", "cn-big5", "windows-950", "ms950", "x-mac-chinesetrad", "macchinesetrad"}},
	{eucKR, []string{"euc-kr", "euc_kr", "euckr", "x-euc-kr", "cseuckr", "ks_c", "ksc", "cskorean", "csksc", "korean", "iso-ir-149", "uhc", "windows-949", "x-windows-949", "ms949", "x-mac-korean", "mackorean"}},
	{johab, []string{"johab", "ms1361", "x-johab"}},
}

// cleanLabel is a label as it is compared.
func cleanLabel(label string) string {
	return strings.Trim(strings.ToLower(label), " \t\r\n\"'")
}

// familyOf says how a label's charset writes characters. Known says that
// Thunderbird has it: it knows the labels of browsers, and a few more.
func familyOf(label string) (f family, known bool) {
	label = cleanLabel(label)
	switch label {
	case "utf-8", "us-ascii", "ascii", "iso-8859-1", "windows-1252":
		return transparent, true
	case "":
		return transparent, false
	case "cp932", "ms932", "cp936", "ms936", "windows-936", "cp949", "ms949", "cp950", "iso2022jp", "iso-2022-jp-2":
		known = true
	}
	if enc, err := htmlindex.Get(label); err == nil {
		// It has no decoder for HZ, and what browsers replace it shows as it is.
		name, err := htmlindex.Name(enc)
		if known = err == nil && name != "replacement" && name != "hz-gb-2312"; known {
			return familyNamed(name), true
		}
	}
	for _, one := range families {
		if slices.ContainsFunc(one.begin, func(begin string) bool { return strings.HasPrefix(label, begin) }) {
			return one.family, known
		}
	}
	return codePage(label), known
}

// sealed says whether Thunderbird decodes a label as UTF-7; it knows four.
func sealed(label string) bool {
	switch cleanLabel(label) {
	case "utf-7", "unicode-1-1-utf-7", "csunicode11utf7", "x-unicode-2-0-utf-7":
		return true
	}
	return false
}

// isTransparent says whether octets below 0x80 are ASCII throughout.
func isTransparent(label string) bool {
	f, _ := familyOf(label)
	return f == transparent
}

// familyNamed knows the charsets of browsers by their names (WHATWG Encoding,
// section 4.2).
func familyNamed(name string) family {
	switch name {
	case "gbk", "gb18030":
		return gb18030
	case "big5":
		return big5
	case "iso-2022-jp":
		return iso2022JP
	case "shift_jis":
		return shiftJIS
	case "euc-kr":
		return eucKR
	case "utf-16be":
		return utf16BE
	case "utf-16le":
		return utf16LE
	}
	return transparent
}

// codePage knows the multi-byte and EBCDIC code pages by number, under any of
// the names they go by.
func codePage(label string) family {
	number, ok := "", false
	for _, prefix := range []string{"cp-", "cp", "ibm-", "ibm", "csibm", "x-cp", "x-ibm", "windows-", "x-windows-", "ms"} {
		if number, ok = strings.CutPrefix(label, prefix); ok {
			break
		}
	}
	if !ok {
		return transparent
	}
	number = strings.TrimLeft(strings.TrimPrefix(number, "-"), "0")
	// What follows the number tells of variants: "943c", "943_P15A-2003".
	if i := strings.IndexFunc(number, func(r rune) bool { return r < '0' || r > '9' }); i >= 0 {
		number = number[:i]
	}
	if number == "37" || number == "38" {
		return opaque
	}
	switch number {
	case "932", "942", "943", "301":
		return shiftJIS
	case "936", "946", "1380", "1381", "1383", "1386", "1392", "54936", "20936":
		return gb18030
	case "947", "950", "1370", "1373", "1375":
		return big5
	case "944", "949", "970", "1363", "51949":
		return eucKR
	case "1361":
		return johab
	case "1200", "13488", "17584":
		return utf16LE
	case "1201":
		return utf16BE
	case "65000":
		return opaque
	case "50220", "50221", "50222":
		return iso2022JP
	case "50225", "50227", "50229":
		return iso2022
	case "52936":
		return hz
	}
	if len(number) < 3 {
		return transparent
	}
	switch number[:3] {
	case "273", "274", "275", "277", "278", "280", "281", "284", "285", "290", "297",
		"420", "423", "424", "500", "833", "834", "835", "836", "838", "870", "871", "875", "880", "905", "918", "924",
		"930", "931", "933", "935", "937", "939", "102", "104", "114", "120", "136", "138", "139":
		return opaque
	}
	return transparent
}
