package truth_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/unseen-mail/unseen/internal/truth"
)

// Where labels and mails are, seen from this package.
const (
	labelled = "../../testdata/labels"
	beside   = "../../../shared"
)

// file reads a file of labels of the repository.
func file(t *testing.T, name string) []truth.Row {
	t.Helper()
	list, err := truth.ReadFile(labelled + "/" + name + ".tsv")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// all reads every draw of a kind.
func all(t *testing.T, title string) []truth.Row {
	t.Helper()
	list, err := truth.ReadDraws(labelled, title)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// files are the files of labels and what a row of each may say.
func files() map[string][]string {
	loads := []string{truth.LabelIndividual, truth.LabelShared, truth.LabelUnclear}
	links := []string{truth.LabelTracked, truth.LabelDirect, truth.LabelChoice, truth.LabelAuthentication, truth.LabelUnclear}
	return map[string][]string{"loads": loads, "loads-2": loads, "loads-3": loads, "loads-4": loads, "loads-5": loads, "loads-6": loads, "loads-7": loads,
		"links": links, "links-2": links, "links-3": links, "links-4": links}
}

// isTuning says whether rules may be made looking at a row of a file: those of every
// draw but the last two of loads and the last of links, and of the fourth all but loads
// of known senders.
func isTuning(file string, r truth.Row) bool {
	switch file {
	case "links-4", "loads-6", "loads-7":
		return false
	case "loads-4":
		return r.Half != truth.HalfMeasure
	}
	return true
}

// Each row is whole, in the half of its draw, there once, and holds neither an
// address of the web nor one of a person.
func TestLabels(t *testing.T) {
	for name, allowed := range files() {
		seen := map[string]bool{}
		for i, r := range file(t, name) {
			at := r.File + " " + r.Section + " " + string(r.Vector) + " " + r.URLSHA256
			switch {
			case !slices.Contains(allowed, r.Label):
				t.Errorf("%s, row %d: the label is %q", name, i+1, r.Label)
			case r.Certainty != "sure" && r.Certainty != "likely":
				t.Errorf("%s, row %d: the certainty is %q", name, i+1, r.Certainty)
			case len(r.Reason) < 5 || len(r.Reason) > 200:
				t.Errorf("%s, row %d: the reason is %q", name, i+1, r.Reason)
			case isTuning(name, r) != (r.Half == truth.HalfTune):
				t.Errorf("%s, row %d: %s is in the half %s", name, i+1, r.Sender, r.Half)
			case len(r.URLSHA256) != 64 || len(r.MessageSHA256) != 64:
				t.Errorf("%s, row %d: a hash is too short", name, i+1)
			case strings.Contains(r.Reason, "://") || strings.Contains(r.Reason, "@"):
				t.Errorf("%s, row %d: the reason holds an address: %s", name, i+1, r.Reason)
			case seen[at]:
				t.Errorf("%s, row %d: it is there twice", name, i+1)
			}
			seen[at] = true
		}
	}
}

// A sender is wholly in one half, for loads and links together. The senders of
// the known half are those that rules were made by, but for one mail that names
// no sender and is of their campaigns.
func TestLabelsSplit(t *testing.T) {
	half := map[string]string{"real/0164.eml": truth.HalfTune}
	for name := range files() {
		for _, r := range file(t, name) {
			if r.Half == truth.HalfKnown {
				r.Half = truth.HalfTune
			}
			if half[r.Sender] == "" {
				half[r.Sender] = r.Half
			}
			if half[r.Sender] != r.Half {
				t.Errorf("%s: %s is in both halves", name, r.Sender)
			}
		}
	}
}

// There are as many as the figures need: 400 of each, 300 of them since 2020, at
// most one in twenty unclear, 160 that are only measured.
func TestLabelsEnough(t *testing.T) {
	for _, name := range []string{"loads", "links"} {
		var clear, recent, unclear, measured int
		for _, r := range all(t, name) {
			if r.Label == truth.LabelUnclear {
				unclear++
				continue
			}
			clear++
			if r.Date >= truth.Recent {
				recent++
			}
			if r.Half != truth.HalfTune {
				measured++
			}
		}
		if clear < 400 || recent < 300 || unclear*20 > clear || measured < 160 {
			t.Errorf("%s: %d labels, %d since 2020, %d unclear, %d only measured", name, clear, recent, unclear, measured)
		}
	}
}

// One sender does not outweigh the others.
func TestLabelsPerSender(t *testing.T) {
	for _, name := range []string{"loads", "links"} {
		n := map[string]int{}
		for _, r := range all(t, name) {
			n[r.Sender]++
			if n[r.Sender] > 40 {
				t.Errorf("%s: %s has more than 40", name, r.Sender)
			}
		}
		if len(n) < 150 {
			t.Errorf("%s: only %d senders", name, len(n))
		}
	}
}

// once measures the labels of the repository, which takes seconds, for all tests.
var once = sync.OnceValues(func() (truth.Measured, error) { return truth.Measure(labelled, beside) })

// measured returns what was measured, which is not to be changed, or skips where the
// mails are not there.
func measured(t *testing.T) truth.Measured {
	t.Helper()
	m, err := once()
	if errors.Is(err, truth.ErrNoMail) && os.Getenv("UNSEEN_STRICT") != "1" {
		t.Skip("../shared/mail is missing")
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Every label is still found where it was given. One that is not counts as
// missed, and would make the figures worse without a word.
func TestLabelsFound(t *testing.T) {
	m := measured(t)
	for _, r := range []truth.Report{m.Loads, m.Links} {
		for _, j := range r.Judged {
			if j.Finding.Verdict == "" {
				t.Errorf("%s: %s %s #%d %s %s is not found: kind %s", r.Title, j.File, j.Section, j.Ordinal, j.Vector, j.Host, j.Kind())
			}
		}
	}
}

// before is a sample of what the senders of some files' tuning half have besides.
func before(t *testing.T, names ...string) truth.Sample {
	t.Helper()
	s := truth.Sample{Loads: true, Written: true, Only: map[string]bool{}, Labelled: map[string]bool{}}
	for _, name := range names {
		for _, r := range file(t, name) {
			s.Labelled[truth.Key(r.Sender, r.URLSHA256)] = true
			if r.Half == truth.HalfTune {
				s.Only[r.Sender] = true
			}
		}
	}
	return s
}

// The labels are those that are drawn, but for what became readable since.
func TestLabelsDrawn(t *testing.T) {
	measured(t)
	mails, err := truth.Corpus{Root: beside + "/mail"}.All()
	if err != nil {
		t.Fatal(err)
	}
	first := map[string]bool{}
	for _, r := range append(file(t, "loads"), file(t, "links")...) {
		first[r.Sender] = true
	}
	fresh := truth.Sample{Seed: "labels-2", Recent: 200, Old: 110, PerSender: 12, Except: first, Written: true}
	freshLoads := fresh
	freshLoads.Loads = true
	fifth := before(t, "loads", "loads-2", "loads-3", "loads-4", "links", "links-2", "links-3", "links-4")
	fifth.Seed, fifth.Recent, fifth.Old, fifth.PerSender = "labels-5", 230, 10, 6
	sixth := before(t, "loads", "loads-2", "loads-3", "loads-4", "loads-5", "links", "links-2", "links-3", "links-4")
	sixth.Seed, sixth.Recent, sixth.Old, sixth.PerSender = "labels-6", 330, 70, 9
	seventh := before(t, "loads", "loads-2", "loads-3", "loads-4", "loads-5", "loads-6", "links", "links-2", "links-3", "links-4")
	seventh.Seed, seventh.Recent, seventh.Old, seventh.PerSender = "labels-7", 260, 40, 8
	for name, s := range map[string]truth.Sample{
		"loads":   {Seed: "labels-1", Loads: true, Recent: 600, Old: 90, PerSender: 8},
		"loads-2": freshLoads,
		"links-2": fresh,
		"loads-5": fifth,
		"loads-6": sixth,
		"loads-7": seventh,
	} {
		drawn := map[string]bool{}
		for _, d := range truth.Draw(mails, s) {
			r := d.Row()
			drawn[r.File+r.Section+r.URLSHA256] = true
		}
		list, same := file(t, name), 0
		for _, r := range list {
			if drawn[r.File+r.Section+r.URLSHA256] {
				same++
			}
		}
		if same*10 < len(list)*9 {
			t.Errorf("%s: %d of %d labels would be drawn again", name, same, len(list))
		}
	}
}
