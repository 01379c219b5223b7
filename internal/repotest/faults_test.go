package repotest_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every test that a document names is there: a proof that was renamed away is none.
func TestProofsAreThere(t *testing.T) {
	all := map[string]bool{}
	for _, s := range sources(t) {
		if !s.test() {
			continue
		}
		for _, m := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark|Example)\w*)\(`).FindAllStringSubmatch(s.text, -1) {
			all[m[1]] = true
		}
	}
	named := 0
	for _, file := range []string{"SECURITY.md", "docs/faults.md", "docs/benchmarks.md", "docs/evidence.md", "docs/thunderbird.md", "docs/ways-in.md", "docs/studies.md"} {
		for _, m := range regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w*)`").FindAllStringSubmatch(read(t, filepath.FromSlash(file)), -1) {
			if named++; !all[m[1]] {
				t.Errorf("%s names %s, and there is no such test", file, strings.TrimSpace(m[1]))
			}
		}
	}
	if named < 20 {
		t.Errorf("only %d tests are named: is this looking where it should?", named)
	}
}
