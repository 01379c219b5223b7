package plan

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// A mail is one message of the corpus.
type mail struct {
	name string
	raw  []byte
}

// corpus reads the messages below ../shared/mail, which are not part of the
// repository.
func corpus(t testing.TB, dirs ...string) []mail {
	t.Helper()
	root := repository(t)
	var mails []mail
	for _, dir := range dirs {
		err := filepath.WalkDir(filepath.Join(root, "..", "shared", "mail", dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) == ".tsv" {
				return err
			}
			raw, err := os.ReadFile(path)
			mails = append(mails, mail{filepath.Join(dir, d.Name()), raw})
			return err
		})
		if err != nil {
			if os.Getenv("UNSEEN_STRICT") == "1" {
				t.Fatalf("reading the mail corpus: %v", err)
			}
			t.Skipf("no mail corpus at ../shared/mail: %v", err)
		}
	}
	return mails
}

// repository returns the root of the repository.
func repository(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = up
	}
}
