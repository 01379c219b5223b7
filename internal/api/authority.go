package api

import (
	"context"
	"net/http"
	"time"
)

// LocalAuthorities are the methods about the certificates that stand in for mail
// hosts on this machine.
type LocalAuthorities struct {
	// Stand says which there are.
	Stand func(ctx context.Context) (Authorities, error)
	// Cover makes those that are missing.
	Cover func(ctx context.Context) (Authorities, error)
	// Remove deletes them with their keys.
	Remove func(ctx context.Context) (Authorities, error)
}

// Authorities says for whom this machine can stand in.
type Authorities struct {
	// List are the local authorities, the oldest first.
	List []Authority `json:"list"`
	// Hosts are those that an authority is wanted for; Missing are those of them
	// that have none, or none for long.
	Hosts []string `json:"hosts"`
	// Missing have none.
	Missing []string `json:"missing,omitempty"`
	// Exposed is how many are not used because others could read their keys.
	Exposed int `json:"exposed,omitempty"`
}

// An Authority can sign for some hosts and for this machine, and for nobody else.
type Authority struct {
	// Name is what stores of certificates show.
	Name string `json:"name"`
	// Certificate is what a program has to trust, in PEM.
	Certificate string `json:"certificate"`
	// Fingerprint is its SHA-256, "AB:CD:...".
	Fingerprint string `json:"fingerprint"`
	// Hosts are those that it can sign for, besides this machine.
	Hosts []string `json:"hosts"`
	// Until is when it ends.
	Until time.Time `json:"until"`
}

// authorityRoutes are the methods about local authorities.
func (s *Server) authorityRoutes(mux *http.ServeMux) {
	f := s.Service.Authorities
	mux.Handle("GET /v1/ca", s.get(answer(f.Stand)))
	mux.Handle("POST /v1/ca/cover", s.get(answer(f.Cover)))
	mux.Handle("POST /v1/ca/remove", s.get(answer(f.Remove)))
}

// Authorities says which local authorities there are.
func (c *Client) Authorities(ctx context.Context) (Authorities, error) {
	return call[Authorities](ctx, c, "GET", "/v1/ca", nil)
}

// CoverHosts makes the authorities that are missing, and returns all.
func (c *Client) CoverHosts(ctx context.Context) (Authorities, error) {
	return call[Authorities](ctx, c, "POST", "/v1/ca/cover", nil)
}

// RemoveAuthorities deletes all local authorities with their keys.
func (c *Client) RemoveAuthorities(ctx context.Context) (Authorities, error) {
	return call[Authorities](ctx, c, "POST", "/v1/ca/remove", nil)
}
