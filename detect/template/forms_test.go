package template_test

import (
	"testing"

	"github.com/unseen-mail/unseen/detect/template"
)

// TestForms checks that a form says of itself where its parts stand, as the
// addresses do that have it.
func TestForms(t *testing.T) {
	h := template.History{Key: [32]byte{1}}
	urls := []string{
		"https://7f3a9c@t.shop.example/c/550000/120/7f3a9c2e51d84b06?acc=998877&v=2&8DVaPYyYoG9qGLemYc#top",
		"https://7f3a9c2e51d84b06.t.shop.example/banner24.png",
	}
	for i := range 3 {
		m, _ := mailTo("anna", i)
		h.Observe(m, urls[:1+i/2])
	}
	forms := h.Forms("shop.example")
	if len(forms) != 2 || forms[0].Mails != 3 || forms[1].Mails != 1 || h.Mails("shop.example") != 3 || h.Mails("other.example") != 0 || h.Forms("other.example") != nil {
		t.Fatalf("%+v", forms)
	}
	for i, f := range forms {
		want, _ := h.Look("shop.example", urls[i])
		if len(f.Slots) != len(want.Slots) {
			t.Fatalf("%s: %d slots, %d in the address", f.Template, len(f.Slots), len(want.Slots))
		}
		for j, k := range f.Slots {
			if w := want.Slots[j]; k.Slot.Place != w.Slot.Place || k.Slot.Name != w.Slot.Name || k.Class != w.Class || k.Slot.Value != "" {
				t.Errorf("%s, slot %d: %+v, in the address %+v", f.Template, j, k, w)
			}
		}
	}
	if since, until := h.Span("shop.example"); !since.Equal(day) || !until.Equal(day.AddDate(0, 0, 2)) {
		t.Errorf("%v to %v", since, until)
	}
}

// Fingerprints of one key say nothing to who has another.
func TestKeyed(t *testing.T) {
	var kept [2][]byte
	for i := range kept {
		h := template.History{Key: [32]byte{byte(i)}}
		h.Observe(mailTo("anna", 0))
		raw, err := h.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		kept[i] = raw
	}
	if string(kept[0]) == string(kept[1]) {
		t.Error("the key makes no difference")
	}
}
