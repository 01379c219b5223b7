package setup_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/lab"
)

// docs/setup.md answers each of the ten complaints that are known of programs like
// this one, and the tests that it names are there.
func TestTenComplaints(t *testing.T) {
	root := lab.Root(t)
	text, err := os.ReadFile(filepath.Join(root, "docs", "setup.md"))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(regexp.MustCompile(`(?m)^\d+\. \*\*`).FindAll(text, -1)); n != 10 {
		t.Errorf("%d complaints are answered", n)
	}
	tests := make(map[string]bool)
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && path != root {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		source, err := os.ReadFile(path)
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(source, -1) {
			tests[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`(Test\\w+)(/\\w+)?`").FindAllSubmatch(text, -1)
	if len(named) < 10 {
		t.Errorf("only %d tests are named", len(named))
	}
	for _, m := range named {
		if !tests[string(m[1])] {
			t.Errorf("%s is named, and there is no such test", m[1])
		}
		if string(m[1]) != "TestScripts" {
			continue
		}
		// A script shows what it is about; all of them together show nothing in particular.
		script := filepath.Join(root, "cmd", "unseen", "testdata", strings.TrimPrefix(string(m[2]), "/")+".txtar")
		if _, err := os.Stat(script); err != nil {
			t.Errorf("%s%s is named: %v", m[1], m[2], err)
		}
	}
}
