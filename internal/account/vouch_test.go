package account_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/internal/account"
)

// stamps makes n stamps of a name, of so many domains.
func stamps(by string, n, domains int, dmarc bool) []account.Stamp {
	var list []account.Stamp
	for i := range n {
		list = append(list, account.Stamp{OK: by != "", Top: sender.Stamped{By: by, DMARC: dmarc, Org: fmt.Sprintf("shop%d.example", i%domains)}})
	}
	return list
}

// TestCountStamps checks from when on the reader can be asked.
func TestCountStamps(t *testing.T) {
	const mx = "mx.reader.example"
	tests := []struct {
		name   string
		stamps []account.Stamp
		want   account.Count
		enough bool
	}{
		{"no mail", nil, account.Count{}, false},
		{"enough", stamps(mx, 50, 20, true), account.Count{By: mx, Mails: 50, Domains: 20, DMARC: true}, true},
		{"a mail too few", stamps(mx, 49, 20, true), account.Count{By: mx, Mails: 49, Domains: 20, DMARC: true}, false},
		{"a domain too few", stamps(mx, 500, 19, true), account.Count{By: mx, Mails: 500, Domains: 19, DMARC: true}, false},
		{"the newest has none", append(stamps("", 1, 1, false), stamps(mx, 60, 30, true)...), account.Count{}, false},
		{"one among them has none", append(append(stamps(mx, 30, 20, true), stamps("", 1, 1, false)...), stamps(mx, 60, 30, true)...),
			account.Count{By: mx, Mails: 30, Domains: 20, DMARC: true}, false},
		{"one has another", append(append(stamps(mx, 49, 30, true), stamps("mx.evil.example", 1, 1, true)...), stamps(mx, 9, 9, true)...),
			account.Count{By: mx, Mails: 49, Domains: 30, DMARC: true}, false},
		{"one does not speak of dmarc", append(stamps(mx, 30, 20, true), stamps(mx, 30, 20, false)...),
			account.Count{By: mx, Mails: 60, Domains: 20}, true},
		{"one without a domain", append(stamps(mx, 50, 20, true), account.Stamp{OK: true, Top: sender.Stamped{By: mx, DMARC: true}}),
			account.Count{By: mx, Mails: 51, Domains: 20, DMARC: true}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := account.CountStamps(tt.stamps); got != tt.want || got.Enough() != tt.enough {
				t.Errorf("%+v, enough: %v", got, got.Enough())
			}
		})
	}
}

// TestCountStampsStrangers checks that one mail of a stranger among the newest
// fifty always keeps the question back.
func TestCountStampsStrangers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := stamps("mx.reader.example", rapid.IntRange(1, 200).Draw(t, "mails"), 30, true)
		at := rapid.IntRange(0, min(len(list), account.VouchMails)-1).Draw(t, "stranger")
		list[at].Top.By = rapid.SampledFrom([]string{"", "mx.evil.example", "reader.example"}).Draw(t, "name")
		if c := account.CountStamps(list); c.Enough() && at > 0 || c.Mails > max(at, 1) && at > 0 {
			t.Fatalf("%+v with a stranger at %d", c, at)
		}
	})
}
