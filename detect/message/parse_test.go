package message_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
)

// outline writes down the leaves of a message with their octets.
func outline(raw string) string {
	var out []string
	for _, p := range served(message.Parse([]byte(raw)).Root) {
		out = append(out, fmt.Sprintf("%s %q", p.Section, raw[p.Body.Start:p.Body.End]))
	}
	return strings.Join(out, " ")
}

// served returns the leaves below a part as servers see them.
func served(p *message.Part) []*message.Part {
	if p.Leaf() {
		return []*message.Part{p}
	}
	var out []*message.Part
	for _, c := range p.Children {
		out = append(out, served(c)...)
	}
	return out
}

func TestParseOddities(t *testing.T) {
	for _, o := range oddities {
		t.Run(o.name, func(t *testing.T) {
			if got := outline(o.raw); got != o.want {
				t.Errorf("leaves of %q:\n%s\nwant\n%s", o.raw, got, o.want)
			}
			// The line ends of a file change nothing but themselves.
			bare := strings.ReplaceAll(o.raw, "\r\n", "\n")
			want := strings.ReplaceAll(o.want, `\r\n`, `\n`)
			if got := outline(bare); got != want && !strings.Contains(bare, "\r") {
				t.Errorf("leaves with bare LF:\n%s\nwant\n%s", got, want)
			}
			checkLayout(t, []byte(o.raw), message.Parse([]byte(o.raw)))
		})
	}
}

// checkLayout checks what holds for every layout of every message.
func checkLayout(t interface{ Fatalf(string, ...any) }, raw []byte, l *message.Layout) {
	if l.Size != len(raw) || l.Root == nil {
		t.Fatalf("size %d of %d octets, root %v", l.Size, len(raw), l.Root)
	}
	if l.Root.Header.Start != 0 || l.Root.Body.End != len(raw) {
		t.Fatalf("the root is %v %v", l.Root.Header, l.Root.Body)
	}
	if end := message.HeaderEnd(raw); end != l.Root.Header.End {
		t.Fatalf("the header ends at %d, in the layout at %d", end, l.Root.Header.End)
	}
	checkPart(t, l.Root, 0)
	checkPart(t, l.Shown, 0)
	for i, s := range l.Sections {
		if i > 0 && s.Name <= l.Sections[i-1].Name {
			t.Fatalf("sections %q, %q are not in order", l.Sections[i-1].Name, s.Name)
		}
		r, ok := l.Section(strings.ToLower(s.Name))
		if !ok || r != s.Range || r.Start < 0 || r.End < r.Start || r.End > len(raw) {
			t.Fatalf("section %q is %v, listed %v", s.Name, r, s.Range)
		}
	}
	end := 0
	for p := range l.Leaves() {
		if p.Body.Start < end {
			t.Fatalf("leaf %s at %v begins before the end of the last one, %d", p.Section, p.Body, end)
		}
		end = p.Body.End
	}
	for _, p := range served(l.Root) {
		if r, ok := l.Section(p.Section); !ok || r != p.Body {
			t.Fatalf("leaf %s at %v has the section %v", p.Section, p.Body, r)
		}
		if r, ok := l.Section(p.Section + ".1.1"); !ok || r != p.Body {
			t.Fatalf("leaf %s at %v: its part 1 is at %v", p.Section, p.Body, r)
		}
	}
}

func checkPart(t interface{ Fatalf(string, ...any) }, p *message.Part, depth int) {
	if depth > 50 {
		t.Fatalf("part %s is %d deep", p.Section, depth)
	}
	if p.Header.Start > p.Header.End || p.Header.End > p.Body.Start || p.Body.Start > p.Body.End {
		t.Fatalf("part %s is %v %v", p.Section, p.Header, p.Body)
	}
	at := p.Body.Start
	for _, c := range p.Children {
		if c.Header.Start < at || c.Body.End > p.Body.End {
			t.Fatalf("part %s at %v %v is not inside %s at %v", c.Section, c.Header, c.Body, p.Section, p.Body)
		}
		at = c.Body.End
		checkPart(t, c, depth+1)
	}
}

func TestParseFields(t *testing.T) {
	tests := []struct {
		name   string
		header []string
		want   message.Part
	}{
		{"nothing", nil, message.Part{MediaType: "text/plain"}},
		{"all", []string{"content-type: Text/HTML; Charset=\"ISO-8859-1\"", "content-transfer-encoding: Quoted-Printable", "content-disposition: ATTACHMENT; filename=x"},
			message.Part{MediaType: "text/html", Charset: "iso-8859-1", Encoding: message.QuotedPrintable, Disposition: "attachment"}},
		{"comments", []string{"Content-Type: text/html (x;y) ; charset=(z)utf-8", "Content-Transfer-Encoding: (a) base64 (b)"},
			message.Part{MediaType: "text/html", Charset: "utf-8", Encoding: message.Base64}},
		{"no semicolon", []string{"Content-Type: text/html charset=utf-16"}, message.Part{MediaType: "text/html", Charset: "utf-16"}},
		{"semicolon behind the encoding", []string{"Content-Transfer-Encoding: base64;"}, message.Part{MediaType: "text/plain", Encoding: message.Base64}},
		{"rubbish behind 8bit", []string{"Content-Transfer-Encoding: 8bit+"}, message.Part{MediaType: "text/plain"}},
		{"rubbish behind base64", []string{"Content-Transfer-Encoding: base64+"}, message.Part{MediaType: "text/plain"}},
		{"rubbish encoding", []string{"Content-Transfer-Encoding: hexa"}, message.Part{MediaType: "text/plain"}},
		{"empty encoding", []string{"Content-Transfer-Encoding:"}, message.Part{MediaType: "text/plain"}},
		{"first encoding counts", []string{"Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: 8bit"}, message.Part{MediaType: "text/plain", Encoding: message.Base64}},
		{"charset in segments", []string{"Content-Type: text/html; charset*0=iso-;", " charset*1=2022-jp"}, message.Part{MediaType: "text/html", Charset: "iso-2022-jp"}},
		{"charset encoded", []string{"Content-Type: text/html; charset*=us-ascii'en'utf%2D7"}, message.Part{MediaType: "text/html", Charset: "utf-7"}},
		{"charset in an encoded word", []string{"Content-Type: text/html; charset=\"=?us-ascii?Q?utf-16?=\""}, message.Part{MediaType: "text/html", Charset: "utf-16"}},
		{"first charset counts", []string{"Content-Type: text/html; charset=utf-8; charset=utf-16"}, message.Part{MediaType: "text/html", Charset: "utf-8"}},
		{"plain charset counts before segments", []string{"Content-Type: text/html; charset*0=utf-7; charset=utf-8"}, message.Part{MediaType: "text/html", Charset: "utf-8"}},
		{"quoted pairs", []string{`Content-Type: text/html; x="a\";charset=b"; charset="u\tf-8"`}, message.Part{MediaType: "text/html", Charset: "utf-8"}},
		{"base before location", []string{"Content-Location: http://a.example/x y", "Content-Base: \"http://b.example/", " dir/\""},
			message.Part{MediaType: "text/plain", Location: "http://b.example/dir/"}},
		{"location broken over lines", []string{"Content-Location: http://a.example/", " x/y"}, message.Part{MediaType: "text/plain", Location: "http://a.example/x/y"}},
		{"pkcs7", []string{"Content-Type: application/x-pkcs7-mime; smime-type=signed-data"}, message.Part{MediaType: "application/x-pkcs7-mime", Protected: "signed"}},
		{"type without subtype", []string{"Content-Type: text"}, message.Part{MediaType: "text"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := message.Parse([]byte(lines(append(test.header, "", "x")...))).Root
			got := message.Part{MediaType: p.MediaType, Charset: p.Charset, Encoding: p.Encoding, Disposition: p.Disposition, Location: p.Location, Protected: p.Protected}
			if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", test.want) {
				t.Errorf("got %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestParseInherits(t *testing.T) {
	raw := lines("Content-Type: multipart/mixed; boundary=b", "Content-Base: http://base.example/", "",
		"--b", "Content-Type: multipart/signed; boundary=c", "",
		"--c", "Content-Type: multipart/related; boundary=d", "Content-Location: http://related.example/", "",
		"--d", "Content-Type: text/html", "", "1", "--d--",
		"--c", "Content-Type: message/rfc822", "", "Content-Type: text/html", "", "2", "--c--",
		"--b", "Content-Type: text/html", "", "3", "--b--")
	want := []string{
		"1.1.1 signed http://related.example/",
		"1.2.1 signed ",
		"2  http://base.example/",
	}
	var got []string
	for p := range message.Parse([]byte(raw)).Leaves() {
		got = append(got, p.Section+" "+p.Protected+" "+p.Location)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSection(t *testing.T) {
	raw := lines("Content-Type: multipart/mixed; boundary=b", "", "--b", "X: 1", "", "one",
		"--b", "Content-Type: message/rfc822", "", "Content-Type: multipart/mixed; boundary=c", "", "--c", "X: 2", "", "two", "--c--", "--b--")
	l := message.Parse([]byte(raw))
	tests := []struct {
		name, want string
		ok         bool
	}{
		{"", raw, true},
		{"Header", "Content-Type: multipart/mixed; boundary=b\r\n\r\n", true},
		{"text", raw[len("Content-Type: multipart/mixed; boundary=b\r\n\r\n"):], true},
		{"1", "one", true},
		{"1.mime", "X: 1\r\n\r\n", true},
		{"1.1", "one", true},
		{"1.1.MIME", "X: 1\r\n\r\n", true},
		{"1.2", "", false},
		{"1.HEADER", "", false},
		{"2.MIME", "Content-Type: message/rfc822\r\n\r\n", true},
		{"2.HEADER", "Content-Type: multipart/mixed; boundary=c\r\n\r\n", true},
		{"2.TEXT", "--c\r\nX: 2\r\n\r\ntwo\r\n--c--\r\n", true},
		{"2.1", "two", true},
		{"2.1.MIME", "X: 2\r\n\r\n", true},
		{"2.2", "", false},
		{"3", "", false},
		{"0", "", false},
		{"MIME", "", false},
		{"1.", "", false},
		{".1", "", false},
		{"rubbish", "", false},
	}
	for _, test := range tests {
		r, ok := l.Section(test.name)
		if ok != test.ok || raw[r.Start:r.End] != test.want {
			t.Errorf("section %q is %t %q, want %t %q", test.name, ok, raw[r.Start:r.End], test.ok, test.want)
		}
		o := message.Overlay{Sections: l.Sections}
		if again, ok := o.Section(test.name); ok != test.ok || again != r {
			t.Errorf("the overlay's section %q is %v, the layout's %v", test.name, again, r)
		}
	}
}

func TestGaps(t *testing.T) {
	nested := func(n int) string {
		out := ""
		for i := range n {
			out += lines(fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d_", i), "", fmt.Sprintf("--b%d_", i))
		}
		return out
	}
	tests := []struct {
		name, raw string
		want      []message.Gap
	}{
		{"none", lines(mixed, "", "--b", "", "one", "--b--"), nil},
		{"depth", nested(50), []message.Gap{{strings.Repeat("1.", 48) + "1", "depth"}}},
		{"not quite depth", nested(49), nil},
		{"messages deep", strings.Repeat("Content-Type: message/rfc822\r\n\r\n", 60), []message.Gap{{strings.Repeat("1.", 49) + "1", "depth"}}},
		{"parts", lines(mixed, "") + strings.Repeat("--b\r\n\r\nx\r\n", 1001), []message.Gap{{"", "parts"}}},
		{"not quite parts", lines(mixed, "") + strings.Repeat("--b\r\n\r\nx\r\n", 1000), nil},
		{"header", "X: " + strings.Repeat("x", 1<<20) + "\r\n" + lines(mixed, "", "--b", "", "one"), []message.Gap{{"1", "header"}}},
		{"part's header", lines(mixed, "", "--b") + "X: " + strings.Repeat("x", 1<<20) + lines("", "", "one", "--b", "", "two"), []message.Gap{{"1", "header"}}},
		{"two types", lines("Content-Type: text/plain", "Content-Type: text/html", "", "x"), []message.Gap{{"1", "label"}}},
		{"one type twice", lines("Content-Type: text/plain", "Content-Type: text/plain; charset=x", "", "x"), nil},
		{"uuencode", lines("Content-Transfer-Encoding: x-uuencode", "", "x"), []message.Gap{{"1", "encoding"}}},
		{"message in base64", lines("Content-Type: message/rfc822", "Content-Transfer-Encoding: base64", "", "x"), []message.Gap{{"1", "encoding"}}},
		{"boundary goes on", lines(mixed, "", "--bx", "", "one", "--b--"), []message.Gap{{"", "boundary"}}},
		{"boundary with blanks", lines(mixed, "", "--b \t", "", "one", "--b--  "), nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := message.Parse([]byte(test.raw))
			if !slices.Equal(l.Gaps, test.want) {
				t.Errorf("gaps %v, want %v", l.Gaps, test.want)
			}
			checkLayout(t, []byte(test.raw), l)
		})
	}
}

// TestHugeHeader checks that parts behind a header that is too long are still
// where they are.
func TestHugeHeader(t *testing.T) {
	raw := lines(mixed, "", "--b", "Content-Type: text/html") + strings.Repeat("X: "+strings.Repeat("x", 997)+"\r\n", 1100) +
		lines("", "one", "--b", "Content-Type: text/html", "", "two", "--b--")
	var got []string
	for p := range message.Parse([]byte(raw)).Leaves() {
		got = append(got, p.Section, p.MediaType, raw[p.Body.Start:p.Body.End])
	}
	want := []string{"1", "application/octet-stream", "one", "2", "text/html", "two"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
