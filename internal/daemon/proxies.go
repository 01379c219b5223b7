package daemon

import (
	"context"
	"slices"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/proxy/pac"
	"github.com/unseen-mail/unseen/proxy/web"
)

// proxies says how programs get here through a proxy setting.
func (d *Daemon) proxies(context.Context) (api.Proxy, error) {
	hosts, w := d.standIns(), d.ways
	out := api.Proxy{Mail: w.wanted(), SOCKS: w.address(), Hosts: hosts, Missing: d.relays.certs.keyring.Missing(hosts, time.Now())}
	if out.Mail {
		out.File, out.PAC = w.pacPath(), w.pacText()
		out.Problem, out.Remedy = w.trouble()
		out.DataURL = pac.DataURL(out.PAC)
	}
	out.Web, out.HTTP = d.web.wanted(), d.web.address()
	out.WebProblem, out.WebRemedy = d.web.trouble()
	named, _ := d.web.named()
	missing := d.relays.certs.keyring.Missing(named, time.Now())
	for _, host := range named {
		out.Opened = append(out.Opened, api.OpenedHost{Host: host, Missing: slices.Contains(missing, host)})
	}
	return out, nil
}

// switchProxies turns them on or off.
func (d *Daemon) switchProxies(ctx context.Context, r api.ProxyRequest) (api.Proxy, error) {
	if r.Mail != nil {
		if err := d.ways.set(ctx, *r.Mail); err != nil {
			return api.Proxy{}, err
		}
	}
	if r.Web != nil {
		if err := d.web.set(ctx, *r.Web); err != nil {
			return api.Proxy{}, err
		}
	}
	for _, one := range []struct {
		host string
		open bool
	}{{r.Open, true}, {r.Close, false}} {
		if one.host == "" {
			continue
		}
		host := web.HostName(one.host)
		if !config.Host(host) {
			return api.Proxy{}, d.refusal(api.CodeWrong, words.WebNoHost, words.WebNoHostHint, "host", one.host)
		}
		if err := d.web.name(ctx, host, one.open); err != nil {
			return api.Proxy{}, err
		}
	}
	return d.proxies(ctx)
}
