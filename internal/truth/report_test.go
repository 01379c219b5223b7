package truth_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/truth"
)

// verdicts makes n rows alike.
func verdicts(n int, label string, verdict detect.Verdict, kind reference.Kind) []truth.Judged {
	var out []truth.Judged
	for range n {
		out = append(out, truth.Judged{
			Row: truth.Row{File: "real/1.eml", Section: "1", Ordinal: 7, Vector: "img src", Host: "h.example", Date: "2024-01-01",
				Language: "en", Label: label, Certainty: "sure", Reason: "because", Half: truth.HalfMeasure},
			Source:  "made-up",
			Element: truth.Element{Reference: reference.Reference{Kind: kind, URL: "https://h.example/secret-path"}},
			Finding: detect.Finding{Verdict: verdict, Certainty: detect.Strong, Reasons: []string{"It is so."}, Action: detect.ActionLeave}})
	}
	return out
}

// loads is a report on 40 pixels, 5 pictures, and one that is unclear.
func loads() truth.Report {
	judged := verdicts(28, truth.LabelIndividual, detect.Tracker, reference.Pixel)
	judged = append(judged, verdicts(2, truth.LabelIndividual, detect.Clean, reference.Pixel)...)
	judged = append(judged, verdicts(9, truth.LabelShared, detect.Clean, reference.Pixel)...)
	judged = append(judged, verdicts(1, truth.LabelShared, detect.Suspected, reference.Pixel)...)
	judged = append(judged, verdicts(5, truth.LabelShared, detect.Clean, reference.Image)...)
	judged = append(judged, verdicts(1, truth.LabelUnclear, detect.Tracker, reference.Pixel)...)
	return truth.Report{Title: "loads", Tracked: truth.LabelIndividual, Rules: truth.Rules(truth.Hosts{}, true), Judged: judged}
}

func TestReportScore(t *testing.T) {
	r := loads()
	if s := r.Score(truth.HalfMeasure, r.Rules[0]); s != (truth.Score{Hit: 28, Missed: 2, False: 1, Right: 14}) {
		t.Errorf("ours: %+v", s)
	}
	if s := r.Score(truth.HalfMeasure, r.Rules[1]); s != (truth.Score{Hit: 28, Missed: 2, Right: 15}) {
		t.Errorf("tracker only: %+v", s)
	}
	if s := r.Score(truth.HalfTune, r.Rules[0]); s.N() != 0 {
		t.Errorf("the other half: %+v", s)
	}
}

func TestReportWrite(t *testing.T) {
	var b bytes.Buffer
	if err := loads().Write(&b, truth.HalfMeasure); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	with(t, text, "Loads, measure half: 30 individual, 15 shared, 1 unclear (left out)",
		"kind pixel", "by kind, too few for figures: image 5", "size at most 25", "known host only", "any query string",
		"missed  real/1.eml 1 #7 img src h.example clean strong: It is so. | label: individual, sure: because",
		"falsely real/1.eml 1 #7 img src h.example suspected strong: It is so.")
	without(t, text, "secret-path", "kind image")
	if n := strings.Count(text, "missed  real"); n != 2 {
		t.Errorf("%d are listed as missed", n)
	}
	if n := strings.Count(text, "falsely real"); n != 1 {
		t.Errorf("%d are listed as falsely held", n)
	}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) > 0 && words[0] == "all" && strings.Join(words[2:], " ") != "45 28 2 1 0.966 0.828 0.933 0.787" {
			t.Errorf("the figures are %s", line)
		}
	}
}

// What a scan does not reach is missed, and named so.
func TestReportNotFound(t *testing.T) {
	judged := verdicts(1, truth.LabelIndividual, "", "")
	r := truth.Report{Title: "loads", Tracked: truth.LabelIndividual, Rules: truth.Rules(truth.Hosts{}, true), Judged: judged}
	var b bytes.Buffer
	if err := r.Write(&b, truth.HalfMeasure); err != nil {
		t.Fatal(err)
	}
	with(t, b.String(), "missed  real/1.eml", "not found", "by kind, too few for figures: not found 1")
}

func TestExempt(t *testing.T) {
	judged := verdicts(3, truth.LabelChoice, detect.Exempt, reference.Link)
	judged = append(judged, verdicts(2, truth.LabelAuthentication, detect.Tracker, reference.Link)...)
	judged = append(judged, verdicts(4, truth.LabelTracked, detect.Tracker, reference.Link)...)
	judged[1].Finding.Action = detect.ActionUnwrap
	judged[3].Finding.Action = detect.ActionGate
	judged[7].Finding.Action = detect.ActionGate
	all, touched := truth.Report{Judged: judged}.Exempt(truth.HalfMeasure)
	if len(all) != 5 || len(touched) != 2 {
		t.Errorf("%d exempt, %d touched", len(all), len(touched))
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, bytes.ErrTooLarge }

func TestWriteErrors(t *testing.T) {
	if loads().Write(broken{}, truth.HalfMeasure) == nil || truth.WriteAlone(broken{}, nil) == nil ||
		truth.Write(broken{}, nil) == nil || truth.Show(broken{}, nil, nil) == nil || (truth.Measured{}).Write(broken{}) == nil {
		t.Error("an error in writing is not told")
	}
}
