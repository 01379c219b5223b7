package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"time"
)

// Studies are the methods about studies that may read what Unseen knows of the mail that
// came through it. A nil field answers that the method is not there.
type Studies struct {
	// Permits lists the reader's permissions.
	Permits func(ctx context.Context) ([]StudyPermit, error)
	// Permit keeps one.
	Permit func(ctx context.Context, p StudyPermit) (StudyPermit, error)
	// Withdraw takes one back.
	Withdraw func(ctx context.Context, q StudyQuery) (StudyPermit, error)
	// Mails calls tell with each mail until tell returns false. Without a permission
	// that stands, or for a study of another kind than was permitted, there is none.
	Mails func(ctx context.Context, q StudyQuery, tell func(StudyMail) bool) error
}

// A StudyPermit is the reader's permission to a study to read what Unseen knows of the
// mail that came through it.
type StudyPermit struct {
	// ID is the study's.
	ID string `json:"id"`
	// Title is what it is called, and Authors are who makes it.
	Title string `json:"title"`
	// Authors are who makes it.
	Authors []string `json:"authors"`
	// Kind is "participants", of whom nobody is named, or "seeds", of which nothing is
	// hidden.
	Kind string `json:"kind"`
	// K is how many participants must show something before it is published.
	K int `json:"k"`
	// At is when the reader gave it.
	At time.Time `json:"at,omitzero"`
	// Read is when the study last read, and Mails how many mails it was told of then.
	Read time.Time `json:"read,omitzero"`
	// Mails is how many mails it was told of then.
	Mails int `json:"mails,omitempty"`
}

// A StudyQuery names a study and what it is now.
type StudyQuery struct {
	// ID is the study's.
	ID string `json:"id"`
	// Kind and K are what it is now. A permission is for the kind that was permitted,
	// and for no smaller K.
	Kind string `json:"kind,omitempty"`
	// K is how many participants must show something before it is published.
	K int `json:"k,omitempty"`
}

// A StudyMail is one mail that came through Unseen, as far as it is known. Its text is not.
type StudyMail struct {
	// ID is the SHA-256 of its header block.
	ID string `json:"id"`
	// Header is that block.
	Header []byte `json:"header"`
	// Address is the reader's that it came to, "" if that is not sure.
	Address string `json:"address,omitempty"`
	// Sender is the key under which decisions stand, and From the address in it that
	// decisions may stand under too; both are "" for nobody that is vouched for.
	Sender string `json:"sender,omitempty"`
	// From is the address in From.
	From string `json:"from,omitempty"`
	// References are in their order.
	References []StudyReference `json:"references"`
	// Gaps are why parts of it were not looked into.
	Gaps []string `json:"gaps"`
	// Decisions are what the reader decided about its sender, the oldest first.
	Decisions []StudyDecision `json:"decisions"`
	// Error is why there will be no other mail; only the wire carries it.
	Error *Error `json:"error,omitempty"`
	// Done says that there is no other mail; only the wire carries it.
	Done bool `json:"done,omitempty"`
}

// A StudyReference is one address in a mail.
type StudyReference struct {
	// Part is the IMAP number of the part it stands in, Offset and Length are where in
	// the raw mail; 0 where that is not known.
	Part string `json:"part"`
	// Offset is where it begins.
	Offset int `json:"offset,omitempty"`
	// Length is how long it is.
	Length int `json:"length,omitempty"`
	// Vector is where in the text it stands, Kind what it is.
	Vector string `json:"vector"`
	// Kind is "pixel", "image", "resource", "link" or "base".
	Kind string `json:"kind"`
	// URL is the address.
	URL string `json:"url"`
	// Remote says that it leads to another machine, Relative that it names none itself.
	Remote bool `json:"remote,omitempty"`
	// Relative says that it names no machine itself.
	Relative bool `json:"relative,omitempty"`
	// Text is what a link shows, Alt the alternative text of a picture.
	Text string `json:"text,omitempty"`
	// Alt is the alternative text of a picture.
	Alt string `json:"alt,omitempty"`
	// Width and Height are what the mail declares, -1 for nothing.
	Width int `json:"width"`
	// Height is what the mail declares.
	Height int `json:"height"`
	// Hidden says how the mail hides it.
	Hidden string `json:"hidden,omitempty"`
	// Outcome is what the plan of the mail did with it.
	Outcome string `json:"outcome"`
}

// A StudyDecision is one decision of the reader's.
type StudyDecision struct {
	// Sender is a key or an address.
	Sender string `json:"sender"`
	// Address is the reader's.
	Address string `json:"address"`
	// Purpose is the one that was decided on, and Vendors are those that were named.
	Purpose string `json:"purpose"`
	// Vendors are those that were named.
	Vendors []string `json:"vendors"`
	// Decision is "granted", "refused" or "withdrawn".
	Decision string `json:"decision"`
	// When is when it was made, Until when it lapses, if it does.
	When time.Time `json:"when"`
	// Until is when it lapses.
	Until time.Time `json:"until,omitzero"`
}

// studyMethods describe the methods about studies.
func studyMethods() []method {
	return []method{
		{pattern: "GET /v1/studies", says: "The studies that may read what Unseen knows of the mail that came through it.", out: []StudyPermit{}},
		{pattern: "POST /v1/studies/permit", says: "Keeps the reader's permission to a study.", in: StudyPermit{}, out: StudyPermit{}},
		{pattern: "POST /v1/studies/withdraw", says: "Takes a permission back; the study is told of no other mail.", in: StudyQuery{}, out: StudyPermit{}},
		{pattern: "POST /v1/studies/mails", says: "Each mail that came through, for a study that may read; one JSON object a line, the last says done.",
			in: StudyQuery{}, out: StudyMail{}, kind: "application/jsonl"},
	}
}

// studyRoutes are the methods about studies.
func (s *Server) studyRoutes(mux *http.ServeMux) {
	f := s.Service.Studies
	mux.Handle("GET /v1/studies", s.get(answer(f.Permits)))
	mux.Handle("POST /v1/studies/permit", post(s, f.Permit))
	mux.Handle("POST /v1/studies/withdraw", post(s, f.Withdraw))
	mux.Handle("POST /v1/studies/mails", http.HandlerFunc(s.studyMails))
}

// studyMails answers with one line for each mail.
func (s *Server) studyMails(w http.ResponseWriter, r *http.Request) {
	if s.Service.Studies.Mails == nil {
		s.refuse(w, absent())
		return
	}
	var q StudyQuery
	if err := decode(w, r, &q); err != nil {
		s.refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/jsonl")
	lines := json.NewEncoder(w)
	err := s.Service.Studies.Mails(r.Context(), q, func(m StudyMail) bool { return lines.Encode(m) == nil })
	last := StudyMail{Done: true, References: []StudyReference{}, Gaps: []string{}, Decisions: []StudyDecision{}}
	if err != nil && !errors.As(err, &last.Error) {
		s.logger().Error("telling a study of mail", "err", err)
		last.Error = &Error{Code: CodeFailed, Text: "telling the study of mail: Unseen could not do that; its log says why"}
	}
	_ = lines.Encode(last) // to somebody who has gone, perhaps
}

// StudyPermits lists the reader's permissions to studies.
func (c *Client) StudyPermits(ctx context.Context) ([]StudyPermit, error) {
	return call[[]StudyPermit](ctx, c, "GET", "/v1/studies", nil)
}

// PermitStudy keeps the reader's permission to a study.
func (c *Client) PermitStudy(ctx context.Context, p StudyPermit) (StudyPermit, error) {
	return call[StudyPermit](ctx, c, "POST", "/v1/studies/permit", p)
}

// WithdrawStudy takes a permission back.
func (c *Client) WithdrawStudy(ctx context.Context, q StudyQuery) (StudyPermit, error) {
	return call[StudyPermit](ctx, c, "POST", "/v1/studies/withdraw", q)
}

// StudyMails returns each mail that came through Unseen, for a study that may read. The
// last pair may carry an error.
func (c *Client) StudyMails(ctx context.Context, q StudyQuery) iter.Seq2[StudyMail, error] {
	return func(yield func(StudyMail, error) bool) {
		resp, err := c.do(ctx, "POST", "/v1/studies/mails", q)
		if err != nil {
			yield(StudyMail{}, err)
			return
		}
		defer resp.Body.Close()
		for lines := json.NewDecoder(resp.Body); ; {
			var m StudyMail
			err := lines.Decode(&m)
			switch {
			case err != nil && ctx.Err() != nil:
				yield(m, ctx.Err())
				return
			case errors.Is(err, io.EOF):
				err = io.ErrUnexpectedEOF // it ends with a last word
				fallthrough
			case err != nil:
				yield(m, fmt.Errorf("reading what Unseen tells a study: %w", err))
				return
			case m.Error != nil:
				yield(StudyMail{}, m.Error)
				return
			case m.Done || !yield(m, nil):
				return
			}
		}
	}
}
