package message_test

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect/message"
)

type fataler interface{ Fatalf(string, ...any) }

// plan replaces random spans in each leaf of a message, and says what the
// leaves are then.
func plan(rnd *rand.Rand, raw []byte, l *message.Layout) (o *message.Overlay, texts [][]byte) {
	o = &message.Overlay{Size: l.Size, Sections: l.Sections}
	for p := range l.Leaves() {
		text := p.Decode(raw[p.Body.Start:p.Body.End], p.Body.Start)
		now := bytes.Clone(text.Bytes())
		// Servers see parts in a message that is encoded: nobody writes there
		// at random.
		for at := 0; at < len(now) && !p.Encloses(); {
			start := at + rnd.IntN(60)
			end := start + 1 + rnd.IntN(100)
			if end > len(now) || len(o.Edits) > 3000 {
				break
			}
			with := randomASCII(rnd, now[start:end])
			if e, ok := text.Replace(start, end, with); ok {
				o.Edits = append(o.Edits, e)
				copy(now[start:], with)
			}
			// One octet between the edits: each is checked against the
			// original around it.
			at = end + 3 + rnd.IntN(400)
		}
		texts = append(texts, now)
	}
	return o, texts
}

// checkRewriting rewrites a message at random and checks that nothing moves and
// nothing else changes.
func checkRewriting(t fataler, rnd *rand.Rand, raw []byte) {
	l := message.Parse(raw)
	checkLayout(t, raw, l)
	o, texts := plan(rnd, raw, l)
	out := bytes.Clone(raw)
	if misses := o.Apply(out, 0); misses != 0 {
		t.Fatalf("%d edits miss", misses)
	}
	for i, c := range raw {
		if (c == '\r' || c == '\n' || out[i] == '\r' || out[i] == '\n') && c != out[i] {
			t.Fatalf("octet %d was %q and is %q", i, c, out[i])
		}
	}
	again := message.Parse(out)
	// Where clients and servers differ, a client's text may be a server's header:
	// the server has the original to go by. Other gaps may be edited away.
	same := reflect.DeepEqual(again.Shown, l.Shown) && (len(l.Gaps) > 0 || len(again.Gaps) == 0)
	if !slices.ContainsFunc(l.Gaps, func(g message.Gap) bool { return slices.Contains([]string{"lines", "label", "boundary"}, g.Reason) }) {
		same = same && reflect.DeepEqual(again.Root, l.Root) && slices.Equal(again.Sections, l.Sections)
	}
	if !same {
		t.Fatalf("layout %+v became %+v", l, again)
	}
	i := 0
	for p := range again.Leaves() {
		if got := decodeSlowly(out[p.Body.Start:p.Body.End], p.Encoding); !bytes.Equal(got, texts[i]) {
			t.Fatalf("leaf %s is %q, want %q", p.Section, got, texts[i])
		}
		i++
	}
	checkWindows(t, rnd, o, raw, out)
	checkStream(t, rnd, o, raw, out)
	back := bytes.Clone(out)
	if misses := o.Undo(back, 0); misses != 0 || !bytes.Equal(back, raw) {
		t.Fatalf("undone with %d misses, equal %t", misses, bytes.Equal(back, raw))
	}
}

// checkWindows applies the overlay to pieces of the message.
func checkWindows(t fataler, rnd *rand.Rand, o *message.Overlay, raw, out []byte) {
	for range 40 {
		start := rnd.IntN(len(raw) + 1)
		end := start + rnd.IntN(len(raw)-start+1)
		if rnd.IntN(2) == 0 {
			end = min(end, start+rnd.IntN(200))
		}
		piece := bytes.Clone(raw[start:end])
		if misses := o.Apply(piece, start); misses != 0 || !bytes.Equal(piece, out[start:end]) {
			t.Fatalf("[%d,%d): %d misses, %q, want %q", start, end, misses, piece, out[start:end])
		}
		if misses := o.Undo(piece, start); misses != 0 || !bytes.Equal(piece, raw[start:end]) {
			t.Fatalf("[%d,%d) undone: %d misses, %q, want %q", start, end, misses, piece, raw[start:end])
		}
	}
}

// A replay is a session that makes known edits.
type replay struct {
	o      *message.Overlay
	header []byte
	layout *message.Layout
	whole  bool
	told   []string
	all    bool // hold leaves without edits, too
	leaves map[string]message.Range
}

func (r *replay) Header(raw []byte) { r.header = bytes.Clone(raw) }

func (r *replay) Leaf(p *message.Part) message.Editor {
	r.told = append(r.told, p.Section)
	if r.all {
		return r
	}
	for _, e := range r.o.Edits {
		if at := r.leaves[p.Section]; at.Start <= e.Offset && e.Offset < at.End {
			return r
		}
	}
	return nil
}

func (r *replay) Edit(off int, raw []byte, more bool) ([]message.Edit, int) {
	end := off + len(raw)
	if more {
		// As much as there are whole edits for.
		for _, e := range r.o.Edits {
			if e.Offset < end && e.Offset+len(e.Old) > end {
				end = e.Offset
			}
		}
	}
	var in []message.Edit
	for _, e := range r.o.Edits {
		if e.Offset >= off && e.Offset+len(e.Old) <= end {
			in = append(in, e)
		}
	}
	return in, end - off
}

func (r *replay) End(l *message.Layout, complete bool) { r.layout, r.whole = l, complete }

// checkStream writes the message in random pieces.
func checkStream(t fataler, rnd *rand.Rand, o *message.Overlay, raw, out []byte) {
	r := &replay{o: o, all: rnd.IntN(2) == 0, leaves: map[string]message.Range{}}
	for p := range message.Parse(raw).Leaves() {
		r.leaves[p.Section] = p.Body
	}
	var got bytes.Buffer
	s := message.NewStream(&got, r)
	most := []int{1, 3, 20, 1000, 100000}[rnd.IntN(5)]
	if len(raw) > 1<<16 {
		most = max(most, 1000)
	}
	for rest := raw; len(rest) > 0; {
		n := min(len(rest), 1+rnd.IntN(most))
		piece := bytes.Clone(rest[:n])
		if k, err := s.Write(piece); k != n || err != nil {
			t.Fatalf("writing %d: %d, %v", n, k, err)
		}
		if !bytes.Equal(piece, rest[:n]) {
			t.Fatalf("writing changed the octets given")
		}
		rest = rest[n:]
	}
	if err := s.Close(); err != nil {
		t.Fatalf("closing: %v", err)
	}
	if !bytes.Equal(got.Bytes(), out) {
		t.Fatalf("the stream wrote %q, want %q", got.Bytes(), out)
	}
	l := message.Parse(raw)
	if !r.whole || !reflect.DeepEqual(r.layout, l) {
		t.Fatalf("the stream's layout is %+v, want %+v", r.layout, l)
	}
	if want := raw[:l.Root.Header.End]; len(want) <= 1<<20 && !bytes.Equal(r.header, want) {
		t.Fatalf("the stream's header is %q, want %q", r.header, want)
	}
	for p := range l.Leaves() {
		if p.Body.Len() > 0 && !slices.Contains(r.told, p.Section) {
			t.Fatalf("leaf %s was not told", p.Section)
		}
	}
}

// TestRewriteMade rewrites generated messages, of which it is known what is in
// them.
func TestRewriteMade(t *testing.T) {
	check := func(t *rapid.T) {
		m := makeMessage(t)
		raw := m.out.Bytes()
		i := 0
		for p := range message.Parse(raw).Leaves() {
			if i == len(m.leaves) {
				t.Fatalf("leaf %s was not made", p.Section)
			}
			l := m.leaves[i]
			i++
			body := raw[p.Body.Start:p.Body.End]
			if p.Section != l.section || p.MediaType != l.media || p.Encoding != l.enc {
				t.Fatalf("leaf %+v, made as %+v", p, l)
			}
			// A leaf that ends the message has no boundary behind it.
			if !bytes.Equal(body, l.body) {
				t.Fatalf("leaf %s is %q, made as %q", p.Section, body, l.body)
			}
			if got := p.Decode(body, 0).Bytes(); !bytes.Equal(got, l.text) {
				t.Fatalf("leaf %s is decoded to %q, made of %q, written %q", p.Section, got, l.text, l.body)
			}
		}
		if i != len(m.leaves) {
			t.Fatalf("%d leaves of %d", i, len(m.leaves))
		}
		checkRewriting(t, m.rnd, raw)
	}
	for range 10 {
		rapid.Check(t, check)
	}
}

// TestRewriteReal rewrites every mail of the corpus.
func TestRewriteReal(t *testing.T) { rewriteAll(t, corpus(t)) }

// TestRewriteOwn rewrites every mail of the repository.
func TestRewriteOwn(t *testing.T) { rewriteAll(t, ownMails(t)) }

// rewriteAll rewrites mails as they lie and as they are sent.
func rewriteAll(t *testing.T, mails []realFile) {
	for i, m := range mails {
		rnd := rand.New(rand.NewPCG(uint64(i), 1))
		for _, raw := range [][]byte{m.raw, crlf(m.raw)} {
			t.Run(m.name, func(t *testing.T) { checkRewriting(t, rnd, raw) })
		}
	}
	t.Logf("%d mails were rewritten", len(mails))
}

func TestRewriteOddities(t *testing.T) {
	for _, o := range oddities {
		t.Run(o.name, func(t *testing.T) {
			checkRewriting(t, rand.New(rand.NewPCG(5, 6)), []byte(o.raw))
		})
	}
}
