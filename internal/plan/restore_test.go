package plan

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect/message"
)

const (
	testBase = "http://127.0.0.1:4180"
	pixelAt  = testBase + "/p/PPPPPPPPPPPPPPPPPPPPPP"
	imageAt  = testBase + "/p/IIIIIIIIIIIIIIIIIIIIII"
	shortAt  = testBase + "/sssssssssss"
)

// originals knows three loads; the pixel is held.
func originals(token string) (Original, bool) {
	switch token {
	case "PPPPPPPPPPPPPPPPPPPPPP":
		return Original{URL: "https://track.example/o?u=1", Held: true, Pixel: true}, true
	case "IIIIIIIIIIIIIIIIIIIIII":
		return Original{URL: "https://img.example/a'b(c).png?x=1&y=2", Held: true}, true
	case "sssssssssss":
		return Original{URL: "http://s.example/ü"}, true
	}
	return Original{}, false
}

// A leavingCase is a text and what becomes of it: "" where nobody asks, same where it
// stays.
type leavingCase struct{ name, body, submitted, appended string }

const same = "the same"

// wants is what becomes of the text, by the way it leaves.
func (c leavingCase) wants() map[Leaving]string {
	wants := map[Leaving]string{BySubmission: c.submitted, ByAppend: c.appended}
	for how, want := range wants {
		switch want {
		case "":
			delete(wants, how)
		case same:
			wants[how] = c.body
		}
	}
	return wants
}

func leavingCases() []leavingCase {
	return []leavingCase{
		{"nothing", `<img src="http://a.example/">`, same, same},
		{"pixel", `a<img src="` + pixelAt + `__" width="1">b`, `ab`, `a<img src="data:,__________________________________________" width="1">b`},
		{"pixel, padding changed", `a<img src="` + pixelAt + `_______________">b`, `ab`, ""},
		{"pixel as a background", `<p style="background:url(` + pixelAt + `)">`, `<p style="background:url(data:,)">`, `<p style="background:url(data:,` + strings.Repeat("_", 40) + `)">`},
		{"pixel in a srcset", `<img srcset="` + pixelAt + ` 1x">`, `<img srcset="data:,_ 1x">`, ""},
		{"picture", `<img src="` + imageAt + `">`, `<img src="https://img.example/a&#39;b(c).png?x=1&amp;y=2">`, `<img src="https://img.example/a&#39;b(c).png?x=1&amp;y=2">`},
		{"picture, unquoted", `<img src=` + imageAt + `>`, `<img src=https://img.example/a&#39;b(c).png?x=1&amp;y=2>`, ""},
		{"picture in a style", `<p style="background:url('` + imageAt + `')">`, `<p style="background:url('https://img.example/a%27b%28c%29.png?x=1&amp;y=2')">`, ""},
		{"picture in a sheet", `<style>p{background:url(` + imageAt + `)}</style>`, `<style>p{background:url(https://img.example/a%27b%28c%29.png?x=1&y=2)}</style>`, ""},
		{"picture as text", `<p>` + imageAt + `__</p>`, `<p>https://img.example/a&#39;b(c).png?x=1&amp;y=2</p>`, ""},
		{"short", `<img src="` + shortAt + `">`, `<img src="http://s.example/%C3%BC">`, ""},
		{"line end inside", "<img src=\"http://127.0.0.1:\r\n4180/p/IIIIIIII\r\nIIIIIIIIIIIIII_\r\n_\">", `<img src="https://img.example/a&#39;b(c).png?x=1&amp;y=2">`, ""},
		{"two", `<img src="` + shortAt + `"><img src="` + shortAt + `__">`, `<img src="http://s.example/%C3%BC"><img src="http://s.example/%C3%BC">`, ""},
		{"pixel with two loads", `a<img src="` + pixelAt + `" srcset="` + pixelAt + ` 2x">`, `a`, ""},
		{"below a base", `<img src="` + shortAt + `__/dir/o.gif">`, `<img src="http://s.example/dir/o.gif">`, ""},
		{"too long to be a token", `<img src="` + shortAt + `s">`, same, same},
		{"too short to be a token", `<img src="` + shortAt[:len(shortAt)-1] + `">`, same, same},
		{"another port", strings.Replace(`<img src="`+shortAt+`">`, "4180", "4181", 1), same, same},
		{"another path", `<img src="` + testBase + `/c/IIIIIIIIIIIIIIIIIIIIII">`, same, same},
	}
}

func TestRestore(t *testing.T) {
	for _, c := range leavingCases() {
		t.Run(c.name, func(t *testing.T) {
			for how, want := range c.wants() {
				raw := []byte(asMail(c.body))
				out, unknown, err := Restore(raw, testBase, originals, how)
				if err != nil || unknown != 0 || string(out) != asMail(want) {
					t.Errorf("%s: %d unknown, %v\ngot  %s\nwant %s", how, unknown, err, out, asMail(want))
				}
				if c.body == want && &out[0] != &raw[0] {
					t.Errorf("%s: a message without an address is copied", how)
				}
			}
		})
	}
}

func TestRestoreUnknown(t *testing.T) {
	raw := []byte(asMail(`<img src="` + testBase + `/p/UUUUUUUUUUUUUUUUUUUUUU"><img src="` + shortAt + `">`))
	out, unknown, err := Restore(raw, testBase, originals, BySubmission)
	if want := asMail(`<img src="` + testBase + `/p/UUUUUUUUUUUUUUUUUUUUUU"><img src="http://s.example/%C3%BC">`); unknown != 1 || err != nil || string(out) != want {
		t.Errorf("%d unknown, %v\n%s", unknown, err, out)
	}
}

// TestRestoreParts checks plain text, enclosed messages and signatures.
func TestRestoreParts(t *testing.T) {
	signed := func(inner string) string {
		return "Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\n" + inner + "\r\n--s\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--s--\r\n"
	}
	html := "Content-Type: text/html\r\n\r\n<img src=\"" + shortAt + "\">"
	restored := "Content-Type: text/html\r\n\r\n<img src=\"http://s.example/%C3%BC\">"
	enclosed := "Content-Type: message/rfc822\r\n\r\n"
	cases := []struct {
		name, raw, want string
		err             error
	}{
		{"text", "Subject: x\r\n\r\nsee " + imageAt + "_\r\nthere\r\n", "Subject: x\r\n\r\nsee https://img.example/a'b(c).png?x=1&y=2\r\nthere\r\n", nil},
		{"text, next line begins with letters", "\r\n" + shortAt + "\r\nthere", "\r\nhttp://s.example/%C3%BC\r\nthere", nil},
		{"enclosed", enclosed + html, enclosed + restored, nil},
		{"attached octets", "Content-Type: application/octet-stream\r\n\r\n" + shortAt, "Content-Type: application/octet-stream\r\n\r\n" + shortAt, nil},
		{"header", "Subject: " + shortAt + "\r\n\r\n", "Subject: " + shortAt + "\r\n\r\n", nil},
		{"signed", signed(html), "", ErrSigned},
		{"signed, names nothing", signed("\r\ntext"), signed("\r\ntext"), nil},
		{"signed with an enclosed one", signed(enclosed + html), "", ErrSigned},
		{"a signed one enclosed", enclosed + signed(html), enclosed + signed(restored), nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			out, _, err := Restore([]byte(c.raw), testBase, originals, BySubmission)
			if !errors.Is(err, c.err) || string(out) != c.want {
				t.Errorf("%v\ngot  %q\nwant %q", err, out, c.want)
			}
		})
	}
}

// TestRestoreEncodings checks that line lengths hold, and that nothing else of
// a part in quoted-printable is written anew.
func TestRestoreEncodings(t *testing.T) {
	long := Original{URL: "https://img.example/" + strings.Repeat("a=b&", 100)}
	look := func(string) (Original, bool) { return long, true }
	rapid.Check(t, func(t *rapid.T) {
		eol := rapid.SampledFrom([]string{"\r\n", "\n"}).Draw(t, "eol")
		text := rapid.StringMatching(`([ a-z=é]|\n){0,200}`).Draw(t, "before") + `<img src="` + shortAt + `">` +
			rapid.StringMatching(`([ a-z=é]|\n){0,200}`).Draw(t, "after")
		text = strings.ReplaceAll(text, "\n", eol)
		want := strings.ReplaceAll(text, shortAt, strings.ReplaceAll(long.URL, "&", "&amp;"))
		head, encoded, enc := "Content-Type: text/html"+eol+"Content-Transfer-Encoding: ", "", message.QuotedPrintable
		if rapid.Bool().Draw(t, "quoted") {
			head, encoded = head+"quoted-printable"+eol+eol, wrapQuoted(text, eol)
		} else {
			head, encoded, enc = head+"base64"+eol+eol, anyBase64(t, text, eol), message.Base64
		}
		out, unknown, err := Restore([]byte(head+encoded), testBase, look, BySubmission)
		if err != nil || unknown > 0 || !bytes.HasPrefix(out, []byte(head)) {
			t.Fatalf("%d unknown, %v", unknown, err)
		}
		body := out[len(head):]
		if got := string(message.Decode(body, 0, enc).Bytes()); got != want {
			t.Fatalf("got  %q\nwant %q\n%q", got, want, body)
		}
		for _, line := range strings.Split(string(body), "\n") {
			if len(strings.TrimSuffix(line, "\r")) > maxLine {
				t.Fatalf("a line of %d: %q", len(line), line)
			}
		}
		if enc == message.Base64 {
			if _, err := base64.StdEncoding.DecodeString(strings.NewReplacer("\r", "", "\n", "").Replace(string(body))); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestRestoreLong checks that a line that would grow too long to be sent makes
// its part quoted-printable.
func TestRestoreLong(t *testing.T) {
	look := func(string) (Original, bool) {
		return Original{URL: "https://img.example/" + strings.Repeat("a=b&", 200)}, true
	}
	text := "a =\r\n" + strings.Repeat(`ü <img src="`+shortAt+`"> `, 3) + "\r\n\r\nend \r\n"
	want := strings.ReplaceAll(text, shortAt, "https://img.example/"+strings.Repeat("a=b&amp;", 200))
	for _, c := range []struct{ name, head, want string }{
		{"no field", "Content-Type: text/html\r\n", "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n"},
		{"field", "content-transfer-encoding : 8bit\r\n\t(x)\r\nContent-Type: text/html\r\n", "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n"},
	} {
		for _, around := range [][2]string{{"", ""}, {"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", "\r\n--b--\r\n"}, {"Content-Type: message/rfc822\r\n\r\n", ""}} {
			out, _, err := Restore([]byte(around[0]+c.head+"\r\n"+text+around[1]), testBase, look, BySubmission)
			if err != nil || !bytes.HasPrefix(out, []byte(around[0]+c.want+"\r\n")) || tooLong(out) {
				t.Fatalf("%s: %v\n%s", c.name, err, out)
			}
			for leaf := range message.Parse(out).Leaves() {
				got := message.Decode(out[leaf.Body.Start:leaf.Body.End], 0, leaf.Encoding).Bytes()
				if string(got) != want {
					t.Errorf("%s: got %q\nwant %q", c.name, got, want)
				}
			}
		}
	}
}

// wrapQuoted writes quoted-printable in lines of 76.
func wrapQuoted(text, eol string) string {
	w := quotedWriter{line: eol}
	for i, line := range strings.Split(text, eol) {
		if i > 0 {
			w.join(nil)
			w.out = append(w.out, eol...)
		}
		w.write(line)
	}
	w.join(nil)
	return string(w.out)
}

// TestRestoreRemoved checks that a tag that goes leaves no blank at a line end.
func TestRestoreRemoved(t *testing.T) {
	head := "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
	raw := head + "text <img src=3D\"" + pixelAt + "\">\r\nmore =3D<img src=3D\"" + pixelAt[:30] + "=\r\n" + pixelAt[30:] + "\">=\r\nend\r\n"
	out, _, err := Restore([]byte(raw), testBase, originals, BySubmission)
	if want := head + "text=20\r\nmore =3D=\r\nend\r\n"; err != nil || string(out) != want {
		t.Errorf("%v\ngot  %q\nwant %q", err, out, want)
	}
}

// TestCorpusRestored sends rewritten mails on: no address of the gateway
// leaves, and what is no held pixel has its address back.
func TestCorpusRestored(t *testing.T) {
	p := testPlanner()
	for _, m := range corpus(t, "real", "pairs") {
		plan := p.Plan(m.raw)
		served := bytes.Clone(m.raw)
		plan.Overlay.Apply(served, 0)
		tokens := make(map[string]*Reference, len(plan.References))
		for i := range plan.References {
			if r := &plan.References[i]; r.Token != "" && r.Outcome != ByBase {
				tokens[r.Token] = r
			}
		}
		look := func(token string) (Original, bool) {
			r := tokens[token]
			if r == nil {
				return Original{}, false
			}
			return Original{URL: r.Ref.URL, Held: true, Pixel: r.Ref.Kind == "pixel"}, true
		}
		for _, how := range []Leaving{BySubmission, ByAppend} {
			out, unknown, err := Restore(served, p.Base, look, how)
			if err != nil || unknown > 0 {
				t.Fatalf("%s: %d unknown, %v", m.name, unknown, err)
			}
			for leaf := range message.Parse(out).Leaves() {
				if !isText(leaf.MediaType) {
					continue
				}
				text := message.Decode(out[leaf.Body.Start:leaf.Body.End], leaf.Body.Start, leaf.Encoding).Bytes()
				if len(addresses(text, p.Base)) > 0 || bytes.Contains(text, []byte(p.Base)) {
					t.Fatalf("%s: the gateway is named", m.name)
				}
			}
			if len(tokens) == 0 && &out[0] != &served[0] {
				t.Fatalf("%s: a message without an address is copied", m.name)
			}
		}
	}
}

// FuzzRestore checks that restoring is done when it is done, and that what it
// returns names the gateway no more than it says.
func FuzzRestore(f *testing.F) {
	for _, at := range []string{pixelAt, imageAt, shortAt, pixelAt + "_/x"} {
		f.Add([]byte(asMail(`<img src="` + at + `">`)))
		f.Add([]byte("Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n<img src=\n=3D" + at[:9] + "=\n" + at[9:] + ">"))
		f.Add([]byte("Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte(at))))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := bytes.Clone(raw)
		for _, how := range []Leaving{BySubmission, ByAppend} {
			out, unknown, err := Restore(raw, testBase, originals, how)
			if !bytes.Equal(raw, before) {
				t.Fatal("the argument was changed")
			}
			if err != nil {
				continue
			}
			again, left, err := Restore(out, testBase, originals, how)
			if err != nil || left > unknown || !bytes.Equal(again, out) {
				t.Fatalf("%s: %d unknown, then %d, %v\n%q\n%q\n%q", how, unknown, left, err, raw, out, again)
			}
		}
	})
}
