package command

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// begin is a line that stands before a mail.
const begin = "From anna@example.org Mon Mar  3 08:12:00 2025\n"

// read returns the mails of a text, each with its number.
func read(t *testing.T, in io.Reader) []string {
	t.Helper()
	var list []string
	for m := range mails(in) {
		if m.err != nil {
			t.Fatal(m.err)
		}
		list = append(list, string(rune('0'+m.number))+" "+string(m.raw))
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
	large := begin + "A: b\n\n" + strings.Repeat(strings.Repeat("x", 99)+"\n", maxMail/100+1)
	var got []item
	for m := range mails(strings.NewReader(begin + "A: b\n\n" + large + begin + "D: e\n")) {
		got = append(got, m)
	}
	if len(got) != 3 || got[0].err != nil || !errors.Is(got[1].err, errTooLarge) || got[1].raw != nil || string(got[2].raw) != "D: e\n" {
		t.Errorf("%d mails, %v", len(got), got[1].err)
	}
	for m := range mails(strings.NewReader(large[len(begin):])) {
		if !errors.Is(m.err, errTooLarge) {
			t.Errorf("one mail: %v", m.err)
		}
	}
}

// What ends with an error is said to.
func TestMailsError(t *testing.T) {
	want := errors.New("gone")
	for _, text := range []string{"A: b\n", begin + "A: b\n"} {
		var last error
		for m := range mails(io.MultiReader(strings.NewReader(text), iotest.ErrReader(want))) {
			last = m.err
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
		if separates([]byte(line)) != want {
			t.Errorf("%q: not %v", line, want)
		}
	}
}

// FuzzMails checks that the ways in which an mbox is taken apart agree, and lose
// nothing but lines that stand between mails.
func FuzzMails(f *testing.F) {
	f.Add([]byte(begin + "A: b\n\n>From c\n\n" + begin + "D: e\n"))
	f.Add([]byte("From \n>From \nFrom "))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got := read(t, bytes.NewReader(raw))
		if again := read(t, iotest.HalfReader(bytes.NewReader(raw))); !slices.Equal(got, again) {
			t.Errorf("%q and %q", got, again)
		}
		parts := parted(raw)
		if len(parts) == 0 && len(got) != 1 || len(parts) > 0 && len(parts) != len(got) {
			t.Errorf("%d mails and %d parts", len(got), len(parts))
		}
		end := 0
		for _, p := range parts {
			if p.Start < end || p.End < p.Start || p.End > len(raw) {
				t.Fatalf("parts %v", parts)
			}
			end = p.End
		}
	})
}
