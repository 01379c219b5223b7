package truth_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/truth"
)

// labels writes files of labels for a corpus.
func labels(t *testing.T, shared string) string {
	t.Helper()
	dir := t.TempDir()
	for name, list := range map[string][]truth.Row{
		"loads.tsv": label(rows(t, shared, true), truth.LabelIndividual, truth.LabelShared,
			func(r truth.Row) bool { return r.Host == "count.example" }),
		"links.tsv": label(rows(t, shared, false), truth.LabelChoice, truth.LabelDirect,
			func(r truth.Row) bool { return r.URLSHA256 != sum("https://shop.example/") }),
	} {
		var b bytes.Buffer
		if err := truth.Write(&b, list); err != nil {
			t.Fatal(err)
		}
		write(t, b.String(), dir, name)
	}
	return dir
}

func TestMeasure(t *testing.T) {
	shared := corpus(t, letters()...)
	pairs(t, shared)
	m, err := truth.Measure(labels(t, shared), shared)
	if err != nil {
		t.Fatal(err)
	}
	if s := m.Loads.Score(truth.HalfMeasure, truth.Ours()); s.Hit != 2 || s.Missed != 0 || s.False != 0 {
		t.Errorf("loads: %+v", s)
	}
	var b bytes.Buffer
	if err := m.Write(&b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	with(t, text, "rest on ../shared/mail", "Wilson", "Rules sha256:", "Loads, measure half", "Loads, tune half", "Links, measure half",
		"Links of choice and authentication, measure half: 2, of which 0 ", "Pairs: one copy alone")
	// No address of a mail is printed.
	without(t, text, "https://", "q8Zr2LxV0aBc9TnE4kWm", "reader.example")
	if strings.Index(text, "measure half") > strings.Index(text, "tune half") {
		t.Error("the half that counts does not come first")
	}
}

func TestMeasureErrors(t *testing.T) {
	if _, err := truth.Measure(t.TempDir(), t.TempDir()); !errors.Is(err, truth.ErrNoMail) {
		t.Errorf("without mails: %v", err)
	}
	shared := corpus(t, letters()...)
	if _, err := truth.Measure(t.TempDir(), shared); err == nil {
		t.Error("without labels there is no error")
	}
	if _, err := truth.Measure(labels(t, shared), shared); !errors.Is(err, truth.ErrNoMail) {
		t.Errorf("without pairs: %v", err)
	}
	write(t, "v\topen\t~(\t^/\n", shared, "facts", "patterns.tsv")
	if _, err := truth.Measure(labels(t, shared), filepath.Clean(shared)); err == nil {
		t.Error("a broken list of hosts is no error")
	}
}
