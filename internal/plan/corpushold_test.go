package plan

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect/message"
)

// variants are a message with line ends as it is stored and as it is sent.
func variants(raw []byte) [][]byte {
	lf := bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	return [][]byte{raw, lf, bytes.ReplaceAll(lf, []byte("\n"), []byte("\r\n"))}
}

// lineEnds returns where CR and LF stand.
func lineEnds(raw []byte) []int {
	var at []int
	for i, c := range raw {
		if c == '\r' || c == '\n' {
			at = append(at, i)
		}
	}
	return at
}

// holds checks what must hold for every plan: lengths, line ends and layout
// stay, decoding gives the original with only the addresses replaced, and undo
// gives the original octets.
func holds(t rapid.TB, raw []byte, p *Plan) []byte {
	t.Helper()
	out := bytes.Clone(raw)
	if n := p.Overlay.Apply(out, 0); n > 0 {
		t.Fatalf("%d edits do not match", n)
	}
	if !slices.Equal(lineEnds(raw), lineEnds(out)) {
		t.Fatal("a line end has moved")
	}
	before, after := message.Parse(raw), message.Parse(out)
	if !slices.Equal(before.Sections, after.Sections) || before.Size != after.Size {
		t.Fatal("the layout has changed")
	}
	leavesHold(t, [2][]byte{raw, out}, [2]*message.Layout{before, after}, p)
	back := bytes.Clone(out)
	if n := p.Overlay.Undo(back, 0); n > 0 || !bytes.Equal(back, raw) {
		t.Fatalf("undo does not give the original: %d misses", n)
	}
	return out
}

func leavesHold(t rapid.TB, raw [2][]byte, layout [2]*message.Layout, p *Plan) {
	t.Helper()
	other := slices.Collect(layout[1].Leaves())
	i := 0
	for leaf := range layout[0].Leaves() {
		text := message.Decode(raw[0][leaf.Body.Start:leaf.Body.End], leaf.Body.Start, leaf.Encoding)
		a := text.Bytes()
		b := message.Decode(raw[1][other[i].Body.Start:other[i].Body.End], other[i].Body.Start, other[i].Encoding).Bytes()
		i++
		if len(a) != len(b) {
			t.Fatalf("section %s: decoded length %d, was %d", leaf.Section, len(b), len(a))
		}
		inside := make([]bool, len(a))
		for _, r := range p.References {
			if r.Section != leaf.Section {
				continue
			}
			span := r.Ref.Slot
			if r.Outcome == ByTag {
				span = r.Ref.Tag
			}
			if r.Outcome == ByToken || r.Outcome == ByShort || r.Outcome == ByTag || r.Outcome == Inert {
				for k := span.Start; k < span.End; k++ {
					inside[k] = true
				}
			}
		}
		// Where cells are no octets, the raw octets tell.
		within := func(k int) bool {
			at := text.Raw(k, k+1)
			return slices.ContainsFunc(p.References, func(r Reference) bool { return r.Raw.Start <= at.Start && at.End <= r.Raw.End })
		}
		for k := range a {
			if a[k] != b[k] && !inside[k] && !within(k) {
				t.Fatalf("section %s: decoded octet %d changed outside of an address", leaf.Section, k)
			}
		}
	}
}

func TestCorpusHolds(t *testing.T) {
	p := testPlanner()
	for _, m := range corpus(t, "real", "pairs", "fixtures") {
		for i, raw := range variants(m.raw) {
			for _, mode := range []Mode{ModeAll, ModePixels, ModeSigned} {
				p.Mode = mode
				if !t.Run(fmt.Sprintf("%s/%d/%s", m.name, i, mode), func(t *testing.T) { holds(t, raw, p.Plan(raw)) }) {
					return
				}
			}
		}
	}
}

// TestCorpusLeft looks with another parser for remote loads that are left in
// the rewritten mails: there must be none but those reported.
func TestCorpusLeft(t *testing.T) {
	for _, dir := range []string{"real", "pairs", "fixtures"} {
		t.Run(dir, func(t *testing.T) { corpusLeft(t, corpus(t, dir)) })
	}
}

func corpusLeft(t *testing.T, mails []mail) {
	p := testPlanner()
	outcomes, reasons, total, left := map[string]int{}, map[string]int{}, 0, 0
	for _, m := range mails {
		plan := p.Plan(m.raw)
		for _, r := range plan.References {
			if r.Ref.Kind.Load() && r.Ref.Remote {
				total++
				outcomes[fmt.Sprintf("%-8s %-8s", r.Ref.Kind, r.Outcome)]++
				if r.Outcome == Ungated {
					reasons[fmt.Sprintf("%-8s %-8s %s", r.Ref.Kind, r.Reason, r.Ref.Vector)]++
				}
			}
		}
		for _, g := range plan.Gaps {
			reasons["gap      "+g.Reason]++
		}
		left += checkLeft(t, m, plan)
	}
	t.Logf("%d mails, %d remote loads", len(mails), total)
	for title, table := range map[string]map[string]int{"outcomes": outcomes, "ungated, and gaps": reasons} {
		var lines []string
		for what, n := range table {
			lines = append(lines, fmt.Sprintf("%-34s %6d", what, n))
		}
		slices.Sort(lines)
		t.Logf("%s:\n%s", title, strings.Join(lines, "\n"))
	}
	t.Logf("an independent parser, with scripts and without, sees %d remote loads left, all of them reported", left)
}

// checkLeft returns how many reported loads are left in a rewritten mail.
func checkLeft(t rapid.TB, m mail, plan *Plan) (left int) {
	t.Helper()
	out := bytes.Clone(m.raw)
	plan.Overlay.Apply(out, 0)
	for leaf := range message.Parse(out).Leaves() {
		if !isHTML(leaf.MediaType) {
			continue
		}
		text := message.Decode(out[leaf.Body.Start:leaf.Body.End], leaf.Body.Start, leaf.Encoding).Bytes()
		original := message.Decode(m.raw[leaf.Body.Start:leaf.Body.End], leaf.Body.Start, leaf.Encoding).Bytes()
		reported, written := map[string]bool{}, map[string]bool{}
		for _, r := range plan.References {
			if r.Section == leaf.Section && r.Outcome == Ungated {
				reported[slashless(r.Ref.URL)] = true
				value := string(original[r.Ref.Slot.Start:r.Ref.Slot.End])
				written[html.UnescapeString(strings.ReplaceAll(value, "\r\n", "\n"))] = true
			}
		}
		for _, scripts := range []bool{false, true} {
			loads, contested := remoteLoads(t, text, leaf.Location, scripts)
			for _, l := range loads {
				// What a contested base makes of an address is not to be settled
				// here; that the place is reported is.
				if !reported[slashless(l.at)] && !(contested && written[l.value]) {
					t.Errorf("%s, section %s: %.60q is left and not reported", m.name, leaf.Section, l.at)
					continue
				}
				left++
			}
		}
	}
	return left
}

// slashless is an address without its scheme and the slashes behind it, of
// which browsers take any number, and which a base may leave out.
func slashless(address string) string {
	if front, rest, ok := strings.Cut(address, ":"); ok && !strings.ContainsAny(front, "/\\") {
		address = rest
	}
	address = strings.TrimLeft(address, "/\\")
	// A resolver writes quotes in a path as %22; the plan keeps them as they stand.
	if plain, err := url.PathUnescape(address); err == nil {
		return plain
	}
	return address
}
