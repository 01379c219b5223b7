// Command keep chooses, of the inputs that fuzzing found, a few that reach all that
// they reach together, and puts them into the package's testdata/fuzz, where every
// test run tries them. Go keeps what it found in its build cache alone, which is of
// one machine and may be cleaned at any time.
//
//	keep PACKAGE TARGET BINARY
//
// runs BINARY, which is the package's tests built with coverage counted, once for
// each input. The current directory is the top of the repository. Inputs that are in
// the repository already stay: those that once failed among them.
package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const (
	// most is how many inputs a target keeps.
	most = 200
	// tried is how many inputs are looked at, the shortest ones.
	tried = 300
	// largest is how long a kept input may be, as Go writes it.
	largest = 6 << 10
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "keep:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 {
		return errors.New("usage: keep PACKAGE TARGET BINARY")
	}
	const module = "github.com/unseen-mail/unseen/"
	dir := filepath.FromSlash(strings.TrimPrefix(args[0], module))
	binary, err := filepath.Abs(args[2])
	if err != nil {
		return err
	}
	cache, err := exec.Command("packaging/go.sh", "env", "GOCACHE").Output()
	if err != nil {
		return fmt.Errorf("asking for Go's cache: %w", err)
	}
	t := target{dir: dir, name: args[1], binary: binary, corpus: filepath.Join(dir, "testdata", "fuzz", args[1])}
	found := filepath.Join(strings.TrimSpace(string(cache)), "fuzz", filepath.FromSlash(args[0]), args[1])
	kept, of, err := t.keep(found)
	if err != nil {
		return fmt.Errorf("%s: %w", args[1], err)
	}
	fmt.Printf("%s %s: %d new of %d\n", dir, args[1], kept, of)
	return nil
}

// A target is one fuzz target.
type target struct {
	dir, name, binary, corpus string
}

// An input is one of its inputs, and the blocks of code that it reaches.
type input struct {
	name, file string
	size       int64
	reaches    []string
}

// keep copies the chosen of the inputs below a directory into the corpus.
func (t *target) keep(from string) (kept, of int, err error) {
	there, err := list(t.corpus)
	if err != nil {
		return 0, 0, err
	}
	found, err := list(from)
	if err != nil {
		return 0, 0, err
	}
	known := map[string]bool{}
	for _, in := range there {
		known[in.name] = true
	}
	found = slices.DeleteFunc(found, func(in input) bool { return in.size > largest || known[in.name] })
	reached := map[string]bool{}
	seeds, err := t.reach("^" + t.name + "$/^seed#")
	if err != nil {
		return 0, 0, err
	}
	for _, in := range there {
		more, err := t.reach("^" + t.name + "$/^" + in.name + "$")
		if err != nil {
			return 0, 0, fmt.Errorf("%s, which is kept: %w", in.name, err)
		}
		seeds = append(seeds, more...)
	}
	for _, block := range seeds {
		reached[block] = true
	}
	of = len(found)
	slices.SortFunc(found, shorter)
	found = found[:min(len(found), tried)]
	for i := range found {
		if err := t.try(&found[i]); err != nil {
			return 0, 0, err
		}
	}
	chosen := choose(found, reached, most-len(there))
	for _, in := range chosen {
		if err := t.put(in); err != nil {
			return 0, 0, err
		}
	}
	return len(chosen), of, nil
}

// list lists the inputs in a directory, none if there is none.
func list(dir string) ([]input, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []input
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			return nil, err
		}
		if info.Mode().IsRegular() {
			all = append(all, input{name: e.Name(), file: filepath.Join(dir, e.Name()), size: info.Size()})
		}
	}
	return all, nil
}

// try runs an input that is not in the corpus, and notes what it reaches. One that
// fails reaches nothing new: it is for a person to look at.
func (t *target) try(in *input) error {
	if err := t.put(*in); err != nil {
		return err
	}
	reaches, err := t.reach("^" + t.name + "$/^" + in.name + "$")
	if err != nil {
		fmt.Fprintf(os.Stderr, "keep: %s %s: %s: %v\n", t.dir, t.name, in.file, err)
	}
	in.reaches = reaches
	return os.Remove(filepath.Join(t.corpus, in.name))
}

// put copies an input into the corpus.
func (t *target) put(in input) error {
	raw, err := os.ReadFile(in.file)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(t.corpus, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(t.corpus, in.name), raw, 0o644)
}

// reach runs some of the target's inputs and returns the blocks that were reached.
func (t *target) reach(pattern string) ([]string, error) {
	profile, err := os.CreateTemp("", "keep")
	if err != nil {
		return nil, err
	}
	profile.Close()
	defer os.Remove(profile.Name())
	cmd := exec.Command(t.binary, "-test.run", pattern, "-test.coverprofile", profile.Name(), "-test.timeout", "60s")
	cmd.Dir = t.dir
	if said, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("running %s: %w\n%s", pattern, err, said)
	}
	return blocks(profile.Name())
}

// blocks reads which blocks a profile says were reached ("go doc cover"). How often
// counts as well, roughly: a loop that went round once is not one that went on.
func blocks(profile string) ([]string, error) {
	f, err := os.Open(profile)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) != 3 || words[2] == "0" {
			continue
		}
		out = append(out, words[0]+" "+often(words[2]))
	}
	return out, nil
}

// often is how often a block was reached: once, a few times, or many.
func often(count string) string {
	switch {
	case count == "1":
		return "once"
	case len(count) == 1:
		return "a few times"
	}
	return "often"
}

// shorter orders inputs by size.
func shorter(a, b input) int {
	return cmp.Or(cmp.Compare(a.size, b.size), cmp.Compare(a.name, b.name))
}

// choose takes inputs that reach what is not reached yet, the short ones first.
func choose(all []input, reached map[string]bool, limit int) []input {
	slices.SortFunc(all, shorter)
	var chosen []input
	for _, in := range all {
		if len(chosen) >= limit {
			break
		}
		fresh := false
		for _, block := range in.reaches {
			fresh = fresh || !reached[block]
			reached[block] = true
		}
		if fresh {
			chosen = append(chosen, in)
		}
	}
	return chosen
}
