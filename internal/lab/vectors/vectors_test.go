package vectors_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/lab/vectors"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// base is the address of the gateway in these tests.
const base = "http://127.0.0.1:4180"

// A result is what Unseen does with a vector.
type result struct {
	got   vectors.Want
	found bool
	how   string // by which form, or why not
	out   []byte
}

// treat plans the mail of a vector and says what became of it.
func treat(t *testing.T, v vectors.Vector) result {
	t.Helper()
	raw := v.Mail()
	p := (&plan.Planner{Base: base}).Plan(raw)
	r := result{out: bytes.Clone(raw), got: vectors.Inert}
	p.Overlay.Apply(r.out, 0)
	if len(r.out) != len(raw) {
		t.Fatalf("%s: %d octets became %d", v.Name, len(raw), len(r.out))
	}
	label, _, _ := strings.Cut(v.Host(), ".")
	var hows []string
	loads := 0
	for _, ref := range p.References {
		load := ref.Ref.Kind.Load() && ref.Ref.Remote
		if !strings.Contains(ref.Ref.URL, label) && !(load && len(v.Parts) > 0) {
			continue
		}
		r.found = true
		switch {
		case load && ref.Outcome == plan.Ungated:
			r.got = vectors.Reported
			hows = append(hows, "left: "+ref.Reason)
		case load:
			loads++
			hows = append(hows, string(ref.Outcome))
		case ref.Ref.Kind == reference.Link:
			r.got = vectors.Link
		case ref.Ref.Kind == reference.Base && ref.Outcome != plan.Left:
			hows = append(hows, "base")
		}
	}
	if r.got != vectors.Reported && loads > 0 {
		r.got = vectors.Edited
	}
	if len(p.Gaps) > 0 && loads == 0 {
		r.got = vectors.Reported
		hows = append(hows, "gap: "+p.Gaps[0].Reason)
	}
	if v.Place == vectors.InHeader {
		r.receipt(t, raw)
	}
	slices.Sort(hows)
	r.how = strings.Join(slices.Compact(hows), ", ")
	return r
}

// receipt looks for what asks for a notice of reading.
func (r *result) receipt(t *testing.T, raw []byte) {
	t.Helper()
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	report := detect.Scan(raw, &detect.Judge{Catalogue: rules}, detect.ScanOptions{All: true})
	for _, f := range report.Findings {
		if f.Kind == reference.Receipt {
			r.got, r.found = vectors.Receipt, true
		}
	}
}

// left says whether the host of a vector still stands in what is read of a mail as
// a load.
func left(v vectors.Vector, raw []byte) string {
	label, _, _ := strings.Cut(v.Host(), ".")
	for part := range message.Parse(raw).Leaves() {
		if !reference.Scanned(part.MediaType) {
			continue
		}
		text := part.Decode(raw[part.Body.Start:part.Body.End], part.Body.Start).Bytes()
		for _, ref := range reference.Find(part.MediaType, "", text) {
			if ref.Kind.Load() && ref.Remote && strings.Contains(ref.URL, label) {
				return string(ref.Vector) + " " + ref.URL
			}
		}
	}
	return ""
}

// TestVectors checks that each vector is treated as the table says.
func TestVectors(t *testing.T) {
	hosts := map[string]string{}
	for _, v := range vectors.All() {
		t.Run(v.Name, func(t *testing.T) {
			if other := hosts[v.Host()]; other != "" {
				t.Fatalf("its host is that of %q", other)
			}
			hosts[v.Host()] = v.Name
			if v.Group == "" || v.Does == "" || !strings.Contains(string(v.Mail()), v.Host()) {
				t.Error("group, meaning or address is missing")
			}
			r := treat(t, v)
			if r.got != v.Want {
				t.Errorf("%s (%s), want %s\n%s", r.got, r.how, v.Want, r.out)
			}
			if v.Want == vectors.Edited {
				if at := left(v, r.out); at != "" {
					t.Errorf("left: %s\n%s", at, r.out)
				}
			}
		})
	}
}
