package evidence

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
	// What was done: "begun", "continued", "taken", "refused", "examined",
	// "supplied", "redacted", "finished".
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

// ErrCustody is a log whose chain is broken.
var ErrCustody = errors.New("evidence: the log of custody is not as it was written")

// maxDeed is how long a line of the log may be.
const maxDeed = 1 << 20

// custody is the log of a case.
type custody struct {
	file string
	now  func() time.Time
	last string
}

// openCustody opens a log, or begins one, and checks what is there. A last line
// that was cut off while it was written is taken away.
func openCustody(file string, now func() time.Time) (*custody, error) {
	c := &custody{file: file, now: now}
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
	if _, c.last, err = readDeeds(text); err != nil {
		return nil, err
	}
	return c, nil
}

// readDeeds reads a log and checks its chain; last is the hash of its last line.
func readDeeds(text []byte) (deeds []Deed, last string, err error) {
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, maxDeed)
	for lines.Scan() {
		var d Deed
		if err := json.Unmarshal(lines.Bytes(), &d); err != nil || d.Before != last {
			return nil, "", fmt.Errorf("%w: line %d", ErrCustody, len(deeds)+1)
		}
		sum := sha256.Sum256(lines.Bytes())
		last = hex.EncodeToString(sum[:])
		deeds = append(deeds, d)
	}
	if err := lines.Err(); err != nil {
		return nil, "", fmt.Errorf("%w: %w", ErrCustody, err)
	}
	return deeds, last, nil
}

// add writes a deed. It is on disk when add returns.
func (c *custody) add(d Deed) error {
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
	sum := sha256.Sum256(line)
	c.last = hex.EncodeToString(sum[:])
	return nil
}
