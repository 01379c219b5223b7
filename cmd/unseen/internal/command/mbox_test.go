package command

import (
	"bytes"
	"io"
	"slices"
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
