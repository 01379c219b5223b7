package daemon

import (
	"context"
	"os"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
)

// counted is how many of the newest events are looked through to count a day.
const counted = 20_000

// service answers the control API.
func (d *Daemon) service() api.Service {
	return api.Service{
		Status:        d.status,
		Accounts:      d.listAccounts,
		AddAccount:    d.addAccount,
		RemoveAccount: d.removeAccount,
		CheckAccount:  d.checkAccount,
		Senders:       func(context.Context) ([]api.Sender, error) { return d.senders.list(), nil },
		Standings:     d.standings,
		Decide:        d.decide,
		Verify:        d.verify,
		Pictures:      d.pictures,
		ShowPictures:  d.showPictures,
		Events:        d.hub.events,
		Follow:        d.hub.follow,
	}
}

// status says how Unseen does.
func (d *Daemon) status(ctx context.Context) (api.Status, error) {
	today, err := d.today(ctx)
	if err != nil {
		return api.Status{}, err
	}
	st := api.Status{
		Version: d.cfg.Version, PID: os.Getpid(), Since: d.started, Edition: d.core.rules.Edition(), Today: today,
		Gateway: api.Gateway{Origin: d.gateway.origin(), Port: d.gateway.port.number, Open: true},
	}
	if d.gateway.port.problem() != nil {
		st.Gateway.Open, st.Gateway.Problem = false, d.gatewayTaken()
		st.Problems = append(st.Problems, st.Gateway.Problem)
	}
	var pinned bool
	if st.Pictures, pinned = d.policy.all(); pinned {
		st.Pinned = append(st.Pinned, "pictures")
	}
	level, pinned := d.policy.level()
	if st.Level = string(level); pinned {
		st.Pinned = append(st.Pinned, "level")
	}
	st.Accounts, _ = d.listAccounts(ctx)
	for _, a := range st.Accounts {
		if a.Local.Problem != "" {
			st.Problems = append(st.Problems, a.Local.Problem)
		}
	}
	if p := d.policy.trouble(); p != "" {
		st.Problems = append(st.Problems, p)
	}
	if err := d.core.ledger.Broken(); err != nil {
		st.Problems = append(st.Problems, d.brokenLedger(err).Text)
	}
	return st, nil
}

// today counts loads since midnight of the reader's clock.
func (d *Daemon) today(ctx context.Context) (api.Counts, error) {
	var n api.Counts
	list, err := d.core.store.Events(ctx, -1, counted)
	if err != nil {
		return n, err
	}
	begin := midnight(time.Now())
	for i := range list {
		e := &list[i]
		if e.Kind != "load" || e.At.Before(begin) {
			continue
		}
		switch e.Outcome {
		case "held":
			n.Held++
		case "released":
			n.Released++
		case "copy":
			n.Copies++
		case "failed":
			n.Failed++
		}
	}
	return n, nil
}
