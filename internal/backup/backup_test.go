package backup_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/backup"
)

// made writes files and backs them up.
func made(t testing.TB) []byte {
	t.Helper()
	dir := t.TempDir()
	var files []backup.File
	for _, name := range []string{"unseen.db", "key", "rules/own.tsv"} {
		path := filepath.Join(dir, filepath.Base(name))
		if err := os.WriteFile(path, bytes.Repeat([]byte(name), 100), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, backup.File{Name: name, Path: path})
	}
	var out bytes.Buffer
	if err := backup.Write(&out, "test", time.Now(), files); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestWriteRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data")
	whole := made(t)
	list, err := backup.Read(bytes.NewReader(whole), dir)
	if err != nil || len(list.Files) != 3 || list.Version != "test" {
		t.Fatalf("%+v, %v", list, err)
	}
	for _, name := range []string{"unseen.db", "key", "rules/own.tsv"} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !bytes.Equal(got, bytes.Repeat([]byte(name), 100)) {
			t.Errorf("%s: %v", name, err)
		}
		if info, _ := os.Stat(filepath.Join(dir, name)); info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
	}
	if _, err := backup.Read(bytes.NewReader(whole), dir); !errors.Is(err, backup.ErrThere) {
		t.Errorf("over a store: %v", err)
	}
}

// What is damaged leaves nothing behind.
func TestDamaged(t *testing.T) {
	whole := made(t)
	for name, text := range map[string][]byte{
		"nothing": nil, "no archive": []byte("hello"), "cut": whole[:len(whole)-200],
		"other octets": edited(t, whole, "keykey", "yekyek"), "outside": edited(t, whole, "rules/own.tsv", "../../own.tsv"),
		"newer": edited(t, whole, `"form": 1`, `"form": 2`),
	} {
		dir := t.TempDir()
		if _, err := backup.Read(bytes.NewReader(text), dir); !errors.Is(err, backup.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s left %v", name, left)
		}
	}
}

// A backup that somebody made up brings no file that is believed or run.
func TestForeignFile(t *testing.T) {
	from := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(from, []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"authority-1.pem", "local-tls.pem", "local-tls-signed.pem", "native-messaging", "mail.pac", "rules/../authority-1.pem", "rules", ".import-1/key",
	} {
		var out bytes.Buffer
		if err := backup.Write(&out, "test", time.Now(), []backup.File{{Name: name, Path: from}}); err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if _, err := backup.Read(&out, dir); !errors.Is(err, backup.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s left %v", name, left)
		}
	}
}

// edited packs a backup again with other octets of the same number in it.
func edited(t *testing.T, whole []byte, old, by string) []byte {
	t.Helper()
	packed, err := gzip.NewReader(bytes.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	archive := tar.NewReader(packed)
	var out bytes.Buffer
	again := gzip.NewWriter(&out)
	to := tar.NewWriter(again)
	for {
		head, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		text, _ := io.ReadAll(archive)
		text = bytes.Replace(text, []byte(old), []byte(by), 1)
		head.Name = string(bytes.Replace([]byte(head.Name), []byte(old), []byte(by), 1))
		head.Size = int64(len(text))
		if err := to.WriteHeader(head); err != nil {
			t.Fatal(err)
		}
		to.Write(text)
	}
	to.Close()
	again.Close()
	return out.Bytes()
}

// FuzzRead checks that nothing is ever written outside the directory, and that what
// is refused leaves nothing.
func FuzzRead(f *testing.F) {
	f.Add(made(f))
	f.Add([]byte("\x1f\x8b"))
	f.Fuzz(func(t *testing.T, text []byte) {
		top := t.TempDir()
		_, err := backup.Read(bytes.NewReader(text), filepath.Join(top, "data"))
		left, _ := os.ReadDir(top)
		if len(left) > 1 {
			t.Errorf("wrote %v", left)
		}
		if inside, _ := os.ReadDir(filepath.Join(top, "data")); err != nil && len(inside) > 0 {
			t.Errorf("left %v after %v", inside, err)
		}
	})
}

func ExampleRead() {
	_, err := backup.Read(bytes.NewReader([]byte("no backup")), os.TempDir()+"/unseen-example")
	fmt.Println(errors.Is(err, backup.ErrFormat))
	// Output: true
}
