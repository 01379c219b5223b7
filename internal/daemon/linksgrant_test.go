package daemon_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// follow asks for the page of a link, as a click does, and says where it leads.
func (h *house) follow(token string) (status int, to string) {
	h.t.Helper()
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.Get(h.daemon.Origin() + "/l/" + token)
	if err != nil {
		h.t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode, resp.Header.Get("Location")
}

// Who counts which links are followed is a purpose of the question like any other: a
// yes to it sends on at once, a withdrawal shows the page again.
func TestClicksAreAskedAbout(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", `<p><a href="`+counted+`">Coats</a></p>`))
	h.start()
	mail := h.fetch(h.connect(anywhere), "INBOX")[0]
	token := linkPage.FindStringSubmatch(mail)[1]
	if status, _ := h.follow(token); status != http.StatusOK {
		t.Fatalf("before anything was said: %d", status)
	}
	if got := h.waiting(false); !slices.Equal(got, []string{"shop.example first"}) {
		t.Errorf("%q wait", got)
	}
	q := h.asks("shop.example")
	if len(q.Notice.Purposes) != 1 || q.Notice.Purposes[0].ID != purpose.Click {
		t.Fatalf("the question is about %+v", q.Notice.Purposes)
	}
	out, err := h.client.Answer(context.Background(), api.Answer{
		Sender: q.Sender, Address: q.Address, Notice: q.Notice.SHA256, Yes: []string{"click"}, How: "window",
	})
	if err != nil || len(out.Standings) != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	if status, to := h.follow(token); status != http.StatusSeeOther || to != counted {
		t.Errorf("after a yes: %d, to %q", status, to)
	}
	h.decide("withdrawn", "shop.example")
	if status, _ := h.follow(token); status != http.StatusOK {
		t.Errorf("after it was taken back: %d", status)
	}
}
