package api

import (
	"context"
	"io"
	"iter"
)

// Marks lists the senders that evidence is collected on.
func (c *Client) Marks(ctx context.Context) ([]Mark, error) {
	return call[[]Mark](ctx, c, "GET", "/v1/evidence/marks", nil)
}

// WaitingStamps lists the bags that wait for a time stamp.
func (c *Client) WaitingStamps(ctx context.Context) ([]WaitingStamp, error) {
	return call[[]WaitingStamp](ctx, c, "GET", "/v1/evidence/waiting", nil)
}

// Mark marks a sender or a message, and returns how far it is, again and again. It
// ends when ctx does; what was kept by then stays.
func (c *Client) Mark(ctx context.Context, q MarkRequest) iter.Seq2[EvidenceStep, error] {
	return follow(ctx, c, "/v1/evidence/mark", q, evidenceStep)
}

// TakeMail keeps a mail that the reader has as a file, as evidence on its sender.
func (c *Client) TakeMail(ctx context.Context, q TakeRequest, raw io.Reader) (Mark, error) {
	return send[Mark](ctx, c, "/v1/evidence/take?name="+escape(q.Name), raw)
}

// Unmark ends a mark.
func (c *Client) Unmark(ctx context.Context, q UnmarkRequest) (Mark, error) {
	return call[Mark](ctx, c, "POST", "/v1/evidence/unmark", q)
}

// AskKeys asks for the keys of signatures, or says which it would ask for.
func (c *Client) AskKeys(ctx context.Context, q KeysRequest) (KeysAsked, error) {
	return call[KeysAsked](ctx, c, "POST", "/v1/evidence/keys", q)
}

// StampKept asks an authority for a time stamp, or says whom it would ask.
func (c *Client) StampKept(ctx context.Context, q StampRequest) (StampAsked, error) {
	return call[StampAsked](ctx, c, "POST", "/v1/evidence/stamp", q)
}

// Attach keeps a file of the reader's as evidence.
func (c *Client) Attach(ctx context.Context, q AttachRequest, content io.Reader) (Mark, error) {
	return send[Mark](ctx, c, "/v1/evidence/attach?sender="+escape(q.Sender)+"&name="+escape(q.Name), content)
}

// NoteLetter notes a letter.
func (c *Client) NoteLetter(ctx context.Context, q LetterRequest) (Mark, error) {
	return call[Mark](ctx, c, "POST", "/v1/evidence/letters", q)
}

// Papers returns the letters and drafts that can be written now.
func (c *Client) Papers(ctx context.Context, q PapersRequest) ([]Paper, error) {
	return call[[]Paper](ctx, c, "POST", "/v1/evidence/papers", q)
}

// Dossier returns what is known of a sender, for a bag.
func (c *Client) Dossier(ctx context.Context, sender string) (Dossier, error) {
	return call[Dossier](ctx, c, "GET", "/v1/evidence/dossier?sender="+escape(sender), nil)
}

// ExportKept makes a bag of what was kept of a sender, and returns how far it is,
// again and again. It ends when ctx does; the same request goes on with it.
func (c *Client) ExportKept(ctx context.Context, q ExportRequest) iter.Seq2[EvidenceStep, error] {
	return follow(ctx, c, "/v1/evidence/export", q, evidenceStep)
}

// evidenceStep says of a step whether it is an error, and whether it is the last word.
func evidenceStep(at EvidenceStep) (*Error, bool) { return at.Error, at.End }
