// Package demo shows Unseen at work on made-up mail: an IMAP server with a
// mailbox, a server that takes what is sent, a tracker that writes down what it
// learns, and Unseen between them. All of it is one process on this machine:
// whatever host a mail names, the load goes to the tracker.
//
// The mails are made up. They are shaped like real ones, in English, French,
// Dutch and German, and every host in them ends in ".example", which belongs to
// nobody (RFC 2606, section 3).
package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/daemon"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/proxy"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// The reader of the demo.
const (
	Address  = "demo@demo.example"
	User     = "demo"
	Password = "demo"
)

// A World is all parts of the demo, running.
type World struct {
	// Tracker writes down what it learns.
	Tracker *Tracker
	// Sink takes what is sent.
	Sink *Sink
	// Daemon is Unseen, Account the account in it.
	Daemon  *daemon.Daemon
	Account api.Account
	// Paths are where this Unseen keeps what is its own.
	Paths config.Paths

	dir     string
	mailbox *mailServer
	start   func(ctx context.Context) (*daemon.Daemon, error)
}

// Open starts all parts. The caller closes the world.
func Open(ctx context.Context, w *words.Catalogue, log *slog.Logger) (*World, error) {
	dir, err := os.MkdirTemp("", "unseen-demo-")
	if err != nil {
		return nil, fmt.Errorf("making a directory for the demo: %w", err)
	}
	world := &World{dir: dir, Paths: config.Paths{
		Config: filepath.Join(dir, "config.toml"), Data: filepath.Join(dir, "data"), Runtime: filepath.Join(dir, "run"),
	}}
	if err := world.open(ctx, w, log); err != nil {
		return nil, errors.Join(err, world.Close())
	}
	return world, nil
}

// open starts the parts in the order in which they need each other.
func (w *World) open(ctx context.Context, texts *words.Catalogue, log *slog.Logger) error {
	var err error
	if w.Tracker, err = startTracker(); err != nil {
		return err
	}
	if w.Sink, err = startSink(); err != nil {
		return err
	}
	if w.mailbox, err = startMail(); err != nil {
		return err
	}
	w.start = func(ctx context.Context) (*daemon.Daemon, error) {
		return daemon.Start(ctx, daemon.Config{
			Paths: w.Paths, Settings: config.Defaults(), Words: texts, Logger: log, Version: "demo",
			Lab: &daemon.Lab{
				Web:       proxy.Lab{Plain: w.Tracker.Plain, TLS: w.Tracker.TLS, Roots: w.Tracker.Roots},
				Providers: []catalogue.Provider{provider()},
			},
		})
	}
	if w.Daemon, err = w.start(ctx); err != nil {
		return err
	}
	imap, err := endpoint(w.mailbox.addr)
	if err != nil {
		return err
	}
	smtp, err := endpoint(w.Sink.addr)
	if err != nil {
		return err
	}
	w.Account, err = w.Daemon.Client().AddAccount(ctx, api.NewAccount{Address: Address, Name: "Demo", IMAP: imap, SMTP: smtp})
	if err != nil {
		return fmt.Errorf("connecting the demo's account: %w", err)
	}
	return nil
}

// Restart ends Unseen and starts it again, with what it kept.
func (w *World) Restart(ctx context.Context) error {
	err := w.Daemon.Close()
	if err == nil {
		w.Daemon, err = w.start(ctx)
	}
	if err != nil {
		return fmt.Errorf("starting the demo again: %w", err)
	}
	return nil
}

// provider is what the demo's mail server writes into the mail it receives.
func provider() catalogue.Provider {
	return catalogue.Provider{
		ID: "demo", Domains: []string{"demo.example"}, IMAP: []string{"127.0.0.1"},
		AuthServIDs: []string{"mx.demo.example"}, Stamps: catalogue.StampsDMARC, DeliveredTo: true,
		Source: "the demo's own mails",
	}
}

// endpoint is a server of the demo: on this machine, without TLS.
func endpoint(addr net.Addr) (*api.Endpoint, error) {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return nil, fmt.Errorf("reading the address %s: it has no port", addr)
	}
	return &api.Endpoint{Host: "127.0.0.1", Port: tcp.Port, TLS: "none"}, nil
}

// Close ends all parts and takes away what they wrote.
func (w *World) Close() error {
	var errs []error
	if w.Daemon != nil {
		errs = append(errs, w.Daemon.Close())
	}
	if w.mailbox != nil {
		w.mailbox.close()
	}
	if w.Sink != nil {
		w.Sink.close()
	}
	if w.Tracker != nil {
		w.Tracker.close()
	}
	if err := os.RemoveAll(w.dir); err != nil {
		errs = append(errs, fmt.Errorf("removing the demo's directory: %w", err))
	}
	return errors.Join(errs...)
}
