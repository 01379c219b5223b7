package reference

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
	"pgregory.net/rapid"
)

// inPieces reads a text in pieces: as often as sizes says, a number of octets
// is added to what the scanner has not yet dealt with.
func inPieces(mediaType string, text []byte, size func() int) []Reference {
	s := NewScanner(mediaType, "http://base.example/")
	var all []Reference
	for at, end := 0, 0; at < len(text) || end == 0; {
		end = min(len(text), end+size())
		refs, done := s.Scan(text[at:end], end < len(text))
		for _, r := range refs {
			r.Slot = Span{r.Slot.Start + at, r.Slot.End + at}
			r.Tag = Span{r.Tag.Start + at, r.Tag.End + at}
			all = append(all, r)
		}
		at += done
		if end == len(text) {
			break
		}
	}
	return all
}

// scraps are what random texts are made of.
var scraps = append(strings.Split(`<img src="http://a.example/1">|<img |src=|srcset="a.example 1x, //b.example/2 2x"|<a href='x'>text</a>|<!--|-->|--!>|<!--[if mso]>|<![endif]-->|<style>|</style>|<style|</sty|<script>|</script>|<title>|</title>|<textarea>|</textarea>|<noscript>|</noscript>|<svg>|<![CDATA[|]]>|<plaintext>|<xmp>|</xmp>|<base href="http://c.example/d/">|<td background=e.gif style="background:url(&quot;f.gif&quot;)">|url(|url("|@import "|@import url(http://d.example)|image-set(|\75 rl(|\|"|'|(|)|;|{|}|>|<|/|=| |<link rel=stylesheet href="|<svg><style>|@import/*|*/|@import |//a.example/x;|{--u:"http://a.example/"}|<set to="|<rect mask="url(|<iframe srcdoc="|data:text/css,|<g>|&quot|image-set("`, "|"), "\n", "\r\n", "\x00", "&#104;", "\xff")

func scrapText(t *rapid.T) []byte {
	parts := rapid.SliceOfN(rapid.SampledFrom(scraps), 0, 40).Draw(t, "scraps")
	return []byte(strings.Join(parts, ""))
}

// TestPieces checks that what is found does not depend on how a text is cut.
func TestPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := scrapText(t)
		media := rapid.SampledFrom([]string{"text/html", "text/css"}).Draw(t, "media")
		want := inPieces(media, text, func() int { return max(1, len(text)) })
		got := inPieces(media, text, func() int { return rapid.IntRange(1, 20).Draw(t, "size") })
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%q\n in pieces %+v\n whole %+v", text, got, want)
		}
	})
}

// TestPiecesLong does the same with a text beyond what a tag may be long.
func TestPiecesLong(t *testing.T) {
	var b bytes.Buffer
	random := rand.New(rand.NewPCG(1, 2))
	for i := 0; b.Len() < 3<<20; i++ {
		fmt.Fprintf(&b, "<p>%d<img src='http://a.example/%d' style=\"background:url(http://b.example/%d)\">", i, i, i)
	}
	long := append([]byte("<style>"), bytes.Repeat([]byte("p{background:url(http://c.example/)} "), 60_000)...)
	text := append(append(b.Bytes(), long...), "</style><img src=http://d.example/>"...)
	want := inPieces("text/html", text, func() int { return len(text) })
	got := inPieces("text/html", text, func() int { return 1<<20 + random.IntN(1<<20) })
	if len(want) < 60_000 || !reflect.DeepEqual(got, want) {
		t.Fatalf("%d references in pieces, %d whole", len(got), len(want))
	}
}

// FuzzHTML checks that spans lie in the text and in order, and that no load is
// missed that the standard's own parser, with or without scripts, sees.
func FuzzHTML(f *testing.F) {
	for _, s := range scraps {
		f.Add([]byte(s + `<img src="http://a.example/">`))
	}
	for unit := range hostile {
		f.Add([]byte(strings.Repeat(hostile[unit], 5)))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		refs := HTML(text)
		sane(t, text, refs)
		for _, scripts := range []bool{false, true} {
			missed(t, text, refs, scripts)
		}
	})
}

// TestHTMLAgainstParser is FuzzHTML on texts made of scraps.
func TestHTMLAgainstParser(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := scrapText(rt)
		refs := HTML(text)
		sane(t, text, refs)
		missed(t, text, refs, false)
	})
}

func sane(t testing.TB, text []byte, refs []Reference) {
	t.Helper()
	last := 0
	for i, r := range refs {
		switch {
		case r.Ordinal != i:
			t.Fatalf("%q: ordinal %d at %d", text, r.Ordinal, i)
		case r.Slot.Start < last || r.Slot.End < r.Slot.Start || r.Slot.End > len(text):
			t.Fatalf("%q: slot %v after %d", text, r.Slot, last)
		case r.Tag.Start > r.Slot.Start || r.Tag.End < r.Slot.End || r.Tag.End > len(text):
			t.Fatalf("%q: slot %v outside of tag %v", text, r.Slot, r.Tag)
		}
		last = r.Slot.Start
	}
}

// missed fails if the parser sees a picture from another machine whose host is
// in no remote reference.
func missed(t testing.TB, text []byte, refs []Reference, scripts bool) {
	t.Helper()
	doc, err := html.ParseWithOptions(bytes.NewReader(text), html.ParseOptionEnableScripting(scripts))
	if err != nil || !utf8.Valid(text) {
		return // too deep, or the same octets are written in other ways
	}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		for _, a := range n.Attr {
			if n.Type != html.ElementNode || n.Data != "img" || a.Key != "src" || !strings.HasPrefix(a.Val, "http://") {
				continue
			}
			want, found := locate(clean([]byte(a.Val)), ""), false
			for _, r := range refs {
				found = found || r.Remote && r.URL == want.url
			}
			if !found && want.remote {
				t.Fatalf("%q: %q is missed (scripts: %v)\n%+v", text, a.Val, scripts, refs)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
}

// FuzzCSS checks that spans lie in the text and that pieces find the same.
func FuzzCSS(f *testing.F) {
	for _, s := range scraps {
		f.Add([]byte(s+"p{background:url(http://a.example/)}"), 3)
	}
	f.Fuzz(func(t *testing.T, text []byte, size int) {
		refs := CSS(text)
		for _, r := range refs {
			if r.Slot.Start < 0 || r.Slot.End < r.Slot.Start || r.Slot.End > len(text) || r.Tag.Start > r.Slot.Start || r.Tag.End < r.Slot.End {
				t.Fatalf("%q: slot %v in token %v", text, r.Slot, r.Tag)
			}
		}
		size = 1 + (size&0xff+0xff)%0xff
		if pieces := inPieces("text/css", text, func() int { return size }); len(pieces) != len(refs) {
			t.Fatalf("%q: %d references in pieces of %d, %d whole", text, len(pieces), size, len(refs))
		}
	})
}

// TestCorpus checks real mail, if there is any: the corpus is no part of the
// repository.
func TestCorpus(t *testing.T) {
	names, _ := filepath.Glob("../../../shared/mail/real/*.eml")
	if len(names) == 0 {
		if os.Getenv("UNSEEN_STRICT") == "1" {
			t.Fatal("no mail corpus at ../shared/mail")
		}
		t.Skip("no mail corpus at ../shared/mail")
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		// A message read as if it were HTML is as strange as any.
		sane(t, raw, HTML(raw))
	}
}

// FuzzRead checks that a text is read in the end, in order, and the same again,
// and that a reading knows at least the loads that a single scan finds.
func FuzzRead(f *testing.F) {
	for _, s := range scraps {
		f.Add([]byte("<svg><style>"+s+"</style>"), "http://base.example/")
		f.Add([]byte(`<iframe srcdoc="`+s+`">`), "")
	}
	for _, unit := range hostile {
		f.Add([]byte(strings.Repeat(unit, 3)), "")
	}
	f.Fuzz(func(t *testing.T, text []byte, base string) {
		for _, mediaType := range []string{"text/html", "image/svg+xml", "text/css"} {
			r := Read(mediaType, base, text)
			sane(t, text, r.References)
			if again := Read(mediaType, base, text); !reflect.DeepEqual(r, again) {
				t.Fatalf("%q: read twice, %+v and %+v", text, r, again)
			}
			once, _ := NewScanner(mediaType, base).Scan(text, false)
			for i := range once {
				if once[i].remoteLoad() && !covered(once[i], r.References) {
					t.Fatalf("%q: a scan finds %+v, a reading %+v", text, once[i], r.References)
				}
			}
		}
	})
}

// covered says whether a reference stands in one of others that is a load.
func covered(r Reference, others []Reference) bool {
	for i := range others {
		o := &others[i]
		if o.remoteLoad() && o.Slot.Start <= r.Slot.Start && o.Slot.End >= r.Slot.End {
			return true
		}
	}
	return false
}

// cssScraps are what random style sheets are made of.
var cssScraps = append(strings.Split(`@import|@\69mport|/*|*/|/*/|url(|\75 rl(|\000075\72 l(|src(|image-set(|http://a.example/|//b.example/|p.gif|"|'|(|)|;|{|}|\|\\|@font-face|<img src="http://a.example/1">|,|x`, "|"),
	" ", "\n", "\r\n", "\t", "\x00", "\xff")

func sheetText(t *rapid.T) []byte {
	parts := rapid.SliceOfN(rapid.SampledFrom(cssScraps), 0, 30).Draw(t, "scraps")
	return []byte(strings.Join(parts, ""))
}

// everyCut compares a text read in two pieces, cut at every octet, and octet by
// octet, with the text read as a whole.
func everyCut(t rapid.TB, mediaType string, text []byte) {
	t.Helper()
	want := inPieces(mediaType, text, func() int { return max(1, len(text)) })
	for cut := 0; cut < len(text); cut++ {
		sizes := []int{len(text), cut}
		if cut == 0 {
			sizes = nil
		}
		got := inPieces(mediaType, text, func() int {
			if len(sizes) == 0 {
				return 1
			}
			n := sizes[len(sizes)-1]
			sizes = sizes[:len(sizes)-1]
			return n
		})
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%q cut at %d\n in pieces %+v\n whole %+v", text, cut, got, want)
		}
	}
}

// TestSheetCuts checks that what is found in CSS does not depend on a cut.
func TestSheetCuts(t *testing.T) {
	for _, text := range []string{
		"@import/*<img src=\"http://a.example/1\">=src=@import/**/<img ]]>",
		`\{\75 rl(http://a.example/1)`,
		"@import url(\\75 rl(<img src=\"http://a.example/1\">",
		`p{background:url("http://a.example/1" )}`,
		`@import//a.example/1@import//a.example/2;`,
		`@import/*@import/*@import/*/"http://a.example/"/**/'http://b.example/'`,
	} {
		everyCut(t, "text/css", []byte(text))
	}
	rapid.Check(t, func(t *rapid.T) { everyCut(t, "text/css", sheetText(t)) })
}

// FuzzPieces checks that what is found does not depend on how a text is cut.
func FuzzPieces(f *testing.F) {
	for _, s := range slices.Concat(scraps, cssScraps) {
		f.Add([]byte("<style>"+s+`url("http://a.example/")</style><img src=x>`), 7)
		f.Add([]byte(s+`@import/*"*/"http://a.example/";`), 3)
	}
	f.Fuzz(func(t *testing.T, text []byte, size int) {
		size = 1 + (size&0xff+0xff)%0xff
		text = text[:min(len(text), 4096)] // by pieces of one octet, longer ones take their time
		for _, mediaType := range []string{"text/html", "image/svg+xml", "text/css"} {
			want := inPieces(mediaType, text, func() int { return max(1, len(text)) })
			if got := inPieces(mediaType, text, func() int { return size }); !reflect.DeepEqual(got, want) {
				t.Fatalf("%s %q in pieces of %d\n %+v\n whole %+v", mediaType, text, size, got, want)
			}
		}
	})
}
