package daemon

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// How many names statistics have where nothing is said, and at most.
const topNames, maxTopNames = 10, 100

// maxSpans is how many days, weeks or months are counted at most.
const maxSpans = 400

// spansOf are the first moments of days, weeks or months of a time, by the clock of
// its place, and the moment after the last.
func spansOf(q api.StatisticsQuery, now time.Time) ([]time.Time, error) {
	to := q.To
	if to.IsZero() || to.After(now) {
		to = now
	}
	to = to.In(now.Location())
	begin, next, back := midnight, func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }, -29
	switch q.By {
	case "", "day":
	case "week":
		begin = func(t time.Time) time.Time {
			// Monday is the first day (ISO 8601).
			return midnight(t).AddDate(0, 0, -int(t.Weekday()+6)%7)
		}
		next, back = func(t time.Time) time.Time { return t.AddDate(0, 0, 7) }, -25*7
	case "month":
		begin = func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, t.Location()) }
		next, back = func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }, 0
	default:
		return nil, fmt.Errorf("there is no span %q", q.By)
	}
	from := q.From.In(now.Location())
	if q.From.IsZero() {
		if from = begin(to).AddDate(0, 0, back); q.By == "month" {
			from = begin(to).AddDate(0, -23, 0)
		}
	}
	at := begin(from)
	spans := []time.Time{at}
	for at.Before(to) {
		at = next(at)
		spans = append(spans, at)
		if len(spans) > maxSpans+1 {
			return nil, fmt.Errorf("more than %d of them", maxSpans)
		}
	}
	if len(spans) < 2 {
		return nil, fmt.Errorf("it ends before it begins")
	}
	return spans, nil
}

// statistics counts what happened.
func (d *Daemon) statistics(ctx context.Context, q api.StatisticsQuery) (api.Statistics, error) {
	edges, err := spansOf(q, time.Now())
	if err == nil && q.Top > maxTopNames {
		err = fmt.Errorf("top is over %d", maxTopNames)
	}
	if err != nil {
		return api.Statistics{}, &api.Error{Code: api.CodeWrong, Text: "reading the request: " + err.Error()}
	}
	return d.counted.of(ctx, q, func() (api.Statistics, error) { return d.count(ctx, edges, cmp.Or(q.Top, topNames)) })
}

// count counts spans of a time, and names what was seen most often in it.
func (d *Daemon) count(ctx context.Context, edges []time.Time, top int) (api.Statistics, error) {
	out := api.Statistics{From: edges[0], To: edges[len(edges)-1]}
	for _, at := range edges[:len(edges)-1] {
		out.Spans = append(out.Spans, api.SpanCounts{Begin: at})
	}
	sum, err := d.core.store.Summary(ctx, out.From, out.To)
	if err != nil {
		return out, d.explainStore(err)
	}
	old, err := d.core.store.OldCounts(ctx, out.From)
	if err != nil {
		return out, d.explainStore(err)
	}
	countSpans(&out, sum.Slices, old)
	mails := &sum.Mails
	out.Sums.Mails, out.Sums.Asking, out.Sums.Told, out.Sums.Unknown = mails.Loading, mails.Asking, mails.Told, mails.Silent
	d.countNames(&out, sum, top)
	return out, nil
}

// countSpans counts loads by span: those of the diary by the quarter of an hour, and
// those of which counts alone are left by their day in UTC.
func countSpans(out *api.Statistics, quarters []store.Slice, old []store.Count) {
	add := func(at time.Time, c api.Counts, asking int) {
		i, found := slices.BinarySearchFunc(out.Spans, at, func(s api.SpanCounts, t time.Time) int { return s.Begin.Compare(t) })
		if !found {
			i--
		}
		if i < 0 || !at.Before(out.To) {
			return
		}
		addCounts(&out.Spans[i].Counts, c)
		addCounts(&out.Sums.Counts, c)
		out.Spans[i].Asked += asking
	}
	for _, s := range quarters {
		add(s.Begin, countsOf(s.Outcomes), s.Asking)
	}
	for _, c := range old {
		at, err := time.ParseInLocation(time.DateOnly, c.Day, out.From.Location())
		if err != nil || c.Kind != "load" {
			continue
		}
		var n api.Counts
		addCount(&n, c.Outcome, c.N)
		asking := 0
		if c.Verdict == "tracker" || c.Verdict == "suspected" {
			asking = c.N
		}
		add(at, n, asking)
	}
}

// countsOf are counts as the control API tells them.
func countsOf(o store.Outcomes) api.Counts {
	return api.Counts{Held: o.Held, Released: o.Released, Copies: o.Copies, Failed: o.Failed}
}

// addCounts adds counts to others.
func addCounts(to *api.Counts, more api.Counts) {
	to.Held += more.Held
	to.Released += more.Released
	to.Copies += more.Copies
	to.Failed += more.Failed
}

// countNames counts who, whose and what for.
func (d *Daemon) countNames(out *api.Statistics, sum *store.Summary, top int) {
	out.Vendors, out.Senders = topOf(sum.Vendors, top), topOf(sum.Senders, top)
	out.Vectors, out.Purposes = topOf(sum.Vectors, top), topOf(parted(sum.Purposes), top)
	for i := range out.Vendors {
		out.Vendors[i].Name = d.vendor(out.Vendors[i].ID, "").Name
	}
	lang := d.cfg.Words.Lang()
	for i := range out.Purposes {
		out.Purposes[i].Name = purpose.ID(out.Purposes[i].ID).Text(lang).Title
	}
}

// parted counts for each of several names that stand in one, with blanks between them.
func parted(list []store.Tally) []store.Tally {
	var out []store.Tally
	at := make(map[string]int)
	for i := range list {
		for _, name := range strings.Fields(list[i].Name) {
			n, ok := at[name]
			if !ok {
				n = len(out)
				at[name] = n
				out = append(out, store.Tally{Name: name})
			}
			o, more := &out[n].Outcomes, list[i].Outcomes
			o.Held, o.Released, o.Copies, o.Failed = o.Held+more.Held, o.Released+more.Released, o.Copies+more.Copies, o.Failed+more.Failed
		}
	}
	return out
}

// topOf are the most frequent names of tallies.
func topOf(list []store.Tally, top int) []api.Tally {
	out := make([]api.Tally, 0, len(list))
	for i := range list {
		t := &list[i]
		out = append(out, api.Tally{ID: t.Name, Held: t.Held, Told: t.Released + t.Failed})
	}
	slices.SortFunc(out, func(a, b api.Tally) int {
		return cmp.Or(cmp.Compare(b.Held+b.Told, a.Held+a.Told), strings.Compare(a.ID, b.ID))
	})
	return out[:min(top, len(out))]
}
