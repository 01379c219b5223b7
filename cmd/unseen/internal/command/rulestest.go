package command

import (
	"fmt"
	"strings"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/catalogue"
	"github.com/unseen-mail/unseen/rules/purpose"
)

type rulesTest struct {
	URL    string `arg:"" name:"url" help:"${help_rules_url}"`
	Format string `enum:"text,json" default:"text" help:"${help_rules_format}"`
}

// A tested address is what the rules know of it, for a program.
type tested struct {
	URL       string          `json:"url"`
	Edition   string          `json:"rule_edition"`
	Vendor    *testedVendor   `json:"vendor"`
	Pattern   *testedPattern  `json:"pattern"`
	Own       []testedOwn     `json:"own"`
	LeadsTo   string          `json:"leads_to,omitempty"`
	Host      string          `json:"leads_to_host,omitempty"`
	Unwrapped string          `json:"unwrapped_by,omitempty"`
	Clean     string          `json:"clean,omitempty"`
	Removed   []string        `json:"removed"`
	Params    []testedParam   `json:"parameters"`
	Verdicts  []testedVerdict `json:"verdicts"`
}

type testedVendor struct {
	ID       string       `json:"id"`
	Name     string       `json:"name"`
	Role     string       `json:"role"`
	Purposes []purpose.ID `json:"purposes"`
}

type testedPattern struct {
	Rule       string `json:"rule"`
	Kind       string `json:"kind"`
	Confidence string `json:"confidence"`
}

// testedOwn is what the reader's own rules say of one use.
type testedOwn struct {
	As     string `json:"as"`
	Block  bool   `json:"block"`
	Rule   string `json:"rule"`
	Reason string `json:"reason"`
}

type testedParam struct {
	Name       string `json:"name"`
	Carries    string `json:"carries"`
	Individual string `json:"individual"`
	Rule       string `json:"rule"`
}

// A testedVerdict is that for the bare address, without a mail around it.
type testedVerdict struct {
	As        string   `json:"as"`
	Verdict   string   `json:"verdict"`
	Certainty string   `json:"certainty"`
	Reasons   []string `json:"reasons"`
	because   []detect.Reason
}

// Run says what the rules know of an address.
func (c *rulesTest) Run(s *session) error {
	at, ok := catalogue.Split(c.URL)
	if !ok {
		return misuse(s, words.RulesNoURL, words.RulesNoURLHint, "what", fmt.Sprintf("%q", c.URL))
	}
	all, err := s.rules()
	if err != nil {
		return err
	}
	t := all.test(c.URL, at)
	if c.Format == "json" {
		return s.object(t)
	}
	s.printTested(t)
	return nil
}

// test asks the rules.
func (r *allRules) test(url string, at catalogue.Address) tested {
	t := tested{URL: url, Edition: r.catalogue.Edition(), Own: []testedOwn{}, Removed: []string{}, Params: []testedParam{}}
	if hit, ok := r.catalogue.MatchAddress(at); ok {
		t.Vendor = &testedVendor{ID: hit.Vendor.ID, Name: hit.Vendor.Name, Role: hit.Vendor.Role, Purposes: hit.Vendor.Purposes}
		t.Pattern = &testedPattern{Rule: hit.Rule, Kind: string(hit.Kind), Confidence: string(hit.Confidence)}
	}
	to := url
	if dest, rule, ok := r.catalogue.Unwrap(url); ok {
		to, t.LeadsTo, t.Unwrapped = dest, dest, rule
	} else if host, rule, ok := r.catalogue.LeadsTo(url); ok {
		t.Host, t.Unwrapped = host, rule
	}
	if clean, removed := r.catalogue.Strip(to); len(removed) > 0 {
		t.Clean, t.Removed = clean, removed
	}
	for _, p := range r.catalogue.Params(to) {
		t.Params = append(t.Params, testedParam{p.Name, p.Carries, string(p.Individual), p.Rule})
	}
	for _, use := range []catalogue.Use{catalogue.UseImage, catalogue.UseLink} {
		if o, ok := r.catalogue.Own(url, true, use); ok {
			t.Own = append(t.Own, testedOwn{string(use), o.Block, o.Rule, o.Reason})
		}
	}
	judge := &detect.Judge{Catalogue: r.catalogue}
	for _, ref := range []reference.Reference{
		{Vector: reference.ImgSrc, Kind: reference.Image, URL: url, Remote: true},
		{Vector: reference.AnchorHref, Kind: reference.Link, URL: url, Remote: true},
	} {
		j := judge.Judge(ref, detect.Facts{})
		t.Verdicts = append(t.Verdicts, testedVerdict{string(ref.Kind), string(j.Verdict), string(j.Certainty), j.Reasons, j.Because})
	}
	return t
}

// printTested says the same to a person.
func (s *session) printTested(t tested) {
	line := func(k words.Key, pairs ...any) { fmt.Fprintln(s.Out, "  "+s.words.Say(k, pairs...)) }
	fmt.Fprintln(s.Out, words.Plain(t.URL))
	if t.Vendor == nil {
		line(words.RulesNoVendor)
	} else {
		line(words.RulesVendor, "name", t.Vendor.Name, "role", t.Vendor.Role, "purposes", joinPurposes(t.Vendor.Purposes))
		line(words.RulesPattern, "rule", t.Pattern.Rule, "kind", t.Pattern.Kind, "confidence", t.Pattern.Confidence)
	}
	for i, o := range t.Own {
		if i > 0 && o.Rule == t.Own[0].Rule {
			continue
		}
		what := words.RulesAllows
		if o.Block {
			what = words.RulesBlocks
		}
		line(words.RulesOwn, "what", s.words.Say(what), "reason", o.Reason)
	}
	switch {
	case t.LeadsTo != "":
		line(words.RulesWrapped, "url", t.LeadsTo, "rule", t.Unwrapped)
	case t.Host != "":
		line(words.RulesLeads, "host", t.Host, "rule", t.Unwrapped)
	}
	for _, p := range t.Params {
		line(words.RulesParam, "name", p.Name, "carries", p.Carries, "individual", s.individual(p.Individual))
	}
	if t.Clean != "" {
		line(words.RulesStripped, "names", strings.Join(t.Removed, ", "), "url", t.Clean)
	}
	for _, v := range t.Verdicts {
		k := words.RulesAsPicture
		if v.As == string(reference.Link) {
			k = words.RulesAsLink
		}
		line(k, "verdict", v.Verdict, "certainty", certainty(s.words, detect.Certainty(v.Certainty)))
		for _, reason := range s.reasons(v.Reasons, v.because) {
			fmt.Fprintln(s.Out, "      "+words.Plain(reason))
		}
	}
}

// individual says whether something tells recipients apart.
func (s *session) individual(is string) string {
	switch catalogue.Individual(is) {
	case catalogue.Yes:
		return s.words.Say(words.RulesIndividual)
	case catalogue.Maybe:
		return s.words.Say(words.RulesMaybe)
	}
	return s.words.Say(words.RulesShared)
}

// joinPurposes are purposes in one line.
func joinPurposes(ids []purpose.ID) string {
	var all []string
	for _, id := range ids {
		all = append(all, string(id))
	}
	return strings.Join(all, ", ")
}
