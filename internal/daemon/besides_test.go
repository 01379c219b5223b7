package daemon

import (
	"testing"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// TestBesides checks which links of a stored plan are left with a choice beside
// them: those of the same text, two on either side.
func TestBesides(t *testing.T) {
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	judge := &detect.Judge{Catalogue: rules}
	m := &mail{plan: new(plan.Plan)}
	add := func(section, text string, kind reference.Kind) {
		m.plan.References = append(m.plan.References, plan.Reference{Section: section, Ref: reference.Reference{
			Kind: kind, Vector: reference.AnchorHref, URL: "https://t.shop.example/c/7f3a9c2e51d84b06a1c2", Remote: true, Text: text,
		}})
	}
	for _, text := range []string{"Hats", "Coats", "Boots"} {
		add("1", text, reference.Link)
	}
	add("1", "", reference.Image)
	add("1", "Unsubscribe", reference.Link)
	add("2", "Gloves", reference.Link)
	for i, want := range []bool{false, true, true, false, true, false} {
		if got := m.beside(i, judge); got != want {
			t.Errorf("reference %d: %v", i, got)
		}
	}
	if m.choices.Load().edition != rules.Edition() {
		t.Error("it does not know by which rules")
	}
}
