package signal_test

import (
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/signal"
)

func TestIsUnfilled(t *testing.T) {
	for _, s := range []string{"undefined", "NULL", "{{ contact.id }}", "*|UNIQID|*", "%%subscriberid%%", "${user}", "0"} {
		if !signal.IsUnfilled(s) {
			t.Errorf("%q is filled", s)
		}
	}
	for _, s := range []string{"", "7f3a9c2e51", "{{", "undefinedly", "anna", "00"} {
		if signal.IsUnfilled(s) {
			t.Errorf("%q is not", s)
		}
	}
}

// What a mail says of its own delivery is kept up to a limit, and short texts are
// not looked for in it.
func TestDelivered(t *testing.T) {
	m := signal.Survey([]reference.Reference{{Kind: reference.Link, Remote: true,
		URL: "https://shop.example/unsubscribe/9k2LmQx7Tz"}})
	m.Note("bounce-25ac7fb2-12345678@shop.example")
	for text, want := range map[string]bool{"25ac7fb2": true, "9k2LmQx7Tz": true, "12345678": true, "12345": false, "ac7fb2": false, "nothing0": false} {
		kind := signal.Hex
		if strings.Trim(text, "0123456789") == "" {
			kind = signal.Number
		}
		if got := m.Delivered(&signal.Token{Text: text, Kind: kind}); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	for range 10 {
		m.Note(strings.Repeat("x", 1<<20))
	}
	m.Note("7f3a9c2e51d84b06")
	if m.Delivered(&signal.Token{Text: "7f3a9c2e51d84b06"}) {
		t.Error("it is kept without a limit")
	}
	var none *signal.Mail
	if none.Delivered(&signal.Token{Text: "25ac7fb2"}) || none.Ways("shop.example") != 0 {
		t.Error("no mail says something")
	}
}
