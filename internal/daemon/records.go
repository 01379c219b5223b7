package daemon

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/consent"
	"github.com/unseen-mail/unseen/rules/statement"
)

// keysFor are the keys under which something is recorded for whom the reader
// means: the sender's own, and those of its addresses that were decided on by
// themselves. It needs no mail.
func (d *Daemon) keysFor(ctx context.Context, typed string) ([]string, error) {
	typed = strings.ToLower(strings.TrimSpace(typed))
	who, err := d.oneSender(ctx, typed, false)
	key := who.Key
	if err != nil {
		key = typed
	}
	keys := []string{key}
	known := err == nil
	for _, s := range d.core.ledger.List(time.Now()) {
		match := strings.EqualFold(s.Sender, key)
		if match || err == nil && under(s.Sender, key) {
			known = true
			keys = append(keys, s.Sender)
		}
	}
	if said, failed := d.core.store.Statements(ctx, key); failed != nil {
		return nil, d.explainStore(failed)
	} else if len(said) > 0 {
		known = true
	}
	if !known {
		return nil, err
	}
	slices.Sort(keys)
	return slices.Compact(keys), nil
}

// history is what is kept about a sender.
func (d *Daemon) history(ctx context.Context, typed string) (api.History, error) {
	h := api.History{Says: d.cfg.Words.Say(words.LedgerStatement), Records: []api.Record{}}
	keys := []string{""}
	if typed != "" {
		var err error
		if keys, err = d.keysFor(ctx, typed); err != nil {
			return h, err
		}
		h.Sender = keys[0]
		for _, key := range keys {
			if !strings.Contains(key, "@") {
				h.Sender = key
			}
		}
	}
	for _, key := range keys {
		entries, err := d.core.ledger.History(ctx, key)
		if err != nil {
			return h, d.brokenLedger(err)
		}
		for i := range entries {
			h.Records = append(h.Records, recordOf(&entries[i]))
		}
		permits, err := d.core.store.OnceOf(ctx, key)
		if err != nil {
			return h, d.explainStore(err)
		}
		for _, o := range permits {
			h.Once = append(h.Once, api.OnceRecord{When: o.At, How: o.How, Message: o.Message, Address: o.Recipient, Pictures: o.Pictures})
		}
		said, err := d.core.store.Statements(ctx, key)
		if err != nil {
			return h, d.explainStore(err)
		}
		h.Statements = append(h.Statements, said...)
	}
	slices.SortFunc(h.Records, func(a, b api.Record) int { return int(a.Seq) - int(b.Seq) })
	return h, nil
}

// recordOf is an entry as the control API tells it.
func recordOf(e *consent.Entry) api.Record {
	r := &e.Record
	out := api.Record{
		Seq: e.Seq, Hash: e.Hash.String(), Forgotten: e.Forgotten, Forgets: e.Forgets,
		Sender: r.Sender, From: r.SenderAddress, Authenticated: r.SenderHow, Address: r.Recipient,
		Purpose: string(r.Purpose), Scope: string(r.Scope), Decision: string(r.Decision), Vendors: r.Vendors,
		When: r.When, How: string(r.How), Actor: r.Actor, Notice: r.Notice, NoticeSHA256: r.NoticeSHA256,
		NoticeLanguage: r.NoticeLanguage, NoticeEdition: r.NoticeEdition, Evidence: r.Evidence,
	}
	if !r.Until.IsZero() {
		out.Until = &r.Until
	}
	return out
}

// export writes the whole ledger for others to read. One that does not hold is
// not written: it would be taken for one that does.
func (d *Daemon) export(ctx context.Context, w io.Writer, format, language string) error {
	if err := d.core.ledger.Verify(ctx); err != nil {
		return d.brokenLedger(err)
	}
	entries, err := d.core.ledger.History(ctx, "")
	if err != nil {
		return d.brokenLedger(err)
	}
	x := consent.Export{Statement: d.language(language).Say(words.LedgerStatement), Made: time.Now()}
	if n := len(entries); n > 0 {
		// That of what is written, whatever came meanwhile.
		x.Head = consent.Head{Seq: entries[n-1].Seq, Hash: entries[n-1].Hash}
	}
	if format == "csv" {
		return consent.WriteTable(w, entries, x)
	}
	return consent.WriteLinked(w, entries, x)
}

// importRecords adds decisions that were made elsewhere. The file is read to its
// end before anything is written, so one with a mistake changes nothing.
func (d *Daemon) importRecords(ctx context.Context, r io.Reader, format string) (api.Imported, error) {
	if err := d.core.ledger.Broken(); err != nil {
		return api.Imported{}, d.brokenLedger(err)
	}
	read := consent.ReadLinked
	if format == "csv" {
		read = consent.ReadTable
	}
	records, err := read(r)
	if err != nil {
		var at *consent.ImportError
		if errors.As(err, &at) {
			return api.Imported{}, d.refusal(api.CodeWrong, words.BadImport, words.BadImportHint, "line", at.Line, "what", at.Err)
		}
		return api.Imported{}, &api.Error{Code: api.CodeWrong, Text: err.Error(), Hint: d.cfg.Words.Say(words.BadImportHint)}
	}
	now := time.Now()
	if wrong := d.core.clockWrong(now); wrong != "" {
		return api.Imported{}, &api.Error{Code: api.CodeFailed, Text: wrong, Hint: d.cfg.Words.Say(words.ClockWrongHint)}
	}
	out := api.Imported{Read: len(records)}
	defer d.gateway.recheck(context.WithoutCancel(ctx))
	for _, one := range d.core.ledger.Merge(records, now) {
		if err := d.append(ctx, one); err != nil {
			return out, err
		}
		out.Added++
	}
	return out, nil
}

// forget destroys what is known of a sender, or says what would be.
func (d *Daemon) forget(ctx context.Context, q api.ForgetRequest) (api.Forgotten, error) {
	return d.forgetIn(ctx, q, d.cfg.Words)
}

// forgetIn does it, and says in a language what stays.
func (d *Daemon) forgetIn(ctx context.Context, q api.ForgetRequest, in *words.Catalogue) (api.Forgotten, error) {
	defer d.counted.clear()
	var out api.Forgotten
	keys, err := d.keysFor(ctx, q.Sender)
	if err != nil {
		return out, err
	}
	how := consent.How(q.How)
	if how == "" {
		how = consent.Command
	}
	if !q.Dry {
		defer d.gateway.recheck(context.WithoutCancel(ctx))
	}
	for _, key := range keys {
		if err := d.forgetOne(ctx, key, how, q.Dry, &out); err != nil {
			return out, err
		}
	}
	out.Stays = []string{
		in.Say(words.StaysChain, "n", out.Records), in.Say(words.StaysMail), in.Say(words.StaysCounts), in.Say(words.StaysBackups),
	}
	for _, key := range keys {
		if kept, err := d.core.marks.vault.Mails(key); err == nil && len(kept) > 0 {
			// It is the reader's case against the sender: it goes by a word of its own.
			out.Stays = append(out.Stays, in.Say(words.StaysEvidence, "n", len(kept), "sender", key))
		}
	}
	if !q.Dry {
		d.policy.wishes.drop()
		d.hub.add(store.Event{Kind: "forgotten", Outcome: "done"})
	}
	return out, nil
}

// forgetOne destroys what is kept under one key.
func (d *Daemon) forgetOne(ctx context.Context, key string, how consent.How, dry bool, out *api.Forgotten) error {
	entries, err := d.core.ledger.History(ctx, key)
	if err != nil {
		return d.brokenLedger(err)
	}
	var traces store.Forgotten
	if dry {
		traces, err = d.core.store.Traces(ctx, key)
	} else {
		d.core.memory.forget(key)
		d.forgetNames(ctx, key)
		if _, err = d.core.ledger.Forget(ctx, key, time.Now().UTC(), how, actor()); err == nil {
			traces, err = d.core.store.Forget(ctx, key)
		}
	}
	if err != nil {
		return d.explainStore(err)
	}
	out.Senders = append(out.Senders, key)
	out.Records += len(entries)
	out.Statements += traces.Statements
	out.Events += traces.Events
	out.Choices += traces.Choices
	out.Learned += traces.Learned
	return nil
}

// state keeps what the reader says of a sender. It releases nothing.
func (d *Daemon) state(ctx context.Context, s api.Statement) (api.Statement, error) {
	keys, err := d.keysFor(ctx, s.Sender)
	if err != nil {
		return s, err
	}
	if who, err := d.oneSender(ctx, s.Sender, false); err == nil {
		s.Sender = who.Key
		if s.Recipient == "" {
			s.Recipient = who.Account
		}
	} else {
		s.Sender = keys[0]
	}
	s.V, s.When, s.Actor = statement.Version, time.Now().UTC(), actor()
	if err := s.Check(); err != nil {
		return s, d.misstated(err)
	}
	if err := d.core.store.AddStatement(ctx, s); err != nil {
		return s, d.explainStore(err)
	}
	return s, nil
}

// misstated says in the reader's language why a statement cannot be kept. What only a
// program can get wrong is said as it is.
func (d *Daemon) misstated(err error) error {
	var wrong *statement.Invalid
	if !errors.As(err, &wrong) {
		return &api.Error{Code: api.CodeWrong, Text: err.Error()}
	}
	key, ok := map[statement.Problem]words.Key{
		statement.NoDay: words.MisstatedNoDay, statement.ToldMore: words.MisstatedToldMore, statement.NotAgreed: words.MisstatedNotAgreed,
		statement.NotTold: words.MisstatedNotTold, statement.NoAnswer: words.MisstatedNoAnswer, statement.NoWay: words.MisstatedNoWay,
		statement.NoPurpose: words.MisstatedNoPurpose, statement.NoDate: words.MisstatedNoDate, statement.NotThrough: words.MisstatedNotThrough,
		statement.NotYet: words.MisstatedNotYet, statement.TooLong: words.MisstatedTooLong, statement.LongNote: words.MisstatedTooLong, statement.NotText: words.MisstatedNotText,
	}[wrong.Problem]
	if !ok {
		return &api.Error{Code: api.CodeWrong, Text: err.Error()}
	}
	return &api.Error{Code: api.CodeWrong, Text: d.cfg.Words.Say(key, "what", wrong.What)}
}

// statements lists what the reader said of a sender, or of all.
func (d *Daemon) statements(ctx context.Context, typed string) ([]api.Statement, error) {
	key := ""
	if typed != "" {
		keys, err := d.keysFor(ctx, typed)
		if err != nil {
			return nil, err
		}
		key = keys[0]
		for _, one := range keys {
			if !strings.Contains(one, "@") {
				key = one
			}
		}
	}
	list, err := d.core.store.Statements(ctx, key)
	if err != nil {
		return nil, d.explainStore(err)
	}
	if list == nil {
		list = []api.Statement{}
	}
	return list, nil
}
