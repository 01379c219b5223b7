package reason_test

import (
	"fmt"
	"testing"

	"github.com/unseen-mail/unseen/detect/reason"
)

func Example() {
	table := reason.Table{"signed": "{0} signed it, as {1}."}
	fmt.Println(table.English(reason.Is("signed", "Acme", "d.acme.example")))
	// Output: Acme signed it, as d.acme.example.
}

func TestEnglish(t *testing.T) {
	table := reason.Table{"two": "{1} after {0}", "none": "Nothing."}
	for name, c := range map[string]struct {
		reason reason.Reason
		want   string
	}{
		"in another order":   {reason.Is("two", "a", "b"), "b after a"},
		"an odd argument":    {reason.Is("two", "{1}", "{0}"), "{0} after {1}"},
		"too few":            {reason.Is("two", "a"), "{1} after a"},
		"none to name":       {reason.Is("none"), "Nothing."},
		"a code of tomorrow": {reason.Is("newer", "a"), "newer"},
		"no reason":          {reason.Reason{}, ""},
	} {
		if got := table.English(c.reason); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if !(reason.Reason{}).None() || reason.Is("none").None() {
		t.Error("what is no reason is told wrongly")
	}
}

// FuzzEnglish says a sentence with any arguments: each stands there as it was given,
// once for each slot.
func FuzzEnglish(f *testing.F) {
	f.Add("a", "b")
	f.Add("{1}", "{0}")
	f.Add("", "{")
	f.Fuzz(func(t *testing.T, first, second string) {
		got := reason.Table{"x": "<{0}|{1}|{0}>"}.English(reason.Is("x", first, second))
		if want := "<" + first + "|" + second + "|" + first + ">"; got != want {
			t.Fatalf("%q, want %q", got, want)
		}
	})
}
