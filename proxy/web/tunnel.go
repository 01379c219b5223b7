package web

import (
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"

	"github.com/elazarl/goproxy"

	"github.com/unseen-mail/unseen/proxy/socks"
)

// A tunnel is a connection that was handed over, from before it is decided on to its
// end.
type tunnel struct {
	host string
	all  *tunnels

	mu sync.Mutex // guards what follows
	// way is what was decided, once it was.
	way Way
	// decided says that it was, cut that it is over.
	decided, cut bool
	// ends are what is closed with it.
	ends []io.Closer
}

// tunnels are all that there are.
type tunnels struct {
	mu   sync.Mutex // guards what follows
	list map[*tunnel]struct{}
	// over says that none begins any more.
	over bool
}

// begin notes a tunnel before it is decided on: a decision that changes meanwhile is
// found by [Server.Recheck].
func (t *tunnels) begin(host string) *tunnel {
	t.mu.Lock()
	defer t.mu.Unlock()
	x := &tunnel{host: host, all: t, cut: t.over}
	if t.list == nil {
		t.list = make(map[*tunnel]struct{})
	}
	t.list[x] = struct{}{}
	return x
}

// leave ends it.
func (x *tunnel) leave() {
	x.close()
	x.all.mu.Lock()
	defer x.all.mu.Unlock()
	delete(x.all.list, x)
}

// holds notes an end, which is closed with the tunnel; false if that is over.
func (x *tunnel) holds(c io.Closer) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.cut {
		c.Close()
		return false
	}
	x.ends = append(x.ends, c)
	return true
}

// close closes both ends, now and when they come.
func (x *tunnel) close() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.cut = true
	for _, c := range x.ends {
		c.Close()
	}
	x.ends = nil
}

// decide notes what was decided.
func (x *tunnel) decide(w Way) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.way, x.decided = w, true
}

// changes says whether another decision ends it.
func (x *tunnel) changes(w Way) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.decided && x.way != w || !x.decided && w == Hold
}

// each returns all that there are.
func (t *tunnels) each() []*tunnel {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]*tunnel, 0, len(t.list))
	for x := range t.list {
		list = append(list, x)
	}
	return list
}

// closeAll ends all of them, and those that begin later.
func (t *tunnels) closeAll() {
	t.mu.Lock()
	t.over = true
	t.mu.Unlock()
	for _, x := range t.each() {
		x.close()
	}
}

// Recheck decides anew on every connection of which only the host is seen, and cuts
// those that would become something else now. It is for the moment after a consent was
// withdrawn.
func (s *Server) Recheck(ctx context.Context) {
	cut := 0
	for _, x := range s.tunnels.each() {
		if x.changes(s.cfg.Host(ctx, x.host).Way) {
			x.close()
			cut++
		}
	}
	if cut > 0 {
		s.cfg.Log.Info("connections cut", "count", cut)
	}
}

// connect decides on a request for a connection.
func (s *Server) connect(address string, ctx *goproxy.ProxyCtx) (*goproxy.ConnectAction, string) {
	reject := func(status int, text string) (*goproxy.ConnectAction, string) {
		ctx.Resp = s.answer(ctx.Req, status, text)
		ctx.Resp.Header.Set("Connection", "close")
		ctx.Resp.Close = true
		return &goproxy.ConnectAction{Action: goproxy.ConnectReject}, address
	}
	host, port, ok := target(address)
	if !ok {
		return reject(http.StatusBadRequest, s.cfg.Words.BadRequest)
	}
	x := s.tunnels.begin(host)
	v := s.cfg.Host(ctx.Req.Context(), host)
	if v.Note != nil {
		v.Note()
	}
	if v.Way == Open && s.cfg.Certificate == nil {
		v.Way = Pass
	}
	x.decide(v.Way)
	at := net.JoinHostPort(host, strconv.Itoa(port))
	switch v.Way {
	case Pass:
		return s.hijack(x, func(ctx context.Context, c net.Conn) { s.tunnel(ctx, c, x, at) }), address
	case Open:
		return s.hijack(x, func(ctx context.Context, c net.Conn) { s.open(ctx, c, x, at) }), address
	}
	x.leave()
	if v.Reason == "" {
		v.Reason = s.cfg.Words.Held
	}
	return reject(http.StatusForbidden, v.Reason)
}

// hijack lets a connection be handed over.
func (s *Server) hijack(x *tunnel, f func(ctx context.Context, c net.Conn)) *goproxy.ConnectAction {
	return &goproxy.ConnectAction{Action: goproxy.ConnectHijack, Hijack: func(r *http.Request, c net.Conn, _ *goproxy.ProxyCtx) {
		defer x.leave()
		if x.holds(c) {
			f(r.Context(), c)
		}
	}}
}

// target reads what a program wants to be connected to: a host and a port (RFC 9110,
// section 9.3.6).
func target(address string) (host string, port int, ok bool) {
	name, number, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, false
	}
	port, err = strconv.Atoi(number)
	host = HostName(name)
	return host, port, err == nil && port > 0 && port < 1<<16 && host != ""
}

// established ends the answer to a program whose connection was made.
const established = "HTTP/1.1 200 Connection established\r\n\r\n"

// tunnel passes octets both ways until both sides are done.
func (s *Server) tunnel(ctx context.Context, c net.Conn, x *tunnel, address string) {
	far, err := s.dial(ctx, "tcp", address)
	if err != nil {
		resp := s.answer(nil, http.StatusBadGateway, s.cfg.Words.Unreachable)
		resp.Close = true
		_ = resp.Write(c) // a program that has gone needs none
		return
	}
	if !x.holds(far) {
		return
	}
	if _, err := io.WriteString(c, established); err == nil {
		socks.Join(c, far)
	}
}
