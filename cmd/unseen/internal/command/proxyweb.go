package command

import (
	"context"
	"fmt"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// proxyWeb is about the HTTP proxy for what mail programs load themselves.
type proxyWeb struct {
	On        proxyWebOn        `cmd:"" help:"${help_proxy_web_on}"`
	Off       proxyWebOff       `cmd:"" help:"${help_proxy_web_off}"`
	Intercept proxyWebIntercept `cmd:"" help:"${help_proxy_web_intercept}"`
}

type proxyWebOn struct{}

type proxyWebOff struct{}

type proxyWebIntercept struct {
	Host   string `arg:"" optional:"" help:"${help_proxy_web_host}"`
	List   bool   `name:"list" xor:"what" help:"${help_proxy_web_list}"`
	Remove string `name:"remove" xor:"what" placeholder:"HOST" help:"${help_proxy_web_remove}"`
}

// Run turns it on.
func (c *proxyWebOn) Run(ctx context.Context, s *session) error { return s.switchWeb(ctx, true) }

// Run turns it off.
func (c *proxyWebOff) Run(ctx context.Context, s *session) error { return s.switchWeb(ctx, false) }

// switchWeb turns the proxy for the web on or off.
func (s *session) switchWeb(ctx context.Context, on bool) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	p, err := client.SwitchProxy(ctx, api.ProxyRequest{Web: &on})
	if err != nil {
		return err
	}
	s.printWeb(p)
	return nil
}

// printWeb writes what a mail program is set to.
func (s *session) printWeb(p api.Proxy) {
	if !p.Web {
		s.say(words.WebOff)
		return
	}
	if p.WebProblem != "" {
		s.complain(p.WebProblem, p.WebRemedy)
	}
	s.say(words.WebOn, "http", p.HTTP)
	s.printOpened(p)
}

// printOpened writes which hosts are opened, and which could not be.
func (s *session) printOpened(p api.Proxy) {
	var hosts, missing []string
	for _, h := range p.Opened {
		if h.Missing {
			missing = append(missing, h.Host)
		} else {
			hosts = append(hosts, h.Host)
		}
	}
	switch {
	case len(hosts) > 0:
		s.say(words.WebOpened, "hosts", s.words.List(hosts))
	case len(missing) == 0:
		s.say(words.WebOpenedNone)
	}
	if len(missing) > 0 {
		s.complain(s.words.Say(words.WebUncovered, "hosts", s.words.List(missing)), s.words.Say(words.WebUncoveredHint))
	}
}

// Run opens a host, opens it no more, or lists those that are.
func (c *proxyWebIntercept) Run(ctx context.Context, s *session) error {
	if (c.Host == "") == (!c.List && c.Remove == "") {
		return &usageError{text: s.words.Say(words.WebWhich), hint: s.words.Say(words.WebWhichHint)}
	}
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	if c.List {
		p, err := client.Proxy(ctx)
		if err != nil {
			return err
		}
		for _, h := range p.Opened {
			fmt.Fprintln(s.Out, h.Host)
		}
		return nil
	}
	p, err := client.SwitchProxy(ctx, api.ProxyRequest{Open: c.Host, Close: c.Remove})
	if err != nil {
		return err
	}
	s.printOpened(p)
	return nil
}
