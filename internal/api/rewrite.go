package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// rewriteQuery is what a mail is handed over with.
type rewriteQuery struct {
	// Account is the address that the mail came to.
	Account string `json:"account"`
}

// rewrite takes a mail and answers with the same mail, at the same length, in which each
// load leads to the gateway.
func (s *Server) rewrite(w http.ResponseWriter, r *http.Request) {
	f := s.Service.AddOn.Rewrite
	if f == nil {
		s.refuse(w, absent())
		return
	}
	out, err := f(r.Context(), r.URL.Query().Get("account"), http.MaxBytesReader(w, r.Body, MaxAddOnMail))
	if err != nil {
		s.refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "message/rfc822")
	if _, err := w.Write(out); err != nil {
		s.logger().Debug("writing answer", "err", err)
	}
}

// Rewrite hands over a mail of an account and returns it with each load leading to the
// gateway, at the same length.
func (c *Client) Rewrite(ctx context.Context, account string, mail io.Reader) ([]byte, error) {
	resp, err := c.send(ctx, "POST", "/v1/rewrite?account="+url.QueryEscape(account), mail)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	out, err := io.ReadAll(io.LimitReader(resp.Body, MaxAddOnMail+1))
	if err != nil {
		return nil, fmt.Errorf("reading the answer of Unseen: %w", err)
	}
	return out, nil
}
