package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	dir := t.TempDir()
	kept := filepath.Join(dir, "bench.txt")
	text := "pkg: github.com/unseen-mail/unseen/internal/rulefiles\nBenchmarkGrowthRules/1000 10 900 ns/op 0.0009 cpu-ms/op\nBenchmarkGrowthRules/5000 10 1900 ns/op 0.0019 cpu-ms/op\n"
	if err := os.WriteFile(kept, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(&out, []string{kept}, filepath.Join(dir, "growth")); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "growth", "rules.svg")); err != nil || !strings.Contains(out.String(), "rules.svg") {
		t.Errorf("%v: %s", err, out.String())
	}
	if err := run(&out, []string{filepath.Join(dir, "none.txt")}, ""); err == nil {
		t.Error("a file that is not there is read")
	}
}
