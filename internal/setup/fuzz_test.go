package setup_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/setup"
)

// Whatever a profile's file of accepted certificates holds, a certificate is accepted in a
// line of its own, every other line stays, and taking it back leaves the file as it was.
func FuzzOverrides(f *testing.F) {
	for _, text := range []string{
		"", "# PSM Certificate Override Settings file\n", "a.example:993:\tOID.2.16.840.1.101.3.4.2.1\tAA:BB\t\n",
		"127.0.0.1:1143:\tOID.2.16.840.1.101.3.4.2.1\tCC:DD\t\n", "no end of line", "127.0.0.1:1143:\tOID.1\tAA\t\r\n\r\n", "127.0.0.1:1143:\tOID.2.16.840.1.101.3.4.2.1\tCC:DD",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		dir := t.TempDir()
		path := filepath.Join(dir, "cert_override.txt")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		changes := []setup.Change{{File: "cert_override.txt", Key: "127.0.0.1:1143", New: "AA:BB"}, {File: "cert_override.txt", Key: "127.0.0.1:1587", New: "AA:BB"}}
		if err := errors.Join(setup.AcceptedNow(dir, changes), setup.Accept(dir, changes)); err != nil {
			t.Fatal(err)
		}
		set := strings.Split(strings.ReplaceAll(read(t, path), "\r\n", "\n"), "\n")
		for _, c := range changes {
			if !slices.ContainsFunc(set, func(line string) bool { return strings.HasPrefix(line, c.Key+":\tOID.2.16.840.1.101.3.4.2.1\tAA:BB\t") }) {
				t.Errorf("%s is not accepted in a line of its own: %q", c.Key, set)
			}
		}
		if left, err := setup.Unaccept(dir, changes); err != nil || len(left) > 0 {
			t.Fatal(left, err)
		}
		if strings.Count(text, "127.0.0.1:1") == 0 && strings.TrimSpace(strings.TrimPrefix(read(t, path), head)) != strings.TrimSpace(strings.TrimPrefix(text, head)) {
			t.Errorf("%q became %q", text, read(t, path))
		}
	})
}

// head is how Thunderbird begins the file.
const head = "# PSM Certificate Override Settings file\n# This is a generated file!  Do not edit.\n"

// Notes may come out of a backup that somebody made up: what they lead to is never anything
// but the files that are changed.
func FuzzNotes(f *testing.F) {
	for _, text := range []string{
		"", "[]", `[{"profile":"/p","changes":[{"file":"prefs.js","key":"a","old":null,"new":"1"}]}]`,
		`[{"profile":"/p","changes":[{"file":"../../.bashrc","key":"a","new":"1"}]}]`, `[{"changes":[{"file":"x/msgFilterRules.dat"}]}]`, `[{"when":"x"}]`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "setup.json"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		notes, err := setup.Journal{Dir: dir}.Notes()
		for _, n := range notes {
			for _, c := range n.Changes {
				switch filepath.Base(c.File) {
				case "prefs.js", "cert_override.txt", "permissions.sqlite", "msgFilterRules.dat", "virtualFolders.dat":
				default:
					t.Errorf("%q leads to %q, %v", text, c.File, err)
				}
			}
		}
	})
}
