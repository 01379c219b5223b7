package catalogue

import (
	"errors"
	"strings"
	"testing"
)

// columns returns the line that a form asks for.
func columns(f form) string { return "# columns: " + strings.Join(f.columns, " ") + "\n" }

// A faultCase is one row of [TestParseErrors].
type faultCase struct {
	name, file, text, want string
}

// oneVendor is a table with one vendor.
func oneVendor() string {
	return columns(forms()[0]) + "acme\tAcme\tacme.example\tFR\tesp\tperformance\tread\thome page\n"
}

// faultCases are tables with one fault each.
func faultCases() []faultCase {
	f, vendors := forms(), oneVendor()
	pattern := func(cells ...string) string { return columns(f[1]) + strings.Join(cells, "\t") + "\n" }
	provider := func(cells ...string) string { return columns(f[2]) + strings.Join(cells, "\t") + "\n" }
	cells := func(n int, cells ...string) string { return columns(f[n]) + strings.Join(cells, "\t") + "\n" }
	return []faultCase{
		{"wrapper of nobody", "unwrap.tsv", cells(4, "w", "nobody", "a.example", "^/", "query:u", "percent", "x", "y", "s"), "unwrap.tsv:2: the vendor \"nobody\""},
		{"wrapper without a place", "unwrap.tsv", cells(4, "w", "acme", "a.example", "^/", "query", "percent", "x", "y", "s"), "unwrap.tsv:2: \"query\" is not path"},
		{"wrapper in the path without a group", "unwrap.tsv", cells(4, "w", "acme", "a.example", "^/", "path", "percent", "x", "y", "s"), "unwrap.tsv:2: the path has no group"},
		{"unknown step", "unwrap.tsv", cells(4, "w", "acme", "a.example", "^/", "query:u", "percent rot13", "x", "y", "s"), "unwrap.tsv:2: there is no step \"rot13\""},
		{"step without what it needs", "unwrap.tsv", cells(4, "w", "acme", "a.example", "^/", "query:u", "json", "x", "y", "s"), "unwrap.tsv:2: there is no step \"json\""},
		{"split without a number", "unwrap.tsv", cells(4, "w", "acme", "a.example", "^/", "query:u", "split:;:2", "x", "y", "s"), "unwrap.tsv:2: split:;:2 is not"},
		{"characters without a list", "unwrap.tsv", cells(4, "w", "acme", "a.example", "^/(.)", "path", "proofpoint-v3", "x", "y", "s"), "unwrap.tsv:2: the step \"proofpoint-v3\" needs"},
		{"wrapper on a broken path", "unwrap.tsv", cells(4, "w", "acme", "a.example", "/", "query:u", "percent", "x", "y", "s"), "unwrap.tsv:2: the path"},
		{"wrapper on a broken host", "unwrap.tsv", cells(4, "w", "acme", "A", "^/", "query:u", "percent", "x", "y", "s"), "unwrap.tsv:2: the host"},
		{"parameter to be burnt", "params.tsv", cells(5, "p", "*", "burn", "yes", "", "x", "s"), "params.tsv:2: \"burn\" is not"},
		{"parameter of somebody", "params.tsv", cells(5, "p", "*", "remove", "often", "", "x", "s"), "params.tsv:2: individual is"},
		{"parameter of nobody", "params.tsv", cells(5, "p", "*", "remove", "yes", "nobody", "x", "s"), "params.tsv:2: the vendor"},
		{"parameter nowhere", "params.tsv", cells(5, "p", "A", "remove", "yes", "", "x", "s"), "params.tsv:2: \"A\" is not a domain"},
		{"parameter of any end", "params.tsv", cells(5, "~^p", "*", "remove", "yes", "", "x", "s"), "params.tsv:2: \"^p\" does not end"},
		{"floating parameter", "params.tsv", cells(5, "~p$", "*", "remove", "yes", "", "x", "s"), "params.tsv:2: the name"},
		{"parameter twice", "params.tsv", cells(5, "p", "*", "remove", "yes", "", "x", "s") + "p\t*\tname\tyes\t\tx\ts\n", "params.tsv:3: the parameter \"p\" stands twice"},
		{"target of nobody", "cname.tsv", cells(6, "a.example", "nobody", "x", "y", "s"), "cname.tsv:2: the vendor"},
		{"target everywhere", "cname.tsv", cells(6, "*", "acme", "x", "y", "s"), "cname.tsv:2: the target"},
		{"field of nobody", "headers.tsv", cells(7, "nobody", "X-A", "^.", "x", "s"), "headers.tsv:2: the vendor"},
		{"no field", "headers.tsv", cells(7, "acme", "X A", "^.", "x", "s"), "headers.tsv:2: \"X A\" is no name"},
		{"floating value", "headers.tsv", cells(7, "acme", "X-A", ".", "x", "s"), "headers.tsv:2: the value"},
		{"no columns line", "vendors.tsv", "acme\tAcme\n", "vendors.tsv:1: a row stands before"},
		{"other columns", "vendors.tsv", "# columns: a b\n", "vendors.tsv:1: the columns are [a b]"},
		{"too few cells", "vendors.tsv", columns(f[0]) + "\n# x\nacme\tAcme\n", "vendors.tsv:4: the row has 2 columns, not 8"},
		{"no source", "vendors.tsv", columns(f[0]) + "acme\tAcme\ta.example\t\tesp\tperformance\tread\t \n", "vendors.tsv:2: the row has no source"},
		{"return", "vendors.tsv", columns(f[0]) + "a\r\n", "vendors.tsv:2: the line has a control character"},
		{"not UTF-8", "vendors.tsv", columns(f[0]) + "a\xff\n", "vendors.tsv:2: the line is not UTF-8"},
		{"long line", "vendors.tsv", columns(f[0]) + strings.Repeat("a", maxLine+1), "vendors.tsv:2: the line is longer"},
		{"vendor twice", "vendors.tsv", vendors + "acme\tAcme\tacme.example\tFR\tesp\tperformance\tread\thome page\n", "vendors.tsv:3: the vendor \"acme\" stands twice"},
		{"exemption as a purpose", "vendors.tsv", columns(f[0]) + "acme\tAcme\ta.example\tFR\tesp\taggregate\tread\tx\n", "vendors.tsv:2: \"aggregate\" is not a purpose that needs consent"},
		{"no purpose", "vendors.tsv", columns(f[0]) + "acme\tAcme\ta.example\tFR\tesp\t\tread\tx\n", "vendors.tsv:2: the vendor \"acme\" has no purpose"},
		{"unknown vendor", "patterns.tsv", pattern("nobody", "open", "*", "^/o", "", "https://a.example/o", "high", "x"), "patterns.tsv:2: the vendor \"nobody\" is not in vendors.tsv"},
		{"unknown kind", "patterns.tsv", pattern("acme", "look", "*", "^/o", "", "https://a.example/o", "high", "x"), "patterns.tsv:2: the kind \"look\""},
		{"unknown confidence", "patterns.tsv", pattern("acme", "open", "*", "^/o", "", "https://a.example/o", "sure", "x"), "patterns.tsv:2: the confidence \"sure\""},
		{"floating path", "patterns.tsv", pattern("acme", "open", "*", "/o", "", "https://a.example/o", "high", "x"), "patterns.tsv:2: the path \"/o\" does not begin with ^"},
		{"broken path", "patterns.tsv", pattern("acme", "open", "*", "^/(o", "", "https://a.example/o", "high", "x"), "patterns.tsv:2: the path \"^/(o\" is no expression"},
		{"broken host", "patterns.tsv", pattern("acme", "open", "~(a", "^/o", "", "https://a.example/o", "high", "x"), "patterns.tsv:2: the host \"(a\" is no expression"},
		{"floating host", "patterns.tsv", pattern("acme", "open", "~a[0-9]", "^/o", "", "https://a.example/o", "high", "x"), "patterns.tsv:2: the host \"a[0-9]\" does not begin with"},
		{"host in upper case", "patterns.tsv", pattern("acme", "open", "A.example", "^/o", "", "https://a.example/o", "high", "x"), "patterns.tsv:2: the host \"A.example\" is not a domain"},
		{"segment 0", "patterns.tsv", pattern("acme", "open", "*", "^/o", "path[0]", "https://a.example/o", "high", "x"), "patterns.tsv:2: the token \"path[0]\" names no segment"},
		{"unknown stamps", "providers.tsv", provider("p", "a.example", "", "", "", "all", "no", "", "x"), "providers.tsv:2: stamps is \"all\""},
		{"stamps without a name", "providers.tsv", provider("p", "a.example", "", "", "", "dmarc", "no", "", "x"), "providers.tsv:2: a provider that stamps has an authserv-id"},
		{"a name without stamps", "providers.tsv", provider("p", "a.example", "", "", "mx.a.example", "none", "no", "", "x"), "providers.tsv:2: a provider that stamps has an authserv-id"},
		{"delivered-to", "providers.tsv", provider("p", "a.example", "", "", "", "none", "maybe", "", "x"), "providers.tsv:2: delivered-to is \"maybe\""},
		{"sealer without a name", "providers.tsv", provider("p", "a.example", "", "", "", "none", "no", "a.example", "x"), "providers.tsv:2: the sealer \"a.example\" is not domain=authserv-id"},
		{"provider of nothing", "providers.tsv", provider("p", "", "", "smtp.a.example", "", "none", "no", "", "x"), "providers.tsv:2: a provider has domains or IMAP hosts"},
		{"domain twice", "shared.tsv", columns(f[3]) + "a.example\talias\tx\na.example\talias\tx\n", "shared.tsv:3: the domain \"a.example\" stands twice"},
		{"kind of domain", "shared.tsv", columns(f[3]) + "a.example\tbig\tx\n", "shared.tsv:2: the kind is \"big\""},
		{"no domain", "shared.tsv", columns(f[3]) + "example\talias\tx\n", "shared.tsv:2: \"example\" is not a domain"},
	}
}

func TestParseErrors(t *testing.T) {
	vendors := oneVendor()
	for _, tt := range faultCases() {
		t.Run(tt.name, func(t *testing.T) {
			_, err := read(map[string]string{"vendors.tsv": vendors, tt.file: tt.text})
			var parse *ParseError
			if !errors.As(err, &parse) || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("%v; want %q", err, tt.want)
			}
		})
	}
}

// read builds a catalogue of texts; a table that is not given is empty.
func read(texts map[string]string) (*Catalogue, error) {
	var tables []table
	for _, f := range forms() {
		t, err := parseTable(f, []byte(texts[f.name]))
		if err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	return build(tables)
}

func TestTooManyRows(t *testing.T) {
	f := forms()[3]
	text := columns(f) + strings.Repeat("a.example\talias\tx\n", maxRows+1)
	if _, err := parseTable(f, []byte(text)); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("%v", err)
	}
}

// TestEditionOfContent checks that comments are free and that every cell counts.
func TestEditionOfContent(t *testing.T) {
	f := forms()[3]
	edition := func(text string) string {
		t.Helper()
		c, err := read(map[string]string{"shared.tsv": text})
		if err != nil {
			t.Fatal(err)
		}
		return c.Edition()
	}
	plain := edition(columns(f) + "a.example\talias\tx\n")
	if edition("# a comment\n\n"+columns(f)+"a.example\talias\tx") != plain {
		t.Error("a comment changed the edition")
	}
	for name, other := range map[string]string{
		"domain": "b.example\talias\tx\n", "kind": "a.example\tlist\tx\n", "source": "a.example\talias\ty\n",
		"rows": "a.example\talias\tx\nb.example\talias\tx\n", "none": "",
	} {
		if edition(columns(f)+other) == plain {
			t.Errorf("another %s did not change the edition", name)
		}
	}
}

// TestEditionOfEveryOctet checks that no octet of a row can change unnoticed.
func TestEditionOfEveryOctet(t *testing.T) {
	edited := map[string]bool{}
	for _, f := range forms() {
		text, err := embedded.ReadFile("data/" + f.name)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
		row := lines[len(lines)-1]
		for i := range len(row) {
			other := []byte(row)
			other[i] ^= 1
			lines[len(lines)-1] = string(other)
			tab, err := parseTable(f, []byte(strings.Join(lines, "\n")))
			if err != nil {
				continue // noticed
			}
			e := edition([]table{tab})
			if edited[e] {
				t.Fatalf("%s: two texts have one edition", f.name)
			}
			edited[e] = true
		}
	}
	if len(edited) < 500 {
		t.Errorf("%d editions", len(edited))
	}
}

// FuzzRead checks that whatever is read, is read again the same, and that an
// error names a line.
func FuzzRead(f *testing.F) {
	forms := forms()
	f.Add("acme\tAcme\tacme.example\tFR\tesp\tperformance\tread\tx", "acme\topen\t*\t^/o\tq\thttps://a.example/o\thigh\tx", "p\ta.example\t\t\t\tnone\tno\tmx.a.example=a.example\tx", "a.example\talias\tx")
	f.Add("\t\t\t\t\t\t\t", "acme\topen\t~(?:^|\\.)a[0-9]\\.example$\t^/(?:a|b){2}\tpath[2]\t\tlow\tx", "", "#")
	f.Add("", "acme\topen\ta.example\t^[^/]*\t\t\tlow\tx", "", "a\x00")
	f.Fuzz(func(t *testing.T, vendors, patterns, providers, shared string) {
		texts := map[string]string{}
		for i, s := range []string{vendors, patterns, providers, shared} {
			texts[forms[i].name] = columns(forms[i]) + s
		}
		c, err := read(texts)
		if err != nil {
			var parse *ParseError
			if !errors.As(err, &parse) || parse.Line < 1 {
				t.Fatalf("%v names no line", err)
			}
			return
		}
		again, err := read(texts)
		if err != nil || again.Edition() != c.Edition() {
			t.Fatalf("read differently: %v", err)
		}
		for _, p := range c.patterns {
			c.Match(p.example)
		}
	})
}

// FuzzReadMore checks the same of the tables of what addresses hold.
func FuzzReadMore(f *testing.F) {
	forms := forms()
	vendors := columns(forms[0]) + "acme\tAcme\tacme.example\tFR\tesp\tperformance\tread\thome page\n"
	f.Add("w\tacme\ta.example\t^/(.)\tpath\tpercent* json:x split:;:1:2 scheme\thttps://a.example/b\ty\ts", "~^p(?:a|b)$\t*\tremove\tyes\tacme\tx\ts", "~^a[0-9]\\.example$\tacme\tx\ty\ts", "acme\tX-A\t^b\tb\ts")
	f.Add("w\tacme\t*\t^/(.)(.)\tpath\tproofpoint-v3\thttps://a.example/b\ty\ts", "p\ta.example\twhole\tno\t\tx\ts", "a.example\tacme\tx\ty\ts", "acme\tX-A\t^\tb\ts")
	f.Fuzz(func(t *testing.T, wrappers, params, cnames, headers string) {
		texts := map[string]string{"vendors.tsv": vendors}
		for i, s := range []string{wrappers, params, cnames, headers} {
			texts[forms[4+i].name] = columns(forms[4+i]) + s
		}
		c, err := read(texts)
		if err != nil {
			var parse *ParseError
			if !errors.As(err, &parse) || parse.Line < 1 {
				t.Fatalf("%v names no line", err)
			}
			return
		}
		for _, w := range c.wraps.all {
			c.Unwrap(w.example)
			c.Strip(w.example + "?p=1")
		}
		c.CNAME("x.a.example")
		c.Header("X-A", "b")
	})
}
