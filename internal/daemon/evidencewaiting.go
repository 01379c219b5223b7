package daemon

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/evidence"
	"github.com/unseen-mail/unseen/internal/evidence/bag"
	"github.com/unseen-mail/unseen/internal/evidence/mark"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
)

// stampLater has a bag wait for a time stamp of an authority that the reader agreed to
// and that was not reached.
func (d *Daemon) stampLater(_ context.Context, q api.StampRequest) (api.StampAsked, error) {
	out := api.StampAsked{Authority: q.Authority, Needed: true}
	if !filepath.IsAbs(q.Bag) {
		return out, d.refusal(api.CodeWrong, words.MarkNoPath, words.MarkNoPathHint, "path", q.Bag)
	}
	if !bag.Authority(q.Authority) {
		return out, d.refusal(api.CodeWrong, words.EvidenceBadAuthority, words.MarkAuthorityHint, "url", q.Authority)
	}
	if q.Dry {
		return out, nil
	}
	out.Waiting = true
	return out, d.core.marks.vault.Wait(q.Bag, q.Authority)
}

// waitingStamps lists the bags that wait for a time stamp.
func (d *Daemon) waitingStamps(context.Context) ([]api.WaitingStamp, error) {
	all, err := d.core.marks.vault.Waiting()
	list := make([]api.WaitingStamp, 0, len(all))
	for _, w := range all {
		list = append(list, api.WaitingStamp(w))
	}
	return list, err
}

// stampWaiting asks for the time stamps that were agreed to and did not come: of what is
// kept of marked senders, and of bags.
func (d *Daemon) stampWaiting(ctx context.Context) error {
	v := d.core.marks.vault
	marks, err := v.Marks()
	for _, m := range marks {
		if m.Authority == "" {
			continue
		}
		if _, failed := d.stampKept(ctx, m.Sender, m.Authority); !errors.Is(failed, mark.ErrNothing) {
			err = errors.Join(err, failed)
		}
	}
	waiting, failed := v.Waiting()
	err = errors.Join(err, failed)
	for _, w := range waiting {
		err = errors.Join(err, d.stampOne(ctx, w))
	}
	return err
}

// stampOne asks for the time stamp of a bag. It waits on if the authority was not
// reached; one that is gone, or not whole any more, does not wait on.
func (d *Daemon) stampOne(ctx context.Context, w mark.Waiting) error {
	v := d.core.marks.vault
	if _, err := os.Lstat(w.Path); errors.Is(err, fs.ErrNotExist) {
		return v.Waited(w.Path, w.Authority)
	}
	key, err := evidence.Key(filepath.Join(d.cfg.Paths.Data, evidence.KeyFile))
	if err != nil {
		return err
	}
	asker := bag.Asker{Client: bag.Client(&http.Transport{DialContext: d.dial}), Authority: w.Authority, Key: key}
	_, err = asker.StampFile(ctx, w.Path)
	if errors.Is(err, bag.ErrUnreached) {
		return err
	}
	outcome := "stamped"
	if err != nil {
		outcome = "not stamped"
	}
	d.hub.add(store.Event{Kind: "evidence", Outcome: outcome, Host: w.Authority})
	return errors.Join(err, v.Waited(w.Path, w.Authority))
}
