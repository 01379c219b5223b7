package wire_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/unseen-mail/unseen/imapfilter/wire"
)

func TestEndLiteral(t *testing.T) {
	for _, tt := range []struct {
		line string
		want wire.Literal
		ok   bool
	}{
		{"a LOGIN {5}\r\n", wire.Literal{Size: 5, Len: 3}, true},
		{"a LOGIN {5+}\r\n", wire.Literal{Size: 5, NonSync: true, Len: 4}, true},
		{"a APPEND x ~{5}\r\n", wire.Literal{Size: 5, Binary: true, Len: 4}, true},
		{"a APPEND x ~{05+}\n", wire.Literal{Size: 5, Binary: true, NonSync: true, Len: 6}, true},
		{"* 1 FETCH (BODY[HEADER.FIELDS ({2}\r\n", wire.Literal{Size: 2, Len: 3}, true},
		{"{0}\r\n", wire.Literal{Len: 3}, true},
		{"a LOGIN \"{5}\"\r\n", wire.Literal{}, false},
		{"a LOGIN x{5}\r\n", wire.Literal{}, false},
		{"a LOGIN x~{5}\r\n", wire.Literal{}, false},
		{"a LOGIN {-5}\r\n", wire.Literal{}, false},
		{"a LOGIN {5++}\r\n", wire.Literal{}, false},
		{"a LOGIN {}\r\n", wire.Literal{}, false},
		{"a LOGIN {5} \r\n", wire.Literal{}, false},
		{"a LOGIN {5}", wire.Literal{}, false},
		{"a LOGIN 5}\r\n", wire.Literal{}, false},
		{"\r\n", wire.Literal{}, false},
	} {
		got, ok, err := wire.EndLiteral([]byte(tt.line))
		if got != tt.want || ok != tt.ok || err != nil {
			t.Errorf("%q: %+v, %v, %v", tt.line, got, ok, err)
		}
	}
	for _, line := range []string{"a {9223372036854775807}\r\n", "a {99999999999999999999}\r\n"} {
		if _, _, err := wire.EndLiteral([]byte(line)); err == nil {
			t.Errorf("%q: no error", line)
		}
	}
}

func TestParseLine(t *testing.T) {
	for _, tt := range []struct {
		line string
		want wire.Line
		free bool
	}{
		{"* OK [UIDVALIDITY 3] x {5}\r\n", wire.Line{Kind: wire.Untagged, Word: "OK", Code: "UIDVALIDITY", Arg: "3", Rest: 4}, true},
		{"* bye x\r\n", wire.Line{Kind: wire.Untagged, Word: "BYE", Rest: 5}, true},
		{"* 12 FETCH (\r\n", wire.Line{Kind: wire.Untagged, Number: 12, Word: "FETCH", Rest: 10}, false},
		{"* 3 Exists\r\n", wire.Line{Kind: wire.Untagged, Number: 3, Word: "EXISTS", Rest: 10}, false},
		{"* LIST () NIL {5}\r\n", wire.Line{Kind: wire.Untagged, Word: "LIST", Rest: 6}, false},
		{"* (x)\r\n", wire.Line{Kind: wire.Untagged, Rest: 2}, false},
		{"*\r\n", wire.Line{Kind: wire.Untagged, Rest: 1}, false},
		{"a1 OK [CLOSED] done\r\n", wire.Line{Tag: "a1", Word: "OK", Code: "CLOSED", Rest: 5}, true},
		{"a1 NO\r\n", wire.Line{Tag: "a1", Word: "NO", Rest: 5}, true},
		{"+ go {5}\r\n", wire.Line{Kind: wire.Continue, Rest: 1}, true},
		{"+\r\n", wire.Line{Kind: wire.Continue, Rest: 1}, true},
	} {
		got, err := wire.ParseLine([]byte(tt.line))
		if err != nil || got != tt.want || got.FreeText() != tt.free {
			t.Errorf("%q: %+v, %v, %v", tt.line, got, got.FreeText(), err)
		}
	}
	for _, line := range []string{"", "\r\n", "a1\r\n", "a1 \r\n", "(x) y\r\n", " OK\r\n"} {
		if got, err := wire.ParseLine([]byte(line)); err == nil {
			t.Errorf("%q: %+v, no error", line, got)
		}
	}
}

func TestParseCommand(t *testing.T) {
	for _, tt := range []struct {
		line string
		want wire.Command
		ok   bool
	}{
		{"a1 noop\r\n", wire.Command{Tag: "a1", Name: "NOOP", Args: 7}, true},
		{"33 uid fetch 1 (FLAGS)\r\n", wire.Command{Tag: "33", Name: "UID FETCH", Args: 12}, true},
		{"a UID\r\n", wire.Command{Tag: "a", Name: "UID", Args: 5}, true},
		{"a LOGIN \"x\" y\r\n", wire.Command{Tag: "a", Name: "LOGIN", Args: 7}, true},
		{"a FETCH(\r\n", wire.Command{Tag: "a", Name: "FETCH", Args: 7}, true},
		{"a\r\n", wire.Command{Tag: "a"}, false},
		{"a \r\n", wire.Command{Tag: "a"}, false},
		{"a  NOOP\r\n", wire.Command{Tag: "a"}, false},
		{"* OK x\r\n", wire.Command{}, false},
		{"a+b NOOP\r\n", wire.Command{}, false},
		{"\xc3\xa4 NOOP\r\n", wire.Command{}, false},
		{strings.Repeat("t", 200) + " NOOP\r\n", wire.Command{}, false},
	} {
		got, err := wire.ParseCommand([]byte(tt.line))
		if got != tt.want || (err == nil) != tt.ok {
			t.Errorf("%q: %+v, %v", tt.line, got, err)
		}
	}
}

func TestSet(t *testing.T) {
	for _, tt := range []struct {
		set     string
		numbers []uint32
		listed  bool
	}{
		{"5", []uint32{5}, true},
		{"1:3,9", []uint32{1, 2, 3, 9}, true},
		{"3:1", []uint32{1, 2, 3}, true},
		{"1:*", nil, false},
		{"*", nil, false},
		{"$", nil, false},
		{"1:100", nil, false},
		{"1:4294967295", nil, false},
	} {
		s, rest, ok := wire.ParseSet([]byte(tt.set + " x"))
		if !ok || string(rest) != " x" || s.Raw != tt.set {
			t.Fatalf("%s: %+v, %q, %v", tt.set, s, rest, ok)
		}
		got, listed := s.Numbers(50)
		if listed != tt.listed || listed && string(wire.AppendSet(nil, got)) != string(wire.AppendSet(nil, tt.numbers)) {
			t.Errorf("%s: %v, %v", tt.set, got, listed)
		}
		for _, n := range tt.numbers {
			if !s.Contains(n) {
				t.Errorf("%s does not contain %d", tt.set, n)
			}
		}
	}
	s, _, _ := wire.ParseSet([]byte("1:3,9"))
	if s.Contains(4) || s.Contains(10) {
		t.Error("1:3,9 contains too much")
	}
	for _, bad := range []string{"", "0", "a", "1,", "1:", ":2", "1:2:3", "4294967296", "-1"} {
		if _, _, ok := wire.ParseSet([]byte(bad)); ok {
			t.Errorf("%q is a set", bad)
		}
	}
	if got := string(wire.AppendSet(nil, []uint32{1, 2, 3, 5, 7, 8})); got != "1:3,5,7:8" {
		t.Errorf("got %s", got)
	}
	if all := (wire.Range{From: 1, To: math.MaxUint32}); all.To != math.MaxUint32 {
		t.Error("* is not the largest number")
	}
}

func TestItemContent(t *testing.T) {
	for _, tt := range []struct {
		item    string
		kind    wire.Content
		section string
	}{
		{"BODY[]", wire.Whole, ""},
		{"body.peek[]", wire.Whole, ""},
		{"RFC822", wire.Whole, ""},
		{"RFC822.PEEK", wire.Whole, ""},
		{"BODY[]<0>", wire.Piece, ""},
		{"BODY.PEEK[]<0.65536>", wire.Piece, ""},
		{"BODY[TEXT]", wire.Piece, "TEXT"},
		{"RFC822.TEXT", wire.Piece, "TEXT"},
		{"BODY[1.2]", wire.Piece, "1.2"},
		{"BODY[2.text]<9>", wire.Piece, "2.TEXT"},
		{"BODY[X-NEW]", wire.Piece, "X-NEW"},
		{"BODY[HEADER]", wire.Verbatim, ""},
		{"BODY[HEADER.FIELDS (From \"T]o\")]", wire.Verbatim, ""},
		{"BODY[HEADER.FIELDS.NOT ({4}\r\n]]]])]<0>", wire.Verbatim, ""},
		{"BODY[1.MIME]", wire.Verbatim, ""},
		{"BODY[2.HEADER]", wire.Verbatim, ""},
		{"BODY[2.HEADER.FIELDS (X)]", wire.Verbatim, ""},
		{"RFC822.HEADER", wire.Verbatim, ""},
		{"RFC822.SIZE", wire.Verbatim, ""},
		{"BINARY[1.2]", wire.Decoded, "1.2"},
		{"binary.peek[]<5>", wire.Decoded, ""},
		{"BINARY.SIZE[1]", wire.Verbatim, ""},
		{"BODY", wire.Verbatim, ""},
		{"BODYSTRUCTURE", wire.Verbatim, ""},
		{"X-GM-LABELS", wire.Verbatim, ""},
		{"BINARY.SIZE[1]", wire.Verbatim, ""},
	} {
		item, rest, err := wire.ParseItem([]byte(tt.item + " x"))
		kind, section := item.Content()
		if err != nil || string(rest) != " x" || kind != tt.kind || section != tt.section {
			t.Errorf("%s: %+v, %v, %q, rest %q, %v", tt.item, item, kind, section, rest, err)
		}
		for n := range len(tt.item) {
			if _, _, err := wire.ParseItem([]byte(tt.item[:n])); n > 0 && err != wire.ErrMore {
				t.Errorf("%s: %v", tt.item[:n], err)
			}
		}
	}
	for _, bad := range []string{"(x", ")", "BODY[\r\n", "BODY[\"\r\n", "BODY[]<x>", "BODY[]<1.2.3> ", "BODY[{x}] \r\n                                  ", "BODY[]<" + strings.Repeat("1", 60)} {
		if item, _, err := wire.ParseItem([]byte(bad)); err == nil || err == wire.ErrMore {
			t.Errorf("%q: %+v, %v", bad, item, err)
		}
	}
}

func TestParseFetch(t *testing.T) {
	for _, tt := range []struct {
		args  string
		items []string
	}{
		{" 1 FLAGS\r\n", []string{"FLAGS"}},
		{" 1:* (UID RFC822.SIZE  BODY.PEEK[HEADER.FIELDS (From To)] )\r\n", []string{"UID", "RFC822.SIZE", "BODY"}},
		{" 1 (FLAGS) (CHANGEDSINCE 5 VANISHED)\r\n", []string{"FLAGS"}},
		{" 1 BODY[] (CHANGEDSINCE 5)\r\n", []string{"BODY"}},
		{" 1 ALL\r\n", []string{"ALL"}},
		{" 1 (PREVIEW (LAZY) UID)\r\n", []string{"PREVIEW", "UID"}},
		{" $ (BODY.PEEK[1]<0.256> BODY.PEEK[1.MIME])\r\n", []string{"BODY", "BODY"}},
	} {
		f, err := wire.ParseFetch([]byte(tt.args))
		if err != nil || len(f.Items) != len(tt.items) {
			t.Errorf("%q: %+v, %v", tt.args, f, err)
			continue
		}
		for i, item := range f.Items {
			if item.Name != tt.items[i] {
				t.Errorf("%q: item %d is %s", tt.args, i, item.Name)
			}
		}
	}
	for args, want := range map[string]string{
		" 1:* (FLAGS) (CHANGEDSINCE 5 VANISHED)":        " (CHANGEDSINCE 5)",
		" 1:* FLAGS (vanished partial -5:-1)":           " (PARTIAL -5:-1)",
		" 1 BODY[] (CHANGEDSINCE 5 PARTIAL 1:9)":        " (CHANGEDSINCE 5 PARTIAL 1:9)",
		" 1 (PREVIEW (LAZY)) (CHANGEDSINCE \"5\")":      "",
		" 1 (BODY[HEADER.FIELDS (CHANGEDSINCE 5)] UID)": "",
		" 1 FLAGS": "",
	} {
		if f, err := wire.ParseFetch([]byte(args + "\r\n")); err != nil || f.Narrowing != want {
			t.Errorf("%q: %q, %v", args, f.Narrowing, err)
		}
	}
	for _, bad := range []string{"\r\n", " 1\r\n", " 1 \r\n", " x FLAGS\r\n", " 1 (FLAGS\r\n", " 1 (\r\n", " 1 ()\r\n", " 1 (PREVIEW (\"x\"))\r\n"} {
		if f, err := wire.ParseFetch([]byte(bad)); err == nil {
			t.Errorf("%q: %+v", bad, f)
		}
	}
}

// A value ends where it ends, whatever its form and however it arrives.
func TestCopyValue(t *testing.T) {
	for _, value := range []string{
		"NIL", "123", "\\Seen", "\"\"", "\"a \\\" ) ( {3}\"", "()", "(a (b \"c)\" NIL) {4}\r\n) (\" d)", "{3}\r\n) (", "~{2}\r\n\x00 ",
		"({1}\r\n))", "({x} ~y)", "a{b", strings.Repeat("(", 900) + strings.Repeat(")", 900), "\"" + strings.Repeat("long ", 5000) + "\"",
	} {
		for _, end := range []string{" X\r\n", ")\r\n"} {
			src := strings.NewReader(value + end)
			for name, r := range map[string]*wire.Reader{
				"at once":        wire.NewReader(strings.NewReader(value+end), 0),
				"octet by octet": wire.NewReader(iotest.OneByteReader(src), 0),
			} {
				var out bytes.Buffer
				if err := r.CopyValue(&out); err != nil || out.String() != value {
					t.Errorf("%s, %.40q: got %.40q, %v", name, value, out.String(), err)
				}
				if rest, err := r.Segment(nil, 100); !bytes.HasPrefix(rest, []byte(end)) {
					t.Errorf("%s, %.40q: rest %q, %v", name, value, rest, err)
				}
			}
		}
	}
	for _, bad := range []string{")", " ", "\"a\r\n\"", "(a\r\n)", "(", "\"", "{5}\r\nabc", strings.Repeat("(", 1001), "{99999999999999999999}\r\n"} {
		if err := wire.NewReader(strings.NewReader(bad), 0).CopyValue(wire.Discard{}); err == nil {
			t.Errorf("%.40q is a value", bad)
		}
	}
}

func TestQuoted(t *testing.T) {
	for _, value := range []string{"", "a", `a"b\c`, strings.Repeat(`x"`, 5000)} {
		wireText := wire.AppendQuoted(nil, []byte(value))
		r := wire.NewReader(iotest.OneByteReader(bytes.NewReader(append(wireText, " x"...))), 0)
		if got, err := r.Quoted(1 << 20); err != nil || string(got) != value {
			t.Errorf("%.20q: got %.20q, %v", value, got, err)
		}
		if got, rest, ok := wire.Astring(append(wireText, " x"...)); !ok || string(got) != value || string(rest) != " x" {
			t.Errorf("%.20q: got %.20q, %q, %v", value, got, rest, ok)
		}
	}
	long := wire.NewReader(strings.NewReader("\""+strings.Repeat("x", 9999)+"\""), 0)
	if _, err := long.Quoted(1000); !errors.Is(err, wire.ErrTooLong) {
		t.Errorf("too long: %v", err)
	}
	for _, bad := range []string{"x", "\"x", "\"x\r\n\""} {
		if got, err := wire.NewReader(strings.NewReader(bad), 0).Quoted(99); err == nil {
			t.Errorf("%q: %q", bad, got)
		}
	}
}

func TestAstring(t *testing.T) {
	for _, tt := range []struct{ text, value, rest string }{
		{"INBOX (", "INBOX", " ("},
		{"\"a b\" x", "a b", " x"},
		{"{3}\r\na b x", "a b", " x"},
		{"{3+}\r\na b", "a b", ""},
	} {
		value, rest, ok := wire.Astring([]byte(tt.text))
		if !ok || string(value) != tt.value || string(rest) != tt.rest {
			t.Errorf("%q: %q, %q, %v", tt.text, value, rest, ok)
		}
	}
	for _, bad := range []string{"", " x", "\"x", "{9}\r\nx", "(x)"} {
		if value, _, ok := wire.Astring([]byte(bad)); ok {
			t.Errorf("%q: %q", bad, value)
		}
	}
}

// Long lines go on in pieces; what they announce in the end is seen.
func TestCopyLine(t *testing.T) {
	line := "* X " + strings.Repeat("word ", 10_000) + "{12}\r\n"
	for _, r := range []io.Reader{strings.NewReader(line), iotest.OneByteReader(strings.NewReader(line))} {
		var out bytes.Buffer
		got, ok, err := wire.NewReader(r, 0).CopyLine(&out)
		if err != nil || !ok || got.Size != 12 || out.String() != line {
			t.Errorf("%+v, %v, %v, %d octets", got, ok, err, out.Len())
		}
	}
	if _, _, err := wire.NewReader(strings.NewReader("no end"), 0).CopyLine(io.Discard); err == nil {
		t.Error("a line without end")
	}
}

// A line over the limit is an error, however it is read.
func TestTooLong(t *testing.T) {
	endless := func() *wire.Reader { return wire.NewReader(repeat{}, 64<<10) }
	if _, _, err := endless().CopyLine(io.Discard); !errors.Is(err, wire.ErrTooLong) {
		t.Errorf("CopyLine: %v", err)
	}
	if _, err := endless().Segment(nil, 1<<20); !errors.Is(err, wire.ErrTooLong) {
		t.Errorf("Segment: %v", err)
	}
	if err := endless().CopyValue(wire.Discard{}); !errors.Is(err, wire.ErrTooLong) {
		t.Errorf("CopyValue: %v", err)
	}
	if _, _, err := endless().Item(); err == nil {
		t.Error("Item: no error")
	}
}

type repeat struct{}

func (repeat) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestHead(t *testing.T) {
	r := wire.NewReader(iotest.OneByteReader(strings.NewReader("ab\r\ncdefgh")), 0)
	if head, err := r.Head(100); err != nil || string(head) != "ab\r\n" {
		t.Errorf("%q, %v", head, err)
	}
	if head, err := r.Head(2); err != nil || !strings.HasPrefix("ab\r\n", string(head)) || len(head) < 2 {
		t.Errorf("%q, %v", head, err)
	}
	r.Skip(4)
	if head, err := r.Head(100); err == nil {
		t.Errorf("%q", head)
	}
}

var _ wire.Sink = (*bufio.Writer)(nil)
