package web

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/elazarl/goproxy"
)

// writerKey is the context key of the writer that an answer goes to.
type writerKey struct{}

// newProxy returns goproxy's server, which tells proxy requests from others, hands over
// connections and copies answers. It is handed every answer: its own transport, dialler
// and signer are reached by no request.
func (s *Server) newProxy() *goproxy.ProxyHttpServer {
	p := goproxy.NewProxyHttpServer()
	p.Logger, p.Verbose = silent{}, false
	p.Tr = &http.Transport{Proxy: nil, DialContext: refuseDial}
	p.ConnectDial = nil
	p.ConnectDialWithReq = func(*http.Request, string, string) (net.Conn, error) { return nil, errNowhere }
	p.NonproxyHandler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		// A web page may have made its browser ask: nothing here says what this is.
		s.say(w, http.StatusBadRequest, s.cfg.Words.BadRequest)
	})
	p.OnRequest().HandleConnectFunc(s.connect)
	p.OnRequest().DoFunc(func(r *http.Request, _ *goproxy.ProxyCtx) (*http.Request, *http.Response) {
		return r, s.forward(r)
	})
	return p
}

// errNowhere is what goproxy's own ways out lead to.
var errNowhere = errors.New("web: this way leads nowhere")

func refuseDial(context.Context, string, string) (net.Conn, error) { return nil, errNowhere }

// silent swallows goproxy's log, which holds addresses.
type silent struct{}

// Printf does nothing.
func (silent) Printf(string, ...any) {}

// forward sends a request on, and returns the answer as it is passed back.
func (s *Server) forward(r *http.Request) *http.Response {
	if resp := s.forwards(r); resp != nil {
		return resp
	}
	w, _ := r.Context().Value(writerKey{}).(http.ResponseWriter)
	resp, err := s.ask(r, w)
	if err != nil {
		return s.failed(r, err)
	}
	if resp.StatusCode < 200 {
		resp.Body.Close() // it switches to what was not asked for (RFC 9110, section 15.2.2)
		return s.answer(r, http.StatusBadGateway, s.cfg.Words.Unreachable)
	}
	endHop(resp.Header)
	resp.Body = &stream{ReadCloser: resp.Body, to: http.NewResponseController(w)}
	return resp
}

// ask sends a request on. Interim answers are written as they come.
func (s *Server) ask(r *http.Request, w http.ResponseWriter) (*http.Response, error) {
	trace := &httptrace.ClientTrace{Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
		if code == http.StatusContinue {
			return nil // the server says so by itself when the body is read
		}
		to := w.Header()
		for name, values := range h {
			to[name] = values
		}
		w.WriteHeader(code)
		clear(to)
		return nil
	}}
	out := r.WithContext(httptrace.WithClientTrace(r.Context(), trace))
	// Shallow: trailers that come after the body are in the map of r, too.
	out.RequestURI, out.Close, out.Header = "", false, r.Header.Clone()
	out.Header.Del("Proxy-Authorization")
	endHop(out.Header)
	if r.ContentLength == 0 {
		out.Body = http.NoBody
	}
	if _, named := out.Header["User-Agent"]; !named {
		out.Header.Set("User-Agent", "") // or the transport would name itself
	}
	if asksTrailers(r.Header) {
		out.Header.Set("Te", "trailers")
	}
	if upgrades(r.Header) && r.ProtoMajor == 1 {
		out.Header.Set("Connection", "Upgrade")
		out.Header.Set("Upgrade", "websocket")
	}
	return s.trip.RoundTrip(out)
}

// forwards counts a request down that says how often it may be passed on (RFC 9110,
// section 7.6.2). The answer is nil if it may.
func (s *Server) forwards(r *http.Request) *http.Response {
	left := r.Header.Get("Max-Forwards")
	if left == "" || r.Method != http.MethodOptions && r.Method != http.MethodTrace {
		return nil
	}
	n, err := strconv.Atoi(left)
	switch {
	case err != nil || n < 0:
		return s.answer(r, http.StatusBadRequest, s.cfg.Words.BadRequest)
	case n > 0:
		r.Header.Set("Max-Forwards", strconv.Itoa(n-1))
		return nil
	case r.Method == http.MethodTrace:
		return s.answer(r, http.StatusMethodNotAllowed, s.cfg.Words.BadRequest)
	}
	return s.answer(r, http.StatusOK, "")
}

// failed is the answer where a host gave none. The error names addresses and is not
// repeated.
func (s *Server) failed(r *http.Request, err error) *http.Response {
	var late net.Error
	status := http.StatusBadGateway
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &late) && late.Timeout() {
		status = http.StatusGatewayTimeout
	}
	return s.answer(r, status, s.cfg.Words.Unreachable)
}

// answer is one of our own.
func (s *Server) answer(r *http.Request, status int, text string) *http.Response {
	if text != "" {
		text += "\n"
	}
	h := http.Header{"Content-Type": {"text/plain; charset=utf-8"}, "Cache-Control": {"no-store"}, "Content-Length": {strconv.Itoa(len(text))}}
	return &http.Response{
		Status: strconv.Itoa(status) + " " + http.StatusText(status), StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: h, Request: r,
		ContentLength: int64(len(text)), Body: io.NopCloser(strings.NewReader(text)),
	}
}

// A stream is the body of an answer on its way to a program: what has come is passed on
// before more is waited for, and where it breaks off the program is cut off, or it
// would take the half for the whole.
type stream struct {
	io.ReadCloser
	to *http.ResponseController
}

// Read implements [io.Reader].
func (s *stream) Read(p []byte) (int, error) {
	_ = s.to.Flush() // the next write says what is wrong
	n, err := s.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		_ = s.to.SetWriteDeadline(time.Unix(1, 0)) // it has gone, or is cut off
	}
	return n, err
}

// endHop takes out the fields that are meant for one hop (RFC 9110, section 7.6.1), and
// those that it names itself.
func endHop(h http.Header) {
	for _, line := range h["Connection"] {
		for name := range strings.SplitSeq(line, ",") {
			if name = textproto.TrimString(name); name != "" {
				h.Del(name)
			}
		}
	}
	for _, name := range []string{
		"Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authentication-Info", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
	} {
		h.Del(name)
	}
}

// names says whether a field that is a list has a word in it, in any case.
func names(h http.Header, field, word string) bool {
	for _, line := range h[field] {
		for one := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(textproto.TrimString(one), word) {
				return true
			}
		}
	}
	return false
}

// upgrades says whether a request wants to go on as WebSocket (RFC 6455, section 4.1).
// Other upgrades are not passed on, and the request is answered as it is (RFC 9110,
// section 7.8).
func upgrades(h http.Header) bool {
	return names(h, "Connection", "upgrade") && names(h, "Upgrade", "websocket")
}

// asksTrailers says whether a program takes trailers (RFC 9110, section 10.1.4).
func asksTrailers(h http.Header) bool { return names(h, "Te", "trailers") }
