package daemon

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/internal/alias"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/dkim"
	"github.com/unseen-mail/unseen/internal/evidence"
	"github.com/unseen-mail/unseen/internal/evidence/bag"
	"github.com/unseen-mail/unseen/internal/evidence/mark"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/internal/words"
)

// evidenceService answers about senders that evidence is collected on.
func (d *Daemon) evidenceService() api.Evidence {
	return api.Evidence{
		Marks: d.marks, Waiting: d.waitingStamps, Mark: d.mark, Take: d.takeMail, Unmark: d.unmark, Keys: d.askKeys, Stamp: d.stamp,
		Attach: d.attach, Write: d.noteLetter, Papers: d.papers, Dossier: d.dossier, Export: d.exportKept,
	}
}

// marks lists the senders that evidence is collected on.
func (d *Daemon) marks(context.Context) ([]api.Mark, error) {
	list := []api.Mark{}
	all, err := d.core.marks.vault.Marks()
	for i := range all {
		one, failed := d.markOf(&all[i])
		err = errors.Join(err, failed)
		list = append(list, one)
	}
	return list, err
}

// markOf says how a mark stands.
func (d *Daemon) markOf(m *mark.Mark) (api.Mark, error) {
	v, now := d.core.marks.vault, time.Now()
	out := api.Mark{Sender: m.Sender, All: m.All, Active: m.Active(now), Since: m.Since, Until: m.Until, Keys: m.Keys, Authority: m.Authority,
		Waiting: len(m.Messages), Stamps: []api.EvidenceStamp{}, Supplied: []api.SuppliedFile{}, Letters: []api.NotedLetter{}}
	mails, err := v.Mails(m.Sender)
	for i := range mails {
		k := &mails[i]
		out.Mails++
		out.Octets += k.Size
		if !k.Asked.IsZero() {
			out.Checked++
		}
		if k.Holds() {
			out.Holding++
		}
		if !k.Sent.IsZero() && out.First == nil {
			out.First = &k.Sent
		}
		if !k.Sent.IsZero() {
			out.Last = &k.Sent
		}
	}
	supplied, failed := v.Supplied(m.Sender)
	for _, s := range supplied {
		out.Supplied = append(out.Supplied, api.SuppliedFile(s))
	}
	letters, failedToo := v.Letters(m.Sender)
	out.Letters = evidence.Noted(letters, now)
	stamps, wrong := mark.Stamps(v.Files(m.Sender))
	for _, s := range stamps {
		out.Stamps = append(out.Stamps, api.EvidenceStamp{Time: s.Time, Authority: s.Authority})
	}
	err = errors.Join(err, failed, failedToo, wrong)
	if err == nil {
		out.Unstamped, err = v.Due(m.Sender)
	}
	return out, err
}

// marked finds the mark that the reader means.
func (d *Daemon) marked(ctx context.Context, typed string) (mark.Mark, error) {
	typed = strings.ToLower(strings.TrimSpace(typed))
	m, err := d.core.marks.vault.Of(typed)
	if !errors.Is(err, mark.ErrUnmarked) {
		return m, err
	}
	if who, failed := d.oneSender(ctx, typed, false); failed == nil {
		if m, err = d.core.marks.vault.Of(who.Key); !errors.Is(err, mark.ErrUnmarked) {
			return m, err
		}
	}
	all, err := d.core.marks.vault.Marks()
	if err != nil {
		return m, err
	}
	all = slices.DeleteFunc(all, func(one mark.Mark) bool {
		address, _, _ := strings.Cut(one.Sender, " ")
		_, domain, _ := strings.Cut(address, "@")
		return address != typed && domain != typed && !strings.HasSuffix(typed, "@"+one.Sender)
	})
	if len(all) == 1 {
		return all[0], nil
	}
	return m, d.refusal(api.CodeUnknown, words.MarkNone, words.MarkNoneHint, "sender", typed)
}

// explainMark says in words why something could not be kept.
func (d *Daemon) explainMark(err error) error {
	switch {
	case errors.Is(err, mark.ErrFull):
		return d.refusal(api.CodeFailed, words.MarkFull, words.MarkFullHint, "size", d.cfg.Words.Bytes(mark.MaxTotal))
	case errors.Is(err, mark.ErrTooLarge):
		return d.refusal(api.CodeWrong, words.MarkTooLarge, words.MarkTooLargeHint, "size", d.cfg.Words.Bytes(mark.MaxMail))
	}
	return err
}

// takeMail keeps a mail that the reader has as a file. One that Unseen had rewritten is
// put back to the octet, which hashes prove, or refused.
func (d *Daemon) takeMail(ctx context.Context, q api.TakeRequest, raw []byte) (api.Mark, error) {
	had := mark.Had{How: mark.ByFile, File: q.Name}
	kept, whole, err := d.original(ctx, asSent(raw))
	if err != nil {
		return api.Mark{}, err
	}
	switch kept {
	case api.KeptServed:
		raw, had.How = whole, mark.Restored
	case api.KeptWritten, api.KeptUnknown:
		return api.Mark{}, d.refusal(api.CodeWrong, words.EvidenceRewritten, words.MarkRewrittenHint, "path", q.Name)
	}
	h := message.Header(raw)
	from := sender.Identify(h, sender.Provider{})
	if from.Key == "" {
		return api.Mark{}, d.refusal(api.CodeWrong, words.MarkNoMail, words.MarkNoMailHint, "path", q.Name)
	}
	v := d.core.marks.vault
	m, err := v.Of(from.Key)
	if errors.Is(err, mark.ErrUnmarked) {
		m = mark.Mark{Sender: from.Key, Since: time.Now().UTC(), Until: time.Now().UTC()}
		err = v.Put(m)
	}
	if err != nil {
		return api.Mark{}, err
	}
	one, _, err := v.Keep(from.Key, raw, had)
	if err != nil {
		return api.Mark{}, d.explainMark(err)
	}
	if err := d.core.marks.read(); err != nil {
		return api.Mark{}, err
	}
	d.core.marks.noted(one)
	d.hub.add(store.Event{Kind: "evidence", Outcome: "kept", Sender: from.Key})
	return d.markOf(&m)
}

// unmark ends a mark, and destroys what was kept if the reader wants that.
func (d *Daemon) unmark(ctx context.Context, q api.UnmarkRequest) (api.Mark, error) {
	m, err := d.marked(ctx, q.Sender)
	if err != nil {
		return api.Mark{}, err
	}
	out, err := d.markOf(&m)
	if err != nil {
		return out, err
	}
	outcome := "unmarked"
	if q.Destroy {
		outcome = "destroyed"
		err = d.core.marks.vault.Destroy(m.Sender)
	} else {
		err = d.core.marks.vault.End(m.Sender)
	}
	if err == nil {
		err = d.core.marks.read()
	}
	out.All, out.Active, out.Keys, out.Authority, out.Waiting = false, false, false, "", 0
	d.hub.add(store.Event{Kind: "evidence", Outcome: outcome, Sender: m.Sender})
	return out, err
}

// attach keeps a file of the reader's.
func (d *Daemon) attach(ctx context.Context, q api.AttachRequest, content []byte) (api.Mark, error) {
	m, err := d.marked(ctx, q.Sender)
	if err != nil {
		return api.Mark{}, err
	}
	if _, err := d.core.marks.vault.Attach(m.Sender, q.Name, content); err != nil {
		return api.Mark{}, d.explainMark(err)
	}
	return d.markOf(&m)
}

// noteLetter notes a letter that was written or came.
func (d *Daemon) noteLetter(ctx context.Context, q api.LetterRequest) (api.Mark, error) {
	m, err := d.marked(ctx, q.Sender)
	if err != nil {
		return api.Mark{}, err
	}
	on := cmp.Or(q.On, time.Now().Format(time.DateOnly))
	_, err = d.core.marks.vault.Write(m.Sender, mark.Letter{Kind: q.Kind, With: q.With, On: on})
	if errors.Is(err, fs.ErrInvalid) {
		return api.Mark{}, d.refusal(api.CodeWrong, words.MarkBadDay, words.MarkBadDayHint, "day", on)
	}
	if err != nil {
		return api.Mark{}, err
	}
	return d.markOf(&m)
}

// resolver is who is asked for keys.
func (d *Daemon) resolver(named string) (string, error) {
	switch {
	case named != "":
		return alias.Server(named)
	case d.cfg.Lab != nil && d.cfg.Lab.Resolver == "":
		return "", alias.ErrNoResolver
	case d.cfg.Lab != nil:
		return d.cfg.Lab.Resolver, nil
	}
	return alias.System()
}

// askKeys asks for the keys of the signatures of kept mails, or says which it would
// ask for. It is called because the reader said so.
func (d *Daemon) askKeys(ctx context.Context, q api.KeysRequest) (api.KeysAsked, error) {
	m, err := d.marked(ctx, q.Sender)
	if err != nil {
		return api.KeysAsked{}, err
	}
	out, err := d.keys(ctx, m.Sender, q, time.Now())
	if err != nil {
		return out, err
	}
	out.Mark, err = d.markOf(&m)
	return out, err
}

// keys does it for mails that were kept before a time.
func (d *Daemon) keys(ctx context.Context, sender string, q api.KeysRequest, before time.Time) (api.KeysAsked, error) {
	out := api.KeysAsked{Names: []string{}, Refused: []string{}, Failed: []string{}}
	var err error
	if out.Resolver, err = d.resolver(q.Resolver); err != nil {
		return out, d.refusal(api.CodeWrong, words.NamesNoServer, words.NamesNoServerHint)
	}
	names, err := d.core.marks.vault.Unasked(sender, before)
	if err != nil {
		return out, err
	}
	for _, name := range names {
		// A selector can be made for one reader alone: who asks for it says who reads.
		if alias.Askable(name) {
			out.Names = append(out.Names, name)
		} else {
			out.Refused = append(out.Refused, name)
		}
	}
	if q.Dry || len(names) == 0 {
		return out, nil
	}
	var answers []dkim.Answer
	for _, name := range out.Names {
		a, err := dkim.Ask(ctx, out.Resolver, name, time.Now)
		if err != nil || a.Code != "NOERROR" && a.Code != "NXDOMAIN" {
			out.Failed = append(out.Failed, name)
			continue
		}
		if a.Authentic {
			out.Authentic++
		}
		answers = append(answers, a)
	}
	// What was answered is kept, also if whoever asked has gone.
	if err := d.core.marks.vault.Answered(sender, answers, out.Refused); err != nil {
		return out, err
	}
	d.hub.add(store.Event{Kind: "evidence", Outcome: "keys asked", Sender: sender, Host: strings.Join(out.Names, " ")})
	return out, ctx.Err()
}

// askLater asks for keys that mails to come need, as the reader agreed when marking.
func (d *Daemon) askLater(ctx context.Context, sender string, before time.Time) error {
	_, err := d.keys(ctx, sender, api.KeysRequest{}, before)
	return err
}

// stamp asks an authority for a time stamp, or says whom it would ask.
func (d *Daemon) stamp(ctx context.Context, q api.StampRequest) (api.StampAsked, error) {
	if q.Bag != "" {
		return d.stampLater(ctx, q)
	}
	m, err := d.marked(ctx, q.Sender)
	if err != nil {
		return api.StampAsked{}, err
	}
	out := api.StampAsked{Authority: cmp.Or(q.Authority, m.Authority)}
	if !bag.Authority(out.Authority) {
		return out, d.refusal(api.CodeWrong, words.EvidenceBadAuthority, words.MarkAuthorityHint, "url", out.Authority)
	}
	if out.Needed, err = d.core.marks.vault.Due(m.Sender); err != nil || q.Dry || !out.Needed {
		return out, err
	}
	stamp, err := d.stampKept(ctx, m.Sender, out.Authority)
	if err != nil {
		what := strings.TrimPrefix(bag.Bare(err).Error(), "bag: ")
		return out, d.refusal(api.CodeUpstream, words.EvidenceStampFailed, words.MarkStampFailedHint, "what", words.Plain(what))
	}
	out.Needed, out.Stamp = false, &api.EvidenceStamp{Time: stamp.Time, Authority: stamp.Authority}
	return out, nil
}

// stampKept asks an authority for a stamp of all that was done until now.
func (d *Daemon) stampKept(ctx context.Context, sender, authority string) (bag.Stamp, error) {
	s, err := d.core.marks.vault.Stamping(sender)
	if err != nil {
		return bag.Stamp{}, err
	}
	answer, err := bag.AskStamp(ctx, bag.Client(&http.Transport{DialContext: d.dial}), authority, s.Request)
	if err != nil {
		return bag.Stamp{}, err
	}
	stamp, err := d.core.marks.vault.Stamped(s, answer)
	if err == nil {
		d.hub.add(store.Event{Kind: "evidence", Outcome: "stamped", Sender: sender, Host: authority})
	}
	return stamp, err
}

// announced are the requests that a mark would make.
func (d *Daemon) announced(q *api.MarkRequest, r *relay) []api.Asking {
	var list []api.Asking
	in := d.cfg.Words
	if q.Older && r != nil {
		list = append(list, api.Asking{Kind: "mailbox", Whom: r.account.IMAP.Host, What: r.account.Address, Learns: in.Say(words.MarkLearnsMailbox)})
	}
	if q.Keys {
		server, err := d.resolver("")
		if err != nil {
			server = "?"
		}
		list = append(list, api.Asking{Kind: "key", Whom: server, Learns: in.Say(words.MarkLearnsKey)})
	}
	if q.Authority != "" {
		list = append(list, api.Asking{Kind: "stamp", Whom: q.Authority, Learns: in.Say(words.MarkLearnsStamp)})
	}
	return list
}

// relayFor is the account whose server older mails are read from.
func (d *Daemon) relayFor(ctx context.Context, q *api.MarkRequest, key string) (*relay, error) {
	if q.Address != "" {
		if r := d.relays.get(strings.ToLower(q.Address)); r != nil {
			return r, nil
		}
		return nil, d.noAccount(q.Address)
	}
	if who, err := d.oneSender(ctx, key, false); err == nil {
		if r := d.relays.get(strings.ToLower(who.Account)); r != nil {
			return r, nil
		}
	}
	all := slices.Collect(slices.Values(d.relays.list()))
	if len(all) == 1 {
		return all[0], nil
	}
	return nil, d.refusal(api.CodeWrong, words.MarkWhichAccount, words.MarkWhichAccountHint, "n", len(all))
}
