package daemon_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/daemon"
	"github.com/unseen-mail/unseen/internal/words"
)

// Of many that start at once on the same directories exactly one runs; the
// others name it, and disturb nothing.
func TestStartRace(t *testing.T) {
	h := newHouse(t)
	var mu sync.Mutex
	var running []*daemon.Daemon
	var refused []error
	var starts sync.WaitGroup
	for range 8 {
		starts.Go(func() {
			d, err := daemon.Start(context.Background(), daemon.Config{Paths: h.paths, Settings: h.settings, Lab: h.lab})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				refused = append(refused, err)
				return
			}
			running = append(running, d)
		})
	}
	starts.Wait()
	if len(running) != 1 {
		t.Fatalf("%d run: %v", len(running), refused)
	}
	defer running[0].Close()
	for _, err := range refused {
		var fault *words.Fault
		if !errors.As(err, &fault) || !strings.HasPrefix(err.Error(), "starting: Unseen is running already") || !errors.Is(err, api.ErrRunning) {
			t.Errorf("refused with %q", err)
		}
	}
	if st, err := running[0].Client().Status(t.Context()); err != nil || st.PID != os.Getpid() {
		t.Errorf("status %+v, %v", st, err)
	}
}

// A key that is lost is never replaced: a new one would make all tokens in mail
// that programs keep lead nowhere.
func TestKeyIsNotMadeAnew(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel))
	h.start()
	before := h.fetch(h.connect(anywhere), "INBOX")[0]
	key := filepath.Join(h.paths.Data, "key")
	saved, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, want string
		spoil      func() error
	}{
		{"missing", "key is missing", func() error { return os.Remove(key) }},
		{"empty", "is not a key of 32 octets", func() error { return os.WriteFile(key, nil, 0o600) }},
		{"of another", "belongs to another store", func() error { return os.WriteFile(key, make([]byte, 32), 0o600) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := h.daemon.Close(); err != nil {
				t.Fatal(err)
			}
			if err := c.spoil(); err != nil {
				t.Fatal(err)
			}
			spoilt, _ := os.ReadFile(key)
			d, err := daemon.Start(context.Background(), daemon.Config{Paths: h.paths, Settings: h.settings, Lab: h.lab})
			if err == nil {
				d.Close()
				t.Fatal("it runs")
			}
			var fault *words.Fault
			if !errors.As(err, &fault) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "backup") {
				t.Errorf("error is %q", err)
			}
			if after, _ := os.ReadFile(key); string(after) != string(spoilt) {
				t.Error("a key was written")
			}
			if _, err := os.Stat(h.paths.Socket()); !errors.Is(err, fs.ErrNotExist) {
				t.Error("the control socket is there")
			}
			// With the key from the backup all is as it was.
			if err := os.WriteFile(key, saved, 0o600); err != nil {
				t.Fatal(err)
			}
			h.start()
			if now := h.fetch(h.account(), "INBOX")[0]; now != before {
				t.Error("the mail is another")
			}
		})
	}
}

// What cannot be had is one sentence, and nothing goes on running.
func TestStartRefused(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(t *testing.T, p *config.Paths)
		want  string
	}{
		{"data is a file", func(t *testing.T, p *config.Paths) { p.Data = file(t, p) }, "it is not a directory"},
		{"data is below a file", func(t *testing.T, p *config.Paths) { p.Data = filepath.Join(file(t, p), "data") }, "it is not a directory"},
		{"runtime is a file", func(t *testing.T, p *config.Paths) { p.Runtime = file(t, p) }, "it is not a directory"},
		{"runtime is a link", func(t *testing.T, p *config.Paths) {
			if err := os.Symlink(t.TempDir(), p.Runtime); err != nil {
				t.Fatal(err)
			}
		}, "it is not a directory"},
		{"runtime has too long a name", func(_ *testing.T, p *config.Paths) { p.Runtime += strings.Repeat("x", 110) }, "its name is too long to hold a control socket"},
		{"a directory for a key", func(t *testing.T, p *config.Paths) { mkdir(t, filepath.Join(p.Data, "key")) }, "is a directory"},
		{"a directory for the store", func(t *testing.T, p *config.Paths) { mkdir(t, filepath.Join(p.Data, "unseen.db")) }, "unseen.db"},
		{"no store at all", func(t *testing.T, p *config.Paths) {
			mkdir(t, p.Data)
			if err := os.WriteFile(filepath.Join(p.Data, "unseen.db"), []byte(strings.Repeat("letters ", 1000)), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "is not as it was written"},
		{"a place that nobody may write to", func(t *testing.T, p *config.Paths) {
			if _, err := os.Stat("/sys/kernel"); err != nil {
				t.Skip("there is none here")
			}
			p.Data = "/sys/kernel/unseen"
		}, "may not be written"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			p := config.Paths{Config: filepath.Join(dir, "config.toml"), Data: filepath.Join(dir, "data"), Runtime: filepath.Join(dir, "run")}
			c.spoil(t, &p)
			d, err := daemon.Start(context.Background(), daemon.Config{Paths: p, Settings: config.Defaults()})
			if err == nil {
				d.Close()
				t.Fatal("it runs")
			}
			var fault *words.Fault
			if !errors.As(err, &fault) || fault.Hint == "" || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error is %q", err)
			}
			if _, err := os.Stat(p.Socket()); err == nil {
				t.Error("the control socket is there")
			}
		})
	}
}

// file makes a file where a directory is wanted.
func file(t *testing.T, p *config.Paths) string {
	t.Helper()
	path := filepath.Join(filepath.Dir(p.Config), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func mkdir(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(path, 0o700); err != nil {
		t.Fatal(err)
	}
}

// Nobody else can read or enter anything that was made, and it stays so.
func TestModes(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel))
	h.start()
	h.fetch(h.connect(anywhere), "INBOX")
	for range 2 {
		for _, root := range []string{h.paths.Data, h.paths.Runtime} {
			err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
				if err != nil {
					return err
				}
				if info, err := entry.Info(); err == nil && info.Mode().Perm()&0o077 != 0 {
					t.Errorf("%s has mode %v", filepath.Base(path), info.Mode())
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}
		h.restart()
	}
}
