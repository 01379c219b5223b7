package proxy

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// untouched is a time-out that never comes.
func untouched() error { return nil }

// readAll reads a mail whole, nil if there was no end.
func readAll(br *bufio.Reader) (wire []byte, err error) {
	err = readMail(br, untouched, func(piece []byte) { wire = append(wire, piece...) })
	if err != nil {
		return nil, err
	}
	return wire, nil
}

// stuff doubles the dots of a mail and ends its last line.
func stuff(raw []byte) []byte {
	var d dots
	out := d.stuff(nil, raw)
	return append(out, strings.TrimSuffix(d.end(), ".\r\n")...)
}

// unstuff takes the dots away again.
func unstuff(wire []byte) []byte { return new(dots).unstuff(nil, wire) }

// endsEarly says whether a watch finds an end in a mail that has one line end more.
func endsEarly(wire []byte) bool {
	var w watch
	return w.see(wire)
}

func TestReadMail(t *testing.T) {
	for _, c := range []struct {
		name, in, wire, rest string
		err                  error
	}{
		{"empty", ".\r\nQUIT\r\n", "", "QUIT\r\n", nil},
		{"one line", "a\r\n.\r\nQUIT\r\n", "a\r\n", "QUIT\r\n", nil},
		{"doubled dot", "..\r\n.\r\n", "..\r\n", "", nil},
		{"LF alone ends nothing", "a\n.\r\n\r\n.\r\n", "a\n.\r\n\r\n", "", nil},
		{"CR LF dot LF ends nothing", "a\r\n.\n.\r\n\r\n.\r\n", "a\r\n.\n.\r\n\r\n", "", nil},
		{"a line longer than the buffer", strings.Repeat("x", 100) + "\r\n.\r\nrest", strings.Repeat("x", 100) + "\r\n", "rest", nil},
		{"CR LF over two buffers", strings.Repeat("x", 15) + "\r\n.\r\nrest", strings.Repeat("x", 15) + "\r\n", "rest", nil},
		{"longer than a batch", strings.Repeat("y", batch+9) + "\r\n..\r\n.\r\nrest", strings.Repeat("y", batch+9) + "\r\n..\r\n", "rest", nil},
		{"cut", "a\r\n.", "", "", io.EOF},
	} {
		t.Run(c.name, func(t *testing.T) {
			br := bufio.NewReaderSize(strings.NewReader(c.in), 16)
			wire, err := readAll(br)
			if !errors.Is(err, c.err) || string(wire) != c.wire {
				t.Errorf("read %q, %v", wire, err)
			}
			if rest, _ := io.ReadAll(br); string(rest) != c.rest {
				t.Errorf("left %q; want %q", rest, c.rest)
			}
		})
	}
}

func TestReadMailGivesUp(t *testing.T) {
	want := errors.New("no deadline")
	if err := readMail(bufio.NewReader(strings.NewReader(".\r\n")), func() error { return want }, nil); !errors.Is(err, want) {
		t.Errorf("readMail = %v", err)
	}
}

func TestEndsEarly(t *testing.T) {
	for _, c := range []struct {
		name, wire string
		want       bool
	}{
		{"plain", "a. b.\r\nc\r\n", false},
		{"doubled dot", "..\r\n", false},
		{"doubled dot with text", "..text\r\n", false},
		{"dot at the end of a line", "a.\r\n", false},
		{"LF", "a\nb.\n", false},
		{"dots with NUL between", "\x00.\x00.\x00", false},
		{"first line", ".\n", true},
		{"LF dot LF", "a\n.\nb", true},
		{"LF dot CR LF", "a\n.\r\n", true},
		{"CR dot CR", "a\r.\rb", true},
		{"CR LF dot LF", "a\r\n.\nb", true},
		{"NUL around", "a\r\n\x00.\x00\r\n", true},
		{"dots and LF", "a\n..\nb", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := endsEarly([]byte(c.wire)); got != c.want {
				t.Errorf("endsEarly = %v", got)
			}
		})
	}
}

// What is stuffed comes back as it was and ends where it should, for any reader
// that knows CR LF only.
func TestStuffReadUnstuff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.StringMatching(`([.ab \x00\r\n]|\r\n|\r\n\.)*`).Draw(t, "mail")
		wire := string(stuff([]byte(raw))) + ".\r\n"
		br := bufio.NewReaderSize(strings.NewReader(wire+"QUIT"), 16)
		got, err := readAll(br)
		if err != nil {
			t.Fatal(err)
		}
		want := raw
		if want != "" && !strings.HasSuffix(want, "\r\n") || strings.HasSuffix(want, "\r\r\n") {
			want += "\r\n"
		}
		if back := string(unstuff(got)); back != want {
			t.Fatalf("%q came back as %q", want, back)
		}
		if rest, _ := io.ReadAll(br); string(rest) != "QUIT" {
			t.Fatalf("left %q", rest)
		}
	})
}

// careless ends a mail at every spelling that servers have been seen to accept.
func careless(wire []byte) bool {
	s := strings.ReplaceAll(string(wire), "\x00", "")
	s = "\n" + strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	return strings.Contains(s, "\n.\n")
}

// FuzzSmuggling checks that what passes is one mail for the careless too.
func FuzzSmuggling(f *testing.F) {
	for _, s := range []string{"a\n.\nb", "a\r.\rb", "..\r\n", "\x00.\r\n", "a\r\n.b", ".", "\r\r\n.\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		wire := stuff(raw)
		if !endsEarly(wire) && careless(wire) {
			t.Fatalf("%q passes as %q", raw, wire)
		}
		if !bytes.HasPrefix(unstuff(bytes.Clone(wire)), raw) {
			t.Fatalf("%q does not come back from %q", raw, wire)
		}
	})
}

func TestReadReply(t *testing.T) {
	for _, c := range []struct {
		name, in string
		code     int
		lines    []string
		fails    bool
	}{
		{"one line", "250 ok\r\n", 250, []string{"ok"}, false},
		{"two lines", "250-a\r\n250 b\r\n", 250, []string{"a", "b"}, false},
		{"code alone", "250\r\n", 250, []string{""}, false},
		{"no text", "250 \r\n", 250, []string{""}, false},
		{"another code inside", "250-a\r\n251 b\r\n", 0, nil, true},
		{"LF alone", "250 ok\n", 0, nil, true},
		{"two digits", "25 ok\r\n", 0, nil, true},
		{"no digits", "hello\r\n", 0, nil, true},
		{"code 100", "100 x\r\n", 0, nil, true},
		{"no sign", "250ok\r\n", 0, nil, true},
		{"cut", "250-a\r\n", 0, nil, true},
		{"endless line", "250 " + strings.Repeat("x", maxReplyLine) + "\r\n", 0, nil, true},
		{"endless lines", strings.Repeat("250-a\r\n", maxReplyLines+1), 0, nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := readReply(bufio.NewReader(strings.NewReader(c.in)))
			if (err != nil) != c.fails || r.code != c.code || strings.Join(r.lines, "|") != strings.Join(c.lines, "|") {
				t.Errorf("readReply = %+v, %v", r, err)
			}
		})
	}
}

// FuzzReadReply checks that what was read is written as it can be read again.
func FuzzReadReply(f *testing.F) {
	f.Add("250-a\r\n250 b\r\n")
	f.Add("334 \r\n")
	f.Add("250\r\n")
	f.Fuzz(func(t *testing.T, in string) {
		r, err := readReply(bufio.NewReader(strings.NewReader(in)))
		if err != nil {
			return
		}
		again, err := readReply(bufio.NewReader(strings.NewReader(r.String())))
		if err != nil || again.String() != r.String() {
			t.Fatalf("%q became %q: %v", in, r.String(), err)
		}
	})
}

// FuzzReadLine checks that a line holds nothing that could be another line.
func FuzzReadLine(f *testing.F) {
	for _, s := range []string{"NOOP\r\n", "NOOP\n", "a\rb\r\n", "\r\n", "\x00\r\n", strings.Repeat("x", 40) + "\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		line, err := readLine(bufio.NewReaderSize(bytes.NewReader(in), 16), 32)
		if err != nil {
			return
		}
		if strings.ContainsAny(line, "\r\n\x00") || len(line) > 32 || !strings.HasPrefix(string(in), line+"\r\n") {
			t.Fatalf("%q gives %q", in, line)
		}
	})
}

func TestFilterEHLO(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []string
		tls   bool
		want  string
		limit int64
	}{
		{"bare", []string{"smtp.a.example"}, false, "smtp.a.example|PIPELINING|CHUNKING|SIZE 1000", 1000},
		{"smaller size", []string{"a", "SIZE 500"}, false, "a|PIPELINING|CHUNKING|SIZE 500", 500},
		{"larger size", []string{"a", "SIZE 5000"}, false, "a|PIPELINING|CHUNKING|SIZE 1000", 1000},
		{"no limit", []string{"a", "SIZE 0"}, false, "a|PIPELINING|CHUNKING|SIZE 1000", 1000},
		{"size without number", []string{"a", "SIZE"}, false, "a|PIPELINING|CHUNKING|SIZE 1000", 1000},
		{"what is not sent on", []string{"a", "CHUNKING", "BINARYMIME", "burl imap", "8BITMIME"}, false, "a|8BITMIME|PIPELINING|CHUNKING|SIZE 1000", 1000},
		{"unknown", []string{"a", "X-NEW thing", "XCLIENT NAME", "ETRN"}, false, "a|PIPELINING|CHUNKING|SIZE 1000", 1000},
		{"the server's PIPELINING", []string{"a", "PIPELINING"}, false, "a|PIPELINING|CHUNKING|SIZE 1000", 1000},
		{"the server's STARTTLS", []string{"a", "STARTTLS"}, false, "a|PIPELINING|CHUNKING|SIZE 1000", 1000},
		{"our STARTTLS", []string{"a"}, true, "a|PIPELINING|CHUNKING|SIZE 1000|STARTTLS", 1000},
		{"mechanisms", []string{"a", "auth PLAIN SCRAM-SHA-256 scram-sha-256-plus XOAUTH2"}, false, "a|AUTH PLAIN SCRAM-SHA-256 XOAUTH2|PIPELINING|CHUNKING|SIZE 1000", 1000},
		{"only bound mechanisms", []string{"a", "AUTH SCRAM-SHA-1-PLUS"}, false, "a|PIPELINING|CHUNKING|SIZE 1000", 1000},
		{"old form", []string{"a", "AUTH PLAIN", "AUTH=PLAIN"}, false, "a|AUTH PLAIN|PIPELINING|CHUNKING|SIZE 1000", 1000},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, limit := filterEHLO(reply{code: 250, lines: c.lines}, 1000, c.tls)
			if got := strings.Join(r.lines, "|"); got != c.want || limit != c.limit || r.code != 250 {
				t.Errorf("filterEHLO = %q, %d", got, limit)
			}
		})
	}
}

// FuzzFilterEHLO checks that nothing comes through that the relay cannot do.
func FuzzFilterEHLO(f *testing.F) {
	f.Add("a\nCHUNKING\nSIZE 9\nAUTH A-PLUS B", true)
	f.Add("a\nchunking \nAUTH=X", false)
	f.Add("\n\n \nSIZE -1", false)
	f.Fuzz(func(t *testing.T, text string, startTLS bool) {
		in := reply{code: 250, lines: strings.Split(text, "\n")}
		out, limit := filterEHLO(in, 1000, startTLS)
		if limit < 1 || limit > 1000 || out.lines[0] != in.lines[0] {
			t.Fatalf("limit %d, first line %q", limit, out.lines[0])
		}
		for _, line := range out.lines[1:] {
			keyword, _, _ := strings.Cut(strings.ToUpper(line), " ")
			switch keyword {
			case "BINARYMIME", "BURL":
				t.Fatalf("%q offers %s", text, keyword)
			case "STARTTLS":
				if !startTLS {
					t.Fatalf("%q offers STARTTLS", text)
				}
			case "AUTH":
				if strings.Contains(strings.ToUpper(line)+" ", "-PLUS ") {
					t.Fatalf("%q offers %q", text, line)
				}
			}
		}
	})
}
