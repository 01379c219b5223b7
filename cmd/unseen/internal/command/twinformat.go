package command

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/twin"
)

// What twin writes for programs. Lists are never null.
type (
	twinObject struct {
		Sources    []string        `json:"sources"`
		Sure       string          `json:"sure"`
		Signs      []string        `json:"signs"`
		Sender     string          `json:"sender"`
		Recipients int             `json:"recipients"`
		References []twinReference `json:"references"`
		Proofs     []twin.Proof    `json:"proofs"`
		Gaps       []twinGap       `json:"gaps"`
	}
	twinReference struct {
		Result   twin.Result `json:"result"`
		Vector   string      `json:"vector"`
		Kind     string      `json:"kind"`
		Template string      `json:"template"`
		Reasons  []string    `json:"reasons"`
		Alone    *twinAlone  `json:"alone"`
		Parts    []twinPart  `json:"parts"`
		Places   []twinPlace `json:"places"`
	}
	// twinAlone is what a scan of the first place's copy says.
	twinAlone struct {
		Verdict   detect.Verdict   `json:"verdict"`
		Certainty detect.Certainty `json:"certainty"`
	}
	twinPart struct {
		Class  twin.Class `json:"class"`
		Where  string     `json:"where"`
		Name   string     `json:"name"`
		Kind   string     `json:"kind"`
		Start  int        `json:"start"`
		End    int        `json:"end"`
		Values int        `json:"values"`
	}
	twinPlace struct {
		Source string `json:"source"`
		Part   string `json:"part"`
		Offset int    `json:"offset"`
		Length int    `json:"length"`
		URL    string `json:"url"`
	}
	twinGap struct {
		Source string `json:"source"`
		Part   string `json:"part"`
		Reason string `json:"reason"`
	}
)

// object makes of a reference what is written.
func (r *twinRun) object(ref *twin.Reference) twinReference {
	out := twinReference{Result: ref.Result, Vector: string(ref.Vector), Kind: string(ref.Kind), Template: ref.Template,
		Reasons: ref.Reasons, Parts: []twinPart{}}
	if f, ok := r.single(ref); ok {
		out.Alone = &twinAlone{Verdict: f.Verdict, Certainty: f.Certainty}
	}
	for _, p := range ref.Parts {
		out.Parts = append(out.Parts, twinPart{p.Class, string(p.Where), p.Name, string(p.Kind), p.Start, p.End, p.Values})
	}
	for _, p := range ref.Places {
		out.Places = append(out.Places, twinPlace{r.sources[p.Copy], p.Part, p.Offset, p.Length, p.URL})
	}
	return out
}

// json writes one object.
func (r *twinRun) json() error {
	out := twinObject{Sources: r.sources, Sure: r.report.Sameness.Sure, Signs: r.report.Sameness.Signs, Sender: r.report.Sender,
		Recipients: r.report.Recipients, References: []twinReference{}, Proofs: r.report.Proofs(), Gaps: []twinGap{}}
	if out.Proofs == nil {
		out.Proofs = []twin.Proof{}
	}
	for i := range r.report.References {
		out.References = append(out.References, r.object(&r.report.References[i]))
	}
	for i, gaps := range r.report.Gaps {
		for _, g := range gaps {
			out.Gaps = append(out.Gaps, twinGap{r.sources[i], g.Section, g.Reason})
		}
	}
	return r.encode(out)
}

// lines writes one object a line for each reference.
func (r *twinRun) lines() error {
	for i := range r.report.References {
		if err := r.encode(r.object(&r.report.References[i])); err != nil {
			return err
		}
	}
	return nil
}

// encode writes a value in one line that a terminal can only print.
func (r *twinRun) encode(v any) error {
	var line bytes.Buffer
	lines := json.NewEncoder(&line)
	lines.SetEscapeHTML(false)
	if err := lines.Encode(v); err != nil {
		return err
	}
	_, err := r.out.Write(printable(line.Bytes()))
	return err
}

// csv writes a line for each reference, with the address of its first place.
func (r *twinRun) csv() error {
	w := csv.NewWriter(r.out)
	rows := [][]string{{"result", "vector", "kind", "template", "places", "copies", "differs", "class", "reason",
		"alone.verdict", "alone.certainty", "source", "part", "offset", "length", "url"}}
	for i := range r.report.References {
		o := r.object(&r.report.References[i])
		var differs, classes []string
		for j, p := range r.report.References[i].Parts {
			if p.Values > 1 {
				differs = append(differs, partName(p))
				classes = append(classes, string(o.Parts[j].Class))
			}
		}
		copies := make(map[string]bool)
		for _, p := range o.Places {
			copies[p.Source] = true
		}
		alone := twinAlone{}
		if o.Alone != nil {
			alone = *o.Alone
		}
		p := o.Places[0]
		rows = append(rows, []string{string(o.Result), o.Vector, o.Kind, o.Template, strconv.Itoa(len(o.Places)), strconv.Itoa(len(copies)),
			strings.Join(differs, " "), strings.Join(classes, " "), strings.Join(o.Reasons, " "), string(alone.Verdict), string(alone.Certainty),
			p.Source, p.Part, strconv.Itoa(p.Offset), strconv.Itoa(p.Length), p.URL})
	}
	return w.WriteAll(rows)
}
