package daemon_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
)

// dated gives a mail a date and other fields.
func dated(mail, day string, fields ...string) string {
	head := "Date: " + day + " 2026 10:00:00 +0000\n" + strings.Join(fields, "")
	return strings.Replace(mail, "Subject:", head+"Subject:", 1)
}

// TestAbout checks what a sender's mail shows of it: what it says of tracking, what
// is seen over time, who has which part, and whom it can be taken for.
func TestAbout(t *testing.T) {
	const ask = `<p>We would like to use tracking pixels.</p><a href="https://shop.example/yes">I agree to email tracking</a>`
	const out = `<a href="https://shop.example/no">Stop tracking</a> <a href="https://shop.example/bye">Unsubscribe</a>`
	h := read(t,
		dated(mailFrom("shop.example", pixel+ask+out), "2 Mar", "X-SG-EID: abc\n"),
		dated(mailFrom("shop.example", pixel+ask), "2 Apr", "List-Unsubscribe: <https://shop.example/list>\n"),
		dated(mailFrom("shop.example", "<p>Hello.</p>"), "3 Apr"),
		dated(mailFrom("sh0p.example", pixel), "4 Apr"))
	about := func(typed string) api.About {
		t.Helper()
		a, err := h.client.About(context.Background(), typed)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	a := about("shop.example")
	if a.Looked != 3 || len(a.Mails) != 2 || a.Sender != "shop.example" || a.Like != "" {
		t.Errorf("%+v", a)
	}
	var kinds []string
	for _, c := range a.Mails[len(a.Mails)-1].Claims {
		kinds = append(kinds, c.Kind+" "+c.URL)
	}
	want := []string{"asks https://shop.example/yes", "withdraws https://shop.example/no", "unsubscribes https://shop.example/bye"}
	if !slices.Equal(kinds, want) {
		t.Errorf("%q", kinds)
	}
	seen := make(map[string]int)
	for _, o := range a.Observations {
		seen[o.What] = len(o.Mails)
		if !strings.HasSuffix(o.Text, ".") || o.When.Year() != 2026 {
			t.Errorf("%+v", o)
		}
	}
	if got := fmt.Sprint(seen); got != "map[asked-again-early:1 asked-while-tracking:2 first-asked:1 first-mail:1 no-withdrawal-link:1]" {
		t.Error(got)
	}
	if len(a.Roles) == 0 || a.Roles[0].Kind != "sender" || a.Roles[0].Name != "shop.example" || len(a.Roles[0].Why) == 0 {
		t.Errorf("%+v", a.Roles)
	}
	if a := about("sh0p.example"); a.Like != "" {
		t.Errorf("like %q, which was granted nothing", a.Like)
	}
	h.decide("granted", "shop.example")
	if a := about("sh0p.example"); a.Like != "shop.example" || !strings.Contains(a.LikeWhy, "two senders") {
		t.Errorf("like %q: %q", a.Like, a.LikeWhy)
	}
	if _, err := h.client.About(context.Background(), "nobody.example"); err == nil {
		t.Error("a sender that never wrote is known")
	}
}
