package service_test

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/service"
)

func none(string) string { return "" }

func TestInstallRemove(t *testing.T) {
	home := t.TempDir()
	dir := service.Dir(home, none)
	if service.Installed(home, none) || service.Held(home, none) != nil {
		t.Error("it is installed already")
	}
	units := service.Units("/opt/un seen/unseen", []int{1143, 4180, 1143}, []string{"UNSEEN_DATA=/a b/$x%"})
	for range 2 { // again is no mistake
		if err := service.Install(dir, units); err != nil {
			t.Fatal(err)
		}
	}
	if !service.Installed(home, none) || !slices.Equal(service.Held(home, none), []int{1143, 4180}) {
		t.Errorf("installed %t, holds %v", service.Installed(home, none), service.Held(home, none))
	}
	text, err := os.ReadFile(filepath.Join(dir, service.Service))
	if err != nil || !strings.Contains(string(text), `ExecStart="/opt/un seen/unseen" run`) || !strings.Contains(string(text), `Environment="UNSEEN_DATA=/a b/$x%%"`) {
		t.Errorf("the unit is\n%s", text)
	}
	if found, err := service.Remove(dir); !found || err != nil {
		t.Error(found, err)
	}
	if found, err := service.Remove(dir); found || err != nil {
		t.Error(found, err)
	}
}

// What somebody else wrote stays.
func TestForeign(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, service.Socket)
	if err := os.WriteFile(path, []byte("[Socket]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := service.Install(dir, service.Units("/bin/unseen", nil, nil)); !errors.Is(err, service.ErrForeign) {
		t.Errorf("installing: %v", err)
	}
	if _, err := service.Remove(dir); !errors.Is(err, service.ErrForeign) {
		t.Errorf("removing: %v", err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

// systemd itself finds nothing to complain of.
func TestVerify(t *testing.T) {
	lab.Need(t, "systemd-analyze")
	dir := t.TempDir()
	// A place with what has a meaning in a unit: systemd looks whether the program is
	// there, and says so if it reads another path.
	odd := filepath.Join(dir, `a $b %d ü`)
	if err := os.MkdirAll(odd, 0o700); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(odd, "unseen")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := service.Install(dir, service.Units(program, []int{4180, 1143}, []string{"UNSEEN_DATA=/a b"})); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("systemd-analyze", "verify", "--user", filepath.Join(dir, service.Service), filepath.Join(dir, service.Socket))
	cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+dir)
	if out, err := cmd.CombinedOutput(); err != nil || strings.Contains(string(out), "unseen") {
		t.Errorf("%v\n%s", err, out)
	}
}

// inside says that this process was started with listeners.
const inside = "UNSEEN_SERVICE_TEST"

// TestSockets is started by systemd-socket-activate, with two listeners, by the
// first connection; that connection is answered, though nobody was there.
func TestSockets(t *testing.T) {
	if os.Getenv(inside) != "" {
		answerSockets(t)
		return
	}
	lab.Need(t, "systemd-socket-activate")
	one, other := lab.FreePort(t), lab.FreePort(t)
	cmd := exec.Command("systemd-socket-activate", "-l", fmt.Sprintf("127.0.0.1:%d", one), "-l", fmt.Sprintf("127.0.0.1:%d", other),
		"-E", inside+"=1", os.Args[0], "-test.run=^TestSockets$")
	cmd.Env = os.Environ()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	var conn net.Conn
	lab.Until(10*time.Second, func() (ok bool) {
		var err error
		conn, err = net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", other))
		return err == nil
	})
	if conn == nil {
		t.Fatal("nobody listens")
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	line, err := bufio.NewReader(conn).ReadString('\n')
	ports := []int{one, other}
	slices.Sort(ports)
	if want := fmt.Sprintf("%v env=\"\"\n", ports); err != nil || line != want {
		t.Errorf("answered %q, %v; want %q", line, err, want)
	}
}

// answerSockets tells who connects which listeners were handed over.
func answerSockets(t *testing.T) {
	all := service.Sockets(os.Getenv, os.Unsetenv)
	var ports []int
	for port := range all {
		ports = append(ports, port)
	}
	slices.Sort(ports)
	answered := make(chan bool)
	for _, ln := range all {
		go func() {
			conn, err := ln.Accept()
			if err == nil {
				fmt.Fprintf(conn, "%v env=%q\n", ports, os.Getenv("LISTEN_FDS"))
				conn.Close()
			}
			answered <- true
		}()
	}
	<-answered
}

// Another process's listeners are not taken.
func TestNoSockets(t *testing.T) {
	env := map[string]string{"LISTEN_PID": strconv.Itoa(os.Getpid() + 1), "LISTEN_FDS": "1"}
	get := func(k string) string { return env[k] }
	if got := service.Sockets(get, func(k string) error { delete(env, k); return nil }); got != nil || len(env) > 0 {
		t.Errorf("took %v, left %v", got, env)
	}
	if got := service.Sockets(none, func(string) error { return nil }); got != nil {
		t.Errorf("took %v", got)
	}
}
