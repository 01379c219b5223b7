package e2e_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
)

// What mbsync fetches is cleaned where it lies, and mbsync takes nothing for changed: a
// second run fetches and sends nothing, and the server still has the mail as it came.
func TestRecipeMbsync(t *testing.T) {
	k := newKitchen(t, "mbsync")
	mail := tellTale("harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9")
	d := lab.StartDovecot(t, map[string][][]byte{login: {mail}})
	box := filepath.Join(k.home, "Mail")
	if err := os.Mkdir(box, 0o700); err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(strings.ReplaceAll(recipe(t, "watch"), "~", k.home))
	watch := exec.Command(filepath.Join(k.home, "bin", fields[0]), fields[1:]...)
	watch.Env = k.env
	var said bytes.Buffer
	watch.Stdout, watch.Stderr = &said, &said
	if err := watch.Start(); err != nil {
		t.Fatal(err)
	}
	stop := func() { _ = watch.Process.Signal(os.Interrupt); _ = watch.Wait() } // how it ended does not matter
	defer stop()
	at := lab.Login{Addr: d.Addr, User: login}
	for range 2 {
		lab.MbsyncInto(t, at, box)
		if !lab.Until(20*time.Second, func() bool {
			for _, raw := range lab.MbsyncInto(t, at, box) {
				return bytes.Contains(raw, []byte("data:,_"))
			}
			return false
		}) {
			stop()
			t.Fatalf("it was not cleaned:\n%s", said.Bytes())
		}
	}
	list := lab.MbsyncInto(t, at, box)
	if len(list) != 1 {
		t.Fatalf("there are %d mails", len(list))
	}
	for _, raw := range list {
		k.inert(raw)
	}
	for _, raw := range lab.Mbsync(t, at) {
		if !bytes.Contains(raw, []byte("track/open.php")) {
			t.Error("the server's copy was changed")
		}
	}
}

// aerc shows the HTML part through the filter.
func TestRecipeAerc(t *testing.T) {
	k := newKitchen(t, "aerc", "w3m", "script")
	mail := strings.Replace(string(arrives()), "</body>",
		`<a href="https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.harbourbooks.example%2Fapril&amp;data=05%7C01%7Canna">April</a></body>`, 1)
	k.write("Mail/INBOX/cur/1:2,S", mail, 0o600)
	for _, dir := range []string{"new", "tmp"} {
		if err := os.MkdirAll(filepath.Join(k.home, "Mail", "INBOX", dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// What w3m writes is kept beside what aerc shows of it.
	shown := filepath.Join(k.home, "shown")
	w3m, err := exec.LookPath("w3m")
	if err != nil {
		t.Fatal(err)
	}
	k.write("bin/w3m", "#!/bin/sh\n"+w3m+" \"$@\" | tee "+shown+"\n", 0o755)
	k.write(".config/aerc/accounts.conf", "[lab]\nsource=maildir://"+k.home+"/Mail\nfrom=Anna <"+reader+">\ndefault=INBOX\n", 0o600)
	k.write(".config/aerc/aerc.conf", "[viewer]\npager=cat\nalternatives=text/html\n\n"+recipe(t, "aerc"), 0o600)
	k.write(".config/aerc/binds.conf", "[messages]\n<Enter> = :view<Enter>\nq = :quit<Enter>\n[view]\nq = :quit<Enter>\n", 0o600)
	cmd := exec.Command("script", "-qec", "aerc", "/dev/null")
	cmd.Dir, cmd.Env = k.home, append(k.env, "TERM=xterm", "XDG_CONFIG_HOME="+filepath.Join(k.home, ".config"), "XDG_RUNTIME_DIR="+k.home)
	var screen bytes.Buffer
	cmd.Stdout, cmd.Stderr = &screen, &screen
	keys, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }() // it is not left in order
	var text []byte
	if !lab.Until(60*time.Second, func() bool {
		text, _ = os.ReadFile(shown)
		if len(text) > 0 {
			return bytes.Contains(text, []byte("References"))
		}
		_, _ = keys.Write([]byte("\r")) // the list may not be there yet
		time.Sleep(500 * time.Millisecond)
		return false
	}) {
		t.Fatalf("aerc shows no HTML: %q", text)
	}
	for _, want := range []string{"Five novels for a long train ride.", "https://www.harbourbooks.example/april", "http://www.harbourbooks.example/march"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("it shows no %s:\n%s", want, text)
		}
	}
	if strings.Contains(string(text), "safelinks") || strings.Contains(string(text), "track/open") {
		t.Errorf("it shows what tells:\n%s", text)
	}
}
