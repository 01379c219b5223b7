package e2e

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/source"
	"github.com/unseen-mail/unseen/internal/study"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// studied is a mail of a study.
func studied(i int) []byte {
	return fmt.Appendf(nil, "From: Shop <news@shop.example>\r\nTo: anna@example.org\r\nDate: Mon, 2 Mar 2026 08:00:00 +0000\r\nSubject: Coats %d\r\nContent-Type: text/html\r\n\r\n"+
		"<img src=\"https://click.shop.example/track/open.php?u=30400001&amp;id=%032x\" width=1 height=1>\r\n", i, i)
}

// TestStudyMailbox checks that a study reads a mailbox on a real server once, goes on
// with what is delivered while it follows (IDLE), changes no flag, and that a mailbox
// which cannot be logged in to does not keep the others from being read.
func TestStudyMailbox(t *testing.T) {
	var mails [][]byte
	for i := range 20 {
		mails = append(mails, studied(i))
	}
	d := lab.StartDovecot(t, map[string][][]byte{"anna": mails, "bert": {studied(100)}})
	dir := filepath.Join(t.TempDir(), "study")
	if err := study.Begin(dir, study.Protocol{Title: "Mailboxes", Created: "2026-11-23", K: 1, Replicates: 20}, study.Files{}); err != nil {
		t.Fatal(err)
	}
	s, err := study.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Add(study.Source{Path: "imaps://bert@" + d.TLSAddr + "/INBOX", Holder: "bert"},
		study.Source{Path: "imaps://anna@" + d.TLSAddr + "/INBOX", Holder: "anna"}); err != nil {
		t.Fatal(err)
	}
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	run := study.Run{Catalogue: rules, Tool: "test", Mail: source.Config{Roots: d.Authority.Pool,
		Password: func(_ context.Context, box source.Mailbox) (string, error) {
			if box.User == "bert" {
				return "wrong", nil
			}
			return lab.Password, nil
		}}}
	before := flags(t, d)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	total, delivered := 0, false
	err = s.Follow(ctx, run, func(tally study.Tally) {
		total += tally.Mails
		if !delivered {
			delivered = true
			if tally.Mails != 20 || tally.Unreached != 1 {
				t.Errorf("at first %+v", tally)
			}
			// Some time later, so that it is IDLE that tells and not the first look.
			time.AfterFunc(3*time.Second, func() { d.Deliver(t, "anna", "INBOX", studied(50)) })
		}
		if total == 21 {
			cancel()
		}
	})
	if err != nil || total != 21 {
		t.Errorf("%d mails: %v", total, err)
	}
	if after := flags(t, d); len(after) < len(before) || fmt.Sprint(after[:len(before)]) != fmt.Sprint(before) {
		t.Errorf("flags were %q and are %q", before, after)
	}
	if again, err := s.Run(t.Context(), run); err != nil || again.Mails != 0 || again.Known != 0 {
		t.Errorf("again: %+v %v; what is known need not be read", again, err)
	}
}
