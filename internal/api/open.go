package api

import (
	"context"
	"time"
)

// An OpenRequest asks for a way into the pages in a browser.
type OpenRequest struct {
	// Sender is a key, or an address or name that leads to one, for that sender's
	// page; "" for the overview.
	Sender string `json:"sender,omitempty"`
}

// An Opened is a way into the pages. Whoever knows its address is the reader.
type Opened struct {
	// Address is what to open in a browser.
	Address Secret `json:"address"`
	// Until is when it ends.
	Until time.Time `json:"until"`
}

// Open opens a session of the pages.
func (c *Client) Open(ctx context.Context, r OpenRequest) (Opened, error) {
	return call[Opened](ctx, c, "POST", "/v1/pages/open", r)
}
