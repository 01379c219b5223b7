package detect_test

import (
	"slices"
	"testing"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/exempt"
)

// Whoever reads of a link is told that its text shows another host. That changes no
// verdict.
func TestShownHost(t *testing.T) {
	j := newJudge(t)
	for _, tt := range []struct{ name, text, url, shows string }{
		{"another host", "www.bank.example", "https://login.evil.test/x", "www.bank.example"},
		{"a whole address", "See https://www.bank.com/login?x=1 now", "https://evil.test/", "www.bank.com"},
		{"a name alone", "bank.com", "https://evil.test/", "bank.com"},
		{"in capitals, in brackets", "(WWW.BANK.COM)", "https://evil.test/", "www.bank.com"},
		{"with a path", "bank.com/login", "https://evil.test/", "bank.com"},
		{"a link for a choice", "Unsubscribe at www.shop.com", "https://list.test/u/1", "www.shop.com"},

		{"the same host", "www.bank.com", "https://www.bank.com/login", ""},
		{"the same organisation", "bank.com", "https://login.bank.com/", ""},
		{"another host of it", "www.bank.com", "https://login.bank.com/", ""},
		{"in words", "Our bank", "https://evil.test/", ""},
		{"somebody's address", "anna@bank.com", "https://evil.test/", ""},
		{"a number", "1.50", "https://evil.test/", ""},
		{"no such domain", "readme.notadomain", "https://evil.test/", ""},
		{"nothing but dots", "...", "https://evil.test/", ""},
		{"an address without a host", "http://", "https://evil.test/", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ref := link(tt.url)
			plain := j.Judge(ref, detect.Facts{})
			got := j.Judge(ref, detect.Facts{Words: exempt.Words{Text: tt.text}})
			i := slices.IndexFunc(got.Because, func(r detect.Reason) bool { return r.Code == "shows-other" })
			switch {
			case tt.shows == "" && i >= 0:
				t.Fatalf("it is said that %v", got.Because[i].Args)
			case tt.shows == "":
				return
			case i < 0 || got.Because[i].Args[0] != tt.shows:
				t.Fatalf("%v, want %s", got.Because, tt.shows)
			}
			if got.Verdict != plain.Verdict && got.Verdict != detect.Exempt {
				t.Errorf("the verdict became %s", got.Verdict)
			}
		})
	}
}
