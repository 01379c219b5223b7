package restore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/internal/restore"
)

// source turns "SERVED" back into "origin", at equal length, and "DRAFT" into
// something longer; "STRANGE" is not known.
func source(_ context.Context, raw []byte) (restore.State, []byte, error) {
	switch {
	case bytes.Contains(raw, []byte("BROKEN")):
		return "", nil, errors.New("Unseen has gone")
	case bytes.Contains(raw, []byte("SERVED")):
		return restore.Served, bytes.ReplaceAll(raw, []byte("SERVED"), []byte("origin")), nil
	case bytes.Contains(raw, []byte("DRAFT")):
		return restore.Written, bytes.ReplaceAll(raw, []byte("DRAFT"), []byte("the address")), nil
	case bytes.Contains(raw, []byte("STRANGE")):
		return restore.Unknown, nil, nil
	}
	return restore.Original, nil, nil
}

// put writes files below a directory, an hour ago.
func put(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o640); err != nil {
			t.Fatal(err)
		}
		then := time.Now().Add(-time.Hour).Truncate(time.Second)
		if err := os.Chtimes(path, then, then); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// files reads all files below a directory.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		all[name] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

const (
	mail   = "Subject: one\n\nSERVED body\n>From me\n"
	after  = "Subject: one\n\norigin body\n>From me\n"
	kept   = "From - Sun Nov 22 21:00:00 2026\nSubject: two\n\nnothing\n\n"
	strang = "From - x\nSubject: three\n\nSTRANGE\n\n"
)

func TestRun(t *testing.T) {
	was := map[string]string{
		"Maildir/cur/1.host:2,S": mail, "Maildir/new/2.host": "Subject: x\r\n\r\nDRAFT\r\n", "Maildir/dovecot.index": "\x01SERVED",
		"ImapMail/INBOX":     kept + "From - x\n" + mail + "\n" + kept,
		"ImapMail/INBOX.msf": "index", "ImapMail/msgFilterRules.dat": "version: SERVED",
		"ImapMail/Drafts": "From x\nSubject: d\n\nDRAFT\n\n", "ImapMail/Drafts.msf": "index",
		"ImapMail/Odd": strang + kept + strang, "cache/INBOX/53": mail, "empty": "",
	}
	dir := put(t, was)
	then, err := os.Stat(filepath.Join(dir, "ImapMail/INBOX"))
	if err != nil {
		t.Fatal(err)
	}
	r := restore.Restorer{Source: source}
	n, err := r.Run(context.Background(), []string{dir})
	if err != nil || n.Served != 3 || n.Written != 2 || !slices.Equal(n.Unknown, []string{filepath.Join(dir, "ImapMail/Odd")}) || len(n.Failed) > 0 {
		t.Errorf("%+v, %v", n, err)
	}
	want := map[string]string{
		"Maildir/cur/1.host:2,S": after, "Maildir/new/2.host": "Subject: x\r\n\r\nthe address\r\n",
		"ImapMail/INBOX": kept + "From - x\n" + after + "\n" + kept, "ImapMail/Drafts": "From x\nSubject: d\n\nthe address\n\n",
		"cache/INBOX/53": after,
	}
	for name, content := range files(t, dir) {
		if w, changed := want[name]; changed && content != w || !changed && content != was[name] {
			t.Errorf("%s is %q", name, content)
		}
		delete(was, name)
	}
	if len(was) != 1 || was["ImapMail/Drafts.msf"] == "" {
		t.Errorf("gone are %v; only the index of what moved may go", was)
	}
	info, err := os.Stat(filepath.Join(dir, "ImapMail/INBOX"))
	if err != nil || info.Mode().Perm() != 0o640 || !info.ModTime().Equal(then.ModTime()) {
		t.Errorf("mode and time are %v, were %v", info, then)
	}
	// A second run finds nothing to do.
	if n, err = r.Run(context.Background(), []string{dir}); err != nil || n.Served+n.Written != 0 {
		t.Errorf("again: %+v, %v", n, err)
	}
}

// What a program has open is left, and so is all that follows a source that has
// gone.
func TestRefuses(t *testing.T) {
	was := map[string]string{"a/cur/1": mail, "b": "From x\n" + mail + "\nFrom x\nSubject: y\n\nBROKEN\n"}
	dir := put(t, was)
	r := restore.Restorer{Source: source, Holder: func(path string) string { return map[bool]string{true: "mutt"}[strings.HasSuffix(path, "a")] }}
	n, err := r.Run(context.Background(), []string{filepath.Join(dir, "a"), filepath.Join(dir, "b")})
	if err == nil || n.Open[filepath.Join(dir, "a")] != "mutt" {
		t.Errorf("%+v, %v", n, err)
	}
	if now := files(t, dir); fmt.Sprint(now) != fmt.Sprint(was) {
		t.Errorf("changed to %q", now)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := r.Run(ctx, []string{dir}); !errors.Is(err, context.Canceled) {
		t.Errorf("ended: %v", err)
	}
}

// Who has a file open is found, by whatever name it is reached.
func TestHolder(t *testing.T) {
	dir := put(t, map[string]string{"box": kept, "other/cur/1": mail})
	if name := restore.Holder(dir); name != "" {
		t.Errorf("%s holds it", name)
	}
	if err := os.WriteFile(filepath.Join(dir, "box.lock"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if name := restore.Holder(filepath.Join(dir, "box")); name == "" {
		t.Error("a dotlock does not count")
	}
}

// Whatever stands in an mbox file, all that is not a mail of ours stays to the
// octet, and each mail of ours is turned back.
func TestMboxKeepsOctets(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.SampledFrom([]string{"text\n", "\n", "\r\n", ">From x\n", ">>From y\r\n", "From here\n", "SERVED\n", "no end"})
		text := "From - a\nSubject: b\n\n" + strings.Join(rapid.SliceOfN(line, 0, 12).Draw(t, "lines"), "")
		path := filepath.Join(dir, "box")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		r := restore.Restorer{Source: source, Holder: func(string) string { return "" }}
		if n, err := r.Run(context.Background(), []string{path}); err != nil || len(n.Failed) > 0 {
			t.Fatal(n, err)
		}
		got, err := os.ReadFile(path)
		if want := strings.ReplaceAll(text, "SERVED", "origin"); err != nil || string(got) != want {
			t.Fatalf("%q became %q, %v", text, got, err)
		}
	})
}

// Who owns a directory that another's restorer goes through, and puts a link, a pipe or
// another file in the place of one while it is there, gets nobody else's mail by it.
func TestSwapped(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links and pipes are others there")
	}
	for _, test := range []struct {
		name string
		swap func(path, secret string) error
	}{
		{"a link", func(path, secret string) error { return os.Symlink(secret, path) }},
		{"a pipe", func(path, _ string) error { return exec.Command("mkfifo", path).Run() }},
		{"another file", func(path, _ string) error { return os.WriteFile(path, []byte(mail), 0o600) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := put(t, map[string]string{"1": mail, "2": mail})
			secret := filepath.Join(put(t, map[string]string{"secret": mail + "secret"}), "secret")
			then := time.Now().Add(-time.Hour).Truncate(time.Second)
			var seen []string
			r := restore.Restorer{Holder: func(string) string { return "" }, Source: func(ctx context.Context, raw []byte) (restore.State, []byte, error) {
				// The first mail is being asked for: both files are exchanged.
				if seen = append(seen, string(raw)); len(seen) == 1 {
					for _, name := range []string{"1", "2"} {
						path := filepath.Join(dir, name)
						if err := errors.Join(os.Remove(path), test.swap(path, secret)); err != nil {
							t.Fatal(err)
						}
						if test.name == "another file" {
							_ = os.Chtimes(path, then, then)
						}
					}
				}
				return source(ctx, raw)
			}}
			got, err := r.Run(context.Background(), []string{dir})
			if err != nil || !errors.Is(got.Failed[filepath.Join(dir, "1")], restore.ErrChanged) {
				t.Errorf("%+v, %v", got, err)
			}
			if slices.Contains(seen, mail+"secret") {
				t.Error("a mail from elsewhere was read")
			}
			if b, _ := os.ReadFile(secret); string(b) != mail+"secret" {
				t.Errorf("the file elsewhere is %q", b)
			}
		})
	}
}
