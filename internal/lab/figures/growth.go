package figures

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// A growth is how a cost goes with a size. Costs are of processors, as far as they can
// be: a clock says little on a machine that others use as well.
// The benchmarks name the size last:
// "GrowthLedger/1000".
type growth struct {
	// file is that of the drawing, without its ending.
	file, title string
	room, name  string
	// size and cost name the axes.
	size, cost string
	lines      []line
}

// A line is one of the costs of a drawing.
type line struct {
	// below is what stands between the name of the benchmark and the size: "" or
	// "direct".
	below, unit string
	scale       float64
	label       string
}

// growths are all that is drawn.
func growths() []growth {
	return []growth{
		{file: "mailbox", title: "A mailbox fetched in one command", room: "internal/lab/e2e", name: "GrowthMailbox",
			size: "messages", cost: "processor seconds", lines: []line{
				{"direct", "cpu-ms/op", 1e-3, "reading alone, from Dovecot"}, {"through", "cpu-ms/op", 1e-3, "with Unseen in between"}}},
		{file: "message", title: "Planning one message", room: "internal/plan", name: "GrowthMessage",
			size: "KB", cost: "processor milliseconds", lines: []line{{"", "cpu-ms/op", 1, "planning"}}},
		{file: "accounts", title: "Accounts", room: "internal/lab/e2e", name: "GrowthAccounts",
			size: "accounts", cost: "MB at rest; ms to start", lines: []line{
				{"", "MB-idle", 1, "MB at rest"}, {"", "ms-start", 1, "ms to start"}}},
		{file: "rules", title: "One address against a list", room: "internal/rulefiles", name: "GrowthRules",
			size: "rules", cost: "processor microseconds", lines: []line{{"", "cpu-ms/op", 1e3, "a verdict"}}},
		{file: "ledger", title: "Opening the ledger, every record verified", room: "internal/store", name: "GrowthLedger",
			size: "records", cost: "processor milliseconds", lines: []line{
				{"plain", "cpu-ms/op", 1, "without words"}, {"shown", "cpu-ms/op", 1, "with a notice of 2 KB in each"}}},
	}
}

// A point is a size and a cost.
type point struct{ size, cost float64 }

// points returns those of a line, by size. Of a size that was measured several times
// the least counts.
func (r Results) points(g growth, l line) []point {
	prefix := g.name + "/"
	if l.below != "" {
		prefix += l.below + "/"
	}
	var out []point
	for _, result := range r {
		rest, ok := strings.CutPrefix(result.Name, prefix)
		value, measured := result.Values[l.unit]
		if !ok || !measured || result.Package != g.room {
			continue
		}
		if size, err := strconv.ParseFloat(rest, 64); err == nil {
			out = append(out, point{size, value * l.scale})
		}
	}
	slices.SortFunc(out, func(a, b point) int { return cmp.Or(cmp.Compare(a.size, b.size), cmp.Compare(a.cost, b.cost)) })
	return slices.CompactFunc(out, func(a, b point) bool { return a.size == b.size })
}
