package lab

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/godbus/dbus/v5"
)

// A Desktop is what a person sits before: a screen, a window manager, a message bus,
// and a panel that has a place for icons.
type Desktop struct {
	// Display is the screen.
	Display *Display
	// Bus speaks with everything on the desktop.
	Bus *dbus.Conn
	// Home is the person's.
	Home string

	address string
}

// StartDesktop starts a desktop that ends with the test. The home is a directory of
// the test's, as its settings and its runtime directory are.
func StartDesktop(t testing.TB) *Desktop {
	t.Helper()
	Need(t, "Xvfb", "xdotool", "openbox", "xfce4-panel", "dbus-daemon", "import")
	d := &Desktop{Display: StartDisplay(t), Home: Dir(t)}
	panel := filepath.Join(d.Home, "config", "xfce4", "xfconf", "xfce-perchannel-xml", "xfce4-panel.xml")
	for _, dir := range []string{filepath.Dir(panel), filepath.Join(d.Home, "run"), filepath.Join(d.Home, "Downloads")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(panel, []byte(onePanel), 0o600); err != nil {
		t.Fatal(err)
	}
	bus := startBus(t, filepath.Join(d.Home, "run"), d.Env())
	d.Bus, d.address = bus.Conn, bus.Address
	d.Start(t, "openbox")
	d.startPanel(t)
	return d
}

// startPanel starts the panel, and once more where it was not seen: now and then it answers
// the bus and never comes to be shown.
func (d *Desktop) startPanel(t testing.TB) {
	t.Helper()
	for range 3 {
		panel := d.Start(t, "xfce4-panel", "--disable-wm-check")
		if Until(patience/2, func() bool { return d.Owned("org.kde.StatusNotifierWatcher") }) && d.Display.Window("xfce4-panel", patience/2) != "" {
			return
		}
		end(panel)
	}
	t.Fatalf("no panel is seen that has a place for icons; it says:\n%s", d.Said("xfce4-panel"))
}

// Env is the environment of programs on the desktop.
func (d *Desktop) Env() []string {
	env := append(withoutDisplay(), "DISPLAY="+d.Display.Name, "HOME="+d.Home, "XDG_RUNTIME_DIR="+filepath.Join(d.Home, "run"),
		"XDG_CONFIG_HOME="+filepath.Join(d.Home, "config"), "XDG_DATA_HOME="+filepath.Join(d.Home, "data"), "XDG_CACHE_HOME="+filepath.Join(d.Home, "cache"),
		"NO_AT_BRIDGE=1", "LIBGL_ALWAYS_SOFTWARE=1", "FYNE_SCALE=1", "LANG=C.UTF-8", "LANGUAGE=", "TZ=UTC", "WAYLAND_DISPLAY=", "XDG_CURRENT_DESKTOP=XFCE")
	if d.address != "" {
		env = append(env, "DBUS_SESSION_BUS_ADDRESS="+d.address)
	}
	return env
}

// Start starts a program on the desktop, which ends with the test.
func (d *Desktop) Start(t testing.TB, program string, args ...string) *exec.Cmd {
	t.Helper()
	said, err := os.OpenFile(d.saidTo(program), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Env = d.Home, d.Env()
	cmd.Stdout, cmd.Stderr = said, said
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatalf("starting %s: %v", program, err)
	}
	t.Cleanup(func() { end(cmd) })
	return cmd
}

func (d *Desktop) saidTo(program string) string {
	return filepath.Join(d.Home, filepath.Base(program)+".said")
}

// Said is what a program that was started said so far.
func (d *Desktop) Said(program string) string {
	text, _ := os.ReadFile(d.saidTo(program))
	return string(text)
}

// Owned says whether somebody on the bus has a name.
func (d *Desktop) Owned(name string) bool {
	var there bool
	err := d.Bus.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, name).Store(&there)
	return err == nil && there
}

// Screen is a picture of the whole screen.
func (d *Desktop) Screen(t testing.TB) image.Image {
	t.Helper()
	return d.Picture(t, "root")
}

// Picture is a picture of the inside of a window, by its number.
func (d *Desktop) Picture(t testing.TB, window string) image.Image {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "import", "-silent", "-window", window, "-quality", "1", "png:-")
	cmd.Env = d.Env()
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("taking a picture: %v", err)
	}
	img, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("taking a picture: %v", err)
	}
	return img
}

// onePanel is a panel at the lower edge with nothing but a place for icons.
const onePanel = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=8;x=600;y=880"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="size" type="uint" value="36"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="systray"/>
  </property>
</channel>
`
