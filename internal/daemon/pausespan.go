package daemon

import "time"

// A span is a time that ends by itself and that no clock makes longer: one that
// was set back ends it.
type span struct {
	Since time.Time `json:"since"`
	Until time.Time `json:"until"`
	// Seen is the last time at which it was known to stand. It is written down
	// now and then, so that a clock set back while Unseen did not run is noticed.
	Seen time.Time `json:"seen"`
}

// spanOf begins a span.
func spanOf(now time.Time, length time.Duration) span {
	return span{Since: now, Until: now.Add(length), Seen: now}
}

// none says that there is nothing to stand.
func (s span) none() bool { return s.Until.IsZero() }

// stands says whether the span is not over. The times of one run carry the
// monotonic clock, which is never set back and stops while the machine sleeps; so
// the clock on the wall has to agree.
func (s span) stands(now time.Time) bool {
	wall := now.Round(0)
	return !s.none() && now.Before(s.Until) && wall.Before(s.Until.Round(0)) && !wall.Before(s.Since.Round(0))
}

// wentBack says that the clock shows a time that has been.
func (s span) wentBack(now time.Time) bool { return now.Round(0).Before(s.Seen.Round(0)) }

// left is how long it stands at most.
func (s span) left(now time.Time) time.Duration {
	return min(s.Until.Sub(now), s.Until.Round(0).Sub(now.Round(0)))
}
