package evidence

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/claim"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/role"
	"github.com/unseen-mail/unseen/detect/twin"
	"github.com/unseen-mail/unseen/internal/report"
)

// maxShown is how many references of one message reports show; findings.jsonl
// holds all.
const maxShown = 200

// A Shown is one message with what a report says of it.
type Shown struct {
	Origin
	// Findings are its trackers, suspected ones and what is exempt, each address
	// once, at most maxShown.
	Findings []detect.Finding
	// Trackers, Suspected and Exempt count all of them.
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
	// Mailings are those of which copies of several recipients were compared.
	Mailings []Mailing
	// Senders are what is seen over all mails of each, by its key.
	Senders []Observed
	// Edition is that of the rules.
	Edition string
	// proven are the addresses that a comparison showed to be made for one person.
	proven map[string]bool
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
	x := &Examined{Edition: c.opt.Judge.Catalogue.Edition()}
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
		if err := c.one(name, lines, x); err != nil {
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
	return x, c.conclude(x)
}

// one examines one message.
func (c *Case) one(name string, lines report.Writer, x *Examined) error {
	raw, err := os.ReadFile(filepath.Join(c.opt.Dir, messagesDir, name))
	if err != nil {
		return fmt.Errorf("reading a message of the bag: %w", err)
	}
	hash := strings.TrimSuffix(name, ".eml")
	s := Shown{}
	found := c.findings(raw, name)
	var seen []role.Seen
	for _, f := range found.Findings {
		if err := lines.Write(report.Row{Finding: f}); err != nil {
			return err
		}
		s.count(f)
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
	s.Origin = c.origin(raw, hash, seen)
	s.Claims = claims(raw)
	x.Messages = append(x.Messages, s)
	return c.writeJSON(originDir+"/"+hash+".json", s.Origin)
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
	default:
		return
	}
	same := func(o detect.Finding) bool { return o.URL == f.URL && o.Kind == f.Kind }
	if len(s.Findings) < maxShown && !slices.ContainsFunc(s.Findings, same) {
		s.Findings = append(s.Findings, f)
	}
}

// claims are what a message says about tracking.
func claims(raw []byte) []claim.Claim {
	texts := claim.Texts(raw)
	return append([]claim.Claim{}, claim.Find(message.Header(raw), texts)...)
}

// conclude writes what all messages show together.
func (c *Case) conclude(x *Examined) error {
	var err error
	if x.Mailings, err = c.compare(x); err != nil {
		return err
	}
	x.prove()
	c.observe(x)
	files := map[string]any{
		"data/comparison.json":  x.Mailings,
		"data/claims.json":      claimsFile(x),
		"data/environment.json": c.environment(),
		"data/network.json":     network(),
	}
	for name, content := range files {
		if err := c.writeJSON(name, content); err != nil {
			return err
		}
	}
	if err := c.writeInspection(x); err != nil {
		return err
	}
	return c.custody.add(Deed{What: "examined", Path: findingsAt, Detail: fmt.Sprintf("%d messages, rules %s", len(x.Messages), x.Edition)})
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

// prove notes the addresses that were made for one person for certain.
func (x *Examined) prove() {
	x.proven = make(map[string]bool)
	for _, m := range x.Mailings {
		for _, r := range m.References {
			for _, p := range r.Places {
				x.proven[p.URL] = x.proven[p.URL] || r.Result == twin.Individual
			}
		}
	}
}

// compare compares the copies in this bag.
func (c *Case) compare(x *Examined) ([]Mailing, error) {
	var all []copied
	for _, m := range x.Messages {
		all = append(all, copied{Origin: m.Origin, files: os.DirFS(c.opt.Dir)})
	}
	return compare(all)
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
