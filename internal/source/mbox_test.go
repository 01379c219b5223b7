package source_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/unseen-mail/unseen/internal/source"
)

// begin is a line that stands before a mail.
const begin = "From anna@example.org Mon Mar  3 08:12:00 2025\n"

// read returns the mails of a text, each with its number.
func read(t *testing.T, in io.Reader) []string {
	t.Helper()
	var list []string
	for m := range source.Split("-", in) {
		if m.Err != nil {
			t.Fatal(m.Err)
		}
		list = append(list, string(rune('0'+m.Number))+" "+string(m.Raw))
	}
	return list
}

func TestMails(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"nothing":         {"", []string{"0 "}},
		"one":             {"A: b\n\nFrom c\n", []string{"0 A: b\n\nFrom c\n"}},
		"one of an mbox":  {begin + "A: b\n\nc\n\n", []string{"0 A: b\n\nc\n"}},
		"two":             {begin + "A: b\n\nc\n\n" + begin + "D: e\n\nf\n", []string{"1 A: b\n\nc\n", "2 D: e\n\nf\n"}},
		"CR LF":           {"From a Mon Mar  3 08:12:00 2025\r\nA: b\r\n\r\nc\r\n\r\n" + begin + "D: e\n", []string{"1 A: b\r\n\r\nc\r\n", "2 D: e\n"}},
		"no empty line":   {begin + "A: b\n\nc\n" + begin + "D: e", []string{"1 A: b\n\nc\n", "2 D: e"}},
		"quoted":          {begin + "A: b\n\n>From c\n>>From d\n> From e\n", []string{"0 A: b\n\nFrom c\n>From d\n> From e\n"}},
		"only the line":   {begin, []string{"0 "}},
		"inside of lines": {begin + "A: b\n\nx " + begin + "c\n", []string{"0 A: b\n\nx " + begin + "c\n"}},
		"first line odd":  {"From nobody\nA: b\n\nc\n\n" + begin + "D: e\n", []string{"1 A: b\n\nc\n", "2 D: e\n"}},
		"a long line":     {begin + "A: b\n\n" + strings.Repeat("x", 1<<16+7) + begin + "\n" + begin + "D: e\n", []string{"1 A: b\n\n" + strings.Repeat("x", 1<<16+7) + begin, "2 D: e\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := read(t, strings.NewReader(c.in)); !slices.Equal(got, c.want) {
				t.Errorf("got %q", got)
			}
			if got := read(t, iotest.OneByteReader(strings.NewReader(c.in))); !slices.Equal(got, c.want) {
				t.Errorf("octet by octet: %q", got)
			}
		})
	}
}

// A mail over the limit is left out, and those around it are not.
func TestMailsLarge(t *testing.T) {
	large := begin + "A: b\n\n" + strings.Repeat(strings.Repeat("x", 99)+"\n", source.MaxMail/100+1)
	var got []source.Mail
	for m := range source.Split("-", strings.NewReader(begin+"A: b\n\n"+large+begin+"D: e\n")) {
		got = append(got, m)
	}
	if len(got) != 3 || got[0].Err != nil || !errors.Is(got[1].Err, source.ErrTooLarge) || got[1].Raw != nil || string(got[2].Raw) != "D: e\n" {
		t.Errorf("%d mails, %v", len(got), got[1].Err)
	}
	for m := range source.Split("-", strings.NewReader(large[len(begin):])) {
		if !errors.Is(m.Err, source.ErrTooLarge) {
			t.Errorf("one mail: %v", m.Err)
		}
	}
}

// What ends with an error is said to.
func TestMailsError(t *testing.T) {
	want := errors.New("gone")
	for _, text := range []string{"A: b\n", begin + "A: b\n"} {
		var last error
		for m := range source.Split("-", io.MultiReader(strings.NewReader(text), iotest.ErrReader(want))) {
			last = m.Err
		}
		if !errors.Is(last, want) {
			t.Errorf("%q: %v", text, last)
		}
	}
}

func TestSeparates(t *testing.T) {
	for line, want := range map[string]bool{
		"From anna@example.org Mon Mar  3 08:12:00 2025":        true,
		"From - Tue Mar 14 8:12 2025 +0100":                     true,
		"From MAILER-DAEMON Fri Jul  8 12:08:34 2011\r\n":       true,
		"From \"a b\"@example.org Mon, 3 Mar 2025 08:12:00 GMT": true,
		"From now on":                      false,
		"From Mon Mar 3 2025":              false,
		">From a Mon Mar  3 08:12:00 25":   false,
		"from a Mon Mar  3 08:12:00 2025":  false,
		"From: a Mon Mar  3 08:12:00 2025": false,
	} {
		if source.Separates([]byte(line)) != want {
			t.Errorf("%q: not %v", line, want)
		}
	}
}
