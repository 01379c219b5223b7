package e2e_test

import (
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/unseen-mail/unseen/gui/window/windowtest"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/lab"
)

// A sitter sits before a desktop with Unseen's window on it. Where things are is known
// from a twin of the window, which is made of the same parts, speaks with the same
// daemon, and is drawn without a screen: it only looks, and the sitter presses.
type sitter struct {
	t     *testing.T
	desk  *lab.Desktop
	twin  *windowtest.Twin
	found string // the number of the window on the screen
	steps int
	// notices are what programs said to the person.
	notices notices
}

// notices is a desktop's notification service (Desktop Notifications Specification 1.2)
// that keeps what it is told.
type notices struct {
	mu   sync.Mutex // guards what follows
	said []string
}

// Notify takes a notice.
func (n *notices) Notify(_ string, _ uint32, _, title, text string, actions []string, _ map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.said = append(n.said, strings.Join(append([]string{title, text}, actions...), "|"))
	return uint32(len(n.said)), nil
}

// all are the notices so far.
func (n *notices) all() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.said)
}

// sitDown sits down before a desktop.
func sitDown(t *testing.T) *sitter {
	t.Helper()
	s := &sitter{t: t, desk: lab.StartDesktop(t)}
	if err := s.desk.Bus.Export(&s.notices, "/org/freedesktop/Notifications", "org.freedesktop.Notifications"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.desk.Bus.RequestName("org.freedesktop.Notifications", dbus.NameFlagReplaceExisting); err != nil {
		t.Fatal(err)
	}
	return s
}

// look makes the twin of a window that is on the screen.
func (s *sitter) look(client *api.Client) {
	s.t.Helper()
	if s.found = s.desk.Display.Window("^Unseen$", patience); s.found == "" {
		s.t.Fatalf("there is no window; the icon says:\n%s", s.desk.Said("sh"))
	}
	s.twin = windowtest.New(s.t, client, filepath.Join(s.desk.Home, "Downloads"))
	said, err := s.desk.Display.Do("getwindowgeometry", "--shell", s.found)
	if err != nil {
		s.t.Fatalf("how large the window is: %v\n%s", err, said)
	}
	is := make(map[string]int)
	for _, line := range strings.Fields(said) {
		name, value, _ := strings.Cut(line, "=")
		is[name], _ = strconv.Atoi(value)
	}
	s.twin.Resize(is["WIDTH"], is["HEIGHT"])
}

// see waits until the screen shows what the twin shows, and keeps a picture of it.
func (s *sitter) see(step string) {
	s.t.Helper()
	var share float64
	alike := lab.Until(patience, func() bool {
		s.twin.Again()
		share = differ(s.desk.Picture(s.t, s.found), s.twin.Picture())
		return share < 0.01
	})
	s.keep(step)
	if !alike {
		s.put(step+"-wanted", s.twin.Picture())
		s.t.Fatalf("%s: the screen does not show it: %.1f %% of it differ", step, 100*share)
	}
	if testing.Verbose() {
		s.t.Logf("%s: %.2f %% of the screen differ", step, 100*share)
	}
}

// square is how many pixels at a time are compared: letters have other edges on a real
// screen, and a window's frame may be a pixel higher than its manager says.
const square = 8

// differ is which share of a picture differs clearly from what is wanted.
func differ(is, want image.Image) float64 {
	n, all := 0, 0
	for y := 0; y+square <= want.Bounds().Dy(); y += square {
		for x := 0; x+square <= want.Bounds().Dx(); x += square {
			all++
			a, b := mean(is, x, y), mean(want, x, y)
			if far(a[0], b[0]) || far(a[1], b[1]) || far(a[2], b[2]) {
				n++
			}
		}
	}
	return float64(n) / float64(max(all, 1))
}

// mean is the colour of a square.
func mean(img image.Image, x0, y0 int) (sum [3]uint32) {
	for y := range square {
		for x := range square {
			r, g, b, _ := img.At(x0+x, y0+y).RGBA()
			sum[0], sum[1], sum[2] = sum[0]+r, sum[1]+g, sum[2]+b
		}
	}
	for i := range sum {
		sum[i] /= square * square
	}
	return sum
}

// far says that two colours differ clearly.
func far(a, b uint32) bool { return max(a, b)-min(a, b) > 0x3000 }

// keep keeps a picture of the screen where UNSEEN_PICTURES says, to be looked at.
func (s *sitter) keep(step string) {
	s.t.Helper()
	if os.Getenv("UNSEEN_PICTURES") != "" {
		s.put(step, s.desk.Screen(s.t))
	}
}

// put keeps a picture.
func (s *sitter) put(step string, picture image.Image) {
	s.t.Helper()
	dir := os.Getenv("UNSEEN_PICTURES")
	if dir == "" {
		return
	}
	s.steps++
	f, err := os.Create(filepath.Join(dir, fmt.Sprintf("session-%02d-%s.png", s.steps, strings.ReplaceAll(step, " ", "-"))))
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, picture); err != nil {
		s.t.Fatal(err)
	}
}

// click clicks on something.
func (s *sitter) click(name string) {
	s.t.Helper()
	at := s.twin.Thing(name)
	s.do("mousemove", "--window", s.found, strconv.Itoa(at.X), strconv.Itoa(at.Y), "click", "1")
	s.twin.Unfocus()
}

// tab goes to something with the tab key, from where the keyboard is.
func (s *sitter) tab(name string) {
	s.t.Helper()
	s.do(append([]string{"key", "--delay", "20"}, slices.Repeat([]string{"Tab"}, s.twin.Tab(name))...)...)
}

// press clicks on something that leads elsewhere and changes nothing, so that the twin
// may press it, too.
func (s *sitter) press(name string) {
	s.t.Helper()
	s.click(name)
	s.twin.Press(name)
}

// goTo goes to a page by the navigation.
func (s *sitter) goTo(name, page string) {
	s.t.Helper()
	s.click(name)
	s.twin.Show(page)
}

// write writes into a place to write in.
func (s *sitter) write(name, text string) {
	s.t.Helper()
	s.click(name)
	s.do("type", "--delay", "10", text)
	s.twin.Write(name, text)
}

// key presses keys.
func (s *sitter) key(keys ...string) {
	s.t.Helper()
	s.do(append([]string{"key"}, keys...)...)
}

func (s *sitter) do(args ...string) {
	s.t.Helper()
	if said, err := s.desk.Display.Do(args...); err != nil {
		s.t.Fatalf("xdotool %v: %v\n%s", args, err, said)
	}
}

// until waits for something to be so.
func (s *sitter) until(what string, so func() bool) {
	s.t.Helper()
	if !lab.Until(patience, so) {
		s.keep("stuck")
		s.t.Fatalf("it never came to: %s; the icon says:\n%s", what, s.desk.Said("sh"))
	}
}

// patience is how long anything may take: a test must not fail because the machine was
// busy.
const patience = time.Minute
