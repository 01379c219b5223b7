package consent_test

import (
	"context"
	"fmt"
	"time"

	"github.com/unseen-mail/unseen/rules/consent"
	"github.com/unseen-mail/unseen/rules/purpose"
)

func Example() {
	ctx := context.Background()
	ledger, err := consent.Open(ctx, new(memory)) // a Storage: in the program, the store
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	standing := func() consent.Standing {
		return ledger.Standing("shop.example", "anna@example.org", purpose.Performance, now)
	}
	fmt.Println("before:", standing().Decision)

	r := consent.Record{
		Sender: "shop.example", SenderHow: "dmarc", Recipient: "anna@example.org",
		Purpose: purpose.Performance, Vendors: []string{"sendgrid"},
		Decision: consent.Granted, When: now, Until: now.AddDate(0, 6, 0), How: consent.Command,
	}
	if _, err := ledger.Append(ctx, r); err != nil {
		fmt.Println(err)
		return
	}
	s := standing()
	fmt.Println("granted:", s.Covers("sendgrid"), "for another vendor:", s.Covers("mailchimp"))

	r.Decision, r.Until = consent.Withdrawn, time.Time{}
	if _, err := ledger.Append(ctx, r); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("after:", standing().Decision)
	fmt.Println("verified:", ledger.Verify(ctx) == nil, "records:", ledger.Head().Seq)
	// Output:
	// before: unasked
	// granted: true for another vendor: false
	// after: withdrawn
	// verified: true records: 2
}
