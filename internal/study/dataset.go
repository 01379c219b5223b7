package study

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// A Dataset is what was published of a study, as far as reports need it.
type Dataset struct {
	// Title, ID and Authors are as in its datapackage.json.
	Title, ID string
	Authors   []string
	// Seeded says that it is of seed mailboxes.
	Seeded bool
	// Tools, Rules and Lists are the editions that its rows were made with.
	Tools, Rules, Lists []string
	// K is how many participants had to show something.
	K int
	// Replicates and Seed are of the intervals.
	Replicates int
	Seed       string
	// Figures are in the order of their table.
	Figures []Figure

	dir string
}

// ReadDataset reads a dataset after checking it as a whole: no report is made of files
// that are not as they were written.
func ReadDataset(dir string) (*Dataset, error) {
	p, err := readPackage(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("opening %s: %w", dir, ErrNoDataset)
	}
	if err != nil {
		return nil, err
	}
	check, err := verifyDataset(dir)
	if err != nil {
		return nil, err
	}
	if !check.OK() {
		return nil, fmt.Errorf("reading %s: %w", dir, ErrDamaged)
	}
	d := &Dataset{Title: p.Title, ID: p.ID, Seeded: p.Unseen.Kind == "seeds", Tools: p.Unseen.ToolVersions, Rules: p.Unseen.Rules, Lists: p.Unseen.Lists,
		K: p.Unseen.K, Replicates: p.Unseen.Replicates, Seed: p.Unseen.Seed, dir: dir}
	for _, c := range p.Contributors {
		if name, ok := c["title"].(string); ok {
			d.Authors = append(d.Authors, name)
		}
	}
	d.Figures, err = readFigures(filepath.Join(dir, figuresTable))
	return d, err
}

// ErrNoDataset is a directory that holds no dataset.
var ErrNoDataset = errors.New("study: not a dataset")

// readFigures reads the table of figures.
func readFigures(path string) ([]Figure, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the figures: %w", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, fmt.Errorf("reading the figures: %w", errors.Join(ErrDamaged, err))
	}
	var list []Figure
	if len(rows[0]) < 8 { // all rows are as long as the first
		return nil, fmt.Errorf("reading the figures: %w", ErrDamaged)
	}
	for _, row := range rows[1:] {
		one := Figure{Part: row[0], Figure: row[1], Rate: parseNumber(row[4]), Low: parseNumber(row[5]), High: parseNumber(row[6])}
		for i, n := range map[int]*int64{2: &one.Num, 3: &one.Den, 7: &one.Senders} {
			if *n, err = strconv.ParseInt(row[i], 10, 64); err != nil {
				return nil, fmt.Errorf("reading the figures: %w", errors.Join(ErrDamaged, err))
			}
		}
		list = append(list, one)
	}
	return list, nil
}

// parseNumber reads a number; nil is none.
func parseNumber(s string) *float64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil
	}
	return &f
}

// Part returns the figures of a part, in the order of the table.
func (d *Dataset) Part(name string) []Figure {
	var list []Figure
	for _, f := range d.Figures {
		if f.Part == name {
			list = append(list, f)
		}
	}
	return list
}

// Find returns one figure; it is zero if there is none.
func (d *Dataset) Find(part, figure string) Figure {
	for _, f := range d.Figures {
		if f.Part == part && f.Figure == figure {
			return f
		}
	}
	return Figure{Part: part, Figure: figure}
}

// Each calls take with each mail of the dataset and its references, by their keys.
func (d *Dataset) Each(take func(*Record)) error {
	c, err := openCursor(filepath.Join(d.dir, messagesParquet), filepath.Join(d.dir, observationsParquet))
	if err != nil {
		return err
	}
	defer c.close()
	for ; c.head != nil; err = c.advance() {
		if err != nil {
			return err
		}
		take(c.head)
	}
	return err
}
