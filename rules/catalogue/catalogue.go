// Package catalogue knows who is who: which company stands behind an address in
// a mail, a CNAME or a header field, which addresses hold another one, what query
// parameters carry, which mail providers say what about a sender, and which
// domains many people share.
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
// An address longer than 16 KiB is neither unwrapped nor stripped. Every search
// takes time linear in the address: expressions are RE2.
//
// What it does not know: where an address leads whose destination is kept by the
// vendor alone, and whether a host leads elsewhere by CNAME: it asks nobody.
package catalogue

import (
	"embed"
	"fmt"
	"io/fs"
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
	wraps    wrappers
	params   *params
	cnames   hostIndex
	headers  map[string][]*headerRule
	// own are the reader's rules, nil if there are none, and known the vendors
	// with what they tell, nil if they tell of none.
	own    OwnRules
	known  map[string]*Vendor
	tables []table
}

// Load reads the embedded tables.
func Load() (*Catalogue, error) { return Read(Embedded()) }

// Embedded are the files of the embedded tables.
func Embedded() fs.FS {
	files, _ := fs.Sub(embedded, "data") // the path is valid, which is all that can fail
	return files
}

// Read reads the tables of another edition, as [Embedded] gives the files of this
// one: with them, a verdict of then can be made again.
func Read(files fs.FS) (*Catalogue, error) {
	var tables []table
	for _, form := range forms() {
		text, err := fs.ReadFile(files, form.name)
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
	for _, p := range rows {
		c.lists.sealers = append(c.lists.sealers, p.Sealers...)
	}
	c.places = providerIndex(rows, c.lists)
	if err := c.buildMore(tables); err != nil {
		return nil, err
	}
	c.hosts, c.paths = indexHosts(c.patterns), indexPaths(c.patterns)
	return c, nil
}

// buildMore reads the tables that say what addresses hold and fields name.
func (c *Catalogue) buildMore(tables []table) error {
	var err error
	if c.wraps, err = parseWrappers(tables[4], c.vendors); err != nil {
		return err
	}
	if c.params, err = parseParams(tables[5], c.vendors); err != nil {
		return err
	}
	cnames, err := parseCNAMEs(tables[6], c.vendors)
	if err != nil {
		return err
	}
	c.cnames = indexHosts(cnames)
	c.headers, err = parseHeaders(tables[7], c.vendors)
	return err
}

// Edition names the tables by their content: "sha256:" and 64 hexadecimal
// digits. Comments and empty lines do not count.
func (c *Catalogue) Edition() string { return c.edition }

// A Table is one of the files that a catalogue is made of.
type Table struct {
	// Name is "patterns.tsv".
	Name string
	// Rows counts its facts.
	Rows int
}

// Tables returns the tables, in the order that editions hash them.
func (c *Catalogue) Tables() []Table {
	all := make([]Table, 0, len(c.tables))
	for _, t := range c.tables {
		all = append(all, Table{Name: t.name, Rows: len(t.rows)})
	}
	return all
}

// Vendor returns the company with an identifier.
func (c *Catalogue) Vendor(id string) (Vendor, bool) {
	v, ok := c.vendors[id]
	if told := c.known[id]; told != nil {
		v, ok = told, true
	}
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
	more.edition = sealed(more.tables, c.own)
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
