package daemon

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/page"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/proxy"
	"github.com/unseen-mail/unseen/rules/consent"
)

// Pages are what a reader sees in a browser, as the gateway asks for them. They
// know no more than the control API, and change nothing but by its methods.
type pages struct{ d *Daemon }

// openPages opens a session and says where it begins. It is reached by the control
// socket alone.
func (d *Daemon) openPages(ctx context.Context, q api.OpenRequest) (api.Opened, error) {
	if d.gateway.port.problem() != nil {
		return api.Opened{}, d.refusal(api.CodeFailed, words.OpenShut, words.OpenShutHint)
	}
	below := ""
	if q.Sender != "" {
		who, err := d.oneSender(ctx, q.Sender, false)
		if err != nil {
			return api.Opened{}, err
		}
		below = page.Below("sender", "sender", who.Key)
	}
	path, until := d.gateway.config.Sessions.Open()
	return api.Opened{Address: api.Secret(d.gateway.origin() + path + below), Until: until.UTC()}, nil
}

// frame is what a page stands in: the reader's language is the browser's, else the
// daemon's.
func (p *pages) frame(r proxy.PageRequest) *page.Frame {
	w := p.d.cfg.Words
	if r.Languages != "" {
		w = words.FromAccepted(r.Languages)
	}
	f := &page.Frame{Words: w, Token: r.Token, Note: page.Note(w, page.Done(r.Query["note"])), Zone: time.Local}
	if r.Session != "" {
		f.Base = "/c/" + r.Session + "/"
	}
	return f
}

// Page answers what is asked for within a session.
func (p *pages) Page(ctx context.Context, r proxy.PageRequest) proxy.PageAnswer {
	f := p.frame(r)
	show, ok := map[string]func(context.Context, *page.Frame, proxy.PageRequest) (proxy.PageAnswer, error){
		"": p.overview, "ask": p.ask, "sender": p.sender, "held": p.held, "load": p.load, "tell": p.tell, "link": p.linkInSession,
		"forget": p.wouldForget,
	}[r.Route.Name]
	if named := r.Route.Name == "load" || r.Route.Name == "link"; !ok || named != (r.Route.Token != "") {
		return proxy.PageAnswer{Status: http.StatusNotFound, Body: f.Missing()}
	}
	a, err := show(ctx, f, r)
	if err != nil {
		return p.trouble(f, err, "")
	}
	return a
}

// Refused says that a form was not heard.
func (p *pages) Refused(_ context.Context, r proxy.PageRequest, why proxy.Refusal) proxy.PageAnswer {
	again := ""
	if r.Route.Name == "link" && r.Route.Token != "" {
		again = "link/" + r.Route.Token
	}
	return proxy.PageAnswer{Status: http.StatusForbidden, Body: p.frame(r).Unchanged(why == proxy.RefusedToken, again)}
}

// Closed answers for every session that is not open.
func (p *pages) Closed(r proxy.PageRequest) proxy.PageAnswer {
	return proxy.PageAnswer{Body: p.frame(r).Closed()}
}

// Static is a file that pages load.
func (p *pages) Static(name string) (mediaType string, body []byte, ok bool) { return page.File(name) }

// trouble says what could not be done.
func (p *pages) trouble(f *page.Frame, err error, again string) proxy.PageAnswer {
	var refusal *api.Error
	if !errors.As(err, &refusal) {
		p.d.cfg.Logger.Error("making a page", "err", err)
		refusal = &api.Error{Code: api.CodeFailed, Text: err.Error()}
	}
	status := http.StatusInternalServerError
	switch refusal.Code {
	case api.CodeWrong:
		status = http.StatusBadRequest
	case api.CodeUnknown:
		status = http.StatusNotFound
	case api.CodeConflict:
		status = http.StatusConflict
	}
	return proxy.PageAnswer{Status: status, Body: f.Trouble(refusal.Text, refusal.Hint, p.d.cfg.Words.Lang(), again)}
}

// shown is a page that was made.
func shown(body []byte) (proxy.PageAnswer, error) { return proxy.PageAnswer{Body: body}, nil }

// goTo sends the reader on within the session.
func goTo(name string, pairs ...string) proxy.PageAnswer {
	below := page.Below(name, pairs...)
	return proxy.PageAnswer{Below: &below}
}

// onPage is how answers that are given on a page are recorded.
const onPage = string(consent.Page)
