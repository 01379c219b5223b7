package daemon

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"sync/atomic"

	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/proxy"
)

const (
	// settingPort is the setting that keeps the gateway's port.
	settingPort = "gateway port"
	// The first and last port that a gateway is given by itself.
	firstPort, lastPort = 4180, 4199
)

// A gateway is the HTTP server behind the tokens, on the port that it was given
// once: the port is written in mail that clients keep.
type gateway struct {
	port    port
	backend *backend
	config  proxy.GatewayConfig
	// serving is the server, nil while the port is taken.
	serving atomic.Pointer[proxy.Gateway]
	// besides is told of a recheck too, once it is there.
	besides func(ctx context.Context)
}

// openGateway finds the port and listens on it if it is free.
func openGateway(ctx context.Context, d *Daemon) (*gateway, error) {
	g := new(gateway)
	g.port.freed, g.port.held = d.portFreed, d.held
	if err := g.choose(ctx, d); err != nil {
		return nil, err
	}
	fetch := proxy.FetcherConfig{}
	if d.cfg.Lab != nil {
		fetch.Lab = &d.cfg.Lab.Web
	}
	g.backend = &backend{core: d.core, policy: d.policy, hub: d.hub}
	g.config = proxy.GatewayConfig{
		Backend: g.backend, Fetcher: proxy.NewFetcher(fetch), Keeper: newCopies(d.core),
		Pages: &pages{d}, Sessions: proxy.NewSessions(), Words: gatewayWords(d.cfg.Words), Log: d.cfg.Logger,
	}
	return g, nil
}

// choose takes the port of config.toml, else the one kept in the store, else
// finds one that is free and keeps it.
func (g *gateway) choose(ctx context.Context, d *Daemon) error {
	if g.port.number = d.cfg.Settings.GatewayPort; g.port.number != 0 {
		g.port.listen()
		return nil
	}
	kept, ok, err := d.core.store.Setting(ctx, settingPort)
	if err != nil {
		return err
	}
	if ok {
		if g.port.number, err = strconv.Atoi(kept); err != nil {
			return fmt.Errorf("reading the port of the gateway: %w", err)
		}
		g.port.listen()
		return nil
	}
	for g.port.number = firstPort; g.port.number <= lastPort; g.port.number++ {
		if g.port.listen() {
			return d.core.store.SetSetting(ctx, settingPort, strconv.Itoa(g.port.number))
		}
	}
	return &words.Fault{
		Text: d.cfg.Words.Say(words.NoGatewayPort, "first", firstPort, "last", lastPort),
		Hint: d.cfg.Words.Say(words.NoGatewayPortHint),
	}
}

// origin is what mail programs permit, and what tokens stand behind.
func (g *gateway) origin() string { return "http://127.0.0.1:" + strconv.Itoa(g.port.number) }

// serve answers loads until ctx ends.
func (g *gateway) serve(ctx context.Context) error {
	return g.port.serve(ctx, func(ctx context.Context, ln net.Listener) error {
		server, err := proxy.NewGateway(ln, g.config)
		if err != nil {
			return err
		}
		g.serving.Store(server)
		return server.Serve(ctx)
	})
}

// recheck cuts loads on their way that are held by now. It comes after every
// choice of the reader that may hold more than before.
func (g *gateway) recheck(ctx context.Context) {
	if server := g.serving.Load(); server != nil {
		server.Recheck(ctx)
	}
	if g.besides != nil {
		g.besides(ctx)
	}
}

// gatewayWords are the sentences on placeholders.
func gatewayWords(w *words.Catalogue) proxy.Words {
	return proxy.Words{
		Held: w.Say(words.PlaceHeld), Failed: w.Say(words.PlaceFailed), Wanted: w.Say(words.PlaceWanted, "who", "%s"),
		Undecided: w.Say(words.PlaceUndecided), BadAddress: w.Say(words.PlaceBadAddress),
		NotPicture: w.Say(words.PlaceNotPicture), TooLarge: w.Say(words.PlaceTooLarge),
		Unreachable: w.Say(words.PlaceUnreachable), PicturesOnly: w.Say(words.PlacePicturesOnly),
	}
}
