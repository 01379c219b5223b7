package detect

import (
	"slices"
	"strings"
	"sync"

	"github.com/unseen-mail/unseen/detect/exempt"
	"github.com/unseen-mail/unseen/detect/leak"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/detect/signal"
	"github.com/unseen-mail/unseen/rules/catalogue"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// A Judge gives verdicts by one edition of the rules. It may be used by many
// goroutines.
//
// What is weighed, in this order: what the reader's own rules say; the reader's
// own address in the URL, in any form; for links, words by which they are left
// alone; what other mail of the sender showed of the address's form, where that is
// known; the forms of vendors; then names of persons or deliveries by themselves
// (package signal), against what else the mail shows of them. Each verdict is one
// rule of load.go, picture.go or link.go, and its reasons are the signs that the
// rule rests on. There are no weights.
type Judge struct {
	// Catalogue must not be nil.
	Catalogue *catalogue.Catalogue
	// Words know which links are for a choice or an authentication. Nil is the
	// embedded ones.
	Words *exempt.Matcher
	// Aliases says which other name a host leads to, as far as somebody asked the DNS;
	// nil for nothing. It must not ask.
	Aliases func(host string) (Alias, bool)

	// mu guards finders, which look for the addresses that were scanned for last:
	// to make one takes longer than to judge a mail.
	mu      sync.Mutex
	finders map[string]*leak.Finder
}

// maxFinders is how many addresses are kept ready to be looked for.
const maxFinders = 256

// Finder returns what looks for a recipient's address. It is kept, for to make one takes
// longer than to judge a mail.
func (j *Judge) Finder(recipient string) *leak.Finder {
	j.mu.Lock()
	defer j.mu.Unlock()
	f := j.finders[recipient]
	if f == nil {
		if j.finders == nil {
			j.finders = make(map[string]*leak.Finder, maxFinders)
		}
		for old := range j.finders {
			if len(j.finders) < maxFinders {
				break
			}
			delete(j.finders, old)
		}
		f = leak.New(recipient)
		j.finders[recipient] = f
	}
	return f
}

// embedded are the words of the catalogue's own table.
var embedded = sync.OnceValue(func() *exempt.Matcher {
	m, err := exempt.Load()
	if err != nil {
		// The table is part of the program, and tests read it.
		m, _ = exempt.New(nil)
	}
	return m
})

// words returns what knows which links are left alone.
func (j *Judge) words() *exempt.Matcher {
	if j.Words != nil {
		return j.Words
	}
	return embedded()
}

// A view is one reference while it is judged.
type view struct {
	judge *Judge
	ref   reference.Reference
	facts *Facts
	at    catalogue.Address
	hit   catalogue.Hit
	known bool
	// inner says that the address stood within another one.
	inner bool
	// parts are the address taken apart, once somebody asks.
	parts *signal.Parts
}

// Judge says what a reference is.
func (j *Judge) Judge(ref reference.Reference, f Facts) Judgement {
	out := j.judge(ref, &f)
	out.Edition = j.Catalogue.Edition()
	return out
}

func (j *Judge) judge(ref reference.Reference, f *Facts) Judgement {
	if ref.Kind == reference.Receipt {
		out := Judgement{Verdict: Tracker, Certainty: Strong, Individualised: Individual,
			Purposes: []purpose.ID{purpose.Receipt}, Basis: Documented, Rules: []string{"receipt"}}
		out.because(why("receipt"))
		return out
	}
	v := view{judge: j, ref: ref, facts: f}
	var ok bool
	if v.at, ok = catalogue.Split(ref.URL); !ok || !ref.Remote {
		return v.clean(NotIndividual, why("local"))
	}
	if out, said := v.own(); said {
		return out
	}
	v.hit, v.known = j.Catalogue.MatchAddress(v.at)
	var out Judgement
	if a, naming, ok := v.aliased(); ref.Kind.Load() {
		if out = v.through(v.load()); ok {
			out = v.behind(out, a, naming)
		}
	} else if out = v.link(); ok {
		out = v.behind(out, a, naming)
	}
	return v.withLeak(v.remembered(out))
}

// take returns the address taken apart.
func (v *view) take() *signal.Parts {
	if v.parts == nil {
		v.parts = v.facts.Mail.Parts(v.ref.URL)
	}
	return v.parts
}

// withLeak looks for the recipient's address, which outweighs all other signs.
func (v *view) withLeak(out Judgement) Judgement {
	finder := v.facts.Leaks
	if finder == nil {
		finder = v.judge.Finder(v.facts.Recipient)
	}
	l, ok := finder.Find(v.ref.URL)
	if !ok || l.Weak {
		return out
	}
	form := l.Form // so that of the rest nothing is kept, nor made room for where nothing is found
	out.Leak, out.Individualised = &form, Individual
	reason := whyLeak(l)
	out.Reasons = slices.Insert(out.Reasons, 0, reason.English())
	out.Because = slices.Insert(out.Because, 0, reason)
	out.Rules = append(out.Rules, "leak:"+l.Form)
	out.Token = &TokenInfo{Where: l.Where, Kind: "address", Length: l.End - l.Start, Text: v.ref.URL[l.Start:l.End]}
	shared := out.Exemption == string(purpose.Aggregate)
	if out.Verdict == Exempt && !shared {
		return out
	}
	if out.Verdict == Clean || shared {
		// The reason why it was clean, or everybody's, no longer holds.
		out.Exemption = ""
		out.Reasons, out.Because = out.Reasons[:1], out.Because[:1]
	}
	out.Verdict, out.Certainty = Tracker, Proven
	out.Purposes, out.Basis = v.purposes()
	if !v.known && v.ref.Kind.Load() && slices.ContainsFunc(l.Layers, isHash) && v.thirdParty() {
		// Who gets a hash of an address and does not send the mail can know by it
		// the same reader elsewhere.
		out.Purposes = append(out.Purposes, purpose.Profiling)
	}
	return out
}

// isHash says whether a layer is a hash: those of package leak have a number in
// their name, but for one.
func isHash(layer string) bool {
	return layer == "whirlpool" || strings.ContainsAny(layer, "0123456789") && !strings.HasPrefix(layer, "base") && !strings.HasPrefix(layer, "rot")
}

// thirdParty says that the host does not belong to who sends, as far as is known.
func (v *view) thirdParty() bool {
	if v.facts.FromDomain == "" {
		return true
	}
	// The Public Suffix List is asked last: it takes longer than all the rest.
	own := v.facts.FromDomain
	if v.at.Host == own {
		return false
	}
	if dot := strings.LastIndexByte(own, '.'); dot >= 0 && !strings.HasSuffix(v.at.Host, strings.ToLower(own[dot:])) {
		return true
	}
	return sender.OrgDomain(v.at.Host) != sender.OrgDomain(own)
}

// purposes are those of the vendor, or of the service that the header names; for
// somebody unknown, that of measuring.
func (v *view) purposes() ([]purpose.ID, Basis) {
	basis := Inferred
	if v.known && !v.hit.Vendor.Inferred {
		basis = Documented
	}
	vendor := v.hit.Vendor
	if !v.known {
		vendor = v.mailer()
	}
	if v.ref.Kind.Load() {
		if vendor != nil {
			return slices.Clone(vendor.Purposes), basis
		}
		return []purpose.ID{purpose.Performance}, basis
	}
	ids := []purpose.ID{purpose.Click}
	if vendor == nil {
		return ids, basis
	}
	// To follow a link serves the vendor's wider ends too, but tells nothing
	// of openings.
	for _, id := range vendor.Purposes {
		if id == purpose.Profiling || id == purpose.Fraud || id == purpose.VendorOwn {
			ids = append(ids, id)
		}
	}
	return ids, basis
}

// tracker returns a verdict against the reference.
func (v *view) tracker(c Certainty, t *signal.Token, rule string, reasons ...Reason) Judgement {
	out := Judgement{Verdict: Tracker, Certainty: c, Individualised: Individual, Token: infoOf(t), Rules: []string{rule}}
	out.Purposes, out.Basis = v.purposes()
	out.because(reasons...)
	if v.known {
		out.Vendor = v.hit.Vendor.ID
	} else if by := v.mailer(); by != nil {
		out.Vendor = by.ID
		out.because(why("mailer", by.Name))
		out.Rules = append(out.Rules, "header:"+by.ID)
	}
	return out
}

// suspected returns a verdict that leaves room for doubt.
func (v *view) suspected(c Certainty, t *signal.Token, rule string, reasons ...Reason) Judgement {
	out := v.tracker(c, t, rule, reasons...)
	out.Verdict, out.Individualised = Suspected, Unknown
	return out
}

// clean returns a verdict for the reference.
func (v *view) clean(individual string, reason Reason) Judgement {
	out := Judgement{Verdict: Clean, Individualised: individual}
	if v.known {
		out.Vendor, out.Rules = v.hit.Vendor.ID, []string{v.hit.Rule}
	}
	out.because(reason)
	return out
}

// sure says whether the form of the address is known well.
func (v *view) sure() bool {
	return v.hit.Confidence == catalogue.High || v.hit.Confidence == catalogue.Medium
}
