package lab

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// Aside runs the test that calls it once more as [Island] does, and on a disk of its own,
// too: it finds everything that is on this machine, may install and change what it likes,
// and all of that is gone when it ends. What it puts into the directories of keep stays.
// It says whether this is that run.
//
// It takes root, and Linux with overlays.
func Aside(t testing.TB, keep ...string) bool {
	t.Helper()
	if !Island(t) {
		return false
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	// A disk in memory, which goes with the last process that sees it.
	room := Dir(t)
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	must("a disk in memory", unix.Mount("none", room, "tmpfs", 0, ""))
	at := func(name string) string { return filepath.Join(room, name) }
	for _, name := range []string{"upper", "work", "root"} {
		must("a disk of its own", os.Mkdir(at(name), 0o755))
	}
	must("a disk of its own", unix.Mount("overlay", at("root"), "overlay", 0, "lowerdir=/,upperdir="+at("upper")+",workdir="+at("work")))
	for _, name := range append([]string{"/proc", "/sys", "/dev"}, keep...) {
		if name != "" {
			must("showing "+name, unix.Mount(name, filepath.Join(at("root"), name), "", unix.MS_BIND|unix.MS_REC, ""))
		}
	}
	must("going there", unix.Chroot(at("root")))
	must("going there", os.Chdir(here))
	// What was mounted over this file stayed behind.
	must("naming the name service", os.WriteFile("/etc/resolv.conf", []byte("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"), 0o644))
	return true
}
