package catalogue_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/rules/catalogue"
)

// The facts that the catalogue was begun with stand beside the repository. Each row
// of them that holds is here, in our own form; these are not, and why.
var leftOut = map[string]string{
	"cname mkto-*.com":                     "there as an expression, for a suffix has no star",
	"cname trck.a8.net":                    "below a8.net, which is there",
	"cname cname.ebis.ne.jp":               "the row names no vendor",
	"unwrap proofpoint-v3-plain":           "proofpoint-v3 opens it too: an address without characters to put back",
	"patterns yamm yamm-track.appspot.com": "the example has a destination, which makes it a click; the form without one is there",
	`patterns selligent ~(?:^|\.)(?:emsecure\.net|slgnt\.(?:eu|us))$`: "the example has the form of opens on the same hosts; as a link it is followed all the same",
}

// facts returns the rows of a table of facts, or skips where it is not there.
func facts(t *testing.T, name string) [][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../../shared/facts", name+".tsv"))
	if errors.Is(err, os.ErrNotExist) && os.Getenv("UNSEEN_STRICT") != "1" {
		t.Skip("../shared/facts is missing")
	}
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "#") {
			rows = append(rows, strings.Split(strings.TrimRight(line, "\n"), "\t"))
		}
	}
	return rows[1:]
}

// count says how many rows of a table are there, and names those that are neither
// there nor left out with a reason.
func count(t *testing.T, table string, rows [][]string, name func([]string) string, has func([]string) bool) {
	t.Helper()
	there, left := 0, 0
	for _, r := range rows {
		why := leftOut[table+" "+name(r)]
		switch {
		case has(r):
			there++
		case why != "":
			left++
			t.Logf("%s %s is left out: %s", table, name(r), why)
		default:
			t.Errorf("%s %s is missing: %s", table, name(r), strings.Join(r, " | "))
		}
	}
	t.Logf("%s: %d rows, %d there, %d left out", table, len(rows), there, left)
}

func TestFactsVendors(t *testing.T) {
	c := load(t)
	count(t, "vendors", facts(t, "vendors"), func(r []string) string { return r[0] }, func(r []string) bool {
		_, ok := c.Vendor(r[0])
		return ok
	})
}

// The example of each pattern is its vendor's, for the same end.
func TestFactsPatterns(t *testing.T) {
	c := load(t)
	count(t, "patterns", facts(t, "patterns"), func(r []string) string { return r[0] + " " + r[2] }, func(r []string) bool {
		kind := catalogue.Kind(r[1])
		if kind == "view-in-browser" {
			kind = catalogue.View
		}
		hit, ok := c.Match(r[5])
		return ok && hit.Vendor.ID == r[0] && hit.Kind == kind
	})
}

func TestFactsParams(t *testing.T) {
	c := load(t)
	count(t, "params", facts(t, "params"), func(r []string) string { return r[0] + " " + r[2] }, func(r []string) bool {
		if r[1] != "literal" {
			return strings.Contains(dataFile(t, "params.tsv"), "\n~"+strings.TrimPrefix(r[0], "~")+"\t"+r[2]+"\t")
		}
		host := r[2]
		if host == "*" {
			host = "shop.example"
		}
		_, ok := c.Param(r[0], host)
		return ok
	})
}

func TestFactsNames(t *testing.T) {
	names := dataFile(t, "cname.tsv")
	count(t, "cname", facts(t, "cname"), func(r []string) string { return r[0] }, func(r []string) bool {
		return strings.Contains(names, "\n"+r[0]+"\t")
	})
}

func TestFactsWrappers(t *testing.T) {
	wrappers := dataFile(t, "unwrap.tsv")
	count(t, "unwrap", facts(t, "unwrap"), func(r []string) string { return r[0] }, func(r []string) bool {
		return strings.Contains(wrappers, "\n"+r[0]+"\t")
	})
}

// dataFile returns a table of ours as it is written.
func dataFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("data", name))
	if err != nil {
		t.Fatal(err)
	}
	return "\n" + string(text)
}
