package catalogue_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/rules/catalogue"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// load returns the embedded catalogue.
func load(t testing.TB) *catalogue.Catalogue {
	t.Helper()
	c, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func Example() {
	c, err := catalogue.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	hit, ok := c.Match("https://u1.ct.sendgrid.net/wf/open?upn=u001.fakeTokenForTests0001")
	fmt.Println(ok, hit.Vendor.Name, hit.Kind, hit.Vendor.Purposes)
	// Output: true Twilio SendGrid open [performance deliverability]
}

func TestVendor(t *testing.T) {
	c := load(t)
	v, ok := c.Vendor("mailchimp")
	if !ok || v.Name != "Intuit Mailchimp" || v.Country != "US" || !slices.Contains(v.Purposes, purpose.Personalisation) {
		t.Errorf("mailchimp: %v %+v", ok, v)
	}
	if _, ok := c.Vendor("nobody"); ok {
		t.Error("an unknown vendor was found")
	}
	if v, _ := c.Vendor("ms-safelinks"); !slices.Equal(v.Purposes, []purpose.ID{purpose.VendorOwn}) {
		t.Errorf("a link wrapper is for %v; its security is no exemption", v.Purposes)
	}
}

func TestMatch(t *testing.T) {
	c := load(t)
	tests := []struct {
		name, url, vendor string
		kind              catalogue.Kind
	}{
		{"host suffix", "https://click.actionnetwork.org/ss/o/u001.fakeTokenForTests/41z/fakeTokenForTest2/ho.gif", "action-network", catalogue.Open},
		{"host in upper case", "HTTPS://CLICK.ActionNetwork.ORG/ss/c/u001.fakeTokenForTests/x", "action-network", catalogue.Click},
		{"dot at the end of the host", "https://click.actionnetwork.org./ss/c/u001.fakeTokenForTests/x", "action-network", catalogue.Click},
		{"port and user", "https://me:pw@click.actionnetwork.org:443/ss/c/u001.fakeTokenForTests/x", "action-network", catalogue.Click},
		{"no scheme", "//click.actionnetwork.org/ss/c/u001.fakeTokenForTests/x", "action-network", catalogue.Click},
		{"fragment", "https://click.actionnetwork.org/ss/c/u001.fakeTokenForTests/x#a?b", "action-network", catalogue.Click},
		{"expression on the host", "https://links.mkt4477.com/ctt?m=1&r=MTIzNDU2Nzg5S0&b=0&j=NzDaIRWbVXF8", "acoustic", catalogue.Click},
		{"first label", "https://ablink.news.brand.example/ss/o/u001.lt9xFakeTokenAAAA0a/41z/Pv3wFakeTokenBBBB0g/ho.gif", "braze", catalogue.Open},
		{"any host", "https://mail.brand.example/wf/open?upn=u001.fakeTokenForTests0001", "sendgrid", catalogue.Open},
		{"any host, found by a text in the middle", "https://www.brand.example/a/b/civicrm/mailing/open?qid=1234567", "civicrm", catalogue.Open},
		{"suffix of another name", "https://notactionnetwork.org/ss/o/u001/41z/x", "", ""},
		{"host below the name", "https://click.actionnetwork.org.evil.example/ss/o/x", "", ""},
		{"vendor's home page", "https://www.mailchimp.com/", "", ""},
		{"mail address", "mailto:a@click.actionnetwork.org", "", ""},
		{"data", "data:image/gif;base64,R0lGOD", "", ""},
		{"empty", "", "", ""},
		{"no host", "https:///wf/open?upn=u001.fakeTokenForTests0001", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			hit, ok := c.Match(tt.url)
			if ok != (tt.vendor != "") {
				t.Fatalf("matched: %v, rule %q", ok, hit.Rule)
			}
			if ok && (hit.Vendor.ID != tt.vendor || hit.Kind != tt.kind) {
				t.Errorf("%s %s by %s", hit.Vendor.ID, hit.Kind, hit.Rule)
			}
		})
	}
}

func TestSplit(t *testing.T) {
	tests := []struct{ name, in, host, rest string }{
		{"plain", "https://a.example/b?c=d", "a.example", "/b?c=d"},
		{"no path", "http://a.example", "a.example", "/"},
		{"query at once", "http://a.example?b", "a.example", "/?b"},
		{"backslashes", `http://a.example\b\c?d\e`, "a.example", `/b/c?d\e`},
		{"IPv6", "http://[2001:db8::1]:8080/x", "[2001:db8::1]", "/x"},
		{"two at signs", "http://u@v@a.example/", "a.example", "/"},
		{"question mark in the user", "http://u?@a.example/", "u", "/?@a.example/"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, ok := catalogue.Split(tt.in)
			if !ok || a.Host != tt.host || a.Rest != tt.rest {
				t.Errorf("%v %+v", ok, a)
			}
		})
	}
	for _, in := range []string{"", "a", "/a", "ftp://a.example/", "http:/a.example", "https://", "https://:443/", "x//a.example"} {
		if a, ok := catalogue.Split(in); ok {
			t.Errorf("%q became %+v", in, a)
		}
	}
}

func TestProvider(t *testing.T) {
	c := load(t)
	tests := []struct {
		name, ask, id string
		stamps        catalogue.Stamps
	}{
		{"domain", "gmail.com", "gmail", catalogue.StampsDMARC},
		{"address", "Somebody@GMAIL.com", "gmail", catalogue.StampsDMARC},
		{"own domain by IMAP host", "imap.gmail.com", "gmail", catalogue.StampsDMARC},
		{"European", "wanadoo.fr", "orange-fr", catalogue.StampsUnknown},
		{"writes nothing", "mailo.com", "mailo", catalogue.StampsNone},
		{"not known", "brand.example", "", catalogue.StampsUnknown},
		{"loopback is nobody's", "127.0.0.1", "", catalogue.StampsUnknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, ok := c.Provider(tt.ask)
			if ok != (tt.id != "") || p.ID != tt.id || p.Stamps != tt.stamps {
				t.Errorf("%v %+v", ok, p)
			}
			if !p.Shared("gmail.com") {
				t.Error("it does not know the shared domains")
			}
		})
	}
}

func TestNamed(t *testing.T) {
	p := catalogue.Provider{AuthServIDs: []string{"*.yahoo.com", "mx.google.com"}}
	for id, want := range map[string]bool{
		"atlas1.mail.yahoo.com": true, "MX.Google.com": true, "yahoo.com": false, ".yahoo.com": false,
		"evilyahoo.com": false, "mx.google.com.evil.example": false, "": false,
	} {
		if p.Named(id) != want {
			t.Errorf("%q: not %v", id, want)
		}
	}
}

func TestShared(t *testing.T) {
	c := load(t)
	for domain, want := range map[string]bool{
		"gmail.com": true, "GMAIL.com.": true, "substack.com": true, "news.substack.com": true,
		"mail.beehiiv.com": true, "beehiiv.com": false, "simplelogin.co": true, "groups.io": true,
		// The private section of the Public Suffix List.
		"someone.github.io": true, "blogspot.com": true,
		"co.uk": false, "brand.example": false, "notgmail.com": false, "com": false, "": false,
	} {
		if c.Shared(domain) != want {
			t.Errorf("%q: not %v", domain, want)
		}
	}
}

// TestWith checks what the lab needs: a provider added at run time is found, and
// nothing else changes.
func TestWith(t *testing.T) {
	c := load(t)
	lab := catalogue.Provider{ID: "lab", Domains: []string{"demo.example"}, IMAP: []string{"127.0.0.1"},
		AuthServIDs: []string{"mx.demo.example"}, Stamps: catalogue.StampsDMARC, DeliveredTo: true, Source: "lab"}
	more := c.With(lab)
	if p, ok := more.Provider("a@demo.example"); !ok || p.ID != "lab" || !p.DeliveredTo || !p.Shared("gmail.com") {
		t.Errorf("the row is not there: %v %+v", ok, p)
	}
	if _, ok := more.Provider("127.0.0.1"); !ok {
		t.Error("the row is not found by its host")
	}
	if _, ok := more.Provider("gmail.com"); !ok {
		t.Error("the other rows are gone")
	}
	if _, ok := c.Provider("demo.example"); ok {
		t.Error("the row got into the catalogue it was added to")
	}
	if more.Edition() == c.Edition() {
		t.Error("the edition does not tell the two apart")
	}
	if _, ok := more.Match("https://mail.brand.example/wf/open?upn=u001.fakeTokenForTests0001"); !ok {
		t.Error("patterns are gone")
	}
}

func TestTables(t *testing.T) {
	tables := load(t).Tables()
	if len(tables) != 9 || tables[0].Name != "vendors.tsv" {
		t.Fatalf("%+v", tables)
	}
	for _, table := range tables {
		if table.Rows < 30 {
			t.Errorf("%+v", table)
		}
	}
}

func TestEdition(t *testing.T) {
	a, b := load(t), load(t)
	hash, ok := strings.CutPrefix(a.Edition(), "sha256:")
	if !ok || len(hash) != 64 || a.Edition() != b.Edition() {
		t.Errorf("%q, %q", a.Edition(), b.Edition())
	}
}

func BenchmarkMatch(b *testing.B) {
	c := load(b)
	for _, bench := range []struct{ name, url string }{
		{"host", "https://click.actionnetwork.org/ss/o/u001.fakeTokenForTests/41z/fakeTokenForTest2/ho.gif"},
		{"any", "https://mail.brand.example/wf/open?upn=u001.fakeTokenForTests0001"},
		{"none", "https://images.brand.example/media/2024/01/newsletter/header-large.png"},
		{"none, query", "https://www.brand.example/shop/product/1234567?utm_source=newsletter&utm_medium=email&utm_campaign=2024-01"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Match(bench.url)
			}
		})
	}
}

// BenchmarkVerdict asks all that the catalogue knows of one address, as a verdict
// does.
func BenchmarkVerdict(b *testing.B) {
	c := load(b)
	for _, bench := range []struct{ name, url string }{
		{"vendor", "https://mail.brand.example/wf/open?upn=u001.fakeTokenForTests0001"},
		{"wrapped", "https://eur05.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.example.com%2Fa%3Fx%3D1%26y%3D2&data=05%7C02&reserved=0"},
		{"tagged", "https://www.brand.example/shop/product/1234567?utm_source=newsletter&mc_eid=0a1b2c3d&size=42"},
		{"none", "https://images.brand.example/media/2024/01/newsletter/header-large.png"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Match(bench.url)
				c.Unwrap(bench.url)
				c.Strip(bench.url)
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		load(b)
	}
}

// TestVendorsAreUsed checks that a vendor that no row leads to says so: it is
// there for those who look it up, and for the reader's own rules.
func TestVendorsAreUsed(t *testing.T) {
	table := func(name string) [][]string {
		text, err := os.ReadFile("data/" + name)
		if err != nil {
			t.Fatal(err)
		}
		var rows [][]string
		for line := range strings.Lines(string(text)) {
			if line[0] != '#' {
				rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
			}
		}
		return rows
	}
	used := map[string]bool{}
	for name, column := range map[string]int{"patterns.tsv": 0, "unwrap.tsv": 1, "params.tsv": 4, "cname.tsv": 1, "headers.tsv": 0} {
		for _, row := range table(name) {
			used[row[column]] = true
		}
	}
	for _, row := range table("vendors.tsv") {
		if says := strings.Contains(row[6], "; no form of its"); says == used[row[0]] && (says || !used[row[0]]) {
			t.Errorf("%s: used %v, and its row says %q", row[0], used[row[0]], row[6])
		}
	}
}
