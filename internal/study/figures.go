package study

import (
	"cmp"
	"slices"
	"strings"
)

// maxReplicates is how many times senders may be drawn anew.
const maxReplicates = 10_000

// A Figure is one figure of a report: a share, with the interval in which it would lie
// were the senders drawn anew.
type Figure struct {
	Part    string   `json:"part" meaning:"What is counted: mails, senders, campaigns, vector, vendor, purpose, leak, cname, certainty, exempt, week, declared, declared-sender or compared."`
	Figure  string   `json:"figure" meaning:"Of what the share is told: see docs/studies.md."`
	Num     int64    `json:"num" meaning:"How many show it."`
	Den     int64    `json:"den" meaning:"Of how many."`
	Rate    *float64 `json:"rate" meaning:"num over den." absent:"den is 0"`
	Low     *float64 `json:"low" meaning:"Lower end of the 95 % interval (Poisson bootstrap over senders)." absent:"den is 0 in every replicate"`
	High    *float64 `json:"high" meaning:"Upper end." absent:"den is 0 in every replicate"`
	Senders int64    `json:"senders" meaning:"Senders among those counted in den."`
}

// A share counts num of den.
type share struct{ num, den int64 }

// figureKey names a figure.
type figureKey struct{ part, figure string }

// figures gathers what a report tells: for each figure and sender a share, from which
// all else follows.
type figures struct {
	seed       string
	replicates int
	shares     map[figureKey]map[string]*share
	// campaigns and senders gather what any of their mails shows.
	campaigns map[[2]string]mark
	senders   map[string]mark
}

// A mark says what a mail shows, one bit for each of marks.
type mark uint32

// marks are the figures of parts mails, senders and campaigns, in the order of bits.
var marks = []string{
	"tracker-load", "tracker-load-proven", "suspected-or-tracker-load", "tracked-link", "receipt", "leak-load", "leak-link",
	"third-party-load", "third-party-tracker-load", "cname-load", "exempt", "ungated-tracker", "list-hit-load", "invisible-load",
}

// newFigures returns figures to be gathered.
func newFigures(seed string, replicates int) *figures {
	return &figures{seed: seed, replicates: replicates, shares: make(map[figureKey]map[string]*share),
		campaigns: make(map[[2]string]mark), senders: make(map[string]mark)}
}

// add adds to the share of a sender.
func (f *figures) add(part, figure, sender string, num, den int64) {
	k := figureKey{part, figure}
	by := f.shares[k]
	if by == nil {
		by = make(map[string]*share)
		f.shares[k] = by
	}
	s := by[sender]
	if s == nil {
		s = new(share)
		by[sender] = s
	}
	s.num += num
	s.den += den
}

// base is the figure of a part whose shares are counted of all mails: its own num is
// of no use.
const base = ""

// mail takes a mail in. What was not looked into counts nowhere.
func (f *figures) mail(r *Record) {
	if r.Message.Error != nil {
		return
	}
	m, sender := marksOf(r), text(r.Message.SenderKey)
	f.senders[sender] |= m
	if r.Message.CampaignKey != nil {
		f.campaigns[[2]string{sender, *r.Message.CampaignKey}] |= m
	}
	for i, name := range marks {
		f.add("mails", name, sender, int64(m>>i&1), 1)
	}
	f.add("all", base, sender, 0, 1)
	if week := text(r.Message.RecvWeek); week != "" {
		f.add("week", week, sender, int64(m&1), 1)
	}
	f.declared(r, m)
	f.kinds(r, sender)
	f.rows(r, sender)
}

// marksOf says what a mail shows.
func marksOf(r *Record) mark {
	var m mark
	set := func(name string, yes bool) {
		if yes {
			m |= 1 << slices.Index(marks, name)
		}
	}
	for i := range r.Observations {
		o := &r.Observations[i]
		load := isLoad(o)
		tracker, third := o.Verdict == "tracker", o.ThirdParty != nil && *o.ThirdParty
		set("tracker-load", load && tracker)
		set("tracker-load-proven", load && tracker && text(o.Certainty) == "proven")
		set("suspected-or-tracker-load", load && (tracker || o.Verdict == "suspected"))
		set("tracked-link", o.ElementKind == "link" && tracker)
		set("receipt", o.ElementKind == "receipt")
		set("leak-load", load && o.LeakKind != nil)
		set("leak-link", o.ElementKind == "link" && o.LeakKind != nil)
		set("third-party-load", load && third)
		set("third-party-tracker-load", load && third && tracker)
		set("cname-load", load && o.CNAMEETLD1 != nil)
		set("exempt", o.Verdict == "exempt")
		set("ungated-tracker", load && tracker && o.Action == "ungated")
		set("list-hit-load", load && len(o.ListHits) > 0)
		set("invisible-load", load && (o.Invisible == "tiny" || o.Invisible == "hidden"))
	}
	return m
}

// isLoad says whether a reference is one that is loaded.
func isLoad(o *Observation) bool { return o.ElementKind != "link" && o.ElementKind != "receipt" }

// kinds counts the mails in which trackers of each kind stand, each kind once a mail.
func (f *figures) kinds(r *Record, sender string) {
	seen := make(map[figureKey]bool)
	once := func(part, figure string) {
		if k := (figureKey{part, figure}); !seen[k] {
			seen[k] = true
			f.add(part, figure, sender, 1, 0)
		}
	}
	for i := range r.Observations {
		o := &r.Observations[i]
		if o.Verdict != "tracker" {
			continue
		}
		once("vector", o.Vector)
		once("vendor", cmp.Or(text(o.Vendor), "unknown"))
		for _, p := range o.Purposes {
			once("purpose", p)
		}
		if o.LeakChain != nil {
			once("leak", *o.LeakChain)
		}
		if o.CNAMEETLD1 != nil {
			once("cname", *o.CNAMEETLD1)
		}
	}
}

// rows counts rows: trackers by certainty, and what is exempt among what is not clean.
func (f *figures) rows(r *Record, sender string) {
	for i := range r.Observations {
		o := &r.Observations[i]
		if o.Verdict == "tracker" {
			for _, c := range []string{"proven", "strong", "weak"} {
				f.add("certainty", c, sender, bit(text(o.Certainty) == c), 1)
			}
		}
		if o.Verdict != "clean" {
			f.add("exempt", "all", sender, bit(o.Verdict == "exempt"), 1)
		}
		if o.Verdict == "exempt" {
			f.add("exemption", text(o.Exemption), sender, 1, 0)
		}
		if o.Compared != nil && isLoad(o) {
			for _, c := range []string{"individual", "aggregate", "variant", "unaligned"} {
				f.add("compared", c, sender, bit(*o.Compared == c), 1)
			}
		}
	}
}

// bit is 1 for yes.
func bit(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

// declared counts mails with trackers by what was answered at sign-up.
func (f *figures) declared(r *Record, m mark) {
	state := text(r.Message.Declared)
	if state == "" {
		return
	}
	// Those who were signed up with, whoever wrote in the end.
	who := text(r.Message.Signup)
	f.add("declared", state, who, int64(m&1), 1)
	f.add("declared-link", state, who, int64(m>>slices.Index(marks, "tracked-link")&1), 1)
	if state == Granted {
		f.add("declared", "granted-beyond", who, bit(beyond(r)), 1)
	}
}

// beyond says whether a load of a mail serves a purpose that was not agreed to.
func beyond(r *Record) bool {
	for i := range r.Observations {
		o := &r.Observations[i]
		if !isLoad(o) || o.Verdict != "tracker" {
			continue
		}
		for _, p := range o.Purposes {
			if !slices.Contains(r.Message.DeclaredFor, p) {
				return true
			}
		}
	}
	return false
}

// ofMails says whether the shares of a part are of all mails.
func ofMails(part string) bool {
	return slices.Contains([]string{"vector", "vendor", "purpose", "leak", "cname"}, part)
}

// finish returns all figures, sorted.
func (f *figures) finish() []Figure {
	for sender, m := range f.senders {
		for i, name := range marks {
			f.add("senders", name, sender, int64(m>>i&1), 1)
		}
	}
	for at, m := range f.campaigns {
		for i, name := range marks {
			f.add("campaigns", name, at[0], int64(m>>i&1), 1)
		}
	}
	for _, state := range []string{Granted, Refused, Withdrawn, NotAsked, Before} {
		for sender, s := range f.shares[figureKey{"declared", state}] {
			f.add("declared-sender", state, sender, bit(s.num > 0), 1)
		}
	}
	weights := f.weights()
	all, notClean := f.shares[figureKey{"all", base}], f.shares[figureKey{"exempt", "all"}]
	var list []Figure
	for k, by := range f.shares {
		den := by
		switch {
		case k.part == "all":
			continue
		case ofMails(k.part):
			den = all
		case k.part == "exemption":
			den = notClean
		}
		list = append(list, f.figure(k, by, den, weights))
	}
	slices.SortFunc(list, func(a, b Figure) int {
		return cmp.Or(strings.Compare(a.Part, b.Part), strings.Compare(a.Figure, b.Figure))
	})
	return list
}
