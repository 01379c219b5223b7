package wire_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/unseen-mail/unseen/imapfilter/wire"
)

// transcripts adds the lines of recorded conversations of one direction.
func transcripts(f *testing.F, direction string) {
	names, _ := filepath.Glob("../../../shared/facts/transcripts/*.txt")
	said := regexp.MustCompile(`#\d+ ` + direction + `: (".*")$`)
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		seen := 0
		for line := range strings.Lines(string(b)) {
			m := said.FindStringSubmatch(strings.TrimSpace(line))
			if m == nil || seen > 40 {
				continue
			}
			if text, err := strconv.Unquote(m[1]); err == nil && len(text) < 400 {
				f.Add([]byte(text))
				seen++
			}
		}
	}
}

// FuzzServer reads answers as the relay does: what is read is what was there,
// however it arrives, and whatever it is.
func FuzzServer(f *testing.F) {
	transcripts(f, "S")
	f.Add([]byte("* 1 FETCH (UID 5 BODY[HEADER.FIELDS ({1}\r\nA)] {3}\r\nabc FLAGS (\\Seen))\r\na OK {5}\r\n+ x\r\n* LIST () {2}\r\nab c\r\n"))
	f.Add([]byte("* 1 FETCH (ENVELOPE (\"a\\\"\" NIL ((~{1}\r\n)))) X \"y\")\r\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		one, err1 := readServer(bytes.NewReader(in))
		two, err2 := readServer(iotest.OneByteReader(bytes.NewReader(in)))
		// Up to a fault everything is passed, whatever had arrived when it was seen.
		if !bytes.Equal(one, two) || kindOf(err1) != kindOf(err2) {
			t.Errorf("read at once %q (%v), by octets %q (%v)", one, err1, two, err2)
		}
		if !bytes.HasPrefix(in, one) {
			t.Errorf("read %q from %q", one, in)
		}
		if err1 == io.EOF && !bytes.Equal(one, in) {
			t.Errorf("read only %q of %q", one, in)
		}
	})
}

// kindOf tells ends of the input, which may be seen early or late, from faults.
func kindOf(err error) string {
	var syntax *wire.SyntaxError
	if errors.As(err, &syntax) {
		return "syntax"
	}
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return "end"
	}
	return "other"
}

// readServer reads answers to the end and returns what was read.
func readServer(from io.Reader) (got []byte, err error) {
	r, out := wire.NewReader(from, 1024), new(bytes.Buffer)
	for {
		r.Begin()
		head, err := r.Head(wire.HeadLen)
		if err != nil {
			if r.Buffered() == 0 {
				return out.Bytes(), io.EOF
			}
			return out.Bytes(), io.ErrUnexpectedEOF
		}
		l, err := wire.ParseLine(head)
		if err != nil {
			return out.Bytes(), err
		}
		if l.Word == "FETCH" && l.Kind == wire.Untagged {
			err = readFetch(r, out, l.Rest)
		} else {
			err = readLine(r, out, l.FreeText())
		}
		if err != nil {
			return out.Bytes(), err
		}
	}
}

func readLine(r *wire.Reader, out *bytes.Buffer, free bool) error {
	for {
		lit, ok, err := r.CopyLine(out)
		if err != nil || !ok || free {
			return unfinished(err)
		}
		if err := r.Copy(out, lit.Size); err != nil {
			return unfinished(err)
		}
	}
}

func unfinished(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func readFetch(r *wire.Reader, out *bytes.Buffer, prefix int) error {
	head, err := r.Peek(prefix)
	if err != nil {
		return unfinished(err)
	}
	out.Write(head)
	r.Skip(prefix)
	spaces := func() (byte, error) {
		n, next, err := r.Spaces()
		out.WriteString(strings.Repeat(" ", n))
		return next, err
	}
	if _, err := spaces(); err != nil {
		return err
	}
	if err := r.Expect('('); err != nil {
		return err
	}
	out.WriteByte('(')
	for {
		next, err := spaces()
		if err != nil {
			return err
		}
		if next == ')' {
			return readLine(r, out, true)
		}
		_, name, err := r.Item()
		if err != nil {
			return err
		}
		out.Write(name)
		if _, err := spaces(); err != nil {
			return err
		}
		if err := r.CopyValue(out); err != nil {
			return unfinished(err)
		}
	}
}

// FuzzClient reads commands: nothing panics, and literals that are found in a
// collected command are where they were announced.
func FuzzClient(f *testing.F) {
	transcripts(f, "C")
	f.Add([]byte("a APPEND {5}\r\ninbox (\\Seen) {3+}\r\nabc\r\n"))
	f.Add([]byte("a UID FETCH 1:5,$ (BODY.PEEK[HEADER.FIELDS ({4}\r\nFrom \"x]\")]<0.5> X (Y)) (CHANGEDSINCE 4)\r\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		cmd, err := wire.ParseCommand(in)
		if err != nil {
			return
		}
		if cmd.Args > len(in) || cmd.Tag == "" || cmd.Name == "" {
			t.Fatalf("%+v of %q", cmd, in)
		}
		args := in[cmd.Args:]
		fetch, err := wire.ParseFetch(args)
		if err == nil && len(fetch.Items) == 0 {
			t.Errorf("a fetch of nothing: %q", args)
		}
		if bytes.ContainsAny([]byte(fetch.Narrowing), "\r\n\"{") {
			t.Errorf("narrowed by %q", fetch.Narrowing)
		}
		if value, rest, ok := wire.Astring(bytes.TrimLeft(args, " ")); ok && len(value)+len(rest) > len(args) {
			t.Errorf("%q and %q out of %q", value, rest, args)
		}
		r := wire.NewReader(bytes.NewReader(in), 1024)
		var out bytes.Buffer
		lit, ok, err := r.CopyLine(&out)
		if !bytes.HasPrefix(in, out.Bytes()) {
			t.Errorf("copied %q of %q", out.Bytes(), in)
		}
		if ok && err == nil && (lit.Size < 0 || lit.Len > out.Len()) {
			t.Errorf("%+v in %q", lit, out.Bytes())
		}
	})
}

// FuzzItem: an item that is read from a part of the input is the same in all of
// it.
func FuzzItem(f *testing.F) {
	for _, s := range []string{"BODY[]<0> ", "BODY[HEADER.FIELDS (A \"]\" {2}\r\n]])] ", "RFC822.TEXT ", "X-GM-LABELS (", "BODY[1.2.MIME]<3.4> {5}\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		whole, rest, err := wire.ParseItem(in)
		if err != nil {
			return
		}
		n := len(in) - len(rest)
		if len(rest) == 0 || n == 0 {
			t.Fatalf("%+v, rest %q", whole, rest)
		}
		for k := range n {
			if part, _, err := wire.ParseItem(in[:k]); err == nil && part != whole && k > n {
				t.Errorf("%q gives %+v, %q gives %+v", in[:k], part, in, whole)
			}
		}
		if again, _, err := wire.ParseItem(in[:n+1]); err != nil || again != whole {
			t.Errorf("%q gives %+v, %v, not %+v", in[:n+1], again, err, whole)
		}
		_, _ = whole.Content()
	})
}
