package page

import (
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/words"
)

// local is a moment on the reader's clock.
func (f *Frame) local(t time.Time) time.Time {
	if f.Zone == nil {
		return t.UTC()
	}
	return t.In(f.Zone)
}

// day is a date as the reader's language writes it.
func (f *Frame) day(t time.Time) string {
	t = f.local(t)
	months := strings.Fields(f.Words.Say(words.PageMonths))
	month, day := t.Month().String(), t.Format("2")
	if len(months) == 12 {
		month = months[t.Month()-1]
	}
	if f.Words.Lang() == "fr" && day == "1" {
		day = "1er"
	}
	return f.Words.Say(words.PageDay, "day", day, "month", month, "year", t.Year())
}

// moment is a date with the time of day.
func (f *Frame) moment(t time.Time) string {
	return f.Words.Say(words.PageMoment, "day", f.day(t), "time", f.local(t).Format("15:04"))
}

// lastDay is the last day of a time that ends.
func (f *Frame) lastDay(t time.Time) string { return f.day(t.Add(-time.Nanosecond)) }
