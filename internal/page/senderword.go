package page

import (
	"slices"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/statement"
)

// A field is one that the reader fills in.
type field struct{ Name, Label string }

// An option is one of several to choose from.
type option struct{ Value, Text string }

// A saying is one thing that the reader said, with its details.
type saying struct {
	Text    string
	Details []string
}

// A wordView is the reader's own word about a sender.
type wordView struct {
	Question string
	Answers  []option
	WayLabel string
	Ways     []option
	Fields   []field
	Said     []saying
}

// word lays out what the reader said about a sender, the newest first, and the form
// to say more.
func (f *Frame) word(sender string, said []api.Statement) wordView {
	w := f.Words
	v := wordView{
		Question: w.Say(words.PageWordAsk, "sender", sender), WayLabel: w.Say(words.PageWordWay),
		Answers: []option{
			{string(statement.No), w.Say(words.PageWordNo)}, {string(statement.Yes), w.Say(words.PageWordYes)},
			{string(statement.Unsure), w.Say(words.PageWordUnsure)},
		},
		Fields: []field{
			{"on", w.Say(words.PageWordOn)}, {"where", w.Say(words.PageWordWhere)}, {"by", w.Say(words.PageWordBy)},
			{"given", w.Say(words.PageWordGiven)}, {"note", w.Say(words.PageWordNote)},
		},
	}
	for _, way := range append([]statement.Way{""}, statement.Ways()...) {
		v.Ways = append(v.Ways, option{string(way), w.Way(string(way))})
	}
	for i := range slices.Backward(said) {
		v.Said = append(v.Said, f.saying(&said[i]))
	}
	return v
}

// saying tells one statement.
func (f *Frame) saying(s *api.Statement) saying {
	w := f.Words
	pairs := []any{"time", f.day(s.When), "sender", s.Sender, "address", s.Recipient}
	out := saying{}
	switch s.Answer {
	case statement.Yes:
		out.Text = w.Say(words.StatedYes, pairs...)
	case statement.No:
		out.Text = w.Say(words.StatedNo, pairs...)
	case statement.Told:
		out.Text = w.Say(words.PageToldLine, "sender", s.Sender, "day", f.written(s.ToldOn))
	default:
		out.Text = w.Say(words.StatedUnsure, pairs...)
	}
	way := ""
	if s.Way != "" {
		way = w.Way(string(s.Way))
	}
	for _, d := range []struct{ name, value string }{
		{w.Say(words.StatedOn), s.AgreedOn}, {w.Say(words.StatedWay), way}, {w.Say(words.StatedWhere), s.Where},
		{w.Say(words.StatedBy), s.By}, {w.Say(words.StatedGiven), s.AddressGiven}, {w.Say(words.StatedNote), s.Note},
	} {
		if d.value != "" {
			out.Details = append(out.Details, w.Say(words.PartLine, "kind", d.name, "name", d.value))
		}
	}
	return out
}

// written is a day that the reader wrote, as their language writes it; a month or a
// year stays as it was written.
func (f *Frame) written(day string) string {
	if t, err := time.Parse(time.DateOnly, day); err == nil {
		return f.Words.Date(t)
	}
	return day
}
