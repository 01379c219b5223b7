package truth_test

import (
	"errors"
	"os"
	"slices"
	"strings"
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

// files are the files of labels and what a row of each may say.
func files() map[string][]string {
	return map[string][]string{
		"loads": {truth.LabelIndividual, truth.LabelShared, truth.LabelUnclear},
		"links": {truth.LabelTracked, truth.LabelDirect, truth.LabelChoice, truth.LabelAuthentication, truth.LabelUnclear},
	}
}

// Each row is whole, in the half of its sender, there once, and holds neither
// an address of the web nor one of a person.
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
			case r.Half != truth.Half(r.Sender):
				t.Errorf("%s, row %d: %s is in the other half", name, i+1, r.Sender)
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

// There are as many as the figures need: 400 of each, 300 of them since 2020, at
// most one in twenty unclear, both halves alike in size.
func TestLabelsEnough(t *testing.T) {
	for name := range files() {
		var clear, recent, unclear, tune int
		for _, r := range file(t, name) {
			if r.Label == truth.LabelUnclear {
				unclear++
				continue
			}
			clear++
			if r.Date >= truth.Recent {
				recent++
			}
			if r.Half == truth.HalfTune {
				tune++
			}
		}
		if clear < 400 || recent < 300 || unclear*20 > clear || tune*5 < clear*2 || tune*5 > clear*3 {
			t.Errorf("%s: %d labels, %d since 2020, %d unclear, %d in the tune half", name, clear, recent, unclear, tune)
		}
	}
}

// One sender does not outweigh the others.
func TestLabelsPerSender(t *testing.T) {
	n := map[string]int{}
	for _, r := range file(t, "loads") {
		n[r.Sender]++
		if n[r.Sender] > 8 {
			t.Errorf("%s has more than 8", r.Sender)
		}
	}
	if len(n) < 100 {
		t.Errorf("only %d senders", len(n))
	}
}

// measured measures the labels of the repository, or skips where the mails are
// not there.
func measured(t *testing.T) truth.Measured {
	t.Helper()
	m, err := truth.Measure(labelled, beside)
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

// The labels are those that are drawn, but for what became readable since.
func TestLabelsDrawn(t *testing.T) {
	measured(t)
	mails, err := truth.Corpus{Root: beside + "/mail"}.All()
	if err != nil {
		t.Fatal(err)
	}
	drawn := map[string]bool{}
	for _, d := range truth.Draw(mails, truth.Sample{Seed: "labels-1", Loads: true, Recent: 600, Old: 90, PerSender: 8}) {
		r := d.Row()
		drawn[r.File+r.Section+r.URLSHA256] = true
	}
	all, same := file(t, "loads"), 0
	for _, r := range all {
		if drawn[r.File+r.Section+r.URLSHA256] {
			same++
		}
	}
	if same*10 < len(all)*9 {
		t.Errorf("%d of %d labels would be drawn again", same, len(all))
	}
}
