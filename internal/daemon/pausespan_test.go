package daemon

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// wall is a time without the monotonic clock, as one that was read from disk.
func wall(t time.Time) time.Time { return t.Round(0) }

func TestSpanStands(t *testing.T) {
	begin := wall(time.Now())
	s := spanOf(begin, time.Hour)
	for name, c := range map[string]struct {
		now  time.Time
		want bool
	}{
		"at once":                {begin, true},
		"before its end":         {begin.Add(time.Hour - 1), true},
		"at its end":             {begin.Add(time.Hour), false},
		"a clock before it":      {begin.Add(-1), false},
		"a clock long before it": {begin.AddDate(-1, 0, 0), false},
	} {
		if got := s.stands(c.now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if (span{}).stands(begin) || !(span{}).none() {
		t.Error("no span stands")
	}
}

// However the clock on the wall is set, in one run or between runs, nothing
// stands longer than it was asked for by a clock that only goes forward, and what
// has ended does not stand again.
func TestNoClockMakesASpanLonger(t *testing.T) {
	stood := 0
	rapid.Check(t, func(rt *rapid.T) {
		begin := wall(time.Now())
		length := time.Duration(rapid.IntRange(1, 7200).Draw(rt, "seconds")) * time.Second
		s, running, shown, ended := spanOf(begin, length), time.Duration(0), begin, false
		rt.Repeat(map[string]func(*rapid.T){
			"time passes, and it is noted": func(rt *rapid.T) {
				by := time.Duration(rapid.IntRange(0, 60).Draw(rt, "by")) * time.Second
				running, shown = running+by, shown.Add(by)
				if s.stands(shown) && !ended {
					s.Seen = shown
				} else {
					ended = true
				}
			},
			"a restart with another clock": func(rt *rapid.T) {
				shown = shown.Add(time.Duration(rapid.IntRange(-10_000, 10_000).Draw(rt, "set")) * time.Second)
				ended = ended || s.wentBack(shown) || !s.stands(shown)
			},
			"": func(rt *rapid.T) {
				stands := !ended && s.stands(shown)
				if stands {
					stood++
				}
				// What ran since the last note is what a clock could hide at most.
				if stands && running > length+noted {
					rt.Fatalf("stands after %s of %s", running, length)
				}
			},
		})
	})
	if stood == 0 {
		t.Error("nothing ever stood: the test shows nothing")
	}
}
