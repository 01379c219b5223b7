package words

import (
	"strconv"
	"time"
)

// Keys of dates and lengths of time.
const (
	dateText     Key = "date"
	dateTimeText Key = "date-time"
	firstDay     Key = "first-day"
	daysText     Key = "days"
	hoursText    Key = "hours"
	minutesText  Key = "minutes"
	secondsText  Key = "seconds"
	moment       Key = "a-moment"
)

// Date writes a day, in the place of the world that t is in: "3 March 2026".
func (c *Catalogue) Date(t time.Time) string {
	day := strconv.Itoa(t.Day())
	if t.Day() == 1 {
		day = c.Say(firstDay) // in French alone it is an ordinal
	}
	return c.Say(dateText, "day", day, "month", c.Say(month(t.Month())), "year", t.Year())
}

// month is the key of a month's name.
func month(m time.Month) Key { return Key("month-" + strconv.Itoa(int(m))) }

// Clock writes the hour and minute of t: "08:12". Readers of all languages that
// Unseen speaks read a day of 24 hours.
func (c *Catalogue) Clock(t time.Time) string { return t.Format("15:04") }

// DateTime writes a day and the time: "3 March 2026, 08:12".
func (c *Catalogue) DateTime(t time.Time) string {
	return c.Say(dateTimeText, "date", c.Date(t), "time", c.Clock(t))
}

// Duration writes a length of time in its largest unit and the next smaller one,
// where that is not nothing: "2 hours and 5 minutes". What is left is cut off; less
// than a second, and less than nothing, is a moment.
func (c *Catalogue) Duration(d time.Duration) string {
	units := []struct {
		key  Key
		long time.Duration
	}{{daysText, 24 * time.Hour}, {hoursText, time.Hour}, {minutesText, time.Minute}, {secondsText, time.Second}}
	for i, u := range units {
		if d < u.long {
			continue
		}
		said := []string{c.Say(u.key, "n", int64(d/u.long))}
		if i+1 < len(units) {
			if n := d % u.long / units[i+1].long; n > 0 {
				said = append(said, c.Say(units[i+1].key, "n", int64(n)))
			}
		}
		return c.List(said)
	}
	return c.Say(moment)
}

// Month is the name of a month, as it stands within a sentence.
func (c *Catalogue) Month(m time.Month) string { return c.Say(month(m)) }
