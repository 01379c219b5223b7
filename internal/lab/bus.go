package lab

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/godbus/dbus/v5"
)

// A Bus is a session bus of a test's own.
type Bus struct {
	// Address is where programs find it.
	Address string
	// Conn speaks with everybody on it.
	Conn *dbus.Conn
}

// StartBus starts a bus whose socket lies in a directory. It ends with the test.
func StartBus(t testing.TB, dir string) *Bus {
	t.Helper()
	return startBus(t, dir, os.Environ())
}

// startBus starts a bus, which gives an environment to what it starts itself.
func startBus(t testing.TB, dir string, env []string) *Bus {
	t.Helper()
	Need(t, "dbus-daemon")
	cmd := exec.Command("dbus-daemon", "--session", "--nofork", "--print-address", "--address=unix:path="+filepath.Join(dir, "bus"))
	cmd.Env = env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("starting the bus: %v", err)
	}
	t.Cleanup(func() { end(cmd) })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the bus names no address: %v", err)
	}
	b := &Bus{Address: strings.TrimSpace(line)}
	if b.Conn, err = dbus.Connect(b.Address); err != nil {
		t.Fatalf("speaking with the bus: %v", err)
	}
	t.Cleanup(func() { b.Conn.Close() })
	return b
}

// end ends a program with all that it started.
func end(cmd *exec.Cmd) {
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // it keeps nothing that anybody needs
	_ = cmd.Wait()                                      // how it ended does not matter
}
