package command

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// Events that are alike are one line, in columns; lines of others follow them.
func TestJournal(t *testing.T) {
	w := words.English()
	at := time.Date(2026, 3, 3, 8, 12, 0, 0, time.Local)
	off, on := w.Say(words.WhyPicturesOff), w.Say(words.WhyPicturesOn)
	events := []api.Event{
		{Kind: "load", Outcome: "held", Sender: "shop.example", Host: "img.shop.example", Reason: off, Verdict: "clean"},
		{Kind: "load", Outcome: "held", Sender: "shop.example", Host: "click.shop.example", Reason: "Held: Somebody would learn.", Verdict: "tracker"},
		{Kind: "load", Outcome: "held", Sender: "shop.example", Host: "cdn.shop.example", Reason: off, Verdict: "clean"},
		{Kind: "load", Outcome: "held", Host: "x.example", Reason: off},
		{Kind: "load", Outcome: "released", Sender: "books.example", Host: "cdn.books.example", Reason: on, Verdict: "clean"},
		{Kind: "load", Outcome: "released", Sender: "books.example", Host: "t.books.example", Reason: "Released: you agreed.", Verdict: "tracker"},
		{Kind: "load", Outcome: "copy", Sender: "books.example", Host: "cdn.books.example", Reason: on},
		{Kind: "load", Outcome: "copy", Sender: "books.example", Host: "cdn.books.example", Reason: on},
		{Kind: "load", Outcome: "failed", Sender: "a-sender-with-a-name-that-is-longer-than-any-column.example", Host: "h", Reason: "No."},
		{Kind: "consent", Outcome: "granted", Sender: "shop.example", Reason: "performance"},
		{Kind: "consent", Outcome: "granted", Sender: "shop.example", Reason: "deliverability"},
		{Kind: "picture", Outcome: "shown", Sender: "all"},
		{Kind: "picture", Outcome: "hidden", Sender: "shop.example"},
		{Kind: "consent", Outcome: "once", Sender: "shop.example"},
		{Kind: "forgotten", Outcome: "done"},
		{Kind: "port", Outcome: "free", Reason: "port 1143 came free"},
		{Kind: "account", Outcome: "connected", Account: "anna@example.org"},
		{Kind: "relay", Outcome: "passed", Account: "an\x1bna@example.org", Reason: "a message\x1b[2J passed"},
	}
	var out bytes.Buffer
	j := &journal{out: &out, words: w}
	j.Line("  first")
	j.After("  last")
	for _, e := range events {
		e.Time = at
		j.Event(e)
	}
	j.Flush()
	want := `
  first
08:12:00  held       shop.example                  2 pictures of img.shop.example, cdn.shop.example, the same for everybody: you have not chosen to see this sender's pictures. "unseen pictures shop.example on" shows them.
08:12:00  held       shop.example                  click.shop.example: Somebody would learn.
08:12:00  held       nobody vouches for them       x.example: you have not chosen to see this sender's pictures.
08:12:00  released   books.example                 cdn.books.example sent a picture that is the same for everybody; it learned that somebody asked.
08:12:00  released   books.example                 t.books.example: you agreed.
08:12:00  copy       books.example                 2 pictures were shown again without asking anybody.
08:12:00  no answer  a-sender-with-a-name-that-is-longer-than-any-column.example  h: No.
08:12:00  your word  shop.example                  let them know: Measuring campaigns (performance), Adapting how often they write (deliverability)
08:12:00  your word  every sender                  their pictures are shown
08:12:00  your word  shop.example                  their pictures are not shown
08:12:00  your word  shop.example                  they may know of this one mail, this once
08:12:00  your word                                what was kept about a sender was destroyed
08:12:00  well again                                port 1143 came free
08:12:00  account    anna@example.org              connected
08:12:00  relay      an\x1bna@example.org          passed a message\x1b[2J passed
  last
`
	if got := out.String(); got != want[1:] {
		t.Errorf("got\n%s", got)
	}
	// What waits is written by itself.
	out.Reset()
	j.Event(events[1])
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		j.mu.Lock()
		n := out.Len()
		j.mu.Unlock()
		if n > 0 {
			break
		}
	}
	if !strings.Contains(out.String(), "click.shop.example") {
		t.Errorf("got %q", out.String())
	}
}
