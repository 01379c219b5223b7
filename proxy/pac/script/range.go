package script

import (
	"slices"
	"strings"
	"time"
)

// maxArguments is more than any function of a script takes.
const maxArguments = 8

// inZone takes a last argument "GMT" off, and returns the time in the zone that is meant.
func inZone(args []any, now time.Time) ([]any, time.Time) {
	if n := len(args); n > 0 {
		if zone, ok := args[n-1].(string); ok && zone == "GMT" {
			return args[:n-1], now.UTC()
		}
	}
	return args, now
}

// numberOf is a whole number that a script gave.
func numberOf(v any) (int, bool) {
	switch n := v.(type) {
	case int64:
		return int(n), true
	case float64:
		return int(n), n == float64(int(n))
	}
	return 0, false
}

// indexOf is where a word stands in a list, -1 if it does not.
func indexOf(list []string, v any) int {
	word, _ := v.(string)
	return slices.Index(list, strings.ToUpper(word))
}

// between says whether n lies in a range that may go over the end of a round.
func between(n, first, last int) bool {
	if first <= last {
		return first <= n && n <= last
	}
	return n >= first || n <= last
}

// weekdays is weekdayRange("MON", "FRI").
func weekdays(args []any, now time.Time) bool {
	args, now = inZone(args, now)
	names := []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
	if len(args) < 1 || len(args) > 2 {
		return false
	}
	first, last := indexOf(names, args[0]), indexOf(names, args[len(args)-1])
	return first >= 0 && last >= 0 && between(int(now.Weekday()), first, last)
}

// A day is what dateRange is told of one: a day of a month, a month, a year, or several
// of these; -1 is what it is not told.
type day struct{ day, month, year int }

// take adds what an argument says, and returns false if it says nothing that fits.
func (d *day) take(v any) bool {
	names := []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
	if m := indexOf(names, v); m >= 0 && d.month < 0 {
		d.month = m + 1
		return true
	}
	n, ok := numberOf(v)
	switch {
	case ok && 1 <= n && n <= 31 && d.day < 0:
		d.day = n
	case ok && n > 31 && d.year < 0:
		d.year = n
	default:
		return false
	}
	return true
}

// number makes days comparable, of what is known of both.
func (d day) number(now time.Time, of day) int {
	pick := func(told, known, actual int) int {
		switch {
		case known < 0:
			return 0
		case told < 0:
			return actual
		}
		return told
	}
	return pick(d.year, of.year, now.Year())*10000 + pick(d.month, of.month, int(now.Month()))*100 + pick(d.day, of.day, now.Day())
}

// dates is dateRange(1, "JUN", 2026, 15, "AUG", 2026), of days, months, years, or any of
// these, once or twice.
func dates(args []any, now time.Time) bool {
	args, now = inZone(args, now)
	if len(args) == 0 || len(args) > 6 {
		return false
	}
	one, other := day{-1, -1, -1}, day{-1, -1, -1}
	half := len(args)
	if len(args) > 1 && len(args)%2 == 0 {
		half /= 2
	}
	for i, v := range args {
		d := &one
		if i >= half {
			d = &other
		}
		if !d.take(v) {
			return dateOnce(args, now)
		}
	}
	today := day{now.Day(), int(now.Month()), now.Year()}
	if half == len(args) {
		return today.number(now, one) == one.number(now, one)
	}
	if (one.day < 0) != (other.day < 0) || (one.month < 0) != (other.month < 0) || (one.year < 0) != (other.year < 0) {
		return dateOnce(args, now)
	}
	first, last, at := one.number(now, one), other.number(now, one), today.number(now, one)
	if one.year >= 0 {
		return first <= at && at <= last
	}
	return between(at, first, last)
}

// dateOnce is one day that is told in two words or more, as dateRange(24, "DEC").
func dateOnce(args []any, now time.Time) bool {
	d := day{-1, -1, -1}
	for _, v := range args {
		if !d.take(v) {
			return false
		}
	}
	today := day{now.Day(), int(now.Month()), now.Year()}
	return today.number(now, d) == d.number(now, d)
}

// times is timeRange(9, 17), of hours, hours and minutes, or these and seconds.
func times(args []any, now time.Time) bool {
	args, now = inZone(args, now)
	var n []int
	for _, v := range args {
		i, ok := numberOf(v)
		if !ok || i < 0 || i > 59 {
			return false
		}
		n = append(n, i)
	}
	at := now.Hour()*3600 + now.Minute()*60 + now.Second()
	second := func(h, m, s int) int { return h*3600 + m*60 + s }
	switch len(n) {
	case 1:
		return now.Hour() == n[0]
	case 2:
		return between(now.Hour(), n[0], n[1])
	case 4:
		return between(at, second(n[0], n[1], 0), second(n[2], n[3], 59))
	case 6:
		return between(at, second(n[0], n[1], n[2]), second(n[3], n[4], n[5]))
	}
	return false
}
