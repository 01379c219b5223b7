package daemon_test

import (
	"context"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/store"
)

// olderPlan is the plan that another version of the planner might have made of a
// mail, as far as this one can tell: it knew
// fewer loads, and so replaced them otherwise.
func olderPlan(t *testing.T, key [32]byte, base, raw string) *plan.Plan {
	t.Helper()
	p := plan.Planner{Key: plan.Key(key), Base: base, Mode: plan.ModePixels}
	older := p.Plan([]byte(raw))
	if len(older.Overlay.Edits) == 0 {
		t.Fatal("nothing is replaced")
	}
	older.Version, older.Mode = plan.Version+1, plan.ModeAll
	return older
}

// asOlder runs a function on the store while Unseen does not run.
func (h *house) asOlder(do func(ctx context.Context, s *store.Store, a store.Account)) {
	h.t.Helper()
	if err := h.daemon.Close(); err != nil {
		h.t.Fatal(err)
	}
	ctx := context.Background()
	s, err := store.Open(ctx, h.paths.Data, store.Options{})
	if err != nil {
		h.t.Fatal(err)
	}
	a, _, err := s.Account(ctx, reader)
	if err != nil {
		h.t.Fatal(err)
	}
	do(ctx, s, a)
	if err := s.Close(); err != nil {
		h.t.Fatal(err)
	}
	h.start()
}

// uidValidity of a mailbox, as the provider says.
func (h *house) uidValidity(a api.Account, mailbox string) uint32 {
	h.t.Helper()
	open, err := h.login(a).Select(mailbox, nil).Wait()
	if err != nil {
		h.t.Fatal(err)
	}
	return open.UIDValidity
}

// fetchSection fetches a piece of the first mail of the inbox.
func (h *house) fetchSection(a api.Account, section *imap.FetchItemBodySection) string {
	h.t.Helper()
	c := h.login(a)
	defer c.Close()
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		h.t.Fatal(err)
	}
	list, err := c.Fetch(imap.SeqSetNum(1), &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{section}}).Collect()
	if err != nil || len(list) != 1 {
		h.t.Fatalf("%d messages, %v", len(list), err)
	}
	return string(list[0].FindBodySection(section))
}

// chunks fetches the first mail of the inbox in chunks, up to an octet.
func (h *house) chunks(a api.Account, from, to, size int) string {
	var b strings.Builder
	for at := from; at < to; at += size {
		b.WriteString(h.fetchSection(a, &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Offset: int64(at), Size: int64(min(size, to-at))}}))
	}
	return b.String()
}

// A stored plan is served for ever: a newer planner, another mode and a restart
// change nothing of what a mail program was given once, in whichever pieces it asks,
// on whichever connection. A mail that was not planned is planned by the newer one.
func TestStoredPlanWins(t *testing.T) {
	first, second := mailFrom("shop.example", coatsTag+pixel), mailFrom("other.example", coatsTag+pixel)
	h := newHouse(t, first, second)
	h.start()
	a := h.connect(anywhere)
	validity := h.uidValidity(a, "INBOX")
	raw := strings.ReplaceAll(first, "\n", "\r\n")
	var want string
	h.asOlder(func(ctx context.Context, s *store.Store, kept store.Account) {
		key, err := s.AccountKey(reader)
		if err != nil {
			t.Fatal(err)
		}
		older := olderPlan(t, key, h.daemon.Origin(), raw)
		served := []byte(raw)
		older.Overlay.Apply(served, 0)
		want = string(served)
		body, err := older.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		tokens := make([]string, len(older.References))
		for i, r := range older.References {
			tokens[i] = r.Token
		}
		_, err = s.SavePlan(ctx, store.Place{Account: kept.ID, Mailbox: "INBOX", UIDValidity: validity, UID: 1}, &store.Plan{
			Account: kept.ID, Header: older.HeaderSHA256, Mode: string(older.Mode), Version: older.Version, Complete: true, Body: body, Tokens: tokens,
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	if !strings.Contains(want, coats) || strings.Contains(want, pixelURL) {
		t.Fatalf("the older plan makes\n%s", want)
	}
	check := func(t *testing.T, a api.Account) {
		t.Helper()
		if got := h.fetch(a, "INBOX"); got[0] != want {
			t.Fatalf("served as\n%s\nwant\n%s", got[0], want)
		}
		if got := h.chunks(a, 0, len(want), 97); got != want {
			t.Errorf("in chunks\n%s\nwant\n%s", got, want)
		}
		if got := h.fetchSection(a, &imap.FetchItemBodySection{Part: []int{1}, Peek: true}); !strings.HasSuffix(want, got) || strings.Contains(got, pixelURL) {
			t.Errorf("the text is served as\n%s", got)
		}
		if asks := h.open(want); len(asks) > 0 {
			t.Errorf("the tracker was asked %q", asks)
		}
	}
	check(t, a)
	if got := h.fetch(a, "INBOX")[1]; strings.Contains(got, coats) || strings.Contains(got, pixelURL) {
		t.Errorf("a mail without a plan is served as\n%s", got)
	}
	// Another place, or a copy that comes back: the same.
	c := h.login(a)
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Copy(imap.SeqSetNum(1), "Drafts").Wait(); err != nil {
		t.Fatal(err)
	}
	if got := h.fetch(a, "Drafts"); got[0] != want {
		t.Errorf("the copy is served as\n%s", got[0])
	}
	h.restart()
	check(t, a)
	h.asOlder(func(ctx context.Context, s *store.Store, kept store.Account) {
		kept.SMTP, kept.Mode = nil, string(plan.ModePixels)
		if err := s.PutAccount(ctx, &kept); err != nil {
			t.Fatal(err)
		}
	})
	check(t, a)
}

// Half of a mail is fetched before a change of the mode and a restart, and half
// after: it is one mail.
func TestChunksAcrossAChange(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", coatsTag+strings.Repeat("<p>text</p>\n", 50)+pixel))
	h.start()
	a := h.connect(anywhere)
	original := h.direct("INBOX", &imap.FetchItemBodySection{Peek: true})[0]
	half := strings.Index(original, "<p>text")
	begin := h.chunks(a, 0, half, 64)
	h.asOlder(func(ctx context.Context, s *store.Store, kept store.Account) {
		kept.SMTP, kept.Mode = nil, string(plan.ModePixels)
		if err := s.PutAccount(ctx, &kept); err != nil {
			t.Fatal(err)
		}
	})
	got := begin + h.chunks(a, half, len(original), 64)
	if whole := h.fetch(a, "INBOX")[0]; got != whole || len(got) != len(original) || strings.Contains(got, coats) || strings.Contains(got, pixelURL) {
		t.Errorf("in two halves\n%s\nwhole\n%s", got, whole)
	}
	// What has no plan follows the new mode.
	h.deliver(mailFrom("new.example", coatsTag+pixel))
	if got := h.fetch(a, "INBOX")[1]; !strings.Contains(got, coats) || strings.Contains(got, pixelURL) {
		t.Errorf("a new mail is served as\n%s", got)
	}
}

// The store is lost between two chunks, the key is not: the second half goes on
// where the first ended, since plans are computed and not drawn.
func TestChunksAcrossALoss(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", coatsTag+strings.Repeat("<p>text</p>\n", 50)+pixel))
	h.start()
	a := h.connect(anywhere)
	whole := h.fetch(a, "INBOX")[0]
	begin := h.chunks(a, 0, len(whole)/2, 64)
	origin := h.daemon.Origin()
	h.lose()
	h.start()
	if h.daemon.Origin() != origin {
		t.Fatalf("the gateway moved from %s to %s", origin, h.daemon.Origin())
	}
	a = h.connect(anywhere)
	if got := begin + h.chunks(a, len(whole)/2, len(whole), 64); got != whole {
		t.Errorf("in two halves\n%s\nwhole\n%s", got, whole)
	}
}

// The same mail in two accounts has other tokens in each, and comes back from
// either.
func TestTwoAccountsOneMail(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", coatsTag+pixel))
	h.start()
	a := h.connect(anywhere)
	b, err := h.client.AddAccount(context.Background(), api.NewAccount{Address: "other@mail.example", IMAP: h.upstream, SMTP: anywhere, Unchecked: true})
	if err != nil {
		t.Fatal(err)
	}
	one, other := h.fetch(a, "INBOX")[0], h.fetch(b, "INBOX")[0]
	if one == other || len(one) != len(other) {
		t.Errorf("served alike:\n%s", one)
	}
	for _, mail := range []string{one, other} {
		if asks := h.open(mail); len(asks) > 0 {
			t.Errorf("the tracker was asked %q", asks)
		}
	}
	// Moved from one account to the other, it is what it was.
	h.append(b, "Drafts", one)
	h.append(a, "Drafts", other)
	original := h.direct("INBOX", &imap.FetchItemBodySection{Peek: true})[0]
	for _, got := range h.direct("Drafts", &imap.FetchItemBodySection{Peek: true}) {
		if got != original {
			t.Errorf("came back as\n%s", got)
		}
	}
	if !strings.Contains(original, pixelURL) {
		t.Error("the original is not what was delivered")
	}
}
