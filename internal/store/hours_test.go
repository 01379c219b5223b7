package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/internal/store"
)

// A plainCount asks the events themselves, the slow way, beside the store.
type plainCount struct {
	t  *testing.T
	db *sql.DB
}

func newPlainCount(t *testing.T, dir string) plainCount {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "unseen.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return plainCount{t, db}
}

// lines are the rows of a query, each as one text.
func (p plainCount) lines(query string, args ...any) []string {
	p.t.Helper()
	rows, err := p.db.Query(query, args...)
	if err != nil {
		p.t.Fatal(err)
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			p.t.Fatal(err)
		}
		list = append(list, line)
	}
	if err := rows.Err(); err != nil {
		p.t.Fatal(err)
	}
	return list
}

const (
	asks = "verdict IN ('tracker', 'suspected')"
	four = "sum(outcome = 'held'), sum(outcome = 'released'), sum(outcome = 'copy'), sum(outcome = 'failed')"
)

// summary is what [store.Store.Summary] has to say of a time.
func (p plainCount) summary(from, to time.Time) []string {
	p.t.Helper()
	a, b := from.UnixMilli(), to.UnixMilli()
	list := p.lines("SELECT format('%d %d %d %d %d %d', at / 900000, "+four+", sum("+asks+")) FROM events WHERE kind = 'load' AND at >= ? AND at < ? GROUP BY at / 900000 "+
		"HAVING sum(outcome IN ('held', 'released', 'copy', 'failed') OR "+asks+") > 0 ORDER BY at / 900000", a, b)
	for _, column := range []string{"vendor", "sender", "vector", "purposes"} {
		list = append(list, p.lines("SELECT format('%s %s %d %d %d %d', ?3, "+column+", "+four+") FROM events WHERE kind = 'load' AND "+asks+
			" AND "+column+" <> '' AND at >= ?1 AND at < ?2 GROUP BY "+column+" ORDER BY "+column, a, b, column)...)
	}
	return append(list, p.lines(`SELECT format('mails %d %d %d', count(*), coalesce(sum(asks), 0), coalesce(sum(tells), 0)) FROM (
		SELECT max(`+asks+`) AS asks, max(`+asks+` AND outcome = 'released') AS tells
		FROM events WHERE kind = 'load' AND at >= ? AND at < ? AND plan > 0 GROUP BY plan)`, a, b)[0],
		p.lines(`SELECT format('silent %d', count(*)) FROM plans WHERE saved_at >= ?1 AND saved_at < ?2
			AND id NOT IN (SELECT plan FROM events WHERE kind = 'load' AND at >= ?1)`, a, b)[0])
}

// held is what [store.Store.HeldSenders] has to say.
func (p plainCount) held() []string {
	p.t.Helper()
	return p.lines(`SELECT format('%s %s %d %d', sender, recipient, count(*), max(at)) FROM events
		WHERE (kind = 'load' AND ` + asks + ` OR kind IN ('link', 'receipt')) AND outcome = 'held' AND sender <> ''
		GROUP BY sender, recipient ORDER BY max(at) DESC, sender, recipient`)
}

// told are the same lines from a store.
func told(t *testing.T, s *store.Store, from, to time.Time) []string {
	t.Helper()
	sum, err := s.Summary(t.Context(), from, to)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	var n store.Outcomes
	for _, q := range sum.Slices {
		list = append(list, fmt.Sprint(q.Begin.Unix()/900, q.Held, q.Released, q.Copies, q.Failed, q.Asking))
		n = store.Outcomes{Held: n.Held + q.Held, Released: n.Released + q.Released, Copies: n.Copies + q.Copies, Failed: n.Failed + q.Failed}
	}
	if loads, err := s.Loads(t.Context(), from, to); err != nil || loads != n {
		t.Errorf("loads %+v and slices %+v, %v", loads, n, err)
	}
	for i, rows := range [][]store.Tally{sum.Vendors, sum.Senders, sum.Vectors, sum.Purposes} {
		var lines []string
		for _, r := range rows {
			lines = append(lines, fmt.Sprintf("%s %s %d %d %d %d", []string{"vendor", "sender", "vector", "purposes"}[i], r.Name, r.Held, r.Released, r.Copies, r.Failed))
		}
		slices.Sort(lines)
		list = append(list, lines...)
	}
	m := sum.Mails
	return append(list, fmt.Sprintf("mails %d %d %d", m.Loading, m.Asking, m.Told), fmt.Sprintf("silent %d", m.Silent))
}

func heldLines(t *testing.T, s *store.Store) []string {
	t.Helper()
	list, err := s.HeldSenders(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, h := range list {
		lines = append(lines, fmt.Sprintf("%s %s %d %d", h.Sender, h.Recipient, h.N, h.Last.UnixMilli()))
	}
	return lines
}

// drawEvent is an event of some hours around the beginning, often on their edges, of one
// of the plans, of none, or of one that was never there.
func drawEvent(r *rapid.T, plans int) store.Event {
	at := begin.Add(time.Duration(rapid.IntRange(-3, 90).Draw(r, "quarters")) * 15 * time.Minute)
	if rapid.Bool().Draw(r, "off the edge") {
		at = at.Add(time.Duration(rapid.SampledFrom([]int{-1, 1, 60_000}).Draw(r, "ms")) * time.Millisecond)
	}
	pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(r, label) }
	return store.Event{
		At: at, Kind: pick("kind", "load", "load", "load", "link", "receipt", "consent"), Outcome: pick("outcome", "held", "held", "released", "copy", "failed", "strange"),
		Verdict: pick("verdict", "tracker", "suspected", "clean", ""), Plan: int64(rapid.IntRange(0, plans).Draw(r, "plan") + 100_000*rapid.IntRange(0, 3).Draw(r, "off")/3),
		Sender: pick("sender", "", "a.example", "b.example", "c.example"), Recipient: pick("recipient", "", "anna@example.org"),
		Vendor: pick("vendor", "", "one", "two"), Vector: pick("vector", "", "img src"), Purposes: pick("purposes", "", "performance click", "performance"),
	}
}

// Whatever was written, summed, forgotten and turned into counts in whatever order: what
// is summed is what the events say, and making it anew changes no octet.
func TestSummaryIsWhatTheEventsSay(t *testing.T) {
	c := &clock{begin}
	s := open(t, t.TempDir(), store.Options{Now: c.Now})
	a := account(t, s, "anna@example.org")
	plans := 0
	rapid.Check(t, func(r *rapid.T) {
		must(t, s.Exec(t.Context(), "DELETE FROM events"))
		acts := map[string]func(){
			"events": func() {
				for range rapid.IntRange(1, 30).Draw(r, "n") {
					s.AddEvent(drawEvent(r, plans))
				}
			},
			"mail": func() {
				plans++
				c.now = c.now.Add(10 * time.Minute)
				save(t, s, place(a.ID, uint32(plans)), newPlan(a.ID, plans))
			},
			"sum":    func() { must(t, s.SumAll(t.Context())) },
			"forget": func() { _, err := s.Forget(t.Context(), "b.example"); must(t, err) },
			"prune": func() {
				before := begin.Add(time.Duration(rapid.IntRange(-2, 30).Draw(r, "quarters")) * 15 * time.Minute)
				_, err := s.PruneEvents(t.Context(), before, "c.example")
				must(t, err)
			},
			"reopen": func() { must(t, s.Close()); s = open(t, s.Dir(), store.Options{Now: c.Now}) },
			"look":   func() { look(t, r, s) },
		}
		names := []string{"events", "events", "events", "mail", "mail", "sum", "sum", "forget", "prune", "reopen", "look"}
		for range rapid.IntRange(2, 12).Draw(r, "acts") {
			acts[rapid.SampledFrom(names).Draw(r, "act")]()
		}
		look(t, r, s)
		again(t, s)
	})
}

// look compares a store with its events.
func look(t *testing.T, r *rapid.T, s *store.Store) {
	t.Helper()
	from := begin.Add(time.Duration(rapid.IntRange(-8, 60).Draw(r, "from")) * 15 * time.Minute)
	to := from.Add(time.Duration(rapid.IntRange(0, 90).Draw(r, "quarters")) * 15 * time.Minute)
	must(t, s.Flush(t.Context()))
	plain := newPlainCount(t, s.Dir())
	defer plain.db.Close()
	if got, want := told(t, s, from, to), plain.summary(from, to); !slices.Equal(got, want) {
		r.Fatalf("from %v to %v: got %q\nwant %q", from, to, got, want)
	}
	if got, want := heldLines(t, s), plain.held(); !slices.Equal(got, want) {
		r.Fatalf("held: got %q\nwant %q", got, want)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// again sums everything, throws the sums away and sums everything anew.
func again(t *testing.T, s *store.Store) {
	t.Helper()
	must(t, s.SumAll(t.Context()))
	plain := newPlainCount(t, s.Dir())
	defer plain.db.Close()
	const hours = "SELECT hour || ' ' || hex(body) FROM event_hours ORDER BY hour"
	before := plain.lines(hours)
	must(t, s.Exec(t.Context(), "DELETE FROM event_hours"))
	must(t, s.Exec(t.Context(), "DELETE FROM settings WHERE name = 'events summed'"))
	must(t, s.SumAll(t.Context()))
	if after := plain.lines(hours); !slices.Equal(before, after) {
		t.Errorf("hours made anew differ: %q\nbefore %q", after, before)
	}
}

// A store of the form before sums has them after it was opened, without anybody asking,
// and who was held.
func TestSumsOfFormTen(t *testing.T) {
	dir := t.TempDir()
	formOne(t, dir)
	db, err := sql.Open("sqlite", filepath.Join(dir, "unseen.db"))
	must(t, err)
	for n := 2; n <= 10; n++ {
		text, err := store.Schema().Open(fmt.Sprintf("sql/%04d.sql", n))
		must(t, err)
		var b bytes.Buffer
		_, err = b.ReadFrom(text)
		must(t, err)
		_, err = db.Exec(b.String() + fmt.Sprintf("; PRAGMA user_version = %d", n))
		must(t, err)
	}
	_, err = db.Exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)
		INSERT INTO events (at, kind, outcome, verdict, account, plan, number, sender, recipient, vendor, host, reason, vector, purposes)
		SELECT ?1 + i * 20000, CASE i % 7 WHEN 0 THEN 'link' ELSE 'load' END, CASE i % 3 WHEN 0 THEN 'released' ELSE 'held' END,
			CASE i % 5 WHEN 0 THEN 'clean' ELSE 'tracker' END, 1, i / 4, 0, 's' || (i % 11) || '.example', 'anna@example.org', 'v' || (i % 4), '', '', 'img src', 'performance' FROM n`, begin.UnixMilli())
	must(t, err)
	must(t, db.Close())
	s := open(t, dir, store.Options{})
	from, to := begin.Add(-time.Hour), begin.Add(100*time.Hour)
	plain := newPlainCount(t, dir)
	for !slices.Equal(plain.lines("SELECT value FROM settings WHERE name = 'events summed'"), []string{"9000"}) {
		if t.Context().Err() != nil {
			t.Fatal("it is never summed")
		}
	}
	if got, want := told(t, s, from, to), plain.summary(from, to); !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if got, want := heldLines(t, s), plain.held(); !slices.Equal(got, want) || len(got) != 11 {
		t.Errorf("held: got %q\nwant %q", got, want)
	}
	again(t, s)
	// An hour that the disk lost part of is read from its events.
	must(t, s.Exec(t.Context(), "UPDATE event_hours SET body = substr(body, 1, length(body) - 1) WHERE hour % 2 = 0"))
	if got, want := told(t, s, from, to), plain.summary(from, to); !slices.Equal(got, want) {
		t.Errorf("with damaged hours: got %q\nwant %q", got, want)
	}
}

// An event of a mail that turned out to be stored already leads to the stored one.
func TestEventOfEqualPlan(t *testing.T) {
	s := open(t, t.TempDir(), store.Options{})
	a := account(t, s, "anna@example.org")
	first := save(t, s, place(a.ID, 1), newPlan(a.ID, 1))
	must(t, s.Flush(context.Background()))
	second := save(t, s, place(a.ID, 2), newPlan(a.ID, 1))
	s.AddEvent(store.Event{Kind: "load", Outcome: "held", Verdict: "tracker", Plan: second})
	list, err := s.Events(t.Context(), -1, 1)
	if err != nil || len(list) != 1 || list[0].Plan != first || first == second {
		t.Errorf("got %+v, %v, want plan %d", list, err, first)
	}
}

// FuzzHour checks that whatever is read as an hour is written as it was read the second
// time, and that damaged octets are no hour.
func FuzzHour(f *testing.F) {
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{0}, 24))
	f.Add(append(bytes.Repeat([]byte{1}, 20), 1, 3, 'o', 'n', 'e', 1, 0, 0, 0, 0, 0, 0, 9, 1, 2, 3))
	f.Add(binary.AppendUvarint(bytes.Repeat([]byte{0}, 20), 1<<63))
	f.Add(append(bytes.Repeat([]byte{0}, 20), 1, 0xff, 0xff, 3, 'o'))
	f.Fuzz(func(t *testing.T, rest []byte) {
		once, err := store.ReadHour(store.Seal(rest))
		if err != nil {
			return
		}
		twice, err := store.ReadHour(once)
		if err != nil || !bytes.Equal(once, twice) {
			t.Errorf("%x became %x, %v", once, twice, err)
		}
		once[len(once)-1] ^= 1
		if _, err := store.ReadHour(once); err == nil {
			t.Error("a damaged hour is read")
		}
	})
}
