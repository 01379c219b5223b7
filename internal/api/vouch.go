package api

import (
	"context"
	"net/http"
)

// Vouching are the methods about whether a provider vouches for senders.
type Vouching struct {
	// Stands says how it stands with an account.
	Stands func(ctx context.Context, address string) (Vouch, error)
	// Confirm keeps the reader's word that a name is their provider's.
	Confirm func(ctx context.Context, r VouchRequest) (Vouch, error)
	// Signed verifies the signatures of a sender's mail on this computer.
	Signed func(ctx context.Context, r SignedRequest) (Signed, error)
}

// A Vouch says how it stands with the vouching of an account's provider.
type Vouch struct {
	// Address is the account's.
	Address string `json:"address"`
	// Host is the server that its mail comes from.
	Host string `json:"host"`
	// Vouching is "yes", "no" or "unknown", as in [Account].
	Vouching string `json:"vouching"`
	// Confirmed is the name that the reader confirmed, "" if none.
	Confirmed string `json:"confirmed,omitempty"`
	// By is the name on top of the newest mails (RFC 8601, section 2.5), "" if
	// there is none.
	By string `json:"by,omitempty"`
	// Mails is how many of the newest bear it without a break, Domains of how many
	// domains.
	Mails int `json:"mails"`
	// Domains are those in From.
	Domains int `json:"domains"`
	// NeedMails and NeedDomains are how many there have to be.
	NeedMails int `json:"need_mails"`
	// NeedDomains is of how many domains.
	NeedDomains int `json:"need_domains"`
	// Ready says that the reader can confirm it.
	Ready bool `json:"ready"`
}

// VouchRequest is the reader's word about a name.
type VouchRequest struct {
	// Address is the account's.
	Address string `json:"address"`
	// By is the name that was shown; it has to be the one on top still.
	By string `json:"by,omitempty"`
	// Undo takes an earlier word back.
	Undo bool `json:"undo,omitempty"`
}

// vouchRoutes are the methods about vouching.
func (s *Server) vouchRoutes(mux *http.ServeMux) {
	mux.Handle("POST /v1/accounts/vouching", post(s, byAddress(s.Service.Vouching.Stands)))
	mux.Handle("POST /v1/accounts/vouching/confirm", post(s, s.Service.Vouching.Confirm))
	s.signedRoutes(mux)
}

// Vouching says how it stands with the vouching of an account's provider.
func (c *Client) Vouching(ctx context.Context, address string) (Vouch, error) {
	return call[Vouch](ctx, c, "POST", "/v1/accounts/vouching", named{address})
}

// ConfirmVouching keeps the reader's word that a name is their provider's.
func (c *Client) ConfirmVouching(ctx context.Context, r VouchRequest) (Vouch, error) {
	return call[Vouch](ctx, c, "POST", "/v1/accounts/vouching/confirm", r)
}
