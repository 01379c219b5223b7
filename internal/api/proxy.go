package api

import (
	"context"
	"net/http"
)

// Proxies are the methods about programs that keep the names of their servers.
type Proxies struct {
	// Stand says how it stands.
	Stand func(ctx context.Context) (Proxy, error)
	// Switch turns one of the proxies on or off.
	Switch func(ctx context.Context, r ProxyRequest) (Proxy, error)
}

// A Proxy says how programs get to Unseen through a proxy setting.
type Proxy struct {
	// Mail says that the SOCKS proxy for mail is on.
	Mail bool `json:"mail"`
	// SOCKS is where it listens, "127.0.0.1:4280"; "" if it never did.
	SOCKS string `json:"socks,omitempty"`
	// Problem is why it does not listen although it is on.
	Problem string `json:"problem,omitempty"`
	// Remedy is what to do about it.
	Remedy string `json:"remedy,omitempty"`
	// File is the file of proxy auto-configuration on this machine, PAC its text.
	File string `json:"file,omitempty"`
	// PAC leads mail there and nothing else.
	PAC string `json:"pac,omitempty"`
	// DataURL is an address that holds the file, for programs that take no path.
	DataURL string `json:"data_url,omitempty"`
	// Hosts are the mail servers that Unseen stands in for; Missing are those of
	// them that it has no certificate for: these are refused.
	Hosts []string `json:"hosts"`
	// Missing have no certificate.
	Missing []string `json:"missing,omitempty"`
	// Web says that the proxy for the web is on.
	Web bool `json:"web,omitempty"`
	// HTTP is where that listens, "127.0.0.1:4380"; "" if it never did.
	HTTP string `json:"http,omitempty"`
	// WebProblem is why it does not listen although it is on.
	WebProblem string `json:"web_problem,omitempty"`
	// WebRemedy is what to do about it.
	WebRemedy string `json:"web_remedy,omitempty"`
	// Opened are the hosts whose connections it opens, as the reader named them.
	Opened []OpenedHost `json:"opened,omitempty"`
}

// An OpenedHost is a host whose connections end at the web proxy.
type OpenedHost struct {
	// Host is its name.
	Host string `json:"host"`
	// Missing says that there is no certificate for it, so that it is not opened.
	Missing bool `json:"missing,omitempty"`
}

// ProxyRequest turns a proxy on or off; nil leaves it as it is.
type ProxyRequest struct {
	// Mail is the one for mail, by SOCKS5.
	Mail *bool `json:"mail,omitempty"`
	// Web is the one for the web, by HTTP.
	Web *bool `json:"web,omitempty"`
	// Open is a host that the latter opens from now on, Close one that it does not any
	// more; "" is none.
	Open  string `json:"open,omitempty"`
	Close string `json:"close,omitempty"`
}

// proxyRoutes are the methods about proxies.
func (s *Server) proxyRoutes(mux *http.ServeMux) {
	mux.Handle("GET /v1/proxy", s.get(answer(s.Service.Proxies.Stand)))
	mux.Handle("POST /v1/proxy", post(s, s.Service.Proxies.Switch))
}

// Proxy says how programs get to Unseen through a proxy setting.
func (c *Client) Proxy(ctx context.Context) (Proxy, error) {
	return call[Proxy](ctx, c, "GET", "/v1/proxy", nil)
}

// SwitchProxy turns a proxy on or off.
func (c *Client) SwitchProxy(ctx context.Context, r ProxyRequest) (Proxy, error) {
	return call[Proxy](ctx, c, "POST", "/v1/proxy", r)
}
