package imapfilter

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
	"pgregory.net/rapid"
)

// overlayOf draws a message and edits that fit it.
func overlayOf(t *rapid.T) ([]byte, *message.Overlay) {
	raw := rapid.SliceOfN(rapid.ByteRange('a', 'f'), 1, 400).Draw(t, "raw")
	o := &message.Overlay{Size: len(raw), Sections: []message.Section{{Name: "", Range: message.Range{Start: 0, End: len(raw)}}}}
	for at := 0; at < len(raw); {
		at += rapid.IntRange(0, 60).Draw(t, "gap")
		n := rapid.IntRange(1, 40).Draw(t, "length")
		if at+n > len(raw) {
			break
		}
		o.Edits = append(o.Edits, message.Edit{Offset: at, Old: bytes.Clone(raw[at : at+n]), New: []byte(strings.Repeat("X", n))})
		at += n
	}
	return raw, o
}

// However a message arrives, the patcher writes what an overlay makes of it at
// once, and takes it back the same way.
func TestPatcher(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw, o := overlayOf(t)
		from := rapid.IntRange(0, len(raw)).Draw(t, "from")
		want := bytes.Clone(raw[from:])
		o.Apply(want, from)
		for _, undo := range []bool{false, true} {
			in, wanted := raw[from:], want
			if undo {
				in, wanted = want, raw[from:]
			}
			var out bytes.Buffer
			w := &patcher{w: &out, overlay: o, at: from, undo: undo}
			for rest := bytes.Clone(in); len(rest) > 0; {
				n := rapid.IntRange(1, len(rest)).Draw(t, "chunk")
				if k, err := w.Write(rest[:n]); k != n || err != nil {
					t.Fatalf("%d, %v", k, err)
				}
				rest = rest[n:]
			}
			if err := w.flush(); err != nil || !bytes.Equal(out.Bytes(), wanted) || w.misses > 0 {
				t.Fatalf("undo %v: %q, want %q, %d misses, %v", undo, out.Bytes(), wanted, w.misses, err)
			}
		}
	})
}

// An edit whose old octets are not there changes nothing, in whatever pieces
// they come: never half an address.
func TestPatcherMismatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw, o := overlayOf(t)
		if len(o.Edits) == 0 {
			return
		}
		e := rapid.SampledFrom(o.Edits).Draw(t, "edit")
		raw[e.Offset+len(e.Old)-1] = '!'
		var out bytes.Buffer
		w := &patcher{w: &out, overlay: o}
		for rest := bytes.Clone(raw); len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "chunk")
			w.Write(rest[:n])
			rest = rest[n:]
		}
		w.flush()
		got := out.Bytes()[e.Offset : e.Offset+len(e.Old)]
		if !bytes.Equal(got, raw[e.Offset:e.Offset+len(e.Old)]) || w.misses != 1 {
			t.Fatalf("%q became %q, %d misses", e.Old, got, w.misses)
		}
	})
}

// matches and touches agree with the overlay itself.
func TestMatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw, o := overlayOf(t)
		from := rapid.IntRange(0, len(raw)).Draw(t, "from")
		to := rapid.IntRange(from, len(raw)).Draw(t, "to")
		value := bytes.Clone(raw[from:to])
		if len(value) > 0 && rapid.Bool().Draw(t, "spoil") {
			value[rapid.IntRange(0, len(value)-1).Draw(t, "at")] = '!'
		}
		applied := bytes.Clone(value)
		misses := o.Apply(applied, from)
		if matches(o, value, from) != (misses == 0) {
			t.Fatalf("matches is %v with %d misses", matches(o, value, from), misses)
		}
		if !touches(o, from, to) && (misses > 0 || !bytes.Equal(applied, value)) {
			t.Fatalf("untouched %q became %q", value, applied)
		}
	})
}

func TestRealignTable(t *testing.T) {
	o := &message.Overlay{Size: 100, Edits: []message.Edit{
		{Offset: 10, Old: []byte("http://one/"), New: []byte("HTTP-ONE---")},
		{Offset: 40, Old: []byte("http://two/"), New: []byte("HTTP-TWO---")},
	}}
	gap := strings.Repeat(".", 19)
	for _, tt := range []struct {
		name, value, want string
		found             bool
	}{
		{"moved as a whole", "http://one/" + gap + "http://two/", "HTTP-ONE---" + gap + "HTTP-TWO---", true},
		{"cut at the end", "x http://one/" + gap + "http://t", "x HTTP-ONE---" + gap + "HTTP-TWO", true},
		{"cut at the beginning", "e/" + gap + "http://two/", "e/" + gap + "HTTP-TWO---", true},
		{"other distances", "http://two/ http://one/ http://two/", "HTTP-TWO--- HTTP-ONE--- HTTP-TWO---", true},
		{"nothing", "elsewhere", "elsewhere", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			value := []byte(tt.value)
			if found := realign(o, value); found != tt.found || tt.name != "cut at the beginning" && string(value) != tt.want {
				t.Errorf("%q, %v", value, found)
			}
		})
	}
}

// What a piece without a plan may be taken for.
func TestSuggests(t *testing.T) {
	for _, tt := range []struct {
		section, value, want string
		ok                   bool
	}{
		{"1", "<p>", "8bit", true},
		{"1", "<p a=3D\"\">", "quoted-printable", true},
		{"1", "<p>\r\na=\r\nb", "quoted-printable", true},
		{"2.1", "PGltZz4=\r\nPGltZz4=\r\n", "base64", true},
		{"TEXT", "--X\r\nContent-Type: text/html\r\n\r\n", "boundary=\"X\"", true},
		{"TEXT", "--a\"b\r\n<p>", "8bit", true},
		{"", "From: x\r\n\r\n", "", true},
		{"1", "no markup", "", false},
		{"1", "", "", false},
	} {
		p := &pieceOf{section: tt.section}
		header, ok := p.suggests([]byte(tt.value))
		if ok != tt.ok || !strings.Contains(header, tt.want) {
			t.Errorf("%s, %q: %q, %v", tt.section, tt.value, header, ok)
		}
	}
	if _, ok := (&pieceOf{span: message.Range{Start: 5}}).suggests([]byte("in the middle")); ok {
		t.Error("the middle of a message was taken for its beginning")
	}
}

// A piece over the limit is not held: its edits are applied as it passes.
func TestLargePiece(t *testing.T) {
	head := "From: c@example.org\r\nContent-Type: text/html\r\n\r\n"
	var body strings.Builder
	for body.Len() < message.HoldLimit+1<<20 {
		body.WriteString(htmlBody)
		body.WriteString(strings.Repeat("<td>filler</td>\r\n", 500))
	}
	mail := head + body.String()
	want := strings.ReplaceAll(body.String(), tracker, gateway)
	tk := inMailbox(t, nil)
	tk.clientf("a UID FETCH 5 BODY[TEXT]")
	tag := tk.injected("UID FETCH 5 (UID BODY.PEEK[])")
	tk.serverf("* 1 FETCH (UID 5 BODY[] %s)\r\n%s OK done", lit(mail), tag)
	tk.wantServer("a UID FETCH 5 BODY[TEXT]")
	go tk.serverf("* 1 FETCH (UID 5 BODY[TEXT] %s)\r\na OK done", lit(body.String()))
	tk.wantClient("* 1 FETCH (UID 5 BODY[TEXT] " + lit(want) + ")\r\na OK done")
	if s := tk.relay.Stats(); s.Passed != 0 {
		t.Errorf("%+v", s)
	}
}

// One large piece in chunks is one message.
func TestChunks(t *testing.T) {
	mail := "From: c@example.org\r\nContent-Type: text/html\r\n\r\n" + strings.Repeat(htmlBody, 400)
	want := seen(mail)
	tk := inMailbox(t, nil)
	const size = 1000
	for at := 0; at < len(mail); at += size {
		tk.clientf("a UID FETCH 5 (UID BODY[]<%d.%d>)", at, size)
		if at == 0 {
			tag := tk.injected("UID FETCH 5 (UID BODY.PEEK[])")
			tk.serverf("* 1 FETCH (UID 5 BODY[] %s)\r\n%s OK done", lit(mail), tag)
		}
		tk.wantServer(fmt.Sprintf("a UID FETCH 5 (UID BODY[]<%d.%d>)", at, size))
		end := min(at+size, len(mail))
		tk.serverf("* 1 FETCH (UID 5 BODY[]<%d> %s)\r\na OK done", at, lit(mail[at:end]))
		tk.wantClient(fmt.Sprintf("* 1 FETCH (UID 5 BODY[]<%d> %s)\r\na OK done", at, lit(want[at:end])))
	}
	if tk.planner.lookups > 3 {
		t.Errorf("the planner was asked %d times", tk.planner.lookups)
	}
}
