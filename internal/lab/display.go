package lab

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A Display is a screen that nobody sees, for mail programs that need one.
type Display struct {
	// Name is what DISPLAY is set to.
	Name string
}

// StartDisplay starts a screen that ends with the test.
func StartDisplay(t testing.TB) *Display {
	t.Helper()
	Need(t, "Xvfb", "xdotool")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1200x900x24", "-nolisten", "tcp", "-noreset")
	cmd.ExtraFiles = []*os.File{w}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatalf("starting Xvfb: %v", err)
	}
	w.Close()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself
		_ = cmd.Wait()                          // how it ended does not matter
	})
	number, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb names no display: %v", err)
	}
	return &Display{Name: ":" + strings.TrimSpace(number)}
}

// picture writes a picture of the screen.
func (d *Display) picture(t testing.TB, path string) {
	t.Helper()
	if out, err := d.run("import", "-silent", "-window", "root", path); err != nil {
		t.Errorf("taking a picture: %v: %s", err, out)
	}
}

// Window waits for a window whose title has a word in it, and returns its
// number; "" if none came.
func (d *Display) Window(word string, limit time.Duration) string {
	number := ""
	Until(limit, func() bool {
		found, err := d.Do("search", "--onlyvisible", "--name", word)
		lines := strings.Fields(found)
		if err != nil || len(lines) == 0 {
			return false
		}
		number = lines[len(lines)-1]
		return true
	})
	return number
}

// Press gives the window whose title has a word in it the keys, and then types
// text.
func (d *Display) Press(t testing.TB, word, text string, keys ...string) {
	t.Helper()
	window := d.Window(word, patience/3)
	if window == "" {
		t.Fatalf("there is no window %q", word)
	}
	steps := [][]string{{"windowfocus", "--sync", window}}
	if len(keys) > 0 {
		steps = append(steps, append([]string{"key"}, keys...))
	}
	if text != "" {
		steps = append(steps, []string{"type", text})
	}
	for _, step := range steps {
		if said, err := d.Do(step...); err != nil {
			t.Fatalf("xdotool %v: %v\n%s", step, err, said)
		}
	}
}

// Do gives xdotool an order, and returns what it says.
func (d *Display) Do(args ...string) (string, error) { return d.run("xdotool", args...) }

// run runs a program on the screen.
func (d *Display) run(name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(withoutDisplay(), "DISPLAY="+d.Name)
	said, err := cmd.CombinedOutput()
	return string(said), err
}
