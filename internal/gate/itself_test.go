package gate_test

import (
	"testing"
	"time"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/gate"
)

// A mail program that makes its loads itself asks for a picture only where its own
// rule shows it: then it may come from anybody, and a tracker still may not.
func TestItself(t *testing.T) {
	clean := detect.Judgement{Verdict: detect.Clean, Individualised: "no"}
	tracker := detect.Judgement{Verdict: detect.Tracker, Certainty: detect.Strong, Individualised: detect.Individual}
	for _, c := range []struct {
		name string
		load gate.Load
		want gate.Why
	}{
		{"a picture from nobody", gate.Load{Itself: true, Pictures: true, Judgement: clean}, gate.PicturesOn},
		{"the same by the gateway", gate.Load{Pictures: true, Judgement: clean}, gate.Nobody},
		{"a sender whose pictures are shut", gate.Load{Itself: true, Judgement: clean}, gate.PicturesOff},
		{"a tracker from nobody", gate.Load{Itself: true, Pictures: true, Judgement: tracker}, gate.Nobody},
		{"a picture where all is held", gate.Load{Itself: true, Pictures: true, Judgement: clean, Level: gate.All}, gate.LevelAll},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.load.Kind, c.load.Host = reference.Image, "www.shop.example"
			if got := new(gate.Gate).Decide(&c.load, time.Now()); got.Why != c.want || got.Release != (c.want == gate.PicturesOn) {
				t.Errorf("decided %+v, want %s", got, c.want)
			}
		})
	}
}
