package profiles_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/profiles"
)

// write makes files below a directory.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// Profiles that were used are found wherever the program was installed from, each once and
// the default one first.
func TestFind(t *testing.T) {
	home := t.TempDir()
	write(t, home, map[string]string{
		".thunderbird/profiles.ini":                                   "[Profile0]\nName=one\nIsRelative=1\nPath=a\n[Profile1]\nIsRelative=0\nPath=" + home + "/elsewhere\nDefault=1\n[Profile2]\nPath=never.used\n[Profile3]\nPath=a\n",
		".thunderbird/a/prefs.js":                                     "",
		"elsewhere/prefs.js":                                          "",
		".thunderbird/never.used/user.js":                             "",
		".var/app/eu.betterbird.Betterbird/.thunderbird/profiles.ini": "[Profile0]\r\nPath=x\r\n",
		".var/app/eu.betterbird.Betterbird/.thunderbird/x/prefs.js":   "",
		".mozilla/firefox/profiles.ini":                               "[Profile0]\nPath=f\n",
		".mozilla/firefox/f/prefs.js":                                 "",
	})
	none := func(string) string { return "" }
	for program, want := range map[profiles.Program][]string{
		profiles.Thunderbird: {"/elsewhere", "/.thunderbird/a", "/.var/app/eu.betterbird.Betterbird/.thunderbird/x"},
		profiles.Firefox:     {"/.mozilla/firefox/f"},
	} {
		var got []string
		for _, p := range profiles.Find(profiles.Homes(program, "linux", home, none), "prefs.js") {
			got = append(got, strings.TrimPrefix(p.Dir, home))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q", program, got)
		}
	}
}

// Each system has places of its own.
func TestHomes(t *testing.T) {
	env := func(name string) string { return map[string]string{"APPDATA": filepath.FromSlash("/roaming")}[name] }
	for _, c := range []struct {
		program profiles.Program
		system  string
		want    string
	}{
		{profiles.Thunderbird, "darwin", "/h/Library/Thunderbird"},
		{profiles.Firefox, "darwin", "/h/Library/Application Support/Firefox"},
		{profiles.Thunderbird, "windows", "/roaming/Thunderbird"},
		{profiles.Firefox, "windows", "/roaming/Mozilla/Firefox"},
		{profiles.Thunderbird, "linux", "/h/.thunderbird"},
		{profiles.Firefox, "linux", "/h/.mozilla/firefox"},
	} {
		if got := profiles.Homes(c.program, c.system, "/h", env); filepath.ToSlash(got[0]) != c.want {
			t.Errorf("%s on %s: %q", c.program, c.system, got)
		}
	}
}

// A link that names a process which is none of these programs was left behind; a file that
// cannot be looked at may be held.
func TestOpen(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("made of what Linux tells")
	}
	dir := t.TempDir()
	if profiles.Open(dir) {
		t.Fatal("it is not open")
	}
	if err := os.Symlink("127.0.1.1:+1", filepath.Join(dir, "lock")); err != nil {
		t.Fatal(err)
	}
	if profiles.Open(dir) {
		t.Error("a link that was left behind counts")
	}
	if err := os.Symlink(".parentlock", filepath.Join(dir, ".parentlock")); err != nil {
		t.Fatal(err)
	}
	if !profiles.Open(dir) {
		t.Error("what cannot be looked at counts as free")
	}
}

func TestParse(t *testing.T) {
	text := "[Install1234]\nDefault=b.default-release\nLocked=1\n\n[Profile1]\nName=one\nIsRelative=1\nPath=a.default\nDefault=1\n" +
		"[Profile0]\r\nName=two\r\nIsRelative=1\r\nPath=b.default-release\r\n\r\n[Profile2]\nName=far\nIsRelative=0\nPath=/srv/mail\n[General]\nVersion=2\n"
	want := []profiles.Profile{{"one", "/h/a.default", false}, {"two", "/h/b.default-release", true}, {"far", "/srv/mail", false}}
	if got := profiles.Parse(text, "/h"); !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
	old := profiles.Parse("[Profile0]\nName=one\nIsRelative=1\nPath=a\nDefault=1\n", "/h")
	if len(old) != 1 || !old[0].Default {
		t.Errorf("got %+v", old)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("[Profile0]\nPath=x\nIsRelative=1\n")
	f.Add("Path=x\n[Install]\n[Profile\n=")
	f.Fuzz(func(t *testing.T, text string) {
		for _, p := range profiles.Parse(text, "/h") {
			if !filepath.IsAbs(p.Dir) && p.Dir == "" {
				t.Errorf("%+v", p)
			}
		}
	})
}

func Example() {
	for _, p := range profiles.Parse("[Profile0]\nName=mail\nIsRelative=1\nPath=a.default\nDefault=1\n", "/home/anna/.thunderbird") {
		fmt.Println(p.Name, filepath.ToSlash(p.Dir), p.Default)
	}
	// Output: mail /home/anna/.thunderbird/a.default true
}
