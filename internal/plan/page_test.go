package plan

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
)

// longBase is a base element with room for the gateway.
func longBase(host string) string {
	return `<base href="http://` + host + `/` + strings.Repeat("0", 50) + `/">`
}

// TestBases checks that relative loads count as led to the gateway only if every
// base element is.
func TestBases(t *testing.T) {
	const load = `<img src="p.gif" width=600 height=40>`
	decoy, real := longBase("decoy.example"), longBase("t.example")
	for _, c := range []struct{ name, html, want string }{
		{"one", real + load, "base, token"},
		{"in a comment", `<!--[if mso]>` + decoy + `<![endif]-->` + real + load, "base, token, token"},
		{"in a template", `<template>` + decoy + `</template>` + real + load, "base, token, token"},
		{"in an svg", `<svg>` + decoy + `</svg>` + real + load, "base, token, token"},
		{"without room", decoy + `<base href="http://t.example/">` + load, "left, left, ungated relative"},
		{"with a relative link", decoy + real + load + `<a href="x">x</a>`, "left, left, left, ungated relative"},
		{"seen by the second reading", `<svg><title>` + real + `</title></svg>` + load, "base, token"},
	} {
		t.Run(c.name, func(t *testing.T) {
			raw := []byte(asMail(c.html))
			p := testPlanner().Plan(raw)
			holdsBase(t, raw, p)
			got := strings.Split(outcomes(p), ", ")
			slices.Sort(got)
			if strings.Join(got, ", ") != c.want {
				t.Errorf("outcomes %v, want %s", got, c.want)
			}
		})
	}
}

// holdsBase checks that no base element is half edited.
func holdsBase(t *testing.T, raw []byte, p *Plan) {
	t.Helper()
	out := bytes.Clone(raw)
	p.Overlay.Apply(out, 0)
	bases := bytes.Count(out, []byte(`<base href="http://127.0.0.1`))
	if bases != 0 && bases != bytes.Count(out, []byte("<base ")) {
		t.Errorf("some bases are left: %s", out)
	}
}

// TestSilence checks what becomes of references beyond the limit.
func TestSilence(t *testing.T) {
	many := strings.Repeat(`<a href="#">`, maxReferences)
	for _, c := range []struct {
		name, html string
		left       bool
		want       string
	}{
		{"load", `<img src="http://t.example/1">`, false, `<img src="data:,____________">`},
		{"candidate", `<img srcset="http://t.example/1 1x">`, false, `<img srcset="data:,____________ 1x">`},
		{"load with little room", `<img src="//t.e">`, false, `<img src="xx:__">`},
		{"load without room", `<img src="//t">`, true, `<img src="//t">`},
		{"base", `<base href="http://t.example/"><img src="p.gif">`, false, `<base href="data:,___________"><img src="xx:__">`},
		{"base, no room in the load", `<base href="http://t.example/"><img src="p">`, false, `<base href="data:,___________"><img src="p">`},
		{"link", `<a href="http://t.example/">`, false, `<a href="http://t.example/">`},
		{"local", `<img src="cid:a">`, false, `<img src="cid:a">`},
	} {
		t.Run(c.name, func(t *testing.T) {
			raw := []byte(asMail(many + c.html))
			p := testPlanner().Plan(raw)
			out := bytes.Clone(raw)
			p.Overlay.Apply(out, 0)
			if got := string(out[len(asMail(many)):]); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			if len(p.References) != maxReferences || !slices.Contains(p.Gaps, message.Gap{Section: "1", Reason: GapReferences}) {
				t.Errorf("%d references, gaps %v", len(p.References), p.Gaps)
			}
			if got := slices.Contains(p.Gaps, message.Gap{Section: "1", Reason: GapLeft}); got != c.left {
				t.Errorf("gaps %v", p.Gaps)
			}
		})
	}
}

// TestSilenceProtected checks that nothing beyond the limit is written where
// nothing may be, and that this is said.
func TestSilenceProtected(t *testing.T) {
	body := strings.Repeat(`<a href="#">`, maxReferences) + `<img src="http://t.example/1">` + longBase("t.example")
	for name, raw := range map[string]string{
		"signed":  "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n" + body + "\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n",
		"charset": strings.Replace(asMail(body), "utf-8", "utf-7", 1),
	} {
		p := testPlanner().Plan([]byte(raw))
		if len(p.Overlay.Edits) > 0 || !slices.ContainsFunc(p.Gaps, func(g message.Gap) bool { return g.Reason == GapLeft }) {
			t.Errorf("%s: %d edits, gaps %v", name, len(p.Overlay.Edits), p.Gaps)
		}
	}
}

// TestLongUnsure checks that a leaf too long to be read twice says so, if it would
// have to be.
func TestLongUnsure(t *testing.T) {
	filling := strings.Repeat("xxxxxxxxx\r\n", (9<<20)/11)
	for _, c := range []struct {
		name, html string
		want       bool
	}{
		{"newsletter", `<img src="` + address + `">`, false},
		{"style in an svg", `<svg><style><img src=` + address + `></style></svg>`, true},
		{"title in an svg", `<svg><title><img src=` + address + `></title></svg>`, true},
		{"base behind a load", `<img src="p.gif">` + longBase("t.example"), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := testPlanner().Plan([]byte(asMail(filling + c.html)))
			if got := slices.Contains(p.Gaps, message.Gap{Section: "1", Reason: GapSize}); got != c.want {
				t.Errorf("gaps %v", p.Gaps)
			}
		})
	}
}

// TestGapSize checks that a leaf which was made to take too long says so.
func TestGapSize(t *testing.T) {
	p := testPlanner().Plan([]byte(asMail("<svg>" + strings.Repeat("<style><!--", 20_000))))
	if !slices.Contains(p.Gaps, message.Gap{Section: "1", Reason: GapSize}) {
		t.Errorf("gaps %v", p.Gaps)
	}
}

// TestRestoreNamed checks mails in which somebody else has written addresses of
// the gateway: they do not keep an answer from being sent, unless they load.
func TestRestoreNamed(t *testing.T) {
	const at = testBase + "/p/AAAAAAAAAAAAAAAAAAAAAA"
	for _, c := range []struct {
		name, media, body string
		want              int
	}{
		{"plain text", "text/plain", "> see " + at + " for more", 0},
		{"plain text, short", "text/plain", "> see " + testBase + "/AAAAAAAAAAA", 0},
		{"text of HTML", "text/html", "<p>" + at + "</p>", 0},
		{"link", "text/html", `<a href="` + at + `">x</a>`, 0},
		{"alternative text", "text/html", `<img alt="` + at + `" src="cid:a">`, 0},
		{"comment", "text/html", "<!-- " + at + " -->", 0},
		{"calendar", "text/calendar", "URL:" + at, 0},
		{"load", "text/html", `<img src="` + at + `">`, 1},
		{"load by a base", "text/html", `<base href="` + at + `/">`, 1},
		{"style attribute", "text/html", `<p style="background:url(` + at + `)">`, 1},
		{"style sheet", "text/html", `<style>p{background:url(` + at + `)}</style>`, 1},
		{"candidate", "text/html", `<img srcset="` + at + ` 2x">`, 1},
		{"CSS", "text/css", `p{background:url(` + at + `)}`, 1},
		{"two loads and a text", "text/html", fmt.Sprintf(`<img src="%s"><img src="%s">%s`, at, at, at), 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			raw := []byte("Content-Type: " + c.media + "\r\n\r\n" + c.body)
			for _, how := range []Leaving{BySubmission, ByAppend} {
				out, unknown, err := Restore(raw, testBase, originals, how)
				if err != nil || unknown != c.want || !bytes.Equal(out, raw) {
					t.Errorf("%s: %d unknown, want %d; %v", how, unknown, c.want, err)
				}
			}
		})
	}
}

// TestRestoreOwnAddress checks a load whose original is itself an address of the
// gateway: what leaves does not name it.
func TestRestoreOwnAddress(t *testing.T) {
	look := func(string) (Original, bool) { return Original{URL: testBase + "/p/AAAAAAAAAAAAAAAAAAAAAA"}, true }
	for body, want := range map[string]string{
		`a<img src="` + pixelAt + `">b`:               `ab`,
		`<p style="background:url(` + pixelAt + `)">`: `<p style="background:url(data:,)">`,
		`<p>` + pixelAt + `</p>`:                      `<p>data:,</p>`,
	} {
		out, unknown, err := Restore([]byte(asMail(body)), testBase, look, BySubmission)
		if err != nil || unknown > 0 || string(out) != asMail(want) {
			t.Errorf("%d unknown, %v: %s", unknown, err, out)
		}
	}
}
