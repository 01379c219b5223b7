package twin_test

import (
	"net/mail"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/detect/twin"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// TestOtherMailings compares different real mails of one sender as if two people
// had got them: what is called one mailing must at least have one subject and one
// week.
func TestOtherMailings(t *testing.T) {
	names, err := filepath.Glob("../../../shared/mail/real/*.eml")
	if err != nil || len(names) == 0 {
		missing(t, os.ErrNotExist)
	}
	bySender := map[string][][]byte{}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if s := sender.Identify(message.Header(raw), catalogue.Provider{}); s.Key != "" && len(raw) < 200_000 {
			bySender[s.Key] = append(bySender[s.Key], raw)
		}
	}
	pairs, same := 0, 0
	for _, mails := range bySender {
		for i := 1; i < len(mails) && i < 12; i++ {
			pairs++
			a, b := mails[i-1], mails[i]
			_, err := twin.Compare([]twin.Copy{{Raw: a, Recipient: "a@mail.example"}, {Raw: b, Recipient: "b@mail.example"}})
			if err != nil {
				continue
			}
			same++
			x, y := message.Header(a), message.Header(b)
			if p, q := []rune(x.Text("Subject")), []rune(y.Text("Subject")); string(p[:min(len(p), 12)]) != string(q[:min(len(q), 12)]) {
				t.Errorf("mails %d and %d of a sender have other subjects and are taken for one mailing", i-1, i)
			}
			p, errP := mail.ParseDate(x.Get("Date"))
			q, errQ := mail.ParseDate(y.Get("Date"))
			if errP == nil && errQ == nil && p.Sub(q).Abs() > 7*24*time.Hour {
				t.Errorf("mails %d and %d of a sender are taken for one mailing, %v apart", i-1, i, p.Sub(q))
			}
		}
	}
	if pairs < 200 {
		t.Errorf("only %d pairs", pairs)
	}
	t.Logf("%d pairs of mails of one sender, %d taken for one mailing", pairs, same)
}
