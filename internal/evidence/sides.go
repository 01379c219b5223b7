package evidence

import (
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/purpose"
	"github.com/unseen-mail/unseen/rules/statement"
)

// maxSaid is how many lines a report has of what one side said; the bag has all.
const maxSaid = 25

// A side is what one side said, under its own name and with the sentence that keeps it
// apart from what the other did.
type side struct {
	Head, Says string
	Lines      []string
}

// sides are what the reader told their own software, what they say they agreed to, and
// what was written. What the senders say stands with what is seen over their mails.
func (c *Case) sides(x *Examined, w *words.Catalogue) []side {
	var list []side
	add := func(head, says words.Key, lines []string) {
		if len(lines) > 0 {
			list = append(list, side{w.Say(head), w.Say(says), lines[:min(len(lines), maxSaid)]})
		}
	}
	add(words.ReportDecided, words.LedgerStatement, c.decided(w))
	add(words.ReportSaid, words.DossierStatements, c.said(w))
	add(words.ReportAfter, words.ReportAfterWhy, c.tracked(x, w))
	add(words.ReportTried, words.DossierEvents, c.tried(w))
	var letters []string
	for _, l := range Noted(c.letters, c.opt.Now()) {
		letters = append(letters, LetterLine(l, w))
	}
	add(words.ReportLetters, words.ReportLettersWhy, letters)
	return list
}

// decided are the records of the ledger.
func (c *Case) decided(w *words.Catalogue) []string {
	if c.opt.Dossier == nil {
		return nil
	}
	var lines []string
	for i := range c.opt.Dossier.Ledger {
		r := &c.opt.Dossier.Ledger[i]
		key, ok := map[string]words.Key{"granted": words.ReportGranted, "refused": words.ReportRefused, "withdrawn": words.ReportWithdrew}[r.Decision]
		if ok {
			lines = append(lines, w.Say(key, "date", w.Date(r.When), "purpose", w.Purpose(purpose.ID(r.Purpose))))
		}
	}
	return lines
}

// said are the reader's statements.
func (c *Case) said(w *words.Catalogue) []string {
	if c.opt.Dossier == nil {
		return nil
	}
	var lines []string
	for i := range c.opt.Dossier.Statements {
		s := &c.opt.Dossier.Statements[i]
		key := map[statement.Answer]words.Key{statement.No: words.ReportSaidNo, statement.Yes: words.ReportSaidYes,
			statement.Unsure: words.ReportSaidUnsure, statement.Told: words.ReportSaidTold}[s.Answer]
		on := day(s.AgreedOn, w)
		if s.Answer == statement.Told {
			on = day(s.ToldOn, w)
		}
		if on == "" {
			on = "–"
		}
		lines = append(lines, w.Say(key, "date", w.Date(s.When), "on", on))
	}
	return lines
}

// tracked is what came after each no.
func (c *Case) tracked(x *Examined, w *words.Catalogue) []string {
	var lines []string
	for _, one := range c.withdrawals(x) {
		key := words.ReportAfterOwn
		if one.How == "told" {
			key = words.ReportAfterTold
		}
		lines = append(lines, w.Say(key, "date", w.Date(one.When), "n", one.Mails, "tracking", len(one.Tracking)))
	}
	return lines
}

// tried counts what mail programs asked for, and what became of it.
func (c *Case) tried(w *words.Catalogue) []string {
	if c.opt.Dossier == nil {
		return nil
	}
	held, released, other := 0, 0, 0
	for i := range c.opt.Dossier.Events {
		e := &c.opt.Dossier.Events[i]
		switch {
		case e.Kind != "load" && e.Kind != "link":
		case e.Outcome == "held":
			held++
		case e.Outcome == "released":
			released++
		default:
			other++
		}
	}
	if held+released+other == 0 {
		return nil
	}
	return []string{w.Say(words.ReportTriedHeld, "n", held), w.Say(words.ReportTriedReleased, "n", released), w.Say(words.ReportTriedOther, "n", other)}
}

// requestsLine says which requests were made.
func (c *Case) requestsLine(w *words.Catalogue) string {
	if len(c.requests) == 0 {
		return w.Say(words.ReportQuiet)
	}
	return w.Say(words.ReportRequests, "n", len(c.requests))
}
