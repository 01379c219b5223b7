package message_test

import (
	"testing"

	"golang.org/x/text/encoding/htmlindex"

	"github.com/unseen-mail/unseen/detect/message"
)

func TestViewCharsets(t *testing.T) {
	through := []string{
		"", "utf-8", "UTF-8", " utf-8 ", "\"utf-8\"", "utf8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "latin1", "ISO_8859-2",
		"windows-1250", "windows-1252", "cp1252", "cp1251", "koi8-r", "koi8-u", "macintosh", "x-mac-cyrillic", "x-mac-roman", "ibm437", "ibm850", "cp866",
		"iso-8859-8-i", "tis-620", "windows-874", "x-user-defined", "no-such-charset", "unknown-8bit", "viscii", "armscii-8", "cp125", "cp", "x",
	}
	for _, label := range through {
		text := []byte("<a>\xe9</a>")
		v, ok := message.NewView(label, text)
		if !ok {
			t.Errorf("%q cannot be seen through", label)
			continue
		}
		if string(v.Cells()) != string(text) {
			t.Errorf("%q has the cells %q", label, v.Cells())
		}
		if a, z := v.Octets(1, 5); a != 1 || z != 5 {
			t.Errorf("%q: cells [1,5) are octets [%d,%d)", label, a, z)
		}
	}
	not := []string{
		"shift_jis", "Shift-JIS", "sjis", "x-sjis", "ms_kanji", "windows-31j", "cp932", "ms932", "ibm943",
		"gb2312", "GBK", "gb18030", "x-gbk", "chinese", "csgb2312", "gb_2312-80", "iso-ir-58", "cp936", "hz-gb-2312", "HZ",
		"big5", "Big5-HKSCS", "cn-big5", "x-x-big5", "cp950", "euc-jp", "x-euc-jp", "euc-kr", "ks_c_5601-1987", "korean", "ksc5601", "windows-949", "cp949", "uhc",
		"euc-cn", "euc-tw", "johab", "cp1361", "iso-2022-jp", "iso-2022-kr", "iso-2022-cn", "csiso2022kr",
		"utf-16", "utf-16le", "UTF-16BE", "utf16", "ucs-2", "unicode", "iso-10646-ucs-2", "utf-32", "utf-32be", "ucs-4", "utf-7", "unicode-1-1-utf-7", "utf7",
		"ibm037", "cp037", "cp500", "ibm-1047", "ibm01140", "cp1026", "ebcdic-cp-us", "scsu", "bocu-1",
	}
	for _, label := range not {
		if _, ok := message.NewView(label, nil); ok {
			t.Errorf("%q is seen through", label)
		}
	}
}

// TestViewLabels checks each charset that browsers know by what its decoder
// does with ASCII, alone and behind each other octet.
func TestViewLabels(t *testing.T) {
	for _, label := range []string{
		"utf-8", "ibm866", "iso-8859-2", "iso-8859-3", "iso-8859-4", "iso-8859-5", "iso-8859-6", "iso-8859-7", "iso-8859-8", "iso-8859-8-i",
		"iso-8859-10", "iso-8859-13", "iso-8859-14", "iso-8859-15", "iso-8859-16", "koi8-r", "koi8-u", "macintosh", "windows-874", "windows-1250",
		"windows-1251", "windows-1252", "windows-1253", "windows-1254", "windows-1255", "windows-1256", "windows-1257", "windows-1258", "x-mac-cyrillic",
		"gbk", "gb18030", "big5", "euc-jp", "iso-2022-jp", "shift_jis", "euc-kr", "utf-16be", "utf-16le", "hz-gb-2312", "replacement",
	} {
		enc, err := htmlindex.Get(label)
		if err != nil {
			continue
		}
		safe := true
		for first := range 256 {
			for second := range 128 {
				out, err := enc.NewDecoder().Bytes([]byte{byte(first), byte(second)})
				safe = safe && err == nil && len(out) > 0 && out[len(out)-1] == byte(second)
			}
		}
		if _, ok := message.NewView(label, nil); ok && !safe {
			t.Errorf("%q is seen through, but swallows ASCII", label)
		}
	}
}

// TestViewUnlabelled looks at texts whose charset clients guess.
func TestViewUnlabelled(t *testing.T) {
	tests := []struct {
		name, label, text string
		want              bool
	}{
		{"plain", "", "<a>text</a>", true},
		{"8 bit", "", "<a>\xe9</a>", true},
		{"escape", "", "<a>\x1b$B<!--\x1b(B", false},
		{"escape in a labelled text", "utf-8", "<a>\x1b$B<!--\x1b(B", true},
		{"says UTF-8", "", `<meta http-equiv=x content="text/html; charset=utf-8">`, true},
		{"says Big5", "", `<meta charset="big5">`, true},
		{"says UTF-7", "", `<meta http-equiv=x content="text/html; CharSet = UTF-7">`, false},
		{"says HZ", "", `<meta charset='hz-gb-2312'>`, false},
		{"says UTF-7, labelled", "utf-8", `<meta charset=utf-7>`, true},
		{"says nothing at the end", "", "<meta c charse chARSET", true},
		{"UTF-16", "", "\xff\xfe<\x00a\x00", false},
		{"UTF-16, other octets first", "", "\xfe\xff\x00<\x00a", false},
		{"UTF-16, labelled", "utf-8", "\xff\xfe<\x00a\x00", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, ok := message.NewView(test.label, []byte(test.text)); ok != test.want {
				t.Errorf("%q is seen through: %t, want %t", test.text, ok, test.want)
			}
		})
	}
}
