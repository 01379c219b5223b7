package e2e_test

import (
	"fmt"
	"image"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/godbus/dbus/v5"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/lab"
)

// Somebody installs Unseen and follows docs/first-time.md, line by line: an account
// connected by the wizard, a test mail, a newsletter, its question answered and taken back,
// evidence, another way in. They use the mouse and the keyboard, before a screen with a
// panel that shows the icon; what they chose is what the tracker learns. UNSEEN_PICTURES
// keeps a picture of each step.
func TestFirstHour(t *testing.T) {
	lab.Need(t, "gcc", "dovecot", "openbox", "xfce4-panel", "xdotool", "import", "dbus-daemon")
	h := &house{dovecot: lab.StartDovecot(t, map[string][][]byte{reader: {newsletter("news@harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9")}}), tracker: lab.StartTracker(t)}
	h.sink = lab.StartSink(t, h.dovecot.Authority, nil)
	s := sitDown(t)
	f := &first{sitter: s, h: h, i: s.install(h)}
	f.follow()
	s.leave(h, f.i)
}

// An icon is what the bus shows of "unseen tray".
type icon struct {
	bus  *dbus.Conn
	name string
}

// says is the sentence of the icon.
func (i *icon) says() string {
	v, err := i.bus.Object(i.name, "/StatusNotifierItem").GetProperty("org.kde.StatusNotifierItem.ToolTip")
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(v.Value())
}

// menu are the lines of its menu, by their texts.
func (i *icon) menu() map[string]int32 {
	var revision uint32
	var root struct {
		ID       int32
		Props    map[string]dbus.Variant
		Children []dbus.Variant
	}
	lines := make(map[string]int32)
	call := i.bus.Object(i.name, "/StatusNotifierItem/menu").Call("com.canonical.dbusmenu.GetLayout", 0, int32(0), int32(-1), []string{})
	if call.Store(&revision, &root) != nil {
		return lines
	}
	for _, c := range root.Children {
		parts := c.Value().([]any)
		if label, ok := parts[1].(map[string]dbus.Variant)["label"]; ok {
			lines[label.Value().(string)] = parts[0].(int32)
		}
	}
	return lines
}

// press presses a line of its menu.
func (i *icon) press(t *testing.T, text string) {
	t.Helper()
	id, ok := int32(0), false
	if !lab.Until(patience, func() bool { id, ok = i.menu()[text]; return ok }) {
		t.Fatalf("the menu has no line %q: %v", text, i.menu())
	}
	call := i.bus.Object(i.name, "/StatusNotifierItem/menu").Call("com.canonical.dbusmenu.Event", 0, id, "clicked", dbus.MakeVariant(""), uint32(0))
	if call.Err != nil {
		t.Fatal(call.Err)
	}
}

// paths are where a program on the desktop keeps what is Unseen's.
func (s *sitter) paths() config.Paths {
	s.t.Helper()
	env := s.desk.Env()
	p, err := config.FindPaths(func(name string) string {
		for _, v := range slices.Backward(env) {
			if rest, ok := strings.CutPrefix(v, name+"="); ok {
				return rest
			}
		}
		return ""
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// install puts the programs into the home, lets the icon start with the session, starts
// it as a session does, and opens the window by a click on the icon. The daemon that the
// icon starts is then ended, and the one with the mail servers of the test takes its
// place: the icon and the window see it go and come back.
func (s *sitter) install(h *house) *icon {
	s.t.Helper()
	bin := filepath.Join(s.desk.Home, "bin")
	for _, args := range [][]string{{"CGO_ENABLED=0", "./cmd/unseen", "./cmd/unseen-tray"}, {"CGO_ENABLED=1", "-tags", "gui", "./cmd/unseen-gui"}} {
		// With the flags of the Makefile: what C was compiled is then there already.
		build := exec.Command("go", append([]string{"build", "-trimpath", "-o", bin + "/"}, args[1:]...)...)
		build.Dir, build.Env = lab.Root(s.t), append(os.Environ(), args[0])
		if said, err := build.CombinedOutput(); err != nil {
			s.t.Fatalf("building: %v\n%s", err, said)
		}
	}
	if said, err := s.run(filepath.Join(bin, "unseen"), "tray", "--login", "on"); err != nil {
		s.t.Fatalf("%v\n%s", err, said)
	}
	entry, err := os.ReadFile(filepath.Join(s.desk.Home, "config", "autostart", "io.github.unseen_mail.Unseen.desktop"))
	if err != nil {
		s.t.Fatal(err)
	}
	_, command, _ := strings.Cut(string(entry), "\nExec=")
	command, _, _ = strings.Cut(command, "\n")
	before := s.desk.Screen(s.t)
	s.desk.Start(s.t, "sh", "-c", "exec "+command)
	i := &icon{bus: s.desk.Bus}
	s.until("an icon", func() bool { i.name = s.item(); return i.name != "" })
	client := api.NewClient(s.paths().Socket())
	s.until("a daemon that the icon started", func() bool { _, err := client.Status(s.t.Context()); return err == nil })
	s.until("watching", func() bool { return strings.Contains(i.says(), "Unseen is watching") })
	where := s.news(before)
	s.do("mousemove", fmt.Sprint((where.Min.X+where.Max.X)/2), fmt.Sprint((where.Min.Y+where.Max.Y)/2), "click", "1")
	s.look(client)
	theme := "light"
	if _, err := client.Set(s.t.Context(), api.SettingsChange{Theme: &theme}); err != nil {
		s.t.Fatal(err)
	}
	st, err := client.Status(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	if err := syscall.Kill(st.PID, syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	s.until("an icon that says that nobody answers", func() bool { return strings.Contains(i.says(), "not running") })
	s.keep("the daemon is gone")
	h.live(s.t, s.paths(), "elsewhere.example")
	s.until("watching again", func() bool { return strings.Contains(i.says(), "Unseen is watching") })
	s.see("today")
	return i
}

// run runs a program of the desktop to its end.
func (s *sitter) run(program string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(s.t.Context(), program, args...)
	cmd.Env = s.desk.Env()
	return cmd.CombinedOutput()
}

// item is the name of the icon on the bus, "" before it is there.
func (s *sitter) item() string {
	var names []string
	if err := s.desk.Bus.BusObject().Call("org.freedesktop.DBus.ListNames", 0).Store(&names); err != nil {
		return ""
	}
	for _, n := range names {
		if strings.HasPrefix(n, "org.kde.StatusNotifierItem-") || strings.HasPrefix(n, "org.freedesktop.StatusNotifierItem-") {
			return n
		}
	}
	return ""
}

// news waits until something new stands in the panel, and returns where.
func (s *sitter) news(before image.Image) (where image.Rectangle) {
	s.t.Helper()
	s.until("an icon in the panel", func() bool {
		now := s.desk.Screen(s.t)
		where = image.Rectangle{}
		for y := now.Bounds().Max.Y - 40; y < now.Bounds().Max.Y; y++ {
			for x := range now.Bounds().Max.X {
				r1, g1, b1, _ := before.At(x, y).RGBA()
				r2, g2, b2, _ := now.At(x, y).RGBA()
				if far(r1, r2) || far(g1, g2) || far(b1, b2) {
					where = where.Union(image.Rect(x, y, x+1, y+1))
				}
			}
		}
		return !where.Empty()
	})
	s.keep("the icon")
	return where
}

// open loads a picture as a mail program does, and wants the tracker to have been asked
// so many times in all.
func (s *sitter) open(h *house, picture string, asked int) {
	s.t.Helper()
	resp, err := http.Get(picture)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		s.t.Fatalf("the gateway answers %s, %v", resp.Status, err)
	}
	if n := len(h.tracker.Hits()); n != asked {
		s.t.Errorf("the tracker was asked %d times, not %d", n, asked)
	}
}

// stands says whether some decision stands.
func (s *sitter) stands(h *house, decision string) bool {
	list, err := h.client.Standings(s.t.Context())
	return err == nil && slices.ContainsFunc(list, func(at api.Standing) bool { return at.Decision == decision })
}

// leave closes the window by a key, and the icon by its menu.
func (s *sitter) leave(h *house, i *icon) {
	s.t.Helper()
	gui := filepath.Join(s.desk.Home, "bin", "unseen-gui")
	if said, err := s.run(gui, "statistics"); err != nil {
		s.t.Fatalf("a second start: %v\n%s", err, said)
	}
	s.until("a notice", func() bool { return len(s.notices.all()) > 0 })
	if got := s.notices.all()[0]; !strings.HasPrefix(got, "Unseen|Held ") || strings.Contains(got, "harbour") {
		s.t.Errorf("the notice says %q", got)
	}
	s.twin.Show("statistics")
	s.see("statistics by a second start")
	s.key("ctrl+q")
	s.until("no window", func() bool { return s.desk.Display.Window("^Unseen$", 0) == "" })
	i.press(s.t, "Close this icon")
	s.until("no icon", func() bool { return s.item() == "" })
	s.keep("all closed")
	if v, err := h.client.Verify(s.t.Context()); err != nil || v.Records < 2 {
		s.t.Errorf("the ledger: %+v, %v", v, err)
	}
}
