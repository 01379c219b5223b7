package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"
)

// maxEvents is the most events of one answer.
const maxEvents = 1000

// A Server answers the control API.
type Server struct {
	// Service does what is asked.
	Service Service
	// Logger is told of errors; nil means none.
	Logger *slog.Logger
}

// Serve answers on a listener made by [Listen] until ctx ends, and then gives
// requests under way a second.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	srv := &http.Server{
		Handler:           s.routes(),
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		// A stream of events ends with the server.
		BaseContext: func(net.Listener) context.Context { return ctx },
		ErrorLog:    slog.NewLogLogger(s.logger().Handler(), slog.LevelDebug),
	}
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(stopped)
		late, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if srv.Shutdown(late) != nil {
			srv.Close()
		}
	})
	err := srv.Serve(ln)
	if !stop() {
		<-stopped
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serving the control socket: %w", err)
}

// routes are all methods of the API.
func (s *Server) routes() http.Handler {
	f, mux := s.Service, http.NewServeMux()
	mux.Handle("GET /v1/status", s.get(answer(f.Status)))
	mux.Handle("GET /v1/accounts", s.get(answer(f.Accounts)))
	mux.Handle("POST /v1/accounts", post(s, f.AddAccount))
	mux.Handle("POST /v1/accounts/remove", post(s, byAddress(f.RemoveAccount)))
	mux.Handle("POST /v1/accounts/check", post(s, f.CheckAccount))
	mux.Handle("POST /v1/accounts/testmail", post(s, f.PutTestMail))
	mux.Handle("POST /v1/accounts/rebuild", steps(s, s.Service.Rebuild, rebuildFailed))
	s.watchRoutes(mux)
	s.vouchRoutes(mux)
	s.authorityRoutes(mux)
	s.proxyRoutes(mux)
	s.aboutRoutes(mux)
	mux.Handle("GET /v1/senders", s.get(answer(f.Senders)))
	mux.Handle("GET /v1/consent", s.get(answer(f.Standings)))
	mux.Handle("POST /v1/consent", post(s, f.Decide))
	s.consentRoutes(mux)
	s.aliasRoutes(mux)
	s.protectionRoutes(mux)
	s.addOnRoutes(mux)
	s.faceRoutes(mux)
	s.originalRoutes(mux)
	s.backupRoutes(mux)
	s.evidenceRoutes(mux)
	s.studyRoutes(mux)
	mux.Handle("POST /v1/pages/open", post(s, f.Open))
	mux.Handle("GET /v1/pictures", s.get(answer(f.Pictures)))
	mux.Handle("POST /v1/pictures", post(s, f.ShowPictures))
	mux.Handle("GET /v1/events", s.get(s.events))
	mux.Handle("GET /v1/events/follow", http.HandlerFunc(s.follow))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, &Error{Code: CodeUnknown, Text: "there is no " + r.Method + " " + r.URL.Path + " in the control API",
			Hint: "this command may be newer than the Unseen that runs: stop it and start it again"})
	})
	return stamped(mux)
}

// A getter answers a request without a body.
type getter func(r *http.Request) (any, error)

// answer makes a getter of a method; nil stays nil.
func answer[Out any](f func(context.Context) (Out, error)) getter {
	if f == nil {
		return nil
	}
	return func(r *http.Request) (any, error) { return f(r.Context()) }
}

// get answers with what a getter returns.
func (s *Server) get(g getter) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if g == nil {
			s.refuse(w, absent())
			return
		}
		out, err := g(r)
		s.reply(w, out, err)
	})
}

// post answers with what a method makes of the body.
func post[In, Out any](s *Server, f func(context.Context, In) (Out, error)) http.Handler {
	return postUpTo(s, MaxBody, f)
}

// postUpTo is post for a body of so many octets.
func postUpTo[In, Out any](s *Server, most int64, f func(context.Context, In) (Out, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f == nil {
			s.refuse(w, absent())
			return
		}
		var in In
		if err := decodeUpTo(w, r, most, &in); err != nil {
			s.refuse(w, err)
			return
		}
		out, err := f(r.Context(), in)
		s.reply(w, out, err)
	})
}

// named is the body of a request about one account.
type named struct {
	Address string `json:"address"`
}

func byAddress[Out any](f func(context.Context, string) (Out, error)) func(context.Context, named) (Out, error) {
	if f == nil {
		return nil
	}
	return func(ctx context.Context, n named) (Out, error) { return f(ctx, n.Address) }
}

// decode reads one JSON value and nothing after it.
func decode(w http.ResponseWriter, r *http.Request, in any) error {
	return decodeUpTo(w, r, MaxBody, in)
}

// decodeUpTo is decode for a body of so many octets.
func decodeUpTo(w http.ResponseWriter, r *http.Request, most int64, in any) error {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, most))
	d.DisallowUnknownFields()
	err := d.Decode(in)
	if err == nil {
		if _, more := d.Token(); more == io.EOF {
			return nil
		} else if err = more; err == nil {
			err = errors.New("something follows the JSON value")
		}
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		err = fmt.Errorf("it has more than %d octets", most)
	}
	return &Error{Code: CodeWrong, Text: "reading the request: " + err.Error()}
}

func absent() *Error {
	return &Error{Code: CodeUnknown, Text: "this Unseen does not answer that"}
}

// reply writes a value or a refusal.
func (s *Server) reply(w http.ResponseWriter, out any, err error) {
	if err != nil {
		s.refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(out); err != nil {
		s.logger().Debug("writing answer", "err", err)
	}
}

// refuse writes an error. One that is not meant for people is logged, and
// still said, for only the reader can be at the other end.
func (s *Server) refuse(w http.ResponseWriter, err error) {
	var e *Error
	if !errors.As(err, &e) {
		s.logger().Error("answering", "err", err)
		e = &Error{Code: CodeFailed, Text: err.Error()}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(e.status())
	if err := json.NewEncoder(w).Encode(e); err != nil {
		s.logger().Debug("writing refusal", "err", err)
	}
}

// events answers with events that were.
func (s *Server) events(r *http.Request) (any, error) {
	after, limit, err := window(r)
	if err != nil {
		return nil, err
	}
	if s.Service.Events == nil {
		return nil, absent()
	}
	return s.Service.Events(r.Context(), after, limit)
}

// follow streams events, one JSON object a line.
func (s *Server) follow(w http.ResponseWriter, r *http.Request) {
	after, _, err := window(r)
	if err == nil && s.Service.Follow == nil {
		err = absent()
	}
	if err != nil {
		s.refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/jsonl")
	out, lines := http.NewResponseController(w), json.NewEncoder(w)
	if out.Flush() != nil {
		return
	}
	err = s.Service.Follow(r.Context(), after, func(e Event) bool {
		return lines.Encode(e) == nil && out.Flush() == nil
	})
	if err != nil && r.Context().Err() == nil {
		s.logger().Error("following events", "err", err)
	}
}

// window reads after and limit from a query.
func window(r *http.Request) (after int64, limit int, err error) {
	after, limit = -1, 100
	if v := r.URL.Query().Get("after"); v != "" {
		if after, err = strconv.ParseInt(v, 10, 64); err != nil {
			return 0, 0, &Error{Code: CodeWrong, Text: "reading the request: after is not a number"}
		}
	}
	if v := r.URL.Query().Get("limit"); v != "" {
		if limit, err = strconv.Atoi(v); err != nil || limit < 1 || limit > maxEvents {
			return 0, 0, &Error{Code: CodeWrong, Text: fmt.Sprintf("reading the request: limit is not a number from 1 to %d", maxEvents)}
		}
	}
	return after, limit, nil
}

func (s *Server) logger() *slog.Logger {
	if s.Logger != nil {
		return s.Logger
	}
	return slog.New(slog.DiscardHandler)
}
