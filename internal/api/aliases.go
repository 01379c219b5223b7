package api

import (
	"context"
	"net/http"
	"time"
)

// An AliasRequest asks for the names of hosts in the reader's mail to be looked up:
// which are other names of somebody else's (CNAME).
type AliasRequest struct {
	// Resolver is the name server to ask, an IP address with or without a port; "" is
	// the one that the system asks.
	Resolver string `json:"resolver,omitempty"`
	// Dry asks nobody: it says who would be asked, and for what.
	Dry bool `json:"dry,omitempty"`
}

// Aliases are the names that are known.
type Aliases struct {
	// Resolver is who was asked, or would be.
	Resolver string `json:"resolver,omitempty"`
	// Asking are the hosts that were asked for, or would be.
	Asking []string `json:"asking"`
	// Passed counts hosts that are not asked for, since their name may carry an
	// identifier.
	Passed int `json:"passed"`
	// Failed counts hosts of which no answer came.
	Failed int `json:"failed"`
	// Known are all that are known now, by host.
	Known []HostAlias `json:"known"`
}

// A HostAlias is what is known of one host.
type HostAlias struct {
	// Host is the name, Target the one that it leads to, "" for none.
	Host string `json:"host"`
	// Target is the last name that it leads to.
	Target string `json:"target,omitempty"`
	// Vendor and Name say whose that is, "" if it is nobody's that the catalogue knows.
	Vendor string `json:"vendor,omitempty"`
	// Name is what people call the vendor.
	Name string `json:"name,omitempty"`
	// At is when it was asked, Resolver who answered.
	At time.Time `json:"at"`
	// Resolver is an address with a port.
	Resolver string `json:"resolver"`
}

// An AliasForget asks for what is known of names to be destroyed.
type AliasForget struct {
	// Domain is the one whose hosts are meant; "" is all.
	Domain string `json:"domain,omitempty"`
}

// AliasService answers for the names of hosts.
type AliasService struct {
	// List says what is known.
	List func(ctx context.Context) (Aliases, error)
	// Ask looks names up.
	Ask func(ctx context.Context, q AliasRequest) (Aliases, error)
	// Forget destroys what is known.
	Forget func(ctx context.Context, q AliasForget) (Aliases, error)
}

// Aliases lists what is known of the names of hosts.
func (c *Client) Aliases(ctx context.Context) (Aliases, error) {
	return call[Aliases](ctx, c, "GET", "/v1/aliases", nil)
}

// AskAliases looks names up that were not looked up for a month.
func (c *Client) AskAliases(ctx context.Context, q AliasRequest) (Aliases, error) {
	return call[Aliases](ctx, c, "POST", "/v1/aliases", q)
}

// ForgetAliases destroys what is known of names.
func (c *Client) ForgetAliases(ctx context.Context, q AliasForget) (Aliases, error) {
	return call[Aliases](ctx, c, "POST", "/v1/aliases/forget", q)
}

// aliasRoutes are those about the names of hosts.
func (s *Server) aliasRoutes(mux *http.ServeMux) {
	f := s.Service.Names
	mux.Handle("GET /v1/aliases", s.get(answer(f.List)))
	mux.Handle("POST /v1/aliases", post(s, f.Ask))
	mux.Handle("POST /v1/aliases/forget", post(s, f.Forget))
}
