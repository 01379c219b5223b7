package detected_test

import (
	"fmt"
	"testing"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/internal/words/detected"
)

// Each kind and verdict has words of its own in every language.
func TestApart(t *testing.T) {
	for _, lang := range words.Languages() {
		w, said := words.In(lang), make(map[string]string)
		add := func(what, text string) {
			if before := said[text]; text == "" || before != "" {
				t.Errorf("%s: %s and %s are both %q", lang, before, what, text)
			}
			said[text] = what
		}
		for _, k := range []reference.Kind{reference.Pixel, reference.Image, reference.Link, reference.Receipt, reference.Resource} {
			add(string(k), detected.Kind(w, k))
		}
		for name, f := range map[string]detect.Finding{
			"clean": {Verdict: detect.Clean}, "exempt": {Verdict: detect.Exempt}, "proven": {Verdict: detect.Tracker, Certainty: detect.Proven},
			"likely": {Verdict: detect.Tracker, Certainty: detect.Strong}, "perhaps": {Verdict: detect.Suspected},
			"asks": {Verdict: detect.Tracker, Kind: reference.Receipt},
		} {
			add(name, detected.Verdict(w, &f))
		}
	}
}

func ExampleKind() {
	fmt.Println(detected.Kind(words.English(), reference.Pixel))
	// Output: A picture with nothing to see
}
