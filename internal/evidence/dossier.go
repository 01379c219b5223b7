package evidence

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/unseen-mail/unseen/internal/alias"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/evidence/mark"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/statement"
)

// answerMonths is how long a controller has to answer: a month (article 12(3) GDPR).
const answerMonths = 1

// A Withdrawal is a no of the reader's, and what was tracked after it.
type Withdrawal struct {
	// When is the time of the no; How is "withdrawn" or "refused" where it is an
	// instruction to the reader's own software, and "told" where the reader says that
	// they told the sender.
	When time.Time `json:"when"`
	How  string    `json:"how"`
	// Purpose is what it is about, "" for all.
	Purpose string `json:"purpose,omitempty"`
	// Mails is how many mails of the bag were sent after it, Tracking are those that
	// hold trackers, by hash.
	Mails    int      `json:"mails_after"`
	Tracking []string `json:"tracking_after"`
}

// dossierFiles are what is known beside the mails, each under its own name and with
// the sentence that says what it is.
func (c *Case) dossierFiles(x *Examined) map[string]any {
	files := map[string]any{"data/network.json": c.network(), "data/names.json": c.names(x)}
	if len(c.letters) > 0 {
		files["data/letters.json"] = map[string]any{
			"note":    "Letters that the complainant says they wrote or got. Unseen sent none of them. A controller has a month to answer a request (article 12(3) GDPR).",
			"letters": Noted(c.letters, c.opt.Now()),
		}
	}
	d := c.opt.Dossier
	if d == nil {
		return files
	}
	files["data/ledger.json"] = map[string]any{"note": d.LedgerSays, "head": d.Head, "records": d.Ledger, "once": d.Once}
	files["data/statement.json"] = map[string]any{"note": d.StatementsSay, "statements": d.Statements}
	files["data/withdrawals.json"] = map[string]any{
		"note":        "When the reader said no, and which mails sent after that hold trackers. \"withdrawn\" and \"refused\" are instructions to the reader's own software, of which the sender was told nothing; \"told\" is what the reader says they told the sender.",
		"withdrawals": c.withdrawals(x),
	}
	files["data/events.json"] = map[string]any{"note": d.EventsSay, "from": d.EventsFrom, "events": d.Events}
	files["data/served.json"] = map[string]any{
		"note":   "Unseen stood between the complainant's mail program and mail server. These are the places of each mail that it replaced for the mail program, at equal length; the mails in this bag are those of the server.",
		"ways":   d.Ways,
		"served": d.Served,
	}
	return files
}

// withdrawals are the reader's noes, the first one first, and what came after.
func (c *Case) withdrawals(x *Examined) []Withdrawal {
	list := []Withdrawal{}
	if c.opt.Dossier == nil {
		return list
	}
	for i := range c.opt.Dossier.Ledger {
		if r := &c.opt.Dossier.Ledger[i]; r.Decision == "withdrawn" || r.Decision == "refused" {
			list = append(list, Withdrawal{When: r.When.UTC(), How: r.Decision, Purpose: r.Purpose})
		}
	}
	for i := range c.opt.Dossier.Statements {
		if s := &c.opt.Dossier.Statements[i]; s.Answer == statement.Told {
			on, err := time.Parse(time.DateOnly, s.ToldOn)
			if err == nil {
				list = append(list, Withdrawal{When: on.AddDate(0, 0, 1), How: "told"})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Withdrawal) int { return a.When.Compare(b.When) })
	for i := range list {
		list[i].Tracking = []string{}
		for _, m := range x.Messages {
			if m.Sent.IsZero() || !m.Sent.After(list[i].When) {
				continue
			}
			if list[i].Mails++; m.Trackers > 0 {
				list[i].Tracking = append(list[i].Tracking, m.MessageSHA256)
			}
		}
	}
	return list
}

// names is what the DNS said of the hosts of trackers, as far as the reader had it
// asked. A host whose name may carry an identifier is never asked for: whoever runs it
// would learn of one reader.
func (c *Case) names(x *Examined) any {
	answers, unasked, odd := []api.HostAlias{}, []string{}, []string{}
	known := make(map[string]bool)
	if c.opt.Dossier != nil {
		for _, a := range c.opt.Dossier.Names {
			if known[a.Host] = x.hosts[a.Host]; known[a.Host] {
				answers = append(answers, a)
			}
		}
	}
	for _, host := range sortedKeys(x.hosts) {
		switch {
		case known[host]:
		case alias.Askable(host):
			unasked = append(unasked, host)
		default:
			odd = append(odd, host)
		}
	}
	return map[string]any{
		"note":         "What a name server said of the hosts of trackers: which are other names of somebody else's (CNAME). It was asked only where the reader agreed, and never for a name that may carry an identifier.",
		"answers":      answers,
		"not_asked":    unasked,
		"may_identify": odd,
	}
}

// Hosts are those of trackers whose names can be asked for, and which are not known.
func (c *Case) Hosts(x *Examined) []string {
	known := make(map[string]bool)
	if c.opt.Dossier != nil {
		for _, a := range c.opt.Dossier.Names {
			known[a.Host] = true
		}
	}
	return slices.DeleteFunc(sortedKeys(x.hosts), func(h string) bool { return known[h] || !alias.Askable(h) })
}

// Named takes over what a name server said of hosts. It has to be called before the
// papers are written.
func (c *Case) Named(x *Examined, answers []api.HostAlias) error {
	if c.opt.Dossier == nil {
		c.opt.Dossier = &api.Dossier{}
	}
	c.opt.Dossier.Names = append(slices.Clone(c.opt.Dossier.Names), answers...)
	for _, a := range answers {
		c.Asked(Request{Time: a.At, Kind: "name", Whom: a.Resolver, What: a.Host + " CNAME"})
	}
	return c.writeAll(map[string]any{"data/names.json": c.names(x), "data/network.json": c.network()})
}

// Noted says of letters by when an answer has to be there.
func Noted(letters []mark.Letter, now time.Time) []api.NotedLetter {
	list := []api.NotedLetter{}
	for i, l := range letters {
		n := api.NotedLetter{Kind: l.Kind, With: l.With, On: l.On}
		if on, err := time.Parse(time.DateOnly, l.On); err == nil && l.Kind == "request" {
			due := on.AddDate(0, answerMonths, 0)
			if due.Day() != on.Day() {
				// The month has no such day: its last one (Regulation 1182/71, article 3(2)(c)).
				due = due.AddDate(0, 0, -due.Day())
			}
			today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
			n.Due, n.Over = due.Format(time.DateOnly), int(today.Sub(due).Hours()/24)
			n.Answered = slices.ContainsFunc(letters[i:], func(a mark.Letter) bool { return a.Kind == "answer" })
		}
		list = append(list, n)
	}
	return list
}

// steps say in a complaint what was written to the controller; "" if nothing was.
func (c *Case) steps(w *words.Catalogue) string {
	var lines string
	for _, l := range Noted(c.letters, c.opt.Now()) {
		lines += LetterLine(l, w) + "\n"
	}
	return lines
}

// LetterLine says in a sentence what a letter was, and how it stands.
func LetterLine(l api.NotedLetter, w *words.Catalogue) string {
	key := words.LetterWaiting
	switch {
	case l.Kind == "complaint":
		key = words.LetterComplaint
	case l.Kind == "answer":
		key = words.LetterAnswer
	case l.Answered:
		key = words.LetterAnswered
	case l.Over > 0:
		key = words.LetterOver
	}
	return w.Say(key, "date", day(l.On, w), "due", day(l.Due, w), "with", cmp.Or(l.With, "–"), "n", max(l.Over, -l.Over))
}

// day is a day in words.
func day(text string, w *words.Catalogue) string {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return text
	}
	return w.Date(t)
}

// writeAll writes files of the bag.
func (c *Case) writeAll(files map[string]any) error {
	for name, content := range files {
		if err := c.writeJSON(name, content); err != nil {
			return fmt.Errorf("writing what is known beside the mails: %w", err)
		}
	}
	return nil
}
