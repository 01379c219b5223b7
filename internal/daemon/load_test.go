package daemon_test

import (
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
)

const coats = "http://img.shop.example/2026/winter/coats-and-boots.jpg"

// coatsTag shows a picture that is the same for everybody.
const coatsTag = `<img src="` + coats + `" width="600" height="300" alt="Coats">`

// show lets the pictures of a sender be seen.
func (h *house) show(sender string) {
	h.t.Helper()
	if _, err := h.client.ShowPictures(context.Background(), api.Picture{Sender: sender, Show: true}); err != nil {
		h.t.Fatal(err)
	}
}

// lastLoad returns the newest event of a load.
func (h *house) lastLoad() api.Event {
	h.t.Helper()
	list, err := h.client.Events(context.Background(), -1, 100)
	if err != nil {
		h.t.Fatal(err)
	}
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Kind == "load" {
			return list[i]
		}
	}
	h.t.Fatal("no load is an event")
	return api.Event{}
}

// An event names the verdict and the vendor of the address in the mail, also
// where that redirected to something else, held or not.
func TestEventNamesItsOwnAddress(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", coatsTag))
	h.tracker.leads = map[string]string{coats: pixelURL}
	h.start()
	mail := h.fetch(h.connect(anywhere), "INBOX")[0]
	h.show("shop.example")
	if asks := h.open(mail); len(asks) != 1 || asks[0] != coats {
		t.Errorf("the server was asked %v", asks)
	}
	if e := h.lastLoad(); e.Outcome != "held" || e.Verdict != "clean" || e.Vendor != "host:img.shop.example" || e.Host != "img.shop.example" {
		t.Errorf("event %+v", e)
	}
	h.tracker.leads = map[string]string{coats: "http://cdn.shop.example/coats.jpg"}
	h.open(mail)
	if e := h.lastLoad(); e.Outcome != "released" || e.Vendor != "host:img.shop.example" || e.Host != "img.shop.example cdn.shop.example" {
		t.Errorf("event %+v", e)
	}
}

// A held style sheet is an event with its verdict, though nobody decided on it.
func TestEventOfWhatIsNoPicture(t *testing.T) {
	const sheet = `<style>@import url("http://style.shop.example/2026/winter/newsletter-sheet.css");</style>`
	h := newHouse(t, mailFrom("shop.example", sheet))
	h.start()
	mail := h.fetch(h.connect(anywhere), "INBOX")[0]
	if asks := h.open(mail); asks != nil {
		t.Errorf("the server was asked %v", asks)
	}
	if e := h.lastLoad(); e.Outcome != "held" || e.Verdict == "" || e.Host != "style.shop.example" {
		t.Errorf("event %+v", e)
	}
}

// A granted picture is asked for once a day, however it is reached.
func TestGrantedPictureOnceADay(t *testing.T) {
	const tracked = `<img src="http://click.tracker.example/track/open.php?u=30400001&id=0123456789abcdef0123456789abcdef" width="300" height="200">`
	h := newHouse(t, mailFrom("shop.example", tracked))
	h.start()
	mail := h.fetch(h.connect(anywhere), "INBOX")[0]
	if asks := h.open(mail); asks != nil {
		t.Errorf("nothing is granted, and the tracker was asked %v", asks)
	}
	h.decide("granted", "shop.example")
	var asks []string
	for range 5 {
		asks = append(asks, h.open(mail)...)
	}
	if len(asks) != 1 {
		t.Errorf("five openings asked %v", asks)
	}
	h.decide("withdrawn", "shop.example")
	if asks := h.open(mail); asks != nil {
		t.Errorf("after the withdrawal the tracker was asked %v", asks)
	}
	if e := h.lastLoad(); e.Outcome != "held" {
		t.Errorf("event %+v: the copy was shown after the withdrawal", e)
	}
}

// A relative load without room of its own goes by the base element, and is
// decided on like any other.
func TestRelativeLoads(t *testing.T) {
	const base = "http://img.shop.example/2026/winter/coats/and/boots/"
	h := newHouse(t, mailFrom("shop.example", `<base href="`+base+`index.html"><img src="a.jpg" width="600" height="300" alt="Coats">`))
	h.start()
	mail := h.fetch(h.connect(anywhere), "INBOX")[0]
	found := regexp.MustCompile(`<base href="(` + regexp.QuoteMeta(h.daemon.Origin()) + `/[^"]*)"`).FindStringSubmatch(mail)
	if found == nil || !strings.Contains(mail, `src="a.jpg"`) {
		t.Fatalf("the base element does not lead here:\n%s", mail)
	}
	get := func(rest string) (int, []string) {
		t.Helper()
		resp, err := http.Get(strings.TrimRight(found[1], " ") + rest)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		return resp.StatusCode, h.tracker.take()
	}
	if status, asks := get("a.jpg"); status != http.StatusOK || asks != nil {
		t.Errorf("pictures are not shown: %d, asked %v", status, asks)
	}
	if e := h.lastLoad(); e.Outcome != "held" || e.Verdict != "clean" || e.Sender != "shop.example" || e.Host != "img.shop.example" {
		t.Errorf("event %+v", e)
	}
	h.show("shop.example")
	for _, c := range []struct {
		name, rest string
		status     int
		asks       string
	}{
		{"the base itself", "", http.StatusNotFound, ""},
		{"listed", "a.jpg", http.StatusOK, base + "a.jpg"},
		{"kept", "a.jpg", http.StatusOK, ""},
		{"not listed", "b/c.png", http.StatusOK, base + "b/c.png"},
		{"of the reader alone", "track/open.php?u=30400001&id=0123456789abcdef0123456789abcdef", http.StatusOK, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if status, asks := get(c.rest); status != c.status || strings.Join(asks, " ") != c.asks {
				t.Errorf("%d, asked %v", status, asks)
			}
		})
	}
	// Nothing is found behind a token that is no base element.
	h.deliver(mailFrom("shop.example", coatsTag))
	token := regexp.MustCompile(regexp.QuoteMeta(h.daemon.Origin()) + `/p/[A-Za-z0-9]{22}`).FindString(h.fetch(h.account(), "INBOX")[1])
	found[1] = token + "/"
	if status, asks := get("a.jpg"); status != http.StatusNotFound || asks != nil {
		t.Errorf("below a picture: %d, asked %v", status, asks)
	}
}

// account is the one connected account.
func (h *house) account() api.Account {
	h.t.Helper()
	list, err := h.client.Accounts(context.Background())
	if err != nil || len(list) != 1 {
		h.t.Fatal(list, err)
	}
	return list[0]
}
