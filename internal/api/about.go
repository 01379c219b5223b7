package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// An About is what a sender's mail shows of it, as far as it is kept here. It is
// what can be observed, and no finding of law.
type About struct {
	// Sender is the key that it is about, Shown the same as it may be shown.
	Sender string `json:"sender"`
	// Shown is the domain in its own letters, where those cannot be mistaken.
	Shown string `json:"shown"`
	// Like is a sender that the reader granted something, and that this one can be
	// taken for; "" if there is none. LikeWhy says why.
	Like string `json:"like,omitempty"`
	// LikeWhy is a sentence.
	LikeWhy string `json:"like_why,omitempty"`
	// Roles are who may have which part in the newest mail.
	Roles []Role `json:"roles"`
	// Mails are its mails that say something of tracking, the newest first.
	Mails []Claiming `json:"mails"`
	// Observations are what is seen in all of them.
	Observations []Observation `json:"observations"`
	// Looked is how many mails were looked at. Of mail that came before Unseen
	// looked for such words, only the header and the texts of its links are known.
	Looked int `json:"looked"`
}

// An AboutRequest asks what a sender's mail shows of it.
type AboutRequest struct {
	// Sender is what the reader types: a key, a domain, an address or a name.
	Sender string `json:"sender"`
	// Language is that of the sentences, as in BCP 47; "" is the daemon's.
	Language string `json:"language,omitempty"`
}

// A Role is somebody's presumed part in a mail.
type Role struct {
	// Kind is "sender", "list-rental", "advertiser", "emailing-service",
	// "tracking-technology" or "mailbox-provider".
	Kind string `json:"kind"`
	// Name is what to call them.
	Name string `json:"name"`
	// Domain and Vendor name them; one of them may be empty.
	Domain string `json:"domain,omitempty"`
	// Vendor is their identifier in the catalogue.
	Vendor string `json:"vendor,omitempty"`
	// Title is what the part is called, in the language that was asked for.
	Title string `json:"title"`
	// Why are the reasons, in the same language.
	Why []string `json:"why"`
}

// A Claiming is one mail and what it says of tracking.
type Claiming struct {
	// Mail is the SHA-256 of its header.
	Mail string `json:"mail"`
	// Sent is its date.
	Sent time.Time `json:"sent"`
	// Tracks says that it has a tracker.
	Tracks bool `json:"tracks"`
	// Claims are what it says.
	Claims []Claim `json:"claims"`
}

// Said is what the mail says, each kind of thing once.
func (c *Claiming) Said() []string {
	var list []string
	for i := range c.Claims {
		if !slices.Contains(list, c.Claims[i].Text) {
			list = append(list, c.Claims[i].Text)
		}
	}
	return list
}

// A Claim is one thing that a mail says or offers.
type Claim struct {
	// Text says what it is, in the language that was asked for.
	Text string `json:"text"`
	// Kind is "informs", "asks", "says-agreed", "withdraws", "unsubscribes" or
	// "list-unsubscribe".
	Kind string `json:"kind"`
	// Language is that of the words.
	Language string `json:"language,omitempty"`
	// Phrase is the row of the words that decided.
	Phrase string `json:"phrase,omitempty"`
	// URL is the link that goes with it.
	URL string `json:"url,omitempty"`
}

// An Observation is one thing that is seen in a sender's mails.
type Observation struct {
	// What it is, by the words of package claim.
	What string `json:"what"`
	// Text is a sentence in the language that was asked for.
	Text string `json:"text"`
	// Of is how many mails were looked at for it.
	Of int `json:"of"`
	// When is the date of the first mail that shows it.
	When time.Time `json:"when"`
	// Mails are the mails, by the SHA-256 of their headers.
	Mails []string `json:"mails"`
}

// aboutRoutes are the methods about what mail shows of its senders.
func (s *Server) aboutRoutes(mux *http.ServeMux) {
	about := s.Service.About
	if about == nil {
		mux.Handle("GET /v1/senders/about", s.get(nil))
		return
	}
	mux.Handle("GET /v1/senders/about", s.get(func(r *http.Request) (any, error) {
		q := r.URL.Query()
		return about(r.Context(), AboutRequest{Sender: q.Get("sender"), Language: q.Get("language")})
	}))
}

// About says what a sender's mail shows of it, in the daemon's language.
func (c *Client) About(ctx context.Context, sender string) (About, error) {
	return c.AboutIn(ctx, AboutRequest{Sender: sender})
}

// AboutIn says what a sender's mail shows of it.
func (c *Client) AboutIn(ctx context.Context, q AboutRequest) (About, error) {
	return call[About](ctx, c, "GET", "/v1/senders/about?sender="+url.QueryEscape(q.Sender)+"&language="+url.QueryEscape(q.Language), nil)
}
