package account_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/internal/account"
	"github.com/unseen-mail/unseen/internal/words"
)

// The test mail lies in the inbox as it was made, unread; who may not log in is told
// why, and nothing lies there.
func TestPut(t *testing.T) {
	at := time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		login account.Login
		says  string
		ok    bool
	}{
		"well":           {account.Login{User: "demo", Password: "demo"}, "a test mail lies in the inbox at 127.0.0.1", true},
		"wrong password": {account.Login{User: "demo", Password: "demon"}, "logging in at 127.0.0.1", false},
		"no password":    {account.Login{User: "demo"}, "nobody can log in without a password", false},
	} {
		t.Run(name, func(t *testing.T) {
			ln, server := listen(t)
			server.TLS = account.None
			imapServer(t, ln, nil)
			check := &account.Checker{Words: words.English()}
			raw, _ := account.TestMail(words.English(), "anna@mail.example", at)
			step := check.Put(t.Context(), server, c.login, raw, at)
			if step.OK != c.ok || !strings.Contains(step.Text, c.says) || !step.OK && step.Hint == "" {
				t.Fatalf("%+v", step)
			}
			if got := inbox(t, server); c.ok != (len(got) == 1 && bytes.Equal(got[0], raw)) {
				t.Errorf("the inbox holds %q", got)
			}
		})
	}
}

// A server that is not there is said, as in a check.
func TestPutNowhere(t *testing.T) {
	ln, server := listen(t)
	ln.Close()
	step := (&account.Checker{Words: words.English()}).Put(t.Context(), server, account.Login{User: "demo", Password: "demo"}, []byte("x"), time.Now())
	if step.OK || step.Text == "" || step.Hint == "" {
		t.Errorf("%+v", step)
	}
}

// inbox are the mails of the demo user.
func inbox(t *testing.T, s account.Server) (list [][]byte) {
	t.Helper()
	client, err := imapclient.DialInsecure(s.Addr(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.Login("demo", "demo").Wait(); err != nil {
		t.Fatal(err)
	}
	box, err := client.Select("INBOX", nil).Wait()
	if err != nil || box.NumMessages == 0 {
		return nil
	}
	body := &imap.FetchItemBodySection{Peek: true}
	got, err := client.Fetch(imap.SeqSetNum(1), &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{body}, Flags: true}).Collect()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range got {
		if len(m.Flags) > 0 {
			t.Errorf("it is marked %v", m.Flags)
		}
		list = append(list, m.FindBodySection(body))
	}
	return list
}

// The test mail can be read in every language, has one picture, and names no host that
// exists; nobody can break out of its header.
func TestTestMail(t *testing.T) {
	seen := map[string]bool{}
	for _, lang := range words.Languages() {
		raw, host := account.TestMail(words.In(lang), "anna@mail.example\r\nBcc: x@y.example", time.Now())
		m := message.Parse(raw)
		if len(m.Gaps) > 0 {
			t.Errorf("%s: %+v", lang, m.Gaps)
		}
		header, body, _ := strings.Cut(string(raw), "\r\n\r\n")
		if strings.Contains(header, "\r\nBcc:") || strings.Count(body, "<img ") != 1 || !strings.Contains(body, "https://"+host+"/open/") || !strings.HasSuffix(host, ".invalid") {
			t.Errorf("%s:\n%s", lang, raw)
		}
		for l := range strings.SplitSeq(string(raw), "\r\n") {
			if len(l) > 998 || strings.ContainsAny(l, "\r\n") {
				t.Errorf("%s: the line %.80q", lang, l)
			}
		}
		if seen[header] {
			t.Error("two mails are alike")
		}
		seen[header] = true
	}
}
