package plan

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect/message"
)

// stream plans a message as it streams, in pieces of random sizes, and returns
// the plan and what came out.
func stream(t rapid.TB, p *Planner, raw []byte, known *Plan, size func() int) (*Plan, []byte) {
	t.Helper()
	var plan *Plan
	var out bytes.Buffer
	var lookUp func([32]byte) []*Plan
	if known != nil {
		lookUp = func([32]byte) []*Plan { return []*Plan{known} }
	}
	s := message.NewStream(&out, p.Session(lookUp, func(made *Plan) { plan = made }))
	for rest := raw; len(rest) > 0; {
		n := min(max(1, size()), len(rest))
		if _, err := s.Write(rest[:n]); err != nil {
			t.Fatal(err)
		}
		rest = rest[n:]
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return plan, out.Bytes()
}

// samePlan compares plans by their encodings.
func samePlan(t rapid.TB, got, want *Plan) {
	t.Helper()
	a, err := got.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	b, err := want.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		got.Header, want.Header = nil, nil
		t.Fatalf("plans differ:\n%+v\n%+v", got, want)
	}
}

// streamed checks that streaming gives the plan of the whole, and what it says.
func streamed(t rapid.TB, raw []byte, size func() int) {
	t.Helper()
	want := testPlanner().Plan(raw)
	got, out := stream(t, testPlanner(), raw, nil, size)
	samePlan(t, got, want)
	whole := bytes.Clone(raw)
	want.Overlay.Apply(whole, 0)
	if !bytes.Equal(out, whole) {
		t.Fatal("what streamed out is not the rewritten message")
	}
}

func TestGeneratedStreamed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		streamed(t, anyMessage(t), func() int { return rapid.IntRange(1, 100).Draw(t, "size") })
	})
}

func TestCorpusStreamed(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, m := range corpus(t, "real", "pairs", "fixtures") {
		most := 1 + random.IntN(20_000)
		if !t.Run(m.name, func(t *testing.T) { streamed(t, m.raw, func() int { return 1 + random.IntN(most) }) }) {
			return
		}
	}
}

// longLeaf is HTML of more than two holds.
func longLeaf() []byte {
	var b bytes.Buffer
	for i := 0; b.Len() < 2*message.HoldLimit+1<<20; i++ {
		fmt.Fprintf(&b, "<p>%d words = words\r\n<img src=\"http://a.example/%040d\"><img src=http://b.example/%d>", i, i, i)
		b.WriteString(strings.Repeat("text ", i%2000))
	}
	return b.Bytes()
}

func TestLongLeaf(t *testing.T) {
	text := longLeaf()
	wrapped := base64.StdEncoding.EncodeToString(text)
	var lines strings.Builder
	for ; len(wrapped) > 76; wrapped = wrapped[76:] {
		lines.WriteString(wrapped[:76] + "\r\n")
	}
	quoted := bytes.ReplaceAll(text, []byte("="), []byte("=3D=\r\n"))
	random := rand.New(rand.NewPCG(3, 4))
	for _, c := range []struct{ encoding, body string }{
		{"8bit", string(text)},
		{"base64", lines.String() + wrapped + "\r\n"},
		{"quoted-printable", string(quoted)},
	} {
		t.Run(c.encoding, func(t *testing.T) {
			raw := []byte("Content-Type: text/html\r\nContent-Transfer-Encoding: " + c.encoding + "\r\n\r\n" + c.body)
			streamed(t, raw, func() int { return 1 + random.IntN(1<<20) })
			p := testPlanner().Plan(raw)
			out := bytes.Clone(raw)
			p.Overlay.Apply(out, 0)
			decoded := message.Decode(out[p.Overlay.Sections[0].Range.Start:], 0, map[string]message.Encoding{
				"8bit": message.Identity, "base64": message.Base64, "quoted-printable": message.QuotedPrintable}[c.encoding]).Bytes()
			if n := bytes.Count(decoded, []byte("http://a.example/")); n > 0 {
				t.Errorf("%d loads are left, gaps %v", n, p.Gaps)
			}
			if slices.Contains(p.Gaps, message.Gap{Section: "1", Reason: "edit"}) {
				t.Errorf("gaps %v", p.Gaps)
			}
		})
	}
}

// TestLongTag checks that a tag longer than what is waited for does not stop
// the stream.
func TestLongTag(t *testing.T) {
	load := `<img src="http://a.example/` + strings.Repeat("x", 40) + `">`
	for name, unit := range map[string]string{"blanks": " ", "letters": "x", "tags": "<a ", "quotes": `"'`} {
		raw := []byte(asMail(load + `<img title="` + strings.Repeat(unit, 10<<20/len(unit)) + "\">" + load))
		p, out := stream(t, testPlanner(), raw, nil, func() int { return 1 << 20 })
		if len(out) != len(raw) || !p.Complete || len(p.References) == 0 || p.References[0].Outcome != ByToken {
			t.Errorf("%s: %d octets of %d, %d references, gaps %v", name, len(out), len(raw), len(p.References), p.Gaps)
		}
	}
}

// TestKnown checks that what was served once is served again, whatever the
// planner would do today.
func TestKnown(t *testing.T) {
	raw := []byte(newsletter)
	old := testPlanner()
	old.Mode = ModePixels
	known := old.Plan(raw)
	served := bytes.Clone(raw)
	known.Overlay.Apply(served, 0)

	t.Run("the same", func(t *testing.T) {
		p, out := stream(t, testPlanner(), raw, known, func() int { return 10 })
		if !bytes.Equal(out, served) {
			t.Errorf("served anew:\n%s", out)
		}
		p.Mode = known.Mode
		samePlan(t, p, known)
	})
	anew := func(name string, raw []byte, known Plan) {
		t.Run(name, func(t *testing.T) {
			p, out := stream(t, testPlanner(), raw, &known, func() int { return 10 })
			want := testPlanner().Plan(raw)
			whole := bytes.Clone(raw)
			want.Overlay.Apply(whole, 0)
			if !bytes.Equal(out, whole) {
				t.Errorf("served from the plan of another message:\n%s", out)
			}
			samePlan(t, p, want)
		})
	}
	const more = `<img src="http://t.example/leak/0123456789012345678901234567890123456789.png">`
	anew("another body", bytes.Replace(raw, []byte("track.shop"), []byte("trick.shop"), 1), *known)
	anew("another load, all known ones in place", append(bytes.Clone(raw), more...), *known)
	anew("another header", append([]byte("X: y\r\n"), raw...), *known)
	without := *known
	without.Leaves = nil
	anew("no leaves", raw, without)
}

// TestCut checks the plan of a message that was cut.
func TestCut(t *testing.T) {
	var plan *Plan
	var out bytes.Buffer
	s := message.NewStream(&out, testPlanner().Session(nil, func(made *Plan) { plan = made }))
	if _, err := s.Write([]byte(newsletter[:300])); err != nil {
		t.Fatal(err)
	}
	s.Abort()
	if plan == nil || plan.Complete {
		t.Errorf("%+v", plan)
	}
}

// FuzzPlan checks what must hold on any octets.
func FuzzPlan(f *testing.F) {
	f.Add([]byte(newsletter), 7)
	f.Add([]byte("Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n<img=\n src=3D\"http://a.example/1\" width=3D1 alt=3D>"), 1)
	f.Add([]byte("Content-Type: text/css\nContent-Transfer-Encoding: base64\n\n"+base64.StdEncoding.EncodeToString([]byte("@import 'http://a.example/';"))), 3)
	f.Fuzz(func(t *testing.T, raw []byte, size int) {
		size = 1 + (size&0xff+0xff)%0xff
		for _, mode := range []Mode{ModeAll, ModePixels, ModeSigned} {
			p := testPlanner()
			p.Mode = mode
			holds(t, raw, p.Plan(raw))
		}
		streamed(t, raw, func() int { return size })
	})
}
