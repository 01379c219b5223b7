//go:build unix

package api_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
)

// Of many that start at once exactly one listens, also over a dead socket, and
// the next one may when it has ended.
func TestListenRace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "control.sock")
	for round := range 5 {
		leaveDead(t, path)
		var won atomic.Int32
		var winner atomic.Pointer[net.Listener]
		var begun sync.WaitGroup
		for range 20 {
			begun.Go(func() {
				ln, err := api.Listen(path)
				switch {
				case err == nil:
					won.Add(1)
					winner.Store(&ln)
				case !errors.Is(err, api.ErrRunning):
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		begun.Wait()
		if won.Load() != 1 {
			t.Fatalf("round %d: %d listen", round, won.Load())
		}
		(*winner.Load()).Close()
	}
}

// leaveDead leaves a socket as a process that was killed does.
func leaveDead(t *testing.T, path string) {
	t.Helper()
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	dead.Close()
}

// What others could have made or changed is not used, and is left as it is.
func TestListenBesideOthers(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(t *testing.T, dir string) (path string)
		want string
	}{
		{"a directory that all may write to", func(t *testing.T, dir string) string {
			must(t, os.Chmod(dir, 0o777))
			return filepath.Join(dir, "control.sock")
		}, "others may write there"},
		{"a directory that a group may write to", func(t *testing.T, dir string) string {
			must(t, os.Chmod(dir, 0o770))
			return filepath.Join(dir, "control.sock")
		}, "others may write there"},
		{"a link to a directory", func(t *testing.T, dir string) string {
			must(t, os.Mkdir(filepath.Join(dir, "true"), 0o700))
			must(t, os.Symlink("true", filepath.Join(dir, "link")))
			return filepath.Join(dir, "link", "control.sock")
		}, "it is not a directory"},
		{"no directory", func(_ *testing.T, dir string) string { return filepath.Join(dir, "missing", "control.sock") }, "no such file or directory"},
		{"a link for a lock", func(t *testing.T, dir string) string {
			must(t, os.Symlink("elsewhere", filepath.Join(dir, "control.sock.lock")))
			return filepath.Join(dir, "control.sock")
		}, "too many levels of symbolic links"},
		{"a link for a socket", func(t *testing.T, dir string) string {
			must(t, os.WriteFile(filepath.Join(dir, "letters"), []byte("dear"), 0o600))
			must(t, os.Symlink("letters", filepath.Join(dir, "control.sock")))
			return filepath.Join(dir, "control.sock")
		}, "is in the way and is no socket"},
		{"another user's directory", func(t *testing.T, dir string) string {
			if os.Getuid() != 0 {
				t.Skip("only root can give a directory away")
			}
			must(t, os.Chown(dir, 65534, 65534))
			return filepath.Join(dir, "control.sock")
		}, "it is another user's"},
		{"a path longer than a socket's may be", func(_ *testing.T, dir string) string {
			long := filepath.Join(dir, strings.Repeat("x", 100))
			must(t, os.Mkdir(long, 0o700))
			return filepath.Join(long, "control.sock")
		}, "invalid argument"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			must(t, os.Mkdir(dir, 0o700))
			path := c.make(t, dir)
			ln, err := api.Listen(path)
			if err == nil {
				ln.Close()
				t.Fatal("it listens")
			}
			if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error is %q", err)
			}
			if text, err := os.ReadFile(filepath.Join(dir, "letters")); err == nil && string(text) != "dear" {
				t.Error("what the link leads to was changed")
			}
			if _, err := os.Lstat(filepath.Join(dir, "elsewhere")); err == nil {
				t.Error("something was made where the link leads")
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A command tells nothing to a socket of somebody else, whatever its modes allow.
func TestForeignServer(t *testing.T) {
	if path := os.Getenv("UNSEEN_TEST_SERVE"); path != "" {
		serveForeign(path)
		return
	}
	if os.Getuid() != 0 {
		t.Skip("only root can become another user")
	}
	dir, err := os.MkdirTemp("", "unseen-foreign-")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o777))
	self, err := os.ReadFile(os.Args[0])
	must(t, err)
	exe, path := filepath.Join(dir, "other"), filepath.Join(dir, "control.sock")
	must(t, os.WriteFile(exe, self, 0o755))
	cmd := exec.Command(exe, "-test.run=^TestForeignServer$")
	cmd.Env, cmd.Dir = append(os.Environ(), "UNSEEN_TEST_SERVE="+path), "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	must(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for range 2000 {
		if _, err := os.Lstat(path); err == nil {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	_, err = api.NewClient(path).CheckAccount(context.Background(), api.CheckRequest{Address: "a@b.example", Password: "letmein"})
	if !errors.Is(err, api.ErrForeign) {
		t.Errorf("error is %v", err)
	}
	if heard, err := os.ReadFile(path + ".heard"); err == nil {
		t.Errorf("it was told %q", heard)
	}
}

// serveForeign listens as another user and writes down what it is told.
func serveForeign(path string) {
	ln, err := net.Listen("unix", path)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	for {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		heard := make([]byte, 4096)
		if n, _ := conn.Read(heard); n > 0 {
			os.WriteFile(path+".heard", heard[:n], 0o644)
		}
		conn.Close()
	}
}
