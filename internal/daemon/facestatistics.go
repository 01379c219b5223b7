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
	if err := d.countSpans(ctx, &out); err != nil {
		return out, d.explainStore(err)
	}
	sums, err := d.core.store.MailSums(ctx, out.From, out.To)
	if err != nil {
		return out, d.explainStore(err)
	}
	out.Sums.Mails, out.Sums.Asking, out.Sums.Told, out.Sums.Unknown = sums.Loading, sums.Asking, sums.Told, sums.Silent
	if err := d.countNames(ctx, &out, top); err != nil {
		return out, d.explainStore(err)
	}
	return out, nil
}

// countSpans counts loads by span: those of the diary by the quarter of an hour, and
// those of which counts alone are left by their day in UTC.
func (d *Daemon) countSpans(ctx context.Context, out *api.Statistics) error {
	add := func(at time.Time, outcome string, n, asking int) {
		i, found := slices.BinarySearchFunc(out.Spans, at, func(s api.SpanCounts, t time.Time) int { return s.Begin.Compare(t) })
		if !found {
			i--
		}
		if i < 0 || !at.Before(out.To) {
			return
		}
		addCount(&out.Spans[i].Counts, outcome, n)
		addCount(&out.Sums.Counts, outcome, n)
		out.Spans[i].Asked += asking
	}
	slices, err := d.core.store.Slices(ctx, out.From, out.To)
	if err != nil {
		return err
	}
	for _, s := range slices {
		add(s.Begin, s.Outcome, s.N, s.Asking)
	}
	old, err := d.core.store.OldCounts(ctx, out.From)
	if err != nil {
		return err
	}
	for _, c := range old {
		at, err := time.ParseInLocation(time.DateOnly, c.Day, out.From.Location())
		if err != nil || c.Kind != "load" {
			continue
		}
		asking := 0
		if c.Verdict == "tracker" || c.Verdict == "suspected" {
			asking = c.N
		}
		add(at, c.Outcome, c.N, asking)
	}
	return nil
}

// countNames counts who, whose and what for.
func (d *Daemon) countNames(ctx context.Context, out *api.Statistics, top int) error {
	for by, into := range map[store.TallyBy]*[]api.Tally{
		store.ByVendor: &out.Vendors, store.BySender: &out.Senders, store.ByPurposes: &out.Purposes, store.ByVector: &out.Vectors,
	} {
		list, err := d.core.store.Tallies(ctx, by, "", out.From, out.To)
		if err != nil {
			return err
		}
		*into = topOf(list, top, by == store.ByPurposes)
	}
	for i := range out.Vendors {
		out.Vendors[i].Name = d.vendor(out.Vendors[i].ID, "").Name
	}
	lang := d.cfg.Words.Lang()
	for i := range out.Purposes {
		out.Purposes[i].Name = purpose.ID(out.Purposes[i].ID).Text(lang).Title
	}
	return nil
}

// topOf adds tallies up by name, and keeps the most frequent. Several names may stand
// in one, with blanks between them.
func topOf(list []store.Tally, top int, several bool) []api.Tally {
	by := make(map[string]*api.Tally)
	out := []api.Tally{}
	for _, t := range list {
		held := []string{t.Name}
		if several {
			held = strings.Fields(t.Name)
		}
		for _, name := range held {
			one := by[name]
			if one == nil {
				one = &api.Tally{ID: name}
				by[name] = one
			}
			switch t.Outcome {
			case "held":
				one.Held += t.N
			case "released", "failed":
				one.Told += t.N
			}
		}
	}
	for _, one := range by {
		out = append(out, *one)
	}
	slices.SortFunc(out, func(a, b api.Tally) int {
		return cmp.Or(cmp.Compare(b.Held+b.Told, a.Held+a.Told), strings.Compare(a.ID, b.ID))
	})
	return out[:min(top, len(out))]
}
