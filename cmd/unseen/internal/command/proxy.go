package command

import (
	"context"
	"fmt"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// proxyCommand is about mail programs that keep the names of their servers.
type proxyCommand struct {
	Status proxyStatus `cmd:"" help:"${help_proxy_status}"`
	Mail   proxyMail   `cmd:"" help:"${help_proxy_mail}"`
	Pac    proxyPac    `cmd:"" help:"${help_proxy_pac}"`
	Web    proxyWeb    `cmd:"" help:"${help_proxy_web}"`
}

type proxyStatus struct{}

type proxyMail struct {
	Switch string `arg:"" enum:"on,off" help:"${help_proxy_switch}"`
}

type proxyPac struct {
	DataURL bool `name:"data-url" help:"${help_data_url}"`
}

// Run says how it stands.
func (c *proxyStatus) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	p, err := client.Proxy(ctx)
	if err != nil {
		return err
	}
	s.printProxy(p)
	s.printWeb(p)
	return nil
}

// Run turns the proxy for mail on or off.
func (c *proxyMail) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	on := c.Switch == "on"
	p, err := client.SwitchProxy(ctx, api.ProxyRequest{Mail: &on})
	if err != nil {
		return err
	}
	s.printProxy(p)
	return nil
}

// printProxy writes what a mail program is set to.
func (s *session) printProxy(p api.Proxy) {
	if !p.Mail {
		s.say(words.ProxyMailOff)
		return
	}
	if p.Problem != "" {
		s.complain(p.Problem, p.Remedy)
	}
	s.say(words.ProxyMailOn, "socks", p.SOCKS)
	s.say(words.ProxyFile, "url", "file://"+p.File)
	if len(p.Hosts) > 0 {
		s.say(words.ProxyHosts, "hosts", s.words.List(p.Hosts))
	}
	if len(p.Missing) > 0 {
		s.complain(s.words.Say(words.ProxyUncovered, "hosts", s.words.List(p.Missing)), s.words.Say(words.ProxyUncoveredHint))
	}
}

// Run prints the file of proxy auto-configuration.
func (c *proxyPac) Run(ctx context.Context, s *session) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	p, err := client.Proxy(ctx)
	if err != nil {
		return err
	}
	if !p.Mail {
		return s.fault(nil, words.ProxyNoFile, words.ProxyNoFileHint)
	}
	if c.DataURL {
		fmt.Fprintln(s.Out, p.DataURL)
		return nil
	}
	fmt.Fprint(s.Out, p.PAC)
	return nil
}
