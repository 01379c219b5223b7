package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// The mail that the reader of [Once] decides on, who sent it, and the address
// in it that would report the opening.
const (
	chosenMail   = "01-harbour-books"
	chosenSender = "harbourbooks.example"
	chosenPixel  = "https://clicks.harbourbooks.example/track/open.php?"
)

// ErrTold is returned by [Once] if the tracker learned something else than it
// should have.
var ErrTold = errors.New("demo: the tracker learned something else than it should have")

// Once plays a reader: it fetches all mail and opens it, lets one sender know
// and opens its mail, takes that back and opens it again. It prints what the
// tracker learned at each step, and returns [ErrTold] unless that was nothing,
// exactly the one opening, and nothing.
func Once(ctx context.Context, w *World, texts *words.Catalogue, out io.Writer) error {
	p := &play{world: w, texts: texts, out: out, reader: NewReader(w.Account, w.Daemon.Origin())}
	if err := p.fetch(ctx); err != nil {
		return err
	}
	steps := []func(context.Context) error{
		func(ctx context.Context) error { return p.open(ctx, 0) },
		func(ctx context.Context) error { return p.decide(ctx, "granted", words.DemoGrant) },
		func(ctx context.Context) error { return p.open(ctx, 1) },
		func(ctx context.Context) error { return p.decide(ctx, "withdrawn", words.DemoWithdraw) },
		func(ctx context.Context) error { return p.open(ctx, 0) },
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	p.say(words.DemoHeld)
	return nil
}

// A play is one run of [Once].
type play struct {
	world  *World
	texts  *words.Catalogue
	out    io.Writer
	reader *Reader
	mails  [][]byte
	seen   int
}

func (p *play) say(k words.Key, pairs ...any) { fmt.Fprintln(p.out, p.texts.Say(k, pairs...)) }

// fetch fetches all mail, and checks that each is as long as its original.
func (p *play) fetch(ctx context.Context) error {
	originals, err := Mails()
	if err != nil {
		return err
	}
	if p.mails, err = p.reader.Fetch(ctx); err != nil {
		return err
	}
	if len(p.mails) != len(originals) {
		return fmt.Errorf("fetching mail: %d came of %d", len(p.mails), len(originals))
	}
	for i, o := range originals {
		got := p.mails[len(originals)-1-i]
		if len(got) != len(o.Raw) {
			return fmt.Errorf("fetching mail: %s has %d octets instead of %d", o.Name, len(got), len(o.Raw))
		}
	}
	p.say(words.DemoFetched, "n", len(p.mails))
	return nil
}

// open opens every mail, and checks how many openings the tracker learned of.
func (p *play) open(ctx context.Context, want int) error {
	loads := 0
	for _, m := range p.mails {
		n, err := p.reader.Open(ctx, m)
		if err != nil {
			return err
		}
		loads += n
	}
	if loads == 0 {
		return fmt.Errorf("opening mail: no mail asked for anything, so nothing was tried: %w", ErrTold)
	}
	p.say(words.DemoOpened, "n", len(p.mails), "loads", loads)
	return p.learned(want)
}

// decide grants or withdraws everything that the chosen sender asks for.
func (p *play) decide(ctx context.Context, decision string, said words.Key) error {
	client, choice := p.world.Daemon.Client(), api.Decision{Decision: decision, Sender: chosenSender, All: true}
	do := client.Decide
	if decision == "granted" {
		// The reader of the play says yes to all that is asked.
		do = func(ctx context.Context, d api.Decision) ([]api.Standing, error) {
			return client.Grant(ctx, d, func(api.Question) bool { return true })
		}
	}
	if _, err := do(ctx, choice); err != nil {
		return err
	}
	p.say(said, "sender", chosenSender)
	return nil
}

// learned prints what the tracker learned since the last step, and checks that
// it is so many openings of the chosen mail, without a cookie or a referrer.
func (p *play) learned(want int) error {
	hits := p.world.Tracker.Hits()
	news := hits[p.seen:]
	p.seen = len(hits)
	if len(news) == 0 {
		p.say(words.DemoNothing)
	}
	wrong := len(news) != want
	for _, h := range news {
		p.say(words.DemoLearned, "url", h.URL)
		p.say(words.DemoLearnedMore, "agent", h.Agent, "cookie", orNone(p.texts, h.Cookie), "referer", orNone(p.texts, h.Referer))
		wrong = wrong || !p.isChosen(h)
	}
	if wrong {
		return fmt.Errorf("opening mail: %d requests instead of %d: %w", len(news), want, ErrTold)
	}
	return nil
}

// isChosen says whether a hit is the opening of the chosen mail and says nothing
// beyond that. The address is compared with the original mail's.
func (p *play) isChosen(h Hit) bool {
	if h.Cookie != "" || h.Referer != "" || slices.Contains(h.Headers, "Authorization") {
		return false
	}
	original, err := pixelOf(chosenMail, chosenPixel)
	return err == nil && h.URL == original
}

// orNone says "none" for nothing.
func orNone(w *words.Catalogue, s string) string {
	if s == "" {
		return w.Say(words.DemoNone)
	}
	return s
}

// pixelOf finds an address in an original mail of the demo by how it begins.
func pixelOf(name, prefix string) (string, error) {
	mails, err := Mails()
	if err != nil {
		return "", err
	}
	at := slices.IndexFunc(mails, func(m Mail) bool { return m.Name == name })
	if at < 0 {
		return "", fmt.Errorf("looking for a pixel: there is no mail %s", name)
	}
	html, err := htmlOf(mails[at].Raw)
	if err != nil {
		return "", err
	}
	_, rest, ok := bytes.Cut(html, []byte(prefix))
	end := bytes.IndexByte(rest, '"')
	if !ok || end < 0 {
		return "", fmt.Errorf("looking for a pixel: %s has none", name)
	}
	return prefix + string(bytes.ReplaceAll(rest[:end], []byte("&amp;"), []byte("&"))), nil
}
