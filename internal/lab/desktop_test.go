package lab_test

import (
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
)

// A desktop has a panel that is seen, at the lower edge.
func TestDesktop(t *testing.T) {
	lab.Need(t, "Xvfb", "xdotool", "openbox", "xfce4-panel", "dbus-daemon", "import")
	d := lab.StartDesktop(t)
	var seen bool
	if !lab.Until(time.Minute, func() bool {
		screen := d.Screen(t)
		for x := 0; x < screen.Bounds().Max.X && !seen; x++ {
			r, g, b, _ := screen.At(x, screen.Bounds().Max.Y-10).RGBA()
			seen = r+g+b > 0
		}
		return seen
	}) {
		t.Error("nothing is seen at the lower edge")
	}
}
