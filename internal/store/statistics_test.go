package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/internal/store"
)

// load is an event of a load.
func load(plan int64, at time.Time, outcome, verdict, vendor string) store.Event {
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
		load(ids[0], at, "held", "tracker", "one"), load(ids[0], at.Add(time.Minute), "held", "tracker", "one"),
		load(ids[1], at.Add(16*time.Minute), "released", "suspected", "two"),
		load(ids[2], at.Add(17*time.Minute), "copy", "clean", "three"),
		load(ids[0], at.Add(-48*time.Hour), "held", "tracker", "one"),
		{At: at, Kind: "consent", Outcome: "granted", Plan: ids[3]},
	} {
		s.AddEvent(e)
	}
	from, to := begin, at.Add(time.Hour)
	slicesOf, err := s.Slices(t.Context(), from, to)
	want := []store.Slice{{at, "held", 2, 2}, {at.Add(15 * time.Minute), "copy", 1, 0}, {at.Add(15 * time.Minute), "released", 1, 1}}
	if err != nil || !slices.Equal(slicesOf, want) {
		t.Errorf("slices %+v, %v", slicesOf, err)
	}
	for by, name := range map[store.TallyBy]string{
		store.ByVendor: "one", store.BySender: "one.example", store.ByVector: "img src", store.ByPurposes: "performance click",
	} {
		got, err := s.Tallies(t.Context(), by, "one.example", from, to)
		if err != nil || len(got) != 1 || got[0].Name != name || got[0].N != 2 || !got[0].Last.Equal(at.Add(time.Minute)) {
			t.Errorf("%s: %+v, %v", by, got, err)
		}
	}
	if _, err := s.Tallies(t.Context(), "reason; DROP TABLE events", "", from, to); err == nil {
		t.Error("any column can be named")
	}
	sums, err := s.MailSums(t.Context(), from, to)
	if err != nil || sums != (store.MailSum{Loading: 3, Asking: 2, Told: 1, Silent: 1}) {
		t.Errorf("sums %+v, %v", sums, err)
	}
	sums, err = s.MailSums(t.Context(), to, to.Add(time.Hour))
	if err != nil || sums != (store.MailSum{}) {
		t.Errorf("later: %+v, %v", sums, err)
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
