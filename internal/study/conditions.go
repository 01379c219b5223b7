package study

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// What a protocol says of consent when a mail came.
const (
	// Granted is a yes that stood.
	Granted = "granted"
	// Refused is a no.
	Refused = "refused"
	// Withdrawn is a yes that was taken back before.
	Withdrawn = "withdrawn"
	// NotAsked is a sign-up that asked nothing: no consent either.
	NotAsked = "not-asked"
	// Before is a mail that came before the sign-up.
	Before = "before"
)

// ErrConditions is a table of conditions that cannot be read.
var ErrConditions = errors.New("study: not a table of conditions")

// conditionColumns are the columns of a table of conditions; those after answer may be
// left out.
var conditionColumns = []string{"mailbox", "sender", "alias", "answer", "purposes", "signed_up", "withdrawn"}

// A condition is one sign-up: which mailbox gave which address to whom, and what it
// answered.
type condition struct {
	mailbox, sender, alias, answer string
	purposes                       []string
	// signed and withdrawn are when; withdrawn is zero for never.
	signed, withdrawn time.Time
}

// conditions are a protocol's sign-ups.
type conditions struct {
	byAlias  map[string]*condition
	bySender map[[2]string]*condition
}

// readConditions reads a table of conditions: CSV with a heading.
func readConditions(path string) (*conditions, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the conditions: %w", err)
	}
	defer f.Close()
	c, err := parseConditions(f)
	if err != nil {
		return nil, fmt.Errorf("reading the conditions: %w", err)
	}
	return c, nil
}

// parseConditions reads a table.
func parseConditions(in io.Reader) (*conditions, error) {
	r := csv.NewReader(in)
	r.TrimLeadingSpace = true
	head, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%w: it has no heading", ErrConditions)
	}
	at := make(map[string]int)
	for i, name := range head {
		name = strings.TrimPrefix(strings.TrimSpace(name), "\ufeff")
		if !slices.Contains(conditionColumns, name) {
			return nil, fmt.Errorf("%w: the column %q is none of %s", ErrConditions, name, strings.Join(conditionColumns, ", "))
		}
		at[name] = i
	}
	for _, name := range []string{"mailbox", "sender", "answer", "signed_up"} {
		if _, ok := at[name]; !ok {
			return nil, fmt.Errorf("%w: the column %q is missing", ErrConditions, name)
		}
	}
	all := &conditions{byAlias: make(map[string]*condition), bySender: make(map[[2]string]*condition)}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrConditions, err)
		}
		line, _ := r.FieldPos(0)
		cell := func(name string) string {
			if i, ok := at[name]; ok {
				return strings.TrimSpace(row[i])
			}
			return ""
		}
		c, err := parseCondition(cell)
		if err == nil {
			err = all.add(c)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrConditions, line, err)
		}
	}
}

var (
	errAnswer  = errors.New("the answer is none of yes, no, not-asked")
	errDate    = errors.New("a date is not as 2026-03-31")
	errPurpose = errors.New("a purpose is not known")
	errTwice   = errors.New("mailbox and sender, or alias, stand there twice")
	errCell    = errors.New("mailbox or sender is empty")
)

// parseCondition reads a row.
func parseCondition(cell func(string) string) (*condition, error) {
	c := &condition{mailbox: cell("mailbox"), sender: strings.ToLower(cell("sender")), alias: strings.ToLower(cell("alias")), purposes: []string{}}
	if c.mailbox == "" || c.sender == "" {
		return nil, errCell
	}
	switch c.answer = strings.ToLower(cell("answer")); c.answer {
	case "yes", "no", NotAsked:
	default:
		return nil, errAnswer
	}
	for _, p := range strings.FieldsFunc(cell("purposes"), func(r rune) bool { return r == ';' || r == ' ' }) {
		id, err := purpose.Parse(p)
		if err != nil {
			return nil, errPurpose
		}
		c.purposes = append(c.purposes, string(id))
	}
	var err error
	if c.signed, err = time.Parse(time.DateOnly, cell("signed_up")); err != nil {
		return nil, errDate
	}
	if taken := cell("withdrawn"); taken != "" {
		if c.withdrawn, err = time.Parse(time.DateOnly, taken); err != nil {
			return nil, errDate
		}
	}
	return c, nil
}

// add takes a condition in.
func (all *conditions) add(c *condition) error {
	at := [2]string{c.mailbox, domainOfSender(c.sender)}
	if all.bySender[at] != nil || c.alias != "" && all.byAlias[c.alias] != nil {
		return errTwice
	}
	all.bySender[at] = c
	if c.alias != "" {
		all.byAlias[c.alias] = c
	}
	return nil
}

// domainOfSender is the organisational domain of an address or a domain.
func domainOfSender(s string) string { return domainOf(s[strings.LastIndexByte(s, '@')+1:]) }

// stands says how consent stood at a time. Days are of UTC; a withdrawal stands from
// the day after it.
func (c *condition) stands(at time.Time) string {
	switch {
	case at.Before(c.signed):
		return Before
	case c.answer == "no":
		return Refused
	case c.answer == NotAsked:
		return NotAsked
	case !c.withdrawn.IsZero() && !at.Before(c.withdrawn.AddDate(0, 0, 1)):
		return Withdrawn
	}
	return Granted
}

// A declaration is what a seed mailbox's mail is held against.
type declaration struct {
	from           sender.Sender
	domain         string
	recipient, sha string
	when           time.Time
	dated          bool
}

// declare writes what a seeds' study tells of a mail besides.
func (o *observer) declare(m *Message, d declaration) {
	m.Sender, m.SHA256 = maybe(d.from.Address), maybe(d.sha)
	if !d.dated {
		return
	}
	m.ReceivedAt = maybe(d.when.Format(time.RFC3339))
	// An address that was given to one alone says whom it was given to, whoever writes.
	c := o.seeds.byAlias[d.recipient]
	if c == nil {
		c = o.seeds.bySender[[2]string{text(m.Mailbox), d.domain}]
	}
	if c == nil {
		return
	}
	m.Signup, m.Declared, m.DeclaredFor = &c.sender, maybe(c.stands(d.when)), c.purposes
}
