package daemon_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/study"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// ownStudy makes a study with the Unseen that runs here as its only source.
func ownStudy(t *testing.T, k int) *study.Study {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "study")
	if err := study.Begin(dir, study.Protocol{Title: "Coats", Authors: []string{"A. Researcher"}, Created: "2026-11-23", K: k, Replicates: 20}, study.Files{}); err != nil {
		t.Fatal(err)
	}
	s, err := study.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Add(study.Source{Path: study.OwnPath, Holder: "me"}); err != nil {
		t.Fatal(err)
	}
	return s
}

// runStudy runs a study of what a house knows.
func runStudy(t *testing.T, h *house, s *study.Study) study.Tally {
	t.Helper()
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	tally, err := s.Run(context.Background(), study.Run{Catalogue: rules, Tool: "test", Own: h.client.StudyMails})
	if err != nil {
		t.Fatal(err)
	}
	return tally
}

// A study reads what Unseen knows only while the reader permits that, and as the study
// was when they did.
func TestStudyPermit(t *testing.T) {
	ctx := context.Background()
	h := newHouse(t, mailFrom("shop.example", coatsTag+pixel), mailFrom("other.example", pixel))
	h.start()
	h.fetch(h.connect(anywhere), "INBOX")
	s := ownStudy(t, 3)
	refused := func(q api.StudyQuery) bool {
		t.Helper()
		for m, err := range h.client.StudyMails(ctx, q) {
			said := new(api.Error)
			if !errors.As(err, &said) || said.Hint == "" || m.ID != "" {
				t.Errorf("%+v %v", m, err)
			}
			return err != nil
		}
		return false
	}
	if tally := runStudy(t, h, s); tally.Mails != 0 || tally.Unreached != 1 || !refused(s.Query()) {
		t.Errorf("without a permission: %+v", tally)
	}
	given, err := h.client.PermitStudy(ctx, s.Permit())
	if err != nil || given.At.IsZero() || given.Title != "Coats" {
		t.Fatalf("%+v %v", given, err)
	}
	for _, q := range []api.StudyQuery{{ID: given.ID, Kind: "participants", K: 2}, {ID: given.ID, Kind: "seeds", K: 3}, {ID: "other", Kind: "participants", K: 3}} {
		if !refused(q) {
			t.Errorf("%+v may read", q)
		}
	}
	if tally := runStudy(t, h, s); tally.Mails != 2 || tally.Unreached != 0 || tally.References < 2 {
		t.Errorf("permitted: %+v", tally)
	}
	h.restart()
	if list, err := h.client.StudyPermits(ctx); err != nil || len(list) != 1 || list[0].Mails != 2 || list[0].Read.IsZero() {
		t.Errorf("%+v %v", list, err)
	}
	if gone, err := h.client.WithdrawStudy(ctx, s.Query()); err != nil || gone.Title != "Coats" {
		t.Errorf("%+v %v", gone, err)
	}
	if tally := runStudy(t, h, s); tally.Unreached != 1 || !refused(s.Query()) {
		t.Errorf("withdrawn: %+v", tally)
	}
	if _, err := h.client.WithdrawStudy(ctx, s.Query()); err == nil {
		t.Error("it is withdrawn twice")
	}
	if _, err := h.client.PermitStudy(ctx, api.StudyPermit{ID: "x", Title: "x", Kind: "other", K: 1}); err == nil {
		t.Error("any kind is permitted")
	}
}

// A permission that is taken back while a study reads ends that before the next mail.
func TestStudyWithdrawnInTheMiddle(t *testing.T) {
	ctx := context.Background()
	h := newHouse(t, mailFrom("shop.example", coatsTag+pixel), mailFrom("other.example", pixel), mailFrom("third.example", pixel))
	h.start()
	h.fetch(h.connect(anywhere), "INBOX")
	s := ownStudy(t, 3)
	if _, err := h.client.PermitStudy(ctx, s.Permit()); err != nil {
		t.Fatal(err)
	}
	told := 0
	err := h.daemon.TellStudy(ctx, s.Query(), func(api.StudyMail) bool {
		if told++; told == 1 {
			if _, err := h.client.WithdrawStudy(ctx, s.Query()); err != nil {
				t.Error(err)
			}
		}
		return true
	})
	if said := new(api.Error); told != 1 || !errors.As(err, &said) {
		t.Errorf("%d mails are told: %v", told, err)
	}
}

// What the reader decided stands beside each mail, and what leaves names neither them
// nor anything of theirs.
func TestStudyPermission(t *testing.T) {
	ctx := context.Background()
	const before, after = "Wed, 4 Mar 2020 12:00:00 +0000", "Wed, 4 Mar 2099 12:00:00 +0000"
	h := newHouse(t, "Date: "+before+"\n"+mailFrom("shop.example", coatsTag+pixel), "Date: "+after+"\n"+mailFrom("shop.example", coatsTag+pixel))
	h.start()
	h.fetch(h.connect(anywhere), "INBOX")
	h.decide("refused", "shop.example")
	s := ownStudy(t, 1)
	if _, err := h.client.PermitStudy(ctx, s.Permit()); err != nil {
		t.Fatal(err)
	}
	decided := 0
	for m, err := range h.client.StudyMails(ctx, s.Query()) {
		if err != nil {
			t.Fatal(err)
		}
		decided += len(m.Decisions)
		if m.Address != reader || m.Sender != "shop.example" || len(m.References) == 0 || !strings.Contains(string(m.Header), "shop.example") {
			t.Errorf("%+v", m)
		}
	}
	if decided == 0 {
		t.Error("no decision is told")
	}
	runStudy(t, h, s)
	dir := filepath.Join(t.TempDir(), "dataset")
	if _, err := study.Publish([]*study.Study{s}, study.Export{Out: dir}); err != nil {
		t.Fatal(err)
	}
	d, err := study.ReadDataset(dir)
	if err != nil {
		t.Fatal(err)
	}
	stood := make(map[string]int)
	err = d.Each(func(r *study.Record) {
		for i := range r.Observations {
			o := &r.Observations[i]
			if o.Declared != nil || o.URL != nil || (o.Permission == nil) == (o.Verdict == "tracker") {
				t.Errorf("%+v", o)
			}
			if o.Permission != nil {
				stood[*o.RecvWeek+" "+*o.Permission]++
			}
		}
	})
	if err != nil || len(stood) != 2 || stood["2020-W10 never"] == 0 || stood["2099-W10 refused"] == 0 {
		t.Errorf("%v: %v", stood, err)
	}
	lines, err := os.ReadFile(filepath.Join(dir, "observations.jsonl"))
	if err != nil || strings.Contains(string(lines), reader) || strings.Contains(string(lines), "30400001") || !strings.Contains(string(lines), "click.tracker.example") {
		t.Errorf("%v\n%s", err, lines)
	}
}
