package lab

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A Reader is how a Thunderbird is set up: one account and what it permits.
type Reader struct {
	// IMAP is where the account's mail comes from. TLS is used if it has a
	// CAFile.
	IMAP Login
	// SMTP is where its mail goes; it cannot send if Addr is empty.
	SMTP Login
	// Address is the reader's own address, as it stands in From.
	Address string
	// Permit are the origins whose pictures are shown, "http://127.0.0.1:4180".
	// Nothing else that is remote loads.
	Permit []string
	// PermitAll shows every remote picture, as a careless reader does.
	PermitAll bool
	// Elsewhere gets what would go to other machines; nil refuses it.
	Elsewhere *Tracker
	// Prefs are further preferences, with values as they are written in
	// user.js.
	Prefs map[string]string
	// AddOns are packed add-ons by their identifiers.
	AddOns map[string][]byte
	// Env is added to its environment.
	Env []string
	// Before, if not nil, is called with the directory of the profile, which is also
	// its home, before the first start.
	Before func(profile string)
	// Display is a screen to show its windows on; nil is none.
	Display *Display
}

// A Thunderbird is one running Thunderbird without a window.
type Thunderbird struct {
	// Profile is the directory of its profile.
	Profile string

	remote  *marionette
	process *exec.Cmd
	program string
	login   map[string]string
	env     []string
	display *Display
}

// screens is the variable that names where pictures of Thunderbird go.
const screens = "UNSEEN_SCREENS"

// StartThunderbird makes a profile and starts Thunderbird with it. It ends
// with the test. If UNSEEN_SCREENS names a directory, it has a screen where it else would
// go without one, and a picture of that, as the test leaves it, is put there.
func StartThunderbird(t testing.TB, r Reader) *Thunderbird {
	t.Helper()
	Need(t, "thunderbird")
	tb := &Thunderbird{Profile: filepath.Join(Dir(t), "profile"), program: find("thunderbird")}
	tb.login = map[string]string{
		"user": r.IMAP.User, "password": r.IMAP.password(),
		"imap": host(r.IMAP), "smtp": host(r.SMTP),
	}
	dir := os.Getenv(screens)
	if dir != "" && r.Display == nil {
		r.Display = StartDisplay(t)
	}
	tb.env, tb.display = r.Env, r.Display
	tb.writeProfile(t, r)
	tb.addAddOns(t, r.AddOns)
	if r.Before != nil {
		r.Before(tb.Profile)
	}
	t.Cleanup(func() { tb.Quit(t) })
	if dir != "" {
		t.Cleanup(func() { r.Display.picture(t, filepath.Join(dir, strings.ReplaceAll(t.Name(), "/", "-")+".png")) })
	}
	tb.Start(t)
	return tb
}

// LoginAt gives the passwords for servers of another name, from the next start on,
// as a reader does who is asked for them.
func (tb *Thunderbird) LoginAt(imap, smtp string) { tb.login["imap"], tb.login["smtp"] = imap, smtp }

// Start starts Thunderbird with the profile it had. It returns when it can be
// spoken to and has its passwords.
func (tb *Thunderbird) Start(t testing.TB) {
	t.Helper()
	args := []string{"--profile", tb.Profile, "--no-remote", "-marionette", "-remote-allow-system-access"}
	env := append(withoutDisplay(), "HOME="+tb.Profile)
	if tb.display != nil {
		env = append(env, "DISPLAY="+tb.display.Name)
	} else {
		args, env = append(args, "--headless"), append(env, "MOZ_HEADLESS=1")
	}
	cmd := exec.Command(tb.program, args...)
	cmd.Env = append(env, tb.env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := os.Create(filepath.Join(tb.Profile, "said"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	// A Thunderbird that was killed leaves the port of its time behind.
	if err := os.Remove(filepath.Join(tb.Profile, portFile)); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatalf("starting thunderbird: %v", err)
	}
	tb.process = cmd
	tb.remote, err = dialMarionette(tb.Profile, 2*patience)
	if err != nil {
		said, _ := os.ReadFile(out.Name())
		t.Fatalf("%v\n%s", err, said)
	}
	tb.Do(t, nil, scriptReady)
	tb.Do(t, nil, scriptLogin, tb.login)
}

// Quit ends Thunderbird as a reader does, and waits for it.
func (tb *Thunderbird) Quit(t testing.TB) {
	t.Helper()
	if tb.process == nil {
		return
	}
	cmd := tb.process
	tb.process = nil
	if tb.remote != nil {
		_, _ = tb.remote.command("Marionette:Quit", map[string]any{"flags": []string{"eAttemptQuit"}}) // else it is killed below
		tb.remote.conn.Close()
		tb.remote = nil
	} else {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // nobody can ask it
	}
	// The group also takes the content processes along, should it hang.
	stuck := time.AfterFunc(30*time.Second, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer stuck.Stop()
	_ = cmd.Wait() // how it ended does not matter
}

// Do runs the body of an async function in Thunderbird and puts what it
// returns into result, which may be nil. Args are in "arguments".
func (tb *Thunderbird) Do(t testing.TB, result any, body string, args ...any) {
	t.Helper()
	raw, err := tb.remote.script(strings.ReplaceAll(scriptPreamble, "\n", " ")+body, args)
	if err != nil {
		t.Fatal(err)
	}
	if result == nil {
		return
	}
	if err := json.Unmarshal(raw, result); err != nil {
		t.Fatalf("reading %s: %v", raw, err)
	}
}

func (tb *Thunderbird) writeProfile(t testing.TB, r Reader) {
	t.Helper()
	if err := os.Mkdir(tb.Profile, 0o700); err != nil {
		t.Fatal(err)
	}
	prefs := basePrefs()
	maps.Copy(prefs, accountPrefs(t, r))
	prefs["marionette.port"] = "0" // it takes one, and says which
	if len(r.Permit) > 0 {
		prefs["permissions.manager.defaultsUrl"] = quote("file://" + tb.writePermissions(t, r.Permit))
	}
	maps.Copy(prefs, r.Prefs)
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(prefs)) {
		fmt.Fprintf(&text, "user_pref(%q, %s);\n", name, prefs[name])
	}
	if err := os.WriteFile(filepath.Join(tb.Profile, "user.js"), []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for i, ca := range slices.Compact([]string{r.IMAP.CAFile, r.SMTP.CAFile}) {
		if ca != "" {
			tb.trust(t, fmt.Sprintf("lab %d", i), ca)
		}
	}
}

// writePermissions permits origins in the way that names scheme, host and
// port, and so no other port of this machine.
func (tb *Thunderbird) writePermissions(t testing.TB, origins []string) string {
	t.Helper()
	path := filepath.Join(tb.Profile, "permissions.txt")
	var text strings.Builder
	for _, origin := range origins {
		fmt.Fprintf(&text, "origin\timage\t1\t%s\n", origin)
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// trust imports a certificate authority. It must be done before the first
// start, and never with certutil -N, which asks for a password for ever.
func (tb *Thunderbird) trust(t testing.TB, name, caFile string) {
	t.Helper()
	Need(t, "certutil")
	cmd := exec.Command("certutil", "-A", "-d", "sql:"+tb.Profile, "-n", name, "-t", "C,,", "-i", caFile)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("certutil: %v\n%s", err, out)
	}
}

func host(l Login) string {
	name, _, err := net.SplitHostPort(l.Addr)
	if err != nil {
		return ""
	}
	return name
}

func withoutDisplay() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "DISPLAY=") || strings.HasPrefix(v, "HOME=")
	})
}

func quote(s string) string { return strconv.Quote(s) }

// proxyOf returns host and port of a tracker, or of a port where nobody is.
func proxyOf(t testing.TB, tr *Tracker) (string, string) {
	t.Helper()
	if tr == nil {
		return "127.0.0.1", "9"
	}
	u, err := url.Parse(tr.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u.Hostname(), u.Port()
}
