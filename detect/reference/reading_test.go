package reference

import (
	"fmt"
	"strings"
	"testing"
)

// TestMerge checks which references of a second reading count.
func TestMerge(t *testing.T) {
	ref := func(kind Kind, remote bool, start, end int) Reference {
		return Reference{Kind: kind, Remote: remote, Slot: Span{start, end}}
	}
	load := func(start, end int) Reference { return ref(Image, true, start, end) }
	link := func(start, end int) Reference { return ref(Link, true, start, end) }
	local := func(start, end int) Reference { return ref(Image, false, start, end) }
	for _, c := range []struct {
		name          string
		first, second []Reference
		want          string
	}{
		{"apart", []Reference{load(10, 20)}, []Reference{load(30, 40), link(50, 60)}, "10-20 30-40 50-60"},
		{"the same", []Reference{load(10, 20)}, []Reference{load(10, 20)}, "10-20"},
		{"inside of a load", []Reference{load(10, 20)}, []Reference{load(12, 18)}, "10-20"},
		{"inside of a link", []Reference{link(10, 20)}, []Reference{load(12, 18)}, "10-20 12-18"},
		{"inside of a local one", []Reference{local(10, 20)}, []Reference{load(12, 18)}, "10-20 12-18"},
		{"inside of a load that is not the first", []Reference{link(5, 30), load(10, 20)}, []Reference{load(12, 18)}, "5-30 10-20"},
		{"across the end of a load", []Reference{load(10, 20)}, []Reference{load(15, 25)}, "10-20 15-25"},
		{"around a load", []Reference{load(10, 20)}, []Reference{load(5, 25)}, "5-25 10-20"},
		{"a link that touches", []Reference{local(10, 20)}, []Reference{link(20, 25), link(5, 10)}, "10-20"},
		{"a link apart", []Reference{local(10, 20)}, []Reference{link(21, 25), link(5, 9)}, "5-9 10-20 21-25"},
		{"not in order", []Reference{load(30, 40), load(10, 20)}, []Reference{load(45, 50), load(31, 32)}, "10-20 30-40 45-50"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, r := range merge(c.first, c.second) {
				got = append(got, fmt.Sprintf("%d-%d", r.Slot.Start, r.Slot.End))
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%v, want %s", got, c.want)
			}
		})
	}
}

// TestBases checks what relative addresses refer to when only one reading sees
// the base element, or sees it late.
func TestBases(t *testing.T) {
	const a, b = `<base href="http://a.example/">`, `<base href="http://b.example/">`
	for _, c := range []struct{ name, text, want string }{
		{"none", `<img src=o>`, ""},
		{"in front", a + `<img src=o>`, "http://a.example/o"},
		{"behind", `<img src=o>` + a, "http://a.example/o"},
		{"two", a + `<img src=o>` + b, "http://a.example/o"},
		{"local, then remote", `<base href="cid:x"><img src=o>` + a, "http://a.example/o"},
		{"by the second reading", `<svg><title>` + a + `</title></svg><img src=o>`, "http://a.example/o"},
		{"by the second reading, behind", `<img src=o><svg><title>` + a + `</title></svg>`, "http://a.example/o"},
		{"both readings differ", `<svg><title>` + a + `</title></svg><img src=o>` + b, "http://b.example/o"},
		{"behind many links", strings.Repeat("<a href=x>", maxOthers+1) + a + `<img src=o>`, "http://a.example/o"},
		{"behind many links and the load", `<img src=o>` + strings.Repeat("<a href=x>", maxOthers+1) + a, "http://a.example/o"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := addressesOf(HTML([]byte(c.text))); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// TestLooseValues checks that the second reading sees an address in quotes
// whatever else stands in them.
func TestLooseValues(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"plain", `<img src="http://a.example/">`, "http://a.example/"},
		{"with a tag inside", `<img src="http://a.example/<b>">`, "http://a.example/<b>"},
		{"with a load inside", `<img src="http://a.example/<img src='http://b.example/'>">`, "http://a.example/<img src='http://b.example/'>"},
		{"local, with a load inside", `<img src="cid:<img src='http://b.example/'>">`, "http://b.example/"},
		{"text with a load inside", `<img alt="<img src='http://b.example/'>">`, "http://b.example/"},
		{"not closed", `<img src="http://a.example/<b>`, "http://a.example/"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := addressesOf(HTML([]byte("<svg><title>" + c.text + "</title></svg>"))); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// TestUnsure checks what a [Scanner] says that it may have missed.
func TestUnsure(t *testing.T) {
	const base = `<base href="http://a.example/">`
	for _, c := range []struct {
		name, text string
		want       bool
	}{
		{"newsletter", `<html><style>p{font-family:"A"}</style><img src=http://a.example/>`, false},
		{"base in front", base + `<img src=o>`, false},
		{"base behind", `<img src=o>` + base, true},
		{"svg", `<svg><path d=M0></svg>`, false},
		{"style in an svg", `<svg><style>p{}</style></svg>`, true},
		{"cdata in an svg", `<svg><![CDATA[x]]></svg>`, true},
		{"image-set", `<style>p{a:image-set("o" 1x)}</style>`, false},
		{"image-set and a base", base + `<style>p{a:image-set("o" 1x)}</style>`, true},
		{"comment not closed", `<!-- x`, true},
		{"tag not closed", `<img src="x`, true},
		{"title not closed", `<title>x`, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := NewScanner("text/html", "")
			s.Scan([]byte(c.text), false)
			if got := s.Unsure(); got != c.want {
				t.Errorf("unsure: %v", got)
			}
		})
	}
}
