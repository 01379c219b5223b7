package lab

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// onIsland is set for the run of a test that has a network of its own.
const onIsland = "UNSEEN_LAB_ISLAND"

// Island runs the test that calls it once more in a network of its own, in which
// nothing is but loopback, and asks 127.0.0.1 for names, whatever the system says.
// No program of the test can reach another machine, and each name that it asks for
// can be written down: see [StartNames]. It says whether this is that run;
// otherwise the test has had its result and shall return.
//
// It takes root, and Linux.
func Island(t testing.TB) bool {
	t.Helper()
	if os.Getenv(onIsland) == "1" {
		landed(t)
		return true
	}
	if os.Getuid() != 0 {
		Missing(t, "a network of its own: that takes root")
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=25m")
	cmd.Env = append(os.Environ(), onIsland+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	out, err := cmd.CombinedOutput()
	text := string(out)
	switch {
	case err != nil:
		t.Fatalf("on its island: %v\n%s", err, text)
	case strings.Contains(text, "--- SKIP: "+t.Name()):
		Missing(t, "on its island: "+text)
	case !strings.Contains(text, "--- PASS: "+t.Name()):
		t.Fatalf("on its island nothing was tested:\n%s", text)
	}
	t.Log(text)
	return false
}

// landed brings loopback up and names the test's own name service.
func landed(t testing.TB) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		t.Fatal(err)
	}
	lo.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo); err != nil {
		t.Fatalf("bringing loopback up: %v", err)
	}
	conf := filepath.Join(Dir(t), "resolv.conf")
	if err := os.WriteFile(conf, []byte("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	// What is mounted here must not be seen outside.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		t.Fatalf("making mounts private: %v", err)
	}
	if err := unix.Mount(conf, "/etc/resolv.conf", "", unix.MS_BIND, ""); err != nil {
		t.Fatalf("naming the name service: %v", err)
	}
}
