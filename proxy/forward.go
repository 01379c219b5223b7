package proxy

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/elazarl/goproxy"
)

const proxyRefusal = "Unseen is not a proxy for other addresses yet: set no proxy in this program.\n"

// newForward returns the server that tells proxy requests from the gateway's
// own. It refuses the former and hands the latter on.
//
// Of goproxy nothing is used that goes out or signs: its certificate authority
// has a published key, and its transport and dialler read the environment, which
// may name ourselves.
func newForward(gateway http.Handler) *goproxy.ProxyHttpServer {
	p := goproxy.NewProxyHttpServer()
	p.NonproxyHandler = gateway
	p.Logger = silent{}
	p.Verbose = false
	p.Tr = &http.Transport{Proxy: nil, DialContext: refuseDial}
	p.ConnectDial = nil
	p.ConnectDialWithReq = func(*http.Request, string, string) (net.Conn, error) {
		return nil, ErrForbidden
	}
	p.OnRequest().HandleConnectFunc(func(host string, ctx *goproxy.ProxyCtx) (*goproxy.ConnectAction, string) {
		ctx.Resp = refuseProxy(ctx.Req)
		return &goproxy.ConnectAction{Action: goproxy.ConnectReject}, host
	})
	p.OnRequest().DoFunc(func(r *http.Request, _ *goproxy.ProxyCtx) (*http.Request, *http.Response) {
		return r, refuseProxy(r)
	})
	return p
}

// refuseProxy is the answer to every proxy request.
func refuseProxy(r *http.Request) *http.Response {
	h := http.Header{}
	setSafety(h)
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Connection", "close")
	return &http.Response{
		Status: "403 Forbidden", StatusCode: http.StatusForbidden,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Request: r, Close: true,
		ContentLength: int64(len(proxyRefusal)),
		Body:          io.NopCloser(strings.NewReader(proxyRefusal)),
	}
}

// refuseDial goes nowhere.
func refuseDial(context.Context, string, string) (net.Conn, error) { return nil, ErrForbidden }

// silent swallows goproxy's log, which holds addresses.
type silent struct{}

// Printf does nothing.
func (silent) Printf(string, ...any) {}
