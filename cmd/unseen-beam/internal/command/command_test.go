package command

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// asProgram makes the test binary behave as unseen-beam does: Beam's flags are global,
// so that each run needs a process of its own.
const asProgram = "UNSEEN_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(Main(os.Args[1:], Streams{Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv}))
	}
	os.Exit(m.Run())
}

// typed runs the program as a person does who speaks a language.
func typed(t *testing.T, dir, lang string, args ...string) (code int, out, said string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(self, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &stdout, &stderr
	cmd.Env = []string{asProgram + "=1", "HOME=" + dir, "LANG=" + lang}
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
}

// mail is one mail that reports.
const mail = "From: a@shop.example\r\nContent-Type: text/html\r\n\r\n" +
	"<img src=\"https://shop.example/open.php?u=0123456789abcdef0123456789abcdef\" width=1 height=1>"

// As a person types: the parts are there, what it came to is said, and a second time
// nothing is written over.
func TestTyped(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"one.eml": mail, "damaged.zip": "PK\x03\x04 and no more",
		".local/share/unseen/rules/mine.toml": "[[block]]\nhost = 5\n"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	code, out, said := typed(t, dir, "C", "--output", "out/scan", "--format", "jsonl", "--parts", "2", "one.eml", "damaged.zip")
	if code != exitFailed || out != "1 mail, 1 address that would report; 2 rows in 2 parts\n" {
		t.Errorf("it ended with %d and said %q", code, out)
	}
	for _, want := range []string{"leaving out a rule: mine.toml", "Prism", "1 mail or file could not be read; their rows say why"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not said: %s", want, said)
		}
	}
	if parts, _ := filepath.Glob(filepath.Join(dir, "out", "*")); len(parts) != 2 {
		t.Errorf("there are %q", parts)
	}
	code, _, said = typed(t, dir, "fr_BE.UTF-8", "--output", "out/scan", "one.eml")
	if code != exitFailed || !strings.Contains(said, "il y a déjà des parts de ce nom") {
		t.Errorf("the second time it ended with %d and said %q", code, said)
	}
}

// What cannot be is said, in the reader's language, and ends with 2.
func TestMisused(t *testing.T) {
	for name, c := range map[string]struct {
		lang string
		args []string
		want string
	}{
		"nothing":      {"C", nil, "name files, directories"},
		"a mailbox":    {"C", []string{"--output", "o/s", "imaps://a@mail.example/"}, "unseen scan"},
		"a format":     {"de_DE.UTF-8", []string{"--output", "o/s", "--format", "text", "x"}, "--format ist jsonl, csv oder parquet, und nicht text"},
		"parts":        {"nl_BE.UTF-8", []string{"--output", "o/s", "--parts", "0", "x"}, "--parts is 1 tot 1048576, en niet 0"},
		"no output":    {"C", []string{"x"}, "--output is a name"},
		"a size":       {"C", []string{"--output", "o/s", "--max-mail", "2000", "x"}, "--max-mail"},
		"unknown flag": {"C", []string{"--colour"}, "flag provided but not defined: -colour"},
	} {
		code, out, said := typed(t, t.TempDir(), c.lang, c.args...)
		if code != exitUsage || out != "" || !strings.Contains(said, c.want) {
			t.Errorf("%s: %d, %q, %q", name, code, out, said)
		}
	}
}

// Help tells of our flags before those of Beam, and is no fault.
func TestHelp(t *testing.T) {
	code, out, said := typed(t, t.TempDir(), "C", "--help")
	own, others := strings.Index(out, "  --manifest\n"), strings.Index(out, "  --runner\n")
	if code != exitDone || said != "" || own < 0 || others < own {
		t.Errorf("%d, %q: %s", code, said, out)
	}
}

// A config.toml with a mistake is told before anything runs.
func TestMistakenConfig(t *testing.T) {
	dir := t.TempDir()
	at := filepath.Join(dir, ".config", "unseen", "config.toml")
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at, []byte("level = \"loud\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	code, _, said := typed(t, dir, "C", "--output", "o/s", "x")
	if code != exitFailed || !strings.Contains(said, "config.toml") {
		t.Errorf("%d, %q", code, said)
	}
}
