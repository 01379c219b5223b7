// Package crowd fills a store with what somebody has who keeps everything: a mail of each
// of many senders, and many loads of them within 90 days, the last of them now.
//
// Mails are planned as the daemon plans them, so that every page that a store is asked
// for can be made of it. Nobody in it exists: all names end in ".example".
package crowd

import (
	"context"
	"fmt"
	"time"

	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/store"
)

// Reader is the address that all mail is for; its provider says who wrote.
const Reader = "anna@gmail.com"

const (
	// days is how long ago the first load was.
	days = 90
	// together is how many events are written at once.
	together = 10_000
)

// Fill fills a store that is empty. The clock of the store is not asked: now is the
// moment of the last load.
func Fill(ctx context.Context, s *store.Store, senders, events int, now time.Time) error {
	a := store.Account{Address: Reader, IMAP: store.Server{Host: "imap.gmail.com", Port: 993, TLS: store.Implicit}}
	if err := s.PutAccount(ctx, &a); err != nil {
		return fmt.Errorf("filling a store: %w", err)
	}
	planner := plan.Planner{Key: plan.Key{1}, Base: "http://127.0.0.1:4180", Mode: plan.ModeAll}
	ids := make([]int64, senders)
	for i := range ids {
		p, err := planned(&planner, i)
		if err != nil {
			return fmt.Errorf("filling a store: %w", err)
		}
		p.Account = a.ID
		if ids[i], err = s.SavePlan(ctx, store.Place{Account: a.ID, Mailbox: "INBOX", UIDValidity: 1, UID: uint32(i + 1)}, p); err != nil {
			return fmt.Errorf("filling a store: %w", err)
		}
	}
	first := now.AddDate(0, 0, -days)
	step := now.Sub(first) / time.Duration(max(events, 1))
	for i := range events {
		s.AddEvent(event(i, ids, first.Add(step*time.Duration(i+1))))
		if i%together == 0 {
			if err := s.Flush(ctx); err != nil {
				return fmt.Errorf("filling a store: %w", err)
			}
		}
	}
	// What was loaded is summed as it is written, but not as fast as here.
	if _, err := s.Summary(ctx, now, now); err != nil {
		return fmt.Errorf("filling a store: %w", err)
	}
	return nil
}

// Key is the key of a sender, by its number.
func Key(i int) string { return fmt.Sprintf("letters-%06d.example", i) }

// event is one load; senders take turns in an order that looks like none.
func event(i int, ids []int64, at time.Time) store.Event {
	outcomes, verdicts := [...]string{"held", "held", "held", "released", "copy"}, [...]string{"tracker", "tracker", "suspected", "clean"}
	of, turn := i*104729%len(ids), i+i/len(ids)
	return store.Event{
		At: at, Kind: "load", Outcome: outcomes[turn%len(outcomes)], Verdict: verdicts[turn%len(verdicts)], Plan: ids[of], Number: 0,
		Sender: Key(of), Recipient: Reader, Vendor: fmt.Sprintf("host:open-%d.example", i*7919%300), Host: fmt.Sprintf("open-%d.example", i*7919%300),
		Vector: "img src", Purposes: "performance", Account: 1,
	}
}

// planned is the plan of a sender's mail.
func planned(planner *plan.Planner, i int) (*store.Plan, error) {
	key := Key(i)
	made := planner.Plan(fmt.Appendf(nil, "Authentication-Results: mx.google.com; dmarc=pass header.from=%[1]s\r\n"+
		"From: Letters of %[2]d <news@%[1]s>\r\nTo: %[3]s\r\nSubject: Coats, warmer than ever\r\nDate: Tue, 3 Mar 2026 08:12:00 +0000\r\n"+
		"Message-ID: <%[2]d@%[1]s>\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"+
		"<p>Coats</p><img src=\"https://cdn.%[1]s/coats-of-this-winter-2026.jpg\" width=600 height=300>\r\n"+
		"<p><a href=\"https://%[1]s/coats\">See the coats</a> <a href=\"https://%[1]s/unsubscribe?u=%[2]d\">Unsubscribe</a></p>\r\n"+
		"<img src=\"https://open.%[1]s/o/Zk3fW8qP1xLr7Tn%08[2]d/pixel.gif?r=4fK9sQ2mVb7yHt\" width=1 height=1>\r\n", key, i, Reader))
	body, err := made.MarshalBinary()
	if err != nil {
		return nil, err
	}
	out := &store.Plan{
		Header: made.HeaderSHA256, Sender: key, Mode: string(made.Mode), Version: made.Version, Complete: made.Complete, Body: body,
		From: store.Sender{Key: key, Authenticated: i%20 > 0, Display: fmt.Sprint("Letters of ", i), Address: "news@" + key, Recipient: Reader},
	}
	if !out.From.Authenticated {
		out.Sender = ""
	}
	for n := range made.References {
		out.Tokens = append(out.Tokens, made.References[n].Token)
	}
	return out, nil
}
