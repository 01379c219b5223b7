package daemon_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
)

// count is how often the tracker was asked so far.
func (t *tracker) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.asks)
}

// openAll asks for everything that a mail names on the gateway at once, and
// returns what is answered when it is.
func (h *house) openAll(mail string) (bodies func() []string) {
	h.t.Helper()
	found := regexp.MustCompile(regexp.QuoteMeta(h.daemon.Origin())+`/[A-Za-z0-9/_]+`).FindAllString(mail, -1)
	list := make([]string, len(found))
	var opened sync.WaitGroup
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for i, address := range found {
		opened.Go(func() {
			resp, err := client.Get(address)
			if err != nil {
				list[i] = err.Error()
				return
			}
			defer resp.Body.Close()
			body, _ := io.ReadAll(resp.Body)
			list[i] = string(body)
		})
	}
	return func() []string { opened.Wait(); return list }
}

// until waits until something is so.
func (h *house) until(what string, so func() bool) {
	h.t.Helper()
	for range 2000 {
		if so() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	h.t.Fatalf("never: %s", what)
}

// With fifty loads on their way, whatever takes the permission back asks nobody
// any more and shows nothing, from the moment that it is confirmed.
func TestWithdrawalCutsLoads(t *testing.T) {
	for _, c := range []struct {
		name string
		html func(i int) string
		give func(h *house)
		take func(h *house)
	}{
		{"pixels, by withdrawing", trackedTag, grant, func(h *house) { h.decide("withdrawn", "shop.example") }},
		{"pixels, by refusing", trackedTag, grant, func(h *house) { h.decide("refused", "shop.example") }},
		{"pixels, by forgetting", trackedTag, grant, func(h *house) {
			if _, err := h.client.Forget(context.Background(), api.ForgetRequest{Sender: "shop.example"}); err != nil {
				h.t.Fatal(err)
			}
		}},
		{"pixels, by one purpose of a page", trackedTag, grant, func(h *house) {
			_, err := h.client.Answer(context.Background(), api.Answer{Sender: "shop.example", No: []string{"performance"}, How: "page"})
			if err != nil {
				h.t.Fatal(err)
			}
		}},
		{"pictures, by hiding them", pictureTag, func(h *house) { h.show("shop.example") }, func(h *house) {
			if _, err := h.client.ShowPictures(context.Background(), api.Picture{Sender: "shop.example"}); err != nil {
				h.t.Fatal(err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var html strings.Builder
			for i := range 50 {
				html.WriteString(c.html(i))
			}
			h := newHouse(t, mailFrom("shop.example", html.String()))
			h.tracker.slow = make(chan struct{})
			h.start()
			mail := h.fetch(h.connect(anywhere), "INBOX")[0]
			c.give(h)
			bodies := h.openAll(mail)
			h.until("the tracker is asked", func() bool { return h.tracker.count() > 0 })
			c.take(h)
			asked := h.tracker.count()
			close(h.tracker.slow)
			all := bodies()
			if len(all) != 50 {
				t.Fatalf("%d loads in the mail", len(all))
			}
			for i, body := range all {
				if body == trackerGIF || !strings.HasPrefix(body, "GIF8") && !strings.HasPrefix(body, "\x89PNG") {
					t.Errorf("load %d was answered %.40q", i, body)
				}
			}
			if now := h.tracker.count(); now != asked {
				t.Errorf("%d asks after it was confirmed", now-asked)
			}
			if held := h.loadsHeld(); held != 50 {
				t.Errorf("%d loads held", held)
			}
		})
	}
}

// A level that is raised in config.toml acts on what is on its way.
func TestLevelCutsLoads(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", trackedTag(1)))
	h.tracker.slow = make(chan struct{})
	h.start()
	mail := h.fetch(h.connect(anywhere), "INBOX")[0]
	h.decide("granted", "shop.example")
	bodies := h.openAll(mail)
	h.until("the tracker is asked", func() bool { return h.tracker.count() > 0 })
	if err := os.WriteFile(h.paths.Config, []byte("level = \"all\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	// It is answered although the tracker still is not.
	if body := bodies()[0]; body == trackerGIF {
		t.Error("the picture was shown")
	}
	if e := h.lastLoad(); e.Outcome != "held" || e.Host != "click.tracker.example" {
		t.Errorf("event %+v", e)
	}
	close(h.tracker.slow)
}

func grant(h *house) { h.decide("granted", "shop.example") }

// trackedTag is a tracker's pixel, another for each number, and pictureTag a
// picture that is the same for everybody.
func trackedTag(i int) string {
	return strings.Replace(pixel, "id=01", fmt.Sprintf("id=%02d", i), 1)
}

func pictureTag(i int) string {
	return strings.Replace(coatsTag, "coats-and", fmt.Sprintf("coats-%c-and", 'a'+i%26), 1)
}

// loadsHeld is how many loads were held; none may have become anything else.
func (h *house) loadsHeld() int {
	h.t.Helper()
	list, err := h.client.Events(context.Background(), -1, 200)
	if err != nil {
		h.t.Fatal(err)
	}
	held := 0
	for _, e := range list {
		if e.Kind == "load" && e.Outcome == "held" {
			held++
		} else if e.Kind == "load" {
			h.t.Errorf("event %+v", e)
		}
	}
	return held
}
