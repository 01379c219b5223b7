package figures_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/lab/figures"
)

// printed is what `go test -bench` says.
const printed = `goos: linux
pkg: github.com/unseen-mail/unseen/internal/plan
cpu: Intel(R) Xeon(R) Processor
BenchmarkPlan-2   	      18	 120400852 ns/op	 192.45 MB/s	       191.6 MB/cpu-s	56989345 B/op	  267767 allocs/op
BenchmarkPlan-2   	      18	 120400852 ns/op	 100 MB/s
BenchmarkGrowthMessage/1000   	 10	 4000000 ns/op	 3.9 cpu-ms/op
BenchmarkGrowthMessage/100-2   	 10	 400000 ns/op	 0.4 cpu-ms/op
PASS
pkg: github.com/unseen-mail/unseen/detect
BenchmarkJudge/vendor         	  843118	      1863 ns/op
BenchmarkJudge/query          	  843118	      1999 ns/op
BenchmarkBroken 	 x	 y ns/op
pkg: github.com/unseen-mail/unseen/internal/store
BenchmarkOpenLedgerShown-2 	 85	  79016627 ns/op	 1.580 s/100k
pkg: github.com/unseen-mail/unseen/internal/lab/e2e
BenchmarkMbsync 	 1	 79016627 ns/op	 0.9 ratio	 1.2 ratio-again
`

func read(t *testing.T, text string) figures.Results {
	t.Helper()
	r, err := figures.Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestWrite(t *testing.T) {
	var out bytes.Buffer
	if err := read(t, printed).Write(&out); err != nil {
		t.Fatal(err)
	}
	rows := make(map[string][]string)
	for line := range strings.Lines(out.String()) {
		fields := slices.DeleteFunc(strings.Split(strings.TrimSpace(line), "  "), func(s string) bool { return strings.TrimSpace(s) == "" })
		for i := range fields {
			fields[i] = strings.TrimSpace(fields[i])
		}
		rows[fields[0]] = fields[1:]
	}
	for what, want := range map[string][]string{
		"planning real newsletters, one core":                            {">= 250 MB/s", "192 MB/s", "short"},
		"verdict for one address, the slowest of four":                   {"<= 2 µs", "2 µs", "reached"},
		"with a notice of 2 KB in each":                                  {"<= 1 s", "1.58 s", "short"},
		"whole mailbox by mbsync, directly / through Unseen, first time": {">= 0.95", "0.9", "short"},
		"again":          {">= 0.95", "1.2", "reached"},
		"memory at rest": {"<= 30 MB", "not measured"},
	} {
		if !slices.Equal(rows[what], want) {
			t.Errorf("%s: got %q, want %q", what, rows[what], want)
		}
	}
}

// What is drawn is an image, and nothing is drawn of what was not measured.
func TestDraw(t *testing.T) {
	dir := t.TempDir()
	files, err := read(t, printed).Draw(dir)
	if err != nil || !slices.Equal(files, []string{filepath.Join(dir, "message.svg")}) {
		t.Fatal(files, err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(bytes.NewReader(text))
	elements := 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := token.(xml.StartElement); ok {
			elements++
		}
	}
	if elements < 10 || !bytes.Contains(text, []byte("Planning one message")) {
		t.Errorf("%d elements: %s", elements, text)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(printed)
	f.Add("Benchmark 1 2 3\nBenchmarkX 1 1e400 ns/op")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := figures.Read(strings.NewReader(text))
		if err != nil {
			return
		}
		if err := r.Write(io.Discard); err != nil {
			t.Fatal(err)
		}
	})
}
