package launch_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/unseen-mail/unseen/gui/launch"
)

// What is saved lies in the downloads where there are any, and writes over nothing.
func TestSave(t *testing.T) {
	home := t.TempDir()
	env := map[string]string{"HOME": home}
	getenv := func(k string) string { return env[k] }
	for _, want := range []string{"day.csv", "day-2.csv", "Downloads/day.csv", "other/day.csv"} {
		switch want {
		case "Downloads/day.csv", "other/day.csv":
			if err := os.MkdirAll(filepath.Join(home, filepath.Dir(want)), 0o700); err != nil {
				t.Fatal(err)
			}
			if filepath.Dir(want) == "other" {
				env["XDG_DOWNLOAD_DIR"] = filepath.Join(home, "other")
			}
		}
		got, err := launch.Save(getenv, "../x/day.csv", []byte("a,b\n"))
		if err != nil || got != filepath.Join(home, want) {
			t.Fatalf("got %s, %v; want %s", got, err, want)
		}
		if text, err := os.ReadFile(got); err != nil || string(text) != "a,b\n" {
			t.Errorf("%q, %v", text, err)
		}
	}
}

// A place that is not taken stays the same until it is; nothing is written there.
func TestPlace(t *testing.T) {
	home := t.TempDir()
	getenv := func(k string) string { return map[string]string{"HOME": home}[k] }
	for _, c := range []struct{ taken, want string }{
		{"", "bag.zip"}, {"", "bag.zip"}, {"bag.zip.part", "bag.zip"}, {"bag.zip", "bag-2.zip"}, {"bag-2.zip", "bag-3.zip"},
	} {
		if c.taken != "" {
			if err := os.WriteFile(filepath.Join(home, c.taken), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		got, err := launch.Place(getenv, "../x/bag.zip")
		if err != nil || got != filepath.Join(home, c.want) {
			t.Errorf("after %q got %s, %v; want %s", c.taken, got, err, c.want)
		}
		if _, err := os.Lstat(got); err == nil {
			t.Errorf("%s is there", got)
		}
	}
}

func TestFind(t *testing.T) {
	if path, err := launch.Find("sh"); err != nil || !filepath.IsAbs(path) {
		t.Errorf("%s, %v", path, err)
	}
	if _, err := launch.Find("no-such-program-of-unseen"); !errors.Is(err, launch.ErrNone) {
		t.Errorf("error is %v", err)
	}
}
