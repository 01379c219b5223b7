package daemon

import (
	"context"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/account"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// putTestMail puts a mail of Unseen's own into the inbox of an account, because the
// reader asked for it. It is put at the server, not into what the relay serves: what
// comes through then comes as all mail does.
func (d *Daemon) putTestMail(ctx context.Context, q api.TestMailRequest) (api.TestMail, error) {
	r := d.relays.get(strings.ToLower(q.Address))
	if r == nil {
		return api.TestMail{}, d.noAccount(q.Address)
	}
	a := account.Account{Address: r.account.Address, IMAP: serverOf(r.account.IMAP)}
	check, err := d.checker(&a)
	if err != nil {
		return api.TestMail{}, err
	}
	with, err := d.credentialOf(ctx, &r.account, credential{q.Login, string(q.Password), string(q.Token)})
	if err != nil {
		return api.TestMail{}, err
	}
	spoken := d.cfg.Words
	if q.Language != "" {
		spoken = words.In(q.Language)
	}
	now := time.Now()
	raw, host := account.TestMail(spoken, a.Address, now)
	step := check.Put(ctx, a.IMAP, account.Login{User: with.user, Password: with.password, Token: with.token}, raw, now)
	if !step.OK {
		return api.TestMail{}, &api.Error{Code: api.CodeUpstream, Text: step.Text, Hint: step.Hint}
	}
	return api.TestMail{Subject: spoken.Say(words.TestMailSubject), Host: host}, nil
}
