package twin_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/twin"
)

// letters are the HTML texts of real mails, read once.
var letters = sync.OnceValues(func() ([]string, error) {
	names, err := filepath.Glob("../../../shared/mail/real/*.eml")
	if err != nil || len(names) == 0 {
		return nil, errors.Join(err, os.ErrNotExist)
	}
	var out []string
	for i := 0; i < len(names) && len(out) < 60; i += 17 {
		raw, err := os.ReadFile(names[i])
		if err != nil {
			return nil, err
		}
		for p := range message.Parse(raw).Leaves() {
			text := p.Decode(raw[p.Body.Start:p.Body.End], p.Body.Start).Bytes()
			if p.MediaType == "text/html" && len(text) > 2000 && len(text) < 200_000 && (p.Charset == "utf-8" || p.Charset == "") {
				out = append(out, string(text))
			}
		}
	}
	return out, nil
})

// A plant is an address that is put into each copy, and what must be found.
type plant struct {
	want twin.Result
	// urls are one for each copy.
	urls []string
}

// fresh draws an identifier.
func fresh(t *rapid.T, label string) string {
	return hex.EncodeToString(rapid.SliceOfN(rapid.Byte(), 10, 10).Draw(t, label))
}

// drawPlant makes an address for each of n recipients; person are their tokens.
func drawPlant(t *rapid.T, k int, person []string) plant {
	host := fmt.Sprintf("https://t%d.plant.example", k)
	shape := rapid.SampledFrom([]string{"path", "query", "bare", "host", "sealed", "number", "nested", "group", "word", "time", "same"}).Draw(t, "shape")
	p := plant{want: twin.Individual}
	link := fresh(t, "link")
	for i, token := range person {
		sealed := hex.EncodeToString([]byte(token + link))[:30] + token[:8]
		group := string(rune('a' + i%2))
		u := map[string]string{
			"path": host + "/o/" + token + "/open.gif", "query": host + "/o.gif?c=12&u=" + token,
			"bare": host + "/o.gif?" + token, "host": "https://" + token + ".plant.example/" + fmt.Sprint("o", k),
			"sealed": host + "/c/" + sealed, "number": fmt.Sprintf("%s/p?id=%d&x=%d", host, 75521007+977*i, k),
			"nested": host + "/r?to=https%3A%2F%2Fshop.example%2F%3Fid%3D" + token,
			"group":  host + "/hero-" + group + ".png", "word": host + "/" + []string{"red", "blue"}[i%2] + "-shoes.html",
			"time": fmt.Sprintf("%s/o.gif?ts=%d", host, 1767261600+i), "same": host + "/" + link + ".png",
		}[shape]
		p.urls = append(p.urls, u)
	}
	switch shape {
	case "group", "word", "time":
		p.want = twin.Variant
	case "same":
		p.want = twin.Aggregate
	}
	return p
}

// mailOf writes a mail around an HTML text.
func mailOf(who int, html string) []byte {
	return fmt.Appendf(nil, "From: Shop <news@shop.example>\r\nTo: reader%d@mail.example\r\nSubject: Spring is here\r\n"+
		"List-Id: <news.shop.example>\r\nDate: Thu, 01 Jan 2026 10:%02d:00 +0000\r\nMessage-ID: <%d@shop.example>\r\n"+
		"MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n%s", who, who, who, html)
}

// replaced puts the plants in the place of references of a text; which are the
// slots to take.
func replaced(html string, slots []reference.Span, plants []plant, i int) string {
	var out strings.Builder
	at := 0
	for k, s := range slots {
		out.WriteString(html[at:s.Start] + strings.ReplaceAll(plants[k].urls[i], "&", "&amp;"))
		at = s.End
	}
	return out.String() + html[at:]
}

// slotsOf returns quoted places of addresses in a text, none in another.
func slotsOf(html string) []reference.Span {
	var out []reference.Span
	end := 0
	for _, r := range reference.HTML([]byte(html)) {
		if r.Remote && r.Quote != 0 && (r.Vector == reference.ImgSrc || r.Vector == reference.AnchorHref) && r.Slot.Start >= end {
			out = append(out, r.Slot)
			end = r.Slot.End
		}
	}
	return out
}

// blocks writes parts that each copy has in its own order, some left out: a
// picture for all and a link for each. It returns the links.
func blocks(t *rapid.T, pictures []string, person string) (html string, links, shown []string) {
	order := rapid.Permutation(indexes(len(pictures))).Draw(t, "order")
	var out strings.Builder
	for _, k := range order {
		// One stands in all: if each recipient got another picture and
		// nothing else of the form, there is no telling it from a token.
		if k > 0 && rapid.IntRange(0, 4).Draw(t, "drop") == 0 {
			continue
		}
		link := fmt.Sprintf("https://b.plant.example/c/%d/%s", 200300+k, person)
		fmt.Fprintf(&out, `<div><a href="%s"><img src="%s"></a></div>`, link, pictures[k])
		links, shown = append(links, link), append(shown, pictures[k])
	}
	return out.String(), links, shown
}

func indexes(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// TestPlanted plants tokens into copies of real mails, and finds exactly those.
func TestPlanted(t *testing.T) {
	texts, err := letters()
	if err != nil {
		missing(t, err)
	}
	rapid.Check(t, func(t *rapid.T) {
		html := rapid.SampledFrom(texts).Draw(t, "text")
		n := rapid.IntRange(2, 5).Draw(t, "recipients")
		var person []string
		for range n {
			person = append(person, fresh(t, "person"))
		}
		slots := slotsOf(html)
		if len(slots) > 0 {
			first := rapid.IntRange(0, len(slots)-1).Draw(t, "first")
			slots = slots[first:min(len(slots), first+rapid.IntRange(0, 8).Draw(t, "plants"))]
		}
		var plants []plant
		for k := range slots {
			plants = append(plants, drawPlant(t, k, person))
		}
		var pictures []string
		for range rapid.IntRange(0, 6).Draw(t, "blocks") {
			pictures = append(pictures, fmt.Sprintf("https://b.plant.example/img/%d.png", rapid.IntRange(1000000, 9999999).Draw(t, "picture")))
		}
		want := map[string]twin.Result{}
		var copies []twin.Copy
		have := map[string]int{}
		linked := map[string]bool{}
		for i := range n {
			body := replaced(html, slots, plants, i)
			more, links, shown := blocks(t, pictures, person[i])
			for _, u := range slices.Compact(slices.Sorted(slices.Values(shown))) {
				have[u]++
			}
			for _, u := range links {
				linked[u] = true
			}
			for _, p := range plants {
				want[p.urls[i]] = p.want
			}
			copies = append(copies, twin.Copy{Raw: mailOf(i, body+more)})
		}
		report, err := twin.Compare(copies)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range report.References {
			for _, p := range r.Places {
				check(t, r, p, want, have, linked, n)
			}
		}
	})
}

// check holds one place of one reference to what was planted there.
func check(t *rapid.T, r twin.Reference, p twin.Place, want map[string]twin.Result, have map[string]int, linked map[string]bool, n int) {
	planted, ok := want[p.URL]
	switch {
	case ok && planted == twin.Variant:
		if r.Result == twin.Individual || r.Result == twin.Aggregate {
			t.Fatalf("%s is %s: %v", p.URL, r.Result, r.Reasons)
		}
	case ok:
		if r.Result != planted {
			t.Fatalf("%s is %s, want %s: %v", p.URL, r.Result, planted, r.Reasons)
		}
	case linked[p.URL]:
		// One that nobody else has a like of cannot be known.
		if r.Result != twin.Individual && r.Result != twin.Unaligned {
			t.Fatalf("%s is %s: %v", p.URL, r.Result, r.Reasons)
		}
	case have[p.URL] == n || have[p.URL] == 0:
		if r.Result != twin.Aggregate {
			t.Fatalf("%s is %s: %v", p.URL, r.Result, r.Reasons)
		}
	case r.Result == twin.Aggregate || r.Result == twin.Individual || have[p.URL] > 1 && r.Result != twin.Variant:
		t.Fatalf("%s is %s: %v", p.URL, r.Result, r.Reasons)
	}
}
