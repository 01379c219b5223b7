package truth

import (
	"fmt"
	"math"
)

// Enough is how many labelled references a figure needs. Of fewer only the
// number is told.
const Enough = 30

// A Score counts what a rule says of references whose label is known.
type Score struct {
	// Hit and Missed are those that the label calls tracked.
	Hit, Missed int
	// False and Right are the others: said to be tracked, and not.
	False, Right int
}

// Add counts one more.
func (s *Score) Add(tracked, said bool) {
	switch {
	case tracked && said:
		s.Hit++
	case tracked:
		s.Missed++
	case said:
		s.False++
	default:
		s.Right++
	}
}

// N is how many were counted.
func (s Score) N() int { return s.Hit + s.Missed + s.False + s.Right }

// Precision is how many of those said to be tracked are, with its lower bound.
func (s Score) Precision() (point, lower float64) { return share(s.Hit, s.Hit+s.False) }

// Recall is how many of those that are tracked are said to be, with its lower
// bound.
func (s Score) Recall() (point, lower float64) { return share(s.Hit, s.Hit+s.Missed) }

// share returns k of n and its lower bound: NaN where there are none.
func share(k, n int) (point, lower float64) {
	if n == 0 {
		return math.NaN(), math.NaN()
	}
	return float64(k) / float64(n), wilson(k, n)
}

// wilson returns the lower end of the two-sided 95 % interval of k of n by
// Wilson (Journal of the American Statistical Association 22, 1927, p. 209):
// those shares p of which k/n is no further away than z standard deviations of
// a sample of n.
func wilson(k, n int) float64 {
	if k == 0 {
		return 0
	}
	const z = 1.959963984540054
	p, m := float64(k)/float64(n), float64(n)
	middle := p + z*z/(2*m)
	half := z * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return (middle - half) / (1 + z*z/m)
}

// figure writes a share with its lower bound, a dash where there is none.
func figure(point, lower float64) string {
	if math.IsNaN(point) {
		return fmt.Sprintf("%6s %8s", "-", "-")
	}
	return fmt.Sprintf("%6.3f %8.3f", point, lower)
}
