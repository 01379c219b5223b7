package setup_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/setup"
)

var (
	bySOCKS = setup.Way{Kind: setup.BySOCKS, SOCKS: "127.0.0.1:4280", Origin: local.Origin}
	byPAC   = setup.Way{Kind: setup.ByPAC, SOCKS: "127.0.0.1:4280", File: "/home/anna b/unseen.pac", Origin: local.Origin}
)

// gmail is the account that logs in by OAuth.
var gmail = setup.Local{Address: "anna@gmail.example", IMAPHost: "imap.gmail.example"}

// way returns the plan of a way.
func way(t *testing.T, dir string, w setup.Way) (setup.Plan, []setup.Account) {
	t.Helper()
	p, covered, err := setup.LookWay(context.Background(), dir, w, []setup.Local{local, gmail})
	if err != nil {
		t.Fatal(err)
	}
	return p, covered
}

// One setting brings all accounts in, those by OAuth too, and undoing it leaves the profile
// as it was: octet by octet, entry by entry.
func TestWayApplyUndo(t *testing.T) {
	for name, c := range map[string]struct {
		way    setup.Way
		before string
		want   []string
	}{
		"SOCKS": {bySOCKS, accounts, []string{`"network.proxy.type", 1`, `"network.proxy.socks", "127.0.0.1"`, `"network.proxy.socks_port", 4280`, `"network.proxy.socks_remote_dns", true`}},
		"PAC":   {byPAC, accounts, []string{`"network.proxy.type", 2`, `"network.proxy.autoconfig_url", "file:///home/anna%20b/unseen.pac"`}},
		"SOCKS over what lay there": {bySOCKS, accounts + `user_pref("network.proxy.http", "old.example");
user_pref("network.proxy.http_port", 8080);
user_pref("network.proxy.socks_version", 4);
user_pref("network.proxy.type", 5);
`, []string{`"network.proxy.http", ""`, `"network.proxy.socks_version", 5`, `"network.proxy.type", 1`}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := profile(t, c.before)
			allowed := permissions(t, dir)
			p, covered := way(t, dir, c.way)
			if p.Trouble != "" || len(covered) != 2 {
				t.Fatalf("%q, %d accounts", p.Trouble, len(covered))
			}
			j := setup.Journal{Dir: t.TempDir()}
			p.TurnedOn = true
			if err := j.Apply(t.Context(), dir, p, time.Now()); err != nil {
				t.Fatal(err)
			}
			now := read(t, dir, "prefs.js")
			for _, text := range c.want {
				if !strings.Contains(now, text) {
					t.Errorf("%s is not set", text)
				}
			}
			if !strings.Contains(now, `"mail.server.server3.hostname", "imap.gmail.example"`) || !strings.Contains(permissions(t, dir), local.Origin) {
				t.Error("the account was changed, or its pictures are not shown")
			}
			if again, _ := way(t, dir, c.way); again.Trouble != setup.TroubleDone {
				t.Errorf("set up again: %q", again.Trouble)
			}
			notes, err := j.Notes()
			if err != nil || len(notes) != 1 || notes[0].Way != c.way.Kind || !notes[0].TurnedOn {
				t.Fatalf("%+v, %v", notes, err)
			}
			left, err := j.Undo(t.Context(), notes[0])
			if err != nil || len(left) != 0 {
				t.Fatalf("left %+v, %v", left, err)
			}
			if after := read(t, dir, "prefs.js"); after != c.before {
				t.Errorf("after it was undone:\n%s", after)
			}
			if permissions(t, dir) != allowed || read(t, dir, "cert_override.txt") != "" {
				t.Error("something else is left")
			}
		})
	}
}

// What was changed since stays, and is said.
func TestWayUndoKeeps(t *testing.T) {
	dir := profile(t, accounts)
	p, _ := way(t, dir, bySOCKS)
	j := setup.Journal{Dir: t.TempDir()}
	if err := j.Apply(t.Context(), dir, p, time.Now()); err != nil {
		t.Fatal(err)
	}
	writeFile(t, dir, "prefs.js", strings.ReplaceAll(read(t, dir, "prefs.js"), `"network.proxy.socks_port", 4280`, `"network.proxy.socks_port", 9050`)+"user_pref(\"new.one\", \"\");\n")
	notes, _ := j.Notes()
	left, err := j.Undo(t.Context(), notes[0])
	if err != nil || len(left) != 1 || left[0].Key != "network.proxy.socks_port" {
		t.Errorf("left %+v, %v", left, err)
	}
	if now := read(t, dir, "prefs.js"); !strings.Contains(now, "9050") || !strings.Contains(now, `"new.one", ""`) || strings.Contains(now, "network.proxy.type") {
		t.Errorf("now:\n%s", now)
	}
}

// What stands in the way is said, and nothing is changed.
func TestWayTroubles(t *testing.T) {
	for name, c := range map[string]struct {
		way     setup.Way
		prefs   string
		user    string
		trouble setup.Trouble
		what    string
	}{
		"another SOCKS": {bySOCKS, accounts + "user_pref(\"network.proxy.type\", 1);\nuser_pref(\"network.proxy.socks\", \"10.0.0.1\");\nuser_pref(\"network.proxy.socks_port\", 1080);\n", "", setup.TroubleProxy, "10.0.0.1:1080"},
		"web proxy":     {byPAC, accounts + "user_pref(\"network.proxy.type\", 1);\nuser_pref(\"network.proxy.http\", \"web.example\");\nuser_pref(\"network.proxy.http_port\", 3128);\n", "", setup.TroubleProxy, "web.example:3128"},
		"another file":  {byPAC, accounts + "user_pref(\"network.proxy.type\", 2);\nuser_pref(\"network.proxy.autoconfig_url\", \"https://x.example/p.pac\");\n", "", setup.TroubleProxy, "https://x.example/p.pac"},
		"user.js":       {bySOCKS, accounts, "user_pref(\"network.proxy.type\", 0);\n", setup.TroubleUser, "network.proxy.type"},
		"no account":    {bySOCKS, "user_pref(\"mail.accountmanager.accounts\", \"\");\n", "", setup.TroubleNone, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := profile(t, c.prefs)
			if c.user != "" {
				writeFile(t, dir, "user.js", c.user)
			}
			p, _ := way(t, dir, c.way)
			if p.Trouble != c.trouble || p.What != c.what || len(p.Changes) != 0 {
				t.Errorf("%q, %q, %d changes", p.Trouble, p.What, len(p.Changes))
			}
		})
	}
}

func writeFile(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
