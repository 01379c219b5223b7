package custody_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/internal/evidence/custody"
)

func clock() time.Time { return time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC) }

// write writes a log of deeds, and returns it.
func write(t *testing.T, what ...string) (file string, text []byte) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "log.jsonl")
	log, err := custody.Open(file, clock)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range what {
		if err := log.Add(custody.Deed{What: w, Detail: "line\nend"}); err != nil {
			t.Fatal(err)
		}
	}
	text, err = os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return file, text
}

// A line that is changed, left out or moved is noticed; one that is missing at the end
// is not, which a seal is for.
func TestChain(t *testing.T) {
	_, text := write(t, "begun", "taken", "finished")
	lines := bytes.SplitAfter(text, []byte("\n"))
	for name, c := range map[string]struct {
		text  []byte
		wrong bool
	}{
		"as it was":     {text, false},
		"changed":       {bytes.Replace(text, []byte("taken"), []byte("Taken"), 1), true},
		"left out":      {slicesOf(lines[0], lines[2]), true},
		"the first":     {slicesOf(lines[1], lines[2]), true},
		"moved":         {slicesOf(lines[1], lines[0], lines[2]), true},
		"twice":         {slicesOf(lines[0], lines[0]), true},
		"cut at a line": {slicesOf(lines[0], lines[1]), false},
		"no JSON":       {[]byte("begun\n"), true},
	} {
		deeds, last, err := custody.Read(c.text)
		if errors.Is(err, custody.ErrBroken) != c.wrong {
			t.Errorf("%s: %v", name, err)
		}
		if !c.wrong && last != custody.Hash(bytes.TrimSuffix(lines[len(deeds)-1], []byte("\n"))) {
			t.Errorf("%s: last is %s", name, last)
		}
	}
}

func slicesOf(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// A log goes on where it was, and drops a line that was cut off while it was written.
func TestGoesOn(t *testing.T) {
	file, text := write(t, "begun", "taken")
	if err := os.WriteFile(file, append(text, `{"time":"20`...), 0o600); err != nil {
		t.Fatal(err)
	}
	log, err := custody.Open(file, clock)
	if err != nil {
		t.Fatal(err)
	}
	if hash, n := log.Last(); n != 2 || hash == "" {
		t.Errorf("%q after %d lines", hash, n)
	}
	if err := log.Add(custody.Deed{What: "continued"}); err != nil {
		t.Fatal(err)
	}
	text, _ = os.ReadFile(file)
	if deeds, _, err := custody.Read(text); err != nil || len(deeds) != 3 || deeds[2].What != "continued" {
		t.Errorf("%+v, %v", deeds, err)
	}
	if err := os.WriteFile(file, bytes.Replace(text, []byte("taken"), []byte("other"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := custody.Open(file, clock); !errors.Is(err, custody.ErrBroken) {
		t.Errorf("a broken log was gone on with: %v", err)
	}
}

// Whatever octet but the last line's is changed is noticed.
func TestEveryOctet(t *testing.T) {
	_, text := write(t, "begun", "taken", "finished")
	end := bytes.LastIndexByte(text[:len(text)-1], '\n')
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, end-1).Draw(t, "at")
		changed := bytes.Clone(text)
		changed[at] ^= rapid.Byte().Filter(func(b byte) bool { return b != 0 }).Draw(t, "by")
		if _, _, err := custody.Read(changed); err == nil {
			t.Fatalf("octet %d was changed from %q to %q", at, text[at], changed[at])
		}
	})
}

// FuzzRead reads what nobody wrote: it must not be taken for more than it is.
func FuzzRead(f *testing.F) {
	f.Add([]byte("{\"time\":\"2026-04-01T12:00:00Z\",\"what\":\"begun\",\"before\":\"\"}\n"))
	f.Add([]byte("{}\n{}\n"))
	f.Add([]byte("\x00"))
	f.Fuzz(func(t *testing.T, text []byte) {
		deeds, last, err := custody.Read(text)
		if err == nil && (len(deeds) == 0) != (last == "") {
			t.Errorf("%d deeds, last %q", len(deeds), last)
		}
	})
}

func ExampleLog() {
	dir, err := os.MkdirTemp("", "custody-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	log, err := custody.Open(filepath.Join(dir, "log.jsonl"), clock)
	if err == nil {
		err = log.Add(custody.Deed{What: "begun"})
	}
	if err == nil {
		err = log.Add(custody.Deed{What: "taken", Path: "a.eml"})
	}
	_, lines := log.Last()
	fmt.Println(lines, err)
	// Output: 2 <nil>
}
