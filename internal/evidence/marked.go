package evidence

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/dkim"
	"github.com/unseen-mail/unseen/internal/evidence/bag"
	"github.com/unseen-mail/unseen/internal/evidence/custody"
	"github.com/unseen-mail/unseen/internal/evidence/mark"
)

// Names of what stands in a bag of mails that were kept as they came.
const (
	markingDir = "data/marking"
	authDir    = "data/auth"
)

// A Request is one that was made on the network, for the mails or the bag.
type Request struct {
	// Time is when, in UTC.
	Time time.Time `json:"time"`
	// Kind is "mailbox", "key", "stamp" or "name".
	Kind string `json:"kind"`
	// Whom and What say who was asked for what.
	Whom string `json:"whom,omitempty"`
	What string `json:"what"`
}

// A Signing says how the signatures of the mails of a case stand.
type Signing struct {
	// Kept is how many mails were kept as they came, since Since.
	Kept  int
	Since time.Time
	// Asked is of how many the keys were asked for, Holding how many have a signature
	// that held over the whole body, Stamps how many time stamps there are.
	Asked, Holding, Stamps int
}

// TakeMarked takes in what was kept of a sender as it came: the mails, the log of when
// and from where, the keys of their signatures as they were answered, time stamps, and
// what the complainant added. With a redactor, the log and all that names the originals
// by their hashes is left out: by them anybody could try addresses until one fits. It
// tells how far it is, if told is not nil; what was taken when it ended stays taken.
func (c *Case) TakeMarked(ctx context.Context, files fs.FS, r *Redactor, told func(done, of int)) (int, error) {
	names, err := fs.Glob(files, "mails/*.json")
	if err != nil {
		return 0, fmt.Errorf("listing kept mails: %w", err)
	}
	for i, name := range names {
		if err := ctx.Err(); err != nil {
			return i, fmt.Errorf("taking kept mails: %w", err)
		}
		if err := c.takeKept(files, name, r); err != nil {
			return i, err
		}
		if told != nil {
			told(i+1, len(names))
		}
	}
	if err := c.supplied(files); err != nil {
		return len(names), err
	}
	if err := c.lettersOf(files); err != nil {
		return len(names), err
	}
	if err := c.requested(files); err != nil || r != nil {
		return len(names), err
	}
	return len(names), c.marking(files)
}

// takeKept takes one mail, with what its signatures came to.
func (c *Case) takeKept(files fs.FS, name string, r *Redactor) error {
	var k mark.Kept
	if err := readJSON(files, name, &k); err != nil {
		return err
	}
	raw, err := fs.ReadFile(files, strings.TrimSuffix(name, ".json")+".eml")
	if err != nil {
		return fmt.Errorf("reading a kept mail: %w", err)
	}
	from := fmt.Sprintf("kept on %s: %s", k.At.UTC().Format(time.RFC3339), k.Had)
	hash := k.SHA256
	if r == nil {
		_, err = c.Take(raw, from)
	} else {
		out, _, _ := r.Redact(raw)
		sum := sha256.Sum256(out)
		hash = hex.EncodeToString(sum[:])
		k.SHA256, k.HeaderSHA256, k.Subject = hash, "", ""
		_, err = c.TakeRedacted(raw, from, r)
	}
	if err != nil {
		return err
	}
	c.signing.Kept++
	if c.signing.Since.IsZero() || k.At.Before(c.signing.Since) {
		c.signing.Since = k.At
	}
	if !k.Asked.IsZero() {
		c.signing.Asked++
	}
	if k.Holds() {
		c.signing.Holding++
	}
	if err := os.MkdirAll(filepath.Join(c.opt.Dir, authDir), 0o700); err != nil {
		return fmt.Errorf("keeping what signatures came to: %w", err)
	}
	return c.writeJSON(authDir+"/"+hash+".json", k)
}

// marking copies the log with what belongs to it.
func (c *Case) marking(files fs.FS) error {
	stamps, err := mark.Stamps(files)
	if err != nil {
		return err
	}
	c.signing.Stamps = len(stamps)
	for _, pattern := range []string{"log.jsonl", "mark.json", "letters.json", "keys/*.json", "stamps/*.head", "stamps/*.tsr"} {
		names, err := fs.Glob(files, pattern)
		if err != nil {
			return fmt.Errorf("listing what was kept: %w", err)
		}
		for _, name := range names {
			if err := c.copyIn(files, name, markingDir+"/"+name); err != nil {
				return err
			}
		}
	}
	text, err := fs.ReadFile(files, "log.jsonl")
	if err != nil {
		return fmt.Errorf("reading the log of a mark: %w", err)
	}
	sum := sha256.Sum256(text)
	return c.custody.Add(custody.Deed{What: "taken", Path: markingDir + "/log.jsonl", SHA256: hex.EncodeToString(sum[:]), Detail: "the log of when these mails were kept"})
}

// copyIn copies a file into the bag.
func (c *Case) copyIn(files fs.FS, from, to string) error {
	text, err := fs.ReadFile(files, from)
	if err != nil {
		return fmt.Errorf("reading what was kept: %w", err)
	}
	at := filepath.Join(c.opt.Dir, filepath.FromSlash(to))
	if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
		return fmt.Errorf("keeping %s: %w", path.Base(to), err)
	}
	return writeWhole(at, text)
}

// supplied takes in the complainant's files.
func (c *Case) supplied(files fs.FS) error {
	names, err := fs.Glob(files, "supplied/*")
	if err != nil {
		return fmt.Errorf("listing what was supplied: %w", err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return fmt.Errorf("reading what was supplied: %w", err)
		}
		sum := sha256.Sum256(text)
		to := suppliedDir + "/" + path.Base(name)
		if err := c.custody.Add(custody.Deed{What: "supplied", Path: to, SHA256: hex.EncodeToString(sum[:]), Detail: "by the complainant; Unseen has not checked it"}); err != nil {
			return err
		}
		if err := c.copyIn(files, name, to); err != nil {
			return err
		}
	}
	return nil
}

// lettersOf takes in what the complainant noted of letters.
func (c *Case) lettersOf(files fs.FS) error {
	var list []mark.Letter
	err := readJSON(files, "letters.json", &list)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	c.letters = list
	return err
}

// requested reads from the log which requests were made for the mails.
func (c *Case) requested(files fs.FS) error {
	text, err := fs.ReadFile(files, "log.jsonl")
	if err != nil {
		return fmt.Errorf("reading the log of a mark: %w", err)
	}
	deeds, _, err := custody.Read(text)
	if err != nil {
		return err
	}
	for _, d := range deeds {
		switch {
		case d.What == "asked":
			c.Asked(Request{Time: d.Time, Kind: "key", What: d.Detail})
		case d.What == "stamped":
			c.Asked(Request{Time: d.Time, Kind: "stamp", What: d.Detail})
		case d.What == "kept" && strings.HasPrefix(d.Detail, "read from "):
			c.Asked(Request{Time: d.Time, Kind: "mailbox", What: d.Detail})
		}
	}
	return nil
}

// Asked notes a request that was made, which the reader had agreed to.
func (c *Case) Asked(r Request) { c.requests = append(c.requests, r) }

// Requests is how many requests were noted.
func (c *Case) Requests() int { return len(c.requests) }

// remarked checks what a bag says of mails that were kept as they came: the chain of
// the log, that it knows of each such mail, its time stamps, and what signatures come to
// by the keys in the bag. It says how many mails that was.
func remarked(files fs.FS) (int, error) {
	names, err := fs.Glob(files, authDir+"/*.json")
	if err != nil || len(names) == 0 {
		return 0, err
	}
	text, err := fs.ReadFile(files, markingDir+"/log.jsonl")
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil // a redacted bag has none
	}
	if err != nil {
		return 0, fmt.Errorf("reading the log of a mark: %w", err)
	}
	deeds, _, err := custody.Read(text)
	if err != nil {
		return 0, err
	}
	marking, err := fs.Sub(files, markingDir)
	if err == nil {
		_, err = mark.Stamps(marking)
	}
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		var k mark.Kept
		if err := readJSON(files, name, &k); err != nil {
			return 0, err
		}
		if !slices.ContainsFunc(deeds, func(d custody.Deed) bool { return d.What == "kept" && d.SHA256 == k.SHA256 }) {
			return 0, fmt.Errorf("%w: it does not say when %s was kept", custody.ErrBroken, k.SHA256)
		}
		if err := resigned(files, deeds, &k); err != nil {
			return 0, err
		}
	}
	return len(names), nil
}

// ErrSignatures is a bag whose mails' signatures do not come to what it says.
var ErrSignatures = errors.New("evidence: signatures do not come to what the bag says")

// resigned checks the signatures of one mail again, by the answers that were had until
// it was checked.
func resigned(files fs.FS, deeds []custody.Deed, k *mark.Kept) error {
	if k.Asked.IsZero() {
		return nil
	}
	records := make(map[string]string)
	for _, d := range deeds {
		if d.What != "asked" || d.Time.After(k.Asked) {
			continue
		}
		var a dkim.Answer
		if err := readJSON(files, markingDir+"/"+d.Path, &a); err != nil {
			return err
		}
		delete(records, a.Name)
		if len(a.Records) == 1 {
			records[a.Name] = a.Records[0]
		}
	}
	raw, err := fs.ReadFile(files, messagesDir+"/"+k.SHA256+".eml")
	if err != nil {
		return fmt.Errorf("reading a message of the bag: %w", err)
	}
	again, err := json.Marshal(dkim.Check(raw, func(name string) string { return records[name] }))
	if err != nil {
		return fmt.Errorf("checking signatures: %w", err)
	}
	said, err := json.Marshal(append([]dkim.Result{}, k.Signatures...))
	if err != nil {
		return fmt.Errorf("checking signatures: %w", err)
	}
	if !bytes.Equal(again, said) {
		return fmt.Errorf("%w: %s", ErrSignatures, k.SHA256)
	}
	return nil
}

// stamped are the stamps of the log that a bag holds.
func stamped(files fs.FS) ([]bag.Stamp, error) {
	marking, err := fs.Sub(files, markingDir)
	if err != nil {
		return nil, fmt.Errorf("opening the log of a mark: %w", err)
	}
	return mark.Stamps(marking)
}
