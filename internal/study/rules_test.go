package study

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/study/made"
)

// Filter lists are noted and bear on no verdict, and names of hosts that somebody asked
// for tell who is behind them.
func TestListsAndNames(t *testing.T) {
	mail, beside := t.TempDir(), t.TempDir()
	c := made.Config{Senders: 12, Mailboxes: 1, Mailings: 1}
	mails := madeMail(t, c, mail)
	list, names := filepath.Join(beside, "easy.txt"), filepath.Join(beside, "names.json")
	write(t, list, []byte("! a list\n||letters.example^$third-party\n||img.house-001.example^\n"))
	write(t, names, []byte(`[{"host":"img.house-002.example","target":"Pictures.Cloud.Example","at":"2026-03-31T08:00:00Z","resolver":"192.0.2.1:53"},
		{"host":"img.house-003.example","target":"other.house-003.example","at":"2026-03-31T08:00:00Z"}]`))
	s := begin(t, Protocol{K: 1, Replicates: 20}, Files{Lists: []string{list}, Names: names}, mail)
	ran(t, s)
	dataset, _ := published(t, s)
	d, err := ReadDataset(dataset)
	if err != nil || len(d.Lists) != 1 || !strings.HasPrefix(d.Lists[0], "sha256:") {
		t.Fatalf("%+v %v", d, err)
	}
	fonts := 0
	for _, m := range mails {
		for _, at := range m.Truth.ThirdParties {
			if at == "letters.example" {
				fonts++
			}
		}
	}
	hits, behind := make(map[string]int), make(map[string]int)
	err = d.Each(func(r *Record) {
		for i := range r.Observations {
			o := &r.Observations[i]
			if len(o.ListHits) > 0 {
				hits[text(o.ETLD1)]++
				if o.ListHits[0] != "easy.txt" || text(o.ListHash) != d.Lists[0] {
					t.Errorf("hits %q of %s", o.ListHits, text(o.ListHash))
				}
				if text(o.ETLD1) == "letters.example" && o.Verdict == "tracker" {
					t.Error("a list made a verdict")
				}
			}
			if o.CNAMEETLD1 != nil {
				behind[text(o.ETLD1)+" "+*o.CNAMEETLD1]++
			}
		}
	})
	if err != nil || fonts == 0 || hits["letters.example"] != fonts || hits["house-001.example"] != 4 || len(hits) != 2 {
		t.Errorf("hits %v, fonts %d: %v", hits, fonts, err)
	}
	if len(behind) != 1 || behind["house-002.example cloud.example"] != 4 {
		t.Errorf("behind %v", behind)
	}
}
