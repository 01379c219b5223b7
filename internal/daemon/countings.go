package daemon

import (
	"context"
	"sync"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
)

const (
	// worthKeeping is how many loads have to be counted for the answer to be kept: fewer
	// are counted anew each time, in a moment.
	worthKeeping = 50_000
	// keptFor is how long an answer is given again. A window asks whenever something
	// happens, and a quarter of a year of a million loads takes a good part of a second.
	keptFor = 30 * time.Second
	// maxKept is how many answers are kept.
	maxKept = 8
)

// countings keeps answers of statistics that took long. The zero value is empty.
type countings struct {
	// turn lets one count at a time: whoever waits finds the answer of the first.
	turn sync.Mutex

	mu   sync.Mutex // guards what follows
	kept map[api.StatisticsQuery]keptAnswer
	// edition grows with each clear: what was counted before is not kept after.
	edition int
}

// A keptAnswer is what was counted, and when.
type keptAnswer struct {
	answer api.Statistics
	at     time.Time
}

// of returns the kept answer to a query, or counts.
func (c *countings) of(ctx context.Context, q api.StatisticsQuery, count func() (api.Statistics, error)) (api.Statistics, error) {
	if answer, ok := c.get(q); ok {
		return answer, nil
	}
	c.turn.Lock()
	defer c.turn.Unlock()
	if answer, ok := c.get(q); ok {
		return answer, nil
	}
	if err := ctx.Err(); err != nil {
		return api.Statistics{}, err
	}
	edition := c.now()
	answer, err := count()
	if err == nil {
		c.put(q, answer, edition)
	}
	return answer, err
}

func (c *countings) get(q api.StatisticsQuery) (api.Statistics, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	one, ok := c.kept[q]
	return one.answer, ok && time.Since(one.at) < keptFor
}

func (c *countings) now() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.edition
}

// put keeps an answer that is worth it.
func (c *countings) put(q api.StatisticsQuery, answer api.Statistics, edition int) {
	n := &answer.Sums.Counts
	if n.Held+n.Released+n.Copies+n.Failed < worthKeeping {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if edition != c.edition {
		return
	}
	if len(c.kept) >= maxKept || c.kept == nil {
		c.kept = make(map[api.StatisticsQuery]keptAnswer)
	}
	c.kept[q] = keptAnswer{answer, time.Now()}
}

// clear forgets all answers: somebody who is named in one was forgotten.
func (c *countings) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept = nil
	c.edition++
}
