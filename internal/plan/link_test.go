package plan

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

// A linkTable is a linker that decides by the address alone.
type linkTable struct {
	edition string
	decide  func(url string) LinkDecision
	asked   *int
}

func (l linkTable) Edition() string { return l.edition }

func (l linkTable) Links(_, _ []byte, refs []reference.Reference) []LinkDecision {
	if l.asked != nil {
		*l.asked++
	}
	out := make([]LinkDecision, len(refs))
	for i := range refs {
		out[i] = l.decide(refs[i].URL)
	}
	return out
}

// byName seals what is on a host "seal...", and unwraps what says where it leads.
func byName(url string) LinkDecision {
	if _, to, ok := strings.Cut(url, "?to="); ok {
		return LinkDecision{To: "https://" + strings.ReplaceAll(to, "%26", "&")}
	}
	return LinkDecision{Seal: strings.HasPrefix(url, "https://seal")}
}

// linkingPlanner decides on links by name.
func linkingPlanner() *Planner {
	p := testPlanner()
	p.Links = linkTable{edition: "test", decide: byName}
	return p
}

func TestLinks(t *testing.T) {
	const (
		seal  = "https://seal.example/" + "xxxxxxxxxxxxxxxxxxxxxxxxx" // 46 octets
		page  = "http://127.0.0.1:4180/l/TTTTTTTTTTTTTTTTTTTTTT"
		small = "http://127.0.0.1:4180/l/SSSSSSSSSSS"
	)
	forged := "http://127.0.0.1:4180/l/" + strings.Repeat("F", 22)
	for _, c := range []struct{ name, body, want, outcomes string }{
		{"sealed", `<a href="` + seal + `_">x</a>`, `<a href="` + page + `_">x</a>`, "sealed"},
		{"sealed, in a short form", `<a href="` + seal[:35] + `">x</a>`, `<a href="` + small + `">x</a>`, "sealed"},
		{"no room for a page", `<a href="` + seal[:34] + `">x</a>`, `<a href="` + seal[:34] + `">x</a>`, "left"},
		{"sealed without quotes", `<a href=` + seal + `>x</a>`, `<a href=` + page + `>x</a>`, "sealed"},
		{"a map", `<map><area href='` + seal + `'></map>`, `<map><area href='` + page + `'></map>`, "sealed"},
		{"unwrapped", `<a href="https://r.example/c/1234?to=a.example/b">x</a>`, `<a href="https://a.example/b                    ">x</a>`, "unwrapped"},
		{"unwrapped with an entity", `<a href="https://r.example/c/1234?to=a.example/?b%26c">x</a>`, `<a href="https://a.example/?b&amp;c                  ">x</a>`, "unwrapped"},
		{"unwrapped without quotes", `<a href=https://r.example/c?to=a.example/b>x</a>`, `<a href=https://a.example/b               >x</a>`, "unwrapped"},
		{"unwrapped without quotes, an attribute behind", `<a href=https://r.example/c?to=a.example/b id=1>x</a>`, `<a href=https://a.example/b                id=1>x</a>`, "unwrapped"},
		{"unwrapped over lines", "<a href=\"https://r.ex\r\nample/c?to=a.exa\r\nmple/b\">x</a>", "<a href=\"https://a.ex\r\nample/b         \r\n      \">x</a>", "unwrapped"},
		{"no room for the destination", `<a href="//r.example?to=a.b/?c%26d%26e%26f%26g%26h%26i">x</a>`, `<a href="//r.example?to=a.b/?c%26d%26e%26f%26g%26h%26i">x</a>`, "left"},
		{"a quote in the destination", `<a href="https://r.example/c?to=a.example/'b">x</a>`, `<a href="https://r.example/c?to=a.example/'b">x</a>`, "left"},
		{"markup in the address", `<a href="https://seal.example/<b>xxxxxxxxxxxxxxxxxxxxxxx">x</a>`, `<a href="https://seal.example/<b>xxxxxxxxxxxxxxxxxxxxxxx">x</a>`, "left"},
		{"others stay", `<a href="https://a.example/">x</a>`, `<a href="https://a.example/">x</a>`, "left"},
		{"forms stay", `<form action="` + seal + `"></form>`, `<form action="` + seal + `"></form>`, "left"},
		{"quotations stay", `<q cite="` + seal + `"></q>`, `<q cite="` + seal + `"></q>`, "left"},
		{"relative", `<base href="https://seal.example/xxxxxxxxxxxxxxxxxxxxxxxx"><a href="` + strings.Repeat("y", 50) + `">x</a>`, `<base href="https://seal.example/xxxxxxxxxxxxxxxxxxxxxxxx"><a href="` + strings.Repeat("y", 50) + `">x</a>`, "left, left"},
		{"beside a load", `<a href="` + seal + `"><img src="http://a.example/` + strings.Repeat("p", 29) + `"></a>`, `<a href="` + page + `"><img src="` + gate + `"></a>`, "sealed, token"},
		{"a forged page of this machine", `<a href="` + forged + `">x</a>`, `<a href="` + page + `">x</a>`, "sealed"},
		{"text is never touched", `https://seal.example/` + strings.Repeat("x", 40), `https://seal.example/` + strings.Repeat("x", 40), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			raw := []byte(asMail(c.body))
			p := linkingPlanner().Plan(raw)
			out := bytes.Clone(raw)
			p.Overlay.Apply(out, 0)
			if got := hide(string(out[len(out)-len(c.body):]), p); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if got := outcomes(p); got != c.outcomes {
				t.Errorf("outcomes are %s, want %s", got, c.outcomes)
			}
			for _, r := range p.References {
				if r.Outcome == Sealed && len(r.Token) == tokenLetters && r.Token != LinkToken(linkingPlanner().Key, p.HeaderSHA256, r.Section, r.Ref.Ordinal, r.Ref.URL) {
					t.Error("the token is another")
				}
			}
		})
	}
}

// Links are left where they are not protected, and elsewhere than in HTML.
func TestLinksLeft(t *testing.T) {
	const link = `<a href="https://seal.example/xxxxxxxxxxxxxxxxxxxxxxxxxxx">x</a>`
	signed := "Content-Type: multipart/signed; boundary=b; protocol=\"application/pgp-signature\"\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n" +
		link + "\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n"
	svg := "Content-Type: image/svg+xml\r\n\r\n<svg>" + link + "</svg>\r\n"
	for _, c := range []struct {
		name, raw string
		mode      Mode
		links     bool
		gap       bool
	}{
		{"no linker", asMail(link), ModeAll, false, false},
		{"what is sent is not relayed", asMail(link), ModePixels, true, false},
		{"signed", signed, ModeAll, true, false},
		{"no HTML", svg, ModeAll, true, false},
		{"plain text", "Content-Type: text/plain\r\n\r\n" + link, ModeAll, true, false},
		{"read in two ways", asMail("<title>" + link), ModeAll, true, true},
		{"longer than can be held", asMail(strings.Repeat("<p>many words in a paragraph</p>\r\n", 270_000) + link), ModeAll, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			planner := linkingPlanner()
			if planner.Mode = c.mode; !c.links {
				planner.Links = nil
			}
			p := planner.Plan([]byte(c.raw))
			if len(p.Overlay.Edits) > 0 {
				t.Errorf("%d edits: %s", len(p.Overlay.Edits), outcomes(p))
			}
			gap := false
			for _, g := range p.Gaps {
				gap = gap || g.Reason == GapLinks
			}
			if gap != c.gap {
				t.Errorf("gaps are %v", p.Gaps)
			}
		})
	}
}

// What was decided once stays, whatever rules come later, and whoever asks.
func TestLinksStay(t *testing.T) {
	raw := []byte(asMail(`<a href="https://seal.example/xxxxxxxxxxxxxxxxxxxxxxxxxxx">x</a>`))
	first := linkingPlanner().Plan(raw)
	asked := 0
	for _, later := range []Linker{
		linkTable{edition: "other", asked: &asked, decide: func(string) LinkDecision { return LinkDecision{} }},
		linkTable{edition: "another", asked: &asked, decide: func(string) LinkDecision { return LinkDecision{To: "https://b.example/"} }},
		nil,
	} {
		p := testPlanner()
		p.Links = later
		var made *Plan
		s := message.NewStream(discard{}, p.Session(func([32]byte) []*Plan { return []*Plan{first} }, func(m *Plan) { made = m }))
		_, _ = s.Write(raw)
		_ = s.Close()
		if !made.Serves(first) || made.Links != first.Links {
			t.Errorf("decided anew: %s, by the rules %q", outcomes(made), made.Links)
		}
	}
	if asked != 0 {
		t.Errorf("a later edition was asked %d times", asked)
	}
}

// A plan is kept before the links in it are sent; where that fails they are left,
// and loads are rewritten all the same.
func TestLinksKept(t *testing.T) {
	const link, pixel = `<a href="https://seal.example/xxxxxxxxxxxxxxxxxxxxxxxxxxx">x</a>`, `<img width=1 height=1 src="http://a.example/ppppppppppppppppppppppppppppppppp">`
	part := func(body string) string { return "--b\r\nContent-Type: text/html\r\n\r\n" + body + "\r\n" }
	raw := []byte("Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part(pixel) + part(link+pixel) + part(pixel) + part(link) + "--b--\r\n")
	for _, fails := range []bool{false, true} {
		p := linkingPlanner()
		var kept [][]byte
		var out bytes.Buffer
		p.Keep = func(made *Plan) error {
			if bytes.Contains(out.Bytes(), []byte("/l/"+made.References[len(made.References)-1].Token)) {
				t.Error("sent before it was kept")
			}
			if fails {
				return errors.New("no room")
			}
			b, err := made.MarshalBinary()
			kept = append(kept, b)
			return err
		}
		var made *Plan
		s := message.NewStream(&out, p.Session(nil, func(m *Plan) { made = m }))
		_, _ = s.Write(raw)
		_ = s.Close()
		want := map[bool]string{false: "token, sealed, token, token, sealed", true: "token, left, token, token, left"}[fails]
		if got := outcomes(made); got != want {
			t.Errorf("outcomes are %s", got)
		}
		if fails {
			if len(made.Gaps) != 2 || made.Gaps[0].Reason != GapLinks {
				t.Errorf("gaps are %v", made.Gaps)
			}
			continue
		}
		if len(kept) != 2 || made.Links != "test" {
			t.Fatalf("kept %d times, by the rules %q", len(kept), made.Links)
		}
		checkKept(t, raw, kept, made)
	}
}

// checkKept says whether a planning that was broken off after what was kept goes on
// to the same plan.
func checkKept(t *testing.T, raw []byte, kept [][]byte, made *Plan) {
	t.Helper()
	for _, b := range kept {
		part := new(Plan)
		if err := part.UnmarshalBinary(Pack(b)); err != nil {
			t.Fatal(err)
		}
		if part.Complete || part.Links != "test" {
			t.Errorf("kept as complete %t, by the rules %q", part.Complete, part.Links)
		}
		p := testPlanner()
		p.Links = linkTable{edition: "test", decide: byName}
		var again *Plan
		s := message.NewStream(discard{}, p.Session(func([32]byte) []*Plan { return []*Plan{part} }, func(m *Plan) { again = m }))
		_, _ = s.Write(raw)
		_ = s.Close()
		if !again.Serves(made) {
			t.Errorf("another plan after what was kept: %s", outcomes(again))
		}
	}
}

// The edition is part of an encoded plan, and plans without one are encoded as ever.
func TestLinksEncoded(t *testing.T) {
	raw := []byte(asMail(`<a href="https://seal.example/xxxxxxxxxxxxxxxxxxxxxxxxxxx">x</a>`))
	with, without := linkingPlanner().Plan(raw), testPlanner().Plan(raw)
	for _, p := range []*Plan{with, without} {
		b, err := p.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range [][]byte{b, Pack(b)} {
			got := new(Plan)
			if err := got.UnmarshalBinary(form); err != nil || got.Links != p.Links || !got.Serves(p) || outcomes(got) != outcomes(p) {
				t.Errorf("%v: %+v", err, got)
			}
		}
		for _, behind := range []string{"x", "\x80", "\x81\x60", "\x81\x79\x02\x00" + strings.Repeat("e", 512)} {
			if err := new(Plan).UnmarshalBinary(append(bytes.Clone(b), behind...)); !errors.Is(err, ErrEncoding) {
				t.Errorf("%q behind a plan: %v", behind, err)
			}
		}
	}
}

// What leaves names no page of this machine.
func TestRestoreLinks(t *testing.T) {
	look := func(token string) (Original, bool) {
		switch token {
		case "LLLLLLLLLLLLLLLLLLLLLL":
			return Original{URL: "https://seal.example/a?x=1&y=2"}, true
		case "lllllllllll":
			return Original{URL: "https://seal.example/b"}, true
		}
		return Original{}, false
	}
	const long, little = testBase + "/l/LLLLLLLLLLLLLLLLLLLLLL", testBase + "/l/lllllllllll"
	for _, c := range []struct {
		name, kind, body, want string
		unknown                int
	}{
		{"long", "html", `<a href="` + long + `__">x</a>`, `<a href="https://seal.example/a?x=1&amp;y=2">x</a>`, 0},
		{"short", "html", `<a href="` + little + `____">x</a>`, `<a href="https://seal.example/b">x</a>`, 0},
		{"without quotes", "html", `<a href=` + little + `>x</a>`, `<a href=https://seal.example/b>x</a>`, 0},
		{"in text", "plain", "see <" + long + "___>.\r\n" + little + "\r\nword\r\n", "see <https://seal.example/a?x=1&y=2>.\r\nhttps://seal.example/b\r\nword\r\n", 0},
		{"over lines", "plain", "http://127.0.0.1:4180/l/LLLLLLLLLLL\r\nLLLLLLLLLLL__\r\n", "https://seal.example/a?x=1&y=2\r\n", 0},
		{"unknown", "html", `<a href="` + testBase + `/l/NNNNNNNNNNNNNNNNNNNNNN">x</a>`, `<a href="` + testBase + `/l/NNNNNNNNNNNNNNNNNNNNNN">x</a>`, 1},
		{"unknown in text", "plain", testBase + "/l/NNNNNNNNNNNNNNNNNNNNNN\r\n", testBase + "/l/NNNNNNNNNNNNNNNNNNNNNN\r\n", 0},
		{"a link to a load", "html", `<a href="` + testBase + `/p/NNNNNNNNNNNNNNNNNNNNNN">x</a>`, `<a href="` + testBase + `/p/NNNNNNNNNNNNNNNNNNNNNN">x</a>`, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, how := range []Leaving{ByAppend, BySubmission} {
				head := "Content-Type: text/" + c.kind + "; charset=utf-8\r\n\r\n"
				out, unknown, err := Restore([]byte(head+c.body), testBase, look, how)
				if err != nil || unknown != c.unknown || string(out) != head+c.want {
					t.Errorf("%s: %d unknown, %v\ngot  %q\nwant %q", how, unknown, err, out, head+c.want)
				}
			}
		})
	}
}

// Made-up mail in every encoding: the tree of the text is the same but for href, each
// of which is what was decided, and the way back is exact.
func TestLinksProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		for range rapid.IntRange(1, 6).Draw(t, "links") {
			url := rapid.SampledFrom([]string{"https://seal.example/", "https://r.example/?to=", "https://a.example/"}).Draw(t, "host") +
				rapid.StringMatching(`[a-z./%=&;?#~+-]{0,60}`).Draw(t, "rest")
			quote := rapid.SampledFrom([]string{`"`, `'`, ""}).Draw(t, "quote")
			fmt.Fprintf(&b, "%s<a %s href=%s%s%s>w</a>\r\n", rapid.StringMatching(`[a-z <>=]{0,20}`).Draw(t, "text"),
				rapid.SampledFrom([]string{"", "id=1", "HREF='https://b.example/'"}).Draw(t, "attribute"), quote, url, quote)
		}
		for name, encode := range encodings() {
			head, body := encode(b.String())
			raw := []byte("Content-Type: text/html; charset=utf-8\r\n" + head + "\r\n" + body)
			p := linkingPlanner().Plan(raw)
			out := bytes.Clone(raw)
			p.Overlay.Apply(out, 0)
			back := bytes.Clone(out)
			if p.Overlay.Undo(back, 0); !bytes.Equal(back, raw) {
				t.Fatalf("%s: the way back is not exact", name)
			}
			compareHrefs(t, firstText(raw), firstText(out))
		}
	})
}

// compareHrefs parses two texts and compares all but links that were decided on.
func compareHrefs(t *rapid.T, was, now string) {
	t.Helper()
	a, errA := html.Parse(strings.NewReader(was))
	b, errB := html.Parse(strings.NewReader(now))
	if errA != nil || errB != nil {
		t.Skip(errA, errB)
	}
	var walk func(a, b *html.Node)
	walk = func(a, b *html.Node) {
		if a == nil || b == nil {
			if a != b {
				t.Fatalf("another tree:\n%s\n%s", was, now)
			}
			return
		}
		if a.Data != b.Data || a.Type != b.Type || len(a.Attr) != len(b.Attr) {
			t.Fatalf("another tree:\n%s\n%s", was, now)
		}
		for i := range a.Attr {
			x, y := a.Attr[i].Val, strings.TrimSpace(b.Attr[i].Val)
			d := byName(x)
			sealed := d.Seal && strings.HasPrefix(y, testBase+"/l/")
			if strings.TrimSpace(x) != y && !sealed && (d.To == "" || d.To != y) {
				t.Fatalf("%s became %s in\n%s", x, y, now)
			}
		}
		walk(a.FirstChild, b.FirstChild)
		walk(a.NextSibling, b.NextSibling)
	}
	walk(a, b)
}

// In base64 as well.
func TestLinksBase64(t *testing.T) {
	body := `<p>x</p><a href="https://r.example/c/1234?to=a.example/b">x</a>`
	raw := []byte("Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(body)) + "\r\n")
	p := linkingPlanner().Plan(raw)
	p.Overlay.Apply(raw, 0)
	if got := firstText(raw); got != `<p>x</p><a href="https://a.example/b                    ">x</a>` {
		t.Errorf("got %s", got)
	}
}
