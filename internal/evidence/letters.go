package evidence

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/look"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// italian is the language of the Garante. Unseen itself does not speak it.
const italian = "it"

// garante is the draft for the Garante, in Italian.
//
//go:embed garante.md
var garante string

// letterPage is what a letter is laid out by.
//
//go:embed letter.html
var letterPage string

// Papers are the letter to the sender and the drafts of complaints in a language; with
// all, those of offices that take no complaint in it too, each in its first.
func (c *Case) Papers(x *Examined, w *words.Catalogue, all bool) ([]api.Paper, error) {
	f := c.facts(x, w)
	list := []api.Paper{{
		Name: "request." + w.Lang(), Kind: "request", For: f.sender, Language: w.Lang(), Wait: w.Say(words.PaperWaitRequest),
		Markdown: heading(w.Say(words.PaperRequestSubject)) + w.Say(words.PaperRequest, f.pairs()...) + "\n",
	}}
	for _, o := range offices {
		lang := w.Lang()
		switch {
		case o.languages[0] == italian:
			// Who complains in Italy reads it, in whatever language the report is.
			lang = italian
		case slices.Contains(o.languages, w.Lang()):
		case all:
			lang = o.languages[0]
		default:
			continue
		}
		list = append(list, c.complaint(x, o, lang, w))
	}
	for i := range list {
		page, err := LetterHTML(list[i].Language, list[i].Markdown)
		if err != nil {
			return nil, err
		}
		list[i].HTML = page
	}
	return list, nil
}

// complaint is the draft of a complaint to an office in a language. What is said of it
// is in that of the reader.
func (c *Case) complaint(x *Examined, o office, lang string, reader *words.Catalogue) api.Paper {
	edition := purpose.For(o.jurisdiction)
	p := api.Paper{Name: "complaint." + strings.ToLower(o.name) + "." + lang, Kind: "complaint", For: edition.Authority, Language: lang, Wait: c.wait(o, reader)}
	if lang == italian {
		p.Markdown = c.toGarante(x)
		return p
	}
	w := words.In(lang)
	f := c.facts(x, w)
	authority, number := edition.Authority, w.Say(words.PaperNumber)
	switch o.jurisdiction {
	case "DE":
		authority = w.Say(words.PaperLand)
	case "EU":
		authority = w.Say(words.PaperAuthority)
	case "FR":
		number = "[SIREN : _________]"
	}
	p.For = authority
	pairs := append(f.pairs(), "found", f.found, "vendors", f.vendors, "article", edition.Article, "number", number,
		"steps", "{steps}", "after", "{after}")
	text := heading(w.Say(words.PaperComplaintSubject, "authority", authority)) + w.Say(words.PaperComplaint, pairs...) + "\n"
	// These are lines of their own, and a value is none.
	text = strings.NewReplacer("{steps}", cmp.Or(strings.TrimSpace(c.steps(w)), w.Say(words.PaperNoSteps)), "{after}", c.after(x, w)).Replace(text)
	if p.Markdown = text; o.jurisdiction == "DE" && c.opt.Land.Name != "" {
		p.For, p.Markdown = c.opt.Land.Name, c.opt.Land.Addressed(text)
	}
	return p
}

// told is the first no that the reader told the sender.
func (c *Case) told(x *Examined) (Withdrawal, bool) {
	for _, one := range c.withdrawals(x) {
		if one.How == "told" {
			return one, true
		}
	}
	return Withdrawal{}, false
}

// after says what was tracked after the reader told the sender no, "" if they did not.
func (c *Case) after(x *Examined, w *words.Catalogue) string {
	one, ok := c.told(x)
	if !ok {
		return ""
	}
	return w.Say(words.PaperAfter, "date", w.Date(one.When.AddDate(0, 0, -1)), "n", one.Mails, "tracking", len(one.Tracking)) + "\n"
}

// wait says whether something has to be waited for. Nothing ever has: a letter to the
// sender is offered, and no condition.
func (c *Case) wait(o office, w *words.Catalogue) string {
	said := w.Say(words.PaperWaitNone)
	for _, l := range Noted(c.letters, c.opt.Now()) {
		if l.Kind == "request" {
			said = LetterLine(l, w)
		}
	}
	if o.jurisdiction == "FR" {
		said += " " + w.Say(words.PaperWaitCnil)
	}
	return said
}

// toGarante fills in the draft in Italian.
func (c *Case) toGarante(x *Examined) string {
	f := c.facts(x, words.English())
	day := func(t time.Time) string {
		if t.IsZero() {
			return "[data]"
		}
		return t.Format("02/01/2006")
	}
	var steps []string
	for _, l := range Noted(c.letters, c.opt.Now()) {
		on, _ := time.Parse(time.DateOnly, l.On) // what was noted is a day
		line := map[string]string{"request": "Richiesta al titolare del trattamento, ", "answer": "Risposta ricevuta il ", "complaint": "Reclamo o segnalazione precedente del "}[l.Kind] + day(on)
		if l.Kind == "request" && !l.Answered {
			line += "; nessuna risposta annotata finora"
		}
		steps = append(steps, line+".")
	}
	if len(steps) == 0 {
		steps = []string{"[Richiesta al titolare del …, risposta del …; oppure nessuna]"}
	}
	after := ""
	if one, ok := c.told(x); ok {
		after = fmt.Sprintf("Il %s ho comunicato al mittente la revoca di ogni consenso; dopo quel giorno sono arrivati %d messaggi, di cui %d con tracciatori.\n",
			day(one.When.AddDate(0, 0, -1)), one.Mails, len(one.Tracking))
	}
	vendors := "non noti dai messaggi"
	if len(x.Vendors) > 0 {
		vendors = strings.Join(sortedKeys(x.Vendors), ", ")
	}
	sender := c.opt.Sender
	if sender == "" {
		sender = "[mittente]"
	}
	return strings.NewReplacer("{sender}", sender, "{address}", strings.Join(f.addresses, ", "), "{n}", strconv.Itoa(f.n), "{found}", strconv.Itoa(f.found),
		"{first}", day(f.firstAt), "{last}", day(f.lastAt), "{vendors}", vendors, "{after}", after, "{steps}", strings.Join(steps, "\n")).Replace(garante)
}

// heading is a heading of Markdown.
func heading(text string) string { return "# " + text + "\n\n" }

// A letterPart is one paragraph of a letter, or a list.
type letterPart struct {
	Head  string
	Lines []string
	List  []string
}

// LetterHTML lays a letter out as a page that can be printed and loads nothing. A letter
// has a heading, paragraphs whose lines stay lines, and lists.
func LetterHTML(lang, markdown string) (string, error) {
	t, err := template.New("letter").Parse(letterPage)
	if err != nil {
		return "", fmt.Errorf("reading the form of letters: %w", err)
	}
	first, rest, _ := strings.Cut(markdown, "\n")
	page := struct {
		Lang, Title string
		Style       template.CSS
		Parts       []letterPart
	}{lang, strings.TrimPrefix(first, "# "), template.CSS(look.Load().CSS() + letterStyle), nil} //nolint:gosec // both are embedded
	for _, block := range strings.Split(strings.TrimSpace(rest), "\n\n") {
		var part letterPart
		if head, ok := strings.CutPrefix(block, "## "); ok {
			head, block, _ = strings.Cut(head, "\n")
			part.Head = head
		}
		for _, line := range strings.Split(block, "\n") {
			if item, ok := strings.CutPrefix(line, "- "); ok {
				part.List = append(part.List, item)
			} else if line != "" {
				part.Lines = append(part.Lines, line)
			}
		}
		page.Parts = append(page.Parts, part)
	}
	var b strings.Builder
	if err := t.Execute(&b, page); err != nil {
		return "", fmt.Errorf("writing a letter: %w", err)
	}
	return b.String(), nil
}

// letterStyle is what a letter needs beside the look of all pages.
const letterStyle = `
body{max-width:44rem;margin:2rem auto;padding:0 1rem}
@media print{body{margin:0;max-width:none}}
`
