package daemon

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
)

// What took long to count is given again for a while; little is counted anew each time,
// and so is everything once somebody was forgotten.
func TestCountedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c countings
		n := 0
		count := func(held int) func() (api.Statistics, error) {
			return func() (api.Statistics, error) {
				n++
				var s api.Statistics
				s.Sums.Held = held
				return s, nil
			}
		}
		ask := func(q api.StatisticsQuery, held, counts int) {
			t.Helper()
			got, err := c.of(t.Context(), q, count(held))
			if err != nil || got.Sums.Held != held || n != counts {
				t.Errorf("%d held, counted %d times, %v", got.Sums.Held, n, err)
			}
		}
		few, many := api.StatisticsQuery{By: "day"}, api.StatisticsQuery{By: "week"}
		ask(few, 7, 1)
		ask(few, 7, 2)
		ask(many, worthKeeping, 3)
		ask(many, worthKeeping, 3)
		time.Sleep(keptFor)
		ask(many, worthKeeping, 4)
		c.clear()
		ask(many, worthKeeping, 5)
		if _, err := c.of(t.Context(), api.StatisticsQuery{Top: 3}, func() (api.Statistics, error) {
			c.clear() // somebody is forgotten while it is counted
			return count(worthKeeping)()
		}); err != nil {
			t.Error(err)
		}
		ask(api.StatisticsQuery{Top: 3}, worthKeeping, 7)
		wrong := errors.New("disk on fire")
		if _, err := c.of(t.Context(), few, func() (api.Statistics, error) { return api.Statistics{}, wrong }); !errors.Is(err, wrong) {
			t.Errorf("error is %v", err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := c.of(gone, few, count(1)); !errors.Is(err, context.Canceled) || n != 7 {
			t.Errorf("counted for somebody who has gone: %v", err)
		}
	})
}

// Of many who ask at once, one counts.
func TestCountedOnce(t *testing.T) {
	var c countings
	n := 0
	var all sync.WaitGroup
	for range 9 {
		all.Go(func() {
			_, err := c.of(t.Context(), api.StatisticsQuery{}, func() (api.Statistics, error) {
				n++
				var s api.Statistics
				s.Sums.Held = worthKeeping
				return s, nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n != 1 {
		t.Errorf("counted %d times", n)
	}
}
