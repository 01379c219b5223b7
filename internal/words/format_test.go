package words_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// inEach compares what each language says with what it should, in the order of
// [words.Languages]: English, French, Dutch, German.
func inEach(t *testing.T, name string, say func(c *words.Catalogue) string, want ...string) {
	t.Helper()
	for i, lang := range words.Languages() {
		if got := say(words.In(lang)); got != want[i] {
			t.Errorf("%s in %s is %q, want %q", name, lang, got, want[i])
		}
	}
}

func TestDate(t *testing.T) {
	march := time.Date(2026, 3, 13, 8, 2, 0, 0, time.UTC)
	inEach(t, "a date", func(c *words.Catalogue) string { return c.Date(march) },
		"13 March 2026", "13 mars 2026", "13 maart 2026", "13. März 2026")
	first := time.Date(2027, 8, 1, 23, 59, 59, 0, time.UTC)
	inEach(t, "the first of a month", func(c *words.Catalogue) string { return c.Date(first) },
		"1 August 2027", "1er août 2027", "1 augustus 2027", "1. August 2027")
	inEach(t, "a time", func(c *words.Catalogue) string { return c.DateTime(march) },
		"13 March 2026, 08:02", "13 mars 2026 à 08:02", "13 maart 2026 om 08:02", "13. März 2026 um 08:02 Uhr")
	inEach(t, "a time of day", func(c *words.Catalogue) string { return c.Clock(first) }, "23:59", "23:59", "23:59", "23:59")
	// It is the day where t is.
	east := time.FixedZone("", 14*3600)
	inEach(t, "a date elsewhere", func(c *words.Catalogue) string { return c.Date(first.In(east)) },
		"2 August 2027", "2 août 2027", "2 augustus 2027", "2. August 2027")
}

// Every month has a name of its own in each language.
func TestMonths(t *testing.T) {
	for _, lang := range words.Languages() {
		seen := make(map[string]bool)
		for m := range time.Month(12) {
			said := words.In(lang).Date(time.Date(2026, m+1, 2, 0, 0, 0, 0, time.UTC))
			if name := strings.Fields(said)[1]; seen[name] || strings.ContainsAny(said, "[]") {
				t.Errorf("%s %s: %q", lang, m+1, said)
			} else {
				seen[name] = true
			}
		}
	}
}

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		n    int64
		want []string
	}{
		{0, []string{"0", "0", "0", "0"}},
		{999, []string{"999", "999", "999", "999"}},
		{1000, []string{"1,000", "1\u202f000", "1.000", "1.000"}},
		{-1234567, []string{"−1,234,567", "−1\u202f234\u202f567", "−1.234.567", "−1.234.567"}},
		{math.MaxInt64, []string{"9,223,372,036,854,775,807", strings.ReplaceAll("9 223 372 036 854 775 807", " ", "\u202f"),
			"9.223.372.036.854.775.807", "9.223.372.036.854.775.807"}},
		{math.MinInt64, []string{"−9,223,372,036,854,775,808", "−" + strings.ReplaceAll("9 223 372 036 854 775 808", " ", "\u202f"),
			"−9.223.372.036.854.775.808", "−9.223.372.036.854.775.808"}},
	} {
		inEach(t, fmt.Sprint(c.n), func(w *words.Catalogue) string { return w.Number(c.n) }, c.want...)
	}
}

func TestBytes(t *testing.T) {
	for _, c := range []struct {
		n    int64
		want []string
	}{
		{-5, []string{"0 bytes", "0 octet", "0 bytes", "0 Byte"}},
		{1, []string{"1 byte", "1 octet", "1 byte", "1 Byte"}},
		{999, []string{"999 bytes", "999 octets", "999 bytes", "999 Byte"}},
		{1000, []string{"1 kB", "1\u00a0ko", "1 kB", "1 kB"}},
		{1550, []string{"1.6 kB", "1,6\u00a0ko", "1,6 kB", "1,6 kB"}},
		{9960, []string{"10 kB", "10\u00a0ko", "10 kB", "10 kB"}},
		{999_499, []string{"999 kB", "999\u00a0ko", "999 kB", "999 kB"}},
		{999_500, []string{"1 MB", "1\u00a0Mo", "1 MB", "1 MB"}},
		{8_200_000, []string{"8.2 MB", "8,2\u00a0Mo", "8,2 MB", "8,2 MB"}},
		{1_234_000_000_000, []string{"1,234 GB", "1\u202f234\u00a0Go", "1.234 GB", "1.234 GB"}},
		{math.MaxInt64, []string{"9,223,372,037 GB", "9\u202f223\u202f372\u202f037\u00a0Go", "9.223.372.037 GB", "9.223.372.037 GB"}},
	} {
		inEach(t, fmt.Sprint(c.n), func(w *words.Catalogue) string { return w.Bytes(c.n) }, c.want...)
	}
}

func TestDuration(t *testing.T) {
	for _, c := range []struct {
		d    time.Duration
		want []string
	}{
		{-time.Hour, []string{"less than a second", "moins d'une seconde", "minder dan een seconde", "weniger als eine Sekunde"}},
		{time.Second, []string{"1 second", "1 seconde", "1 seconde", "1 Sekunde"}},
		{10 * time.Minute, []string{"10 minutes", "10 minutes", "10 minuten", "10 Minuten"}},
		{time.Hour + 5*time.Minute + 59*time.Second, []string{"1 hour and 5 minutes", "1 heure et 5 minutes", "1 uur en 5 minuten", "1 Stunde und 5 Minuten"}},
		{48*time.Hour + time.Minute, []string{"2 days", "2 jours", "2 dagen", "2 Tage"}},
		{25 * time.Hour, []string{"1 day and 1 hour", "1 jour et 1 heure", "1 dag en 1 uur", "1 Tag und 1 Stunde"}},
	} {
		inEach(t, c.d.String(), func(w *words.Catalogue) string { return w.Duration(c.d) }, c.want...)
	}
}

func TestList(t *testing.T) {
	for _, c := range []struct {
		items []string
		want  []string
	}{
		{nil, []string{"", "", "", ""}},
		{[]string{"a"}, []string{"a", "a", "a", "a"}},
		{[]string{"a", "b"}, []string{"a and b", "a et b", "a en b", "a und b"}},
		{[]string{"a", "b", "c"}, []string{"a, b and c", "a, b et c", "a, b en c", "a, b und c"}},
		// A stranger's names move no cursor and fill no slot.
		{[]string{"\x1b", "{last}", "{n|a|b}"}, []string{`\x1b, {last} and {n|a|b}`, `\x1b, {last} et {n|a|b}`, `\x1b, {last} en {n|a|b}`, `\x1b, {last} und {n|a|b}`}},
	} {
		inEach(t, fmt.Sprint(c.items), func(w *words.Catalogue) string { return w.List(c.items) }, c.want...)
	}
	two := []purpose.ID{purpose.Click, "unheard-of"}
	inEach(t, "purposes", func(w *words.Catalogue) string { return w.Purposes(two) },
		"“Counting your clicks” and “unheard-of”", "«\u00a0Compter vos clics\u00a0» et «\u00a0unheard-of\u00a0»",
		"‘Je klikken tellen’ en ‘unheard-of’", "„Ihre Klicks zählen“ und „unheard-of“")
	inEach(t, "a purpose", func(w *words.Catalogue) string { return w.Purpose(purpose.Click) },
		"Counting your clicks", "Compter vos clics", "Je klikken tellen", "Ihre Klicks zählen")
}

// Whatever is written out is readable: no slot is left open, no number is lost.
func TestWhateverIsSaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := words.In(rapid.SampledFrom(words.Languages()).Draw(t, "language"))
		n := rapid.Int64().Draw(t, "number")
		digits := func(s string) string {
			return strings.Map(func(r rune) rune {
				if r < '0' || r > '9' {
					return -1
				}
				return r
			}, s)
		}
		if got := c.Number(n); digits(got) != digits(fmt.Sprint(n)) {
			t.Errorf("%d is written %q", n, got)
		}
		when := time.Unix(rapid.Int64Range(0, 1<<35).Draw(t, "time"), 0).UTC()
		for _, said := range []string{c.Number(n), c.Bytes(n), c.Duration(time.Duration(n)), c.DateTime(when)} {
			if said == "" || strings.ContainsAny(said, "[]{}|") {
				t.Errorf("said %q", said)
			}
		}
	})
}

func ExampleCatalogue_Date() {
	day := time.Date(2026, 3, 1, 8, 12, 0, 0, time.UTC)
	for _, lang := range words.Languages() {
		c := words.In(lang)
		fmt.Println(c.DateTime(day), "/", c.List([]string{"a", "b", "c"}), "/", c.Number(12345))
	}
	// Output:
	// 1 March 2026, 08:12 / a, b and c / 12,345
	// 1er mars 2026 à 08:12 / a, b et c / 12 345
	// 1 maart 2026 om 08:12 / a, b en c / 12.345
	// 1. März 2026 um 08:12 Uhr / a, b und c / 12.345
}
