package web

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// upgrade passes a request to go on as WebSocket, and what follows both ways.
func (s *Server) upgrade(w http.ResponseWriter, r *http.Request) {
	resp, err := s.ask(r, w)
	if err != nil {
		s.write(w, s.failed(r, err))
		return
	}
	far, switched := resp.Body.(io.ReadWriteCloser)
	if resp.StatusCode != http.StatusSwitchingProtocols || !switched {
		endHop(resp.Header)
		resp.Body = &stream{ReadCloser: resp.Body, to: http.NewResponseController(w)}
		s.write(w, resp)
		return
	}
	defer far.Close()
	near, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		s.cfg.Log.Warn("a connection could not be taken over", "err", err)
		return
	}
	defer near.Close()
	t := s.tunnels.begin(r.URL.Hostname())
	defer t.leave()
	if !t.holds(near) || !t.holds(far) {
		return
	}
	endHop(resp.Header)
	resp.Header.Set("Connection", "Upgrade")
	resp.Header.Set("Upgrade", "websocket")
	begun := &http.Response{StatusCode: resp.StatusCode, ProtoMajor: 1, ProtoMinor: 1, Header: resp.Header}
	if begun.Write(near) == nil {
		joinUpgraded(drained(near, buffered.Reader), far)
	}
}

// joinUpgraded passes octets both ways until one side ends: WebSocket says goodbye
// within (RFC 6455, section 7.1.1), and knows no half-closed connection.
func joinUpgraded(near, far io.ReadWriteCloser) {
	end := func() { near.Close(); far.Close() }
	idle := time.AfterFunc(idleTime, end)
	defer idle.Stop()
	var both sync.WaitGroup
	for _, pair := range [][2]io.ReadWriteCloser{{near, far}, {far, near}} {
		both.Go(func() {
			_, _ = io.Copy(touching{pair[1], idle}, pair[0]) // the end is the end, whatever brought it
			end()
		})
	}
	both.Wait()
}

// A touching writer puts off the end of an idle connection.
type touching struct {
	io.Writer
	idle *time.Timer
}

// Write implements [io.Writer].
func (t touching) Write(b []byte) (int, error) {
	t.idle.Reset(idleTime)
	return t.Writer.Write(b)
}

// write writes an answer that goproxy does not.
func (s *Server) write(w http.ResponseWriter, resp *http.Response) {
	defer resp.Body.Close()
	h := w.Header()
	for name, values := range resp.Header {
		h[name] = values
	}
	w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(w, resp.Body) // the stream cuts off where it breaks
}

// A draining writer hands a connection over with what was read from it already: a
// program need not wait for the answer to CONNECT.
type draining struct{ http.ResponseWriter }

// Unwrap is for [http.ResponseController].
func (d draining) Unwrap() http.ResponseWriter { return d.ResponseWriter }

// Hijack implements [http.Hijacker].
func (d draining) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, rw, err := http.NewResponseController(d.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	return drained(c, rw.Reader), rw, nil
}

// drained reads first what lies in a buffer.
func drained(c net.Conn, r *bufio.Reader) net.Conn {
	if r.Buffered() == 0 {
		return c
	}
	return &ahead{Conn: c, r: r}
}

// An ahead connection has had octets read ahead.
type ahead struct {
	net.Conn
	r *bufio.Reader
}

// Read implements [net.Conn].
func (a *ahead) Read(p []byte) (int, error) { return a.r.Read(p) }

// CloseWrite passes on that nothing more comes.
func (a *ahead) CloseWrite() error {
	if half, ok := a.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return a.Conn.Close()
}
