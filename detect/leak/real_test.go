package leak_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/unseen-mail/unseen/detect/leak"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/sender"
)

// real is where the real mails of the project lie.
const real = "../../../shared/mail/real"

// addresses returns the web addresses of the project's mails, with the recipient
// that each mail names.
func addresses(t testing.TB, every int) map[string][]string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(real, "*.eml"))
	if err != nil || len(names) == 0 {
		if os.Getenv("UNSEEN_STRICT") == "1" {
			t.Fatalf("the project's mail is not here: %v", err)
		}
		t.Skipf("the project's mail is not here: %v", err)
	}
	out := make(map[string][]string)
	for i := 0; i < len(names); i += every {
		raw, err := os.ReadFile(names[i])
		if err != nil {
			t.Fatal(err)
		}
		to := ""
		if boxes := sender.Mailboxes(message.Header(raw).Get("To")); len(boxes) == 1 {
			to = boxes[0]
		}
		for p := range message.Parse(raw).Leaves() {
			if !reference.Scanned(p.MediaType) {
				continue
			}
			for _, r := range reference.Find(p.MediaType, "", p.Decode(raw[p.Body.Start:p.Body.End], p.Body.Start).Bytes()) {
				if r.Remote && r.Kind != reference.Base {
					out[to] = append(out[to], r.URL)
				}
			}
		}
	}
	return out
}

// TestStrangers looks in real mail for people whom it was not sent to: whoever
// is found there is a false alarm.
func TestStrangers(t *testing.T) {
	strangers := []*leak.Finder{
		leak.New("katharina.brenner1987@freemail.example"), leak.New("tom.okafor@firm.example", "t.okafor+lists@gmail.com"), leak.New("Wim de Vries <wdevries62@provider.example>"),
	}
	urls, found := 0, 0
	for _, list := range addresses(t, 3) {
		for _, u := range list {
			urls++
			for _, f := range strangers {
				if got, ok := f.Find(u); ok && !got.Weak {
					found++
					t.Errorf("%s of %s in the %s of an address of %d octets", got.Form, got.What, got.Where, len(u))
				}
			}
		}
	}
	t.Logf("%d addresses, %d people found who are not there", urls, found)
}

// BenchmarkReal is the mean over the addresses of real mail.
func BenchmarkReal(b *testing.B) {
	f := leak.New("anna@reader.example")
	var all []string
	for _, list := range addresses(b, 3) {
		all = append(all, list...)
	}
	for _, u := range all {
		f.Find(u)
	}
	i := 0
	for b.Loop() {
		f.Find(all[i%len(all)])
		i++
	}
}
