package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// writePlans says that testdata/plans.tsv is written anew:
//
//	go test ./internal/plan -run PlansOfVersion -write-plans
var writePlans = flag.Bool("write-plans", false, "write testdata/plans.tsv")

const plansFile = "../../testdata/plans.tsv"

// A golden is what the table says: for each message of testdata its hash, and that of
// the plans that a version of the planner makes of it.
type golden struct {
	version int
	rows    map[string][2]string
}

// plannedMails are the made-up messages that are planned, by their path below testdata.
func plannedMails(t *testing.T) map[string][]byte {
	t.Helper()
	mails := map[string][]byte{}
	for _, dir := range []string{"mail", "hostile", "vectors", "pairs"} {
		names, err := filepath.Glob("../../testdata/" + dir + "/*.eml")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			mails[dir+"/"+filepath.Base(name)] = raw
		}
	}
	if len(mails) < 100 {
		t.Fatalf("only %d messages", len(mails))
	}
	return mails
}

// summary hashes what the plans of all modes say of a message: its edits, and of each
// reference what it is, where it stands and what becomes of it.
func summary(raw []byte) string {
	h := sha256.New()
	for _, mode := range []Mode{ModeAll, ModePixels, ModeSigned} {
		planner := testPlanner()
		planner.Mode = mode
		p := planner.Plan(raw)
		describe(h, p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// describe writes a plan, but for its version.
func describe(w io.Writer, p *Plan) {
	fmt.Fprintf(w, "%s %v %x %v\n", p.Mode, p.Complete, p.HeaderSHA256, p.Gaps)
	for _, e := range p.Overlay.Edits {
		fmt.Fprintf(w, "%d %q %q\n", e.Offset, e.Old, e.New)
	}
	for _, r := range p.References {
		fmt.Fprintf(w, "%s %s %d %s %s %q %v %s %s\n", r.Token, r.Section, r.Ref.Ordinal, r.Ref.Vector, r.Ref.Kind, r.Ref.URL, r.Raw, r.Outcome, r.Reason)
	}
}

// readGolden reads the table.
func readGolden(t *testing.T) golden {
	t.Helper()
	text, err := os.ReadFile(plansFile)
	if err != nil {
		t.Fatal(err)
	}
	g := golden{rows: map[string][2]string{}}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.TrimSpace(line), "\t")
		switch {
		case strings.HasPrefix(line, "#"):
		case cells[0] == "version" && len(cells) == 2:
			if g.version, err = strconv.Atoi(cells[1]); err != nil {
				t.Fatal(err)
			}
		case len(cells) == 3:
			g.rows[cells[0]] = [2]string{cells[1], cells[2]}
		default:
			t.Fatalf("%s: %q", plansFile, line)
		}
	}
	return g
}

// changedPlans names the messages that are the same and are planned otherwise, and
// those that the table does not have as they are.
func changedPlans(g golden, mails map[string][]byte) (changed, unknown []string) {
	for name, raw := range mails {
		sum := sha256.Sum256(raw)
		row, ok := g.rows[name]
		switch {
		case !ok || row[0] != hex.EncodeToString(sum[:]):
			unknown = append(unknown, name)
		case row[1] != summary(raw):
			changed = append(changed, name)
		}
	}
	return changed, unknown
}

// What the planner makes of a message does not change while its version stays: a
// stored plan of this version is held to be what would be made again.
func TestPlansOfVersion(t *testing.T) {
	mails, g := plannedMails(t), readGolden(t)
	changed, unknown := changedPlans(g, mails)
	switch {
	case len(changed) > 0 && Version == g.version:
		t.Fatalf("%d messages are planned otherwise than version %d did, the first of them %s.\n"+
			"If that is meant, raise Version in plan.go, and write the table by: go test ./internal/plan -run PlansOfVersion -write-plans",
			len(changed), g.version, changed[0])
	case *writePlans:
		writeGolden(t, mails)
	case Version != g.version || len(unknown) > 0:
		t.Fatalf("the table is of version %d, the planner of %d; %d messages are new: write it by: go test ./internal/plan -run PlansOfVersion -write-plans",
			g.version, Version, len(unknown))
	}
}

// writeGolden writes the table.
func writeGolden(t *testing.T, mails map[string][]byte) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "# What a version of the planner makes of the made-up messages of testdata: path, SHA-256 of the message,\n"+
		"# SHA-256 of its plans in all modes. Written by: go test ./internal/plan -run PlansOfVersion -write-plans\nversion\t%d\n", Version)
	for _, name := range slices.Sorted(maps.Keys(mails)) {
		sum := sha256.Sum256(mails[name])
		fmt.Fprintf(&b, "%s\t%x\t%s\n", name, sum, summary(mails[name]))
	}
	if err := os.WriteFile(plansFile, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The check above finds what it is there for: one reference more, and one that
// becomes something else.
func TestChangedPlansAreFound(t *testing.T) {
	raw := []byte(asMail(`<img src="http://a.example/` + strings.Repeat("x", 40) + `">`))
	sum := sha256.Sum256(raw)
	g := golden{version: Version, rows: map[string][2]string{"a": {hex.EncodeToString(sum[:]), summary(raw)}}}
	if changed, unknown := changedPlans(g, map[string][]byte{"a": raw}); len(changed)+len(unknown) > 0 {
		t.Errorf("%v, %v: nothing has changed", changed, unknown)
	}
	if _, unknown := changedPlans(g, map[string][]byte{"a": raw, "b": raw}); len(unknown) != 1 {
		t.Errorf("%v: b is new", unknown)
	}
	for name, p := range map[string]func(*Plan){
		"a reference more":    func(p *Plan) { p.References = append(p.References, p.References[0]) },
		"another outcome":     func(p *Plan) { p.References[0].Outcome = Ungated },
		"another edit":        func(p *Plan) { p.Overlay.Edits = p.Overlay.Edits[:0] },
		"another kind":        func(p *Plan) { p.References[0].Ref.Kind = "pixel" },
		"another gap":         func(p *Plan) { p.Gaps = append(p.Gaps, p.Gaps...); p.Complete = !p.Complete },
		"another ordinal":     func(p *Plan) { p.References[0].Ref.Ordinal++ },
		"another place in it": func(p *Plan) { p.References[0].Raw.Start++ },
	} {
		var was, is strings.Builder
		plan := testPlanner().Plan(raw)
		describe(&was, plan)
		p(plan)
		if describe(&is, plan); was.String() == is.String() {
			t.Errorf("%s is not seen", name)
		}
	}
}
