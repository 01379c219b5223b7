package daemon_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"

	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/store"
)

// olderMails is how many mails were recorded.
const olderMails = 5

// recorded reads a file of testdata/older: a store, its key, mails, and these as they
// were served by Unseen as it was at commit 0a1e6ce, whose planner was of version 1.
// It knew fewer vectors and no links, saw through no UTF-16 and not into encoded
// messages; its store was of form 1.
func recorded(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "older", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// older is a house with the store of that time.
func older(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	for i := range olderMails {
		raw := []byte(recorded(t, fmt.Sprintf("%d.eml", i+1)))
		if _, err := h.box.Append("INBOX", bytes.NewReader(raw), &imap.AppendOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(h.paths.Data)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(h.paths.Data, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"unseen.db", "key"} {
		if err := os.WriteFile(filepath.Join(h.paths.Data, name), []byte(recorded(t, name)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx := context.Background()
	s, err := store.Open(ctx, h.paths.Data, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	a, _, err := s.Account(ctx, reader)
	if err != nil {
		t.Fatal(err)
	}
	a.IMAP.Port = h.upstream.Port // of today's mail server
	if err := s.PutAccount(ctx, &a); err != nil {
		t.Fatal(err)
	}
	return h
}

// Mail that an older planner served is served as it was by this one, whole, in
// chunks and in parts, before and after a restart, in any mailbox; what came since is
// planned by this one.
func TestOlderPlansWin(t *testing.T) {
	h := older(t)
	h.start()
	list, err := h.client.Accounts(context.Background())
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	a := list[0]
	differ := 0
	for round := range 3 {
		if round == 2 {
			h.restart()
		}
		got := h.fetch(a, "INBOX")
		for i := range olderMails {
			want := recorded(t, fmt.Sprintf("%d.served", i+1))
			if got[i] != want {
				t.Errorf("mail %d is served as\n%s\nand was as\n%s", i+1, got[i], want)
			}
			raw := []byte(recorded(t, fmt.Sprintf("%d.eml", i+1)))
			now := plan.Planner{Base: h.daemon.Origin(), Mode: plan.ModeAll}
			if made := now.Plan(raw); round == 0 && len(made.Overlay.Edits) > strings.Count(want, h.daemon.Origin()) {
				differ++
			}
		}
		if part := h.chunks(a, 0, len(got[0]), 53); part != recorded(t, "1.served") {
			t.Errorf("in chunks:\n%s", part)
		}
		if round == 0 {
			c := h.login(a)
			if _, err := c.Select("INBOX", nil).Wait(); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Copy(imap.SeqSetNum(1, 2, 3, 4, 5), "Drafts").Wait(); err != nil {
				t.Fatal(err)
			}
		}
		for i, copied := range h.fetch(a, "Drafts") {
			if copied != recorded(t, fmt.Sprintf("%d.served", i+1)) {
				t.Errorf("the copy of mail %d is served as\n%s", i+1, copied)
			}
		}
	}
	if differ < 3 {
		t.Errorf("this planner finds no more than the older in all but %d", differ)
	}
	h.deliver(strings.Replace(strings.ReplaceAll(recorded(t, "2.eml"), "\r\n", "\n"), "Message-ID: <2@", "Message-ID: <22@", 1))
	all := h.fetch(a, "INBOX")
	if last := all[len(all)-1]; strings.Contains(last, "http://t.news.example/") || !strings.Contains(last, h.daemon.Origin()) {
		t.Errorf("a new mail is served as\n%s", last)
	}
}
