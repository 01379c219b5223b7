package exempt

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect/reference"
)

// of returns what stands at the links of a text of HTML.
func of(text string) []Words {
	refs := reference.HTML([]byte(text))
	var out []Words
	for i, w := range Texts([]byte(text), refs) {
		if refs[i].Kind == reference.Link {
			out = append(out, w)
		}
	}
	return out
}

func TestTexts(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []Words
	}{
		{"a sentence", `<p>To leave, <a href="https://a.example/1">click <b>here</b></a> now.</p>`,
			[]Words{{Text: "click here", Before: "To leave, ", After: " now.\n"}}},
		{"two links", `<a href="https://a.example/1">One</a> | <a href="https://a.example/2">Two</a>`,
			[]Words{{Text: "One", After: "| "}, {Text: "Two", Before: "| "}}},
		{"a picture", `<a href="https://a.example/1"><img src="x.png" alt="Leave the list"></a>`,
			[]Words{{Text: "Leave the list"}}},
		{"a picture map", `<map><area href="https://a.example/1" alt="Left"></map><p>Other text</p>`,
			[]Words{{Text: "Left", After: "\nOther text\n"}}},
		{"a title", `<a href="https://a.example/1" title="Leave"><img src="x.png"></a>`,
			[]Words{{Text: "Leave"}}},
		{"a link that does not end", `<a href="https://a.example/1">One<a href="https://a.example/2">Two`,
			[]Words{{Text: "One"}, {Text: "Two"}}},
		{"what is not shown", `<style>p{x:"leave"}</style><!-- leave --><script>leave</script><a href="https://a.example/1">One</a>`,
			[]Words{{Text: "One"}}},
		{"only for Outlook", `<!--[if mso]><v:roundrect href="https://a.example/1">Leave</v:roundrect><![endif]-->`,
			[]Words{{Text: "Leave"}}},
		{"a less-than sign", `1 < 2 <a href="https://a.example/1">3 < 4</a>`,
			[]Words{{Text: "3 < 4", Before: "1 < 2 "}}},
		{"a greater-than sign in quotes", `<p title="a > b">Leave <a href="https://a.example/1">here</a>`,
			[]Words{{Text: "here", Before: "Leave "}}},
		{"a cell", `<td>To leave</td><td><a href="https://a.example/1">here</a></td>`,
			[]Words{{Text: "here", Before: "To leave\n", After: ""}}},
		{"a form", `Leave <form action="https://a.example/1"><input type=submit value="Leave"></form>`,
			[]Words{{Text: "", Before: "Leave ", After: "Leave "}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := of(c.text)
			if len(got) != len(c.want) {
				t.Fatalf("%d links, want %d: %+v", len(got), len(c.want), got)
			}
			for i := range got {
				got[i].Before, got[i].After = strings.TrimSpace(got[i].Before), strings.TrimSpace(got[i].After)
				w := c.want[i]
				w.Before, w.After = strings.TrimSpace(w.Before), strings.TrimSpace(w.After)
				if got[i] != w {
					t.Errorf("link %d: %q, want %q", i, got[i], w)
				}
			}
		})
	}
}

// Long text is cut, at the ends that matter.
func TestTextsAreBounded(t *testing.T) {
	long := strings.Repeat("wörd ", 4000)
	got := of(long + `to leave <a href="https://a.example/1">click ` + long + `</a> now ` + long)
	if len(got) != 1 {
		t.Fatalf("%d links", len(got))
	}
	w := got[0]
	if len(w.Text) > maxText || !strings.HasPrefix(w.Text, "click wörd") {
		t.Errorf("text of %d octets: %.40q", len(w.Text), w.Text)
	}
	if len(w.Before) > maxBefore || !strings.HasSuffix(strings.TrimSpace(w.Before), "to leave") {
		t.Errorf("%d octets before: %q", len(w.Before), w.Before)
	}
	if len(w.After) > maxAfter || !strings.HasPrefix(strings.TrimSpace(w.After), "now wörd") {
		t.Errorf("%d octets after: %q", len(w.After), w.After)
	}
}

// Whatever stands between them, each link has its own text and no other's.
func TestTextsBelongToTheirLinks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		between := rapid.SampledFrom([]string{"", " ", "<p>", "</td><td>", "<!-- x -->", "<!-- x", "<b>", "<style>a{}</style>",
			"<img src=x alt=y>", "&amp;", "<br/>", "<![endif]-->", "<!--[if mso]>"})
		n := rapid.IntRange(1, 8).Draw(t, "links")
		var b strings.Builder
		for i := range n {
			b.WriteString(between.Draw(t, "between"))
			fmt.Fprintf(&b, `<a href="https://a.example/%d">link%d</a>`, i, i)
		}
		refs := reference.HTML([]byte(b.String()))
		words := Texts([]byte(b.String()), refs)
		for i, r := range refs {
			if r.Kind != reference.Link {
				continue
			}
			want := "link" + strings.TrimPrefix(r.URL, "https://a.example/")
			if words[i].Text != want {
				t.Fatalf("%s shows %q in %s", r.URL, words[i].Text, b.String())
			}
		}
	})
}

// FuzzTexts holds that any text, and any places of references in it, give bounded
// words and no panic.
func FuzzTexts(f *testing.F) {
	f.Add([]byte(`<a href="https://a.example/1">click here</a> to unsubscribe`), 0, 29)
	f.Add([]byte("<!-- <a href=x>y</a>"), 5, 15)
	f.Add([]byte(`<a href='x" title=>"`), 0, 3)
	f.Add([]byte("<style><a href=x></style>"), 7, 17)
	f.Add([]byte("\xff\xfe<a\x00 alt="), 2, 9)
	m := load(f)
	f.Fuzz(func(t *testing.T, text []byte, start, end int) {
		check := func(refs []reference.Reference) {
			words := Texts(text, refs)
			if len(words) != len(refs) {
				t.Fatalf("%d words for %d references", len(words), len(refs))
			}
			for i, w := range words {
				if len(w.Text) > maxText || len(w.Before) > maxBefore || len(w.After) > maxAfter {
					t.Fatalf("%+v", w)
				}
				m.Match(Link{Words: w, URL: refs[i].URL})
			}
		}
		check(reference.HTML(text))
		if start >= 0 && start <= end && end <= len(text) {
			check([]reference.Reference{{Kind: reference.Link, Tag: reference.Span{Start: start, End: end}},
				{Kind: reference.Link, Tag: reference.Span{Start: start, End: end}}, {Kind: reference.Link}})
		}
	})
}

// BenchmarkTexts reads what stands at the links of a long newsletter; the time for
// each octet stays the same for what is made to be slow.
func BenchmarkTexts(b *testing.B) {
	for name, text := range map[string]string{
		"newsletter": strings.Repeat(`<tr><td style="color:#333"><p>Some words of a story.</p><a href="https://a.example/x">Read more</a></td></tr>`, 400),
		"comments":   strings.Repeat(`<!-- <a href="https://a.example/x">`, 2000),
		"quotes":     strings.Repeat(`<a href="https://a.example/x" title="`, 2000),
		"signs":      strings.Repeat("<", 60000),
		"endings":    strings.Repeat("</", 30000),
		"quotes too": strings.Repeat(`<p a='>`, 10000),
		"styles":     strings.Repeat("<style>", 10000),
		"words":      strings.Repeat("a b ", 15000),
	} {
		view := []byte(text + `<a href="https://a.example/x">here</a>`)
		refs := reference.HTML(view)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(view)))
			b.ReportAllocs()
			for b.Loop() {
				Texts(view, refs)
			}
		})
	}
}
