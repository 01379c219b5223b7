package config_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/config"
)

func TestParse(t *testing.T) {
	s, err := config.Parse("config.toml", `
		pictures = "all"
		level = "own"
		data = "/srv/unseen"
		gateway_port = 4190
		lapse_days = 365
		language = "nl"
		log = "debug"
	`)
	if err != nil {
		t.Fatal(err)
	}
	if *s.Pictures != "all" || *s.Level != "own" || s.Data != "/srv/unseen" ||
		s.GatewayPort != 4190 || s.LapseDays != 365 || s.Language != "nl" || s.Log != slog.LevelDebug {
		t.Errorf("settings are %+v", s)
	}
}

// A list can be written in both ways of TOML.
func TestParseLists(t *testing.T) {
	want := []string{"https://a.example/x.txt", "https://b.example/y"}
	for _, text := range []string{
		"[rules]\nlists = [\"https://a.example/x.txt\", \"https://b.example/y\"]\n",
		`rules.lists = ["https://a.example/x.txt", "https://b.example/y"]`,
	} {
		s, err := config.Parse("config.toml", text)
		if err != nil || !slices.Equal(s.Lists, want) {
			t.Errorf("%v %q", err, s.Lists)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for name, c := range map[string]struct {
		text, says, allowed string
		line                int
	}{
		"unknown key":           {"# hello\npicture = \"all\"\n", `there is no key "picture"`, "pictures, level", 2},
		"unknown table":         {"\n\n[pixels]\na = 1\n", `there is no key "pixels`, "pictures", 3},
		"wrong word":            {`pictures = "some"`, `pictures cannot be "some"`, `"none" or "all"`, 1},
		"wrong level":           {"\nlevel = \"high\"", `level cannot be "high"`, `"standard", "own" or "all"`, 2},
		"wrong type":            {"pictures = true", "pictures cannot be true", `"none"`, 1},
		"quoted port":           {`gateway_port = "4180"`, "gateway_port cannot be \"4180\"", "a number", 1},
		"port too low":          {"gateway_port = 80", "gateway_port cannot be 80", "1024 to 65535", 1},
		"port zero":             {"gateway_port = 0", "gateway_port cannot be 0", "1024 to 65535", 1},
		"relative data":         {`data = "here"`, `data cannot be "here"`, "from the root", 1},
		"negative lapse":        {"lapse_days = -1", "lapse_days cannot be -1", "0 (never)", 1},
		"unknown language":      {`language = "pt"`, `language cannot be "pt"`, "en, fr, nl, de", 1},
		"number for a language": {"language = 1", "language cannot be 1", "en, fr", 1},
		"unknown log":           {`log = "loud"`, `log cannot be "loud"`, `"warn"`, 1},
		"not toml":              {"pictures = \"none\"\nlevel\n", "", "", 2},
		"open quotes":           {"level = \"own\n", "", "", 1},
		"key given twice":       {"log = \"warn\"\nlog = \"info\"\n", "", "", 2},
		"quoted key":            {"\n\"colour\" = 1", `there is no key "colour"`, "pictures", 2},
		"key is a prefix":       {"levels = 2\nlevel = \"own\"", `there is no key "levels"`, "level", 1},
		"rules is a word":       {`rules = "x"`, `rules cannot be "x"`, "lists = [", 1},
		"list over http":        {"\n[rules]\nlists = [\"http://a.example/x\"]", "rules cannot be a table", "https://", 2},
		"list of a user":        {`rules.lists = ["https://me@a.example/x"]`, "rules cannot be", "https://", 1},
		"list twice":            {`rules.lists = ["https://a.example/x", "https://a.example/x"]`, "rules cannot be", "https://", 1},
		"other rules":           {"[rules]\nlists = []\nlist = []", "rules cannot be", "lists", 1},
		"rules of nothing":      {"[rules]", "rules cannot be", "lists", 1},
		"value before key":      {`level = "pictures = x"`, `level cannot be`, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := config.Parse("/home/r/config.toml", c.text)
			var e *config.Error
			if !errors.As(err, &e) {
				t.Fatalf("error is %v", err)
			}
			if e.File != "/home/r/config.toml" || e.Line != c.line {
				t.Errorf("at %s, line %d; want line %d (%s)", e.File, e.Line, c.line, e)
			}
			if !strings.Contains(e.Text, c.says) || !strings.Contains(e.Allowed, c.allowed) {
				t.Errorf("says %q, allowed %q", e.Text, e.Allowed)
			}
			if strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), " toml:") {
				t.Errorf("not one sentence: %q", err)
			}
		})
	}
}

// The sample teaches every key, and does nothing by itself.
func TestSample(t *testing.T) {
	s, err := config.Parse("sample", config.Sample())
	if err != nil || !reflect.DeepEqual(s, config.Defaults()) {
		t.Fatalf("the sample says %+v, %v", s, err)
	}
	open := strings.NewReplacer("\n#", "\n").Replace(config.Sample())
	var kept []string
	for _, line := range strings.Split(open, "\n") {
		if key, _, ok := strings.Cut(line, " = "); ok && !strings.Contains(key, " ") {
			kept = append(kept, line)
		}
	}
	if len(kept) != len(config.Keys()) {
		t.Errorf("%d keys in the sample, %d known", len(kept), len(config.Keys()))
	}
	if _, err := config.Parse("sample", strings.Join(kept, "\n")); err != nil {
		t.Errorf("a default of the sample is refused: %v", err)
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	if s, err := config.Load(filepath.Join(dir, "missing.toml")); err != nil || !reflect.DeepEqual(s, config.Defaults()) {
		t.Errorf("missing file: %+v, %v", s, err)
	}
	if _, err := config.Load(dir); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("directory: %v", err)
	}
}

func TestFindPaths(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		want config.Paths
	}{
		"home alone": {map[string]string{"HOME": "/h"}, config.Paths{
			Config: "/h/.config/unseen/config.toml", Data: "/h/.local/share/unseen", Runtime: "/h/.local/share/unseen/run"}},
		"xdg": {map[string]string{"HOME": "/h", "XDG_CONFIG_HOME": "/c", "XDG_DATA_HOME": "/d", "XDG_RUNTIME_DIR": "/r"},
			config.Paths{Config: "/c/unseen/config.toml", Data: "/d/unseen", Runtime: "/r/unseen"}},
		"relative xdg counts as unset": {map[string]string{"HOME": "/h", "XDG_CONFIG_HOME": "c", "XDG_DATA_HOME": "d", "XDG_RUNTIME_DIR": "r"},
			config.Paths{Config: "/h/.config/unseen/config.toml", Data: "/h/.local/share/unseen", Runtime: "/h/.local/share/unseen/run"}},
		"own names": {map[string]string{"UNSEEN_CONFIG": "/1", "UNSEEN_DATA": "/2", "UNSEEN_RUNTIME": "/3"},
			config.Paths{Config: "/1", Data: "/2", Runtime: "/3"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := config.FindPaths(func(k string) string { return c.env[k] })
			if err != nil || got != c.want {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
	if _, err := config.FindPaths(func(string) string { return "" }); err == nil {
		t.Error("no home directory, and no error")
	}
}

// Other systems have other places; the names of XDG and our own stand above them.
func TestFindPathsOn(t *testing.T) {
	for name, c := range map[string]struct {
		system string
		env    map[string]string
		want   config.Paths
	}{
		"macOS": {"darwin", map[string]string{"HOME": "/h"}, config.Paths{
			Config: "/h/Library/Application Support/Unseen/config.toml", Data: "/h/Library/Application Support/Unseen",
			Runtime: "/h/Library/Application Support/Unseen/run"}},
		"macOS with XDG": {"darwin", map[string]string{"HOME": "/h", "XDG_CONFIG_HOME": "/c"}, config.Paths{
			Config: "/c/Unseen/config.toml", Data: "/h/Library/Application Support/Unseen", Runtime: "/h/Library/Application Support/Unseen/run"}},
		"Windows": {"windows", map[string]string{"USERPROFILE": "/u", "APPDATA": "/u/R", "LOCALAPPDATA": "/u/L"}, config.Paths{
			Config: "/u/R/Unseen/config.toml", Data: "/u/L/Unseen", Runtime: "/u/L/Unseen/run"}},
		"Windows without its names": {"windows", map[string]string{"USERPROFILE": "/u"}, config.Paths{
			Config: "/u/AppData/Roaming/Unseen/config.toml", Data: "/u/AppData/Local/Unseen", Runtime: "/u/AppData/Local/Unseen/run"}},
		"own names": {"windows", map[string]string{"UNSEEN_CONFIG": "/1", "UNSEEN_DATA": "/2", "UNSEEN_RUNTIME": "/3"},
			config.Paths{Config: "/1", Data: "/2", Runtime: "/3"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := config.FindPathsOn(c.system, func(k string) string { return c.env[k] }); err != nil || got != c.want {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestWithData(t *testing.T) {
	p := config.Paths{Data: "/d", Runtime: "/d/run"}
	if got := p.WithData("/e"); got.Data != "/e" || got.Runtime != "/e/run" {
		t.Errorf("got %+v", got)
	}
	p.Runtime = "/run/user/1/unseen"
	if got := p.WithData("/e"); got.Runtime != p.Runtime || got.Socket() != "/run/user/1/unseen/control.sock" {
		t.Errorf("got %+v", got)
	}
}

func TestMakePrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	if err := config.MakePrivate(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := config.MakePrivate(dir); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(dir); info.Mode().Perm() != 0o700 {
		t.Errorf("mode is %v", info.Mode())
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := config.MakePrivate(file); err == nil {
		t.Error("a file was taken for a directory")
	}
}

// A change is told once the file is whole, in a directory made later, too; a
// wrong file is told as an error.
func TestWatch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "later", "config.toml")
	ctx, cancel := context.WithCancel(context.Background())
	type change struct {
		s   config.Settings
		err error
	}
	changes := make(chan change, 16)
	w, err := config.NewWatcher(path)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.Run(ctx, func(s config.Settings, err error) { changes <- change{s, err} })
	}()
	next := func(text string, ok func(change) bool) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for deadline := time.After(10 * time.Second); ; {
			select {
			case c := <-changes:
				if ok(c) {
					return
				}
			case <-deadline:
				t.Fatal("the change was not told")
			}
		}
	}
	next(`pictures = "all"`, func(c change) bool { return c.err == nil && c.s.Pictures != nil && *c.s.Pictures == "all" })
	next(`pictures = "some"`, func(c change) bool { return c.err != nil })
	next(`level = "own"`, func(c change) bool { return c.err == nil && c.s.Level != nil && *c.s.Level == "own" })
	cancel()
	<-done
}

func FuzzParse(f *testing.F) {
	f.Add("pictures = \"none\"")
	f.Add(config.Sample())
	f.Add("[a]\nb=1")
	f.Add("level=\"\x00\"")
	f.Fuzz(func(t *testing.T, text string) {
		_, err := config.Parse("f", text)
		var e *config.Error
		if err != nil && !errors.As(err, &e) {
			t.Errorf("error of another kind: %v", err)
		}
	})
}
