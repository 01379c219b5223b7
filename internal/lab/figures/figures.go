// Package figures reads what benchmarks printed, sets it beside what is to be
// reached, and draws how cost grows.
//
// It measures nothing itself: "make bench" runs the benchmarks and hands over what
// they say, in the form that `go test -bench` has. A row for which nothing was
// measured says so, and never passes for one that was reached.
package figures

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// A Result is one line of a benchmark.
type Result struct {
	// Package is its path in the repository: "internal/plan".
	Package string
	// Name is the benchmark's, without "Benchmark" and the number of processors:
	// "Bulk/through".
	Name string
	// Values are what was measured, by unit: "ns/op", "MB/s", "ratio".
	Values map[string]float64
}

// Results are those of one run, in the order in which they were printed.
type Results []Result

// module is what every package's path begins with.
const module = "github.com/unseen-mail/unseen/"

// processors ends the name of a benchmark where there is more than one.
var processors = regexp.MustCompile(`-\d+$`)

// Read reads what `go test -bench` printed. Lines of other forms are passed over.
func Read(r io.Reader) (Results, error) {
	var out Results
	room := ""
	in := bufio.NewScanner(r)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		line := in.Text()
		if path, ok := strings.CutPrefix(line, "pkg: "); ok {
			room = strings.TrimPrefix(path, module)
			continue
		}
		if result, ok := readLine(line); ok {
			result.Package = room
			out = append(out, result)
		}
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("reading figures: %w", err)
	}
	return out, nil
}

// readLine reads the name, the rounds, and pairs of a value and its unit.
func readLine(line string) (Result, bool) {
	fields := strings.Fields(line)
	if len(fields) < 4 || len(fields)%2 != 0 {
		return Result{}, false
	}
	name, ok := strings.CutPrefix(fields[0], "Benchmark")
	if !ok {
		return Result{}, false
	}
	out := Result{Name: processors.ReplaceAllString(name, ""), Values: make(map[string]float64)}
	for i := 2; i+1 < len(fields); i += 2 {
		value, err := strconv.ParseFloat(fields[i], 64)
		if err != nil {
			return Result{}, false
		}
		out.Values[fields[i+1]] = value
	}
	return out, true
}

// find returns the values of a unit: of the benchmark with that name, and of those
// below it, in their order. Of one that was run several times the best counts, which
// other work on the machine disturbed least.
func (r Results) find(room, name, unit string, more bool) []float64 {
	var out []float64
	at := make(map[string]int)
	for _, result := range r {
		if result.Package != room || result.Name != name && !strings.HasPrefix(result.Name, name+"/") {
			continue
		}
		value, ok := result.Values[unit]
		if !ok {
			continue
		}
		i, again := at[result.Name]
		switch {
		case !again:
			at[result.Name] = len(out)
			out = append(out, value)
		case more:
			out[i] = max(out[i], value)
		default:
			out[i] = min(out[i], value)
		}
	}
	return out
}
