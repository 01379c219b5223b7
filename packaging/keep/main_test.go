package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// What is chosen reaches all that there is to reach, with short inputs first, and
// nothing is chosen for what is reached anyway.
func TestChoose(t *testing.T) {
	all := []input{
		{name: "long", size: 90, reaches: []string{"a", "b", "c"}},
		{name: "short", size: 10, reaches: []string{"a"}},
		{name: "other", size: 20, reaches: []string{"b", "seed"}},
		{name: "nothing", size: 1, reaches: []string{"seed"}},
		{name: "failed", size: 2},
	}
	for _, tt := range []struct {
		name  string
		limit int
		want  []string
	}{
		{"all", 9, []string{"short", "other", "long"}},
		{"two", 2, []string{"short", "other"}},
		{"none", 0, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, in := range choose(slices.Clone(all), map[string]bool{"seed": true}, tt.limit) {
				got = append(got, in.name)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}

// A profile says how often each block was reached.
func TestBlocks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "profile")
	text := "mode: count\na.go:1.2,3.4 2 0\na.go:5.6,7.8 1 1\na.go:9.1,9.2 1 7\na.go:10.1,11.2 1 12345\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := blocks(file)
	want := []string{"a.go:5.6,7.8 once", "a.go:9.1,9.2 a few times", "a.go:10.1,11.2 often"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := blocks(file + "x"); err == nil {
		t.Error("a profile that is not there was read")
	}
}

// Only files are inputs, and a corpus that is not there is empty.
func TestList(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	tg := target{corpus: filepath.Join(dir, "corpus", "FuzzX")}
	from := filepath.Join(dir, "1")
	if err := os.WriteFile(from, []byte("go test fuzz v1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := tg.put(input{name: "1", file: from}); err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]int{dir: 1, tg.corpus: 1, dir + "/none": 0} {
		if got, err := list(at); err != nil || len(got) != want {
			t.Errorf("%s: %v, %v", at, got, err)
		}
	}
	if err := run(nil); err == nil {
		t.Error("nothing to do was done")
	}
}
