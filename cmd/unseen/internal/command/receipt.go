package command

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

type receiptCommand struct {
	List   receiptList   `cmd:"" help:"${help_receipt_list}"`
	Send   receiptSend   `cmd:"" help:"${help_receipt_send}"`
	Refuse receiptRefuse `cmd:"" help:"${help_receipt_refuse}"`
}

type receiptList struct{}

type receiptSend struct {
	ID string `arg:"" name:"id" help:"${help_receipt_id}"`
}

type receiptRefuse struct {
	ID string `arg:"" name:"id" help:"${help_receipt_id}"`
}

// Run lists the receipts that a mail program wanted to send.
func (c *receiptList) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	list, err := client.Receipts(ctx)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		s.say(words.NoReceipts)
		return nil
	}
	table := tabwriter.NewWriter(s.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, s.words.Say(words.ReceiptHead))
	for _, r := range list {
		by := s.words.Say(words.ReceiptByYou)
		if r.Automatic {
			by = s.words.Say(words.ReceiptByItself)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", r.ID, words.Plain(r.To), words.Plain(r.Subject), by, receiptState(s.words, r.State))
	}
	return table.Flush()
}

// receiptState is how a receipt stands, in words.
func receiptState(w *words.Catalogue, state string) string {
	switch state {
	case "waiting":
		return w.Say(words.ReceiptWaiting)
	case "allowed":
		return w.Say(words.ReceiptAllowed)
	case "sent":
		return w.Say(words.ReceiptSent)
	case "refused":
		return w.Say(words.ReceiptRefused)
	}
	return words.Plain(state)
}

// Run lets one receipt leave when it is sent again.
func (c *receiptSend) Run(ctx context.Context, s *session) error {
	r, err := s.answerReceipt(ctx, api.ReceiptAnswer{ID: c.ID, Send: true})
	if err != nil {
		return err
	}
	s.say(words.ReceiptMayGo, "to", r.To)
	return nil
}

// Run keeps one receipt.
func (c *receiptRefuse) Run(ctx context.Context, s *session) error {
	r, err := s.answerReceipt(ctx, api.ReceiptAnswer{ID: c.ID})
	if err != nil {
		return err
	}
	s.say(words.ReceiptStays, "to", r.To)
	return nil
}

// answerReceipt hands over the reader's word on one receipt.
func (s *session) answerReceipt(ctx context.Context, a api.ReceiptAnswer) (api.Receipt, error) {
	client, err := s.client(ctx)
	if err != nil {
		return api.Receipt{}, err
	}
	return client.AnswerReceipt(ctx, a)
}
