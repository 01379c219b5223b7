package proxy

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// Pages are what a reader sees in a browser. The gateway asks for them only after
// everything was checked that a web page, another program or a stale window could
// get wrong. They are called from many goroutines at once.
type Pages interface {
	// Page answers what is asked for within a session. It changes nothing.
	Page(ctx context.Context, r PageRequest) PageAnswer
	// Act does what a form asks for, and says where the reader goes on.
	Act(ctx context.Context, r PageRequest) PageAnswer
	// Link answers for a sealed link outside of any session, or says
	// [ErrUnknownToken]. It changes nothing.
	Link(ctx context.Context, r PageRequest) (PageAnswer, error)
	// Refused says that a form was not heard, and that nothing was changed.
	Refused(ctx context.Context, r PageRequest, why Refusal) PageAnswer
	// Closed answers for every session that is not open, always alike.
	Closed(r PageRequest) PageAnswer
	// Static is a file by its name, which is made of its content.
	Static(name string) (mediaType string, body []byte, ok bool)
}

// A PageRequest is what a reader asks for.
type PageRequest struct {
	// Session is the part of the path that names the session, "" outside of one.
	Session string
	// Route says which page.
	Route Route
	// Query and Form are what stands behind the path and in the body.
	Query, Form map[string]string
	// Token is for the forms of the page that is answered, good for one use.
	Token string
	// Languages is the field by which a browser says what its reader reads
	// (RFC 9110, section 12.5.4).
	Languages string
	// Refused counts what was refused since the gateway was made.
	Refused map[Refusal]int
}

// A PageAnswer is a page, or where to go instead.
type PageAnswer struct {
	// Status is the code of a page; 0 is 200.
	Status int
	// Body is the page in HTML.
	Body []byte
	// Below, if not nil, is where the reader goes on within the session:
	// "sender?sender=shop.example".
	Below *string
	// Away, if not "", is where a link leads that the reader decided on before.
	Away string
}

const (
	sessionPath = "/c/"
	linkPath    = "/l/"
	staticPath  = "/s/"
	// pagePolicy lets a page load its own style and mark, and send its own
	// forms. There is no script on it, so none may run. A picture may stand in
	// the page itself: one that was fetched at a click.
	pagePolicy = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; " +
		"base-uri 'none'; frame-ancestors 'none'"
)

// isPage says whether a path is one of a page or of what belongs to pages.
func isPage(path string) bool {
	return strings.HasPrefix(path, sessionPath) || strings.HasPrefix(path, linkPath) || strings.HasPrefix(path, staticPath)
}

// page answers a request for a page.
func (g *Gateway) page(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	path := r.URL.EscapedPath()
	if status, why := g.pageFence(r, path); status != 0 {
		if status == http.StatusMethodNotAllowed {
			h.Set("Allow", "GET, HEAD")
		}
		if r.Method == http.MethodPost {
			g.refuse(RefusedElsewhere)
		}
		writeBody(w, r, status, textAnswer(why))
		return
	}
	switch {
	case strings.HasPrefix(path, staticPath):
		g.static(w, r, strings.TrimPrefix(path, staticPath))
	case strings.HasPrefix(path, linkPath):
		g.link(w, r, strings.TrimPrefix(path, linkPath))
	default:
		g.inSession(w, r, path)
	}
}

// inSession answers what stands under /c/.
func (g *Gateway) inSession(w http.ResponseWriter, r *http.Request, path string) {
	// Referrers stay within the gateway. With none at all a browser would call
	// the origin of its forms "null" (Fetch, section "append a request Origin
	// header"), which is what a hidden one is called, too.
	w.Header().Set("Referrer-Policy", "same-origin")
	q := PageRequest{Languages: cleanText(r.Header.Get("Accept-Language"), maxText)}
	session, route, ok := parsePage(path)
	s := g.cfg.Sessions.find(session)
	if s == nil {
		if r.Method == http.MethodPost {
			g.refuse(RefusedSession)
		}
		g.missPage(w, r, g.cfg.Pages.Closed(q))
		return
	}
	query, err := parseFields(r.URL.RawQuery)
	if !ok || err != nil {
		g.miss(w, r)
		return
	}
	q.Session, q.Route, q.Query, q.Refused = session, route, query, g.cfg.Sessions.Refused()
	if r.Method != http.MethodPost {
		q.Token = s.newToken()
		g.writePage(w, r, g.cfg.Pages.Page(r.Context(), q), session)
		return
	}
	form, why := g.form(w, r, s)
	if why != "" {
		g.refuse(why)
		q.Refused = g.cfg.Sessions.Refused()
		g.writePage(w, r, g.cfg.Pages.Refused(r.Context(), q, why), session)
		return
	}
	q.Form = form
	q.Token = s.newToken()
	g.writePage(w, r, g.cfg.Pages.Act(r.Context(), q), session)
}

// refuse counts and logs what was refused, and nothing about it.
func (g *Gateway) refuse(why Refusal) {
	n := g.cfg.Sessions.refuse(why)
	g.cfg.Log.Warn("page request refused", "why", string(why), "count", n)
}

// link answers for a sealed link.
func (g *Gateway) link(w http.ResponseWriter, r *http.Request, rest string) {
	token := strings.TrimRight(rest, "_")
	if !isToken(token) || r.URL.RawQuery != "" || r.URL.ForceQuery {
		g.miss(w, r)
		return
	}
	q := PageRequest{Route: Route{Name: "link", Token: token}, Languages: cleanText(r.Header.Get("Accept-Language"), maxText)}
	a, err := g.cfg.Pages.Link(r.Context(), q)
	switch {
	case errors.Is(err, ErrUnknownToken):
		g.miss(w, r)
	case err != nil:
		g.cfg.Log.Warn("backend cannot say what a link stands for")
		writeBody(w, r, http.StatusServiceUnavailable, textAnswer(g.cfg.Words.Undecided+"\n"))
	default:
		g.writePage(w, r, a, "")
	}
}

// static answers with a file. Its name changes with its content, so it may be
// kept.
func (g *Gateway) static(w http.ResponseWriter, r *http.Request, name string) {
	mediaType, body, ok := g.cfg.Pages.Static(name)
	if !ok {
		g.miss(w, r)
		return
	}
	w.Header().Set("Cache-Control", "private, max-age=31536000, immutable")
	writeBody(w, r, http.StatusOK, answer{mediaType, body})
}

// writePage writes a page, or where to go.
func (g *Gateway) writePage(w http.ResponseWriter, r *http.Request, a PageAnswer, session string) {
	to := ""
	switch {
	case a.Away != "" && safeAway(a.Away):
		to = a.Away
	case a.Below != nil && session != "":
		to = sessionPath + session + "/" + *a.Below
	}
	if to != "" {
		w.Header().Set("Location", to)
		writeBody(w, r, http.StatusSeeOther, answer{"text/html; charset=utf-8", nil})
		return
	}
	status := a.Status
	if status == 0 {
		status = http.StatusOK
	}
	writeBody(w, r, status, answer{"text/html; charset=utf-8", a.Body})
}

// missPage answers a miss with a page.
func (g *Gateway) missPage(w http.ResponseWriter, r *http.Request, a PageAnswer) {
	if !g.misses.wait(r.Context()) {
		writeBody(w, r, http.StatusTooManyRequests, textAnswer(missText))
		return
	}
	a.Status = http.StatusNotFound
	g.writePage(w, r, a, "")
}

// safeAway says whether an address is one that a browser may be sent to.
func safeAway(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
