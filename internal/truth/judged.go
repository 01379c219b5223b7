package truth

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/unseen-mail/unseen/detect"
)

// A Judged is a labelled reference with what is found in its place.
type Judged struct {
	Row
	// Source is the collection that the mail came from.
	Source string
	// Element is what stands there. It is empty if nothing was found.
	Element Element
	// Finding is what a scan of the one mail says of it. It is empty if the scan
	// does not reach it: then nothing is held.
	Finding detect.Finding
}

// Kind is what the reference does, or "not found".
func (j Judged) Kind() string {
	if j.Element.Kind == "" {
		return "not found"
	}
	return string(j.Element.Kind)
}

// ReadFile reads a file of labels.
func ReadFile(name string) ([]Row, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("opening labels: %w", err)
	}
	defer f.Close()
	return Read(f)
}

// ReadDraws reads the rows of a kind of reference, "loads" or "links", of every
// draw: the first one's file has that name alone, later ones a number behind it.
func ReadDraws(dir, title string) ([]Row, error) {
	rows, err := ReadFile(filepath.Join(dir, title+".tsv"))
	if err != nil {
		return nil, err
	}
	for draw := 2; ; draw++ {
		more, err := ReadFile(filepath.Join(dir, fmt.Sprintf("%s-%d.tsv", title, draw)))
		if errors.Is(err, os.ErrNotExist) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
}

// Judge scans the mail of each row, each mail once and alone, and returns the
// rows with what was found.
func Judge(c Corpus, rows []Row, judge *detect.Judge) ([]Judged, error) {
	index, err := c.Index()
	if err != nil {
		return nil, err
	}
	known := make(map[string]Mail, len(index))
	for _, m := range index {
		known[m.File] = m
	}
	var out []Judged
	var scanned scanned
	for _, r := range rows {
		if scanned.mail.File != r.File {
			m, ok := known[r.File]
			if !ok {
				m = c.Named([]string{r.File})[0]
			}
			if m, err = c.Open(m); err != nil {
				return nil, err
			}
			if m.SHA256 != r.MessageSHA256 {
				return nil, fmt.Errorf("comparing %s with its label: %w", r.File, ErrOtherMail)
			}
			scanned = scan(m, judge)
		}
		out = append(out, scanned.at(r))
	}
	return out, nil
}

// A scanned is one mail with its findings.
type scanned struct {
	mail     Mail
	findings []detect.Finding
}

// scan scans one mail.
func scan(m Mail, judge *detect.Judge) scanned {
	return scanned{m, detect.Scan(m.Raw, judge, detect.ScanOptions{Source: m.File, All: true}).Findings}
}

// at returns what stands in the place of a row. The ordinal is not asked: that
// one more reference is found before it is no reason to lose a label.
func (s scanned) at(r Row) Judged {
	out := Judged{Row: r, Source: s.mail.Source}
	e := slices.IndexFunc(s.mail.Elements, func(e Element) bool {
		return e.Section == r.Section && e.Offset == r.Offset && e.Vector == r.Vector && hash(e.URL) == r.URLSHA256
	})
	if e < 0 {
		return out
	}
	out.Element = s.mail.Elements[e]
	f := slices.IndexFunc(s.findings, func(f detect.Finding) bool {
		return f.Part == r.Section && f.Offset == r.Offset && f.Vector == r.Vector && f.URL == out.Element.URL
	})
	if f >= 0 {
		out.Finding = s.findings[f]
	}
	return out
}
