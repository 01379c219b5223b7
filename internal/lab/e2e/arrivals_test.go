package e2e_test

import (
	"context"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/lab"
	keep "github.com/unseen-mail/unseen/internal/login"
	"github.com/unseen-mail/unseen/internal/oauth"
)

// keepLogin keeps a login of Unseen's own for the account of a town, as unseen account
// login does.
func (w *town) keepLogin(t *testing.T) {
	t.Helper()
	book := keep.Open(filepath.Join(w.dir, "data"), keep.Ring{}, nil)
	at := "https://" + providerAuth
	err := book.Keep(t.Context(), keep.New{
		Address: providerUser, Host: providerIMAP, InFile: true,
		Flow:   &oauth.Flow{Provider: oauth.Provider{Authorize: at + "/login", Token: at + "/token", Revoke: at + "/revoke"}, Client: oauth.Client{ID: "lab"}},
		Tokens: oauth.Tokens{Refresh: w.provider.Refresh(providerUser)},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// phase waits until an account is watched in a way.
func (w *town) phase(t *testing.T, want string) api.Watched {
	t.Helper()
	var got api.Watched
	if !lab.Until(40*time.Second, func() bool {
		var err error
		got, err = w.client.Watch(t.Context(), api.WatchRequest{Address: providerUser})
		return err == nil && got.Phase == want
	}) {
		t.Fatalf("never %q: %+v", want, got)
	}
	return got
}

// New mail is looked at before it is opened, by a login of Unseen's own: that it would
// report is told at once, nobody learns anything, no flag is set, and the mail program is
// then served by the plan that was made.
func TestArrivals(t *testing.T) {
	lab.Need(t, "dovecot")
	w := openTown(t, config.Defaults())
	on, off := true, false
	if _, err := w.client.Watch(t.Context(), api.WatchRequest{Address: providerUser, On: &on}); err != nil {
		t.Fatal(err)
	}
	if got := w.phase(t, "refused"); !strings.Contains(got.Problem, "no login") || !strings.Contains(got.Hint, "unseen account login") {
		t.Errorf("without a login: %+v", got)
	}
	w.keepLogin(t)
	if _, err := w.client.Watch(t.Context(), api.WatchRequest{Address: providerUser, On: &on}); err != nil {
		t.Fatal(err)
	}
	w.phase(t, "watching")
	news := make(chan api.Event, 10)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		defer close(news)
		for e := range w.client.Follow(ctx, 0) {
			if e.Kind == "mail" {
				news <- e
			}
		}
	}()
	plain := []byte("From: bert@example.org\r\nTo: " + providerUser + "\r\nSubject: Lunch\r\n\r\nAt one?\r\n")
	tracked := newsletter("news@ferry.example", "New times", "c39d93bee08f7841fefeb18b54beaec1")
	w.dovecot.Deliver(t, providerUser, "INBOX", plain)
	w.dovecot.Deliver(t, providerUser, "INBOX", tracked)
	select {
	case e := <-news:
		if e.Outcome != "arrived" || !strings.Contains(e.Sender, "ferry.example") && e.Sender != "" || e.Verdict != "tracker" || !strings.Contains(e.Reason, "would report its opening") {
			t.Errorf("told %+v", e)
		}
	case <-time.After(60 * time.Second):
		t.Fatal("nothing was told")
	}
	if !lab.Until(20*time.Second, func() bool { got := w.phase(t, "watching"); return got.Mails == 2 && got.Reporting == 1 }) {
		t.Errorf("counted %+v", w.phase(t, "watching"))
	}
	if hits := w.tracker.Hits(); len(hits) != 0 {
		t.Errorf("the tracker learned %d times", len(hits))
	}
	w.unseenByReader(t)
	list, err := w.client.Accounts(t.Context())
	if err != nil || list[0].Watch == nil || list[0].Watch.Phase != "watching" {
		t.Errorf("listed %+v, %v", list, err)
	}
	if got, err := w.client.Watch(t.Context(), api.WatchRequest{Address: providerUser, On: &off}); err != nil || got.On || got.Phase != "" {
		t.Errorf("turned off: %+v, %v", got, err)
	}
}

// unseenByReader checks that no mail counts as read, and that a mail program is served
// what was planned.
func (w *town) unseenByReader(t *testing.T) {
	t.Helper()
	w.install(t)
	port := 0
	if list, err := w.client.Accounts(t.Context()); err == nil {
		port = list[0].Local.IMAP
	}
	c, err := imapclient.DialInsecure("127.0.0.1:"+strconv.Itoa(port), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login(providerUser, lab.Password).Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Select("INBOX", &imap.SelectOptions{ReadOnly: true}).Wait(); err != nil {
		t.Fatal(err)
	}
	found, err := c.Search(&imap.SearchCriteria{Flag: []imap.Flag{imap.FlagSeen}}, nil).Wait()
	if err != nil || len(found.AllSeqNums()) != 0 {
		t.Errorf("%d mails count as read, %v", len(found.AllSeqNums()), err)
	}
	section := &imap.FetchItemBodySection{Peek: true}
	all := imap.SeqSet{imap.SeqRange{Start: 1, Stop: 0}}
	got, err := c.Fetch(all, &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{section}}).Collect()
	if err != nil || len(got) != 3 {
		t.Fatalf("%d mails, %v", len(got), err)
	}
	page, err := w.client.Messages(t.Context(), api.MessageQuery{})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, m := range page.Messages {
		if m.Subject == "New times" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("the mail that was looked at is known %d times", n)
	}
}
