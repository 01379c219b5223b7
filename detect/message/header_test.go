package message_test

import (
	"bytes"
	"net/mail"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
)

func TestHeader(t *testing.T) {
	raw := []byte(lines("From someone Mon Jan 1",
		"Received: one", "Received: two;", "\tfolded", "   again",
		"Subject: =?utf-8?Q?Caf=C3=A9?= =?iso-8859-1?B?6Q==?= =?koi8-r?Q?=D0?=",
		"From : \"=?windows-1252?Q?=80?=\" <a@example.org>",
		"no colon",
		"Empty:",
		"Strange: =?no-such-charset?Q?x?=",
		"subject: again", "", "To: not@the.header"))
	h := message.Header(raw)
	tests := []struct{ name, get, text string }{
		{"subject", "=?utf-8?Q?Caf=C3=A9?= =?iso-8859-1?B?6Q==?= =?koi8-r?Q?=D0?=", "Café\u00e9\u043f"},
		{"SUBJECT", "=?utf-8?Q?Caf=C3=A9?= =?iso-8859-1?B?6Q==?= =?koi8-r?Q?=D0?=", "Café\u00e9\u043f"},
		{"received", "one", "one"},
		{"From", "\"=?windows-1252?Q?=80?=\" <a@example.org>", "\"€\" <a@example.org>"},
		{"Empty", "", ""},
		{"Strange", "=?no-such-charset?Q?x?=", "=?no-such-charset?Q?x?="},
		{"To", "", ""},
		{"no colon", "", ""},
		{"", "", ""},
	}
	for _, test := range tests {
		if got := h.Get(test.name); got != test.get {
			t.Errorf("%s is %q, want %q", test.name, got, test.get)
		}
		if got := h.Text(test.name); got != test.text {
			t.Errorf("%s reads %q, want %q", test.name, got, test.text)
		}
	}
	if got, want := h.All("received"), []string{"one", "two;\tfolded   again"}; !slices.Equal(got, want) {
		t.Errorf("all of received are %q, want %q", got, want)
	}
	if got := h.All("To"); got != nil {
		t.Errorf("all of To are %q", got)
	}
	if got := message.Header(nil).Get("x"); got != "" {
		t.Errorf("an empty header has %q", got)
	}
}

func TestHeaderLimits(t *testing.T) {
	far := []byte("A: 1\r\n" + strings.Repeat("x", 1<<20) + "\r\nB: 2\r\n\r\n")
	h := message.Header(far)
	if h.Get("A") != "1" || h.Get("B") != "" {
		t.Errorf("A is %q, B behind the limit is %q", h.Get("A"), h.Get("B"))
	}
	many := []byte(strings.Repeat("A: 1\r\n", 20000) + "B: 2\r\n\r\n")
	h = message.Header(many)
	if n := len(h.All("A")); n != 10000 || h.Get("B") != "" {
		t.Errorf("%d fields, B behind the limit is %q", n, h.Get("B"))
	}
}

func TestHeaderEnd(t *testing.T) {
	tests := []struct{ raw, header string }{
		{"A: 1\r\n\r\nb", "A: 1\r\n\r\n"},
		{"A: 1\n\nb", "A: 1\n\n"},
		{"A: 1\r\n", "A: 1\r\n"},
		{"A: 1", "A: 1"},
		{"\r\nb\r\n\r\n", "\r\n"},
		{"", ""},
		{"A: 1\r\r\n\r\nb", "A: 1\r\r\n\r\n"},
		{"A: 1\r\n\rb\r\n\r\n", "A: 1\r\n\rb\r\n\r\n"},
		{"A: 1\r\n \r\nB: 2\r\n\r\nb", "A: 1\r\n \r\nB: 2\r\n\r\n"},
	}
	for _, test := range tests {
		if got := test.raw[:message.HeaderEnd([]byte(test.raw))]; got != test.header {
			t.Errorf("header of %q is %q, want %q", test.raw, got, test.header)
		}
	}
}

// FuzzHeader compares with net/mail, where that reads the header at all. It
// puts one blank for each fold and trims, which is taken out of the comparison.
func FuzzHeader(f *testing.F) {
	f.Add([]byte("A: 1\r\nB: 2\r\n folded\r\n\r\nbody"))
	f.Add([]byte("A : 1\nA: 2\n\n"))
	f.Add([]byte("Subject: =?utf-8?Q?=C3=A9?= =?utf-16?B?AGEAYg==?=\n\n"))
	f.Add([]byte("From x\r\nContent-Type: multipart/mixed; boundary*0*=a'b'c%41; charset=\"\r\n\t(x\\)\"\r\n\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		h := message.Header(raw)
		end := message.HeaderEnd(raw)
		if end > len(raw) {
			t.Fatalf("the header of %d octets ends at %d", len(raw), end)
		}
		for _, name := range []string{"Subject", "Content-Type", "A", ""} {
			h.Text(name)
		}
		m, err := mail.ReadMessage(bytes.NewReader(raw))
		if err != nil || bytes.ContainsRune(bytes.ReplaceAll(raw, []byte("\r\n"), nil), '\r') {
			return
		}
		for name := range m.Header {
			// It takes blanks for part of a name.
			if strings.ContainsAny(name, " \t") {
				return
			}
		}
		for name, values := range m.Header {
			var got []string
			for _, v := range h.All(name) {
				got = append(got, strings.Join(strings.Fields(v), ""))
			}
			for i := range values {
				values[i] = strings.Join(strings.Fields(values[i]), "")
			}
			if !slices.Equal(got, values) {
				t.Fatalf("%q of %q is %q, net/mail has %q", name, raw, got, values)
			}
		}
	})
}
