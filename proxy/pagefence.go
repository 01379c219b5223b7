package proxy

import (
	"io"
	"mime"
	"net"
	"net/http"
	"strings"

	"github.com/unseen-mail/unseen/proxy/owner"
)

// A Refusal is why a form was not heard.
type Refusal string

// The refusals.
const (
	// RefusedElsewhere: it came from another page, or under another name of
	// this machine.
	RefusedElsewhere Refusal = "elsewhere"
	// RefusedSession: its session has ended or never was.
	RefusedSession Refusal = "session"
	// RefusedToken: its page was used before, or is too old.
	RefusedToken Refusal = "page"
	// RefusedForm: what it says cannot be read.
	RefusedForm Refusal = "form"
)

// maxForm is how many octets a form may have.
const maxForm = 64 << 10

// pageFence returns the status and the sentence with which a request for a page is
// refused before anything else is looked at, or 0.
func (g *Gateway) pageFence(r *http.Request, path string) (status int, why string) {
	session := strings.HasPrefix(path, sessionPath)
	switch {
	case r.Host != g.host:
		// A name that a web page made resolve to this machine (DNS rebinding).
		return http.StatusForbidden, "This is not an address of Unseen.\n"
	case foreign(r):
		return http.StatusForbidden, "Unseen answers its own user.\n"
	case r.Method == http.MethodPost && session:
		if !g.sameOrigin(r.Header) {
			return http.StatusForbidden, "Unseen does not answer other pages. Nothing was changed.\n"
		}
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		return http.StatusMethodNotAllowed, "Only GET and HEAD are answered.\n"
	case !g.opens(r.Header, path):
		return http.StatusForbidden, "Unseen does not answer web pages.\n"
	}
	return 0, ""
}

// connKey finds the connection of a request.
type connKey struct{}

// foreign says whether a request is known to come from another user of this machine.
// They may have read the address of a page: it stands on the command line of the
// program that opened it, which all can list (proc(5), cmdline).
func foreign(r *http.Request) bool {
	c, ok := r.Context().Value(connKey{}).(net.Conn)
	return ok && owner.Foreign(c)
}

// sameOrigin says whether a form was sent by a page of this gateway. Every browser
// says the origin of a form (RFC 6454, section 7.3); where it says the relation
// too, that has to be the closest.
func (g *Gateway) sameOrigin(h http.Header) bool {
	origin, site := h.Values("Origin"), h.Values("Sec-Fetch-Site")
	if len(origin) != 1 || origin[0] != "http://"+g.host {
		return false
	}
	return len(site) == 0 || len(site) == 1 && site[0] == "same-origin"
}

// opens says whether a page or what belongs to it is asked for by the reader or by
// one of our pages (Fetch Metadata, section 2). Another port of this machine is the
// same site and not the same origin. Only the page of a link may be opened from
// elsewhere: that is where links stand.
func (g *Gateway) opens(h http.Header, path string) bool {
	if len(h["Origin"]) > 0 {
		return false
	}
	site, mode, dest := h.Get("Sec-Fetch-Site"), h.Get("Sec-Fetch-Mode"), h.Get("Sec-Fetch-Dest")
	if site == "" && mode == "" && dest == "" {
		return true
	}
	ours := site == "none" || site == "same-origin"
	switch {
	case strings.HasPrefix(path, staticPath):
		return ours
	case strings.HasPrefix(path, linkPath):
		return mode == "navigate" && dest == "document"
	}
	return ours && mode == "navigate" && dest == "document"
}

// form reads a form and uses its page token up.
func (g *Gateway) form(w http.ResponseWriter, r *http.Request, s *session) (map[string]string, Refusal) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, RefusedForm
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	if err != nil {
		return nil, RefusedForm
	}
	fields, err := parseFields(string(body))
	if err != nil {
		return nil, RefusedForm
	}
	if !s.useToken(fields["token"]) {
		return nil, RefusedToken
	}
	delete(fields, "token")
	return fields, ""
}
