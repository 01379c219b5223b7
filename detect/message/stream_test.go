package message_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
)

// script is a session made of functions.
type script struct {
	leaf func(*message.Part) message.Editor
	end  func(*message.Layout, bool)
}

func (script) Header([]byte) {}

func (s script) Leaf(p *message.Part) message.Editor {
	if s.leaf == nil {
		return nil
	}
	return s.leaf(p)
}

func (s script) End(l *message.Layout, complete bool) {
	if s.end != nil {
		s.end(l, complete)
	}
}

type editor func(off int, raw []byte, more bool) ([]message.Edit, int)

func (e editor) Edit(off int, raw []byte, more bool) ([]message.Edit, int) { return e(off, raw, more) }

// capitals replaces each "pixel" in HTML leaves, and notes how much it was
// given at once.
func capitals(most *int, calls *[]int) message.Session {
	return script{leaf: func(p *message.Part) message.Editor {
		if p.MediaType != "text/html" {
			return nil
		}
		return editor(func(off int, raw []byte, more bool) (edits []message.Edit, done int) {
			*most = max(*most, len(raw))
			*calls = append(*calls, off, len(raw))
			for at := 0; ; {
				i := bytes.Index(raw[at:], []byte("pixel"))
				if i < 0 {
					break
				}
				at += i
				edits = append(edits, message.Edit{Offset: off + at, Old: []byte("pixel"), New: []byte("PIXEL")})
				at += 5
			}
			if more {
				return edits, len(raw) - 4
			}
			return edits, len(raw)
		})
	}}
}

func write(t *testing.T, s *message.Stream, raw []byte, piece int) {
	t.Helper()
	for len(raw) > 0 {
		n := min(len(raw), piece)
		if _, err := s.Write(raw[:n]); err != nil {
			t.Fatal(err)
		}
		raw = raw[n:]
	}
}

// TestStreamPieces lets a leaf through that is larger than what is held.
func TestStreamPieces(t *testing.T) {
	unit := []byte("<p>text and a pixel</p>\r\n--> no boundary\r\n")
	body := bytes.Repeat(unit, 20<<20/len(unit))
	raw := []byte(lines(mixed, "", "--b", "Content-Type: text/html", "") + string(body) + "\r\n--b--\r\n")
	want := bytes.ReplaceAll(raw, []byte("pixel"), []byte("PIXEL"))
	var first []int
	for _, piece := range []int{1000, 32 << 10, 30 << 20} {
		var out bytes.Buffer
		var calls []int
		most := 0
		s := message.NewStream(&out, capitals(&most, &calls))
		write(t, s, raw, piece)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(out.Bytes(), want) {
			t.Errorf("in pieces of %d: the message is wrong", piece)
		}
		if most > message.HoldLimit {
			t.Errorf("%d octets were held", most)
		}
		if first == nil {
			first = calls
		}
		if !slices.Equal(calls, first) {
			t.Errorf("in pieces of %d the editor is given %v, else %v", piece, calls, first)
		}
	}
}

// TestStreamStuck lets an editor be stuck: the leaf passes, and that is told.
func TestStreamStuck(t *testing.T) {
	raw := []byte(lines("Content-Type: text/html", "") + strings.Repeat("x", 20<<20))
	var out bytes.Buffer
	var gaps []message.Gap
	calls := 0
	s := message.NewStream(&out, script{
		leaf: func(*message.Part) message.Editor {
			return editor(func(int, []byte, bool) ([]message.Edit, int) { calls++; return nil, 10 })
		},
		end: func(l *message.Layout, _ bool) { gaps = l.Gaps },
	})
	write(t, s, raw, 1<<20)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), raw) || calls != 1 {
		t.Errorf("%d octets of %d after %d calls", out.Len(), len(raw), calls)
	}
	if want := []message.Gap{{Section: "1", Reason: "size"}}; !reflect.DeepEqual(gaps, want) {
		t.Errorf("gaps %v, want %v", gaps, want)
	}
}

// TestStreamPassesAtOnce checks that nothing waits that is not held.
func TestStreamPassesAtOnce(t *testing.T) {
	raw := lines(mixed, "", "--b", "", "one", "--b", "Content-Type: text/html", "", "<p>", "--b", "", "three", "--b--")
	html, after := strings.Index(raw, "<p>"), strings.Index(raw, "\r\n--b\r\n\r\nthree")+len("\r\n--b\r\n")
	var out bytes.Buffer
	most := 0
	s := message.NewStream(&out, capitals(&most, new([]int)))
	for i := range len(raw) {
		if _, err := s.Write([]byte{raw[i]}); err != nil {
			t.Fatal(err)
		}
		want := i + 1
		// In the top-level header a CR waits for the octet behind it.
		if raw[i] == '\r' && i < strings.Index(raw, "\r\n\r\n")+4 {
			want--
		}
		if want > html && want < after {
			want = html
		}
		if out.Len() != want {
			t.Fatalf("%d octets are out after %d, want %d", out.Len(), i+1, want)
		}
	}
}

// TestStreamEmptyLeaf holds leaves that turn out to have no body.
func TestStreamEmptyLeaf(t *testing.T) {
	for _, raw := range []string{
		lines(mixed, "", "--b", "Content-Type: text/html", "", "--b", "", "two", "--b--"),
		lines(mixed, "", "--b", "Content-Type: text/html", "", "", "--b--"),
		lines(mixed, "", "--b", "Content-Type: text/html", ""),
		lines("Content-Type: text/html", ""),
	} {
		var out strings.Builder
		s := message.NewStream(&out, script{leaf: func(*message.Part) message.Editor {
			return editor(func(_ int, raw []byte, _ bool) ([]message.Edit, int) {
				if len(raw) == 0 {
					t.Error("an editor was given nothing")
				}
				return nil, len(raw)
			})
		}})
		write(t, s, []byte(raw), 1)
		if err := s.Close(); err != nil || out.String() != raw {
			t.Errorf("%q became %q, %v", raw, out.String(), err)
		}
	}
}

func TestStreamBadEdits(t *testing.T) {
	raw := lines("Content-Type: text/html", "", "abcdef")
	at := strings.Index(raw, "abc")
	e := func(offset int, old, new string) message.Edit {
		return message.Edit{Offset: offset, Old: []byte(old), New: []byte(new)}
	}
	tests := []struct {
		name  string
		edits []message.Edit
		want  string
	}{
		{"good", []message.Edit{e(at, "ab", "AB"), e(at+2, "cd", "CD")}, "ABCDef"},
		{"other lengths", []message.Edit{e(at, "ab", "A")}, "abcdef"},
		{"before the leaf", []message.Edit{e(0, "C", "X")}, "abcdef"},
		{"behind the leaf", []message.Edit{e(at+6, "\r\nx", "xxx")}, "abcdef"},
		{"overlapping", []message.Edit{e(at, "ab", "AB"), e(at+1, "bc", "BC")}, "abcdef"},
		{"out of order", []message.Edit{e(at+2, "cd", "CD"), e(at, "ab", "AB")}, "abcdef"},
		{"not there", []message.Edit{e(at, "ab", "AB"), e(at+2, "xx", "XX")}, "ABcdef"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			gaps := 0
			s := message.NewStream(&out, script{
				leaf: func(*message.Part) message.Editor {
					return editor(func(int, []byte, bool) ([]message.Edit, int) { return test.edits, 0 })
				},
				end: func(l *message.Layout, _ bool) { gaps = len(l.Gaps) },
			})
			write(t, s, []byte(raw), 5)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if got := out.String()[at : at+6]; got != test.want || out.Len() != len(raw) {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if want := test.name != "good"; (gaps == 1) != want {
				t.Errorf("%d gaps", gaps)
			}
		})
	}
}

// ending starts a stream that notes how it ends.
func ending(w io.Writer, ends *[]bool) *message.Stream {
	return message.NewStream(w, script{
		leaf: func(*message.Part) message.Editor {
			return editor(func(_ int, raw []byte, _ bool) ([]message.Edit, int) { return nil, len(raw) })
		},
		end: func(l *message.Layout, complete bool) { *ends = append(*ends, complete) },
	})
}

func TestStreamEnds(t *testing.T) {
	raw := lines("Content-Type: text/html", "", "abc")
	t.Run("closed", func(t *testing.T) {
		var ends []bool
		s := ending(io.Discard, &ends)
		write(t, s, []byte(raw), 7)
		if err := errors.Join(s.Close(), s.Close()); err != nil {
			t.Fatal(err)
		}
		s.Abort()
		if _, err := s.Write([]byte("x")); !errors.Is(err, message.ErrClosed) {
			t.Errorf("writing after the end: %v", err)
		}
		if !reflect.DeepEqual(ends, []bool{true}) {
			t.Errorf("ends told: %v", ends)
		}
	})
	t.Run("cut", func(t *testing.T) {
		var ends []bool
		var out bytes.Buffer
		s := ending(&out, &ends)
		write(t, s, []byte(raw), 7)
		s.Abort()
		s.Abort()
		if got, want := out.String(), lines("Content-Type: text/html", ""); got != want {
			t.Errorf("%q is out, want %q", got, want)
		}
		if !reflect.DeepEqual(ends, []bool{false}) {
			t.Errorf("ends told: %v", ends)
		}
	})
	t.Run("header only", func(t *testing.T) {
		r := &replay{o: &message.Overlay{}}
		s := message.NewStream(io.Discard, r)
		write(t, s, []byte("Subject: x"), 3)
		if err := s.Close(); err != nil || string(r.header) != "Subject: x" {
			t.Errorf("header %q, %v", r.header, err)
		}
	})
}

// A writer that fails ends the stream.
func TestStreamWriterFails(t *testing.T) {
	var ends []bool
	r, w := io.Pipe()
	r.CloseWithError(io.ErrClosedPipe)
	s := ending(w, &ends)
	if _, err := s.Write([]byte(lines("Content-Type: text/html", "", "abc"))); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("writing: %v", err)
	}
	if err := s.Close(); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("closing: %v", err)
	}
	if !reflect.DeepEqual(ends, []bool{false}) {
		t.Errorf("ends told: %v", ends)
	}
}

// TestStreamHugeHeader checks that nothing is looked into behind a header that
// is too long.
func TestStreamHugeHeader(t *testing.T) {
	raw := []byte(strings.Repeat("X: "+strings.Repeat("x", 997)+"\r\n", 1100) + lines("Content-Type: text/html", "", "abc"))
	r := &replay{o: &message.Overlay{}}
	var out bytes.Buffer
	s := message.NewStream(&out, r)
	write(t, s, raw, 4096)
	if err := s.Close(); err != nil || !bytes.Equal(out.Bytes(), raw) {
		t.Fatalf("%d octets of %d, %v", out.Len(), len(raw), err)
	}
	if r.header != nil || !reflect.DeepEqual(r.layout, message.Parse(raw)) || len(r.layout.Gaps) != 1 {
		t.Errorf("a header of %d octets was told; gaps %v", len(r.header), r.layout.Gaps)
	}
}

// TestStreamMemory passes 50 MB with a few KiB.
func TestStreamMemory(t *testing.T) {
	raw := largeMail()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s := message.NewStream(io.Discard, idle{true})
	write(t, s, raw, 32<<10)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	allocated := after.TotalAlloc - before.TotalAlloc
	t.Logf("%d octets: %d allocated", len(raw), allocated)
	if allocated > 16<<10 {
		t.Error("that is too much")
	}
}

func FuzzParse(f *testing.F) {
	for _, o := range oddities {
		f.Add([]byte(o.raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		l := message.Parse(raw)
		checkLayout(t, raw, l)
		// One octet at a time, everything is the same.
		r := &replay{o: &message.Overlay{}, all: true}
		var out bytes.Buffer
		s := message.NewStream(&out, r)
		write(t, s, raw, 1)
		if err := s.Close(); err != nil || !bytes.Equal(out.Bytes(), raw) {
			t.Fatalf("%q became %q, %v", raw, out.Bytes(), err)
		}
		if !reflect.DeepEqual(r.layout, l) {
			t.Fatalf("layout %+v, octet by octet %+v", l, r.layout)
		}
	})
}

func FuzzStream(f *testing.F) {
	for i, o := range oddities {
		f.Add([]byte(o.raw), uint64(i))
	}
	f.Fuzz(func(t *testing.T, raw []byte, seed uint64) {
		checkRewriting(t, rand.New(rand.NewPCG(seed, 0)), raw)
	})
}
