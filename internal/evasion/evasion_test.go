package evasion_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/internal/evasion"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// write says that docs/evasions.md is written anew:
//
//	go test ./internal/evasion -write
var write = flag.Bool("write", false, "write docs/evasions.md")

const (
	page = "../../docs/evasions.md"
	// vendors is how many there have to be; nine in ten of them have to be held.
	vendors = 20
)

// shapes reads the vendors' shapes.
func shapes(t *testing.T) []evasion.Shape {
	t.Helper()
	f, err := os.Open("../../testdata/evasions/vendors.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list, err := evasion.Read(f)
	if err != nil || len(list) < vendors {
		t.Fatalf("%d shapes, %v", len(list), err)
	}
	return list
}

// judge returns a judge by the embedded rules.
func judge(t *testing.T) *detect.Judge {
	t.Helper()
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	return &detect.Judge{Catalogue: rules}
}

// passed returns the vendors whose shape is let through when changed in a way.
func passed(j *detect.Judge, list []evasion.Shape, w evasion.Way) []string {
	var out []string
	for _, s := range list {
		if !evasion.Held(j, s, w) {
			out = append(out, s.Vendor)
		}
	}
	return out
}

// TestEvasions holds that of each change at most one vendor in ten gets through,
// and that docs/evasions.md says what does.
func TestEvasions(t *testing.T) {
	j, list := judge(t), shapes(t)
	var out bytes.Buffer
	fmt.Fprintf(&out, head, len(list))
	table(&out, len(list), evasion.Ways(), func(w evasion.Way) []string {
		through := passed(j, list, w)
		if held := len(list) - len(through); held*10 < len(list)*9 {
			t.Errorf("%s: %d of %d held; through: %v", w.Name, held, len(list), through)
		}
		return through
	})
	out.WriteString(between)
	table(&out, len(list), evasion.Elsewhere(), func(w evasion.Way) []string { return passed(j, list, w) })
	if *write {
		if err := os.WriteFile(page, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if text, err := os.ReadFile(page); err != nil || !bytes.Equal(text, out.Bytes()) {
		t.Errorf("docs/evasions.md is not what is measured (%v); write it by: go test ./internal/evasion -write\n%s", err, out.String())
	}
}

const head = `# Evasions

What gets through when a sender changes the form of a tracker. Written by
` + "`go test ./internal/evasion -write`" + `, and held against the truth by every run
without ` + "`-write`" + `.

Each change is made to the forms of %d mailing services (testdata/evasions), one at a
time, in a mail with pictures and with three links of the same service. Identifiers are
made up. Held is what level standard holds while nothing is granted.

## On the service's own host, invisible but for the changes of size

`

const between = `
## On a host that nobody knows, without a size

The hardest case: neither the host nor the size gives the load away, but only the form of
its address, where that is known on any host, or else the name in it. It is what a single
copy of a mail can tell; two copies compared (` + "`unseen twin`" + `) tell the rest.

`

// table writes what each change lets through.
func table(out *bytes.Buffer, n int, ways []evasion.Way, passed func(evasion.Way) []string) {
	out.WriteString("| change | held | through |\n|---|---|---|\n")
	for _, w := range ways {
		through := passed(w)
		fmt.Fprintf(out, "| %s | %d of %d | %s |\n", w.Name, n-len(through), n, strings.Join(through, ", "))
	}
}

// Each change changes what it says, and stays an address.
func TestWays(t *testing.T) {
	for _, s := range shapes(t) {
		for _, w := range evasion.Ways() {
			address := w.Address(s.Open)
			if _, ok := catalogue.Split(address); !ok {
				t.Errorf("%s, %s: %s is no address", s.Vendor, w.Name, address)
			}
			if strings.ContainsAny(address, "{}") {
				t.Errorf("%s: %s is not filled", s.Vendor, address)
			}
			if w.Name == "as it is" && address != s.Open {
				t.Errorf("%s: %s was changed", s.Vendor, address)
			}
		}
	}
	if _, err := evasion.Read(strings.NewReader("one\ttwo\n")); err == nil {
		t.Error("two columns were read")
	}
}

// A mail of the same kind without a tracker has nothing held: else the tables
// above would say nothing.
func TestNothingHeld(t *testing.T) {
	plain := evasion.Shape{Vendor: "none", Open: "https://www.brand.example/img/footer.png", Clicks: []string{"https://www.brand.example/sale"}}
	for _, w := range evasion.Ways() {
		if w.Name != "host label" && w.Name != "split token" && evasion.Held(judge(t), plain, w) {
			t.Errorf("%s: a plain picture is held", w.Name)
		}
	}
}
