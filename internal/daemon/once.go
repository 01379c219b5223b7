package daemon

import (
	"context"
	"encoding/hex"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/gate"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
)

// once permits one message for ten minutes. It is on disk before it acts.
func (d *Daemon) once(ctx context.Context, q api.OnceRequest) (api.Permit, error) {
	m, err := d.messageOf(ctx, q.Message)
	if err != nil {
		return api.Permit{}, err
	}
	now := time.Now()
	how := q.How
	if how == "" {
		how = "command"
	}
	note := store.Once{At: now, Sender: who(m), Recipient: m.to, Message: m.name(), Pictures: q.Pictures, How: how}
	if err := d.core.store.AddOnce(ctx, note); err != nil {
		return api.Permit{}, d.explainStore(err)
	}
	if q.Pictures {
		d.core.gate.Permits.Show(m.name(), now)
	} else {
		d.core.gate.Permits.Tell(m.name(), now)
	}
	kind, outcome := "consent", "once"
	if q.Pictures {
		kind, outcome = "picture", "once"
	}
	d.hub.add(store.Event{Kind: kind, Outcome: outcome, Sender: note.Sender, Recipient: m.to, Account: m.account.ID, Plan: m.id})
	return api.Permit{Message: m.name(), Until: now.Add(gate.PermitTime).UTC()}, nil
}

// messageOf finds a mail by the hash of its header block.
func (d *Daemon) messageOf(ctx context.Context, hash string) (*mail, error) {
	var header [32]byte
	b, err := hex.DecodeString(hash)
	if err != nil || len(b) != len(header) {
		return nil, &api.Error{Code: api.CodeWrong, Text: "reading the request: a message is named by 64 hexadecimal digits"}
	}
	copy(header[:], b)
	plans, err := d.core.store.PlansByHeader(ctx, 0, header)
	if err != nil {
		return nil, d.explainStore(err)
	}
	if len(plans) == 0 {
		return nil, d.refusal(api.CodeUnknown, words.NoSuchMessage, words.NoSuchMessageHint)
	}
	return d.core.mails.of(ctx, plans[0])
}
