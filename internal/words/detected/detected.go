// Package detected says in words what package detect found: what a reference is, and
// what it is held to be. Commands, reports and letters say the same of the same.
//
// It stands apart from package words, so that faces which show what the daemon says
// carry no detection.
package detected

import (
	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/words"
)

// Kind is what a reference is.
func Kind(w *words.Catalogue, k reference.Kind) string {
	switch k {
	case reference.Pixel:
		return w.Say(words.ExplainPixel)
	case reference.Image:
		return w.Say(words.ExplainImage)
	case reference.Link:
		return w.Say(words.ExplainLink)
	case reference.Receipt:
		return w.Say(words.ExplainReceipt)
	}
	return w.Say(words.ExplainResource)
}

// Verdict is what a finding is held to be.
func Verdict(w *words.Catalogue, f *detect.Finding) string {
	switch {
	case f.Verdict == detect.Clean:
		return w.Say(words.ExplainClean)
	case f.Verdict == detect.Exempt:
		return w.Say(words.ExplainExempt)
	case f.Kind == reference.Receipt:
		return w.Say(words.ExplainAsks)
	case f.Certainty == detect.Proven:
		return w.Say(words.ExplainProven)
	case f.Verdict == detect.Tracker:
		return w.Say(words.ExplainLikely)
	}
	return w.Say(words.ExplainPerhaps)
}
