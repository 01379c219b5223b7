package daemon

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/evidence"
	"github.com/unseen-mail/unseen/internal/evidence/mark"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

const (
	// dossierEvents is how many events of a sender are told.
	dossierEvents = 5000
	// dossierMails is of how many mails it is told what was changed in them.
	dossierMails = 5000
)

// dossier is what is known of a sender beside their mails.
func (d *Daemon) dossier(ctx context.Context, typed string) (api.Dossier, error) {
	typed = strings.ToLower(strings.TrimSpace(typed))
	out := api.Dossier{Sender: typed, Made: time.Now().UTC(), LedgerSays: d.cfg.Words.Say(words.LedgerStatement), Ledger: []api.Record{}, Once: []api.OnceRecord{},
		Head: d.core.ledger.Head().Hash.String(), StatementsSay: d.cfg.Words.Say(words.DossierStatements), Statements: []api.Statement{},
		EventsSay: d.cfg.Words.Say(words.DossierEvents), Events: []api.Event{}, Names: []api.HostAlias{}, Served: []api.Served{}, Ways: []api.Way{}}
	key := typed
	if m, err := d.marked(ctx, typed); err == nil {
		key = m.Sender
	} else if who, err := d.oneSender(ctx, typed, false); err == nil {
		key = who.Key
	}
	out.Sender = key
	if h, err := d.history(ctx, key); err == nil {
		out.Ledger, out.Once, out.Statements = append(out.Ledger, h.Records...), append(out.Once, h.Once...), append(out.Statements, h.Statements...)
	} else if broken := d.core.ledger.Broken(); broken != nil {
		return out, d.brokenLedger(broken)
	}
	if err := d.dossierMail(ctx, key, &out); err != nil {
		return out, d.explainStore(err)
	}
	names, err := d.listAliases(ctx)
	if err != nil {
		return out, err
	}
	out.Names = names.Known
	for _, r := range d.relays.list() {
		a := &r.account
		out.Ways = append(out.Ways, api.Way{Account: a.Address, Server: a.IMAP.Host, TLS: string(a.IMAP.TLS), AddOn: a.AddOn})
	}
	return out, nil
}

// dossierMail tells of events, and of what was changed in mails.
func (d *Daemon) dossierMail(ctx context.Context, key string, out *api.Dossier) error {
	events, err := d.core.store.EventsOf(ctx, key, dossierEvents)
	if err != nil {
		return err
	}
	for i := range events {
		out.Events = append(out.Events, eventOf(&events[i]))
	}
	if _, err := d.core.marks.vault.Of(key); err != nil {
		out.EventsFrom = time.Now().AddDate(0, 0, -store.EventDays).Format(time.DateOnly)
	}
	plans, err := d.core.store.PlansBySender(ctx, key, dossierMails)
	if err != nil {
		return err
	}
	for _, p := range newestCopies(plans) {
		m, err := d.core.mails.of(ctx, p)
		if err != nil {
			return err
		}
		one := api.Served{Header: hex.EncodeToString(m.plan.HeaderSHA256[:]), Account: m.account.Address, Size: m.plan.Overlay.Size, Edits: []api.ServedEdit{}}
		for _, e := range m.plan.Overlay.Edits {
			one.Edits = append(one.Edits, api.ServedEdit{Offset: e.Offset, Length: len(e.Old)})
		}
		out.Served = append(out.Served, one)
	}
	return nil
}

// caseOf begins a case of what was kept of a sender.
func (d *Daemon) caseOf(ctx context.Context, dir string, m mark.Mark, q *api.ExportRequest) (*evidence.Case, error) {
	land, ok := evidence.LandOf(q.Land)
	if q.Land != "" && !ok {
		return nil, d.refusal(api.CodeWrong, words.EvidenceNoLand, words.EvidenceNoLandHint, "land", q.Land, "known", strings.Join(evidence.Codes(), ", "))
	}
	known, err := d.dossier(ctx, m.Sender)
	if err != nil {
		return nil, err
	}
	// By the tables that go into the bag, without lists of the reader's own or what was
	// learnt: whoever has the bag makes the same findings.
	rules, err := catalogue.Load()
	if err != nil {
		return nil, err
	}
	return evidence.Begin(evidence.Options{
		Dir: dir, Sender: m.Sender, Recipients: d.ownAddresses(), Dossier: &known, Land: land,
		Judge: &detect.Judge{Catalogue: rules}, Tool: evidence.ThisTool(d.cfg.Version), Now: time.Now,
	})
}

// ownAddresses are those of all accounts.
func (d *Daemon) ownAddresses() []string {
	list := []string{}
	for _, r := range d.relays.list() {
		list = append(list, r.account.Address)
	}
	return list
}

// fill takes what was kept of a sender into a case. It tells how far it is, and ends when
// whoever asked has gone.
func (d *Daemon) fill(ctx context.Context, c *evidence.Case, m mark.Mark, o filling) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var redactor *evidence.Redactor
	if o.keyFile != "" {
		domain, _, _ := strings.Cut(m.Sender, " ")
		var err error
		if redactor, err = evidence.NewRedactor(o.keyFile, d.ownAddresses(), []string{domain}); err != nil {
			return err
		}
	}
	_, err := c.TakeMarked(ctx, d.core.marks.vault.Files(m.Sender), redactor, func(done, of int) {
		if o.tell != nil && !o.tell(api.EvidenceStep{Stage: "take", Done: done, Of: of}) {
			cancel()
		}
	})
	return err
}

// A filling says how mails are taken into a case.
type filling struct {
	// keyFile is that of the redaction, "" for none; tell may be nil.
	keyFile string
	tell    func(api.EvidenceStep) bool
}

// exportKept makes a bag of what was kept of a sender. It makes no request.
func (d *Daemon) exportKept(ctx context.Context, q api.ExportRequest, tell func(api.EvidenceStep) bool) error {
	m, err := d.marked(ctx, q.Sender)
	if err != nil {
		return err
	}
	if !filepath.IsAbs(q.Output) {
		return d.refusal(api.CodeWrong, words.MarkNoPath, words.MarkNoPathHint, "path", q.Output)
	}
	if _, err := os.Lstat(q.Output); err == nil {
		return d.refusal(api.CodeConflict, words.EvidenceExists, words.EvidenceExistsHint, "path", q.Output)
	}
	c, err := d.caseOf(ctx, q.Output+".part", m, &q)
	if errors.Is(err, evidence.ErrTaken) {
		return d.refusal(api.CodeConflict, words.EvidenceTaken, words.EvidenceTakenHint, "path", q.Output)
	}
	if err != nil {
		return err
	}
	made := api.BagMade{Path: q.Output}
	if err = d.fill(ctx, c, m, filling{q.RedactKey, tell}); err == nil {
		made, err = d.finish(ctx, c, &q, tell)
	}
	if err = errors.Join(err, c.Close()); err != nil {
		return d.noExport(ctx, &q, m.Sender, err)
	}
	d.hub.add(store.Event{Kind: "evidence", Outcome: "exported", Sender: m.Sender})
	tell(api.EvidenceStep{Stage: "write", Done: made.Mails, Of: made.Mails, Bag: &made, End: true})
	return nil
}

// noExport says why no bag was made.
func (d *Daemon) noExport(ctx context.Context, q *api.ExportRequest, key string, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, evidence.ErrEmpty):
		_ = os.RemoveAll(q.Output + ".part") // there is nothing in it
		return d.refusal(api.CodeUnknown, words.MarkEmpty, words.MarkEmptyHint, "sender", key)
	}
	return d.refusal(api.CodeFailed, words.EvidenceStopped, words.EvidenceStoppedHint, "path", q.Output, "what", oneSentence(err))
}

// finish examines a case, writes its papers and seals it.
func (d *Daemon) finish(ctx context.Context, c *evidence.Case, q *api.ExportRequest, tell func(api.EvidenceStep) bool) (api.BagMade, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	made := api.BagMade{Path: q.Output}
	x, err := c.Examine(ctx, func(done, of int) {
		if !tell(api.EvidenceStep{Stage: "examine", Done: done, Of: of}) {
			cancel()
		}
	})
	if err != nil {
		return made, err
	}
	languages := q.Languages
	if len(languages) == 0 {
		languages = []string{d.cfg.Words.Lang()}
	}
	for i, lang := range languages {
		if !tell(api.EvidenceStep{Stage: "write", Done: i, Of: len(languages)}) {
			return made, context.Canceled
		}
		if err := c.Write(x, words.In(lang)); err != nil {
			return made, err
		}
	}
	key, err := evidence.Key(filepath.Join(d.cfg.Paths.Data, evidence.KeyFile))
	if err != nil {
		return made, err
	}
	made.Mails, made.Mailings, made.Key = len(x.Messages), len(x.Mailings), ssh.FingerprintSHA256(key.PublicKey())
	for _, m := range x.Messages {
		if m.Trackers > 0 {
			made.Tracking++
		}
	}
	return made, c.Seal(key, q.Output)
}

// papers are the letters and drafts that can be written now, from what was kept.
func (d *Daemon) papers(ctx context.Context, q api.PapersRequest) ([]api.Paper, error) {
	m, err := d.marked(ctx, q.Sender)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(d.cfg.Paths.Data, ".papers-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	c, err := d.caseOf(ctx, filepath.Join(dir, "case"), m, &api.ExportRequest{Land: q.Land})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if err := d.fill(ctx, c, m, filling{}); err != nil {
		return nil, err
	}
	x, err := c.Examine(ctx, nil)
	if errors.Is(err, evidence.ErrEmpty) {
		return nil, d.refusal(api.CodeUnknown, words.MarkEmpty, words.MarkEmptyHint, "sender", m.Sender)
	}
	if err != nil {
		return nil, err
	}
	return c.Papers(x, words.In(cmp.Or(q.Language, d.cfg.Words.Lang())), true)
}
