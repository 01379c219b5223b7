package page

import "time"

// local is a moment on the reader's clock.
func (f *Frame) local(t time.Time) time.Time {
	if f.Zone == nil {
		return t.UTC()
	}
	return t.In(f.Zone)
}

// day is a date as the reader's language writes it.
func (f *Frame) day(t time.Time) string { return f.Words.Date(f.local(t)) }

// moment is a date with the time of day.
func (f *Frame) moment(t time.Time) string { return f.Words.DateTime(f.local(t)) }

// lastDay is the last day of a time that ends.
func (f *Frame) lastDay(t time.Time) string { return f.day(t.Add(-time.Nanosecond)) }
