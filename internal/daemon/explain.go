package daemon

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
)

// maxSocket is how long the path of a socket may be (unix(7), sun_path).
const maxSocket = 107

// A place is a directory that is needed to start, and what moves it elsewhere.
type place struct{ dir, name string }

// explain makes a sentence with a hint of what keeps a daemon from starting.
func explain(w *words.Catalogue, at place, err error) error {
	var running *api.RunningError
	var locked *store.LockedError
	var fault *words.Fault
	said := func(text, hint words.Key, pairs ...any) error {
		return &words.Fault{Text: w.Say(text, pairs...), Hint: w.Say(hint, "name", at.name), Err: err}
	}
	switch {
	case errors.As(err, &fault):
		return err
	case errors.As(err, &running):
		return said(words.Starting, words.RunningHint, "what", running.Error())
	case errors.As(err, &locked):
		return said(words.Starting, words.LockedHint, "what", locked.Error())
	case errors.Is(err, store.ErrFull), errors.Is(err, syscall.ENOSPC):
		return said(words.OpeningFull, words.OpeningFullHint, "dir", at.dir)
	case errors.Is(err, store.ErrReadOnly), errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return said(words.OpeningShut, words.OpeningShutHint, "dir", at.dir)
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, config.ErrNoDirectory):
		return said(words.OpeningNoDir, words.OpeningElsewhereHint, "dir", at.dir)
	case errors.Is(err, store.ErrDamaged):
		return said(words.OpeningDamaged, words.OpeningDamagedHint, "dir", at.dir)
	case errors.Is(err, syscall.EINVAL) && len(at.dir)+len("/control.sock") > maxSocket:
		return said(words.OpeningLong, words.OpeningElsewhereHint, "dir", at.dir)
	}
	return said(words.Starting, words.StartingHint, "what", strings.TrimPrefix(oneLine(err), "store: "))
}

// oneLine is an error of several lines as one.
func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

// explainStore makes a sentence of a disk that is full. Other errors stay as they
// are.
func (d *Daemon) explainStore(err error) error {
	if errors.Is(err, store.ErrFull) {
		return d.refusal(api.CodeFailed, words.DiskFull, words.DiskFullHint, "dir", d.cfg.Paths.Data)
	}
	if errors.Is(err, store.ErrBusy) {
		return d.refusal(api.CodeFailed, words.StoreBusy, words.StoreBusyHint, "dir", d.cfg.Paths.Data)
	}
	return err
}

// portFreed tells that a port which another program had is answered again.
func (d *Daemon) portFreed(number int) {
	d.hub.add(store.Event{Kind: "port", Outcome: "free", Reason: d.cfg.Words.Say(words.PortFree, "port", number)})
}

// refusal is an answer to a request that cannot be done.
func (d *Daemon) refusal(code string, text, hint words.Key, pairs ...any) *api.Error {
	return &api.Error{Code: code, Text: d.cfg.Words.Say(text, pairs...), Hint: d.cfg.Words.Say(hint, pairs...)}
}
