package daemon

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/proxy"
)

// maxTaken is how many identifiers are taken out of one address.
const maxTaken = 4

// bare asks for a picture by its address without the identifier, once. It is only
// ever done because a person said so, for that picture.
func (d *Daemon) bare(ctx context.Context, q api.BareRequest) (api.BarePicture, error) {
	l, ok, err := d.core.find(ctx, q.Token)
	if err != nil {
		return api.BarePicture{}, d.explainStore(err)
	}
	if !ok || l.mail.name() != q.Message {
		return api.BarePicture{}, d.refusal(api.CodeUnknown, words.NoSuchMessage, words.NoSuchMessageHint)
	}
	at := d.bareOf(l)
	if at == nil {
		return api.BarePicture{}, d.refusal(api.CodeFailed, words.NoBare, words.NoBareHint)
	}
	pic, err := d.gateway.config.Fetcher.Fetch(ctx, at, func(_ context.Context, to *url.URL) (proxy.Decision, error) {
		// Where it leads on to may put the identifier back.
		return proxy.Decision{Release: d.tellsNobody(l, to), Reason: d.cfg.Words.Say(words.NoBare)}, nil
	})
	e := store.Event{
		Kind: "picture", Outcome: "bare", Account: l.mail.account.ID, Plan: l.mail.id, Number: l.number, Sender: who(l.mail),
		Recipient: l.mail.to, Host: strings.Join(pic.Asked, " "), Reason: d.cfg.Words.Say(words.BareTried, "host", at.Hostname()),
	}
	d.hub.add(e)
	if err != nil {
		var held *proxy.HeldError
		if errors.As(err, &held) {
			return api.BarePicture{}, d.refusal(api.CodeFailed, words.NoBare, words.NoBareHint)
		}
		return api.BarePicture{}, d.refusal(api.CodeUpstream, words.BareInVain, words.BareInVainHint, "host", at.Hostname())
	}
	return api.BarePicture{Host: at.Hostname(), Type: pic.Type, Body: pic.Body}, nil
}

// bareOf is the address of a picture with what tells readers apart taken out, nil
// if there is none that tells nobody apart, or if it tells nobody apart as it is.
func (d *Daemon) bareOf(l *load) *url.URL {
	ref := &l.ref().Ref
	at, err := url.Parse(ref.URL)
	if err != nil || ref.Kind != reference.Image || !ref.Remote || d.tellsNobody(l, at) {
		return nil
	}
	for range maxTaken {
		j := d.core.question(l, at).Judgement
		if at = without(at, d.individual(l, &j, at)); at == nil {
			return nil
		}
		if d.tellsNobody(l, at) {
			return at
		}
	}
	return nil
}

// tellsNobody says whether an address is the same for everybody, by today's rules.
func (d *Daemon) tellsNobody(l *load, at *url.URL) bool {
	j := d.core.question(l, at).Judgement
	return j.Verdict == detect.Clean && j.Individualised != detect.Individual && j.Leak == nil && d.core.clockWrong(time.Now()) == ""
}

// individual is the part of an address that names the reader, "" if none is known.
func (d *Daemon) individual(l *load, j *detect.Judgement, at *url.URL) string {
	if finder := l.mail.facts.Leaks; finder != nil && j.Leak != nil {
		if found, ok := finder.Find(at.String()); ok {
			return cut(at.String(), found.Start, found.End)
		}
	}
	if j.Token != nil {
		return j.Token.Text
	}
	return ""
}

// without takes the parameter, the folder or the user that holds a part out of an
// address. It returns nil where that would leave no address of a picture: what the
// host or the name of the file is made of cannot be left away.
func without(at *url.URL, part string) *url.URL {
	if part == "" {
		return nil
	}
	out := *at
	out.Fragment, out.RawFragment = "", ""
	switch {
	case strings.Contains(at.RawQuery, part):
		var kept []string
		for pair := range strings.SplitSeq(at.RawQuery, "&") {
			if !strings.Contains(pair, part) {
				kept = append(kept, pair)
			}
		}
		out.RawQuery = strings.Join(kept, "&")
	case at.User != nil && strings.Contains(at.User.String(), part):
		out.User = nil
	case strings.Contains(at.EscapedPath(), part):
		segments := strings.Split(at.EscapedPath(), "/")
		if strings.Contains(segments[len(segments)-1], part) {
			return nil
		}
		var kept []string
		for _, s := range segments {
			if !strings.Contains(s, part) {
				kept = append(kept, s)
			}
		}
		path, err := url.PathUnescape(strings.Join(kept, "/"))
		if err != nil {
			return nil
		}
		out.Path, out.RawPath = path, strings.Join(kept, "/")
	default:
		return nil
	}
	return &out
}
