package catalogue_test

import (
	"bytes"
	"errors"
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/unseen-mail/unseen/rules/catalogue"
)

// copied are the embedded tables as files that can be changed.
func copied(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(catalogue.Embedded(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(catalogue.Embedded(), name)
		files[name] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestRead(t *testing.T) {
	files := copied(t)
	now, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	same, err := catalogue.Read(files)
	if err != nil || same.Edition() != now.Edition() {
		t.Fatalf("the same files: %v, %v", same, err)
	}
	names := files["cname.tsv"]
	names.Data = names.Data[:bytes.LastIndexByte(bytes.TrimSpace(names.Data), '\n')+1]
	other, err := catalogue.Read(files)
	if err != nil {
		t.Fatal(err)
	}
	if other.Edition() == now.Edition() {
		t.Error("other files have the same edition")
	}
	delete(files, "patterns.tsv")
	if _, err := catalogue.Read(files); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a table: %v", err)
	}
}
