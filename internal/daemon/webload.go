package daemon

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/gate"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/proxy"
	"github.com/unseen-mail/unseen/proxy/web"
)

const (
	// webLoads is how many references to one address are decided on, webPlans how many
	// mails with loads from one host.
	webLoads, webPlans = 32, 24
	// webTime bounds how long the store is asked.
	webTime = 10 * time.Second
	// indexPause leaves the disk to others between two steps of indexing.
	indexPause = 50 * time.Millisecond
)

// loadsOf are the addresses that the loads of a mail are looked up by.
func loadsOf(p *plan.Plan) []store.LoadAddress {
	var list []store.LoadAddress
	for n := range p.References {
		if !loads(&p.References[n].Ref) {
			continue
		}
		if key, host, ok := web.Key(p.References[n].Ref.URL); ok {
			list = append(list, store.LoadAddress{Number: n, Address: key, Host: host})
		}
	}
	return list
}

// loads says whether a program asks another machine for a reference without being told
// to.
func loads(r *reference.Reference) bool { return r.Remote && r.Kind.Load() && r.Kind != reference.Base }

// indexLoads puts mail into the index of loads that was planned before there was one.
func (d *Daemon) indexLoads(life context.Context) error {
	of := func(p *store.Plan) []store.LoadAddress {
		made := new(plan.Plan)
		if err := made.UnmarshalBinary(p.Body); err != nil {
			d.cfg.Logger.Warn("a plan cannot be read for the index of loads", "plan", p.ID, "err", err)
			return nil
		}
		return loadsOf(made)
	}
	for {
		more, err := d.core.store.IndexLoads(life, of)
		if err != nil && life.Err() == nil {
			return err
		}
		if !more {
			return nil
		}
		select {
		case <-life.Done():
			return nil
		case <-time.After(indexPause):
		}
	}
}

// answer answers a request through the web proxy if it is for a load of a mail, or of
// somebody who is known for nothing but counting. On an error it does so, too: nobody is
// asked.
func (w *webWay) answer(rw http.ResponseWriter, r *http.Request, address string) bool {
	ctx, cancel := context.WithTimeout(r.Context(), webTime)
	defer cancel()
	d := w.daemon
	l, err := d.loadAt(ctx, address)
	gateway := d.gateway.serving.Load()
	switch {
	case err != nil || l != nil && gateway == nil:
		d.cfg.Logger.Warn("a load through the web proxy could not be decided on", "err", err)
		http.Error(rw, d.cfg.Words.Say(words.PlaceUndecided), http.StatusServiceUnavailable)
		return true
	case l != nil:
		name := fmt.Sprintf("web %d %d", l.mail.id, l.number)
		gateway.Answer(rw, r, asked(l, name))
		return true
	case follows(r):
		return false
	}
	if j := d.core.bare(address); j.Verdict == detect.Tracker && !d.policy.guard.suspended(everyAccount, time.Now()) {
		w.nobody(rw, address, &j)
		return true
	}
	_, host, _ := web.Key(address)
	v := w.closed(ctx, host)
	if v.Way != web.Hold {
		return false
	}
	v.Note()
	refuseLoad(rw, r)
	return true
}

// follows says that a person follows a link: programs then ask for a page, and for a
// picture they do not.
func follows(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "text/html") || r.Header.Get("Sec-Fetch-Mode") == "navigate"
}

// nobody answers a load of a mail that is not known, by an address that counts openings
// whoever sent it.
func (w *webWay) nobody(rw http.ResponseWriter, address string, j *detect.Judgement) {
	w.held(address, j)
	h := rw.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "image/gif")
	_, _ = rw.Write([]byte(nothing)) // a program that has gone needs none
}

// held notes that a load of an unknown mail was held.
func (w *webWay) held(address string, j *detect.Judgement) {
	_, host, _ := web.Key(address)
	w.daemon.hub.add(store.Event{
		Kind: "load", Outcome: string(proxy.Held), Host: host, Verdict: string(j.Verdict), Vendor: gate.Vendor(j, host),
		Reason: w.daemon.cfg.Words.Say(words.WebUnknownMail),
	})
}

// bare is the verdict on an address of which nothing else is known.
func (c *core) bare(address string) detect.Judgement {
	refs := []reference.Reference{{
		Vector: reference.ImgSrc, Kind: reference.Image, URL: address, Remote: true, Shape: reference.Shape{Width: -1, Height: -1},
	}}
	return c.books.judge().Judge(refs[0], detect.Gather(message.HeaderFields{}, refs, ""))
}

// loadAt is the load of a mail that an address is, nil if it is none. Where several
// mails have it a no to one of them counts first, then a yes: whichever of them is
// opened, what is asked for is the same.
func (d *Daemon) loadAt(ctx context.Context, address string) (*load, error) {
	key, _, ok := web.Key(address)
	if !ok {
		return nil, nil
	}
	list, err := d.core.store.LoadsAt(ctx, key, webLoads)
	if err != nil {
		return nil, err
	}
	var first, yes *load
	for _, at := range list {
		m, err := d.core.mails.of(ctx, at.Plan)
		if err != nil {
			return nil, err
		}
		if at.Number < 0 || at.Number >= len(m.plan.References) {
			continue
		}
		l := &load{mail: m, number: at.Number, itself: true}
		got, decided, err := d.decideItself(ctx, l)
		if err != nil {
			return nil, err
		}
		if same, _, _ := web.Key(l.ref().Ref.URL); !decided || same != key {
			continue
		}
		if got.Why == gate.Refused || got.Why == gate.Withdrawn {
			return l, nil
		}
		if first == nil {
			first = l
		}
		if got.Release && yes == nil {
			yes = l
		}
	}
	if yes != nil {
		return yes, nil
	}
	return first, nil
}

// decideItself decides on a load that a program makes itself; false for what is no load.
func (d *Daemon) decideItself(ctx context.Context, l *load) (gate.Decision, bool, error) {
	ref := &l.ref().Ref
	at, ok := webAddress(ref.URL)
	if !ok || !loads(ref) {
		return gate.Decision{}, false, nil
	}
	got, err := d.gateway.backend.decideShown(ctx, l, at)
	return got, true, err
}

// webAddress reads an address as programs do that show mail. They read what net/url does
// not, such as an escape that is none: to pass over it would let its host go by. What is
// found then is what the address comes to, with nothing of a user in it.
func webAddress(address string) (*url.URL, bool) {
	if at, err := url.Parse(address); err == nil && at.Host != "" {
		return at, true
	}
	key, host, ok := web.Key(address)
	if !ok {
		return nil, false
	}
	path, query, _ := strings.Cut(key, "?")
	_, path, _ = strings.Cut(path, "/")
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return &url.URL{Scheme: "https", Host: host, Path: "/" + path, RawQuery: query}, true
}

// host decides on a connection through the web proxy of which only the host is seen.
func (w *webWay) host(ctx context.Context, host string) web.Verdict {
	if named, _ := w.named(); slices.Contains(named, host) {
		if _, err := w.daemon.relays.certs.keyring.Leaf(host, time.Now()); err == nil {
			return web.Verdict{Way: web.Open}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, webTime)
	defer cancel()
	return w.closed(ctx, host)
}

// closed decides on a host that is not opened. It is held where every load of it that
// is known tells one reader from another, and one of them may not be made; where
// something else is loaded from it, it passes.
func (w *webWay) closed(ctx context.Context, host string) web.Verdict {
	d := w.daemon
	undecided := web.Verdict{Reason: d.cfg.Words.Say(words.PlaceUndecided), Note: func() {}}
	plans, err := d.core.store.PlansByHost(ctx, host, webPlans)
	if err != nil {
		return undecided
	}
	var held, released *load
	reason := ""
	for _, p := range plans {
		m, err := d.core.mails.of(ctx, p)
		if err != nil {
			return undecided
		}
		for _, l := range loadsFrom(m, host) {
			got, decided, err := d.decideItself(ctx, l)
			switch {
			case err != nil:
				return undecided
			case !decided:
			case !d.tells(l):
				return web.Verdict{Way: web.Pass}
			case got.Release:
				released = cmpLoad(released, l)
			case held == nil:
				held, reason = l, got.Reason
			}
		}
	}
	switch {
	case held != nil:
		return web.Verdict{Reason: reason, Note: w.note(held, proxy.Event{Outcome: proxy.Held, Reason: reason})}
	case released != nil:
		return web.Verdict{Way: web.Pass, Note: w.note(released, proxy.Event{Outcome: proxy.Released, Asked: []string{host}})}
	}
	return w.stranger(host)
}

// cmpLoad is the first of two loads, which is the newest.
func cmpLoad(a, b *load) *load {
	if a != nil {
		return a
	}
	return b
}

// stranger decides on a host that no mail loads from: the rules may know it, or the
// reader's own lists.
func (w *webWay) stranger(host string) web.Verdict {
	address := "https://" + host + "/"
	j := w.daemon.core.bare(address)
	if j.Verdict != detect.Tracker || w.daemon.policy.guard.suspended(everyAccount, time.Now()) {
		return web.Verdict{Way: web.Pass}
	}
	return web.Verdict{Reason: w.daemon.cfg.Words.Say(words.WebHeld), Note: func() { w.held(address, &j) }}
}

// note records once what became of a load.
func (w *webWay) note(l *load, e proxy.Event) func() {
	return func() {
		// Not as a pixel: that it was asked for is not known, only its host.
		w.daemon.gateway.backend.Record(context.Background(), proxy.Load{URL: l.ref().Ref.URL, Ref: l}, e)
	}
}

// loadsFrom are the loads of a mail from a host.
func loadsFrom(m *mail, host string) []*load {
	var list []*load
	for n := range m.plan.References {
		if r := &m.plan.References[n].Ref; loads(r) {
			if _, at, ok := web.Key(r.URL); ok && at == host {
				list = append(list, &load{mail: m, number: n, itself: true})
			}
		}
	}
	return list
}

// tells says whether a load tells one reader from another.
func (d *Daemon) tells(l *load) bool {
	at, ok := webAddress(l.ref().Ref.URL)
	if !ok {
		return true
	}
	q := d.core.question(l, at)
	return wouldTell(&q.Judgement)
}
