package repotest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// root is the repository as seen from this package.
const root = "../.."

// module is the path that our imports begin with.
const module = "github.com/unseen-mail/unseen/"

// A source is one Go file.
type source struct {
	path  string // from the root, with slashes
	text  string
	file  *ast.File
	lines *token.FileSet
}

// room is the directory of the file.
func (s *source) room() string { return path.Dir(s.path) }

// test says whether the file is compiled for tests only.
func (s *source) test() bool { return strings.HasSuffix(s.path, "_test.go") }

// at is the place of a node, for messages.
func (s *source) at(n ast.Node) string {
	p := s.lines.Position(n.Pos())
	return s.path + ":" + strconv.Itoa(p.Line)
}

// span is how many lines a node takes.
func (s *source) span(n ast.Node) int {
	return s.lines.Position(n.End()).Line - s.lines.Position(n.Pos()).Line + 1
}

// imports are the paths that the file imports.
func (s *source) imports() []string {
	var out []string
	for _, spec := range s.file.Imports {
		out = append(out, strings.Trim(spec.Path.Value, `"`))
	}
	return out
}

// sources parses every Go file of the repository, once.
func sources(t *testing.T) []*source {
	t.Helper()
	all, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 10 {
		t.Fatalf("only %d Go files were found: the tests look in the wrong place", len(all))
	}
	return all
}

var parsed = sync.OnceValues(func() ([]*source, error) {
	var all []*source
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel := filepath.ToSlash(strings.TrimPrefix(strings.TrimPrefix(name, root), string(filepath.Separator)))
		if entry.IsDir() {
			if rel != "" && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || rel == "bin") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(rel, ".go") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, rel, text, parser.ParseComments)
		if err != nil {
			return err
		}
		all = append(all, &source{path: rel, text: string(text), file: file, lines: set})
		return nil
	})
	return all, err
})
