package truth

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/unseen-mail/unseen/detect"
)

// A Rule says of a reference whether it is tracked.
type Rule struct {
	// Name is what it is called in a table.
	Name string
	// Says decides.
	Says func(Judged) bool
}

// Ours is the rule that counts: what is held, or asked about.
func Ours() Rule {
	return Rule{"Unseen", func(j Judged) bool {
		return j.Finding.Verdict == detect.Tracker || j.Finding.Verdict == detect.Suspected
	}}
}

// Rules returns ours and what others go by. Sizes are for loads alone.
func Rules(hosts Hosts, loads bool) []Rule {
	out := []Rule{Ours(), {"Unseen, tracker only", func(j Judged) bool { return j.Finding.Verdict == detect.Tracker }}}
	if loads {
		for _, side := range []int{1, 3, 25} {
			out = append(out, Rule{fmt.Sprintf("size at most %d", side), small(side)})
		}
	}
	return append(out,
		Rule{"known host only", func(j Judged) bool { return hosts.Known(j.Host) }},
		Rule{"any query string", func(j Judged) bool {
			address, _, _ := strings.Cut(j.Element.URL, "#")
			_, query, _ := strings.Cut(address, "?")
			return query != ""
		}})
}

// small says whether both sides are declared and neither is longer.
func small(side int) func(Judged) bool {
	return func(j Judged) bool {
		w, h := j.Element.Shape.Width, j.Element.Shape.Height
		return w >= 0 && h >= 0 && max(w, h) <= side
	}
}

// Hosts are names of machines that are known to count openings or clicks.
type Hosts struct {
	names    map[string]bool
	patterns []*regexp.Regexp
}

// ReadHosts reads the hosts of facts/patterns.tsv, as a list of hosts alone
// would have them. It is not our catalogue, so that what others know does not
// change when ours does.
func ReadHosts(shared string) (Hosts, error) {
	text, err := os.ReadFile(filepath.Join(shared, "facts", "patterns.tsv"))
	if err != nil {
		return Hosts{}, fmt.Errorf("reading known hosts: %w", err)
	}
	out := Hosts{names: make(map[string]bool)}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "\t")
		if len(cells) < 3 || (cells[1] != "open" && cells[1] != "click") || cells[2] == "*" {
			continue
		}
		expression, isPattern := strings.CutPrefix(cells[2], "~")
		if !isPattern {
			out.names[cells[2]] = true
			continue
		}
		re, err := regexp.Compile(expression)
		if err != nil {
			return Hosts{}, fmt.Errorf("reading known hosts: %w", err)
		}
		out.patterns = append(out.patterns, re)
	}
	return out, nil
}

// Known says whether a host is, or is below, a known one.
func (h Hosts) Known(host string) bool {
	for rest := host; rest != ""; _, rest, _ = strings.Cut(rest, ".") {
		if h.names[rest] {
			return true
		}
	}
	for _, re := range h.patterns {
		if re.MatchString(host) {
			return true
		}
	}
	return false
}
