package daemon

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/signal"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/gate"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/proxy"
)

// wouldSend says what loads would send if they were made. Nothing is asked of
// anybody for it.
func (d *Daemon) wouldSend(ctx context.Context, q api.SendingRequest) ([]api.Sending, error) {
	in := d.language(q.Language)
	if q.Token != "" {
		l, ok, err := d.core.find(ctx, q.Token)
		if err != nil {
			return nil, d.explainStore(err)
		}
		if !ok {
			return nil, d.refusal(api.CodeUnknown, words.NoSuchMessage, words.NoSuchMessageHint)
		}
		return d.sendings([]*load{l}, true, in), nil
	}
	m, err := d.messageOf(ctx, q.Message)
	if err != nil {
		return nil, err
	}
	var loads []*load
	for n := range m.plan.References {
		loads = append(loads, &load{mail: m, number: n})
	}
	return d.sendings(loads, false, in), nil
}

// sendings are what loads would send: all of them, or those that would tell
// readers apart.
func (d *Daemon) sendings(loads []*load, all bool, in *words.Catalogue) []api.Sending {
	list := []api.Sending{}
	var seen []string
	for _, l := range loads {
		ref := &l.ref().Ref
		at, err := url.Parse(ref.URL)
		if err != nil || !ref.Remote || !ref.Kind.Load() && !all || slices.Contains(seen, ref.URL) {
			continue
		}
		q := d.core.question(l, at)
		if !all && q.Judgement.Verdict != detect.Tracker && q.Judgement.Verdict != detect.Suspected {
			continue
		}
		seen = append(seen, ref.URL)
		list = append(list, d.sending(l, q, at, in))
	}
	return list
}

// sending is what one load would send.
func (d *Daemon) sending(l *load, q *gate.Load, at *url.URL, in *words.Catalogue) api.Sending {
	j := &q.Judgement
	s := api.Sending{
		Host: q.Host, Vendor: gate.Vendor(j, q.Host), Vector: string(l.ref().Ref.Vector), Verdict: string(j.Verdict),
		Identifiers: identifiers(l, j, at),
		Shows: api.Shows{
			Network: in.Say(words.SendsNetwork), Client: proxy.UserAgent, Time: in.Say(words.SendsTime), Cookies: in.Say(words.SendsNoCookies),
		},
	}
	if j.Verdict == detect.Tracker || j.Verdict == detect.Suspected {
		s.Purposes = names(gate.Purposes(j))
	}
	s.Text = append(s.Text, in.Say(words.SendsTo, "host", q.Host, "who", d.vendor(s.Vendor, l.mail.from.Key).Name))
	for _, id := range s.Identifiers {
		switch {
		case id.Form != "":
			s.Text = append(s.Text, in.Say(words.SendsAddress, "value", short(id.Value), "form", id.Form))
		case id.Decoded != "":
			s.Text = append(s.Text, in.Say(words.SendsDecoded, "value", short(id.Value), "decoded", short(id.Decoded)))
		default:
			s.Text = append(s.Text, in.Say(words.SendsSign, "value", short(id.Value)))
		}
	}
	s.Text = append(s.Text, s.Network, in.Say(words.SendsClient, "client", s.Client), s.Time, s.Cookies)
	return s
}

// maxShown is how much of an identifier a sentence repeats.
const maxShown = 80

// short cuts a long text.
func short(text string) string {
	if r := []rune(text); len(r) > maxShown {
		return string(r[:maxShown]) + "…"
	}
	return text
}

// identifiers are the pieces of an address that tell readers apart, and what
// they say.
func identifiers(l *load, j *detect.Judgement, at *url.URL) []api.Identifier {
	list := []api.Identifier{}
	if finder := l.mail.facts.Leaks; finder != nil && j.Leak != nil {
		if found, ok := finder.Find(l.ref().Ref.URL); ok {
			value := cut(l.ref().Ref.URL, found.Start, found.End)
			list = append(list, api.Identifier{
				Where: found.Where, Kind: "address", Value: value, Form: found.Form, Decoded: l.mail.to,
			})
		}
	}
	if j.Token == nil {
		return list
	}
	for _, value := range pieces(at, j.Token.Where) {
		if len(value) != j.Token.Length || slices.ContainsFunc(list, func(id api.Identifier) bool { return id.Value == value }) {
			continue
		}
		list = append(list, api.Identifier{Where: j.Token.Where, Kind: j.Token.Kind, Value: value, Decoded: signal.Decode(value)})
	}
	return list
}

// cut is a piece of a text.
func cut(text string, from, to int) string {
	if from < 0 || to > len(text) || from > to {
		return ""
	}
	return text[from:to]
}

// pieces are what a part of an address can be taken apart into, as written, each
// once.
func pieces(at *url.URL, where string) []string {
	var list []string
	add := func(text, seps string) {
		for _, piece := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(seps, r) }) {
			if !slices.Contains(list, piece) {
				list = append(list, piece)
			}
		}
	}
	part := map[string]string{
		"path": at.EscapedPath(), "query": at.RawQuery, "host": at.Host, "fragment": at.EscapedFragment(),
	}[where]
	if where == "user-info" && at.User != nil {
		part = at.User.String()
	}
	for _, seps := range []string{"/", "&;", "&;=", "&;=/", "/.", "/.-_:", "&;=.-_:,"} {
		add(part, seps)
	}
	return list
}
