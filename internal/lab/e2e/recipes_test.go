package e2e_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
)

// recipe is a block of docs/recipes.md: what the page says is what is tried.
func recipe(t *testing.T, kind string) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(lab.Root(t), "docs", "recipes.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, block, ok := strings.Cut(string(page), "```"+kind+"\n")
	if !ok {
		t.Fatalf("docs/recipes.md has no recipe for %s", kind)
	}
	block, _, _ = strings.Cut(block, "```")
	return block
}

// A kitchen is a home in which a recipe is tried, with unseen on the path.
type kitchen struct {
	t    *testing.T
	home string
	env  []string
	// nobody runs programs as a user without rights, where root runs the test.
	nobody bool
}

// newKitchen makes a home with the program in it.
func newKitchen(t *testing.T, programs ...string) *kitchen {
	t.Helper()
	lab.Need(t, programs...)
	k := &kitchen{t: t, home: lab.Dir(t)}
	bin := filepath.Join(k.home, "bin")
	buildUnseen(t, filepath.Join(bin, "unseen"))
	k.env = append(os.Environ(), "HOME="+k.home, "PATH="+bin+":"+os.Getenv("PATH"), "USER=root", "LOGNAME=root",
		"UNSEEN_DATA="+filepath.Join(k.home, "data"), "UNSEEN_RUNTIME="+filepath.Join(k.home, "run"), "LC_ALL=C.UTF-8")
	return k
}

// write puts a file into the home.
func (k *kitchen) write(name, text string, mode os.FileMode) string {
	k.t.Helper()
	path := filepath.Join(k.home, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		k.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		k.t.Fatal(err)
	}
	return path
}

// run runs a program on a mail and returns what it wrote.
func (k *kitchen) run(in []byte, name string, args ...string) []byte {
	k.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env, cmd.Stdin, cmd.WaitDelay = k.home, k.env, bytes.NewReader(in), time.Minute
	if k.nobody && os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		k.t.Fatalf("%s: %v\n%s%s", name, err, out, said.Bytes())
	}
	return out
}

// delivered is the one mail in a Maildir of the home.
func (k *kitchen) delivered(maildir string) []byte {
	k.t.Helper()
	found, err := filepath.Glob(filepath.Join(k.home, maildir, "new", "*"))
	if err != nil || len(found) != 1 {
		k.t.Fatalf("%d mails were delivered, %v", len(found), err)
	}
	raw, err := os.ReadFile(found[0])
	if err != nil {
		k.t.Fatal(err)
	}
	return raw
}

// inert wants a mail to have come out whole, with nothing that tells.
func (k *kitchen) inert(raw []byte) {
	k.t.Helper()
	text := string(raw)
	if !strings.Contains(text, "data:,_") || strings.Contains(text, "track/open.php") || strings.Contains(text, "127.0.0.1") {
		k.t.Errorf("it was not made inert:\n%s", text)
	}
	if !strings.Contains(text, "Five novels for a long train ride.") || !strings.Contains(text, "www.harbourbooks.example/march") {
		k.t.Errorf("it did not come out whole:\n%s", text)
	}
}

// arrives is a mail as a delivery agent gets it, with line ends of this system.
func arrives() []byte {
	mail := tellTale("harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9")
	return bytes.ReplaceAll(mail, []byte("\r\n"), []byte("\n"))
}

func TestRecipeProcmail(t *testing.T) {
	k := newKitchen(t, "procmail")
	rc := k.write("procmailrc", "PATH="+filepath.Join(k.home, "bin")+":/usr/bin:/bin\nMAILDIR="+k.home+"\nDEFAULT="+k.home+"/Mail/\n\n"+recipe(t, "procmail"), 0o600)
	k.run(arrives(), "procmail", "-m", rc)
	k.inert(k.delivered("Mail"))
	// Without the filter the mail comes as it is.
	if err := os.Remove(filepath.Join(k.home, "bin", "unseen")); err != nil {
		t.Fatal(err)
	}
	k.run(arrives(), "procmail", "-m", rc)
	if found, _ := filepath.Glob(filepath.Join(k.home, "Mail", "new", "*")); len(found) != 2 {
		t.Errorf("without the filter, %d mails of 2 are there", len(found))
	}
}

func TestRecipeMaildrop(t *testing.T) {
	k := newKitchen(t, "maildrop", "maildirmake.maildrop")
	k.run(nil, "maildirmake.maildrop", filepath.Join(k.home, "Mail"))
	// maildrop has a path of its own.
	rc := k.write("mailfilter", "PATH=\""+filepath.Join(k.home, "bin")+":/usr/bin:/bin\"\n"+recipe(t, "maildrop")+"to \""+k.home+"/Mail\"\n", 0o600)
	k.run(arrives(), "maildrop", rc)
	k.inert(k.delivered("Mail"))
}

func TestRecipeSieve(t *testing.T) {
	const lda = "/usr/lib/dovecot/dovecot-lda"
	k := newKitchen(t, "sievec")
	if _, err := os.Stat(lda); err != nil {
		lab.Missing(t, "dovecot-lda is not installed")
	}
	// The directory of the recipe is the system's: here it is in the home. Programs are
	// run with an environment of Dovecot's own.
	bin := filepath.Join(k.home, "sieve-filter")
	script := strings.Replace(recipe(t, "sh"), "exec unseen", "exec env HOME="+k.home+" "+filepath.Join(k.home, "bin", "unseen"), 1)
	k.write("sieve-filter/unseen-clean", script, 0o755)
	plugin := strings.ReplaceAll(recipe(t, "dovecot"), "/usr/local/lib/dovecot/sieve-filter", bin)
	k.write("active.sieve", recipe(t, "sieve"), 0o644)
	conf := k.write("dovecot.conf", "mail_location = maildir:"+k.home+"/Mail\nbase_dir = "+k.home+"/base\nmail_plugin_dir = /usr/lib/dovecot/modules\n"+
		"first_valid_uid = 1\nhostname = lab.example\npostmaster_address = postmaster@lab.example\nlog_path = "+k.home+"/log\n"+
		"protocol lda {\n mail_plugins = sieve\n}\n"+plugin+"plugin {\n sieve = file:"+k.home+"/active.sieve\n}\n", 0o644)
	mail := k.write("mail.eml", string(arrives()), 0o644)
	if k.nobody = true; os.Getuid() == 0 {
		// Delivery for root needs a running server that knows it.
		exec.Command("chown", "-R", "65534:65534", k.home).Run()
	}
	k.run(nil, lda, "-c", conf, "-p", mail)
	log, _ := os.ReadFile(filepath.Join(k.home, "log"))
	t.Logf("%s", log)
	k.inert(k.delivered("Mail"))
}

func TestRecipeNotmuch(t *testing.T) {
	k := newKitchen(t, "notmuch")
	k.write("Mail/cur/1:2,S", string(arrives()), 0o600)
	k.write(".notmuch-config", "[database]\npath="+k.home+"/Mail\n[user]\nname=Anna\nprimary_email="+reader+"\n[new]\ntags=new\n", 0o600)
	k.run(nil, "notmuch", "new")
	show := k.write("show", "#!/bin/sh\n"+recipe(t, "notmuch"), 0o755)
	k.inert(k.run(nil, show, "subject:novels"))
}

// The HTML part goes through the filter before w3m makes text of it.
func TestRecipeMutt(t *testing.T) {
	for _, program := range []string{"mutt", "neomutt"} {
		t.Run(program, func(t *testing.T) {
			k := newKitchen(t, program, "w3m", "script")
			k.write(".mailcap", recipe(t, "mailcap"), 0o600)
			mail := strings.Replace(string(arrives()), "</body>",
				`<a href="https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.harbourbooks.example%2Fapril&amp;data=05%7C01%7Canna">April</a></body>`, 1)
			k.write("Mail/cur/1:2,S", mail, 0o600)
			for _, dir := range []string{"new", "tmp"} {
				if err := os.MkdirAll(filepath.Join(k.home, "Mail", dir), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			out := filepath.Join(k.home, "shown")
			rc := k.write("muttrc", "set folder="+k.home+"/Mail spoolfile="+k.home+"/Mail mbox_type=Maildir\nset mailcap_path="+k.home+"/.mailcap\n"+
				"auto_view text/html\nset pipe_decode=yes wait_key=no\n", 0o600)
			push := "push '<pipe-message>cat >" + out + "<enter><exit><exit>'"
			k.run(nil, "script", "-qec", program+" -n -F "+rc+" -f "+k.home+"/Mail -e \""+push+"\"", "/dev/null")
			text, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"Five novels for a long train ride.", "https://www.harbourbooks.example/april", "http://www.harbourbooks.example/march"} {
				if !strings.Contains(string(text), want) {
					t.Errorf("it shows no %s:\n%s", want, text)
				}
			}
			if strings.Contains(string(text), "safelinks") {
				t.Errorf("it shows the wrapper:\n%s", text)
			}
		})
	}
}
