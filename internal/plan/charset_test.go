package plan

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime/quotedprintable"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect/message"
)

// charsets are written by somebody else's encoders, under the labels that mails
// carry. A "+" says that a byte order mark stands in front.
func charsets(t testing.TB) map[string]encoding.Encoding {
	t.Helper()
	all := map[string]encoding.Encoding{
		"hz-gb-2312": simplifiedchinese.HZGB2312,
		"utf-16":     unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM),
		"utf-16+":    unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
		"utf-32le":   utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM),
		"utf-32be":   utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM),
	}
	for _, label := range []string{"utf-8", "iso-8859-1", "koi8-r", "shift_jis", "euc-jp", "iso-2022-jp", "gb2312", "gbk", "gb18030", "big5", "euc-kr", "ks_c_5601-1987", "utf-16le", "utf-16be"} {
		enc, err := htmlindex.Get(label)
		if err != nil {
			t.Fatal(err)
		}
		all[label] = enc
	}
	return all
}

// anyText draws HTML with loads among characters whose octets look like markup.
// The text can be written in the charset.
func anyText(t *rapid.T, enc encoding.Encoding) string {
	words := rapid.StringOfN(rapid.RuneFrom([]rune("表ソ能功許한똠ヱ中文ｱщé😀㰼∀¥‾abc .<>\\\"'~{}|&;=-")), 0, 12, -1)
	var b strings.Builder
	for i := range rapid.IntRange(1, 6).Draw(t, "loads") {
		pattern := rapid.SampledFrom([]string{
			`<p title="%[1]s">%[2]s</p><img alt="%[1]s" src="%[3]s">`, `<td background='%[3]s'>%[1]s</td>`,
			"<img width=600 src=%[3]s>\r\n<!-- %[2]s -->", `<p style="font-family:'%[1]s';background:url(%[3]s)">%[2]s</p>`,
		}).Draw(t, "pattern")
		address := fmt.Sprintf("http://t%d.example/%s", i, strings.Repeat("x", rapid.IntRange(30, 70).Draw(t, "length")))
		safe := strings.NewReplacer("<", "", ">", "", `"`, "", "'", "", "\\", "", "&", "", "-", "")
		fmt.Fprintf(&b, pattern, safe.Replace(words.Draw(t, "word")), safe.Replace(words.Draw(t, "words")), address)
	}
	return strings.Map(func(r rune) rune {
		out, err := enc.NewEncoder().String(string(r))
		if back, e := enc.NewDecoder().String(out); err != nil || e != nil || back != string(r) && r >= 0x80 {
			return -1
		}
		return r
	}, b.String())
}

// transfer writes octets in a transfer encoding, and reads them.
var transfer = map[string]struct {
	write func([]byte) []byte
	read  func([]byte) ([]byte, error)
}{
	"base64": {func(b []byte) []byte {
		var out []byte
		for all := base64.StdEncoding.EncodeToString(b); len(all) > 0; {
			n := min(len(all), 76)
			out = append(append(out, all[:n]...), "\r\n"...)
			all = all[n:]
		}
		return out
	}, func(b []byte) ([]byte, error) {
		return base64.StdEncoding.DecodeString(strings.ReplaceAll(string(b), "\r\n", ""))
	}},
	"quoted-printable": {func(b []byte) []byte {
		var out bytes.Buffer
		w := quotedprintable.NewWriter(&out)
		w.Binary = true
		w.Write(b)
		w.Close()
		return out.Bytes()
	}, func(b []byte) ([]byte, error) { return io.ReadAll(quotedprintable.NewReader(bytes.NewReader(b))) }},
	"8bit": {bytes.Clone, func(b []byte) ([]byte, error) { return b, nil }},
}

var gatewayPattern = regexp.MustCompile(`http://127\.0\.0\.1:4180/(?:p/[0-9A-Za-z]{22}|[0-9A-Za-z]{11})_*`)

// TestCharsets plans any text in every charset and transfer encoding, and reads
// the rewritten mail with somebody else's decoders: it is the same text, with the
// addresses of the loads replaced, all of them, by others of the same length.
func TestCharsets(t *testing.T) {
	encs := charsets(t)
	var labels []string
	for label := range encs {
		labels = append(labels, label)
	}
	slices.Sort(labels)
	for _, label := range labels {
		for _, how := range []string{"base64", "quoted-printable", "8bit"} {
			if how == "8bit" && strings.HasPrefix(label, "utf-") && label != "utf-8" {
				continue // its line ends are none
			}
			t.Run(label+" "+how, func(t *testing.T) {
				rapid.Check(t, func(rt *rapid.T) { checkCharset(rt, label, how, encs[label]) })
			})
		}
	}
}

func checkCharset(t *rapid.T, label, how string, enc encoding.Encoding) {
	text := anyText(t, enc)
	written, err := enc.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Skip(err)
	}
	head := "From: a@a.example\r\nContent-Type: text/html; charset=" + strings.TrimSuffix(label, "+") + "\r\nContent-Transfer-Encoding: " + how + "\r\n\r\n"
	raw := append([]byte(head), transfer[how].write(written)...)
	plan := testPlanner().Plan(raw)
	if len(plan.Gaps) > 0 {
		t.Errorf("gaps %v", plan.Gaps)
	}
	for _, r := range plan.References {
		if r.Outcome == Ungated {
			t.Errorf("%s is ungated: %s", r.Ref.URL, r.Reason)
		}
	}
	out := bytes.Clone(raw)
	if plan.Overlay.Apply(out, 0) > 0 {
		t.Fatal("an edit does not fit")
	}
	octets, err := transfer[how].read(out[len(head):])
	if err != nil {
		t.Fatal(err)
	}
	now, err := enc.NewDecoder().Bytes(octets)
	if err != nil {
		t.Fatal(err)
	}
	before, err := enc.NewDecoder().Bytes(written)
	if err != nil {
		t.Fatal(err)
	}
	loads := regexp.MustCompile(`http://t\d\.example/x*`)
	if n := len(gatewayPattern.FindAll(now, -1)); n != len(loads.FindAll(before, -1)) || loads.Match(now) {
		t.Fatalf("%d of the loads in %q are replaced: %q", n, before, now)
	}
	dots := func(b []byte) []byte { return bytes.Repeat([]byte{'.'}, len(b)) }
	if got, want := gatewayPattern.ReplaceAllFunc(now, dots), loads.ReplaceAllFunc(before, dots); !bytes.Equal(got, want) {
		t.Errorf("%s\nwas  %q\nnow  %q", label, want, got)
	}
	if b, err := plan.MarshalBinary(); err != nil || new(Plan).UnmarshalBinary(b) != nil {
		t.Errorf("the plan does not read back: %v", err)
	}
}

// TestCharsetWays rewrites texts in which programs see different loads: none is
// left in any way.
func TestCharsetWays(t *testing.T) {
	load := "http://t.example/" + strings.Repeat("x", 50)
	le := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	wideLoad, err := le.NewEncoder().String(`<img width=600 src="` + load + `">`)
	if err != nil {
		t.Fatal(err)
	}
	sixteen, err := le.NewEncoder().String(load)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, label, text string }{
		{"in a comment to some", "iso-2022-jp", "<p>\x1b$B<!--\x1b(B<img src=\"" + load + "\">\x1b$B-->!\x1b(B</p>"},
		{"outside of a comment to some", "iso-2022-jp", "<!--\x1b$B-->!\x1b(B<img src=\"" + load + "\">-->"},
		{"the same, guessed", "", "<p>\x1b$B<!--\x1b(B<img src=\"" + load + "\"></p>"},
		{"an escape in the name", "iso-2022-jp", "<i\x1b(Bmg src=\"" + load + "\">"},
		{"an escape in the address", "iso-2022-jp", "<img src=\"http://t.exa\x1b(Bmple/" + strings.Repeat("x", 50) + "\">"},
		{"characters in the address", "iso-2022-jp", "<img src=\"http://t.example/\x1b$B0!0!0!0!0!0!0!0!0!0!0!0!\x1b(B\">"},
		{"a state that a line ends", "iso-2022-jp", "<p>\x1b$B0!\n<img src=\"" + load + "\">"},
		{"an escape that few know", "iso-2022-jp", "<p>\x1b$A<!--\x1b(B<img src=\"" + load + "\">"},
		{"shifts", "iso-2022-kr", "\x1b$)C<p>\x0e<!--\x0f<img src=\"" + load + "\">"},
		{"shifts to nobody", "utf-8", "\x1b$)C<p>\x0e<!--\x0f<img src=\"" + load + "\">"},
		{"HZ", "hz-gb-2312", "<p>~{<!--~}<img src=\"" + load + "\">"},
		{"UTF-16 that is ASCII", "utf-16", "<img src=\"" + load + "\">"},
		{"UTF-16 behind a mark", "", "\xff\xfe" + wideLoad},
		{"UTF-16 behind a mark, labelled", "iso-8859-1", "\xff\xfe" + wideLoad},
		{"UTF-16, the other octet first", "utf-16be", wideLoad},
		{"UTF-16 under a label that few know", "utf16", wideLoad},
		{"both", "utf-16le", "<img src=\"" + load + "\">\n" + wideLoad},
		{"a backslash that is half a character", "shift_jis", "<style>a{font-family:\"\x83\x5c\";background:url(" + load + ")}</style>"},
		{"the same, guessed", "", "<style>a{font-family:\"\x83\x5c\";background:url(" + load + ")}</style>"},
		{"an escape to some", "gbk", "<style>a{background:\x81\x5curl(" + load + ");b:\x81\x5c75rl(" + load + ")}</style>"},
		{"Johab", "johab", "<p title=\"\x88\x3c\"><img src=\"" + load + "\">\x88\x3c/p>"},
		{"EBCDIC that is ASCII", "ebcdic-cp-us", "<img src=\"" + load + "\">"},
		{"utf7, which is none", "utf7", "<img src=\"" + load + "\">"},
	} {
		t.Run(c.name, func(t *testing.T) {
			head := "From: a@a.example\r\nContent-Type: text/html; charset=\"" + c.label + "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
			raw := append([]byte(head), transfer["base64"].write([]byte(c.text))...)
			plan := testPlanner().Plan(raw)
			out := holds(t, raw, plan)
			text := message.Decode(out[len(head):], 0, message.Base64).Bytes()
			for _, way := range []string{"t.example", sixteen[4*2 : 20]} {
				if bytes.Contains(text, []byte(way)) {
					t.Errorf("left: %s\n%q", outcomes(plan), text)
				}
			}
			if len(plan.Overlay.Edits) == 0 {
				t.Error("nothing was edited")
			}
		})
	}
}
