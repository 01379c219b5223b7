package paper

import (
	"bytes"
	_ "embed"
	"html/template"

	"github.com/unseen-mail/unseen/internal/look"
	"github.com/unseen-mail/unseen/internal/study/chart"
	"github.com/unseen-mail/unseen/internal/words"
)

//go:embed report.html
var form string

//go:embed report.css
var style string

// html lays the report out as a page that loads nothing.
func (r *Report) html() ([]byte, error) {
	t, err := template.New("report").Funcs(template.FuncMap{
		"picture": r.picture,
		"style":   func() template.CSS { return template.CSS(look.Load().CSS() + style) },
		"head":    r.head,
	}).Parse(form)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, r)
	return b.Bytes(), err
}

// head are the headings of tables.
func (r *Report) head() map[string]string {
	w := r.words
	return map[string]string{"table": w.Say(words.PaperTable), "what": w.Say(words.PaperWhat), "num": w.Say(words.PaperNum), "den": w.Say(words.PaperDen),
		"rate": w.Say(words.PaperRate), "range": w.Say(words.PaperInterval), "part": w.Say(words.PaperPart)}
}

// picture draws a section.
func (r *Report) picture(s Section) template.HTML {
	svg := new(chart.SVG)
	height := chart.Height(len(s.Rows))
	if s.Time {
		height = chart.TimeHeight
		chart.DrawTime(svg, s.Rows, r.words.Percent)
	} else {
		chart.Draw(svg, s.Rows, r.words.Percent)
	}
	// What stands in it was escaped as it was drawn.
	return template.HTML(svg.Picture(height, s.Says))
}
