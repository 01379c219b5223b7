package message_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// A realFile is one message of the corpus.
type realFile struct {
	name string
	raw  []byte
}

// corpus reads the messages in ../shared/mail, every nth of them. None of them
// is in the repository: their text belongs to their senders.
func corpus(tb testing.TB, nth int) []realFile {
	tb.Helper()
	root := corpusRoot(tb)
	var out []realFile
	n := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		n++
		if n%nth != 0 {
			return nil
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		out = append(out, realFile{name, raw})
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

func corpusRoot(tb testing.TB) string {
	tb.Helper()
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for dir != "/" {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	root := filepath.Join(dir, "..", "shared", "mail")
	if _, err := os.Stat(root); err != nil {
		if os.Getenv("UNSEEN_STRICT") == "1" {
			tb.Fatal("../shared/mail is missing")
		}
		tb.Skip("../shared/mail is missing: the real mails were not tried")
	}
	return root
}

// crlf gives every line of a message the line end it has on the wire.
func crlf(raw []byte) []byte {
	return bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
}
