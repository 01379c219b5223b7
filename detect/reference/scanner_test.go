package reference

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
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
var scraps = append(strings.Split(`<img src="http://a.example/1">|<img |src=|srcset="a.example 1x, //b.example/2 2x"|<a href='x'>text</a>|<!--|-->|--!>|<!--[if mso]>|<![endif]-->|<style>|</style>|<style|</sty|<script>|</script>|<title>|</title>|<textarea>|</textarea>|<noscript>|</noscript>|<svg>|<![CDATA[|]]>|<plaintext>|<xmp>|</xmp>|<base href="http://c.example/d/">|<td background=e.gif style="background:url(&quot;f.gif&quot;)">|url(|url("|@import "|@import url(http://d.example)|image-set(|\75 rl(|\|"|'|(|)|;|{|}|>|<|/|=| |`, "|"), "\n", "\r\n", "\x00", "&#104;", "\xff")

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
