// Package start shows the icon as a program of its own.
package start

import (
	"context"
	"errors"
	"io"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/unseen-mail/unseen/gui/icon"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/words"
)

// tidy is how much may become garbage, in percent of what is in use, before it is
// collected: there is little, and all day to do it.
const tidy = 20

// Main shows the icon until it is closed, and returns the exit code: 0 for done, 1 for
// what could not be done.
func Main(getenv func(string) string, out, complaints io.Writer) int {
	debug.SetGCPercent(tidy)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	spoken, err := run(ctx, getenv, out, complaints)
	if err == nil {
		return 0
	}
	var said *words.Fault
	hint := ""
	if errors.As(err, &said) {
		hint = said.Hint
	}
	words.Complain(complaints, spoken, err.Error(), hint)
	return 1
}

// run shows the icon, and says in which language it speaks.
func run(ctx context.Context, getenv func(string) string, out, complaints io.Writer) (*words.Catalogue, error) {
	p, err := config.FindPaths(getenv)
	if err != nil {
		return words.Choose("", getenv), err
	}
	settings, err := config.Load(p.Config)
	spoken := words.Choose(settings.Language, getenv)
	if err != nil {
		return spoken, err
	}
	if getenv("UNSEEN_DATA") == "" {
		p = p.WithData(settings.Data)
	}
	return spoken, icon.Run(ctx, icon.Config{Paths: p, Words: spoken, Getenv: getenv, Out: out, Err: complaints})
}
