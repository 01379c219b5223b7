package daemon_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/proxy"

	"github.com/unseen-mail/unseen/internal/api"
)

const shoes = "http://www.shop.example/shoes.jpg"

// asksBy asks for an address as a mail program does that the add-on told a way: with all
// that it would say to the host, and a cookie of theirs.
func (h *house) asksBy(way *api.AddOnWay, name, password, address string) (status int, said http.Header, err error) {
	h.t.Helper()
	d, err := proxy.SOCKS5("tcp", portAddr(way.Port), &proxy.Auth{User: name, Password: password}, proxy.Direct)
	if err != nil {
		h.t.Fatal(err)
	}
	through := &http.Transport{DialContext: d.(proxy.ContextDialer).DialContext, DisableKeepAlives: true}
	q, err := http.NewRequestWithContext(context.Background(), "GET", address, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	q.Header = http.Header{
		"Cookie": {"id=1"}, "Referer": {"imap://anna@mail.example/INBOX"}, "User-Agent": {"Thunderbird/153.7.0"},
		"Accept": {"image/avif,image/webp,*/*"}, "If-None-Match": {`"anna"`},
	}
	resp, err := through.RoundTrip(q)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body) // what it shows does not matter here
	return resp.StatusCode, resp.Header, nil
}

// A load that is released is asked for in the program's place: nothing of the program goes
// with it, and no cookie comes back. What is held, or is another address, or has no
// password, does not pass.
func TestAddOnWay(t *testing.T) {
	h := newHouse(t)
	h.start()
	hello, err := h.client.AddOnHello(t.Context())
	if err != nil || hello.Way == nil || hello.Way.Port == 0 || hello.Way.Password == "" {
		t.Fatalf("hello is %+v, %v", hello, err)
	}
	m := h.shows(inThunderbird, crlf(mailFrom("shop.example", pixel+`<img src="`+shoes+`" width="300" height="200"><a href="http://www.shop.example/page">us</a>`)))
	name := func(n int) string { return fmt.Sprintf("%d.%d", m.Plan, n) }
	numbers := map[string]int{}
	for _, l := range m.Loads {
		numbers[l.URL] = l.Number
	}
	secret := string(hello.Way.Password)
	for what, c := range map[string]struct {
		name, password, address string
		passes                  bool
	}{
		"without a password":      {name(numbers[shoes]), "", shoes, false},
		"a wrong password":        {name(numbers[shoes]), "guess", shoes, false},
		"no load":                 {"4711.0", secret, shoes, false},
		"no number":               {name(99), secret, shoes, false},
		"a number below":          {name(-1), secret, shoes, false},
		"no name of that form":    {name(numbers[shoes]) + " ", secret, shoes, false},
		"another load's address":  {name(numbers[shoes]), secret, pixelURL, false},
		"an address of nobody":    {name(numbers[shoes]), secret, "http://www.shop.example/other.jpg", false},
		"the address of the link": {name(numbers[shoes]), secret, "http://www.shop.example/page", false},
		"what is held":            {name(numbers[pixelURL]), secret, pixelURL, false},
	} {
		if _, said, err := h.asksBy(hello.Way, c.name, c.password, c.address); err == nil && said.Get("Set-Cookie") != "" {
			t.Errorf("%s: a cookie came back", what)
		}
		if asked := h.tracker.take(); len(asked) != 0 {
			t.Errorf("%s: asked were %q", what, asked)
		}
	}
	// The tracker writes down whether it was sent a cookie or a referrer.
	status, said, err := h.asksBy(hello.Way, name(numbers[shoes]), secret, shoes)
	if asked := h.tracker.take(); err != nil || status != http.StatusOK || said.Get("Set-Cookie") != "" || !slices.Equal(asked, []string{shoes}) {
		t.Errorf("a released load: %d, %v, %v; asked were %q", status, said, err, asked)
	}
	h.decide("granted", "shop.example")
	if _, _, err := h.asksBy(hello.Way, name(numbers[pixelURL]), secret, pixelURL); err != nil {
		t.Fatal(err)
	}
	if asked := h.tracker.take(); !slices.Equal(asked, []string{pixelURL}) {
		t.Errorf("after a yes, asked were %q", asked)
	}
	if st, err := h.client.Status(t.Context()); err != nil || st.Today.Held != 1 || st.Today.Released != 2 {
		t.Errorf("counted %+v, %v", st.Today, err)
	}
	h.decide("withdrawn", "shop.example")
	other := h.shows(inThunderbird, crlf(strings.Replace(mailFrom("shop.example", pixel), "Subject: ", "Subject: Once more: ", 1)))
	for _, one := range []string{name(numbers[pixelURL]), fmt.Sprintf("%d.%d", other.Plan, other.Loads[0].Number)} {
		if _, _, err := h.asksBy(hello.Way, one, secret, pixelURL); err != nil {
			t.Fatal(err)
		}
	}
	if asked := h.tracker.take(); len(asked) != 0 {
		t.Errorf("after the withdrawal, asked were %q", asked)
	}
}

// What the way asks for says nothing of the program; a redirect is decided on at each
// hop, and one that the program follows itself counts only if it was asked about.
func TestAddOnWayHops(t *testing.T) {
	h := newHouse(t)
	h.start()
	hello, err := h.client.AddOnHello(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const moved, cdn = "https://www.shop.example/hat.jpg", "http://cdn.shop.example/hat.jpg"
	m := h.shows(inThunderbird, crlf(mailFrom("shop.example", `<img src="`+shoes+`" width="300" height="200"><img src="`+moved+`" width="300" height="200">`)))
	h.tracker.mu.Lock()
	h.tracker.leads = map[string]string{shoes: pixelURL}
	h.tracker.mu.Unlock()
	secret := string(hello.Way.Password)
	first, second := fmt.Sprintf("%d.%d", m.Plan, m.Loads[0].Number), fmt.Sprintf("%d.%d", m.Plan, m.Loads[1].Number)
	if status, _, err := h.asksBy(hello.Way, first, secret, shoes); err != nil || status != http.StatusOK {
		t.Errorf("a picture that leads to a tracker: %d, %v", status, err)
	}
	if asked := h.tracker.take(); !slices.Equal(asked, []string{shoes}) {
		t.Errorf("of a picture that leads to a tracker, asked were %q", asked)
	}
	if status, _, err := h.asksBy(hello.Way, second, secret, cdn); err != nil || status != http.StatusForbidden {
		t.Errorf("a hop that nobody asked about: %d, %v", status, err)
	}
	for address, want := range map[string]bool{cdn: true, pixelURL: false} {
		got, err := h.client.AddOnHop(context.Background(), api.AddOnHop{Plan: m.Plan, Number: m.Loads[1].Number, URL: address})
		if err != nil || got.Release != want {
			t.Fatalf("%s: %+v, %v", address, got, err)
		}
	}
	for _, address := range []string{pixelURL, cdn + "?more=1"} {
		if status, _, err := h.asksBy(hello.Way, second, secret, address); err != nil || status != http.StatusForbidden {
			t.Errorf("%s: %d, %v", address, status, err)
		}
	}
	if asked := h.tracker.take(); len(asked) != 0 {
		t.Errorf("of what was not released, asked were %q", asked)
	}
	if status, _, err := h.asksBy(hello.Way, second, secret, cdn); err != nil || status != http.StatusOK {
		t.Errorf("a hop that was asked about: %d, %v", status, err)
	}
	if asked := h.tracker.take(); !slices.Equal(asked, []string{cdn}) {
		t.Errorf("asked were %q", asked)
	}
}
