package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/elazarl/goproxy"
)

const (
	gatewayHeaderTimeout = 5 * time.Second
	gatewayReadTimeout   = 10 * time.Second
	gatewayWriteTimeout  = time.Minute
	gatewayIdleTimeout   = time.Minute
	gatewayHeaderLimit   = 16 << 10
	gatewayConns         = 256
	gatewayGrace         = time.Second
)

// GatewayConfig configures a [Gateway].
type GatewayConfig struct {
	// Backend knows the loads and decides on them. It must not be nil.
	Backend Backend
	// Fetcher goes out. Nil means one of the product's own.
	Fetcher *Fetcher
	// Keeper keeps copies of what is the same for everybody. Nil means that
	// none are kept.
	Keeper Keeper
	// Pages are shown in a browser, within Sessions. Nil means that there are none;
	// with them Sessions must not be nil.
	Pages Pages
	// Sessions are the ways into the pages.
	Sessions *Sessions
	// Words are the sentences on placeholders. The zero value is English.
	Words Words
	// Log takes counts and outcomes. Nil means that nothing is logged.
	Log *slog.Logger
}

// A Gateway answers the loads of mails. It is an [http.Handler].
type Gateway struct {
	cfg      GatewayConfig
	ln       net.Listener
	host     string
	proxy    *goproxy.ProxyHttpServer
	misses   *missLimit
	passages passages
	flights  flights
	painter  *painter
}

// NewGateway returns a gateway that will answer on ln, which must be on
// loopback, or [ErrNotLoopback] is returned. It answers only requests that name
// exactly ln's address as their host. It starts nothing.
func NewGateway(ln net.Listener, cfg GatewayConfig) (*Gateway, error) {
	if err := checkLoopback(ln.Addr()); err != nil {
		return nil, fmt.Errorf("making gateway: %w", err)
	}
	if cfg.Backend == nil {
		return nil, errors.New("making gateway: no backend")
	}
	if cfg.Pages != nil && cfg.Sessions == nil {
		return nil, errors.New("making gateway: pages without sessions")
	}
	if cfg.Fetcher == nil {
		cfg.Fetcher = NewFetcher(FetcherConfig{})
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	cfg.Words = cfg.Words.orEnglish()
	g := &Gateway{cfg: cfg, ln: ln, host: ln.Addr().String(), misses: newMissLimit(), painter: newPainter()}
	g.proxy = newForward(http.HandlerFunc(g.serve))
	return g, nil
}

// Serve answers until the context is done, and returns when the last answer was
// given. It closes the listener.
func (g *Gateway) Serve(ctx context.Context) error {
	requests, drop := context.WithCancel(context.WithoutCancel(ctx))
	defer drop()
	srv := &http.Server{
		Handler:           g,
		ReadHeaderTimeout: gatewayHeaderTimeout,
		ReadTimeout:       gatewayReadTimeout,
		WriteTimeout:      gatewayWriteTimeout,
		IdleTimeout:       gatewayIdleTimeout,
		MaxHeaderBytes:    gatewayHeaderLimit,
		// It would log what clients send.
		ErrorLog:    log.New(io.Discard, "", 0),
		BaseContext: func(net.Listener) context.Context { return requests },
		ConnContext: func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) },
	}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		shutDown(srv, func() { drop(); g.passages.giveUp() })
	})
	err := srv.Serve(newLimitListener(g.ln, gatewayConns))
	if !stop() {
		<-ended
	}
	srv.Close()
	g.flights.wg.Wait()
	g.cfg.Fetcher.Close()
	if ctx.Err() != nil && errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serving gateway: %w", err)
}

// shutDown lets answers under way be given, then gives up the fetches they wait
// for, and at last closes what is left.
func shutDown(srv *http.Server, drop context.CancelFunc) {
	for range 2 {
		grace, cancel := context.WithTimeout(context.Background(), gatewayGrace)
		err := srv.Shutdown(grace)
		cancel()
		if err == nil {
			return
		}
		drop()
	}
	srv.Close()
}

// ServeHTTP answers one request.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.proxy.ServeHTTP(w, r) }
