package pipeline

import (
	"context"
	"fmt"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/metrics"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx"
)

// A Tally is what a job came to, as far as the engine tells: work that was done twice
// after a fault may be counted twice.
type Tally struct {
	// Mails were looked into, Partly of them not as a whole; Found are addresses that
	// report, Rows are rows of all parts.
	Mails, Partly, Found, Rows int64
	// Unreadable are mails and files that could not be read, Passed things that are no
	// files.
	Unreadable, Passed int64
	// Told says that the engine told anything: some do not, and nothing is known before
	// the end of a job that is not waited for.
	Told bool
}

// Run runs a pipeline on the engine that the flags name, and returns when it is done.
func Run(ctx context.Context, p *beam.Pipeline) (Tally, error) {
	result, err := beamx.RunWithMetrics(ctx, p)
	if err != nil {
		return Tally{}, fmt.Errorf("running the pipeline: %w", err)
	}
	return tally(result), nil
}

// tally takes the sums from what the engine tells.
func tally(result beam.PipelineResult) Tally {
	var t Tally
	if result == nil {
		return t
	}
	into := map[string]*int64{mails: &t.Mails, partly: &t.Partly, found: &t.Found, rows: &t.Rows, unreadable: &t.Unreadable, passed: &t.Passed}
	ours := result.Metrics().Query(func(r metrics.SingleResult) bool { return r.Namespace() == namespace })
	for _, c := range ours.Counters() {
		t.Told = true
		if sum := into[c.Name()]; sum != nil {
			*sum += c.Result() // of each step that counts it
		}
	}
	return t
}
