package native

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"
)

const (
	// doorReading is how long a request may take to be sent.
	doorReading = 20 * time.Second
	// doorWrong is how many wrong tokens are told so within [doorSpan]; from then on
	// nobody is told anything but those who have a right one.
	doorWrong = 20
	doorSpan  = time.Minute
)

// ErrCode says that a code is not the one that was given out, or no longer.
var ErrCode = errors.New("native: the code is wrong or has run out")

// extension is the origin of an add-on's own pages: a number that each installation of
// it makes up for itself, and that no page of the web can say it has.
var extension = regexp.MustCompile(`^moz-extension://[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// Pairings are the add-ons that may come by the door. All methods may be called at once.
type Pairings interface {
	// Open says whether anybody is paired, or may be.
	Open() bool
	// Pair returns the token of an origin that brings the code, or [ErrCode].
	Pair(ctx context.Context, code, origin string) (token string, err error)
	// Paired says whether a token is that of an origin, in a time that does not depend
	// on how much of it is right.
	Paired(token, origin string) bool
}

// A Door serves add-ons over HTTP, where the mail program may start no program for them:
// POST /pair takes {"code": ...} and answers {"token": ...}; POST /ask takes a [Request]
// and answers with a [Message]; POST /news answers with a Message a line, until either
// side goes. What is asked and answered is the same as by [Host.Serve].
//
// It answers only requests that name its own address as their host, so that no name of
// the web leads to it, that say they are JSON, and that come from an add-on's own pages:
// no page of the web can send such a one. Nothing that it answers may be read by others.
// Its fields are not changed while it serves.
type Door struct {
	// Addr is where it is reached, "127.0.0.1:41234".
	Addr string
	// Host hands requests on.
	Host *Host
	// Pairings are the add-ons that may come.
	Pairings Pairings

	wrong wrongs
}

// A wrongs counts wrong tokens.
type wrongs struct {
	mu    sync.Mutex // guards what follows
	since time.Time
	n     int
}

// more counts one, and says whether it may be told so.
func (w *wrongs) more(now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now.Sub(w.since) > doorSpan {
		w.since, w.n = now, 0
	}
	w.n++
	return w.n <= doorWrong
}

// ServeHTTP answers one request.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	origin := r.Header.Get("Origin")
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	// RFC 9110, section 7.2: what a name of the web leads to is asked for by that name.
	if r.Host != d.Addr || r.Method != http.MethodPost || err != nil || kind != "application/json" ||
		!extension.MatchString(origin) || !d.Pairings.Open() {
		http.Error(w, "", http.StatusNotFound)
		return
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(doorReading)) // else it takes its time
	if r.URL.Path == "/pair" {
		d.pair(w, r, origin)
		return
	}
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ") // RFC 6750, section 2.1
	if !ok || !d.Pairings.Paired(token, origin) {
		status := http.StatusUnauthorized
		if !d.wrong.more(time.Now()) {
			status = http.StatusTooManyRequests
		}
		http.Error(w, "", status)
		return
	}
	switch r.URL.Path {
	case "/ask":
		d.ask(w, r)
	case "/news":
		d.news(w, r)
	default:
		http.Error(w, "", http.StatusNotFound)
	}
}

// pair gives the one who brings the code a token.
func (d *Door) pair(w http.ResponseWriter, r *http.Request, origin string) {
	var q struct {
		Code string `json:"code"`
	}
	if json.NewDecoder(io.LimitReader(r.Body, 1<<10)).Decode(&q) != nil {
		http.Error(w, "", http.StatusBadRequest)
		return
	}
	token, err := d.Pairings.Pair(r.Context(), q.Code, origin)
	switch {
	case errors.Is(err, ErrCode):
		http.Error(w, "", http.StatusForbidden)
	case err != nil:
		http.Error(w, "", http.StatusInternalServerError)
	default:
		d.say(w, map[string]string{"token": token})
	}
}

// ask hands one request on.
func (d *Door) ask(w http.ResponseWriter, r *http.Request) {
	var q Request
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, MaxRequest)).Decode(&q); err != nil {
		http.Error(w, "", http.StatusBadRequest)
		return
	}
	d.say(w, d.Host.answer(r.Context(), &q))
}

// news tells what is decided and set, until either side goes.
func (d *Door) news(w http.ResponseWriter, r *http.Request) {
	out := http.NewResponseController(w)
	_ = out.SetReadDeadline(time.Time{}) // it reads nothing any more
	w.Header().Set("Content-Type", "application/jsonl")
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	l := &line{w: w, form: func(w io.Writer, m Message) error {
		err := json.NewEncoder(w).Encode(m)
		if err == nil {
			err = out.Flush()
		}
		if err != nil {
			cancel()
		}
		return err
	}}
	d.Host.follow(ctx, l)
}

// say answers with JSON.
func (d *Door) say(w http.ResponseWriter, what any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(what) // whoever has gone needs no answer
}
