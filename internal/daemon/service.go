package daemon

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
)

// service answers the control API.
func (d *Daemon) service() api.Service {
	return api.Service{
		Status:        d.status,
		Accounts:      d.listAccounts,
		AddAccount:    d.addAccount,
		RemoveAccount: d.removeAccount,
		CheckAccount:  d.checkAccount,
		PutTestMail:   d.putTestMail,
		Vouching:      api.Vouching{Stands: d.vouchingOf, Confirm: d.confirmVouching, Signed: d.signed},
		Authorities:   api.LocalAuthorities{Stand: d.authorities, Cover: d.coverHosts, Remove: d.removeAuthorities},
		Proxies:       api.Proxies{Stand: d.proxies, Switch: d.switchProxies},
		Watch:         d.watchAccount,
		Rebuild:       d.rebuild,
		Senders:       d.listSenders,
		Learned:       d.learned,
		Names:         api.AliasService{List: d.listAliases, Ask: d.askAliases, Forget: d.forgetAliases},
		About:         d.aboutSender,
		Standings:     d.standings,
		Decide:        d.decide,
		Verify:        d.verify,
		Questions:     d.questions,
		Ask:           d.ask,
		Answer:        d.answer,
		Open:          d.openPages,
		Once:          d.once,
		Tell:          d.tell,
		WouldSend:     d.wouldSend,
		History:       d.history,
		Export:        d.export,
		Import:        d.importRecords,
		Forget:        d.forget,
		State:         d.state,
		Statements:    d.statements,
		AddOn:         d.addOnService(),
		Original:      d.original,
		Backup:        d.backup,
		Evidence:      d.evidenceService(),
		Studies:       d.studies(),
		Pictures:      d.pictures,
		ShowPictures:  d.showPictures,
		Events:        d.hub.events,
		Follow:        d.hub.follow,
		Faces:         d.faces(),
		Protection: api.Protection{
			Level: d.setLevel, Pause: d.pause, Suspend: d.suspend, Resume: d.resume,
			Receipts: d.receipts, AnswerReceipt: d.answerReceipt,
			Reading: d.reading, Bare: d.bare,
		},
	}
}

// status says how Unseen does.
func (d *Daemon) status(ctx context.Context) (api.Status, error) {
	st := api.Status{
		Version: d.cfg.Version, PID: os.Getpid(), Since: d.started, Edition: d.core.books.rules().Edition(),
		Gateway: api.Gateway{Origin: d.gateway.origin(), Port: d.gateway.port.number, Open: true},
	}
	if err := d.counts(ctx, &st); err != nil {
		return api.Status{}, err
	}
	var pinned bool
	if st.Pictures, pinned = d.policy.all(); pinned {
		st.Pinned = append(st.Pinned, "pictures")
	}
	level, pinned := d.policy.level()
	if st.Level = string(level); pinned {
		st.Pinned = append(st.Pinned, "level")
	}
	d.spans(&st, time.Now())
	st.Accounts, _ = d.listAccounts(ctx)
	if d.ways.wanted() && d.ways.taken() == "" {
		st.SOCKS = d.ways.address()
	}
	d.problems(&st)
	return st, nil
}

// counts fills in what was counted. On a full disk that cannot be known, and is
// said instead: all else goes on.
func (d *Daemon) counts(ctx context.Context, st *api.Status) error {
	today, err := d.today(ctx)
	if err == nil {
		st.Mail, err = d.mail(ctx)
	}
	if err == nil {
		err = d.countReceipts(ctx, st)
	}
	if errors.Is(err, store.ErrFull) {
		st.Uncounted = true
		d.ill(st, d.cfg.Words.Say(words.DiskFullMail, "dir", d.cfg.Paths.Data), words.DiskFullHint)
		return nil
	}
	st.Today = today
	return err
}

// mail counts what came through, over all accounts that there ever were.
func (d *Daemon) mail(ctx context.Context) (api.Mail, error) {
	counts, err := d.core.store.MailCounts(ctx)
	sum := api.Mail{Reasons: make(map[string]int)}
	for _, one := range counts {
		sum.Messages += one.Mails
		sum.Ungated += one.Ungated
		for reason, n := range one.Reasons {
			sum.Reasons[reason] += n
		}
	}
	return sum, err
}

// today counts loads since midnight of the reader's clock.
func (d *Daemon) today(ctx context.Context) (api.Counts, error) {
	now := time.Now()
	n, err := d.core.store.Loads(ctx, midnight(now), now.AddDate(0, 0, 1))
	return countsOf(n), err
}
