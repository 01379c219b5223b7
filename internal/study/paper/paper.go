// Package paper writes the report of a study: one HTML file that loads nothing, and the
// same on paper as PDF.
//
// Every number in it is a figure of the dataset's table of figures, which the SQL that
// ships with the dataset makes again; the report adds words, an order and drawings. It
// is made of a dataset that was checked, never of a study. Equal datasets make equal
// reports.
package paper

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/internal/study"
	"github.com/unseen-mail/unseen/internal/study/chart"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// maxRows is how many rows a drawing has; tables have all.
const maxRows = 12

// A Section is one thought of the report.
type Section struct {
	// Title is its heading, Says a sentence that says what one sees.
	Title, Says string
	// Note is what has to be known besides, "" for nothing.
	Note string
	// Rows are drawn, in time from left to right if Time is set.
	Rows []chart.Row
	Time bool
	// Table has all figures; Part names them in the dataset.
	Table []Line
	Part  string
}

// A Line is one figure as text.
type Line struct{ Label, Num, Den, Rate, Range string }

// A Report is what is laid out.
type Report struct {
	Lang, Title, Made, Summary string
	Sections                   []Section
	MethodHead                 string
	Method                     []string
	words                      *words.Catalogue
}

// A Writer writes reports in one language.
type writer struct {
	*words.Catalogue
	data *study.Dataset
}

// Of makes the report of a dataset in a language.
func Of(d *study.Dataset, w *words.Catalogue) *Report {
	p := &writer{w, d}
	mails := d.Find("mails", "tracker-load")
	senders := d.Find("senders", "tracker-load")
	r := &Report{Lang: w.Lang(), Title: d.Title, words: w,
		Made: w.Say(words.PaperStudyMade, "authors", cmp.Or(w.List(d.Authors), w.Say(words.PaperAuthors)), "id", d.ID, "version", strings.Join(d.Tools, ", ")),
		Summary: w.Say(words.PaperStudySummary, "mails", w.Number(mails.Den), "senders", w.Number(senders.Den),
			"rate", p.percent(mails.Rate), "low", p.percent(mails.Low), "high", p.percent(mails.High),
			"srate", p.percent(senders.Rate), "slow", p.percent(senders.Low), "shigh", p.percent(senders.High)),
		MethodHead: w.Say(words.PaperMethod)}
	r.Sections = p.sections()
	r.Method = p.method()
	return r
}

// sections are all sections for which there is something to show.
func (p *writer) sections() []Section {
	var list []Section
	add := func(s Section) {
		if len(s.Table) > 0 {
			list = append(list, s)
		}
	}
	if p.data.Seeded {
		add(p.declared())
	}
	add(p.prevalence())
	add(p.week())
	for _, one := range []struct {
		part        string
		title, says words.Key
		label       func(string) string
	}{
		{"vector", words.PaperVectors, words.PaperVectorsSay, p.same},
		{"vendor", words.PaperVendors, words.PaperVendorsSay, p.vendor},
		{"purpose", words.PaperPurposes, words.PaperPurposesSay, p.purpose},
		{"certainty", words.PaperCertainty, words.PaperCertaintySay, p.certain},
		{"exemption", words.PaperExempt, words.PaperExemptSay, p.purpose},
		{"leak", words.PaperLeaks, words.PaperLeaksSay, p.same},
		{"cname", words.PaperNames, words.PaperNamesSay, p.same},
		{"compared", words.PaperCompared, words.PaperComparedSay, p.result},
	} {
		add(p.part(one.part, one.title, one.says, one.label))
	}
	return list
}

// same is a label that is a name already.
func (p *writer) same(name string) string { return name }

// vendor is who runs trackers.
func (p *writer) vendor(id string) string {
	if id == "unknown" {
		return p.Say(words.PaperUnknownVendor)
	}
	return id
}

// purpose is what a purpose is called.
func (p *writer) purpose(id string) string { return p.Purpose(purpose.ID(id)) }

// certain is how sure a verdict is.
func (p *writer) certain(c string) string {
	switch c {
	case "proven":
		return p.Say(words.CertainProven)
	case "strong":
		return p.Say(words.CertainStrong)
	}
	return p.Say(words.CertainWeak)
}

// result is what comparing copies says.
func (p *writer) result(r string) string {
	switch r {
	case "individual":
		return p.Say(words.TwinIndividual)
	case "aggregate":
		return p.Say(words.TwinAggregate)
	case "variant":
		return p.Say(words.TwinVariant)
	}
	return p.Say(words.TwinUnaligned)
}

// part is a section of one part, the largest shares first.
func (p *writer) part(name string, title, says words.Key, label func(string) string) Section {
	figures := p.data.Part(name)
	slices.SortStableFunc(figures, func(a, b study.Figure) int { return cmp.Compare(b.Num, a.Num) })
	s := Section{Title: p.Say(title), Part: name}
	for _, f := range figures {
		p.row(&s, f, label(f.Figure), false)
	}
	if len(figures) > 0 {
		first := figures[0]
		s.Says = p.Say(says, "first", label(first.Figure), "rate", p.percent(first.Rate), "n", p.Number(int64(len(figures))))
		if name == "exemption" {
			all := p.data.Find("exempt", "all")
			s.Says = p.Say(says, "rate", p.percent(all.Rate), "low", p.percent(all.Low), "high", p.percent(all.High))
		}
	}
	if len(s.Rows) > maxRows {
		s.Note = p.Say(words.PaperMore, "n", maxRows, "all", len(s.Rows))
		s.Rows = s.Rows[:maxRows]
	}
	return s
}

// row adds a figure to a section.
func (p *writer) row(s *Section, f study.Figure, label string, hollow bool) {
	s.Table = append(s.Table, Line{Label: label, Num: p.Number(f.Num), Den: p.Number(f.Den), Rate: p.percent(f.Rate),
		Range: p.Say(words.PaperRange, "low", p.percent(f.Low), "high", p.percent(f.High))})
	if f.Rate == nil || f.Low == nil || f.High == nil {
		return
	}
	s.Rows = append(s.Rows, chart.Row{Label: short(label), Value: p.percent(f.Rate), Rate: *f.Rate, Low: *f.Low, High: *f.High, Hollow: hollow})
}

// short cuts a label to what fits beside a drawing.
func short(label string) string {
	if letters := []rune(label); len(letters) > 41 {
		return string(letters[:40]) + "…"
	}
	return label
}

// markKeys name what mails and senders are counted by, in the order of the report.
var markKeys = []struct {
	figure string
	key    words.Key
}{
	{"tracker-load", words.PaperTrackerLoad}, {"tracker-load-proven", words.PaperProvenLoad}, {"suspected-or-tracker-load", words.PaperSuspectedLoad},
	{"third-party-tracker-load", words.PaperThirdTracker}, {"third-party-load", words.PaperThirdLoad}, {"tracked-link", words.PaperTrackedLink},
	{"leak-load", words.PaperLeakLoad}, {"leak-link", words.PaperLeakLink}, {"cname-load", words.PaperNameLoad}, {"receipt", words.PaperReceipt},
	{"invisible-load", words.PaperInvisible}, {"list-hit-load", words.PaperListHit}, {"ungated-tracker", words.PaperUngated}, {"exempt", words.PaperExemptMail},
}

// prevalence is how common everything is, by mails and by senders.
func (p *writer) prevalence() Section {
	s := Section{Title: p.Say(words.PaperPrevalence), Says: p.Say(words.PaperPrevalenceSay), Note: p.Say(words.PaperPrevalenceNote), Part: "mails, senders"}
	for _, m := range markKeys {
		if m.figure == "list-hit-load" && len(p.data.Lists) == 0 {
			continue
		}
		name := p.Say(m.key)
		p.row(&s, p.data.Find("mails", m.figure), name, false)
		p.row(&s, p.data.Find("senders", m.figure), p.Say(words.PaperOfSenders, "what", name), true)
	}
	for i := 1; i < len(s.Rows); i += 2 {
		s.Rows[i].Label = "" // the ring stands below the dot of the same name
	}
	return s
}

// week is the share over time.
func (p *writer) week() Section {
	s := Section{Title: p.Say(words.PaperTime), Part: "week", Time: true}
	for _, f := range p.data.Part("week") {
		p.row(&s, f, f.Figure, false)
	}
	if n := len(s.Table); n > 0 {
		s.Says = p.Say(words.PaperTimeSay, "n", n, "first", s.Table[0].Label, "last", s.Table[n-1].Label)
	}
	return s
}

// declared is the table of what was answered and what was done.
func (p *writer) declared() Section {
	s := Section{Title: p.Say(words.PaperDeclared), Note: p.Say(words.PaperDeclaredNote), Part: "declared, declared-sender"}
	for _, state := range []struct {
		name string
		key  words.Key
	}{
		{study.Refused, words.PaperRefused}, {study.Withdrawn, words.PaperWithdrawn}, {study.NotAsked, words.PaperNotAsked},
		{study.Granted, words.PaperGranted}, {study.Before, words.PaperBefore},
	} {
		f := p.data.Find("declared", state.name)
		if f.Den == 0 {
			continue
		}
		name := p.Say(state.key)
		p.row(&s, f, name, false)
		p.row(&s, p.data.Find("declared-sender", state.name), p.Say(words.PaperOfSenders, "what", name), true)
	}
	if beyond := p.data.Find("declared", "granted-beyond"); beyond.Den > 0 {
		p.row(&s, beyond, p.Say(words.PaperBeyond), false)
	}
	refused, withdrawn := p.data.Find("declared", study.Refused), p.data.Find("declared", study.Withdrawn)
	s.Says = p.Say(words.PaperDeclaredSay, "refused", p.percent(refused.Rate), "withdrawn", p.percent(withdrawn.Rate))
	return s
}

// method is how it was made and what it does not show.
func (p *writer) method() []string {
	d := p.data
	list := []string{
		p.Say(words.PaperMethodRows, "rules", strings.Join(d.Rules, ", ")),
		p.Say(words.PaperMethodInterval, "n", d.Replicates, "seed", d.Seed),
		p.Say(words.PaperMethodSQL),
	}
	if len(d.Lists) > 0 {
		list = append(list, p.Say(words.PaperMethodLists, "lists", strings.Join(d.Lists, ", ")))
	}
	if !d.Seeded {
		list = append(list, p.Say(words.PaperMethodHidden, "k", d.K))
	}
	return append(list, p.Say(words.PaperMethodLimits))
}

// percent writes a share.
func (p *writer) percent(rate *float64) string {
	if rate == nil {
		return "–"
	}
	return p.Percent(*rate)
}

// A Files are the two forms of a report.
type Files struct{ HTML, PDF []byte }

// Write writes a report in both forms.
func (r *Report) Write() (Files, error) {
	page, err := r.html()
	if err != nil {
		return Files{}, fmt.Errorf("writing the report: %w", err)
	}
	sheet, err := r.pdf()
	if err != nil {
		return Files{}, fmt.Errorf("writing the report: %w", err)
	}
	return Files{page, sheet}, nil
}
