package e2e_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/internal/lab"
)

// A worded is a mail in some charset under some label, with a load in it.
type worded struct {
	id, label, charset string
	text               []byte // decoded
	raw                []byte
}

// worded returns a mail for each charset under each label that may carry it.
func wordedMails(t testing.TB) []worded {
	t.Helper()
	var out []worded
	for _, c := range []struct {
		charset, word string
		labels        []string
	}{
		{"shift_jis", "日本ソ表", []string{"shift_jis", "cp932", "windows-31j", "ms_kanji", "x-sjis", "ms932", "ibm943", "windows-932", "us-ascii", "foo", "", "utf-8"}},
		{"gb18030", "中文\U0001F600", []string{"gb2312", "gbk", "gb18030", "cp936", "windows-936", "euc-cn", ""}},
		{"big5", "功能許中文", []string{"big5", "big5-hkscs", "cp950", "windows-950", ""}},
		{"euc-jp", "日本ソ表", []string{"euc-jp", "eucjp", ""}},
		{"euc-kr", "한국똠방각하", []string{"euc-kr", "ks_c_5601-1987", "cp949", "uhc", "johab"}},
		{"iso-2022-jp", "日本ソ表", []string{"iso-2022-jp", "iso2022jp", "iso-2022-jp-2", "iso-2022-jp-3", "cp50220", "us-ascii", "foo", "", "utf-8"}},
		{"hz-gb-2312", "中文", []string{"hz-gb-2312", "hz", ""}},
		{"utf-16le", "żółw", []string{"utf-16", "utf-16le", "utf-16be", "utf16", "ucs-2", "unicode", "utf-8", "", "foo"}},
		{"utf-16be", "żółw", []string{"utf-16", "utf-16be", "unicodefffe", ""}},
		{"mark", "żółw", []string{"utf-16", "utf-16le", "utf-16be", "utf-8", "", "iso-8859-1"}},
		{"utf-8", "żółw", []string{"utf-16", "utf-16be", "utf-32", "ebcdic-cp-us", "iso-2022-kr", "utf7", "replacement", "x-user-defined", "us-ascii", ""}},
	} {
		for _, label := range c.labels {
			w := worded{id: fmt.Sprintf("w%03d", len(out)), label: label, charset: c.charset}
			w.write(t, c.word)
			out = append(out, w)
		}
	}
	return out
}

// write writes the mail, in base64. What a meta element says is the charset that
// it is in, where that can be said.
func (w *worded) write(t testing.TB, word string) {
	t.Helper()
	var enc encoding.Encoding
	switch w.charset {
	case "hz-gb-2312":
		enc = simplifiedchinese.HZGB2312
	case "mark":
		enc = unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	default:
		var err error
		if enc, err = htmlindex.Get(w.charset); err != nil {
			t.Fatal(err)
		}
	}
	html := fmt.Sprintf("<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=%s\"></head><body><p title=\"%s\">%s</p>"+
		"<img width=600 height=40 src=\"http://t.example/%s/%s.png\"></body></html>", w.charset, word, word, w.id, strings.Repeat("x", 60))
	text, err := enc.NewEncoder().Bytes([]byte(html))
	if err != nil {
		t.Fatal(err)
	}
	w.text = text
	kind := "text/html"
	if w.label != "" {
		kind += "; charset=" + w.label
	}
	var b strings.Builder
	fmt.Fprintf(&b, "From: a@example.com\r\nSubject: %s %s as %s.\r\nDate: Mon, 2 Mar 2026 08:00:00 +0000\r\nMessage-ID: <%s@example.com>\r\n"+
		"MIME-Version: 1.0\r\nContent-Type: %s\r\nContent-Transfer-Encoding: base64\r\n\r\n", w.id, w.charset, w.label, w.id, kind)
	for all := base64.StdEncoding.EncodeToString(text); len(all) > 0; {
		n := min(len(all), 76)
		b.WriteString(all[:n] + "\r\n")
		all = all[n:]
	}
	w.raw = []byte(b.String())
}

func (w *worded) subject() string { return fmt.Sprintf("%s %s as %s.", w.id, w.charset, w.label) }

// TestCharsetsShown opens mails in many charsets, under right and wrong labels, in
// a Thunderbird: without Unseen it loads just those pictures that the first view
// shows; with it none.
func TestCharsetsShown(t *testing.T) {
	lab.Need(t, "thunderbird")
	mails := wordedMails(t)
	var box [][]byte
	for _, w := range mails {
		box = append(box, w.raw)
	}
	t.Run("direct", func(t *testing.T) {
		d := lab.StartDovecot(t, map[string][][]byte{login: box})
		tracker := lab.StartTracker(t)
		tb := lab.StartThunderbird(t, lab.Reader{IMAP: lab.Login{Addr: d.Addr, User: login}, Address: reader, PermitAll: true, Elsewhere: tracker})
		tb.Sync(t, len(mails))
		loads := 0
		for _, w := range mails {
			views, _ := message.Views(w.label, w.text)
			want := bytes.Contains(views[0].Cells(), []byte("http://t.example/"+w.id))
			tb.Open(t, w.subject())
			time.Sleep(30 * time.Millisecond)
			if got := len(tracker.For(w.id)) > 0; got != want {
				t.Errorf("%s: Thunderbird loads: %t, the first view shows it: %t", w.subject(), got, want)
			} else if got {
				loads++
			}
		}
		t.Logf("%d of %d pictures load", loads, len(mails))
	})
	t.Run("through Unseen", func(t *testing.T) {
		house := openHouse(t, box)
		tb := lab.StartThunderbird(t, lab.Reader{IMAP: lab.Login{Addr: house.imap(), User: login}, Address: reader, PermitAll: true, Elsewhere: house.tracker})
		tb.Sync(t, len(mails))
		house.tracker.Forget()
		gatewayed := 0
		for _, w := range mails {
			shown := tb.Open(t, w.subject())
			time.Sleep(30 * time.Millisecond)
			if strings.Contains(shown.HTML, house.daemon.Origin()) {
				gatewayed++
			}
			if hits := direct(house); len(hits) > 0 {
				t.Errorf("%s: Thunderbird asked for %q", w.subject(), hits)
			}
		}
		t.Logf("%d of %d show the gateway", gatewayed, len(mails))
		if gatewayed < len(mails)/2 {
			t.Error("so this test shows nothing")
		}
	})
}

// scriptDecode decodes octets in base64 as Thunderbird does for each label, and
// returns what is ASCII of each.
const scriptDecode = `
	const [labels, texts] = arguments;
	return labels.map((label, i) => {
		const octets = Uint8Array.from(atob(texts[i]), c => c.charCodeAt(0));
		const text = new TextDecoder(label, {ignoreBOM: true}).decode(octets);
		return [...text].filter(c => c < "\x80").join("");
	});`

// TestViewsDecoded compares the first views of any octets at all, faulty ones
// foremost, with what Thunderbird's own decoders make of them: every pair of
// octets, and random texts.
func TestViewsDecoded(t *testing.T) {
	lab.Need(t, "thunderbird")
	tb := lab.StartThunderbird(t, lab.Reader{Address: reader, IMAP: lab.Login{Addr: "127.0.0.1:1", User: login}})
	r := lab.Random(t, 5)
	texts := 400
	if lab.Long() {
		texts = 10_000
	}
	for _, label := range []string{"shift_jis", "gbk", "gb18030", "big5", "euc-jp", "euc-kr", "iso-2022-jp", "utf-16le", "utf-16be"} {
		t.Run(label, func(t *testing.T) {
			var some [][]byte
			for first := 0x80; first < 0x100; first++ {
				var all []byte
				for second := 0x20; second < 0x7f; second++ {
					all = append(all, 'a', byte(first), byte(second), '\n')
				}
				some = append(some, all)
			}
			for range texts {
				some = append(some, anyOctets(r))
			}
			compareDecoded(t, tb, label, some)
		})
	}
}

// anyOctets are octets that charsets care about.
func anyOctets(r *rand.Rand) []byte {
	pieces := []string{"<a>", "\"", "\\", "~", "\x1b$B", "\x1b(B", "\x1b(J", "\x1b(I", "\x1b$@", "\x1b", "$", "(", "\x0e", "\n", "0!", "7", "\x81", "\x84", "\x8e", "\x8f", "\xa1", "\xc7", "\xe0", "\xf5", "\xfe", "\xff", "\x80", "\xd8\x3d", "\x00"}
	var out []byte
	for range 1 + r.IntN(30) {
		if r.IntN(6) == 0 {
			out = append(out, byte(r.IntN(256)))
			continue
		}
		out = append(out, pieces[r.IntN(len(pieces))]...)
	}
	return out
}

func compareDecoded(t *testing.T, tb *lab.Thunderbird, label string, texts [][]byte) {
	t.Helper()
	var labels, encoded, decoded []string
	for _, text := range texts {
		labels = append(labels, label)
		encoded = append(encoded, base64.StdEncoding.EncodeToString(text))
	}
	tb.Do(t, &decoded, scriptDecode, labels, encoded)
	differ := 0
	for i, text := range texts {
		v, ok := message.NewView(label, text)
		if !ok {
			t.Fatalf("%q cannot be seen through", label)
		}
		var seen []byte
		for _, c := range v.Cells() {
			if c < 0x80 {
				seen = append(seen, c)
			}
		}
		if string(seen) != decoded[i] {
			if differ++; differ <= 5 {
				t.Errorf("% x\nshows   %q\ndecodes %q", text, seen, decoded[i])
			}
		}
	}
	t.Logf("%d texts, %d differ", len(texts), differ)
}
