package truth

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/unseen-mail/unseen/detect"
)

// A Twin is one line of pairs/truth.tsv: a reference of a mailing that two
// recipients got, and whether its address differs between them.
type Twin struct {
	// Pair names the mailing and Kind is "img" or "link".
	Pair, Kind string
	// Differs is whether the address is another one in the other copy.
	Differs bool
	// URL is the address in the copy of either recipient.
	URL [2]string
}

// Twins reads pairs/truth.tsv.
func (c Corpus) Twins() ([]Twin, error) {
	text, err := os.ReadFile(filepath.Join(c.Root, "pairs", "truth.tsv"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrNoMail
	}
	if err != nil {
		return nil, fmt.Errorf("reading pairs: %w", err)
	}
	var out []Twin
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(cells) == 6 && cells[0] != "pair" {
			out = append(out, Twin{Pair: cells[0], Kind: cells[1], Differs: cells[2] == "1", URL: [2]string{cells[4], cells[5]}})
		}
	}
	return out, nil
}

// A Single is what a scan of one copy alone finds of a mailing that two got.
type Single struct {
	// Kind is "img" or "link".
	Kind string
	// Score counts those that differ and are held to be tracked, over the
	// copies of both recipients.
	Score Score
	// Exempt counts those that differ, are not held to be tracked, and are
	// exempt: the links of a choice name who makes it.
	Exempt int
	// Absent counts those that the scan did not find at all.
	Absent int
}

// Alone scans each copy of each pair by itself.
func Alone(c Corpus, judge *detect.Judge) ([]Single, error) {
	twins, err := c.Twins()
	if err != nil {
		return nil, err
	}
	out := []Single{{Kind: "img"}, {Kind: "link"}}
	copies := make(map[string]map[string]detect.Finding)
	for _, t := range twins {
		for i := range t.URL {
			name := fmt.Sprintf("%s.u%d.eml", t.Pair, i+1)
			if copies[name] == nil {
				raw, err := os.ReadFile(filepath.Join(c.Root, "pairs", name))
				if err != nil {
					return nil, fmt.Errorf("reading pair: %w", err)
				}
				copies[name] = byURL(detect.Scan(raw, judge, detect.ScanOptions{Source: name, All: true}).Findings)
			}
			kind := 0
			if t.Kind == "link" {
				kind = 1
			}
			f, found := copies[name][t.Kind+" "+t.URL[i]]
			out[kind].add(t.Differs, f, found)
		}
	}
	return out, nil
}

// add counts one reference of one copy.
func (s *Single) add(differs bool, f detect.Finding, found bool) {
	said := f.Verdict == detect.Tracker || f.Verdict == detect.Suspected
	s.Score.Add(differs, said)
	if !found {
		s.Absent++
	}
	if differs && f.Verdict == detect.Exempt {
		s.Exempt++
	}
}

// byURL sorts findings by what they are and their address.
func byURL(findings []detect.Finding) map[string]detect.Finding {
	out := make(map[string]detect.Finding)
	for _, f := range findings {
		kind := "link "
		if f.Kind.Load() {
			kind = "img "
		}
		out[kind+f.URL] = f
	}
	return out
}

// WriteAlone writes what [Alone] found.
func WriteAlone(w io.Writer, singles []Single) error {
	var b strings.Builder
	b.WriteString("\nPairs: one copy alone, against what two copies prove (pairs/truth.tsv)\n")
	fmt.Fprintf(&b, "  %-6s %4s %4s %6s %7s %6s %8s %6s %8s %7s %7s\n",
		"", "n", "hit", "missed", "falsely", "prec.", "at least", "recall", "at least", "exempt", "absent")
	for _, s := range singles {
		fmt.Fprintf(&b, "  %-6s %4d %4d %6d %7d %s %s %7d %7d\n", s.Kind, s.Score.N(), s.Score.Hit, s.Score.Missed, s.Score.False,
			figure(s.Score.Precision()), figure(s.Score.Recall()), s.Exempt, s.Absent)
	}
	b.WriteString("  (exempt: links that differ because they name who makes a choice; they count as missed)\n")
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing pairs: %w", err)
	}
	return nil
}
