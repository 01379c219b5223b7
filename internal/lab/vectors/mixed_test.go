package vectors_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/lab/vectors"
	"github.com/unseen-mail/unseen/internal/plan"
)

// TestMixed checks that nothing that is read as a load is left in random mixtures,
// or that it is told. What a browser makes of them is tried in internal/lab/e2e.
func TestMixed(t *testing.T) {
	edited := 0
	for _, v := range vectors.Mixed(2000, 5) {
		raw := v.Mail()
		out := bytes.Clone(raw)
		p := (&plan.Planner{Base: base}).Plan(raw)
		p.Overlay.Apply(out, 0)
		if len(p.Overlay.Edits) > 0 {
			edited++
		}
		told := len(p.Gaps) > 0 || slices.ContainsFunc(p.References, func(r plan.Reference) bool { return r.Outcome == plan.Ungated })
		if at := left(v, out); at != "" && !told {
			t.Errorf("%s: left and not told: %s\n%s", v.Name, at, out)
		}
		if !slices.Equal(lineEnds(out), lineEnds(raw)) {
			t.Errorf("%s: lines have moved", v.Name)
		}
	}
	if edited < 1000 {
		t.Errorf("only %d were edited: this test shows nothing", edited)
	}
}

// lineEnds is where the lines of a text end.
func lineEnds(raw []byte) []int {
	var at []int
	for i, c := range raw {
		if c == '\n' {
			at = append(at, i)
		}
	}
	return at
}

// TestMixedAgain checks that a seed always gives the same mixtures.
func TestMixedAgain(t *testing.T) {
	a, b := vectors.Mixed(10, 3), vectors.Mixed(10, 3)
	for i := range a {
		if a[i].Text != b[i].Text || !strings.HasPrefix(a[i].Name, "mixed ") {
			t.Errorf("%d: %q and %q", i, a[i].Text, b[i].Text)
		}
	}
}
