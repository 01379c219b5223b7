package lab

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// A session is a desktop of its own for a mail program that needs one: a display
// that nobody sees, a message bus, a keyring that is open, and a home.
type session struct {
	display *Display
	home    string
	name    string
}

// startSession runs a program in a desktop session. What has to be done before it
// starts, such as storing passwords, is a line for the shell. It ends with the test.
func startSession(t testing.TB, s *session, before string, program ...string) {
	t.Helper()
	Need(t, append([]string{"dbus-run-session", "gnome-keyring-daemon", "secret-tool"}, program[0])...)
	run := filepath.Join(s.home, "run")
	if err := os.MkdirAll(run, 0o700); err != nil {
		t.Fatal(err)
	}
	script := `eval "$(printf open | gnome-keyring-daemon --unlock --components=secrets)"` + "\n" + before + "\n" + `exec "$@"`
	cmd := exec.Command("dbus-run-session", append([]string{"--", "sh", "-c", script, "sh"}, program...)...)
	cmd.Dir = s.home
	cmd.Env = append(withoutDisplay(), "DISPLAY="+s.display.Name, "HOME="+s.home, "XDG_RUNTIME_DIR="+run,
		"XDG_CONFIG_HOME="+filepath.Join(s.home, "config"), "XDG_DATA_HOME="+filepath.Join(s.home, "data"), "XDG_CACHE_HOME="+filepath.Join(s.home, "cache"),
		"GSETTINGS_BACKEND=memory", "NO_AT_BRIDGE=1", "LIBGL_ALWAYS_SOFTWARE=1", "WEBKIT_DISABLE_COMPOSITING_MODE=1", "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS=1",
		"LANG=C.UTF-8", "TZ=UTC")
	// A group of its own, that ends as one.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	said, err := os.Create(s.said())
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatalf("starting %s: %v", s.name, err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // it keeps nothing that anybody needs
		_ = cmd.Wait()                                      // how it ended does not matter
	})
}

// said is where the program's own words go.
func (s *session) said() string { return filepath.Join(s.home, "said") }

// fail ends the test with what the program said and which windows it has.
func (s *session) fail(t testing.TB, what string) {
	t.Helper()
	text, _ := os.ReadFile(s.said())
	titles, _ := s.display.Do("search", "--name", ".", "getwindowname", "%@")
	t.Fatalf("%s %s; its windows:\n%s\nit says:\n%.3000s", s.name, what, titles, text)
}
