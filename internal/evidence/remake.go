package evidence

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/internal/evidence/bag"
	"github.com/unseen-mail/unseen/internal/evidence/custody"
	"github.com/unseen-mail/unseen/internal/report"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// A Remade says whether a bag's findings come out again.
type Remade struct {
	// Messages is how many were looked into.
	Messages int
	// Differs is the line of findings.jsonl, from 1, from which on they are not
	// the same; 0 if all are.
	Differs int
	// Kept is how many of them were kept as they came, by a log in the bag.
	Kept int
	// Stamps are the time stamps of that log.
	Stamps []bag.Stamp
	// Version is the program that made the bag.
	Version string
}

// errDiffers ends a comparison.
var errDiffers = errors.New("evidence: a line differs")

// Remake makes the findings of a bag again, from its messages and its rules, and
// compares them with findings.jsonl. It also checks the log of custody.
func Remake(files fs.FS) (Remade, error) {
	var r Remade
	var e Environment
	if err := readJSON(files, "data/environment.json", &e); err != nil {
		return r, err
	}
	r.Version = e.Tool.Version
	if err := checkCustody(files); err != nil {
		return r, err
	}
	var err error
	if r.Kept, err = remarked(files); err == nil {
		r.Stamps, err = stamped(files)
	}
	if err != nil {
		return r, err
	}
	tables, err := fs.Sub(files, rulesDir)
	if err != nil {
		return r, fmt.Errorf("opening the rules of the bag: %w", err)
	}
	rules, err := catalogue.Read(tables)
	if err != nil {
		return r, fmt.Errorf("reading the rules of the bag: %w", err)
	}
	f, err := files.Open(findingsAt)
	if err != nil {
		return r, fmt.Errorf("opening the findings: %w", err)
	}
	defer f.Close()
	against := &comparer{lines: bufio.NewReader(f)}
	r.Messages, err = again(files, &detect.Judge{Catalogue: rules}, report.NewLines(against))
	if err == nil && !against.ended() {
		against.line, err = against.line+1, errDiffers
	}
	if errors.Is(err, errDiffers) {
		r.Differs, err = against.line, nil
	}
	return r, err
}

// again writes the findings of all messages of a bag.
func again(files fs.FS, judge *detect.Judge, out report.Writer) (messages int, err error) {
	entries, err := fs.ReadDir(files, messagesDir)
	if err != nil {
		return 0, fmt.Errorf("listing the messages: %w", err)
	}
	for _, e := range entries {
		raw, err := fs.ReadFile(files, messagesDir+"/"+e.Name())
		if err != nil {
			return messages, fmt.Errorf("reading a message of the bag: %w", err)
		}
		messages++
		found := scan(raw, e.Name(), judge)
		for _, one := range found.Findings {
			if err := out.Write(report.Row{Finding: one}); err != nil {
				return messages, err
			}
		}
		for _, g := range found.Gaps {
			row := report.Failure(strings.TrimSuffix(e.Name(), ".eml"), messagesDir+"/"+e.Name(), g.Section, g.Reason)
			if err := out.Write(row); err != nil {
				return messages, err
			}
		}
	}
	return messages, nil
}

// A comparer takes lines and compares each with the next one of a file.
type comparer struct {
	lines *bufio.Reader
	line  int
}

// Write implements [io.Writer]; it is given one line at a time.
func (c *comparer) Write(line []byte) (int, error) {
	c.line++
	want, err := c.lines.ReadBytes('\n')
	if err != nil || !bytes.Equal(want, line) {
		return 0, errDiffers
	}
	return len(line), nil
}

// ended says whether the file has no more lines.
func (c *comparer) ended() bool {
	_, err := c.lines.Peek(1)
	return err != nil
}

// checkCustody checks the chain of a bag's log, and that it knows of each message.
func checkCustody(files fs.FS) error {
	text, err := fs.ReadFile(files, custodyAt)
	if err != nil {
		return fmt.Errorf("reading the log of custody: %w", err)
	}
	deeds, _, err := custody.Read(text)
	if err != nil {
		return err
	}
	taken := make(map[string]bool)
	for _, d := range deeds {
		taken[d.Path] = taken[d.Path] || d.What == "taken"
	}
	entries, err := fs.ReadDir(files, messagesDir)
	if err != nil {
		return fmt.Errorf("listing the messages: %w", err)
	}
	for _, e := range entries {
		if !taken[messagesDir+"/"+e.Name()] {
			return fmt.Errorf("%w: it does not say where %s is from", custody.ErrBroken, e.Name())
		}
	}
	return nil
}

// readJSON reads a file of a bag.
func readJSON(files fs.FS, name string, into any) error {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	return nil
}
