package command

import (
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// Each problem has the remedy that mends it.
func TestRemedy(t *testing.T) {
	in := words.English()
	p := api.Proxy{Missing: []string{"imap.example.org"}, Opened: []api.OpenedHost{{Host: "img.shop.example", Missing: true}, {Host: "b.example"}}}
	for name, c := range map[string]struct {
		problem string
		want    words.Key
	}{
		"a mail server":    {in.Say(words.ProxyUncovered, "hosts", "imap.example.org"), words.ProxyUncoveredHint},
		"an opened host":   {in.Say(words.WebUncovered, "hosts", "img.shop.example"), words.WebUncoveredHint},
		"a port":           {in.Say(words.WebTaken, "port", 4380), words.TakenHint},
		"nothing of these": {"", words.TakenHint},
	} {
		if got := remedy(in, c.problem, p); got != in.Say(c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := remedy(in, in.Say(words.WebUncovered, "hosts", ""), api.Proxy{}); got != in.Say(words.TakenHint) {
		t.Errorf("where nothing is missing: %q", got)
	}
}
