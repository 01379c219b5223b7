package api

import (
	"context"
	"net/http"
	"time"
)

// WatchRequest asks for new mail of an account to be looked at before it is opened.
type WatchRequest struct {
	// Address names a connected account.
	Address string `json:"address"`
	// On turns it on or off; nil asks how it stands.
	On *bool `json:"on,omitempty"`
}

// Watched is how an account is watched.
type Watched struct {
	// Address is the account's.
	Address string `json:"address"`
	// On says that it is to be watched.
	On bool `json:"on"`
	// Phase is "connecting", "watching", "waiting" for another try, or "refused"; "" if it
	// is off.
	Phase string `json:"phase,omitempty"`
	// Problem is what stood in the way, in words, and Hint what to do.
	Problem string `json:"problem,omitempty"`
	// Hint is what to do.
	Hint string `json:"hint,omitempty"`
	// Until is when it is tried again, if it waits for that.
	Until time.Time `json:"until,omitzero"`
	// Mails is how many arrived since it is watched, and Reporting how many of them would
	// report that they were opened.
	Mails int `json:"mails"`
	// Reporting is how many of them would report.
	Reporting int `json:"reporting"`
}

// Watch turns the watching of an account on or off, or asks how it stands.
func (c *Client) Watch(ctx context.Context, r WatchRequest) (Watched, error) {
	return call[Watched](ctx, c, "POST", "/v1/accounts/watch", r)
}

// watchRoutes are the methods about new mail.
func (s *Server) watchRoutes(mux *http.ServeMux) {
	mux.Handle("POST /v1/accounts/watch", post(s, s.Service.Watch))
}
