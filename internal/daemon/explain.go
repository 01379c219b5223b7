package daemon

import (
	"errors"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
)

// explain makes a sentence with a hint of what keeps a daemon from starting.
func explain(w *words.Catalogue, err error) error {
	var running *api.RunningError
	var locked *store.LockedError
	var fault *words.Fault
	switch {
	case errors.As(err, &fault):
		return err
	case errors.As(err, &running):
		return &words.Fault{Text: w.Say(words.Starting, "what", running.Error()), Hint: w.Say(words.RunningHint), Err: err}
	case errors.As(err, &locked):
		return &words.Fault{Text: w.Say(words.Starting, "what", locked.Error()), Hint: w.Say(words.LockedHint), Err: err}
	}
	return &words.Fault{Text: w.Say(words.Starting, "what", err.Error()), Hint: w.Say(words.StartingHint), Err: err}
}

// explainStore makes a sentence of a disk that is full. Other errors stay as they
// are.
func (d *Daemon) explainStore(err error) error {
	if errors.Is(err, store.ErrFull) {
		return d.refusal(api.CodeFailed, words.DiskFull, words.DiskFullHint, "dir", d.cfg.Paths.Data)
	}
	return err
}

// portFreed tells that a port which another program had is answered again.
func (d *Daemon) portFreed(number int) {
	d.hub.add(store.Event{Kind: "port", Outcome: "free", Reason: d.cfg.Words.Say(words.PortFree, "port", number)})
}

// list joins names as a sentence does: "a, b and c".
func (c *core) list(names []string) string {
	text := ""
	for i, name := range names {
		switch {
		case i == 0:
			text = name
		case i == len(names)-1:
			text = c.words.Say(words.ListEnd, "list", text, "last", name)
		default:
			text = c.words.Say(words.ListPart, "list", text, "next", name)
		}
	}
	return text
}

// refusal is an answer to a request that cannot be done.
func (d *Daemon) refusal(code string, text, hint words.Key, pairs ...any) *api.Error {
	return &api.Error{Code: code, Text: d.cfg.Words.Say(text, pairs...), Hint: d.cfg.Words.Say(hint, pairs...)}
}
