package imapfilter

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
)

// inMail serves a mail whole, so that its plan is known.
func inMail(t *testing.T, mail string) *talk {
	t.Helper()
	tk := inMailbox(t, nil)
	tk.clientf("w UID FETCH 5 BODY[]")
	tk.wantServer("w UID FETCH 5 BODY[]")
	tk.serverf("* 1 FETCH (UID 5 BODY[] %s)\r\nw OK done", lit(mail))
	tk.wantClient("* 1 FETCH (UID 5 BODY[] " + lit(seen(mail)) + ")\r\nw OK done")
	return tk
}

// A decoded part is asked for as it is stored first, as far as it has edits; then
// any piece of it is served.
func TestBinary(t *testing.T) {
	html := strings.Index(partMail, "Content-Type: text/html")
	stored := partMail[html : strings.Index(partMail, htmlBody)+len(htmlBody)]
	want := strings.ReplaceAll(htmlBody, tracker, gateway)
	for _, kind := range []string{"UID FETCH 5", "FETCH 1"} {
		tk := inMail(t, partMail)
		name := kind[:strings.LastIndexByte(kind, ' ')]
		number := kind[len(name)+1:]
		for i, tt := range []struct{ ask, item, value, want string }{
			{"BINARY.PEEK[2]", "BINARY[2] ~", lit(htmlBody), lit(want)},
			{"BINARY[2]", "BINARY[2] ", lit(htmlBody), lit(want)},
			{"BINARY.PEEK[2]<30.20>", "BINARY[2]<30> ", lit(htmlBody[30:50]), lit(want[30:50])},
			{"BINARY[2]<0.9>", "BINARY[2]<0> ", `"` + htmlBody[:9] + `"`, `"` + want[:9] + `"`},
			{"BINARY[2]", "BINARY[2] ", "NIL", "NIL"},
			{"BINARY.PEEK[1]", "BINARY[1] ", lit(tracker), lit(tracker)},
			{"BINARY.SIZE[2]", "BINARY.SIZE[2] ", "12", "12"},
			{"BINARY.PEEK[7]", "BINARY[7] ", "NIL", "NIL"},
		} {
			tk.clientf("a %s %s", kind, tt.ask)
			if i == 0 {
				tag := tk.injected(fmt.Sprintf("%s %s (UID BODY.PEEK[]<%d.%d>)", name, number, html, len(stored)))
				tk.serverf("* 1 FETCH (UID 5 BODY[]<%d> %s)\r\n%s OK done", html, lit(stored), tag)
			}
			tk.wantServer("a " + kind + " " + tt.ask)
			tk.serverf("* 1 FETCH (%s%s)\r\na OK done", tt.item, tt.value)
			tk.wantClient("* 1 FETCH (" + tt.item + tt.want + ")\r\na OK done")
		}
		if s := tk.relay.Stats(); s.Injected != 1 || s.Passed != 0 {
			t.Errorf("stats %+v", s)
		}
	}
}

// Without a plan there are two commands of the relay's own, and a server that
// refuses the second costs the part its plan, not the mail.
func TestBinaryUnplanned(t *testing.T) {
	for _, status := range []string{"OK done", "NO what"} {
		tk := inMailbox(t, nil)
		tk.clientf("a UID FETCH 5 BINARY.PEEK[2]")
		tag := tk.injected("UID FETCH 5 (UID BODY.PEEK[])")
		tk.serverf("* 1 FETCH (UID 5 BODY[] %s)\r\n%s OK done", lit(partMail), tag)
		tag, _, _ = strings.Cut(tk.server.line(), " ")
		tk.serverf("%s %s", tag, status)
		tk.wantServer("a UID FETCH 5 BINARY.PEEK[2]")
		tk.serverf("* 1 FETCH (UID 5 BINARY[2] %s)\r\na OK done", lit(htmlBody))
		tk.wantClient("* 1 FETCH (UID 5 BINARY[2] " + lit(strings.ReplaceAll(htmlBody, tracker, gateway)) + ")\r\na OK done")
	}
}

// A part that has parts comes with all of them decoded, if it comes at all.
func TestBinaryOfParts(t *testing.T) {
	tk := inMail(t, partMail)
	// What a server may make of it is its own affair.
	value := "Content-Transfer-Encoding: binary\r\n\r\n--X\r\n" + tracker + "--X\r\n" + htmlBody + "--X--"
	want := "Content-Transfer-Encoding: binary\r\n\r\n--X\r\n" + tracker + "--X\r\n" + strings.ReplaceAll(htmlBody, tracker, gateway) + "--X--"
	tk.clientf("a UID FETCH 5 BINARY.PEEK[]")
	tag := tk.injected(fmt.Sprintf("UID FETCH 5 (UID BODY.PEEK[]<0.%d> BINARY.PEEK[])", len(partMail)))
	tk.serverf("* 1 FETCH (UID 5 BODY[]<0> %s BINARY[] ~%s)\r\n%s OK done", lit(partMail), lit(value), tag)
	tk.wantServer("a UID FETCH 5 BINARY.PEEK[]")
	tk.serverf("* 1 FETCH (UID 5 BINARY[] ~%s)\r\na OK done", lit(value))
	tk.wantClient("* 1 FETCH (UID 5 BINARY[] ~" + lit(want) + ")\r\na OK done")
	at := strings.Index(want, gateway) + 7
	tk.clientf("b UID FETCH 5 BINARY.PEEK[]<%d.9>", at)
	tk.wantServer(fmt.Sprintf("b UID FETCH 5 BINARY.PEEK[]<%d.9>", at))
	tk.serverf("* 1 FETCH (BINARY[]<%d> %s)\r\nb OK done", at, lit(value[at:at+9]))
	tk.wantClient(fmt.Sprintf("* 1 FETCH (BINARY[]<%d> %s)\r\nb OK done", at, lit(want[at:at+9])))
}

// Whatever the encoding, the edits of the decoded part are those that decoding
// the rewritten part shows.
func TestDecodedEdits(t *testing.T) {
	p := newRealPlanner()
	body := "<p>caf\u00e9 = good</p>\r\n<img src=\"https://track.example/open/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?x=1&amp;y=2\">\r\n"
	quoted := strings.NewReplacer("=", "=3D", "\u00e9", "=C3=A9", "aaaaaaaaaaa?", "aaa=\r\naaaaaaaa?").Replace(body)
	for name, part := range map[string]string{
		"8bit":             "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + body,
		"quoted-printable": "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + quoted,
		"base64":           "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(body)),
	} {
		t.Run(name, func(t *testing.T) {
			mail := []byte("From: a@example.org\r\nContent-Type: multipart/mixed; boundary=X\r\n\r\n--X\r\n\r\ntext\r\n--X\r\n" + part + "\r\n--X--\r\n")
			o := &p.planner.Plan(mail).Overlay
			r, ok := partRange(o, "2")
			if !ok || string(mail[r.Start:r.End]) != part || composed(o, "2") || !composed(o, "") {
				t.Fatalf("%v, %v: %q", r, ok, mail[r.Start:r.End])
			}
			d := (&partly{from: r.Start, raw: mail[r.Start:r.End]}).edits(o)
			if d == nil || d.Size != len(body) || len(d.Edits) == 0 {
				t.Fatalf("%+v", d)
			}
			got := []byte(body)
			if d.Apply(got, 0) != 0 || bytes.Contains(got, []byte("track.example")) || !bytes.Contains(got, []byte("http://127.0.0.1:4180/")) {
				t.Errorf("%q", got)
			}
			d.Undo(got, 0)
			if string(got) != body {
				t.Errorf("%q", got)
			}
		})
	}
}

// FuzzEditsBetween: the edits make one text of the other, and the way back.
func FuzzEditsBetween(f *testing.F) {
	f.Add([]byte("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"), []byte("abXdefghijklmnopqrstuvwXyzabcdefghijklmnopqrstuvwxyX"))
	f.Add([]byte("a"), []byte("b"))
	f.Fuzz(func(t *testing.T, from, to []byte) {
		d := editsBetween(from, to)
		if (d == nil) != (len(from) != len(to)) {
			t.Fatalf("%d and %d: %v", len(from), len(to), d)
		}
		if d == nil {
			return
		}
		got := bytes.Clone(from)
		if d.Apply(got, 0) != 0 || !bytes.Equal(got, to) {
			t.Fatalf("%q, want %q", got, to)
		}
		at := 0
		for _, e := range d.Edits {
			if e.Offset < at || len(e.Old) == 0 || len(e.Old) != len(e.New) {
				t.Fatalf("%+v", d.Edits)
			}
			at = e.Offset + len(e.Old)
		}
		if d.Undo(got, 0) != 0 || !bytes.Equal(got, from) {
			t.Fatalf("%q, want %q", got, from)
		}
	})
}

// What has parts of its own.
func TestComposed(t *testing.T) {
	inner := "Subject: x\r\n\r\nhi"
	mail := "Content-Type: multipart/mixed; boundary=X\r\n\r\n--X\r\nContent-Type: multipart/alternative; boundary=Y\r\n\r\n--Y\r\n\r\na\r\n--Y--\r\n" +
		"--X\r\nContent-Type: message/rfc822\r\n\r\n" + inner + "\r\n--X\r\n\r\nleaf\r\n--X--\r\n"
	l := message.Parse([]byte(mail))
	o := &message.Overlay{Size: l.Size, Sections: l.Sections}
	for section, want := range map[string]bool{"": true, "1": true, "1.1": false, "2": true, "2.1": false, "3": false, "3.1": false} {
		if composed(o, section) != want {
			t.Errorf("%q: %v", section, !want)
		}
	}
	for _, none := range []string{"4", "TEXT", "HEADER", "1.1.1.9"} {
		if _, ok := partRange(o, none); ok {
			t.Errorf("%q is a part", none)
		}
	}
}
