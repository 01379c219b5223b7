package command

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// A mailKey names a mail in the state of a scan: its name and its content.
type mailKey [12]byte

// keyOf names a mail.
func keyOf(name, content string) mailKey {
	sum := sha256.Sum256([]byte(name + "\x00" + content))
	return mailKey(sum[:12])
}

// A scanState notes how far a scan came, so that another run goes on behind it.
//
// The file has a line for the scan it belongs to, and then one for each time that
// findings were written: how long the output was then, what was counted, and which
// mails are done. Lines are added, never changed, each after the findings it
// speaks of are on disk. A run that is ended anywhere leaves at most some findings
// behind the last line, which the next run cuts off, and half a line, which it
// does not count.
type scanState struct {
	file *os.File
	scan string
	// begun says that the file has its first line.
	begun bool
	done  map[mailKey]struct{}
	// fresh are the mails since the last line.
	fresh []byte
	// output is how long the output was at the last line.
	output int64
	tally  tally
}

// A stateHead is the first line of a state.
type stateHead struct {
	Version int    `json:"unseen_scan"`
	Scan    string `json:"scan"`
}

// A stateLine is each other one.
type stateLine struct {
	Output int64  `json:"output"`
	Tally  tally  `json:"tally"`
	Done   string `json:"done"`
}

// stateVersion is the form of the file.
const stateVersion = 1

var errOtherScan = errors.New("command: state of another scan")

// fingerprint names a scan by all that makes a difference to its findings.
func (c *scanCommand) fingerprint(edition string) string {
	text, _ := json.Marshal([]any{c.Paths, c.Format, c.Output, c.All, c.Recipient, c.Shard, c.MaxMail, c.MaxFile, edition}) // texts and numbers
	return fmt.Sprintf("%x", sha256.Sum256(text))
}

// openState opens the state of a scan, which may be there or not.
func openState(path, scan string) (*scanState, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	s := &scanState{file: f, scan: scan, done: make(map[mailKey]struct{})}
	if err := s.read(); err != nil {
		f.Close()
		return nil, err
	}
	return s, nil
}

// read takes in the lines that are whole, and cuts off the rest.
func (s *scanState) read() error {
	in := bufio.NewReaderSize(s.file, 1<<20)
	end := int64(0)
	for n := 0; ; n++ {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if n == 0 {
			var head stateHead
			if json.Unmarshal(line, &head) != nil || head != (stateHead{stateVersion, s.scan}) {
				return errOtherScan
			}
		} else if !s.line(line) {
			break
		}
		end += int64(len(line))
	}
	if end == 0 {
		// What is no state at all is not written over.
		if info, err := s.file.Stat(); err != nil || info.Size() > 256 {
			return errors.Join(errOtherScan, err)
		}
	}
	if err := s.file.Truncate(end); err != nil {
		return err
	}
	s.begun = end > 0
	_, err := s.file.Seek(end, io.SeekStart)
	return err
}

// begin writes the first line, once.
func (s *scanState) begin() error {
	if s.begun {
		return nil
	}
	s.begun = true
	return s.add(stateHead{stateVersion, s.scan})
}

// line takes in one line. It says false if it is damaged.
func (s *scanState) line(text []byte) bool {
	var l stateLine
	if json.Unmarshal(text, &l) != nil {
		return false
	}
	keys, err := base64.StdEncoding.DecodeString(l.Done)
	if err != nil || len(keys)%len(mailKey{}) != 0 {
		return false
	}
	for ; len(keys) > 0; keys = keys[len(mailKey{}):] {
		s.done[mailKey(keys[:len(mailKey{})])] = struct{}{}
	}
	s.output, s.tally = l.Output, l.Tally
	return true
}

// has says whether a mail was done in an earlier run.
func (s *scanState) has(key mailKey) bool {
	if s == nil {
		return false
	}
	_, ok := s.done[key]
	return ok
}

// note notes that a mail is done; the map is that of earlier runs, which many
// read.
func (s *scanState) note(key mailKey) { s.fresh = append(s.fresh, key[:]...) }

// commit writes a line: all that was noted is in the first octets of the output.
func (s *scanState) commit(output int64, t tally) error {
	if len(s.fresh) == 0 && output == s.output {
		return nil
	}
	if err := s.add(stateLine{output, t, base64.StdEncoding.EncodeToString(s.fresh)}); err != nil {
		return err
	}
	s.fresh, s.output = s.fresh[:0], output
	return nil
}

// add adds a line; it is on disk when it returns.
func (s *scanState) add(v any) error {
	var line bytes.Buffer
	if err := json.NewEncoder(&line).Encode(v); err != nil {
		return fmt.Errorf("noting how far it came: %w", err)
	}
	if _, err := s.file.Write(line.Bytes()); err != nil {
		return fmt.Errorf("noting how far it came: %w", err)
	}
	if err := s.file.Sync(); err != nil {
		return fmt.Errorf("noting how far it came: %w", err)
	}
	return nil
}
