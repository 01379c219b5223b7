package command

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

func TestSeconds(t *testing.T) {
	s := &session{words: words.English()}
	for text, want := range map[string]int{
		"": 0, "30m": 1800, "2h": 7200, "1h30m": 5400, "3d": 259_200, "1s": 1,
		"soon": -1, "0s": -1, "-1h": -1, "0d": -1, "-2d": -1, "d": -1, "9999999999d": -1, "366d": -1, "1": -1, "1.5d": -1,
	} {
		got, err := seconds(s, text)
		if err != nil {
			got = -1
		}
		if got != want {
			t.Errorf("%q is %d, want %d", text, got, want)
		}
	}
}

// What changes protection is a line that says so in words.
func TestJournalOfProtection(t *testing.T) {
	for _, c := range []struct {
		event api.Event
		want  []string
	}{
		{api.Event{Kind: "level", Outcome: "all"}, []string{"your word", "every load is held"}},
		{api.Event{Kind: "protection", Outcome: "suspended", Reason: "protection is off until noon"}, []string{"protection is off until noon"}},
		{api.Event{Kind: "receipt", Outcome: "held", Sender: "shop.example", Reason: "was not sent"}, []string{"held", "shop.example", "was not sent"}},
		{api.Event{Kind: "receipt", Outcome: "allowed", Sender: "shop.example"}, []string{"your word", "may leave"}},
		{api.Event{Kind: "picture", Outcome: "bare", Sender: "shop.example", Reason: "asked without"}, []string{"released", "asked without"}},
	} {
		var out bytes.Buffer
		j := &journal{out: &out, words: words.English()}
		c.event.Time = time.Now()
		j.Event(c.event)
		j.Flush()
		for _, want := range c.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%+v: %q lacks %q", c.event, out.String(), want)
			}
		}
	}
}
