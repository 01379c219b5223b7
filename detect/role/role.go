// Package role says who may have a part in a mail: who sends it, whose service
// sends it out, who tracks, who keeps the mailbox, and whose offer it is where that
// is somebody else.
//
// All of it is presumed, from what the mail shows; each role has its reasons. Who
// is responsible in law depends on contracts that no mail shows.
//
// It is pure.
package role

import (
	"maps"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reason"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// A Kind is a part in a mail.
type Kind string

const (
	// Sender is whom From names.
	Sender Kind = "sender"
	// Advertiser is whose offer the mail is, where that is not the sender.
	Advertiser Kind = "advertiser"
	// ListOwner is a sender that sends for an advertiser: it seems to rent out its
	// list of addresses.
	ListOwner Kind = "list-rental"
	// Service is who sends the mail out for the sender.
	Service Kind = "emailing-service"
	// Tracker is who runs a tracker of the mail.
	Tracker Kind = "tracking-technology"
	// Mailbox is who keeps the reader's mailbox.
	Mailbox Kind = "mailbox-provider"
)

// A Role is somebody's presumed part in a mail.
type Role struct {
	// Kind is the part.
	Kind Kind
	// Name is what to call them: the vendor's name, else the domain.
	Name string
	// Domain is a domain of theirs, Vendor their identifier in the catalogue; one
	// of them may be "".
	Domain, Vendor string
	// Why are sentences for the reader, Because the same as data.
	Why     []string
	Because []reason.Reason
}

// sentences are the English of the reasons. They stand together so that they can be
// translated together.
var sentences = reason.Table{
	"vouched":      "It stands in From, and your mail provider vouches for it.",
	"verified":     "It stands in From, and its signature was verified on this computer.",
	"unvouched":    "It stands in From, and nobody vouches for it.",
	"offer":        "Most of what the mail shows and links to is at {0}, and nothing at {1}.",
	"way-out":      "It sends for {0}, and the mail is left by way of {1}, not of {0}.",
	"field":        "The header has its field {0}.",
	"signed":       "It signed the mail, as {0}.",
	"returns":      "Mail that cannot be delivered goes back to {0}.",
	"list-address": "Its address stands in {0}, as {1}.",
	"picture":      "A picture of the mail that tells readers apart is at {0}.",
	"link":         "A link of the mail that tells readers apart is at {0}.",
	"pixel":        "A pixel of the mail that tells readers apart is at {0}.",
	"its-trackers": "Its trackers stand in the mail, at {0}.",
	"mailbox":      "Your mailbox is kept there.",
}

// Sentences returns the English sentences by their codes.
func Sentences() map[string]string { return maps.Clone(sentences) }

// Seen is one reference of the mail, and what it was judged to be.
type Seen struct {
	// Ref is the reference.
	Ref reference.Reference
	// Judgement is its verdict.
	Judgement detect.Judgement
}

// A Mail is what is known of a mail.
type Mail struct {
	// Header is its header.
	Header message.HeaderFields
	// From is who sent it, by package sender.
	From sender.Sender
	// Provider keeps the reader's mailbox.
	Provider catalogue.Provider
	// Seen are its references.
	Seen []Seen
}

// Of returns the roles in a mail, the sender's first. The catalogue must not be
// nil.
func Of(m Mail, c *catalogue.Catalogue) []Role {
	f := finder{mail: &m, known: c, own: sender.OrgDomain(m.From.Domain), run: make(map[string]string)}
	f.sender()
	f.services()
	f.trackers()
	if m.Provider.ID != "" {
		f.add(Role{Kind: Mailbox, Name: m.Provider.ID, Domain: first(m.Provider.Domains)}, reason.Is("mailbox"))
	}
	slices.SortStableFunc(f.out, func(a, b Role) int { return order(a.Kind) - order(b.Kind) })
	return f.out
}

// order is in which order roles are told.
func order(k Kind) int {
	return slices.Index([]Kind{Sender, ListOwner, Advertiser, Service, Tracker, Mailbox}, k)
}

// A finder gathers roles.
type finder struct {
	mail  *Mail
	known *catalogue.Catalogue
	// own is the sender's organisational domain.
	own string
	// run keeps who runs a domain.
	run map[string]string
	out []Role
}

// maxReasons is how many reasons one role has.
const maxReasons = 5

// add adds a role, or a reason to one that is there.
func (f *finder) add(r Role, because reason.Reason) {
	why := sentences.English(because)
	for i := range f.out {
		o := &f.out[i]
		if o.Kind != r.Kind || o.Name != r.Name {
			continue
		}
		if len(o.Why) < maxReasons && !slices.Contains(o.Why, why) {
			o.Why, o.Because = append(o.Why, why), append(o.Because, because)
		}
		return
	}
	r.Why, r.Because = []string{why}, []reason.Reason{because}
	f.out = append(f.out, r)
}

// vendor makes a role of a vendor, or of a domain that is not known.
func (f *finder) vendor(k Kind, id, domain string) Role {
	r := Role{Kind: k, Name: domain, Domain: domain, Vendor: id}
	if v, ok := f.known.Vendor(id); ok {
		r.Name = v.Name
		if r.Domain = v.Domain; r.Domain == "" {
			r.Domain = domain
		}
	}
	return r
}

// sender names whom From names, and whose offer it is if that is another.
func (f *finder) sender() {
	from := f.mail.From
	if from.Address == "" {
		return
	}
	r := Role{Kind: Sender, Name: from.Key, Domain: f.own}
	if r.Name == "" {
		r.Name = from.Address
	}
	why := reason.Is("unvouched")
	if from.Authenticated {
		why = reason.Is("vouched")
	}
	if from.How == sender.OwnDKIM {
		why = reason.Is("verified")
	}
	f.add(r, why)
	domain, links, ok := f.offered()
	if !ok {
		return
	}
	f.add(Role{Kind: Advertiser, Name: domain, Domain: domain}, reason.Is("offer", domain, f.own))
	if links {
		f.add(Role{Kind: ListOwner, Name: r.Name, Domain: r.Domain}, reason.Is("way-out", domain, f.own))
	}
}

// first returns the first of a list.
func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// services finds who sends the mail out: by fields that their programs write, by
// whose signature it has, and by where it comes back to.
func (f *finder) services() {
	h := f.mail.Header
	for _, name := range f.known.HeaderFields() {
		for _, value := range h.All(name) {
			if n, ok := f.known.Header(name, value); ok {
				f.add(f.vendor(Service, n.Vendor.ID, n.Vendor.Domain), reason.Is("field", name))
			}
		}
	}
	for _, field := range h.All("DKIM-Signature") {
		if d := tag(field, "d"); f.stranger(d) {
			f.add(f.vendor(Service, f.runs(d), sender.OrgDomain(d)), reason.Is("signed", d))
		}
	}
	if boxes := sender.Mailboxes(h.Get("Return-Path")); len(boxes) == 1 {
		if _, d, _ := strings.Cut(boxes[0], "@"); f.stranger(d) {
			f.add(f.vendor(Service, f.runs(d), sender.OrgDomain(d)), reason.Is("returns", d))
		}
	}
	for _, name := range []string{"List-Unsubscribe", "List-Id"} {
		if d := listDomain(h.Get(name)); f.stranger(d) {
			f.add(f.vendor(Service, f.runs(d), sender.OrgDomain(d)), reason.Is("list-address", name, d))
		}
	}
}

// stranger says whether a domain is one, and not of the sender.
func (f *finder) stranger(domain string) bool {
	return strings.Contains(domain, ".") && sender.OrgDomain(domain) != f.own
}

// runs returns who is known to run a domain, "" if nobody is.
func (f *finder) runs(domain string) string {
	if id, ok := f.run[domain]; ok {
		return id
	}
	id := ""
	if hit, ok := f.known.Match("https://" + domain + "/"); ok && !hit.Generic {
		id = hit.Vendor.ID
	} else if v, ok := f.known.VendorAt(domain); ok {
		id = v.ID
	}
	f.run[domain] = id
	return id
}

// trackers finds who tracks; a tracker of an emailing service names that too.
func (f *finder) trackers() {
	for i := range f.mail.Seen {
		s := &f.mail.Seen[i]
		j := &s.Judgement
		if j.Verdict != detect.Tracker && j.Verdict != detect.Suspected {
			continue
		}
		at, ok := catalogue.Split(s.Ref.URL)
		if !ok {
			continue
		}
		what := "picture"
		if s.Ref.Kind == reference.Link {
			what = "link"
		} else if s.Ref.Kind == reference.Pixel {
			what = "pixel"
		}
		f.add(f.vendor(Tracker, j.Vendor, sender.OrgDomain(at.Host)), reason.Is(what, at.Host))
		if v, ok := f.known.Vendor(j.Vendor); ok && v.Role == "esp" {
			f.add(f.vendor(Service, v.ID, v.Domain), reason.Is("its-trackers", at.Host))
		}
	}
}

// tag returns the value of a tag of a signature (RFC 6376, section 3.2).
func tag(field, name string) string {
	for part := range strings.SplitSeq(field, ";") {
		if n, value, ok := strings.Cut(part, "="); ok && strings.TrimSpace(n) == name {
			return strings.ToLower(strings.Join(strings.Fields(value), ""))
		}
	}
	return ""
}

// listDomain returns the domain of the first address of a field of a list, or of a
// List-Id (RFC 2919, section 2).
func listDomain(field string) string {
	_, rest, ok := strings.Cut(field, "<")
	address, _, closed := strings.Cut(rest, ">")
	if !ok || !closed {
		return ""
	}
	if at, ok := catalogue.Split(address); ok {
		return at.Host
	}
	if mailto, ok := strings.CutPrefix(strings.ToLower(address), "mailto:"); ok {
		mailto, _, _ = strings.Cut(mailto, "?")
		_, domain, _ := strings.Cut(mailto, "@")
		return domain
	}
	if strings.ContainsAny(address, "/:@ ") {
		return ""
	}
	return strings.ToLower(address)
}
