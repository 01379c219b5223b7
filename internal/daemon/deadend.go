package daemon

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// A deadEnd refuses whatever is sent to it, at once: it is where an add-on sends the
// loads that are held. It reads no more than a request's header, and remembers
// nothing of it.
type deadEnd struct {
	ln net.Listener
}

// openDeadEnd listens on a port that the system chooses. Without one, loads are sent
// to a port where nobody is.
func openDeadEnd(log *slog.Logger) *deadEnd {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		log.Warn("there is no port to refuse loads on", "err", err)
	}
	return &deadEnd{ln}
}

// port is where it listens, 0 if it does not.
func (e *deadEnd) port() int {
	if e.ln == nil {
		return 0
	}
	return e.ln.Addr().(*net.TCPAddr).Port
}

// serve refuses until ctx ends.
func (e *deadEnd) serve(ctx context.Context) error {
	if e.ln == nil {
		return nil
	}
	server := &http.Server{
		Handler: http.HandlerFunc(refuseLoad), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 5 * time.Second,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
	}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(e.ln); ctx.Err() == nil {
		return fmt.Errorf("refusing loads: %w", err)
	}
	return nil
}

// refuseLoad answers that a load is not made, and that this is not to be kept: after a
// yes it is asked for again.
func refuseLoad(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusForbidden)
}
