package proxy

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// transparent is a picture of one point that shows nothing: a GIF of 43 octets.
const transparent = "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff" +
	"!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"

// missText is the same for every path that leads nowhere.
const missText = "There is nothing here.\n"

// serve answers a request that is not one to a proxy.
func (g *Gateway) serve(w http.ResponseWriter, r *http.Request) {
	setSafety(w.Header())
	if status, why := g.fence(r); status != 0 {
		if status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", "GET, HEAD")
		}
		writeBody(w, r, status, textAnswer(why))
		return
	}
	token, rest, ok := parsePath(r.URL.EscapedPath())
	query := r.URL.RawQuery != "" || r.URL.ForceQuery
	if !ok || query && rest == "" {
		g.miss(w, r)
		return
	}
	if query {
		rest += "?" + r.URL.RawQuery
	}
	l, err := g.cfg.Backend.Find(r.Context(), token, rest)
	switch {
	case errors.Is(err, ErrUnknownToken):
		g.miss(w, r)
	case err != nil:
		g.cfg.Log.Warn("backend cannot say what a token stands for")
		writeBody(w, r, http.StatusServiceUnavailable, textAnswer(g.cfg.Words.Undecided+"\n"))
	default:
		g.load(w, r, l)
	}
}

// miss answers a path behind which there is nothing, always alike.
func (g *Gateway) miss(w http.ResponseWriter, r *http.Request) {
	status := http.StatusNotFound
	if !g.misses.wait(r.Context()) {
		status = http.StatusTooManyRequests
	}
	writeBody(w, r, status, textAnswer(missText))
}

// load answers a token that was issued.
func (g *Gateway) load(w http.ResponseWriter, r *http.Request, l Load) {
	if r.Method == http.MethodHead {
		// Nothing is asked for and nothing recorded: nothing is shown.
		writeBody(w, r, http.StatusOK, nothing())
		return
	}
	if l.Resource != "" || !wantsPicture(r.Header) {
		g.resource(w, r, l)
		return
	}
	a, e := g.picture(r.Context(), l)
	g.record(r.Context(), l, e)
	writeBody(w, r, http.StatusOK, a)
}

// resource answers what is not a picture. None of it is ever asked for.
func (g *Gateway) resource(w http.ResponseWriter, r *http.Request, l Load) {
	a, status := textAnswer(missText), http.StatusNotFound
	switch l.Resource {
	case ResourceStyle:
		a, status = answer{"text/css; charset=utf-8", nil}, http.StatusOK
	case ResourceFrame:
		// This page is made to stand in a frame, and there is nothing on it to
		// be clicked.
		w.Header().Del("X-Frame-Options")
		a, status = answer{"text/html; charset=utf-8", []byte(framePage(g.cfg.Words))}, http.StatusOK
	}
	g.record(r.Context(), l, Event{Outcome: Held, Reason: g.cfg.Words.PicturesOnly})
	writeBody(w, r, status, a)
}

// picture decides on a load and returns what is shown for it.
func (g *Gateway) picture(ctx context.Context, l Load) (answer, Event) {
	at, err := url.Parse(l.URL)
	if err != nil {
		return g.failed(l, Event{Outcome: Failed, Reason: g.cfg.Words.BadAddress})
	}
	d, err := g.cfg.Backend.Decide(ctx, l, at)
	if err != nil {
		return g.held(l, at, Event{Outcome: Held, Reason: g.cfg.Words.Undecided})
	}
	if !d.Release {
		return g.held(l, at, Event{Outcome: Held, Reason: d.Reason})
	}
	var old Copy
	if d.Keep && g.cfg.Keeper != nil {
		if c, ok := g.cfg.Keeper.Get(l.URL); ok && time.Now().Before(c.Until) {
			return answer{c.Type, c.Body}, Event{Outcome: Copied, Reason: d.Reason}
		} else if ok {
			old = c
		}
	}
	pic, err := g.fetch(ctx, l, at, d)
	if err == nil {
		return answer{pic.Type, pic.Body}, Event{Outcome: Released, Reason: d.Reason, Asked: pic.Asked}
	}
	if old.Body != nil {
		// RFC 9111, section 4.2.4: a stale answer may stand in where the origin
		// cannot be reached.
		return answer{old.Type, old.Body}, Event{Outcome: Copied, Reason: d.Reason, Asked: pic.Asked}
	}
	return g.unfetched(l, at, pic.Asked, err)
}

// unfetched returns what is shown where a fetch brought no picture.
func (g *Gateway) unfetched(l Load, at *url.URL, asked []string, err error) (answer, Event) {
	var held *HeldError
	var status *StatusError
	switch {
	case errors.As(err, &held):
		return g.held(l, at, Event{Outcome: Held, Reason: held.Decision.Reason, Asked: asked})
	case l.Pixel && (errors.Is(err, ErrNotPicture) || errors.As(err, &status) && status.Status/100 == 2):
		// A pixel has done its work when it was asked for, whatever comes back.
		return nothing(), Event{Outcome: Released, Asked: asked}
	case errors.Is(err, ErrNotPicture):
		return g.failed(l, Event{Outcome: Failed, Reason: g.cfg.Words.NotPicture, Asked: asked})
	case errors.Is(err, ErrForbidden):
		return g.failed(l, Event{Outcome: Failed, Reason: g.cfg.Words.BadAddress, Asked: asked})
	case errors.Is(err, ErrTooLarge):
		return g.failed(l, Event{Outcome: Failed, Reason: g.cfg.Words.TooLarge, Asked: asked})
	}
	return g.failed(l, Event{Outcome: Failed, Reason: g.cfg.Words.Unreachable, Asked: asked})
}

// fetch asks for a picture; what is the same for everybody is asked for once,
// however many wait for it, and kept.
func (g *Gateway) fetch(ctx context.Context, l Load, at *url.URL, d Decision) (Picture, error) {
	once := func(ctx context.Context) (Picture, error) {
		pic, err := g.cfg.Fetcher.Fetch(ctx, at, func(ctx context.Context, at *url.URL) (Decision, error) {
			return g.cfg.Backend.Decide(ctx, l, at)
		})
		if err == nil && d.Keep && pic.Keep && g.cfg.Keeper != nil {
			until := earlier(time.Now().Add(pic.Fresh), earlier(d.Until, pic.Until))
			g.cfg.Keeper.Put(l.URL, Copy{Type: pic.Type, Body: pic.Body, Fetched: time.Now(), Until: until})
		}
		return pic, err
	}
	if !d.Keep {
		return once(ctx)
	}
	fl, err := g.flights.join(ctx, l.URL, l.Token, once)
	if err != nil {
		return Picture{}, err
	}
	var held *HeldError
	if fl.token != l.Token && errors.As(fl.err, &held) {
		// The redirect was decided for another mail.
		return once(ctx)
	}
	return fl.pic, fl.err
}

// held returns what is shown for a load that is held.
func (g *Gateway) held(l Load, at *url.URL, e Event) (answer, Event) {
	if !l.Picture || l.Pixel {
		return nothing(), e
	}
	why := e.Reason
	if why == "" {
		why = g.cfg.Words.wanted(l.Sender, at.Hostname())
	}
	return g.placeholder(l, note{title: g.cfg.Words.Held, text: why}), e
}

// failed returns what is shown for a load that was released in vain.
func (g *Gateway) failed(l Load, e Event) (answer, Event) {
	if !l.Picture || l.Pixel {
		return nothing(), e
	}
	return g.placeholder(l, note{title: g.cfg.Words.Failed, text: e.Reason, plain: true}), e
}

// record tells the backend, also if the client has gone. It comes before the
// answer, so that what was shown was noted.
func (g *Gateway) record(ctx context.Context, l Load, e Event) {
	g.cfg.Backend.Record(context.WithoutCancel(ctx), l, e)
	g.cfg.Log.Debug("load answered", "outcome", string(e.Outcome), "asked", len(e.Asked))
}

// An answer is a media type and a body.
type answer struct {
	mediaType string
	body      []byte
}

// nothing is what a load gets that has nothing to see.
func nothing() answer { return answer{"image/gif", []byte(transparent)} }

// textAnswer is a sentence.
func textAnswer(s string) answer { return answer{"text/plain; charset=utf-8", []byte(s)} }

// writeBody writes an answer. The length is always said, for HEAD too.
func writeBody(w http.ResponseWriter, r *http.Request, status int, a answer) {
	w.Header().Set("Content-Type", a.mediaType)
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(a.body) // a client that has gone needs no answer
	}
}
