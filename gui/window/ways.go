package window

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/unseen-mail/unseen/gui/window/piece"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// ways are the ways in beside an account of one's own: what the accounts page shows
// of certificates and proxies.
type ways struct {
	authorities api.Authorities
	proxy       api.Proxy
	// wrong is why they are not known: the accounts are shown without them.
	wrong error
}

// askWays asks how they stand.
func askWays(ctx context.Context, c *api.Client) (v ways) {
	if v.authorities, v.wrong = c.Authorities(ctx); v.wrong == nil {
		v.proxy, v.wrong = c.Proxy(ctx)
	}
	return v
}

// ways shows them, or in their place why they are not known.
func (p *accounts) ways(v *ways) []fyne.CanvasObject {
	if v.wrong != nil {
		text, hint := p.w.explain(v.wrong)
		return []fyne.CanvasObject{piece.Card(piece.Heading(p.w.words.Say(words.WinCerts)), piece.Body(text), piece.Small(hint))}
	}
	return []fyne.CanvasObject{p.certificates(&v.authorities), p.proxyMail(&v.proxy), p.proxyWeb(&v.proxy)}
}

// certificates says for whom this computer can stand in. Letting a program trust them
// is left to the command: it has to be closed for that, and only the reader knows
// which one is meant.
func (p *accounts) certificates(all *api.Authorities) fyne.CanvasObject {
	w := p.w.words
	parts := []fyne.CanvasObject{piece.Heading(w.Say(words.WinCerts)), piece.Body(w.Say(words.WinCertsHow))}
	for i := range all.List {
		a := &all.List[i]
		hosts := append(slices.Clone(a.Hosts), "localhost")
		parts = append(parts, said(w.Say(words.CaLine, "name", a.Name, "hosts", w.List(hosts), "until", p.w.date(a.Until))), p.w.print(a.Fingerprint))
	}
	if all.Exposed > 0 {
		parts = append(parts, piece.Body(w.Say(words.CaExposed, "n", all.Exposed)))
	}
	switch {
	case len(all.List) == 0:
		parts = append(parts, piece.Body(w.Say(words.CaNone)), p.w.value("unseen ca install"))
	case len(all.Missing) > 0:
		parts = append(parts, said(w.Say(words.CaMissing, "hosts", w.List(all.Missing))), p.w.value("unseen ca install"))
	default:
		parts = append(parts, piece.Small(w.Say(words.WinCertsWho)))
	}
	if len(all.List) > 0 && p.w.cfg.Save != nil {
		parts = append(parts, piece.Row(piece.NewButton(w.Say(words.WinCertsSave), func() { p.saveCertificates(all.List) })))
	}
	return piece.Card(parts...)
}

// saveCertificates writes the certificates, without their keys, for a program that
// takes a file.
func (p *accounts) saveCertificates(list []api.Authority) {
	p.write(func(context.Context) (func(), error) {
		var text strings.Builder
		for i := range list {
			text.WriteString(list[i].Certificate)
		}
		where, err := p.w.cfg.Save("unseen-ca.pem", []byte(text.String()))
		return func() { p.w.note(p.w.words.Say(words.WinSaved, "path", where), nil) }, err
	})
}

// said is a sentence that holds what others named.
func said(text string) fyne.CanvasObject { return piece.Body(piece.Clean(text, maxSentence)) }

// turn is a switch of one of the proxies. What cannot be switched goes back to how it
// stood.
func (p *accounts) turn(text words.Key, is bool, ask func(on *bool) api.ProxyRequest) fyne.CanvasObject {
	w := p.w.words
	var sw *piece.Switch
	var set func(on bool)
	set = func(on bool) {
		p.write(func(ctx context.Context) (func(), error) {
			if _, err := p.w.cfg.Client.SwitchProxy(ctx, ask(&on)); err != nil {
				p.w.soon(func() { sw.Set(!on) })
				return nil, err
			}
			return func() {
				p.w.note(w.Say(words.WinSet), func() { set(!on) })
				p.load()
			}, nil
		})
	}
	sw = piece.NewSwitch(w.Say(text), w.Say(words.WinOn), w.Say(words.WinOff), is, set)
	return sw
}

// problem says why something does not listen although it is on, and what to do.
func (p *accounts) problem(why, remedy string) []fyne.CanvasObject {
	if why == "" {
		return nil
	}
	return []fyne.CanvasObject{said(why), piece.Small(remedy)}
}

// proxyMail is the proxy for mail programs that keep the names of their servers.
func (p *accounts) proxyMail(v *api.Proxy) fyne.CanvasObject {
	w := p.w.words
	parts := []fyne.CanvasObject{piece.Heading(w.Say(words.WinProxyMail)), piece.Body(w.Say(words.WinProxyMailHow)),
		p.turn(words.WinProxySOCKS, v.Mail, func(on *bool) api.ProxyRequest { return api.ProxyRequest{Mail: on} })}
	if !v.Mail {
		return piece.Card(parts...)
	}
	parts = append(parts, p.problem(v.Problem, v.Remedy)...)
	if v.SOCKS != "" {
		parts = append(parts, piece.Small(w.Say(words.WinProxySOCKSIs)), p.w.value(v.SOCKS))
	}
	if v.File != "" {
		parts = append(parts, piece.Small(w.Say(words.WinProxyPAC)), p.w.value("file://"+v.File))
	}
	if len(v.Hosts) > 0 {
		parts = append(parts, said(w.Say(words.ProxyHosts, "hosts", w.List(v.Hosts))))
	}
	if len(v.Missing) > 0 {
		parts = append(parts, said(w.Say(words.WinProxyMissing, "hosts", w.List(v.Missing))), piece.Small(w.Say(words.WinProxyMissingHow)))
	}
	return piece.Card(parts...)
}

// proxyWeb is the proxy for what mail programs load themselves.
func (p *accounts) proxyWeb(v *api.Proxy) fyne.CanvasObject {
	w := p.w.words
	parts := []fyne.CanvasObject{piece.Heading(w.Say(words.WinProxyWeb)), piece.Body(w.Say(words.WinProxyWebHow)),
		p.turn(words.WinProxyHTTP, v.Web, func(on *bool) api.ProxyRequest { return api.ProxyRequest{Web: on} })}
	if !v.Web {
		return piece.Card(parts...)
	}
	parts = append(parts, p.problem(v.WebProblem, v.WebRemedy)...)
	if v.HTTP != "" {
		parts = append(parts, piece.Small(w.Say(words.WinProxyHTTPIs)), p.w.value(v.HTTP))
	}
	var opened, missing []string
	for _, h := range v.Opened {
		if h.Missing {
			missing = append(missing, h.Host)
		} else {
			opened = append(opened, h.Host)
		}
	}
	if len(opened) > 0 {
		parts = append(parts, said(w.Say(words.WebOpened, "hosts", w.List(opened))))
	} else if len(missing) == 0 {
		parts = append(parts, piece.Small(w.Say(words.WebOpenedNone)))
	}
	if len(missing) > 0 {
		parts = append(parts, said(w.Say(words.WinProxyUnopened, "hosts", w.List(missing))), piece.Small(w.Say(words.WinProxyMissingHow)))
	}
	return piece.Card(parts...)
}
