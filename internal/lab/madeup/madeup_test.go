package madeup_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/lab/madeup"
)

// What lies in testdata/mail is what the generator writes, to the octet: so a
// change of either is seen, and git has not touched a line end.
func TestTestdata(t *testing.T) {
	dir := filepath.Join(lab.Root(t), "testdata", "mail")
	want := map[string][]byte{}
	for _, f := range madeup.All() {
		if want[f.Name] != nil {
			t.Errorf("%s is written twice", f.Name)
		}
		want[f.Name] = f.Data
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		name := filepath.Base(path)
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if data, made := want[name]; made && !bytes.Equal(got, data) {
			t.Errorf("%s is not what the generator writes: say \"make testdata\"", name)
		} else if !made && !strings.HasPrefix(name, "hand-") {
			t.Errorf("%s is not written by the generator", name)
		}
		delete(want, name)
	}
	for name := range want {
		t.Errorf("%s is missing: say \"make testdata\"", name)
	}
	if len(paths) < 300 {
		t.Errorf("%d messages, want at least 300", len(paths))
	}
}

// The mail is marked as made up, and its people live in reserved domains
// (RFC 2606, section 2 and 3).
func TestMadeUp(t *testing.T) {
	people := regexp.MustCompile(`(?m)^(?:From|To|Return-Path|Delivered-To):.*@([a-z0-9.-]+)>?\r?$`)
	reserved := regexp.MustCompile(`(^|\.)(example|test|invalid|example\.(com|net|org))$`)
	total := 0
	for _, f := range madeup.All() {
		total += len(f.Data)
		header, _, _ := bytes.Cut(f.Data, []byte("\r\n\r\n"))
		if len(f.Data) > 1000 && !bytes.Contains(f.Data, []byte("X-Made-Up: nobody sent this")) && !strings.HasPrefix(f.Name, "broken-only-body") {
			t.Errorf("%s is not marked as made up", f.Name)
		}
		for _, m := range people.FindAllSubmatch(header, -1) {
			if !reserved.Match(m[1]) {
				t.Errorf("%s names somebody at %s", f.Name, m[1])
			}
		}
	}
	if total > 6<<20 {
		t.Errorf("%d octets in all, want at most 6 MiB", total)
	}
}

// The same mail comes out every time.
func TestDeterministic(t *testing.T) {
	first, second := madeup.All(), madeup.All()
	for i := range first {
		if first[i].Name != second[i].Name || !bytes.Equal(first[i].Data, second[i].Data) {
			t.Fatalf("%s differs between two runs", first[i].Name)
		}
	}
}
