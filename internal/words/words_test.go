package words_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/words"
)

// slots finds the parameters of a text.
var slots = regexp.MustCompile(`\{([a-z]+)(\|[^{}|]*\|[^{}|]*)?\}`)

// keys returns every key by its name in Go.
func keys(t *testing.T) map[string]words.Key {
	t.Helper()
	all := make(map[string]words.Key)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Key" {
				text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				all[spec.Names[0].Name] = words.Key(text)
			}
			return true
		})
	}
	return all
}

// A use is one place that says a key.
type use struct {
	at    string
	key   string
	names []string
	sure  bool // all parameters are named at the place
}

// uses returns every place outside this package that names a key, and whether
// it is a call whose parameters can be read.
func uses(t *testing.T) []use {
	t.Helper()
	var list []use
	for _, root := range []string{"../../cmd", "../../gui", ".."} {
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
				filepath.Dir(path) == filepath.Join("..", "words") {
				return err
			}
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, path, nil, 0)
			if err != nil {
				return err
			}
			seen := make(map[token.Pos]bool)
			ast.Inspect(file, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				list = append(list, said(set, call, seen)...)
				return true
			})
			ast.Inspect(file, func(n ast.Node) bool {
				if name, ok := keyName(n); ok && !seen[n.Pos()] {
					list = append(list, use{at: set.Position(n.Pos()).String(), key: name})
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// keyName says whether a node is words.Something.
func keyName(n ast.Node) (string, bool) {
	sel, ok := n.(*ast.SelectorExpr)
	if !ok {
		return "", false
	}
	id, ok := sel.X.(*ast.Ident)
	return sel.Sel.Name, ok && id.Name == "words"
}

// said reads the keys of a call and the parameters that follow them.
func said(set *token.FileSet, call *ast.CallExpr, seen map[token.Pos]bool) []use {
	var list []use
	var names []string
	// A function of the place may add the parameters by itself.
	_, local := call.Fun.(*ast.Ident)
	sure := call.Ellipsis == token.NoPos && slices.Contains(sayers, called(call)) && !(local && len(call.Args) == 1)
	last := -1
	for i, arg := range call.Args {
		if _, ok := keyName(arg); ok {
			last = i
		}
	}
	if last < 0 {
		return nil
	}
	for i := last + 1; i < len(call.Args); i += 2 {
		lit, ok := call.Args[i].(*ast.BasicLit)
		if !ok {
			sure = false
			break
		}
		name, _ := strconv.Unquote(lit.Value)
		names = append(names, name)
	}
	for _, arg := range call.Args {
		if name, ok := keyName(arg); ok {
			seen[arg.Pos()] = true
			list = append(list, use{set.Position(arg.Pos()).String(), name, names, sure})
		}
	}
	return list
}

// sayers are the functions that take a key and its parameters.
var sayers = []string{"Say", "say", "note", "refusal", "fault", "usage", "good"}

// called is the name of the function that is called.
func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// params returns the parameters of a text.
func params(text string) []string {
	var names []string
	for _, m := range slots.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// raw returns the text of a key with its slots as they are written.
func raw(c *words.Catalogue, k words.Key) string { return c.Text(k) }

// Every key has a text.
func TestEveryKeyHasAText(t *testing.T) {
	c := words.English()
	all := keys(t)
	if len(all) < 100 {
		t.Fatalf("only %d keys were found: the test looks in the wrong place", len(all))
	}
	twice := make(map[words.Key]string)
	for name, k := range all {
		if raw(c, k) == "" {
			t.Errorf("%s has no text", name)
		}
		if other, ok := twice[k]; ok {
			t.Errorf("%s and %s are one key", name, other)
		}
		twice[k] = name
	}
}

// Every key is said somewhere, and every place that says one gives it what its
// text asks for, in each language.
func TestEveryUseFits(t *testing.T) {
	all := keys(t)
	used := make(map[string]bool)
	for _, u := range uses(t) {
		k, ok := all[u.key]
		if !ok {
			continue // words.Catalogue and the like
		}
		used[u.key] = true
		if !u.sure {
			continue
		}
		for _, lang := range words.Languages() {
			for _, p := range params(raw(words.In(lang), k)) {
				if !slices.Contains(u.names, p) {
					t.Errorf("%s says %s without %s (%s)", u.at, u.key, p, lang)
				}
			}
		}
	}
	grammar := helpNames(t)
	for name, k := range all {
		// What has a small letter is said in this package.
		if ast.IsExported(name) && !used[name] && !slices.Contains(grammar, string(k)) {
			t.Errorf("nobody says %s", name)
		}
	}
}

// helpNames are the texts that the grammar of the command line refers to.
func helpNames(t *testing.T) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir("../../cmd", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if f, ok := n.(*ast.Field); ok && f.Tag != nil {
				for _, m := range regexp.MustCompile(`\$\{(\w+)\}`).FindAllStringSubmatch(f.Tag.Value, -1) {
					names = append(names, m[1])
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	help := words.English().Help()
	for _, name := range names {
		if help[name] == "" {
			t.Errorf("the grammar refers to %s, which has no text", name)
		}
	}
	return names
}

func TestSay(t *testing.T) {
	c := words.English()
	for name, got := range map[string]string{
		"The ledger holds: 1 record, none changed and none taken out.":  c.Say(words.LedgerHolds, "n", 1),
		"The ledger holds: 2 records, none changed and none taken out.": c.Say(words.LedgerHolds, "n", 2),
		"The ledger holds: 0 records, none changed and none taken out.": c.Say(words.LedgerHolds, "n", int64(0)),
		"port 1143": c.Say(words.SettingsPort, "port", 1143),
		"port {x}":  c.Say(words.SettingsPort, "port", "{x}"),
		// A caller's mistake is shown, and breaks nothing.
		"port [port]":   c.Say(words.SettingsPort),
		"[no such key]": c.Say("no such key"),
	} {
		if got != name {
			t.Errorf("said %q, want %q", got, name)
		}
	}
	if c.Lang() != "en" {
		t.Errorf("language is %q", c.Lang())
	}
}

func TestFault(t *testing.T) {
	cause := errors.New("cause")
	err := fmt.Errorf("doing more: %w", &words.Fault{Text: "doing a thing: it is shut", Hint: "open it", Err: cause})
	var f *words.Fault
	if !errors.As(err, &f) || f.Hint != "open it" || !errors.Is(err, cause) || f.Error() != "doing a thing: it is shut" {
		t.Errorf("fault is %+v", f)
	}
}

func ExampleCatalogue_Say() {
	c := words.English()
	fmt.Println(c.Say(words.PicturesOff, "sender", "shop.example"))
	// Output: Pictures of shop.example are not shown.
}
