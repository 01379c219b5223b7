// Package service lets the system start Unseen: as a user unit of systemd, with
// its ports held by systemd itself.
//
// A mail program that starts before Unseen finds its ports open: what it asks waits
// until Unseen is there. While Unseen stands still, for an update say, nobody else
// can take the ports, and be given a password.
//
// Other systems have pages: docs/service.md.
package service

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Names of the units.
const (
	// Service is the unit that runs Unseen.
	Service = "unseen.service"
	// Socket is the unit that holds its ports.
	Socket = "unseen.socket"
)

// ErrForeign is a unit of one of our names that we did not write.
var ErrForeign = errors.New("service: a unit of that name is not ours")

// mark stands in each file that we write.
const mark = "# Written by unseen service install; unseen service remove takes it away."

// A Unit is one file of systemd.
type Unit struct {
	// Name is that of the file, Text what is in it.
	Name, Text string
}

// Units returns the units that run a program, with these ports of this machine held
// for it. Env are settings of the environment that the program was called with,
// "UNSEEN_DATA=/srv/unseen", for systemd starts it without them.
func Units(program string, ports []int, env []string) []Unit {
	var service, socket strings.Builder
	fmt.Fprintf(&service, "%s\n[Unit]\nDescription=Unseen, between your mail program and trackers\nDocumentation=https://github.com/unseen-mail/unseen\n", mark)
	fmt.Fprintf(&service, "Requires=%s\nAfter=%s\n\n[Service]\nType=exec\n", Socket, Socket)
	for _, one := range env {
		fmt.Fprintf(&service, "Environment=%s\n", quoted(one))
	}
	// SIGHUP reads config.toml again; SIGTERM lets what is being sent be finished,
	// for longer than Unseen itself waits.
	fmt.Fprintf(&service, "ExecStart=%s run\nExecReload=/bin/kill -HUP $MAINPID\nRestart=on-failure\nRestartSec=2\nTimeoutStopSec=15\n", quoted(program))
	service.WriteString("NoNewPrivileges=yes\nLockPersonality=yes\nSystemCallArchitectures=native\nRestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK\nUMask=0077\n\n")
	fmt.Fprintf(&service, "[Install]\nWantedBy=default.target\nAlso=%s\n", Socket)
	fmt.Fprintf(&socket, "%s\n[Unit]\nDescription=Ports of Unseen on this computer\n\n[Socket]\n", mark)
	ports = slices.Compact(slices.Sorted(slices.Values(ports)))
	for _, port := range ports {
		fmt.Fprintf(&socket, "ListenStream=127.0.0.1:%d\n", port)
	}
	fmt.Fprintf(&socket, "Service=%s\n\n[Install]\nWantedBy=sockets.target\n", Service)
	return []Unit{{Service, service.String()}, {Socket, socket.String()}}
}

// quoted writes a word so that systemd reads it as one (systemd.syntax(7),
// "Quoting"; systemd.unit(5), "Specifiers"). A dollar stays as it is: in Environment= it
// means nothing (systemd.exec(5)), and in the path of a program two would be two, unlike
// in its arguments (systemd.service(5), "Command lines").
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "%", "%%", "\n", `\n`).Replace(s) + `"`
}

// Dir is where the units of this user lie (systemd.unit(5), "User Unit Search
// Path").
func Dir(home string, getenv func(string) string) string {
	base := getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(base) {
		base = filepath.Join(home, ".config")
	}
	return filepath.Join(base, "systemd", "user")
}

// Installed says whether our units are there.
func Installed(home string, getenv func(string) string) bool {
	text, err := os.ReadFile(filepath.Join(Dir(home, getenv), Service))
	return err == nil && strings.HasPrefix(string(text), mark)
}

// Held returns the ports that the installed units hold.
func Held(home string, getenv func(string) string) []int {
	text, _ := os.ReadFile(filepath.Join(Dir(home, getenv), Socket)) // none, then
	var ports []int
	for line := range strings.Lines(string(text)) {
		var port int
		if _, err := fmt.Sscanf(line, "ListenStream=127.0.0.1:%d", &port); err == nil {
			ports = append(ports, port)
		}
	}
	return ports
}

// Install writes units. One that somebody else wrote is not touched.
func Install(dir string, units []Unit) error {
	for _, u := range units {
		if err := ours(filepath.Join(dir, u.Name)); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making directory: %w", err)
	}
	for _, u := range units {
		path := filepath.Join(dir, u.Name)
		part := path + ".new"
		err := os.WriteFile(part, []byte(u.Text), 0o600)
		if err == nil {
			err = os.Rename(part, path)
		}
		if err != nil {
			return fmt.Errorf("writing %s: %w", path, cmp.Or(err, os.Remove(part)))
		}
	}
	return nil
}

// Remove takes our units away, and says whether there were any.
func Remove(dir string) (bool, error) {
	found := false
	for _, name := range []string{Service, Socket} {
		path := filepath.Join(dir, name)
		if err := ours(path); err != nil {
			return found, err
		}
		err := os.Remove(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return found, fmt.Errorf("removing %s: %w", path, err)
		}
		found = found || err == nil
	}
	return found, nil
}

// ours says whether a file may be written over or removed.
func ours(path string) error {
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("reading %s: %w", path, err)
	case !strings.HasPrefix(string(text), mark):
		return fmt.Errorf("reading %s: %w", path, ErrForeign)
	}
	return nil
}
