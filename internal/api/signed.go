package api

import (
	"context"
	"net/http"
)

// SignedRequest asks for the signatures of a sender's mail to be verified on this
// computer, for an account whose provider vouches for nobody. It is the only thing
// that lets a key be looked up.
type SignedRequest struct {
	// Address names a connected account.
	Address string `json:"address"`
	// Sender is a domain, or an address of one.
	Sender string `json:"sender"`
	// Login and Password are for the account's server; Login is the address if
	// empty. Neither is kept.
	Login string `json:"login,omitempty"`
	// Password is used once, and not kept.
	Password Secret `json:"password,omitempty"`
	// Undo takes it back: what was verified counts no more.
	Undo bool `json:"undo,omitempty"`
}

// Signed is what was verified.
type Signed struct {
	// Domain is the organisational domain that keys were asked for.
	Domain string `json:"domain"`
	// Mails is how many mails were looked at, Verified how many bear a signature of
	// the domain that verifies.
	Mails int `json:"mails"`
	// Verified is how many of them verify.
	Verified int `json:"verified"`
	// Asked are the names that the DNS was asked for.
	Asked []string `json:"asked"`
}

// Signed verifies the signatures of a sender's mail.
func (c *Client) Signed(ctx context.Context, q SignedRequest) (Signed, error) {
	return call[Signed](ctx, c, "POST", "/v1/accounts/signed", q)
}

// signedRoutes are the methods about signatures.
func (s *Server) signedRoutes(mux *http.ServeMux) {
	mux.Handle("POST /v1/accounts/signed", post(s, s.Service.Vouching.Signed))
}
