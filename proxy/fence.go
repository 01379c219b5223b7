package proxy

import (
	"net/http"
	"slices"
)

// setSafety sets what every answer carries. There are no CORS headers, so no web
// page can read an answer.
func setSafety(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
}

// fence returns the status and the sentence with which a request is refused
// before its path is looked at, or 0.
func (g *Gateway) fence(r *http.Request) (status int, why string) {
	switch {
	case r.Host != g.host:
		// A name that a web page made resolve to this machine (DNS rebinding).
		return http.StatusForbidden, "This is not an address of Unseen.\n"
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		return http.StatusMethodNotAllowed, "Only GET and HEAD are answered.\n"
	case len(r.Header["Origin"]) > 0 || !embeds(r.Header):
		return http.StatusForbidden, "Unseen does not answer web pages.\n"
	}
	return 0, ""
}

// embeds says whether a request can be what a mail program does with a mail
// (Fetch Metadata, section 2). A program that sends none of these headers is
// taken at its word; browsers always send them to loopback, and Thunderbird does
// so with "cross-site, no-cors, image".
func embeds(h http.Header) bool {
	site := h.Get("Sec-Fetch-Site")
	mode, dest := h.Get("Sec-Fetch-Mode"), h.Get("Sec-Fetch-Dest")
	switch {
	case site == "" && mode == "" && dest == "":
		return true
	case mode == "no-cors":
		return slices.Contains([]string{"image", "style", "audio", "video", "track", "object", "embed"}, dest)
	case mode == "navigate" && site == "none":
		// The reader typed the address or opened the picture on its own.
		return true
	case mode == "navigate":
		return slices.Contains([]string{"iframe", "frame", "object", "embed"}, dest)
	}
	return false
}

// wantsPicture says whether a released load may go out for this request: a
// picture is never fetched into a frame, a style sheet or a player.
func wantsPicture(h http.Header) bool {
	dest := h.Get("Sec-Fetch-Dest")
	return dest == "" || dest == "image" || dest == "document"
}
