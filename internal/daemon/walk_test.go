package daemon_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
)

// A walker decides at random and knows by itself what may be told.
type walker struct {
	*house
	mails []string
	// senders are those of the mails, needs the purposes of their pixels.
	senders []string
	needs   [][]string
	// granted are the purposes by sender.
	granted map[string]map[string]bool
	// once are mails of which their sender may know.
	once map[int]bool
}

// may says what the law of the house says of a mail.
func (w *walker) may(i int) bool {
	if w.once[i] {
		return true
	}
	return !slices.ContainsFunc(w.needs[i], func(p string) bool { return !w.granted[w.senders[i]][p] })
}

// step does one thing at random.
func (w *walker) step(r *rand.Rand) (what string) {
	i := r.IntN(len(w.senders))
	sender := w.senders[i]
	some := func() []string {
		list := slices.Clone(w.needs[i])
		r.Shuffle(len(list), func(a, b int) { list[a], list[b] = list[b], list[a] })
		return list[:1+r.IntN(len(list))]
	}
	set := func(purposes []string, yes bool) {
		for _, p := range purposes {
			w.granted[sender][p] = yes
		}
	}
	check := func(err error) {
		if err != nil {
			w.t.Fatalf("%s, %s: %v", what, sender, err)
		}
	}
	switch r.IntN(10) {
	case 0, 1, 2, 3:
		what = "granted"
		purposes := some()
		_, err := say(w.t.Context(), w.client, api.Decision{Decision: what, Sender: sender, Purposes: purposes})
		check(err)
		set(purposes, true)
	case 4, 5:
		what = "answered no"
		purposes := some()
		_, err := w.client.Answer(w.t.Context(), api.Answer{Sender: sender, No: purposes, How: "page"})
		check(err)
		set(purposes, false)
	case 6:
		what = "refused"
		w.decide(what, sender)
		set(w.needs[i], false)
	case 7:
		what = "forgotten"
		_, err := w.client.Forget(w.t.Context(), api.ForgetRequest{Sender: sender})
		check(err)
		set(w.needs[i], false)
	case 8:
		what = "restarted"
		w.restart()
		clear(w.once)
	case 9:
		what = "permitted once"
		_, err := w.client.Once(w.t.Context(), api.OnceRequest{Message: w.asks(sender).Mails[0], How: "page"})
		check(err)
		w.once[i] = true
	}
	return what + " " + sender
}

// Whatever is decided in whatever order, through the control API of a running
// Unseen: what is asked of trackers is what may be, and the ledger holds.
func TestRandomWalk(t *testing.T) {
	const steps = 60
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 1))
	h := newHouse(t, mailFrom("one.example", onePurpose), mailFrom("two.example", pixel), mailFrom("three.example", threePurposes),
		strings.Replace(mailFrom("unknown.example", unknownVendor), "<1@", "<2@", 1))
	h.settings.Openings = "each"
	h.start()
	w := &walker{
		house: h, mails: h.fetch(h.connect(anywhere), "INBOX"), granted: make(map[string]map[string]bool), once: make(map[int]bool),
		senders: []string{"one.example", "two.example", "three.example", "unknown.example"},
		needs: [][]string{{"performance"}, {"performance", "deliverability"},
			{"performance", "deliverability", "personalisation"}, {"performance"}},
	}
	for _, s := range w.senders {
		w.granted[s] = make(map[string]bool)
	}
	var done []string
	told := 0
	for range steps {
		done = append(done, w.step(r))
		for i, m := range w.mails {
			asks := h.open(m)
			told += len(asks)
			if may := w.may(i); len(asks) > 1 || may != (len(asks) == 1) {
				t.Fatalf("seed %d: %s: may be told %v, and %q was asked after\n%s", seed, w.senders[i], may, asks, strings.Join(done, "\n"))
			}
		}
	}
	if v, err := h.client.Verify(t.Context()); err != nil || v.Records == 0 {
		t.Errorf("%+v, %v", v, err)
	}
	if told == 0 {
		t.Errorf("seed %d: nobody was ever told: the walk shows nothing", seed)
	}
}
