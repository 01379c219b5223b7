package rulefiles_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/rulefiles"
	"github.com/unseen-mail/unseen/rules/catalogue"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// load reads the rules of files with these texts.
func load(t testing.TB, texts map[string]string) *rulefiles.Rules {
	t.Helper()
	dir := t.TempDir()
	for name, text := range texts {
		write(t, filepath.Join(dir, name), text)
	}
	r, err := rulefiles.Load(dir, func(id string) bool { return id == "sendgrid" })
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

const mine = `
# what I know
[[block]]
host = "t.shop.example"
note = "counts every opening"
vendor = "acme"
purposes = ["performance", "profiling"]

[[allow]]
host = "shop.example"
path = "/logo/"
uses = ["image"]

[[block]]
host = "shop.example"
match = '^/[a-z]+\.gif\?id='

[[block]]
host = "*"
path = "/beacon/"

[[vendor]]
id = "acme"
name = "Acme"
purposes = ["performance"]

[[purpose]]
vendor = "sendgrid"
purposes = ["profiling"]

[[parameter]]
name = "who"

[[parameter]]
name = "src_*"
host = "shop.example"

[[parameter]]
name = "utm_source"
remove = false
`

func TestOwnRules(t *testing.T) {
	r := load(t, map[string]string{"mine.toml": mine})
	if p := r.Problems(); len(p) > 0 || r.Empty() {
		t.Fatalf("%v", p)
	}
	tests := []struct {
		name, url string
		use       catalogue.Use
		want      string // "" for nothing
	}{
		{"host", "https://t.shop.example/x", catalogue.UseImage, "block 3"},
		{"below the host", "https://a.t.shop.example/x", catalogue.UseLink, "block 3"},
		{"path", "https://shop.example/logo/a.png", catalogue.UseImage, "allow 9"},
		{"path below the host", "https://cdn.shop.example/logo/a.png", catalogue.UseImage, "allow 9"},
		{"another use", "https://shop.example/logo/a.css", catalogue.UseStyle, ""},
		{"expression", "https://shop.example/o.gif?id=1", catalogue.UseImage, "block 14"},
		{"any host", "https://anybody.example/beacon/1", catalogue.UseImage, "block 18"},
		{"nothing", "https://anybody.example/", catalogue.UseImage, ""},
		{"a host that ends so", "https://notshop.example/logo/", catalogue.UseImage, ""},
		{"no address", "mailto:a@t.shop.example", catalogue.UseLink, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o, ok := r.Match(tt.url, true, tt.use)
			if ok != (tt.want != "") {
				t.Fatalf("%v %+v", ok, o)
			}
			if !ok {
				return
			}
			kind, line, _ := strings.Cut(tt.want, " ")
			if o.Block != (kind == "block") || o.Listed || o.Rule != "own:mine.toml:"+line || !strings.Contains(o.Reason, "mine.toml, line "+line) {
				t.Errorf("%+v", o)
			}
		})
	}
	o, _ := r.Match("https://t.shop.example/x", true, catalogue.UseImage)
	if o.Vendor.Name != "Acme" || !slices.Equal(o.Purposes, []purpose.ID{purpose.Performance, purpose.Profiling}) || !strings.HasSuffix(o.Reason, "counts every opening") {
		t.Errorf("%+v", o)
	}
}

// TestOrder checks what goes before what.
func TestOrder(t *testing.T) {
	r := load(t, map[string]string{"a.toml": `
[[allow]]
host = "shop.example"
[[block]]
host = "t.shop.example"
[[allow]]
host = "t.shop.example"
path = "/a"
[[block]]
host = "t.shop.example"
path = "/a/b"
[[block]]
host = "same.example"
[[allow]]
host = "same.example"
`, "lists/b.txt": "||shop.example^\n||listed.example^\n"})
	for url, block := range map[string]bool{
		"https://shop.example/": false, "https://x.shop.example/": false, "https://t.shop.example/": true,
		"https://t.shop.example/a/": false, "https://t.shop.example/a/b": true, "https://same.example/": true,
		"https://listed.example/": true,
	} {
		if o, ok := r.Match(url, true, catalogue.UseImage); !ok || o.Block != block {
			t.Errorf("%s: %v %+v", url, ok, o)
		}
	}
}

func TestParameters(t *testing.T) {
	r := load(t, map[string]string{"mine.toml": mine, "lists/x.txt": "! t\n$removeparam=tracked\n||shop.example^$removeparam=/^ref_/\n@@||keep.example^$removeparam=tracked\n$removeparam=a,domain=x.example\n$removeparam\n$removeparam=/(/\n"})
	tests := []struct {
		name, host    string
		remove, known bool
	}{
		{"who", "any.example", true, true}, {"src_x", "www.shop.example", true, true}, {"src_x", "any.example", false, false},
		{"utm_source", "any.example", false, true}, {"whose", "any.example", false, false},
		{"tracked", "any.example", true, true}, {"tracked", "keep.example", false, true}, {"ref_1", "shop.example", true, true},
		{"ref_1", "any.example", false, false}, {"a", "x.example", false, false},
	}
	for _, tt := range tests {
		if remove, rule, known := r.Parameter(tt.name, tt.host); remove != tt.remove || known != tt.known || known != (rule != "") {
			t.Errorf("%s on %s: %v %v by %q", tt.name, tt.host, remove, known, rule)
		}
	}
	f := r.Files()[0]
	if f.Name != "lists/x.txt" || f.Rules != 3 || f.Ignored != 2 || len(f.Problems) != 1 || f.Problems[0].Line != 7 {
		t.Errorf("%+v", f)
	}
}

// TestMistakes checks that each mistake is told with its line, and that the rule
// after it is taken.
func TestMistakes(t *testing.T) {
	const good = "\n[[block]]\nhost = \"good.example\"\n"
	tests := []struct {
		name, text string
		line       int
		says       string
	}{
		{"syntax", "[[block]]\nhost = \n", 2, "expected value"},
		{"open quotes", "[[block]]\nhost = \"a.example\nnote = 1\n", 2, "newlines"},
		{"unknown table", "[[blok]]\nhost = \"a.example\"\n", 1, "there is no [[blok]]; there are block"},
		{"one pair of brackets", "\n[block]\nhost = \"a.example\"\n", 2, "[[block]]"},
		{"unknown key", "[[block]]\nhost = \"a.example\"\n\nhots = 1\n", 4, `there is no key "hots"`},
		{"no host", "[[block]]\npath = \"/a\"\n", 1, "no host"},
		{"host with a path", "[[block]]\nhost = \"https://a.example/x\"\n", 2, "is no domain"},
		{"host of one label", "[[allow]]\nhost = \"com\"\n", 2, "is no domain"},
		{"any host, any path", "[[block]]\nhost = \"*\"\n", 2, "needs a path"},
		{"path and expression", "[[block]]\nhost = \"a.example\"\npath = \"/\"\nmatch = \"^/\"\n", 4, "one says it"},
		{"path without /", "[[block]]\nhost = \"a.example\"\npath = \"x\"\n", 3, "does not begin with /"},
		{"broken expression", "[[block]]\nhost = \"a.example\"\nmatch = \"^(\"\n", 3, "is no expression"},
		{"floating expression", "[[block]]\nhost = \"a.example\"\nmatch = \"a\"\n", 3, "does not begin with ^"},
		{"unknown use", "[[block]]\nhost = \"a.example\"\nuses = [\"pixel\"]\n", 3, `no use "pixel"`},
		{"unknown purpose", "[[block]]\nhost = \"a.example\"\npurposes = [\"love\"]\n", 3, `no purpose "love"`},
		{"exemption as a purpose", "[[block]]\nhost = \"a.example\"\npurposes = [\"aggregate\"]\n", 3, "no purpose"},
		{"unknown vendor", "[[block]]\nhost = \"a.example\"\nvendor = \"nobody\"\n", 1, `no vendor "nobody"`},
		{"wrong type", "[[block]]\nhost = 1\n", 2, "text in quotes"},
		{"list of numbers", "[[block]]\nhost = \"a.example\"\nuses = [1]\n", 3, "list of texts"},
		{"vendor without a name", "[[vendor]]\nid = \"x\"\npurposes = [\"profiling\"]\n", 1, "needs a name"},
		{"vendor without purposes", "[[vendor]]\nid = \"x\"\nname = \"X\"\n", 1, "needs purposes"},
		{"vendor in upper case", "[[vendor]]\nid = \"X\"\nname = \"X\"\n", 2, "lower case"},
		{"purposes of nobody", "[[purpose]]\nvendor = \"nobody\"\npurposes = [\"profiling\"]\n", 1, `no vendor "nobody"`},
		{"parameter without a name", "[[parameter]]\nhost = \"a.example\"\n", 1, "needs the name"},
		{"all parameters", "[[parameter]]\nname = \"*\"\n", 2, "needs the name"},
		{"remove is no word", "[[parameter]]\nname = \"a\"\nremove = \"no\"\n", 3, "true or false"},
		{"before the first rule", "host = \"a.example\"\n", 1, "before the first rule"},
		{"control character", "[[block]]\nhost = \"a.example\"\nnote = \"a\\u0007b\"\n", 3, "control character"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := load(t, map[string]string{"m.toml": tt.text + good})
			p := r.Problems()
			if len(p) != 1 || p[0].Line != tt.line || p[0].File != "m.toml" || !strings.Contains(p[0].Text, tt.says) {
				t.Errorf("%v", p)
			}
			if o, ok := r.Match("https://good.example/", true, catalogue.UseImage); !ok || !o.Block {
				t.Error("the rule after it is gone")
			}
			if f := r.Files()[0]; f.Rules != 1 {
				t.Errorf("%d rules are counted", f.Rules)
			}
		})
	}
}

// TestVendorOfAnotherFile checks that the order of files does not matter.
func TestVendorOfAnotherFile(t *testing.T) {
	r := load(t, map[string]string{
		"a.toml": "[[block]]\nhost = \"a.example\"\nvendor = \"late\"\n[[purpose]]\nvendor = \"late\"\npurposes = [\"fraud\"]\n",
		"b.toml": "[[vendor]]\nid = \"late\"\nname = \"Late\"\npurposes = [\"profiling\"]\n",
	})
	if p := r.Problems(); len(p) > 0 {
		t.Fatal(p)
	}
	if o, _ := r.Match("https://a.example/", true, catalogue.UseLink); o.Vendor == nil || o.Vendor.Name != "Late" {
		t.Errorf("%+v", o.Vendor)
	}
	if v := r.Vendors(); len(v) != 1 || v[0].Name != "Late" {
		t.Errorf("%+v", v)
	}
}

// TestInCatalogue checks the rules where they are used.
func TestInCatalogue(t *testing.T) {
	plain, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	c := plain.WithOwn(load(t, map[string]string{"mine.toml": mine}))
	if o, ok := c.Own("https://t.shop.example/x", true, catalogue.UseImage); !ok || o.Vendor.Name != "Acme" {
		t.Errorf("%v %+v", ok, o)
	}
	if got, _ := c.Strip("https://a.example/?who=me&utm_source=x&mc_eid=1"); got != "https://a.example/?utm_source=x" {
		t.Errorf("stripped to %s", got)
	}
	if v, _ := c.Vendor("sendgrid"); !slices.Equal(v.Purposes, []purpose.ID{purpose.Profiling}) || v.Name != "Twilio SendGrid" {
		t.Errorf("%+v", v)
	}
	if c.Edition() == plain.Edition() {
		t.Error("the edition is the same")
	}
}

func TestEdition(t *testing.T) {
	a := load(t, map[string]string{"a.toml": "[[block]]\nhost = \"a.example\"\n"}).Edition()
	for name, texts := range map[string]map[string]string{
		"octet": {"a.toml": "[[block]]\nhost = \"b.example\"\n"},
		"name":  {"b.toml": "[[block]]\nhost = \"a.example\"\n"},
		"more":  {"a.toml": "[[block]]\nhost = \"a.example\"\n", "b.toml": ""},
		"none":  {},
	} {
		if load(t, texts).Edition() == a {
			t.Errorf("another %s is the same edition", name)
		}
	}
	if load(t, map[string]string{"a.toml": "[[block]]\nhost = \"a.example\"\n"}).Edition() != a {
		t.Error("the same is another edition")
	}
}

// TestFiles checks which files are read.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	if r, err := rulefiles.Load(filepath.Join(dir, "missing"), nil); err != nil || !r.Empty() {
		t.Errorf("missing directory: %v", err)
	}
	for _, name := range []string{"a.toml", "hosts", "b.hosts", "c.txt", "d.list", ".e.toml", "f.toml~", "#g.toml#", ".h.toml.swp", "i.md", "lists/j.txt", "lists/k.source", "deep/er/l.txt"} {
		write(t, filepath.Join(dir, name), "")
	}
	if err := os.Mkdir(filepath.Join(dir, "m.toml"), 0o700); err != nil {
		t.Fatal(err)
	}
	r, err := rulefiles.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range r.Files() {
		names = append(names, f.Name)
	}
	if want := []string{"a.toml", "b.hosts", "c.txt", "d.list", "hosts", "lists/j.txt"}; !slices.Equal(names, want) {
		t.Errorf("%q", names)
	}
}

func TestBadFiles(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "long.toml"), "[[block]]\nhost = \"a.example\"\nnote = \""+strings.Repeat("a", 9<<10)+"\"\n[[block]]\nhost = \"b.example\"\n")
	write(t, filepath.Join(dir, "long.txt"), "! x\n||"+strings.Repeat("a", 9<<10)+"\n||c.example^\n")
	if err := os.Symlink(filepath.Join(dir, "nowhere"), filepath.Join(dir, "gone.toml")); err != nil {
		t.Fatal(err)
	}
	big, err := os.Create(filepath.Join(dir, "big.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if err := big.Truncate(33 << 20); err != nil {
		t.Fatal(err)
	}
	big.Close()
	r, err := rulefiles.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range r.Problems() {
		got = append(got, p.String())
	}
	for _, want := range []string{"big.txt: it is larger than 32 MiB", "gone.toml: no such file", "long.toml:3: the line is longer", "long.txt:2: the line is longer"} {
		if !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, want) }) {
			t.Errorf("%q is not among %q", want, got)
		}
	}
	for _, url := range []string{"https://b.example/", "https://c.example/"} {
		if _, ok := r.Match(url, true, catalogue.UseImage); !ok {
			t.Errorf("%s: the rule beside the mistake is gone", url)
		}
	}
}

// TestOwnPurposes checks that a verdict by a rule without purposes has those of its
// vendor: of the one that the rule names, else of the one that the catalogue knows.
func TestOwnPurposes(t *testing.T) {
	r := load(t, map[string]string{"mine.toml": "[[vendor]]\nid = \"acme\"\nname = \"Acme\"\npurposes = [\"profiling\", \"vendor-own\"]\n\n" +
		"[[block]]\nhost = \"a.example\"\nvendor = \"acme\"\n\n[[block]]\nhost = \"mandrillapp.com\"\n\n[[block]]\nhost = \"b.example\"\n"})
	if p := r.Problems(); len(p) > 0 {
		t.Fatal(p)
	}
	c, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	judge := &detect.Judge{Catalogue: c.WithOwn(r)}
	mandrill, _ := c.Vendor("mandrill")
	for _, tt := range []struct {
		url, vendor string
		want        []purpose.ID
	}{
		{"https://a.example/x.gif", "acme", []purpose.ID{purpose.Profiling, purpose.VendorOwn}},
		{"https://mandrillapp.com/track/open.php?u=30400001&id=2921a11f25dadaa24aa79a548e4e8150", "mandrill", mandrill.Purposes},
		{"https://b.example/x.gif", "", []purpose.ID{purpose.Performance}},
	} {
		j := judge.Judge(reference.Reference{Vector: reference.ImgSrc, Kind: reference.Image, URL: tt.url, Remote: true}, detect.Facts{})
		if j.Verdict != detect.Tracker || j.Vendor != tt.vendor || !slices.Equal(j.Purposes, tt.want) || !strings.HasPrefix(j.Rules[0], "own:") {
			t.Errorf("%s: %+v", tt.url, j)
		}
	}
}
