//go:build linux

package e2e_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
)

// A tenant is one of several users of a machine, with an Unseen of their own.
type tenant struct {
	uid           int
	program, home string
	imap, gateway string
}

// run runs the program as they type it.
func (o *tenant) run(t *testing.T, env []string, args ...string) (string, error) {
	t.Helper()
	out, err := o.command(env, args...).CombinedOutput()
	return string(out), err
}

func (o *tenant) command(env []string, args ...string) *exec.Cmd {
	cmd := exec.Command(o.program, args...)
	cmd.Dir = o.home
	cmd.Env = append([]string{"HOME=" + o.home, "PATH=/usr/bin:/bin", "LC_ALL=C", "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent"}, env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(o.uid), Gid: uint32(o.uid)}}
	return cmd
}

// moveIn starts Unseen for a user and connects their account.
func moveIn(t *testing.T, program string, uid int, server string) *tenant {
	t.Helper()
	o := &tenant{uid: uid, program: program, home: filepath.Join(filepath.Dir(program), "home"+strings.Repeat("x", uid-65532))}
	if err := os.Mkdir(o.home, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(o.home, uid, uid); err != nil {
		t.Fatal(err)
	}
	daemon := o.command(nil, "run")
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = daemon.Process.Signal(os.Interrupt) // it may have ended
		_ = daemon.Wait()
	})
	if !lab.Until(30*time.Second, func() bool { _, err := o.run(t, nil, "status"); return err == nil }) {
		t.Fatal("it does not answer its own user")
	}
	out, err := o.run(t, nil, "account", "add", "anna@house.example", "--imap", server, "--tls", "none", "--no-smtp")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	port := regexp.MustCompile(`127\.0\.0\.1 +port (\d+) +STARTTLS`).FindStringSubmatch(out)
	gateway := regexp.MustCompile(`http://(127\.0\.0\.1:\d+)`).FindStringSubmatch(out)
	if port == nil || gateway == nil {
		t.Fatalf("no ports:\n%s", out)
	}
	o.imap, o.gateway = "127.0.0.1:"+port[1], gateway[1]
	return o
}

// Two users of one machine have an Unseen each: other ports, and what is one's is shut to
// the other, the control socket, the files and the ports.
func TestSeveralUsers(t *testing.T) {
	lab.Need(t, "dovecot")
	lab.NeedOtherUser(t)
	dir := lab.Dir(t)
	program := filepath.Join(dir, "unseen")
	build := exec.Command("go", "build", "-o", program, "./cmd/unseen")
	build.Dir = "../../.."
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for at := dir; at != "/" && at != "/tmp"; at = filepath.Dir(at) {
		if err := os.Chmod(at, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	d := lab.StartDovecot(t, map[string][][]byte{"anna@house.example": nil})
	one, other := moveIn(t, program, 65533, d.Addr), moveIn(t, program, 65534, d.Addr)
	if one.imap == other.imap || one.gateway == other.gateway {
		t.Errorf("both have %s or %s", one.imap, one.gateway)
	}
	data := filepath.Join(one.home, ".local", "share", "unseen")
	if out, err := other.run(t, []string{"UNSEEN_RUNTIME=" + filepath.Join(data, "run")}, "status"); err == nil || !strings.Contains(out, "unseen: ") {
		t.Errorf("the control socket answers another user: %v\n%s", err, out)
	}
	if out, err := other.run(t, []string{"UNSEEN_DATA=" + data}, "run"); err == nil || !strings.Contains(out, "unseen: ") {
		t.Errorf("another user runs on the data: %v\n%s", err, out)
	}
	greeting := func(uid int, address string) string {
		c := lab.DialAs(t, uid, address)
		if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		line, _ := bufio.NewReader(c).ReadString('\n') // the end is an answer, too
		return line
	}
	for _, c := range []struct {
		uid  int
		to   *tenant
		want string
	}{{one.uid, one, "* OK "}, {one.uid, other, "* BYE "}, {other.uid, one, "* BYE "}, {other.uid, other, "* OK "}} {
		if got := greeting(c.uid, c.to.imap); !strings.HasPrefix(got, c.want) {
			t.Errorf("user %d at the port of user %d: %q", c.uid, c.to.uid, got)
		}
	}
	// A second Unseen of the same user names the first.
	if out, err := one.run(t, nil, "run"); err == nil || !strings.Contains(out, "process") {
		t.Errorf("a second one of the same user: %v\n%s", err, out)
	}
}
