package signal_test

import (
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/signal"
)

func TestIsUnfilled(t *testing.T) {
	for _, s := range []string{"undefined", "NULL", "{{ contact.id }}", "*|UNIQID|*", "%%subscriberid%%", "${user}", "0"} {
		if !signal.IsUnfilled(s) {
			t.Errorf("%q is filled", s)
		}
	}
	for _, s := range []string{"", "7f3a9c2e51", "{{", "undefinedly", "anna", "00"} {
		if signal.IsUnfilled(s) {
			t.Errorf("%q is not", s)
		}
	}
}

// What a mail says of its own delivery is kept up to a limit, and short texts are
// not looked for in it.
func TestDelivered(t *testing.T) {
	m := signal.Survey([]reference.Reference{{Kind: reference.Link, Remote: true,
		URL: "https://shop.example/unsubscribe/9k2LmQx7Tz"}})
	m.Note("bounce-25ac7fb2-12345678@shop.example")
	for text, want := range map[string]bool{"25ac7fb2": true, "9k2LmQx7Tz": true, "12345678": true, "12345": false, "ac7fb2": false, "nothing0": false} {
		kind := signal.Hex
		if strings.Trim(text, "0123456789") == "" {
			kind = signal.Number
		}
		if got := m.Delivered(&signal.Token{Text: text, Kind: kind}); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	for range 10 {
		m.Note(strings.Repeat("x", 1<<20))
	}
	m.Note("7f3a9c2e51d84b06")
	if m.Delivered(&signal.Token{Text: "7f3a9c2e51d84b06"}) {
		t.Error("it is kept without a limit")
	}
	var none *signal.Mail
	if none.Delivered(&signal.Token{Text: "25ac7fb2"}) || none.Ways("shop.example") != 0 {
		t.Error("no mail says something")
	}
}

// Numbers behind the names of hosts part one store: pictures of "img1" and "img2" are
// named by the same people.
func TestNumberedHosts(t *testing.T) {
	urls := []string{"https://img1.uf.shop.example/image/1978911D4CBE814F438B03", "https://img27.uf.shop.example/image/2078911D4CBE814F44696F",
		"https://pics.shop.example/image/3078911D4CBE814F44696A"}
	var refs []reference.Reference
	for _, u := range urls {
		refs = append(refs, reference.Reference{Kind: reference.Image, Remote: true, URL: u})
	}
	m := signal.Survey(refs)
	for i, want := range []int{2, 2, 1} {
		p := m.Parts(urls[i])
		if got := m.Siblings(p, &p.Tokens[0]); got != want {
			t.Errorf("%s has %d siblings, want %d", urls[i], got, want)
		}
	}
}

// What counts links and rewrites pictures puts the reader's name behind a mark.
func TestLinkPieces(t *testing.T) {
	refs := []reference.Reference{{Kind: reference.Link, Remote: true, URL: "https://c.shop.example/view.do?r=fqrysrynybg"}}
	m := signal.Survey(refs)
	for url, want := range map[string]int{
		"https://c.shop.example/xjjngcrsglytcpyntppjj~fqrysrynybg.gif": 1,
		"https://c.shop.example/xjjngcrsglytcpyntppjj~qwrtzpsdfgh.gif": 0,
		"https://c.shop.example/xjjngcrsglytcpyntppjj-fqrysrynybg.gif": 0,
	} {
		p, _ := signal.Take(url)
		if got := m.LinkPieces(&p.Tokens[0]); got != want {
			t.Errorf("%s: %d, want %d", url, got, want)
		}
	}
	var none *signal.Mail
	if none.LinkPieces(&signal.Token{Text: "fqrysrynybg~fqrysrynybg"}) != 0 {
		t.Error("no mail says something")
	}
}

// A message that an address leads to is one that is shown there; a message that
// a counter asks for is the mail.
func TestMessageWithin(t *testing.T) {
	for url, want := range map[string]bool{
		"https://c.shop.example/count?message_id=2646161":                                           true,
		"https://c.shop.example/count?url=https://www.shop.example/board?page=3&MESSAGE_ID=2646161": false,
		"https://c.shop.example/count?url=https%3A%2F%2Fwww.shop.example%2F&message_id=2646161":     true,
		"https://c.shop.example/count?url=https://www.shop.example/board?page=3&uid=2646161":        true,
	} {
		p, _ := signal.Take(url)
		asked := false
		for _, tok := range p.Tokens {
			asked = asked || tok.Asked
		}
		if asked != want {
			t.Errorf("%s: named after a reader %v, want %v", url, asked, want)
		}
	}
}

// A store has pictures of several sorts: those of one place are siblings whatever
// they end in, alike if they end alike.
func TestSiblingsOfSorts(t *testing.T) {
	urls := []string{"https://a.shop.example/upload_img/11112222-3333-4444-5555-666677778888.gif",
		"https://a.shop.example/upload_img/21112222-3333-4444-5555-666677778888.png",
		"https://a.shop.example/upload_img/31112222-3333-4444-5555-666677778888.jpg;maxHeight=640;maxWidth=400"}
	var refs []reference.Reference
	for _, u := range urls {
		refs = append(refs, reference.Reference{Kind: reference.Image, Remote: true, URL: u})
	}
	m := signal.Survey(refs)
	for _, u := range urls {
		p := m.Parts(u)
		if len(p.Tokens) != 1 || m.Siblings(p, &p.Tokens[0]) != 3 || m.Alike(p, &p.Tokens[0]) != 1 || !p.Shelf {
			t.Errorf("%s: %+v", u, p)
		}
	}
	var none *signal.Mail
	if none.Alike(&signal.Parts{}, &signal.Token{}) != 0 {
		t.Error("no mail says something")
	}
}

// Parameters of a segment are no part of a file's name, but may name a reader.
func TestSegmentParameters(t *testing.T) {
	for url, want := range map[string]int{
		"https://a.shop.example/pic.jpg;maxHeight=640":                             0,
		"https://a.shop.example/pic.gif;uid=837":                                   1,
		"https://a.shop.example/pic.gif;7f3a9c2e51d84b06a1c2":                      1,
		"https://a.shop.example/pic.gif;jsessionid=7f3a9c2e51d84b06a1c27f3a9c2e51": 0,
	} {
		p, _ := signal.Take(url)
		if len(p.Tokens) != want || !p.Picture() {
			t.Errorf("%s: %+v", url, p.Tokens)
		}
	}
}
