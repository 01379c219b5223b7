// Package custody keeps a log of what was done to evidence, and when: JSON, one line
// for each deed, each line with the SHA-256 of the one before. A line that is changed,
// left out or moved breaks the chain; one that is missing at the end does not, so the
// hash of the last line has to be vouched for by something else, as a seal or a time
// stamp.
package custody

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// A Deed is one line of custody.jsonl.
type Deed struct {
	// Time is in UTC, by the clock of the machine.
	Time time.Time `json:"time"`
	// What was done: in a bag "begun", "continued", "taken", "refused", "examined",
	// "supplied", "redacted", "reopened", "finished"; of a marked sender "marked",
	// "kept", "asked", "supplied", "written", "stamped", "unmarked".
	What string `json:"what"`
	// Path and SHA256 are of the file that it was done to, "" if it was none.
	Path   string `json:"path,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
	// Detail says from where, or why.
	Detail string `json:"detail,omitempty"`
	// Before is the SHA-256 of the line before, without its line end; "" in the
	// first. A line that is changed, left out or moved breaks the chain.
	Before string `json:"before"`
}

// ErrBroken is a log whose chain is broken.
var ErrBroken = errors.New("custody: the log is not as it was written")

// maxDeed is how long a line of the log may be.
const maxDeed = 1 << 20

// A Log is one that is written to. Only one process may have it at a time.
type Log struct {
	file  string
	now   func() time.Time
	last  string
	lines int
}

// Open opens a log, or begins one, and checks what is there. A last line
// that was cut off while it was written is taken away.
func Open(file string, now func() time.Time) (*Log, error) {
	c := &Log{file: file, now: now}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the log of custody: %w", err)
	}
	if whole := bytes.LastIndexByte(text, '\n') + 1; whole < len(text) {
		text = text[:whole]
		if err := os.Truncate(file, int64(whole)); err != nil {
			return nil, fmt.Errorf("mending the log of custody: %w", err)
		}
	}
	deeds, last, err := Read(text)
	if err != nil {
		return nil, err
	}
	c.last, c.lines = last, len(deeds)
	return c, nil
}

// Read reads a log and checks its chain; last is the hash of its last line.
func Read(text []byte) (deeds []Deed, last string, err error) {
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, maxDeed)
	for lines.Scan() {
		var d Deed
		if err := json.Unmarshal(lines.Bytes(), &d); err != nil || d.Before != last {
			return nil, "", fmt.Errorf("%w: line %d", ErrBroken, len(deeds)+1)
		}
		last = Hash(lines.Bytes())
		deeds = append(deeds, d)
	}
	if err := lines.Err(); err != nil {
		return nil, "", fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return deeds, last, nil
}

// Last is the hash of the last line, "" before the first, and how many lines there are.
func (c *Log) Last() (hash string, lines int) { return c.last, c.lines }

// Add writes a deed, with the time. The system has it when Add returns.
func (c *Log) Add(d Deed) error {
	d.Time, d.Before = c.now().UTC(), c.last
	line, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("writing the log of custody: %w", err)
	}
	f, err := os.OpenFile(c.file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("writing the log of custody: %w", err)
	}
	_, err = f.Write(append(line, '\n'))
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing the log of custody: %w", err)
	}
	c.last = Hash(line)
	c.lines++
	return nil
}

// Hash is that of a line, without its line end, as the next line names it.
func Hash(line []byte) string {
	sum := sha256.Sum256(line)
	return hex.EncodeToString(sum[:])
}
