package repotest_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// readers are functions that make sense of octets or text from elsewhere, by their names and
// what they take first.
var readers = regexp.MustCompile(`(?m)^func (?:\(\w+ \*?\w+\) )?((?:[Pp]arse|[Uu]nmarshal|[Dd]ecode|[Rr]ead|[Ss]can|[Ss]plit|[Ll]ex|[Nn]egotiate)\w*)\(\w+ (?:\[\]byte|string|io\.Reader|io\.ReaderAt|\*bufio\.Reader)[,)]`)

// Whatever reads what others wrote has a fuzz target in its package. Packages without one say
// here why they need none.
func TestParsersAreFuzzed(t *testing.T) {
	without := map[string]string{
		"internal/daemon":        "its readers pass on to those of other packages, or read the store's own JSON",
		"internal/evasion":       "reads the table that comes with it",
		"internal/evidence/mark": "reads the JSON that it wrote itself, by the standard library",
		"internal/report":        "reads Parquet back in its own tests alone",
		"proxy/localcert":        "reads the PEM that it wrote itself, by the standard library",
	}
	parsers, fuzzed := map[string][]string{}, map[string]bool{}
	for _, s := range sources(t) {
		room := s.room()
		if below(room, "internal/lab") || below(room, "packaging") || below(room, "internal/repotest") {
			continue
		}
		if s.test() {
			fuzzed[room] = fuzzed[room] || strings.Contains(s.text, "\nfunc Fuzz")
			continue
		}
		for _, m := range readers.FindAllStringSubmatch(s.text, -1) {
			parsers[room] = append(parsers[room], m[1])
		}
	}
	if len(parsers) < 20 || !slices.Contains(parsers["detect/message"], "Parse") {
		t.Fatalf("parsers were found in %d packages alone: is this looking where it should?", len(parsers))
	}
	for room, names := range parsers {
		if why := without[room]; !fuzzed[room] && why == "" {
			t.Errorf("%s has no fuzz target, and reads what others wrote: %s", room, strings.Join(names, ", "))
		} else if fuzzed[room] && why != "" {
			t.Errorf("%s has a fuzz target, and is listed as one that needs none", room)
		}
	}
	for room := range without {
		if len(parsers[room]) == 0 {
			t.Errorf("%s is listed, and reads nothing", room)
		}
	}
}
