package twin_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/twin"
)

// pairs is where the real pairs of the project lie.
const pairs = "../../../shared/mail/pairs"

// missing skips a test for lack of the project's mail, or fails it where all of
// it must run.
func missing(t testing.TB, err error) {
	t.Helper()
	if os.Getenv("UNSEEN_STRICT") == "1" {
		t.Fatal(err)
	}
	t.Skipf("the project's mail is not here: %v", err)
}

// TestTruth holds the comparison to the project's true pairs: every load and
// link that differs is individual, and nothing else is.
func TestTruth(t *testing.T) {
	table, err := os.ReadFile(filepath.Join(pairs, "truth.tsv"))
	if err != nil {
		missing(t, err)
	}
	reports := map[string]map[string]twin.Result{}
	wrong, checked, individual := 0, 0, 0
	for i, line := range strings.Split(strings.TrimSpace(string(table)), "\n") {
		f := strings.Split(line, "\t")
		if i == 0 || len(f) < 6 {
			continue
		}
		if reports[f[0]] == nil {
			reports[f[0]] = results(t, f[0])
		}
		got, ok := reports[f[0]][f[1]+" "+f[4]]
		want := f[2] == "1"
		checked++
		if want {
			individual++
		}
		if !ok || want != (got == twin.Individual) {
			wrong++
			t.Errorf("%s, %s %d letters long, individual %v: %q (row %d)", f[0], f[1], len(f[4]), want, got, i)
		}
	}
	t.Logf("%d addresses, %d of them individual, %d wrong", checked, individual, wrong)
	if checked < 300 {
		t.Errorf("only %d rows", checked)
	}
}

// results compares a pair and returns the result of each address of the first.
func results(t *testing.T, name string) map[string]twin.Result {
	t.Helper()
	var copies []twin.Copy
	for _, u := range []string{".u1.eml", ".u2.eml"} {
		raw, err := os.ReadFile(filepath.Join(pairs, name+u))
		if err != nil {
			t.Fatal(err)
		}
		copies = append(copies, twin.Copy{Raw: raw})
	}
	report, err := twin.Compare(copies)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %s: %v", name, report.Sameness.Sure, report.Sameness.Signs)
	out := map[string]twin.Result{}
	for _, r := range report.References {
		kind := "img"
		if !r.Kind.Load() {
			kind = "link"
		}
		for _, p := range r.Places {
			if p.Copy == 0 {
				out[kind+" "+p.URL] = r.Result
			}
		}
	}
	return out
}

// BenchmarkCompare compares the largest of the real pairs.
func BenchmarkCompare(b *testing.B) {
	var copies []twin.Copy
	size := 0
	for _, u := range []string{"u1", "u2"} {
		raw, err := os.ReadFile(filepath.Join(pairs, "2023-01-16-norma."+u+".eml"))
		if err != nil {
			missing(b, err)
		}
		size += len(raw)
		copies = append(copies, twin.Copy{Raw: raw})
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		if _, err := twin.Compare(copies); err != nil {
			b.Fatal(err)
		}
	}
}

// TestMadeUp holds the comparison to made-up copies with every kind of
// difference.
func TestMadeUp(t *testing.T) {
	const dir = "../../testdata/pairs"
	table, err := os.ReadFile(filepath.Join(dir, "truth.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]map[string]twin.Result{}
	for i, line := range strings.Split(strings.TrimSpace(string(table)), "\n") {
		f := strings.Split(line, "\t")
		if i == 0 {
			continue
		}
		if want[f[0]] == nil {
			want[f[0]] = map[string]twin.Result{}
		}
		want[f[0]][f[4]] = twin.Result(f[2])
	}
	for pair, urls := range want {
		names, err := filepath.Glob(filepath.Join(dir, pair+".*.eml"))
		if err != nil || len(names) < 2 {
			t.Fatalf("%s: %v", pair, err)
		}
		var copies []twin.Copy
		for _, name := range names {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			copies = append(copies, twin.Copy{Raw: raw})
		}
		report, err := twin.Compare(copies)
		if err != nil || report.Sameness.Sure != twin.Certain {
			t.Fatalf("%s: %v %v", pair, report.Sameness, err)
		}
		seen := map[string]bool{}
		for _, r := range report.References {
			for _, p := range r.Places {
				if w, ok := urls[p.URL]; !ok || w != r.Result {
					t.Errorf("%s: %s is %s, want %s: %v", pair, p.URL, r.Result, w, r.Reasons)
				}
				seen[p.URL] = true
			}
		}
		for u := range urls {
			if !seen[u] {
				t.Errorf("%s: %s was not compared", pair, u)
			}
		}
	}
}

// TestLarge compares mails with as many references as are read, all of one form
// and none with a shared value: what would be slow if anything were quadratic.
func TestLarge(t *testing.T) {
	var copies []twin.Copy
	for who := range 2 {
		var body strings.Builder
		for i := range 20_000 {
			fmt.Fprintf(&body, "<img src=//x.example/%x/%d>", (who*7+1)*1_000_003*(i+1), i%3)
		}
		copies = append(copies, twin.Copy{Raw: letter{to: fmt.Sprintf("r%d@mail.example", who), body: body.String()}.raw()})
	}
	r, err := twin.Compare(copies)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(r.References); n < 19_000 || n > 40_000 {
		t.Errorf("%d references", n)
	}
}
