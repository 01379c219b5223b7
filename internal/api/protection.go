package api

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Protection answers how much is held, and when nothing is asked or held. A nil
// field answers that the method is not there.
type Protection struct {
	// Level chooses how much is held.
	Level func(ctx context.Context, l Level) (Level, error)
	// Pause silences questions and notices.
	Pause func(ctx context.Context, p PauseRequest) (Span, error)
	// Suspend turns protection off.
	Suspend func(ctx context.Context, s SuspendRequest) (Suspension, error)
	// Resume ends both.
	Resume func(ctx context.Context) (Resumed, error)
	// Receipts lists the notices of reading that a mail program wanted to send.
	Receipts func(ctx context.Context) ([]Receipt, error)
	// AnswerReceipt lets one of them leave, or keeps it.
	AnswerReceipt func(ctx context.Context, a ReceiptAnswer) (Receipt, error)
	// Reading says what a mail says where its pictures are held.
	Reading func(ctx context.Context, message string) (Reading, error)
	// Bare asks for a picture by its address without the identifier.
	Bare func(ctx context.Context, r BareRequest) (BarePicture, error)
}

// A Level is how much is held.
type Level struct {
	// Level is "standard", "own" or "all".
	Level string `json:"level"`
}

// A Span is a time that ends by itself.
type Span struct {
	// Since is when it began.
	Since time.Time `json:"since"`
	// Until is when it ends.
	Until time.Time `json:"until"`
}

// A Suspension is a time in which loads are not held.
type Suspension struct {
	// Account is the address whose mail is not protected, "" for all mail.
	Account string `json:"account,omitempty"`
	Span
}

// PauseRequest asks for silence.
type PauseRequest struct {
	// Seconds is how long; 0 is an hour.
	Seconds int `json:"seconds,omitempty"`
}

// SuspendRequest asks for protection to be off.
type SuspendRequest struct {
	// Seconds is how long; 0 is an hour.
	Seconds int `json:"seconds,omitempty"`
	// Account is the address of a connected account; "" is all mail.
	Account string `json:"account,omitempty"`
}

// Resumed says what was ended.
type Resumed struct {
	// Paused says that questions were silenced until now.
	Paused bool `json:"paused,omitempty"`
	// Suspended are the accounts that were not protected, "" for all mail.
	Suspended []string `json:"suspended,omitempty"`
}

// A Receipt is a notice of reading (RFC 8098) that a mail program wanted to send.
type Receipt struct {
	// ID names it.
	ID string `json:"id"`
	// Time is when the mail program first wanted to send it.
	Time time.Time `json:"time"`
	// Account is the reader's address.
	Account string `json:"account"`
	// To is who would be told.
	To string `json:"to"`
	// Sender is the key of who asked for it, "" where that is not sure.
	Sender string `json:"sender,omitempty"`
	// Subject is that of the mail it is about, "" where that is not known.
	Subject string `json:"subject,omitempty"`
	// Says is what it would say: "displayed", "deleted", ...
	Says string `json:"says"`
	// Automatic says that the mail program made it without asking.
	Automatic bool `json:"automatic,omitempty"`
	// State is "waiting", "allowed" until the mail program sends it again, "sent"
	// or "refused".
	State string `json:"state"`
}

// A ReceiptAnswer is the word of the reader on one receipt.
type ReceiptAnswer struct {
	// ID is that of the receipt.
	ID string `json:"id"`
	// Send lets it leave, once.
	Send bool `json:"send"`
}

// A Reading is what can be read of a mail whose pictures are held.
type Reading struct {
	// Message is the hash of its header block.
	Message string `json:"message"`
	// Subject is that of the mail.
	Subject string `json:"subject,omitempty"`
	// InPictures says that most of what the mail says is likely to stand in its
	// pictures.
	InPictures bool `json:"in_pictures"`
	// Pictures is how many there are to be seen.
	Pictures int `json:"pictures"`
	// Plain is the section of its plain text, which any mail program can show; ""
	// if it has none.
	Plain string `json:"plain,omitempty"`
	// Lines are what the mail says in place of its pictures, and where its links
	// lead by their words, in its order.
	Lines []ReadingLine `json:"lines"`
}

// A ReadingLine is one of them.
type ReadingLine struct {
	// Kind is "picture" or "link".
	Kind string `json:"kind"`
	// Text is the alternative text of a picture, or the words of a link.
	Text string `json:"text"`
	// Token names a picture whose address can be tried without its identifier, ""
	// otherwise.
	Token string `json:"token,omitempty"`
}

// BareRequest asks for a picture by what is left of its address when the
// identifier is taken out. The answer of the server shows whether it needs it.
type BareRequest struct {
	// Message and Token are those of a [Reading].
	Message string `json:"message"`
	// Token is that of the picture.
	Token string `json:"token"`
}

// A BarePicture is what came.
type BarePicture struct {
	// Host was asked. It learned that somebody asked, and not who.
	Host string `json:"host"`
	// Type is the media type of Body.
	Type string `json:"type"`
	// Body is the picture.
	Body []byte `json:"body"`
}

// protectionRoutes are the methods of this file.
func (s *Server) protectionRoutes(mux *http.ServeMux) {
	f := s.Service.Protection
	mux.Handle("POST /v1/level", post(s, f.Level))
	mux.Handle("POST /v1/pause", post(s, f.Pause))
	mux.Handle("POST /v1/suspend", post(s, f.Suspend))
	mux.Handle("POST /v1/resume", post(s, bare(f.Resume)))
	mux.Handle("GET /v1/receipts", s.get(answer(f.Receipts)))
	mux.Handle("POST /v1/receipts", post(s, f.AnswerReceipt))
	mux.Handle("GET /v1/messages/{id}/reading", s.get(byID(f.Reading)))
	mux.Handle("POST /v1/pictures/bare", post(s, f.Bare))
}

// bare makes a method of a body without fields.
func bare[Out any](f func(context.Context) (Out, error)) func(context.Context, struct{}) (Out, error) {
	if f == nil {
		return nil
	}
	return func(ctx context.Context, _ struct{}) (Out, error) { return f(ctx) }
}

// byID makes a getter of a method that takes what stands in the path.
func byID[Out any](f func(context.Context, string) (Out, error)) getter {
	if f == nil {
		return nil
	}
	return func(r *http.Request) (any, error) { return f(r.Context(), r.PathValue("id")) }
}

// SetLevel chooses how much is held. It acts on the next load, and on those on
// their way.
func (c *Client) SetLevel(ctx context.Context, level string) (Level, error) {
	return call[Level](ctx, c, "POST", "/v1/level", Level{level})
}

// Pause silences questions and notices. It releases nothing.
func (c *Client) Pause(ctx context.Context, p PauseRequest) (Span, error) {
	return call[Span](ctx, c, "POST", "/v1/pause", p)
}

// Suspend turns protection off for a while.
func (c *Client) Suspend(ctx context.Context, r SuspendRequest) (Suspension, error) {
	return call[Suspension](ctx, c, "POST", "/v1/suspend", r)
}

// Resume ends a pause and every suspension. When it returns, loads are held again.
func (c *Client) Resume(ctx context.Context) (Resumed, error) {
	return call[Resumed](ctx, c, "POST", "/v1/resume", struct{}{})
}

// Receipts lists the notices of reading that a mail program wanted to send, the
// last first.
func (c *Client) Receipts(ctx context.Context) ([]Receipt, error) {
	return call[[]Receipt](ctx, c, "GET", "/v1/receipts", nil)
}

// AnswerReceipt lets one of them leave when the mail program sends it again, or
// keeps it here.
func (c *Client) AnswerReceipt(ctx context.Context, a ReceiptAnswer) (Receipt, error) {
	return call[Receipt](ctx, c, "POST", "/v1/receipts", a)
}

// Reading says what a mail says where its pictures are held. The mail is named by the
// hash of its header block, or it is the newest one of a sender. Nothing is asked of
// anybody for it.
func (c *Client) Reading(ctx context.Context, message string) (Reading, error) {
	return call[Reading](ctx, c, "GET", "/v1/messages/"+url.PathEscape(message)+"/reading", nil)
}

// Bare asks for a picture by its address without the identifier, once.
func (c *Client) Bare(ctx context.Context, r BareRequest) (BarePicture, error) {
	return call[BarePicture](ctx, c, "POST", "/v1/pictures/bare", r)
}
