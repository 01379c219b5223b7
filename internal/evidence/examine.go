package evidence

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/claim"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/role"
	"github.com/unseen-mail/unseen/detect/twin"
	"github.com/unseen-mail/unseen/internal/evidence/custody"
	"github.com/unseen-mail/unseen/internal/report"
)

// A Shown is one message with what a report says of it. Its findings are in the bag;
// thousands of messages are not held with all of theirs.
type Shown struct {
	// Sender, Recipient, Subject and Sent are as in Origin.
	Sender, Recipient, Subject string
	Sent                       time.Time
	// MessageSHA256 names it.
	MessageSHA256 string
	// Trackers, Suspected and Exempt count its findings.
	Trackers, Suspected, Exempt int
	// Gaps is how many parts could not be looked into.
	Gaps int
	// Claims are what it says about tracking.
	Claims []claim.Claim
}

// An Examined is what a case came to.
type Examined struct {
	// Messages are in the order of their dates.
	Messages []Shown
	// Mailings are those of which copies of several recipients were compared, without
	// their references.
	Mailings []Mailing
	// Vendors are who would learn by its trackers, by name.
	Vendors map[string]bool
	// Senders are what is seen over all mails of each, by its key.
	Senders []Observed
	// Edition is that of the rules.
	Edition string
	// hosts are those of trackers and what may be one.
	hosts map[string]bool
	// proven are hashes of the addresses that a comparison showed to be made for one
	// person.
	proven map[[16]byte]bool
}

// Observed is what is seen over the mails of one sender.
type Observed struct {
	// Sender is its key.
	Sender string `json:"sender"`
	// Observations are of package claim.
	Observations []claim.Observation `json:"observations"`
}

// Examine looks into all messages and writes what it finds. It tells how far it
// is, if told is not nil.
func (c *Case) Examine(ctx context.Context, told func(done, of int)) (*Examined, error) {
	names, err := c.messages()
	if err != nil {
		return nil, err
	}
	if err := c.writeRules(); err != nil {
		return nil, err
	}
	x := &Examined{Edition: c.opt.Judge.Catalogue.Edition(), Vendors: make(map[string]bool), hosts: make(map[string]bool), proven: make(map[[16]byte]bool)}
	inspect, err := c.inspect()
	if err != nil {
		return nil, err
	}
	defer inspect.close()
	f, err := os.Create(filepath.Join(c.opt.Dir, findingsAt))
	if err != nil {
		return nil, fmt.Errorf("writing findings: %w", err)
	}
	defer f.Close()
	out := bufio.NewWriter(f)
	lines := report.NewLines(out)
	for i, name := range names {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("examining messages: %w", err)
		}
		if err := c.one(name, lines, inspect, x); err != nil {
			return nil, err
		}
		if told != nil {
			told(i+1, len(names))
		}
	}
	if err := errors.Join(out.Flush(), f.Close()); err != nil {
		return nil, fmt.Errorf("writing findings: %w", err)
	}
	slices.SortStableFunc(x.Messages, func(a, b Shown) int { return a.Sent.Compare(b.Sent) })
	if err := inspect.end(x, c.opt.Now()); err != nil {
		return nil, err
	}
	return x, c.conclude(x)
}

// one examines one message.
func (c *Case) one(name string, lines report.Writer, inspect *inspector, x *Examined) error {
	raw, err := os.ReadFile(filepath.Join(c.opt.Dir, messagesDir, name))
	if err != nil {
		return fmt.Errorf("reading a message of the bag: %w", err)
	}
	hash := strings.TrimSuffix(name, ".eml")
	s := Shown{MessageSHA256: hash}
	found := c.findings(raw, name)
	var seen []role.Seen
	for _, f := range found.Findings {
		if err := lines.Write(report.Row{Finding: f}); err != nil {
			return err
		}
		s.count(f)
		if f.Host != "" && (f.Verdict == detect.Tracker || f.Verdict == detect.Suspected) {
			x.hosts[f.Host] = true
		}
		if v := c.vendor(f); v != "" && f.Verdict == detect.Tracker {
			x.Vendors[v] = true
		}
		seen = append(seen, role.Seen{
			Ref:       reference.Reference{Vector: f.Vector, Kind: f.Kind, URL: f.URL, Remote: true},
			Judgement: detect.Judgement{Verdict: f.Verdict, Certainty: f.Certainty, Vendor: text(f.Vendor)},
		})
	}
	s.Gaps = len(found.Gaps)
	for _, g := range found.Gaps {
		if err := lines.Write(report.Failure(hash, messagesDir+"/"+name, g.Section, g.Reason)); err != nil {
			return err
		}
	}
	o := c.origin(raw, hash, seen)
	s.Sender, s.Recipient, s.Subject, s.Sent = o.Sender, o.Recipient, o.Subject, o.Sent
	s.Claims = claims(raw)
	x.Messages = append(x.Messages, s)
	if err := inspect.add(o.Sent, found.Findings); err != nil {
		return err
	}
	return c.writeJSON(originDir+"/"+hash+".json", o)
}

// findings scans a message of the bag; the same message always has the same.
func (c *Case) findings(raw []byte, name string) detect.Report {
	return scan(raw, name, c.opt.Judge)
}

// scan is how messages of a bag are scanned: by what they say alone, so that
// somebody else can do it again.
func scan(raw []byte, name string, judge *detect.Judge) detect.Report {
	return detect.Scan(raw, judge, detect.ScanOptions{Source: messagesDir + "/" + name})
}

// count takes a finding into what is shown.
func (s *Shown) count(f detect.Finding) {
	switch f.Verdict {
	case detect.Tracker:
		s.Trackers++
	case detect.Suspected:
		s.Suspected++
	case detect.Exempt:
		s.Exempt++
	}
}

// claims are what a message says about tracking.
func claims(raw []byte) []claim.Claim {
	texts := claim.Texts(raw)
	return append([]claim.Claim{}, claim.Find(message.Header(raw), texts)...)
}

// conclude writes what all messages show together.
func (c *Case) conclude(x *Examined) error {
	if err := c.compare(x); err != nil {
		return err
	}
	c.observe(x)
	files := c.dossierFiles(x)
	files["data/claims.json"], files["data/environment.json"] = claimsFile(x), c.environment()
	if err := c.writeAll(files); err != nil {
		return err
	}
	return c.custody.Add(custody.Deed{What: "examined", Path: findingsAt, Detail: fmt.Sprintf("%d messages, rules %s", len(x.Messages), x.Edition)})
}

// observe says what is seen over the mails of each sender.
func (c *Case) observe(x *Examined) {
	bySender := make(map[string][]claim.Mail)
	for _, m := range x.Messages {
		bySender[m.Sender] = append(bySender[m.Sender], claim.Mail{
			ID: m.MessageSHA256, Sent: m.Sent, Claims: m.Claims, Tracks: m.Trackers > 0,
		})
	}
	for key, mails := range bySender {
		x.Senders = append(x.Senders, Observed{key, append([]claim.Observation{}, claim.Review(claim.History{Mails: mails})...)})
	}
	slices.SortFunc(x.Senders, func(a, b Observed) int { return cmp.Compare(a.Sender, b.Sender) })
}

// compare compares the copies in this bag and writes each comparison as it is made.
func (c *Case) compare(x *Examined) error {
	var all []copied
	for _, m := range x.Messages {
		one := copied{files: os.DirFS(c.opt.Dir)}
		one.MessageSHA256, one.Sender, one.Recipient, one.Sent = m.MessageSHA256, m.Sender, m.Recipient, m.Sent
		all = append(all, one)
	}
	f, err := os.Create(filepath.Join(c.opt.Dir, "data/comparison.jsonl"))
	if err != nil {
		return fmt.Errorf("writing the comparison: %w", err)
	}
	defer f.Close()
	lines := json.NewEncoder(f)
	lines.SetEscapeHTML(false)
	err = compare(all, func(m Mailing) error {
		for _, r := range m.References {
			for _, p := range r.Places {
				if r.Result == twin.Individual {
					x.proven[addressKey(p.URL)] = true
				}
			}
		}
		err := lines.Encode(m)
		m.References = nil
		x.Mailings = append(x.Mailings, m)
		return err
	})
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing the comparison: %w", err)
	}
	return nil
}

// addressKey is what an address is remembered by.
func addressKey(url string) [16]byte {
	sum := sha256.Sum256([]byte(url))
	return [16]byte(sum[:16])
}

// messageAt is where a message lies.
func (c *Case) messageAt(hash string) string {
	return filepath.Join(c.opt.Dir, messagesDir, hash+".eml")
}

// writeJSON writes a file of the bag, laid out for people.
func (c *Case) writeJSON(name string, content any) error {
	var b strings.Builder
	encode := json.NewEncoder(&b)
	encode.SetEscapeHTML(false)
	encode.SetIndent("", "  ")
	if err := encode.Encode(content); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return writeWhole(filepath.Join(c.opt.Dir, name), []byte(b.String()))
}
