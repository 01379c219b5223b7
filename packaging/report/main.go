// Command report reads what "go test -json" prints and says it again for
// people: one line a package, everything a failed test said, and at the end
// the sums. What tests left out, and why, goes to the file named by -skips.
//
// It ends with 1 if anything failed, a build included.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

// An event is one line of "go test -json" (see "go doc test2json").
type event struct {
	Action, Package, ImportPath, Test, Output string
	Elapsed                                   float64
}

// A report is what was learnt so far.
type report struct {
	out                     io.Writer
	passed, failed, skipped int
	broken                  bool
	said                    map[string][]string // by package and test
	reasons                 map[string]int
}

func main() {
	skips := flag.String("skips", "", "the file to write to what was left out, and why")
	flag.Parse()
	r := &report{out: os.Stdout, said: map[string][]string{}, reasons: map[string]int{}}
	if err := r.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
	if err := r.leftOut(*skips); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
	fmt.Fprintf(r.out, "%d passed, %d failed, %d skipped\n", r.passed, r.failed, r.skipped)
	if r.broken || r.failed > 0 || r.passed == 0 {
		os.Exit(1)
	}
}

// read takes in all events. Lines that are no events are errors of the build
// and are printed as they are.
func (r *report) read(in io.Reader) error {
	scanner := bufio.NewScanner(in)
	scanner.Buffer(nil, 16<<20)
	for scanner.Scan() {
		var e event
		if json.Unmarshal(scanner.Bytes(), &e) != nil {
			fmt.Fprintln(r.out, scanner.Text())
			continue
		}
		r.take(e)
	}
	if err := scanner.Err(); err != nil {
		return fmt.Errorf("reading the tests' output: %w", err)
	}
	return nil
}

func (r *report) take(e event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output":
		r.said[key] = append(r.said[key], e.Output)
	case "build-output":
		fmt.Fprint(r.out, e.Output)
	case "build-fail":
		r.broken = true
	case "pass", "fail", "skip":
		if e.Test == "" {
			r.endPackage(e)
		} else {
			r.endTest(e, key)
		}
		delete(r.said, key)
	}
}

func (r *report) endTest(e event, key string) {
	switch e.Action {
	case "pass":
		r.passed++
	case "skip":
		r.skipped++
		for _, line := range r.said[key] {
			if _, why, ok := strings.Cut(line, ".go:"); ok {
				_, why, _ = strings.Cut(why, ": ")
				why = strings.TrimPrefix(why, "left out: ")
				r.reasons[strings.TrimSpace(why)]++
			}
		}
	case "fail":
		r.failed++
		fmt.Fprint(r.out, strings.Join(r.said[key], ""))
	}
}

func (r *report) endPackage(e event) {
	said := r.said[e.Package+" "]
	switch {
	case e.Action == "fail":
		r.broken = true
		fmt.Fprint(r.out, strings.Join(said, ""))
	case e.Action == "pass":
		fmt.Fprintf(r.out, "ok  \t%s\t%.1fs\n", e.Package, e.Elapsed)
	}
}

// leftOut adds the reasons of skipped tests to a file.
func (r *report) leftOut(path string) error {
	if path == "" || len(r.reasons) == 0 {
		return nil
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("noting what was left out: %w", err)
	}
	for _, why := range slices.Sorted(maps.Keys(r.reasons)) {
		tests := "tests"
		if r.reasons[why] == 1 {
			tests = "test"
		}
		fmt.Fprintf(f, "%d %s: %s\n", r.reasons[why], tests, why)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("noting what was left out: %w", err)
	}
	return nil
}
