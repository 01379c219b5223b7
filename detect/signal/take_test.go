package signal_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/signal"
)

func ExampleTake() {
	p, _ := signal.Take("https://links.shop.example/open/01K9NHEM85S7CC91N7WKNYFY2X?utm_source=news&user=anna")
	for _, t := range p.Tokens {
		fmt.Println(t.Where, t.Kind, t.Strength, t.Asked)
	}
	fmt.Println(p.Counter, p.Opener)
	// Output:
	// path random 3 false
	// query random 1 true
	// true true
}

// tokens returns what is found, as "place kind strength", with "!" where a name
// asks for people.
func tokens(t *testing.T, url string) []string {
	t.Helper()
	p, ok := signal.Take(url)
	if !ok {
		t.Fatalf("%s is no address", url)
	}
	var out []string
	for _, k := range p.Tokens {
		s := fmt.Sprintf("%s %s %d", k.Where, k.Kind, k.Strength)
		if k.Asked {
			s += "!"
		}
		out = append(out, s)
	}
	return out
}

func TestTake(t *testing.T) {
	const hex = "7f3a9c2e51d84b06a1c2"
	for _, tt := range []struct {
		name, url string
		want      []string
	}{
		{"nothing", "https://shop.example/img/header.png", nil},
		{"in the path", "https://shop.example/o/" + hex, []string{"path hex 3"}},
		{"in a file's name", "https://shop.example/o/" + hex + ".gif", []string{"path hex 3"}},
		{"before several extensions", "https://shop.example/a/" + hex + ".gif.slim.gif", []string{"path hex 3"}},
		{"in a parameter", "https://shop.example/p?x=" + hex, []string{"query hex 3"}},
		{"in a parameter for people", "https://shop.example/p?uid=" + hex, []string{"query hex 3!"}},
		{"a parameter named after people", "https://shop.example/p?loyalty_No=83721", []string{"query number 1!"}},
		{"a parameter named after things", "https://shop.example/p?color_no=83721", []string{"query number 1"}},
		{"a short number for people", "https://shop.example/p?uid=837", []string{"query number 1!"}},
		{"a word for people", "https://shop.example/p?user=anna", []string{"query random 1!"}},
		{"no word for people", "https://shop.example/p?user=true", nil},
		{"perhaps for people", "https://shop.example/p?e=837", nil},
		{"perhaps for people, at a counter", "https://click.shop.example/p?e=837", []string{"query number 1!"}},
		{"a query without a name", "https://shop.example/p?" + hex, []string{"query hex 3"}},
		{"as a name", "https://shop.example/p?" + hex + "=1", []string{"query hex 3"}},
		{"after a semicolon", "https://shop.example/p?a=1;x=" + hex, []string{"query hex 3"}},
		{"in the host", "https://" + hex + ".t.shop.example/", []string{"host hex 3"}},
		{"as the registered name", "https://x7f3a9c2e51d84b06a1c2.com/", nil},
		{"as the user", "https://" + hex + "@shop.example/", []string{"user-info hex 3!"}},
		{"in the fragment", "https://shop.example/p#" + hex, []string{"fragment hex 3"}},
		{"escaped", "https://shop.example/o/%37%66%33%61%39%63%32%65%35%31%64%38%34%62%30%36", []string{"path hex 3"}},
		{"escaped twice", "https://shop.example/o/%2537%2566%2533%2561%2539%2563%2532%2565%2535%2531%2564%2538%2534%2562%2530%2536", []string{"path hex 3"}},
		{"somebody's address", "https://shop.example/anna%40example.org", []string{"path address 3"}},
		{"somebody's address in base64", "https://shop.example/o/YW5uYUBleGFtcGxlLm9yZw.png", []string{"path address 3"}},
		{"somebody's address in a record", "https://shop.example/o?r=eyJtYWlsIjoiYW5uYUBleGFtcGxlLm9yZyJ9", []string{"query address 3!"}},
		{"the mailing", "https://shop.example/p?utm_id=" + hex + "&campaign=" + hex, nil},
		{"how a picture is to look", "https://shop.example/a.png?w=600&h=300&itok=aSfkLwI7v", nil},
		{"what is no quality", "https://shop.example/c?q=17-agrtnIXceK4IaDZZIy4FChI4", []string{"query random 3"}},
		{"what a store is to do", "https://shop.example/a.png?imageView2/2/w/500/" + hex, nil},
		{"where it leads", "https://shop.example/r?url=https%3A%2F%2Fb.example%2F" + hex, nil},
		{"who is led on", "https://shop.example/r?url=https%3A%2F%2Fb.example%2Fa%3Femail%3Danna%40example.org", []string{"query address 3!"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tokens(t, tt.url); !slices.Equal(got, tt.want) {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
	if _, ok := signal.Take("mailto:a@b.example"); ok {
		t.Error("a mailbox was taken apart")
	}
}

func TestParts(t *testing.T) {
	for _, tt := range []struct {
		name, url string
		is        func(*signal.Parts) bool
		want      bool
	}{
		{"a picture", "https://a.example/x.PNG", (*signal.Parts).Picture, true},
		{"a page", "https://a.example/x.php", (*signal.Parts).Picture, false},
		{"a file", "https://a.example/x.pdf", (*signal.Parts).Filed, true},
		{"a name by people", "https://a.example/fy26-footer-3.png", (*signal.Parts).NamedByPeople, true},
		{"a name by a machine", "https://a.example/7f3a9c2e51d84b06.png", (*signal.Parts).NamedByPeople, false},
		{"a code", "https://a.example/6pmEG", (*signal.Parts).NamedByPeople, false},
		{"a store by label", "https://cdn2.a.example/x", (*signal.Parts).Stored, true},
		{"a store by a piece of a label", "https://brand-res.a.example/x", (*signal.Parts).Stored, true},
		{"a store by domain", "https://b.s3.amazonaws.com/x", (*signal.Parts).Stored, true},
		{"no store", "https://www.a.example/cdn/x", (*signal.Parts).Stored, false},
		{"computed", "https://api.a.example/x", (*signal.Parts).Computed, true},
		{"not computed", "https://www.a.example/x", (*signal.Parts).Computed, false},
		{"a place of things", "https://www.youtube.com/watch", (*signal.Parts).Things, true},
		{"no place of things", "https://www.a.example/watch", (*signal.Parts).Things, false},
		{"a title", "https://a.example/why-we-moved-here/x", func(p *signal.Parts) bool { return p.Slug }, true},
		{"no title", "https://a.example/EmG7nSN4I0eka0QA8ZvdOjY/x", func(p *signal.Parts) bool { return p.Slug }, false},
		{"another address inside", "https://a.example/r?u=https%3A%2F%2Fb.example", func(p *signal.Parts) bool { return p.Nested }, true},
		{"another address in the path", "https://a.example/r/b.example%2Fsale/1", func(p *signal.Parts) bool { return p.Nested }, true},
		{"a counter by host", "https://click.a.example/x", func(p *signal.Parts) bool { return p.Counter }, true},
		{"a counter by path", "https://a.example/track/x", func(p *signal.Parts) bool { return p.Counter }, true},
		{"no counter", "https://a.example/songs/x", func(p *signal.Parts) bool { return p.Counter || p.Opener }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, ok := signal.Take(tt.url)
			if !ok || tt.is(&p) != tt.want {
				t.Errorf("%+v", p)
			}
		})
	}
}

// An address as long as it likes takes no longer than the first 4 KiB of it.
func TestTakeLong(t *testing.T) {
	p, ok := signal.Take("https://a.example/" + strings.Repeat("a1B2c3/", 1<<18) + "?" + strings.Repeat("x=a1B2c3D4&", 1<<18))
	if !ok || len(p.Tokens) > 24 {
		t.Errorf("%d tokens", len(p.Tokens))
	}
}

// refs makes references of addresses; a kind goes before each.
func refs(list ...string) []reference.Reference {
	var out []reference.Reference
	for i := 0; i < len(list); i += 2 {
		out = append(out, reference.Reference{Kind: reference.Kind(list[i]), URL: list[i+1], Remote: true})
	}
	return out
}

func TestSurvey(t *testing.T) {
	const token, other, third = "7f3a9c2e51d84b06a1c2", "0a1b2c3d4e5f60718293", "99887766554433aabbcc"
	m := signal.Survey(refs(
		"pixel", "https://t.example/o/"+token,
		"link", "https://t.example/c/"+token+"/1",
		"link", "https://t.example/c/"+token+"/2",
		"link", "https://t.example/c/"+token+"/2",
		"link", "https://t.example/r?id=3251:7552100",
		"link", "https://t.example/r?id=3252:7552100",
		"image", "https://i.example/"+other+".png",
		"image", "https://i.example/"+third+".png",
		"base", "https://i.example/",
	))
	look := func(url string) (*signal.Parts, *signal.Token) {
		p := m.Parts(url)
		return p, &p.Tokens[0]
	}
	p, of := look("https://t.example/o/" + token)
	if u := m.Uses(of); u != (signal.Uses{Links: 2, Pixels: 1}) {
		t.Errorf("%+v", u)
	}
	if m.LikeLinks(p, of) != true || m.Siblings(p, of) != 0 {
		t.Errorf("like links %v, %d siblings", m.LikeLinks(p, of), m.Siblings(p, of))
	}
	if p, of := look("https://i.example/" + other + ".png"); m.Siblings(p, of) != 2 || m.LikeLinks(p, of) {
		t.Errorf("%d siblings", m.Siblings(p, of))
	}
	if _, of := look("https://t.example/r?id=3253:7552100"); m.PieceUses(of).Links != 2 {
		t.Errorf("%+v", m.PieceUses(of))
	}
	if m.Loads("i.example") != 2 || m.Loads("t.example") != 1 {
		t.Errorf("%d, %d", m.Loads("i.example"), m.Loads("t.example"))
	}
	var none *signal.Mail
	if p := none.Parts("https://t.example/o/" + token); none.Uses(&p.Tokens[0]) != (signal.Uses{}) || none.Siblings(p, &p.Tokens[0]) != 0 || none.LikeLinks(p, &p.Tokens[0]) || none.Loads("x") != 0 {
		t.Error("no mail knows something")
	}
}
