package daemon

import (
	"context"
	"maps"
	"slices"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
)

// everySender stands for all senders in a choice about pictures.
const everySender = "all"

// pictures lists the choices about pictures.
func (d *Daemon) pictures(ctx context.Context) ([]api.Picture, error) {
	choice, _ := d.policy.all()
	list := []api.Picture{{Sender: everySender, Show: choice == "all"}}
	chosen, err := d.core.store.AllPictures(ctx)
	if err != nil {
		return nil, err
	}
	for _, sender := range slices.Sorted(maps.Keys(chosen)) {
		list = append(list, api.Picture{Sender: sender, Show: chosen[sender]})
	}
	return list, nil
}

// showPictures makes a choice about pictures.
func (d *Daemon) showPictures(ctx context.Context, p api.Picture) (api.Picture, error) {
	if p.Sender == everySender {
		if _, pinned := d.policy.all(); pinned {
			return p, d.refusal(api.CodeConflict, words.PicturesPinned, words.PicturesPinnedHint, "path", d.cfg.Paths.Config)
		}
		choice := "none"
		if p.Show {
			choice = "all"
		}
		if err := d.policy.setAll(ctx, choice); err != nil {
			return p, d.explainStore(err)
		}
	} else {
		who, err := d.oneSender(ctx, p.Sender, p.Show)
		if err != nil {
			return p, err
		}
		p.Sender = who.Key
		if err := d.core.store.SetPictures(ctx, p.Sender, p.Show); err != nil {
			return p, d.explainStore(err)
		}
	}
	d.gateway.recheck(context.WithoutCancel(ctx))
	e := store.Event{Kind: "picture", Outcome: "hidden", Sender: p.Sender}
	if p.Show {
		e.Outcome = "shown"
	}
	d.hub.add(e)
	return p, nil
}
