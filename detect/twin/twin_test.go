package twin_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
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
	stored := map[string]map[string]twin.Result{}
	lost := 0
	wrong, checked, individual := 0, 0, 0
	for i, line := range strings.Split(strings.TrimSpace(string(table)), "\n") {
		f := strings.Split(line, "\t")
		if i == 0 || len(f) < 6 {
			continue
		}
		if reports[f[0]] == nil {
			reports[f[0]] = results(t, f[0])
			stored[f[0]] = storedResults(t, f[0])
		}
		// Without the mails there is less to go by, and never anything else.
		switch kept := stored[f[0]][f[1]+" "+f[4]]; {
		case f[2] == "0" && kept == twin.Individual:
			t.Errorf("%s, %s %d letters long is individual by what is kept of it (row %d)", f[0], f[1], len(f[4]), i)
		case f[2] == "1" && kept != twin.Individual:
			lost++
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
	t.Logf("%d addresses, %d of them individual, %d wrong; by what is kept of them, %d are not found", checked, individual, wrong, lost)
	if lost > individual/20 {
		t.Errorf("by what is kept of them, %d of %d are not found", lost, individual)
	}
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

// storedResults compares what is kept of a pair.
func storedResults(t *testing.T, name string) map[string]twin.Result {
	t.Helper()
	var copies []twin.Stored
	for i, u := range []string{".u1.eml", ".u2.eml"} {
		raw, err := os.ReadFile(filepath.Join(pairs, name+u))
		if err != nil {
			t.Fatal(err)
		}
		copies = append(copies, kept(raw, fmt.Sprintf("r%d@mail.example", i)))
	}
	report, err := twin.CompareStored(copies)
	if err != nil {
		t.Errorf("%s: by what is kept of them: %v", name, err)
	}
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

// kept is what is kept of a mail.
func kept(raw []byte, recipient string) twin.Stored {
	layout := message.Parse(raw)
	s := twin.Stored{Header: raw[layout.Root.Header.Start:layout.Root.Header.End], Recipient: recipient}
	for p := range layout.Leaves() {
		if !reference.Scanned(p.MediaType) {
			continue
		}
		text := p.Decode(raw[p.Body.Start:p.Body.End], p.Body.Start)
		view, ok := message.NewView(p.Charset, text.Bytes())
		if !ok {
			continue
		}
		for _, r := range reference.Find(p.MediaType, p.Location, view.Cells()) {
			s.References, s.Sections = append(s.References, r), append(s.Sections, p.Section)
		}
	}
	return s
}

// TestStored checks that little is enough, and that too little is refused.
func TestStored(t *testing.T) {
	var copies []twin.Stored
	for i, token := range []string{"7f3a9c2e51d84b06", "1b06a1c2d3e4f506"} {
		l := letter{to: fmt.Sprintf("r%d@mail.example", i), body: `<img src="https://x.example/a.gif?u=` + token + `"><a href="https://x.example/b">` + words + `</a>`}
		copies = append(copies, kept(l.raw(), ""))
	}
	r, err := twin.CompareStored(copies)
	if err != nil || r.Sameness.Sure != twin.Certain || len(r.References) != 2 || r.References[0].Result != twin.Individual || r.References[1].Result != twin.Aggregate {
		t.Errorf("%+v %v", r, err)
	}
	if p := r.Proofs(); len(p) != 1 || p[0].Result != twin.Individual {
		t.Errorf("%+v", p)
	}
	if _, err := twin.CompareStored(copies[:1]); !errors.Is(err, twin.ErrCopies) {
		t.Error(err)
	}
	copies[1].Recipient, copies[0].Recipient = "r0@mail.example", "r0@mail.example"
	if _, err := twin.CompareStored(copies); !errors.Is(err, twin.ErrOneRecipient) {
		t.Error(err)
	}
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
