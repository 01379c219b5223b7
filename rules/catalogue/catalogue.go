// Package catalogue knows who is who: which company stands behind an address in
// a mail, which mail providers say what about a sender, and which domains many
// people share.
//
// It is data with a parser. The tables are embedded, every row names its source,
// and a verdict names the edition of the tables that it was made with. The
// package asks nobody: no network, no clock, no disk.
//
// # Limits
//
// A table has at most 20,000 rows of 8 KiB each. A row that does not hold to its
// form fails the whole table, with file and line: half a table would be a
// silent hole in somebody's protection.
//
// What it does not know: host names that lead to a vendor by CNAME, addresses
// that wrap others, and what single query parameters carry.
package catalogue

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed data/*.tsv
var embedded embed.FS

// A Catalogue is one edition of the tables. It is never changed and may be used
// by many goroutines.
type Catalogue struct {
	edition  string
	vendors  map[string]*Vendor
	patterns []*pattern
	hosts    hostIndex
	paths    pathIndex
	places   map[string]*Provider
	lists    *lists
	tables   []table
}

// Load reads the embedded tables.
func Load() (*Catalogue, error) {
	var tables []table
	for _, form := range forms() {
		name := "data/" + form.name
		text, err := embedded.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", form.name, err)
		}
		t, err := parseTable(form, text)
		if err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	return build(tables)
}

// build makes a catalogue of parsed tables, in the order of forms.
func build(tables []table) (*Catalogue, error) {
	c := &Catalogue{tables: tables, edition: edition(tables)}
	var err error
	if c.vendors, err = parseVendors(tables[0]); err != nil {
		return nil, err
	}
	if c.patterns, err = parsePatterns(tables[1], c.vendors); err != nil {
		return nil, err
	}
	if c.lists, err = parseShared(tables[3]); err != nil {
		return nil, err
	}
	rows, err := parseProviders(tables[2])
	if err != nil {
		return nil, err
	}
	c.places = providerIndex(rows, c.lists)
	c.hosts, c.paths = indexHosts(c.patterns), indexPaths(c.patterns)
	return c, nil
}

// Edition names the tables by their content: "sha256:" and 64 hexadecimal
// digits. Comments and empty lines do not count.
func (c *Catalogue) Edition() string { return c.edition }

// Vendor returns the company with an identifier.
func (c *Catalogue) Vendor(id string) (Vendor, bool) {
	v, ok := c.vendors[id]
	if !ok {
		return Vendor{}, false
	}
	return *v, true
}

// With returns a catalogue with more mail providers. A row replaces what was
// known about its domains and hosts. The edition counts them in.
func (c *Catalogue) With(rows ...Provider) *Catalogue {
	more := *c
	more.tables = append([]table(nil), c.tables...)
	t := more.tables[2]
	t.rows = append([]row(nil), t.rows...)
	for _, p := range rows {
		t.rows = append(t.rows, p.row())
	}
	more.tables[2] = t
	more.edition = edition(more.tables)
	more.places = make(map[string]*Provider, len(c.places)+4*len(rows))
	for name, p := range c.places {
		more.places[name] = p
	}
	for name, p := range providerIndex(rows, c.lists) {
		more.places[name] = p
	}
	return &more
}

// lower returns s in lower case without a dot at its end, as host names compare.
func lower(s string) string { return strings.TrimSuffix(strings.ToLower(strings.TrimSpace(s)), ".") }
