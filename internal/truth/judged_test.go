package truth_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/internal/truth"
)

func TestJudge(t *testing.T) {
	shared := corpus(t, letters()...)
	c := truth.Corpus{Root: filepath.Join(shared, "mail")}
	all := append(rows(t, shared, true), rows(t, shared, false)...)
	judged, err := truth.Judge(c, all, judge(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(judged) != len(all) {
		t.Fatalf("%d of %d rows were judged", len(judged), len(all))
	}
	for i, j := range judged {
		if j.Row != all[i] {
			t.Errorf("row %d is another one", i)
		}
		if j.Finding.Verdict == "" || j.Finding.URL != j.Element.URL || j.Source != "made-up" {
			t.Errorf("%s #%d: found %+v", j.File, j.Ordinal, j.Finding)
		}
	}
	if k := judged[2].Kind(); k != "pixel" {
		t.Errorf("the pixel is a %s", k)
	}
	if v := judged[2].Finding.Verdict; v != detect.Tracker && v != detect.Suspected {
		t.Errorf("the pixel is %s", v)
	}
	if v := judged[0].Finding.Verdict; v != detect.Clean {
		t.Errorf("the logo is %s", v)
	}
}

// One more reference before it, or one less, does not lose a label; another
// address in its place does.
func TestJudgeByPlace(t *testing.T) {
	shared := corpus(t, letters()...)
	c := truth.Corpus{Root: filepath.Join(shared, "mail")}
	for name, c2 := range map[string]struct {
		change func(*truth.Row)
		found  bool
	}{
		"as it is":        {func(*truth.Row) {}, true},
		"another ordinal": {func(r *truth.Row) { r.Ordinal += 5 }, true},
		"another place":   {func(r *truth.Row) { r.Offset++ }, false},
		"another address": {func(r *truth.Row) { r.URLSHA256 = sum("x") }, false},
		"another vector":  {func(r *truth.Row) { r.Vector = "background" }, false},
		"another section": {func(r *truth.Row) { r.Section = "2" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			row := rows(t, shared, true)[2]
			c2.change(&row)
			judged, err := truth.Judge(c, []truth.Row{row}, judge(t))
			if err != nil {
				t.Fatal(err)
			}
			if found := judged[0].Finding.Verdict != ""; found != c2.found || (judged[0].Kind() != "not found") != c2.found {
				t.Errorf("found is %v, kind %s", found, judged[0].Kind())
			}
		})
	}
}

func TestJudgeErrors(t *testing.T) {
	shared := corpus(t, letters()...)
	c := truth.Corpus{Root: filepath.Join(shared, "mail")}
	row := rows(t, shared, true)[0]
	row.MessageSHA256 = sum("another mail")
	if _, err := truth.Judge(c, []truth.Row{row}, judge(t)); !errors.Is(err, truth.ErrOtherMail) {
		t.Errorf("another mail: %v", err)
	}
	row.File = "real/9999.eml"
	if _, err := truth.Judge(c, []truth.Row{row}, judge(t)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no mail: %v", err)
	}
	if _, err := truth.Judge(truth.Corpus{Root: t.TempDir()}, nil, judge(t)); !errors.Is(err, truth.ErrNoMail) {
		t.Errorf("no corpus: %v", err)
	}
	if _, err := truth.ReadFile(filepath.Join(t.TempDir(), "loads.tsv")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no labels: %v", err)
	}
}
