package truth_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/internal/truth"
)

func TestScore(t *testing.T) {
	var s truth.Score
	for range 8 {
		s.Add(true, true)
	}
	s.Add(true, false)
	s.Add(true, false)
	s.Add(false, true)
	s.Add(false, true)
	s.Add(false, false)
	if s != (truth.Score{Hit: 8, Missed: 2, False: 2, Right: 1}) || s.N() != 13 {
		t.Errorf("counted %+v", s)
	}
	if p, _ := s.Precision(); p != 0.8 {
		t.Errorf("precision %v", p)
	}
	if r, _ := s.Recall(); r != 0.8 {
		t.Errorf("recall %v", r)
	}
}

// The bounds are those that others compute: R's binom::binom.confint(method
// "wilson"), and by hand n/(n+z*z) where all are right.
func TestBounds(t *testing.T) {
	for _, c := range []struct {
		k, n int
		want float64
	}{
		{0, 10, 0}, {10, 10, 0.7225}, {8, 10, 0.4902}, {1, 2, 0.0945}, {50, 100, 0.4038}, {84, 84, 0.9563}, {970, 1000, 0.9575},
	} {
		s := truth.Score{Hit: c.k, Missed: c.n - c.k}
		if _, lower := s.Recall(); math.Abs(lower-c.want) > 0.0001 {
			t.Errorf("%d of %d: %.4f instead of %.4f", c.k, c.n, lower, c.want)
		}
	}
}

// The bound is below the share and rises with both the share and the number.
func TestBoundsRise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 2000).Draw(t, "n")
		k := rapid.IntRange(0, n-1).Draw(t, "k")
		point, lower := truth.Score{Hit: k, Missed: n - k}.Recall()
		if lower < 0 || lower > point {
			t.Fatalf("%d of %d: %v is not below %v", k, n, lower, point)
		}
		if _, more := (truth.Score{Hit: k + 1, Missed: n - k - 1}).Recall(); more <= lower {
			t.Fatalf("one more right of %d: %v after %v", n, more, lower)
		}
		if _, twice := (truth.Score{Hit: 2 * k, Missed: 2 * (n - k)}).Recall(); k > 0 && twice <= lower {
			t.Fatalf("twice as many: %v after %v", twice, lower)
		}
	})
}

// Where nothing was said there is no precision: not 0, and not 1.
func TestNoScore(t *testing.T) {
	p, lower := truth.Score{Missed: 3, Right: 4}.Precision()
	if !math.IsNaN(p) || !math.IsNaN(lower) {
		t.Errorf("precision of nothing is %v, %v", p, lower)
	}
}
