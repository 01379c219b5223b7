package rulefiles

import (
	"fmt"
	"strings"

	"github.com/unseen-mail/unseen/rules/catalogue"
)

// A reading takes one rule out of its values.
type reading func(b *builder, f *File, line int, v *fields)

// readers are the tables that a file of the reader may have.
func readers() map[string]reading {
	return map[string]reading{
		"block":     func(b *builder, f *File, line int, v *fields) { b.decision(f, line, v, true) },
		"allow":     func(b *builder, f *File, line int, v *fields) { b.decision(f, line, v, false) },
		"vendor":    (*builder).vendor,
		"purpose":   (*builder).purpose,
		"parameter": (*builder).parameter,
	}
}

// A pending rule waits until all vendors are known.
type pending struct {
	file   string
	line   int
	host   string
	vendor string
	rule   *handRule
}

// decision takes a [[block]] or an [[allow]].
func (b *builder) decision(f *File, line int, v *fields, block bool) {
	r := &handRule{block: block, file: f.Name, line: line}
	host := v.host("")
	r.path, r.match, r.uses, r.purposes, r.note = v.word("path"), v.expression(), v.uses(), v.purposes(), v.word("note")
	vendor := v.word("vendor")
	switch {
	case r.path != "" && r.match != nil:
		v.fail("match", "it has a path and an expression; one says it")
	case r.path != "" && !strings.HasPrefix(r.path, "/"):
		v.fail("path", "the path %q does not begin with /", r.path)
	case host == "*" && r.path == "" && r.match == nil:
		v.fail("host", "for any host it needs a path or an expression")
	}
	if v.text != "" || len(v.values) > 0 {
		return
	}
	b.pending = append(b.pending, pending{file: f.Name, line: line, host: host, vendor: vendor, rule: r})
}

// vendor takes a [[vendor]].
func (b *builder) vendor(f *File, line int, v *fields) {
	told := catalogue.Vendor{ID: v.word("id"), Name: v.word("name"), Domain: v.word("domain"), Country: v.word("country"),
		Role: "own", Purposes: v.purposes(), Source: fmt.Sprintf("%s, line %d", f.Name, line)}
	switch {
	case told.ID == "" || told.ID != strings.ToLower(told.ID) || strings.ContainsAny(told.ID, " \t/"):
		v.fail("id", "it needs an id in lower case without blanks")
	case told.Name == "":
		v.fail("name", "it needs a name")
	case len(told.Purposes) == 0:
		v.fail("purposes", "it needs purposes")
	}
	if v.text == "" && len(v.values) == 0 {
		b.rules.hand.vendors = append(b.rules.hand.vendors, told)
	}
}

// purpose takes a [[purpose]]: other purposes of a vendor.
func (b *builder) purpose(f *File, line int, v *fields) {
	told := catalogue.Vendor{ID: v.word("vendor"), Purposes: v.purposes(), Source: fmt.Sprintf("%s, line %d", f.Name, line)}
	switch {
	case told.ID == "":
		v.fail("vendor", "it names no vendor")
	case len(told.Purposes) == 0:
		v.fail("purposes", "it needs purposes")
	}
	if v.text == "" && len(v.values) == 0 {
		b.pending = append(b.pending, pending{file: f.Name, line: line, vendor: told.ID})
		b.rules.hand.vendors = append(b.rules.hand.vendors, told)
	}
}

// parameter takes a [[parameter]].
func (b *builder) parameter(f *File, line int, v *fields) {
	name, host := v.word("name"), v.host("*")
	one := param{remove: v.yes("remove", true), rule: fmt.Sprintf("own:%s:%d", f.Name, line)}
	if host != "*" {
		one.host = host
	}
	name, one.begin = strings.CutSuffix(name, "*")
	if name == "" || strings.ContainsAny(name, "&=#? *") {
		v.fail("name", "it needs the name of a parameter; a * at the end is for all that begin so")
	}
	if v.text == "" && len(v.values) == 0 {
		b.rules.hand.params.add(name, one)
	}
}

// finish files what had to wait for the vendors of all files.
func (b *builder) finish(known func(id string) bool) {
	told := make(map[string]bool)
	for _, v := range b.rules.hand.vendors {
		told[v.ID] = told[v.ID] || v.Name != ""
	}
	exists := func(id string) bool { return told[id] || known != nil && known(id) }
	for _, p := range b.pending {
		if p.vendor != "" && !exists(p.vendor) {
			b.refuse(p)
			continue
		}
		if p.rule == nil {
			continue
		}
		if p.vendor != "" {
			p.rule.vendor = b.vendorOf(p.vendor)
		}
		b.rules.hand.byHost[p.host] = append(b.rules.hand.byHost[p.host], p.rule)
	}
	kept := b.rules.hand.vendors[:0]
	for _, v := range b.rules.hand.vendors {
		if exists(v.ID) {
			kept = append(kept, v)
		}
	}
	b.rules.hand.vendors = merge(kept)
}

// refuse takes back a rule of a vendor that nobody knows.
func (b *builder) refuse(p pending) {
	for i := range b.rules.files {
		if f := &b.rules.files[i]; f.Name == p.file {
			f.Rules--
			f.problem(p.line, "there is no vendor %q; tell of it under [[vendor]]", p.vendor)
		}
	}
}

// vendorOf returns a vendor as the reader told of it; of one that the catalogue
// knows it is the name only, which the catalogue completes.
func (b *builder) vendorOf(id string) *catalogue.Vendor {
	for _, v := range b.rules.hand.vendors {
		if v.ID == id && v.Name != "" {
			return &v
		}
	}
	return &catalogue.Vendor{ID: id}
}

// merge puts what is told of a vendor in several places together; what is told
// last counts.
func merge(told []catalogue.Vendor) []catalogue.Vendor {
	var all []catalogue.Vendor
	at := make(map[string]int)
	for _, v := range told {
		i, twice := at[v.ID]
		if !twice {
			at[v.ID] = len(all)
			all = append(all, v)
			continue
		}
		if v.Name != "" {
			purposes := all[i].Purposes
			all[i] = v
			if len(v.Purposes) == 0 {
				all[i].Purposes = purposes
			}
			continue
		}
		all[i].Purposes, all[i].Source = v.Purposes, v.Source
	}
	return all
}
