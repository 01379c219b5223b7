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
	if g.cfg.Pages != nil && isPage(r.URL.EscapedPath()) {
		g.page(w, r)
		return
	}
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

// Answer answers a load that a program asked for by its own address, as through a forward
// proxy, and not by a token: in the same way in every respect. The load's Token has to
// be one that no other has.
func (g *Gateway) Answer(w http.ResponseWriter, r *http.Request, l Load) {
	setSafety(w.Header())
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		writeBody(w, r, http.StatusMethodNotAllowed, textAnswer("Only GET and HEAD are answered.\n"))
		return
	}
	g.load(w, r, l)
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
	ctx, x, leave := g.passages.begin(r.Context(), l)
	defer leave()
	a, e := g.picture(ctx, x)
	if d := x.answers(w, e.Outcome); d != nil && e.Outcome != Held {
		a, e = g.held(l, x.asked[0], Event{Outcome: Held, Reason: d.Reason, Asked: e.Asked})
	}
	g.record(ctx, l, e)
	writeBody(w, r, http.StatusOK, a)
	// What is still in a buffer would leave after the passage has ended.
	_ = http.NewResponseController(w).Flush()
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
func (g *Gateway) picture(ctx context.Context, x *passage) (answer, Event) {
	l := x.load
	at, err := url.Parse(l.URL)
	if err != nil {
		return g.failed(l, Event{Outcome: Failed, Reason: g.cfg.Words.BadAddress})
	}
	d, err := g.decide(ctx, x, at)
	if err != nil {
		d = Decision{Reason: g.cfg.Words.Undecided}
	}
	if !d.Release {
		x.end() // what is drawn now shows nothing of theirs
		return g.held(l, at, Event{Outcome: Held, Reason: d.Reason})
	}
	return g.released(ctx, x, at, d)
}

// released returns what is shown for a load that may be: a copy, or what is
// asked for now.
func (g *Gateway) released(ctx context.Context, x *passage, at *url.URL, d Decision) (answer, Event) {
	l := x.load
	old, fresh := g.kept(l, d)
	if fresh {
		return answer{old.Type, old.Body}, Event{Outcome: Copied, Reason: d.Reason}
	}
	pic, err := g.fetch(ctx, l, at, d.Keep)
	if cut := x.why(); cut != nil {
		x.end()
		return g.held(l, at, Event{Outcome: Held, Reason: cut.Reason, Asked: pic.Asked})
	}
	if err == nil {
		return answer{pic.Type, pic.Body}, Event{Outcome: Released, Reason: d.Reason, Asked: pic.Asked}
	}
	if held := (*HeldError)(nil); old.Body != nil && !errors.As(err, &held) {
		// RFC 9111, section 4.2.4: a stale answer may stand in where the origin
		// cannot be reached.
		return answer{old.Type, old.Body}, Event{Outcome: Copied, Reason: d.Reason, Asked: pic.Asked}
	}
	x.end()
	return g.unfetched(l, at, pic.Asked, err)
}

// kept returns a copy that may be shown, and whether it is fresh.
func (g *Gateway) kept(l Load, d Decision) (c Copy, fresh bool) {
	if !d.Keep || g.cfg.Keeper == nil {
		return Copy{}, false
	}
	c, ok := g.cfg.Keeper.Get(l.URL)
	return c, ok && time.Now().Before(c.Until)
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
func (g *Gateway) fetch(ctx context.Context, l Load, at *url.URL, keep bool) (Picture, error) {
	once := func(ctx context.Context) (Picture, error) { return g.fetchOnce(ctx, l, at, keep) }
	if !keep {
		return once(ctx)
	}
	for range 2 {
		fl, err := g.flights.join(ctx, l.URL, l.Token, once)
		if err != nil {
			return Picture{Asked: fl.asked()}, err
		}
		var held *HeldError
		if fl.token == l.Token || !errors.As(fl.err, &held) {
			return fl.pic, fl.err
		}
		// It was decided for another mail, maybe cut for it.
	}
	return once(ctx)
}

// fetchOnce asks for a picture and keeps what may be kept.
func (g *Gateway) fetchOnce(ctx context.Context, l Load, at *url.URL, keep bool) (Picture, error) {
	ctx, x, leave := g.passages.begin(ctx, l)
	defer leave()
	// Once more, now that the passage can be cut: it could have been decided
	// otherwise in between.
	d, err := g.decide(ctx, x, at)
	if err != nil {
		d = Decision{Reason: g.cfg.Words.Undecided}
	}
	if cut := x.why(); cut != nil {
		d = *cut // being cut is what stopped the decision, too
	}
	if !d.Release {
		x.end() // what is drawn now tells nobody anything
		return Picture{}, &HeldError{Decision: d}
	}
	pic, err := g.cfg.Fetcher.Fetch(ctx, at, func(ctx context.Context, at *url.URL) (Decision, error) {
		return g.decide(ctx, x, at)
	})
	if d := x.why(); d != nil {
		return Picture{Asked: pic.Asked}, &HeldError{Decision: *d}
	}
	if err == nil && keep && d.Keep && pic.Keep && g.cfg.Keeper != nil {
		now := time.Now()
		until := earlier(now.Add(pic.Fresh), earlier(d.Until, pic.Until))
		g.cfg.Keeper.Put(l.URL, Copy{Type: pic.Type, Body: pic.Body, Fetched: now, Until: until})
	}
	return pic, err
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
