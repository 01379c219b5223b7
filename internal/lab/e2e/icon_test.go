package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/lab"
)

// rested is for how long the icon is watched while nothing happens.
const rested = 10 * time.Second

// A host is what icons are handed to, without a panel.
type host struct{ items chan string }

// RegisterStatusNotifierItem takes an icon.
func (h *host) RegisterStatusNotifierItem(_ string, sender dbus.Sender) *dbus.Error {
	h.items <- string(sender)
	return nil
}

// BenchmarkIcon weighs "unseen tray" beside "unseen run", as a reader has them, and
// counts how often it is woken while nothing happens.
func BenchmarkIcon(b *testing.B) {
	lab.Need(b, "dbus-daemon")
	dir := b.TempDir()
	build := exec.Command("go", "build", "-trimpath", "-o", dir+"/", "./cmd/unseen", "./cmd/unseen-tray")
	build.Dir, build.Env = lab.Root(b), append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		b.Fatalf("building: %v\n%s", err, said)
	}
	bus := lab.StartBus(b, dir)
	h := &host{make(chan string, 9)}
	if err := bus.Conn.Export(h, "/StatusNotifierWatcher", "org.kde.StatusNotifierWatcher"); err != nil {
		b.Fatal(err)
	}
	if _, err := bus.Conn.RequestName("org.kde.StatusNotifierWatcher", 0); err != nil {
		b.Fatal(err)
	}
	var resident, own, woken float64
	for b.Loop() {
		tray := begin(b, bus, dir)
		<-h.items
		time.Sleep(3 * time.Second) // until all that it begins with is done
		before := switches(b, tray.Process.Pid)
		time.Sleep(rested)
		woken = float64(switches(b, tray.Process.Pid)-before) / rested.Seconds()
		resident, own = weight(b, tray.Process.Pid)
		_ = tray.Process.Signal(syscall.SIGTERM)
		_ = tray.Wait() // ended by a signal
	}
	b.ReportMetric(resident, "MB-resident")
	b.ReportMetric(own, "MB-own")
	b.ReportMetric(woken, "wake-ups/s")
}

// begin starts the icon, which starts the daemon where there is none.
func begin(b *testing.B, bus *lab.Bus, dir string) *exec.Cmd {
	b.Helper()
	cmd := exec.Command(filepath.Join(dir, "unseen"), "tray")
	cmd.Env = append(os.Environ(), "DBUS_SESSION_BUS_ADDRESS="+bus.Address, "HOME="+dir, "XDG_RUNTIME_DIR="+dir, "UNSEEN_CONFIG="+filepath.Join(dir, "config.toml"),
		"UNSEEN_DATA="+filepath.Join(dir, "data"), "UNSEEN_RUNTIME="+filepath.Join(dir, "run"), "LANG=C.UTF-8")
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	client := api.NewClient(filepath.Join(dir, "run", "control.sock"))
	var st api.Status
	var err error
	if !lab.Until(time.Minute, func() bool { st, err = client.Status(context.Background()); return err == nil }) {
		b.Fatalf("no daemon: %v", err)
	}
	b.Cleanup(func() {
		if err := syscall.Kill(st.PID, syscall.SIGTERM); err != nil && !errors.Is(err, syscall.ESRCH) {
			b.Error(err)
		}
	})
	return cmd
}

// switches is how often the threads of a process went to sleep so far: as often as they
// were woken (proc(5), voluntary_ctxt_switches).
func switches(b *testing.B, pid int) (sum int) {
	b.Helper()
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	if err != nil || len(tasks) == 0 {
		b.Skip("left out: this system does not tell how often a process is woken")
	}
	for _, path := range tasks {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // a thread that has ended
		}
		sum += field(b, string(text), "\nvoluntary_ctxt_switches:")
	}
	return sum
}

// weight is what a process holds of the machine's memory in megabytes, and how much of
// it is its own alone.
func weight(b *testing.B, pid int) (resident, own float64) {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		b.Skipf("left out: this system does not tell what a process weighs: %v", err)
	}
	kB := field(b, string(text), "\nPrivate_Clean:") + field(b, string(text), "\nPrivate_Dirty:")
	return float64(field(b, string(text), "\nRss:")) / 1024, float64(kB) / 1024
}

// field reads a number after a name.
func field(b *testing.B, text, name string) (n int) {
	b.Helper()
	_, rest, _ := strings.Cut(text, name)
	if _, err := fmt.Sscan(rest, &n); err != nil {
		b.Fatalf("reading %q: %v", name, err)
	}
	return n
}
