package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/internal/store"
)

// loadOf is an event of a load.
func loadOf(plan int64, at time.Time, outcome, verdict, vendor string) store.Event {
	return store.Event{
		At: at, Kind: "load", Outcome: outcome, Verdict: verdict, Plan: plan, Vendor: vendor, Sender: vendor + ".example",
		Vector: "img src", Purposes: "performance click",
	}
}

// Loads are counted by the quarter of an hour, by name and by mail; whoever came and
// loaded nothing is counted as silent.
func TestStatistics(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{Now: (&clock{begin}).Now})
	a := account(t, s, "anna@example.org")
	var ids []int64
	for n := range 4 {
		ids = append(ids, save(t, s, place(a.ID, uint32(n+1)), newPlan(a.ID, n)))
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	at := begin.Add(time.Hour)
	for _, e := range []store.Event{
		loadOf(ids[0], at, "held", "tracker", "one"), loadOf(ids[0], at.Add(time.Minute), "held", "tracker", "one"),
		loadOf(ids[1], at.Add(16*time.Minute), "released", "suspected", "two"),
		loadOf(ids[2], at.Add(17*time.Minute), "copy", "clean", "three"),
		loadOf(ids[0], at.Add(-48*time.Hour), "held", "tracker", "one"),
		{At: at, Kind: "consent", Outcome: "granted", Plan: ids[3]},
	} {
		s.AddEvent(e)
	}
	from, to := begin, at.Add(time.Hour)
	sum, err := s.Summary(t.Context(), from, to)
	if err != nil {
		t.Fatal(err)
	}
	want := []store.Slice{{at, store.Outcomes{Held: 2}, 2}, {at.Add(15 * time.Minute), store.Outcomes{Released: 1, Copies: 1}, 1}}
	if !slices.Equal(sum.Slices, want) {
		t.Errorf("slices %+v", sum.Slices)
	}
	for name, c := range map[string]struct {
		got  []store.Tally
		want []string
	}{
		"vendors": {sum.Vendors, []string{"one 2 0", "two 0 1"}}, "senders": {sum.Senders, []string{"one.example 2 0", "two.example 0 1"}},
		"vectors": {sum.Vectors, []string{"img src 2 1"}}, "purposes": {sum.Purposes, []string{"performance click 2 1"}},
	} {
		var got []string
		for _, one := range c.got {
			got = append(got, fmt.Sprint(one.Name, " ", one.Held, " ", one.Released))
		}
		if slices.Sort(got); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	if sum.Mails != (store.MailSum{Loading: 3, Asking: 2, Told: 1, Silent: 1}) {
		t.Errorf("mails %+v", sum.Mails)
	}
	day, err := s.Loads(t.Context(), from, to)
	if err != nil || day != (store.Outcomes{Held: 2, Released: 1, Copies: 1}) {
		t.Errorf("loads %+v, %v", day, err)
	}
	one, err := s.VendorsOf(t.Context(), "one.example")
	if err != nil || len(one) != 1 || one[0].Name != "one" || one[0].Held != 3 || !one[0].Last.Equal(at.Add(time.Minute)) {
		t.Errorf("of one sender: %+v, %v", one, err)
	}
	later, err := s.Summary(t.Context(), to, to.Add(time.Hour))
	if err != nil || later.Mails != (store.MailSum{}) || len(later.Slices)+len(later.Vendors) != 0 {
		t.Errorf("later: %+v, %v", later, err)
	}
}

// A page is what sorting and cutting the whole list gives.
func TestSenderPage(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{Now: (&clock{begin}).Now})
	a := account(t, s, "anna@example.org")
	for n := range 40 {
		save(t, s, place(a.ID, uint32(n+1)), from(a.ID, n, fmt.Sprintf("s%d.example", n%13), n%3 > 0))
	}
	all, err := s.Senders(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	yes := true
	rapid.Check(t, func(r *rapid.T) {
		q := store.SenderQuery{
			Sort: rapid.SampledFrom([]string{"", "last", "first", "mails", "name"}).Draw(r, "sort"), Search: rapid.SampledFrom([]string{"", "S1", "12.EXAMPLE", "news", "%", "_", `\`}).Draw(r, "search"),
			Offset: rapid.IntRange(0, 30).Draw(r, "offset"), Limit: rapid.IntRange(1, 30).Draw(r, "limit"),
		}
		if rapid.Bool().Draw(r, "vouched") {
			q.Vouched = &yes
		}
		page, err := s.SenderPage(t.Context(), q)
		if err != nil {
			r.Fatal(err)
		}
		whole := q
		whole.Offset, whole.Limit = 0, 1000
		rest, err := s.SenderPage(t.Context(), whole)
		if err != nil || rest.Total != len(all) || rest.Matching != len(rest.Senders) {
			r.Fatal(rest.Total, rest.Matching, err)
		}
		cut := rest.Senders[min(q.Offset, len(rest.Senders)):min(q.Offset+q.Limit, len(rest.Senders))]
		if !slices.Equal(cut, page.Senders) {
			r.Errorf("%+v: got %v, want %v", q, page.Senders, cut)
		}
		if q.Search == "%" && len(rest.Senders) > 0 {
			r.Error("a sign of SQL finds everything")
		}
	})
	some, err := s.SenderPage(t.Context(), store.SenderQuery{Keys: []string{"s1.example"}, Limit: 9})
	if err != nil || some.Matching == 0 || some.Senders[0].Key != "s1.example" {
		t.Errorf("by key: %+v, %v", some, err)
	}
	but, err := s.SenderPage(t.Context(), store.SenderQuery{Keys: []string{"s1.example"}, Except: true, Limit: 9})
	if err != nil || but.Matching != but.Total-some.Matching {
		t.Errorf("but by key: %+v, %v", but, err)
	}
	none, err := s.SenderPage(t.Context(), store.SenderQuery{Keys: []string{}, Limit: 9})
	if err != nil || none.Matching != 0 {
		t.Errorf("no key: %+v, %v", none, err)
	}
}
