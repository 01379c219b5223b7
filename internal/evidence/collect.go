package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/internal/evidence/custody"
	"github.com/unseen-mail/unseen/internal/lock"
)

// Names of what stands in a bag, below its root.
const (
	messagesDir = "data/messages"
	originDir   = "data/origin"
	rulesDir    = "data/rules"
	suppliedDir = "data/supplied"
	papersDir   = "data/papers"
	findingsAt  = "data/findings.jsonl"
	custodyAt   = "data/custody.jsonl"
)

// lockName is what the lock of a bag that is being made is called, after the bag.
const lockName = ".lock"

// Begin begins a case, or goes on with one that was begun in the same directory. It
// ends by Seal or by Close.
func Begin(o Options) (*Case, error) {
	held, err := lock.Take(o.Dir + lockName)
	if errors.Is(err, lock.ErrTaken) {
		return nil, ErrTaken
	}
	if err != nil {
		return nil, fmt.Errorf("beginning the bag: %w", err)
	}
	c := &Case{opt: o, lock: held, begun: o.Now()}
	if err := c.open(); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// open makes the directories and opens the log.
func (c *Case) open() error {
	for _, dir := range []string{messagesDir, originDir, rulesDir, papersDir} {
		if err := os.MkdirAll(filepath.Join(c.opt.Dir, dir), 0o700); err != nil {
			return fmt.Errorf("beginning the bag: %w", err)
		}
	}
	log, err := custody.Open(filepath.Join(c.opt.Dir, custodyAt), c.opt.Now)
	if err != nil {
		return err
	}
	c.custody = log
	what := "begun"
	if _, lines := log.Last(); lines > 0 {
		what = "continued"
	}
	return log.Add(custody.Deed{What: what, Detail: c.opt.Tool.Name + " " + c.opt.Tool.Version})
}

// Close leaves the case as it is; it can be gone on with. After Seal it does nothing.
func (c *Case) Close() error {
	if c.lock == nil {
		return nil
	}
	held := c.lock
	c.lock = nil
	if err := errors.Join(os.Remove(held.Name()), held.Close()); err != nil {
		return fmt.Errorf("leaving the bag: %w", err)
	}
	return nil
}

// Take keeps a raw message that was read from somewhere. It says false for one of
// another sender, and for one that it has.
func (c *Case) Take(raw []byte, from string) (bool, error) {
	header := message.Header(raw)
	if header.Get("From") == "" {
		return false, ErrNoMail
	}
	if !c.wanted(header) {
		return false, nil
	}
	sum := sha256.Sum256(raw)
	hash := hex.EncodeToString(sum[:])
	name := messagesDir + "/" + hash + ".eml"
	at := filepath.Join(c.opt.Dir, name)
	if _, err := os.Stat(at); err == nil {
		return false, nil
	}
	if rewritten(raw, c.opt.Judge) {
		return false, errors.Join(ErrRewritten, c.custody.Add(custody.Deed{What: "refused", SHA256: hash, Detail: from}))
	}
	// The log first: a file that it does not know of would be one from nowhere,
	// one that it knows of and that is not there was cut off and is taken again.
	if err := c.custody.Add(custody.Deed{What: "taken", Path: name, SHA256: hash, Detail: from}); err != nil {
		return false, err
	}
	return true, writeWhole(at, raw)
}

// wanted says whether a mail is from the sender that the case is about.
func (c *Case) wanted(h message.HeaderFields) bool {
	if c.opt.Sender == "" {
		return true
	}
	want := strings.ToLower(c.opt.Sender)
	for _, address := range sender.Mailboxes(h.Get("From")) {
		_, domain, _ := strings.Cut(address, "@")
		if address == want || domain == want || sender.OrgDomain(domain) == want {
			return true
		}
	}
	return false
}

// rewritten says whether a mail holds addresses of Unseen's gateway.
func rewritten(raw []byte, judge *detect.Judge) bool {
	if !bytes.Contains(raw, []byte("127")) && !bytes.Contains(raw, []byte("base64")) {
		return false
	}
	report := detect.Scan(raw, judge, detect.ScanOptions{All: true})
	return slices.ContainsFunc(report.Findings, func(f detect.Finding) bool {
		host, path, _ := strings.Cut(strings.TrimPrefix(f.URL, "http://"), "/")
		return strings.HasPrefix(host, "127.0.0.1:41") && (strings.HasPrefix(path, "p/") || strings.HasPrefix(path, "l/"))
	})
}

// Supply adds a file of the complainant's: a sign-up form, a letter, a picture of
// the screen. It stands apart from what Unseen found.
func (c *Case) Supply(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("reading what is supplied: %w", err)
	}
	if err := os.MkdirAll(filepath.Join(c.opt.Dir, suppliedDir), 0o700); err != nil {
		return fmt.Errorf("keeping what is supplied: %w", err)
	}
	sum := sha256.Sum256(text)
	name := suppliedDir + "/" + hex.EncodeToString(sum[:4]) + "-" + plainName(filepath.Base(file))
	if err := c.custody.Add(custody.Deed{What: "supplied", Path: name, SHA256: hex.EncodeToString(sum[:]), Detail: "by the complainant; Unseen has not checked it"}); err != nil {
		return err
	}
	return writeWhole(filepath.Join(c.opt.Dir, name), text)
}

// plainName leaves of a name what every file system takes.
func plainName(name string) string {
	plain := strings.Map(func(r rune) rune {
		if r < 0x80 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == '_') {
			return r
		}
		return '-'
	}, name)
	return plain[max(0, len(plain)-80):]
}

// writeWhole writes a file beside its place and moves it there, so that half of
// one is never taken for a message.
func writeWhole(at string, text []byte) error {
	part := at + ".part"
	if err := os.WriteFile(part, text, 0o600); err != nil {
		return fmt.Errorf("writing %s: %w", filepath.Base(at), err)
	}
	if err := os.Rename(part, at); err != nil {
		return fmt.Errorf("writing %s: %w", filepath.Base(at), err)
	}
	return nil
}

// messages lists the messages of a bag by name, sorted, and takes away what was
// cut off while it was written.
func (c *Case) messages() ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(c.opt.Dir, messagesDir))
	if err != nil {
		return nil, fmt.Errorf("listing the messages: %w", err)
	}
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".part") {
			if err := os.Remove(filepath.Join(c.opt.Dir, messagesDir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("listing the messages: %w", err)
			}
			continue
		}
		names = append(names, e.Name())
	}
	if len(names) == 0 {
		return nil, ErrEmpty
	}
	return names, nil
}
