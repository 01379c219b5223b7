package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
)

// RebuildRequest asks for the plans of an account's mail to be made again from the
// mailbox.
type RebuildRequest struct {
	// Address names a connected account.
	Address string `json:"address"`
	// Login and Password are for its server; Login is the address if empty.
	// Neither is kept.
	Login string `json:"login,omitempty"`
	// Password is used once, and not kept.
	Password Secret `json:"password"`
}

// Rebuilt is how far a rebuilding came.
type Rebuilt struct {
	// Mailbox is how many of Mailboxes were read to their end.
	Mailbox int `json:"mailbox"`
	// Mailboxes is how many there are.
	Mailboxes int `json:"mailboxes"`
	// Read is how many messages were read, of those that were there to be read
	// in the mailboxes that were opened so far.
	Read int `json:"read"`
	// Messages is how many there were.
	Messages int `json:"messages"`
	// References is how many addresses of Unseen are known by them.
	References int `json:"references"`
	// Unread is how many mailboxes could not be opened.
	Unread int `json:"unread,omitempty"`
	// Done says that this is the last word.
	Done bool `json:"done,omitempty"`
	// Error is why there will be no other; only the wire carries it.
	Error *Error `json:"error,omitempty"`
}

// Rebuild makes the plans of an account's mail again and returns how far it is,
// again and again. The last pair may carry an error. It ends when ctx does, and
// goes on from there the next time.
func (c *Client) Rebuild(ctx context.Context, q RebuildRequest) iter.Seq2[Rebuilt, error] {
	return func(yield func(Rebuilt, error) bool) {
		resp, err := c.do(ctx, "POST", "/v1/accounts/rebuild", q)
		if err != nil {
			yield(Rebuilt{}, err)
			return
		}
		defer resp.Body.Close()
		for lines := json.NewDecoder(resp.Body); ; {
			var at Rebuilt
			if err := lines.Decode(&at); err != nil {
				if ctx.Err() != nil {
					err = ctx.Err()
				} else if errors.Is(err, io.EOF) {
					err = io.ErrUnexpectedEOF // it ends with a last word
				}
				yield(Rebuilt{}, fmt.Errorf("following a rebuilding: %w", err))
				return
			}
			if at.Error != nil {
				yield(Rebuilt{}, at.Error)
				return
			}
			if !yield(at, nil) || at.Done {
				return
			}
		}
	}
}

// rebuild answers with one line for each step.
func (s *Server) rebuild(w http.ResponseWriter, r *http.Request) {
	if s.Service.Rebuild == nil {
		s.refuse(w, absent())
		return
	}
	var q RebuildRequest
	if err := decode(w, r, &q); err != nil {
		s.refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/jsonl")
	out, lines := http.NewResponseController(w), json.NewEncoder(w)
	err := s.Service.Rebuild(r.Context(), q, func(at Rebuilt) bool {
		return lines.Encode(at) == nil && out.Flush() == nil
	})
	if err == nil || r.Context().Err() != nil {
		return
	}
	var said *Error
	if !errors.As(err, &said) {
		s.logger().Error("rebuilding", "err", err)
		said = &Error{Code: CodeFailed, Text: "rebuilding: Unseen could not do that; its log says why"}
	}
	_ = lines.Encode(Rebuilt{Error: said}) // to somebody who has gone, perhaps
}
