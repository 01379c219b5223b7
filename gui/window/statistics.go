package window

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/unseen-mail/unseen/gui/model"
	"github.com/unseen-mail/unseen/gui/window/piece"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/look"
	"github.com/unseen-mail/unseen/internal/words"
)

// statistics counts by day, week or month.
type statistics struct {
	*frame
	by    string
	table bool
}

func newStatistics(w *Window) *statistics { return &statistics{frame: newFrame(w), by: "day"} }

// load asks for counts.
func (p *statistics) load() {
	by, lang := p.by, p.w.words.Lang()
	p.read(func(ctx context.Context) (func(), error) {
		s, err := p.w.cfg.Client.Statistics(ctx, api.StatisticsQuery{By: by})
		if err != nil {
			return nil, err
		}
		list, err := p.w.cfg.Client.Purposes(ctx, api.PurposeQuery{Language: lang})
		for _, one := range list {
			for i := range s.Purposes {
				if s.Purposes[i].ID == one.ID {
					s.Purposes[i].Name = one.Title
				}
			}
		}
		return func() { p.draw(&s) }, err
	})
}

// draw shows counts: a sentence, the chart or its table, and names.
func (p *statistics) draw(s *api.Statistics) {
	w := p.w.words
	by := piece.NewChoice([]piece.Option{
		{ID: "day", Text: w.Say(words.WinByDay)}, {ID: "week", Text: w.Say(words.WinByWeek)}, {ID: "month", Text: w.Say(words.WinByMonth)},
	}, p.by, func(id string) {
		p.by = id
		p.load()
	})
	parts := []fyne.CanvasObject{piece.Title(w.Say(words.WinStatistics)), by.Row}
	if s.Sums.Mails == 0 && s.Sums.Held+s.Sums.Released+s.Sums.Copies == 0 {
		p.show(append(parts, piece.Card(piece.Heading(w.Say(words.WinNothingCounted)), piece.Body(w.Say(words.WinNothingCountedHow))))...)
		return
	}
	chart := piece.NewChart(p.chart(s), p.says)
	shown := fyne.CanvasObject(chart)
	if p.table {
		shown = p.rows(chart.Model())
	}
	turn := w.Say(words.WinTable)
	if p.table {
		turn = w.Say(words.WinChart)
	}
	buttons := []fyne.CanvasObject{piece.NewButton(turn, func() {
		p.table = !p.table
		p.draw(s)
	})}
	if p.w.cfg.Save != nil {
		for _, kind := range []string{"SVG", "PNG", "CSV"} {
			buttons = append(buttons, piece.NewButton(w.Say(words.WinExport, "kind", kind), func() { p.export(chart, kind) }))
		}
	}
	parts = append(parts, piece.Card(piece.Heading(chart.Model().Says), shown, piece.Row(buttons...)))
	for _, of := range []struct {
		title words.Key
		list  []api.Tally
	}{{words.WinVendors, s.Vendors}, {words.PageSenders, s.Senders}, {words.WinPurposes, s.Purposes}, {words.WinVectors, s.Vectors}} {
		if len(of.list) > 0 {
			parts = append(parts, piece.Card(piece.Heading(w.Say(of.title)), p.tallies(of.list)))
		}
	}
	p.again(append(parts, piece.Small(w.Say(words.WinCountedHow)))...)
}

// chart makes bars of spans.
func (p *statistics) chart(s *api.Statistics) model.Chart {
	w := p.w.words
	c := model.Chart{
		Says: w.Say(words.WinChartSays, "held", w.Number(int64(s.Sums.Held)), "told", w.Number(int64(s.Sums.Released))),
		Held: w.Say(words.WinHeld), Told: w.Say(words.WinTold),
	}
	for _, span := range s.Spans {
		at := span.Begin.In(p.w.cfg.Now().Location())
		c.Bars = append(c.Bars, model.Bar{Label: p.short(at), Long: p.long(at), Held: span.Held, Told: span.Released})
	}
	return c
}

// short names a span below its bar, long in full.
func (p *statistics) short(at time.Time) string {
	if p.by == "month" {
		return at.Format("01/06")
	}
	return p.w.words.Say(words.WinChartDay, "day", at.Day(), "month", int(at.Month()))
}

func (p *statistics) long(at time.Time) string {
	w := p.w.words
	switch p.by {
	case "week":
		return w.Say(words.WinWeekOf, "date", w.Date(at))
	case "month":
		return w.Say(words.WinMonthOf, "month", w.Month(at.Month()), "year", at.Year())
	}
	return w.Date(at)
}

// says is what one bar says.
func (p *statistics) says(b model.Bar) string {
	w := p.w.words
	return w.Say(words.WinBar, "span", b.Long, "held", w.Number(int64(b.Held)), "told", w.Number(int64(b.Told)))
}

// rows are the bars as a table, without those that are empty.
func (p *statistics) rows(c *model.Chart) fyne.CanvasObject {
	column := piece.Column()
	for i := len(c.Bars) - 1; i >= 0; i-- {
		if b := c.Bars[i]; b.Held+b.Told > 0 {
			column.Add(piece.Body(p.says(b)))
		}
	}
	return column
}

// tallies are names with bars of their length, and numbers.
func (p *statistics) tallies(list []api.Tally) fyne.CanvasObject {
	w := p.w.words
	column := piece.Column()
	most := 1
	for _, t := range list {
		most = max(most, t.Held+t.Told)
	}
	for _, t := range list {
		title := t.Name
		if title == "" {
			title = t.ID
		}
		number := piece.Small(w.Say(words.WinTally, "held", w.Number(int64(t.Held)), "told", w.Number(int64(t.Told))))
		number.Wrapping = fyne.TextWrapOff
		number.Alignment = fyne.TextAlignTrailing
		column.Add(container.NewGridWithColumns(3, piece.Line(name(title)), piece.NewMeter(t.Held, t.Told, most), number))
	}
	return column
}

// export writes the chart where the reader finds it.
func (p *statistics) export(chart *piece.Chart, kind string) {
	colours := look.Load().Light
	p.write(func(context.Context) (func(), error) {
		var text []byte
		var err error
		switch kind {
		case "SVG":
			text = []byte(chart.Model().SVG(colours))
		case "CSV":
			text = []byte(chart.Model().CSV())
		default:
			text, err = chart.PNG()
		}
		if err != nil {
			return nil, err
		}
		where, err := p.w.cfg.Save("unseen-"+p.by+"."+map[string]string{"SVG": "svg", "CSV": "csv", "PNG": "png"}[kind], text)
		return func() { p.w.note(p.w.words.Say(words.WinSaved, "path", where), nil) }, err
	})
}
