package study

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/leak"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/detect/twin"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/source"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// An observer makes rows of mails. It may be used by many goroutines.
type observer struct {
	names pseudonymiser
	seeds *conditions
	rules rules
	judge *detect.Judge
	tool  string

	// mu guards finders, which look for the holders of mail that was looked into last:
	// to make one takes longer than to look into a mail.
	mu      sync.Mutex
	finders map[string]*leak.Finder
}

// maxFinders is how many finders are kept.
const maxFinders = 256

// finder returns what looks for people in addresses. Of seed mailboxes nothing is hidden.
func (o *observer) finder(people []string) *leak.Finder {
	if o.seeds != nil {
		return leak.New()
	}
	key := strings.Join(people, "\x00")
	o.mu.Lock()
	f := o.finders[key]
	o.mu.Unlock()
	if f != nil {
		return f
	}
	f = leak.New(people...)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.finders == nil || len(o.finders) >= maxFinders {
		o.finders = make(map[string]*leak.Finder)
	}
	o.finders[key] = f
	return f
}

// A seen mail is what rows are made of.
type seen struct {
	holder string
	own    []string
	raw    []byte
}

// failure is the row of a mail that could not be looked into. Its key is made of the
// place where it was, for its octets are not known.
func (o *observer) failure(holder, key, why string) Record {
	m := o.message(o.failureKey(holder, key), holder)
	m.Error = &why
	return Record{Message: m}
}

// failureKey names such a row.
func (o *observer) failureKey(holder, key string) string {
	return o.names.name("message", holder, "place", key)
}

// holder is what rows call whose mail it is: the name of a seed mailbox, and of a
// participant what only the study's key makes.
func (o *observer) holder(name string) string {
	if o.seeds != nil {
		return name
	}
	return o.names.name("holder", name)
}

// message is the beginning of a row.
func (o *observer) message(key, holder string) Message {
	holder = o.holder(holder)
	return Message{MsgKey: key, Mailbox: &holder, DeclaredFor: []string{}, Gaps: []string{},
		ToolVersion: o.tool, RulesVersion: o.judge.Catalogue.Edition(), ListHash: maybe(o.rules.edition)}
}

// keyOf names a mail by its octets.
func (o *observer) keyOf(holder string, raw []byte) string {
	sum := sha256.Sum256(raw)
	return o.names.name("message", holder, "octets", string(sum[:]))
}

// observe makes the rows of a mail.
func (o *observer) observe(in seen) Record {
	h := message.Header(in.raw)
	recipient := recipientOf(h, in.own)
	report := detect.Scan(in.raw, o.judge, detect.ScanOptions{Recipient: recipient, All: true})
	plan.Settle(in.raw, report.Findings)
	m := o.message(o.keyOf(in.holder, in.raw), in.holder)
	for _, g := range report.Gaps {
		m.Gaps = append(m.Gaps, g.Reason)
	}
	return o.record(m, looked{header: h, recipient: recipient, own: in.own, sha: report.MessageSHA256, findings: report.Findings})
}

// A looked mail is what was found in it.
type looked struct {
	header    message.HeaderFields
	recipient string
	own       []string
	// sha is of the raw mail, "" if it was not there.
	sha      string
	findings []detect.Finding
	// permission says how the reader's permission to Unseen stood; nil says nothing.
	permission func(f *detect.Finding, at time.Time) *string
}

// record makes the rows of what was found in a mail, of which m says already which it is
// and what was not looked into.
func (o *observer) record(m Message, in looked) Record {
	h := in.header
	from := sender.Identify(h, catalogue.Provider{})
	when, dated := cameAt(h)
	if dated {
		week := weekOf(when)
		m.RecvWeek = &week
	}
	facts := detect.Gather(h, nil, in.recipient)
	domain := domainOf(facts.FromDomain)
	m.SenderETLD1, m.Country = maybe(domain), maybe(countryOf(domain))
	if from.Key != "" {
		m.SenderKey = maybe(o.names.name("sender", from.Key))
	}
	if mailing := twin.MailingKey(h); mailing != "" {
		m.CampaignKey = maybe(o.names.name("campaign", mailing, text(m.RecvWeek)))
	}
	m.ESP = o.service(h)
	m.AddressKnown = facts.Recipient != ""
	slices.Sort(m.Gaps)
	m.Gaps = slices.Compact(m.Gaps)
	m.References = int64(len(in.findings))
	if o.seeds != nil {
		o.declare(&m, declaration{from: from, domain: domain, recipient: facts.Recipient, when: when, dated: dated, sha: in.sha})
	}
	r := Record{Message: m}
	own := o.finder(append(slices.Clone(in.own), holders(h, facts.Recipient)...))
	for i := range in.findings {
		x := o.row(i, &in.findings[i], &m, own)
		if in.permission != nil && dated {
			x.Permission = in.permission(&in.findings[i], when)
		}
		r.Observations = append(r.Observations, x)
	}
	if o.seeds == nil {
		hideOwn(&r, facts.Recipient, o.judge.Catalogue)
	}
	return r
}

// holders are the recipient with the names that the header gives them, which may stand
// in addresses as they do in the mail.
func holders(h message.HeaderFields, recipient string) []string {
	list := []string{recipient}
	for _, field := range []string{"To", "Delivered-To"} {
		if all, err := mail.ParseAddressList(h.Text(field)); err == nil && len(all) == 1 {
			list = append(list, all[0].String())
		}
	}
	return list
}

// hideOwn takes out the domain of a participant's own, which would name them.
func hideOwn(r *Record, recipient string, c *catalogue.Catalogue) {
	_, at, _ := strings.Cut(recipient, "@")
	own := domainOf(at)
	if own == "" || c.Shared(own) {
		return
	}
	if text(r.Message.SenderETLD1) == own {
		r.Message.SenderETLD1, r.Message.Country = nil, nil
	}
	for i := range r.Observations {
		x := &r.Observations[i]
		if text(x.SenderETLD1) == own {
			x.SenderETLD1 = nil
		}
		if text(x.ETLD1) == own {
			x.Host, x.ETLD1, x.URLTemplate = nil, nil, nil
		}
	}
}

// service is the mailing service that the header names.
func (o *observer) service(h message.HeaderFields) *string {
	for _, name := range o.judge.Catalogue.HeaderFields() {
		for _, value := range h.All(name) {
			if n, ok := o.judge.Catalogue.Header(name, value); ok {
				return &n.Vendor.ID
			}
		}
	}
	return nil
}

// row is the row of one reference.
func (o *observer) row(i int, f *detect.Finding, m *Message, own *leak.Finder) Observation {
	x := Observation{
		ObsID: fmt.Sprintf("%s-%05d", m.MsgKey, i), MsgKey: m.MsgKey, CampaignKey: m.CampaignKey, RecvWeek: m.RecvWeek, SenderETLD1: m.SenderETLD1,
		ElementKind: string(f.Kind), Vector: string(f.Vector), Part: f.Part, Offset: int64(f.Offset),
		Vendor: f.Vendor, RuleIDs: f.Rules, ReasonCodes: []string{}, ListHits: []string{}, Purposes: []string{},
		Verdict: string(f.Verdict), Certainty: maybe(string(f.Certainty)), Individual: f.Individualised,
		PurposeBasis: maybe(string(f.Basis)), Exemption: f.Exemption, Declared: m.Declared, Action: f.Action,
		ToolVersion: m.ToolVersion, RulesVersion: m.RulesVersion, ListHash: m.ListHash,
	}
	tag, rest, _ := strings.Cut(x.Vector, " ")
	x.Tag, x.SrcKind = tag, maybe(rest)
	for _, p := range f.Purposes {
		x.Purposes = append(x.Purposes, string(p))
	}
	for _, why := range f.Because {
		x.ReasonCodes = append(x.ReasonCodes, why.Code)
	}
	if v, ok := o.judge.Catalogue.Vendor(text(f.Vendor)); ok {
		x.OwnerEntity = &v.Name
	}
	o.address(&x, f, own)
	shape(&x, f)
	if t := f.Token; t != nil {
		n, bits := int64(t.Length), entropy(t.Text)
		x.TokenLen, x.TokenEntropy, x.TokenWhere, x.TokenKind = &n, &bits, &t.Where, &t.Kind
	}
	if f.Leak != nil {
		chain := strings.Split(*f.Leak, " of ")
		depth, kind := int64(len(chain)), leakKind(chain)
		if kind == "plain" {
			depth = 0
		}
		x.LeakKind, x.LeakChain, x.LeakDepth = &kind, f.Leak, &depth
	}
	if o.seeds != nil {
		x.URL = &f.URL
	}
	return x
}

// address writes what is told of an address.
func (o *observer) address(x *Observation, f *detect.Finding, own *leak.Finder) {
	if x.ElementKind == string(reference.Receipt) {
		// The host is that of who asks for the notice.
		x.ETLD1 = maybe(domainOf(f.Host))
		x.Host = x.ETLD1
	} else if form, host, ok := formOf(f.URL, own); ok {
		x.URLTemplate, x.Host, x.ETLD1 = &form, &host, maybe(domainOf(f.Host))
	}
	if org, from := domainOf(f.Host), text(x.SenderETLD1); org != "" && from != "" {
		third := org != from
		x.ThirdParty = &third
	}
	if a, ok := o.rules.alias(f.Host); ok && domainOf(a.Target) != text(x.ETLD1) {
		x.CNAMEETLD1 = maybe(domainOf(a.Target))
	}
	x.ListHits = o.rules.hits(f, x.ThirdParty == nil || *x.ThirdParty)
}

// tiny is how many CSS pixels a side may have that shows nothing.
const tiny = 3

// shape writes what the mail declares of a load.
func shape(x *Observation, f *detect.Finding) {
	x.Invisible = "not-a-load"
	if !f.Kind.Load() {
		return
	}
	width, height := int64(f.Shape.Width), int64(f.Shape.Height)
	if width >= 0 {
		x.DeclaredW = &width
	}
	if height >= 0 {
		x.DeclaredH = &height
	}
	switch {
	case f.Shape.Hidden != "":
		x.Invisible = "hidden"
	case width >= 0 && height >= 0 && max(width, height) <= tiny:
		x.Invisible = "tiny"
	default:
		x.Invisible = "none"
	}
}

// leakKind says how an address is written, by its layers.
func leakKind(chain []string) string {
	hashed, encoded := false, false
	for _, layer := range chain {
		if isHash(layer) {
			hashed = true
		} else if layer != "plain" {
			encoded = true
		}
	}
	switch {
	case hashed && encoded:
		return "encoded-hash"
	case hashed:
		return "hashed"
	case encoded:
		return "encoded"
	}
	return "plain"
}

// isHash says whether a layer of package leak is a hash.
func isHash(layer string) bool {
	for _, name := range []string{"md", "sha", "murmur", "mmh", "ripemd", "whirlpool", "crc", "adler"} {
		if strings.Contains(layer, name) {
			return true
		}
	}
	return false
}

// recipientOf says to which of the holder's addresses a mail came; "" leaves it to the
// header.
func recipientOf(h message.HeaderFields, own []string) string {
	if len(own) == 1 {
		return own[0]
	}
	for _, field := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc"} {
		for _, value := range h.All(field) {
			for _, box := range sender.Mailboxes(value) {
				if i := slices.IndexFunc(own, func(o string) bool { return strings.EqualFold(o, box) }); i >= 0 {
					return own[i]
				}
			}
		}
	}
	return ""
}

// cameAt is when a mail came: by what the last server stamped, else by what it says
// itself.
func cameAt(h message.HeaderFields) (time.Time, bool) {
	for _, value := range append(h.All("Received")[:min(1, len(h.All("Received")))], "; "+h.Get("Date")) {
		at, err := mail.ParseDate(strings.TrimSpace(value[strings.LastIndexByte(value, ';')+1:]))
		// Before there was mail, and after anybody will read this, it is no date.
		if err == nil && at.Year() > 1980 && at.Year() < 2100 {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

// weekOf is the ISO week of a time.
func weekOf(t time.Time) string {
	year, week := t.ISOWeek()
	return fmt.Sprintf("%d-W%02d", year, week)
}

// faultWord is what a row calls the reason why there is no mail.
func faultWord(err error) string {
	for _, known := range []struct {
		err  error
		word string
	}{
		{source.ErrTooLarge, "size"}, {source.ErrUnpacks, "unpacks"}, {source.ErrDepth, "archives"}, {source.ErrEncrypted, "encrypted"},
		{source.ErrArchive, "archive"}, {source.ErrMessage, "server"}, {fs.ErrNotExist, "missing"}, {fs.ErrPermission, "permission"},
	} {
		if errors.Is(err, known.err) {
			return known.word
		}
	}
	return "unreadable"
}

// sum is the SHA-256 of octets, in hexadecimal.
func sum(octets []byte) string {
	s := sha256.Sum256(octets)
	return hex.EncodeToString(s[:])
}
