package plan

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
)

// served is a message as a planner serves it, in pieces of some size.
func served(t testing.TB, p *Planner, raw []byte, size func() int) []byte {
	t.Helper()
	var out bytes.Buffer
	st := message.NewStream(&out, p.Session(nil, func(*Plan) {}))
	for rest := raw; len(rest) > 0; {
		n := min(size(), len(rest))
		if _, err := st.Write(rest[:n]); err != nil {
			t.Fatal(err)
		}
		rest = rest[n:]
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// older is a planner that knew less: it replaces pixels alone, and saw no messages in
// an encoding.
func older(p Planner, raw []byte) *Plan {
	p.Mode = ModePixels
	made := p.Plan(raw)
	made.Version, made.Mode = 1, ModeAll
	return made
}

// What is stored for the message itself is done again, and nothing else, however it
// comes and whatever this planner would do.
func TestOwn(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	differ := 0
	for _, m := range corpus(t, "real") {
		p := testPlanner()
		stored := older(*p, m.raw)
		want := bytes.Clone(m.raw)
		stored.Overlay.Apply(want, 0)
		p.Own = func(header [32]byte) *Plan {
			if header != stored.HeaderSHA256 {
				t.Fatalf("%s: asked for another header", m.name)
			}
			return stored
		}
		if got := served(t, p, m.raw, func() int { return 1 + r.IntN(5000) }); !bytes.Equal(got, want) {
			t.Errorf("%s is served otherwise", m.name)
		}
		now := bytes.Clone(m.raw)
		testPlanner().Plan(m.raw).Overlay.Apply(now, 0)
		if !bytes.Equal(now, want) {
			differ++
		}
	}
	if differ < 10 {
		t.Errorf("only %d messages would be served otherwise today", differ)
	}
}

// A leaf over the limit comes in pieces, and edits are not cut in two.
func TestOwnLong(t *testing.T) {
	block := "<p>text</p>\r\n<img src=\"https://t.example/0123456789012345678901234567890123456789.gif\" width=1 height=1>" +
		"<img src=\"https://i.example/0123456789012345678901234567890123456789.png\">\r\n"
	raw := []byte("Subject: x\r\nContent-Type: text/html\r\n\r\n" + strings.Repeat(block, message.HoldLimit*5/4/len(block)))
	p := testPlanner()
	stored := older(*p, raw)
	want := bytes.Clone(raw)
	stored.Overlay.Apply(want, 0)
	p.Own = func([32]byte) *Plan { return stored }
	if got := served(t, p, raw, func() int { return 99_991 }); !bytes.Equal(got, want) || bytes.Equal(want, raw) {
		t.Error("it is served otherwise")
	}
}

// What is stored for another message is not done to this one.
func TestOwnIsAnother(t *testing.T) {
	const head = "Subject: x\r\nContent-Type: text/html\r\n\r\n"
	const tag = `<img src="https://t.example/0123456789012345678901234567890123456789.gif" width=1 height=1>`
	raw := []byte(head + "<p>one</p>" + tag)
	want := served(t, testPlanner(), raw, func() int { return 100 })
	other := func(body string) *Plan { return testPlanner().Plan([]byte(head + body)) }
	incomplete := other("<p>one</p>" + tag)
	incomplete.Complete = false
	for name, stored := range map[string]*Plan{
		"nothing there":       other("<p>one</p>"),
		"other octets":        other("<p>two</p>" + tag),
		"another place":       other("<p>and one</p>" + tag),
		"another address":     other("<p>one</p>" + strings.Replace(tag, "t.example", "u.example", 1)),
		"longer":              other("<p>one</p>" + tag + "<p>more"),
		"incomplete":          incomplete,
		"of another header":   testPlanner().Plan([]byte("Subject: y\r\nContent-Type: text/html\r\n\r\n<p>one</p>")),
		"none":                nil,
		"the message's":       other("<p>one</p>" + tag),
		"of an attached file": testPlanner().Plan([]byte("Subject: x\r\nContent-Type: application/pdf\r\n\r\n")),
	} {
		p := testPlanner()
		p.Own = func([32]byte) *Plan { return stored }
		if got := served(t, p, raw, func() int { return 7 }); !bytes.Equal(got, want) {
			t.Errorf("%s: served as %q", name, got)
		}
	}
}
