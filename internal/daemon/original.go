package daemon

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/store"
)

// original returns the original of a mail as a mail program stored it. The program
// may have changed line ends and added fields to the header: the plan is found by
// the header without them, or by a token in the text, and what it gives is proved
// by the hashes of the parts that it rewrote.
func (d *Daemon) original(ctx context.Context, raw []byte) (api.Kept, []byte, error) {
	mail := storedOf(raw)
	plans, err := d.plansOf(ctx, &mail)
	if err != nil {
		return "", nil, err
	}
	asWas := false
	for _, p := range plans {
		body, kept := mail.undo(p)
		if kept == api.KeptServed {
			out, ok := mail.stored(body)
			if ok {
				return kept, out, nil
			}
		}
		asWas = asWas || kept == api.KeptOriginal
	}
	if asWas || !bytes.Contains(mail.text(), []byte(strings.TrimPrefix(d.gateway.origin(), "http://"))) {
		return api.KeptOriginal, nil, nil
	}
	return d.written(ctx, &mail)
}

// written takes addresses of the gateway out of what the reader wrote.
func (d *Daemon) written(ctx context.Context, mail *storedMail) (api.Kept, []byte, error) {
	var broken error
	restore := &restorer{backend: d.gateway.backend, base: d.gateway.origin()}
	out, unknown, err := plan.Restore(mail.raw(), restore.base, restore.looking(ctx, &broken), plan.ByAppend)
	if err = errors.Join(err, broken); errors.Is(err, plan.ErrSigned) || err == nil && (unknown > 0 || bytes.Equal(out, mail.raw())) {
		return api.KeptUnknown, nil, nil
	}
	if err != nil {
		return "", nil, err
	}
	if mail.lf {
		out = bytes.ReplaceAll(out, []byte("\r\n"), []byte("\n"))
	}
	return api.KeptWritten, out, nil
}

// A storedMail is a mail as a mail program keeps it.
type storedMail struct {
	// head and body are its two parts, with CR LF.
	head, body []byte
	// lf says that the program keeps it with LF alone.
	lf bool
}

// storedOf divides a mail as it is stored.
func storedOf(raw []byte) storedMail {
	m := storedMail{lf: !bytes.Contains(raw, []byte("\r\n"))}
	if m.lf {
		raw = bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n"))
	}
	at := bytes.Index(raw, []byte("\r\n\r\n"))
	if at < 0 {
		m.head = raw
		return m
	}
	m.head, m.body = raw[:at+4], raw[at+4:]
	return m
}

// raw is the mail with CR LF.
func (m *storedMail) raw() []byte { return slices.Concat(m.head, m.body) }

// stored is the mail with another body, as the program keeps it; false if that
// cannot be said without a doubt, for the mail had line ends of both kinds.
func (m *storedMail) stored(body []byte) ([]byte, bool) {
	whole := slices.Concat(m.head, body)
	if !m.lf {
		return whole, true
	}
	out := bytes.ReplaceAll(whole, []byte("\r\n"), []byte("\n"))
	return out, bytes.Equal(bytes.ReplaceAll(out, []byte("\n"), []byte("\r\n")), whole)
}

// undo returns the body as it was before a plan rewrote it, and how the stored one
// relates to it: "" if the plan is another message's. Line ends that a program put
// behind the message stay.
func (m *storedMail) undo(p *plan.Plan) ([]byte, api.Kept) {
	head, ok := p.Overlay.Section("HEADER")
	size := p.Overlay.Size - head.End
	if !ok || size < 0 || size > len(m.body) || len(bytes.Trim(m.body[size:], "\r\n")) > 0 || !p.Complete {
		return nil, ""
	}
	if proved(p, m.body[:size], head.End) {
		return nil, api.KeptOriginal
	}
	body := slices.Clone(m.body)
	if p.Overlay.Undo(body[:size], head.End) > 0 || !proved(p, body[:size], head.End) {
		return nil, ""
	}
	return body, api.KeptServed
}

// proved says whether a body is the original that a plan was made of: all parts
// that it would rewrite have their hashes, and every edit finds its old octets. The
// body begins at an offset of the message.
func proved(p *plan.Plan, body []byte, off int) bool {
	for _, l := range p.Leaves {
		if l.Raw.Start < off || l.Raw.End > off+len(body) || sha256.Sum256(body[l.Raw.Start-off:l.Raw.End-off]) != l.SHA256 {
			return false
		}
	}
	return p.Overlay.Apply(slices.Clone(body), off) == 0
}

// localField says whether a field is one that mail programs add to what they keep:
// Thunderbird, mbsync, OfflineIMAP, and those that write mbox files.
func localField(name string) bool {
	switch name = strings.ToLower(name); name {
	case "x-tuid", "x-offlineimap", "status", "x-status", "x-keywords", "x-uid", "x-imap", "x-imapbase", "content-length", "lines",
		"x-account-key", "x-uidl", "x-evolution-source":
		return true
	}
	return strings.HasPrefix(name, "x-mozilla-")
}

// heads are the header blocks that a mail may have had before a program kept it:
// as it is, and without the fields that programs add, on top or anywhere.
func (m *storedMail) heads() [][]byte {
	var all, top []byte
	added := true
	for _, f := range fieldsOf(m.head) {
		name, _, _ := bytes.Cut(f, []byte(":"))
		local := localField(string(bytes.TrimSpace(name)))
		added = added && local
		if !local {
			all = append(all, f...)
		}
		if !added {
			top = append(top, f...)
		}
	}
	list := [][]byte{m.head}
	for _, one := range [][]byte{top, all} {
		if !slices.ContainsFunc(list, func(b []byte) bool { return bytes.Equal(b, one) }) {
			list = append(list, one)
		}
	}
	return list
}

// fieldsOf divides a header block into fields, each with the lines that continue
// it; the empty line is one too.
func fieldsOf(head []byte) [][]byte {
	var list [][]byte
	for line := range bytes.Lines(head) {
		if last := len(list) - 1; last >= 0 && (line[0] == ' ' || line[0] == '\t') {
			list[last] = append(slices.Clip(list[last]), line...)
			continue
		}
		list = append(list, line)
	}
	return list
}

// plansOf returns the plans that a stored mail may have been served by: those of
// its header, then that of the first token in its text.
func (d *Daemon) plansOf(ctx context.Context, m *storedMail) ([]*plan.Plan, error) {
	var found []*store.Plan
	for _, head := range m.heads() {
		list, err := d.core.store.PlansByHeader(ctx, 0, sha256.Sum256(head))
		if err != nil {
			return nil, err
		}
		found = append(found, list...)
	}
	for _, token := range d.tokensIn(m) {
		at, ok, err := d.core.store.ReferenceByToken(ctx, token)
		if err != nil {
			return nil, err
		}
		if ok {
			found = append(found, at.Plan)
			break
		}
	}
	var plans []*plan.Plan
	for _, one := range found {
		read, err := d.core.mails.of(ctx, one)
		if err != nil {
			return nil, err
		}
		plans = append(plans, read.plan)
	}
	return plans, nil
}

// maxTokens is how many tokens of a mail are looked up.
const maxTokens = 8

// text is all decoded text of the mail, of enclosed messages too.
func (m *storedMail) text() []byte {
	raw := m.raw()
	var all []byte
	for p := range message.Parse(raw).Leaves() {
		if p.Body.Len() > 0 && (strings.HasPrefix(p.MediaType, "text/") || strings.HasSuffix(p.MediaType, "+xml")) {
			all = append(all, message.Decode(raw[p.Body.Start:p.Body.End], p.Body.Start, p.Encoding).Bytes()...)
			all = append(all, '\n')
		}
	}
	return all
}

// tokensIn are tokens in a mail's text, as many as it takes to find one that is
// known: a draft may quote several mails.
func (d *Daemon) tokensIn(m *storedMail) []string {
	origin := regexp.QuoteMeta(d.gateway.origin())
	shape := regexp.MustCompile(origin + `/(?:[pl]/)?([0-9A-Za-z]{22}|[0-9A-Za-z]{11})`)
	var tokens []string
	for _, found := range shape.FindAllSubmatch(m.text(), maxTokens) {
		tokens = append(tokens, string(found[1]))
	}
	return tokens
}
