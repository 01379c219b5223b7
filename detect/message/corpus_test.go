package message_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// A realFile is one message of a folder.
type realFile struct {
	name string
	raw  []byte
}

// corpus reads the messages in ../shared/mail. None of them is in the
// repository: their text belongs to their senders.
func corpus(tb testing.TB) []realFile {
	tb.Helper()
	dir := filepath.Join(repository(tb), "..", "shared", "mail")
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("UNSEEN_STRICT") == "1" {
			tb.Fatal("../shared/mail is missing")
		}
		tb.Skip("../shared/mail is missing: the real mails were not tried")
	}
	return read(tb, dir)
}

// ownMails reads the messages in testdata, which nobody ever sent.
func ownMails(tb testing.TB) []realFile {
	tb.Helper()
	return read(tb, filepath.Join(repository(tb), "testdata", "mail"))
}

// read reads all files below a folder.
func read(tb testing.TB, root string) []realFile {
	tb.Helper()
	var out []realFile
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		out = append(out, realFile{name, raw})
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// repository finds the folder that go.mod is in.
func repository(tb testing.TB) string {
	tb.Helper()
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			tb.Fatal("there is no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
}

// crlf gives every line of a message the line end it has on the wire.
func crlf(raw []byte) []byte {
	return bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
}
