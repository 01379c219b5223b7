package repotest_test

import (
	"go/ast"
	"path"
	"slices"
	"strings"
	"testing"
)

// What a person can hold in mind at once.
const (
	maxFile     = 500
	maxTestFile = 800
	maxFunc     = 60
	maxParams   = 6
	maxResults  = 3
)

// longFuncs are the functions that may be longer, each with its reason.
var longFuncs = map[string]string{}

// Files and functions stay small.
func TestSizes(t *testing.T) {
	for _, s := range sources(t) {
		limit := maxFile
		if s.test() {
			limit = maxTestFile
		}
		if n := strings.Count(s.text, "\n"); n > limit {
			t.Errorf("%s has %d lines, more than %d", s.path, n, limit)
		}
		if s.test() {
			continue
		}
		for _, decl := range s.file.Decls {
			if d, ok := decl.(*ast.FuncDecl); ok {
				checkFunc(t, s, d)
			}
		}
	}
}

func checkFunc(t *testing.T, s *source, d *ast.FuncDecl) {
	t.Helper()
	name := s.room() + "." + d.Name.Name
	if n := s.span(d); n > maxFunc && longFuncs[name] == "" {
		t.Errorf("%s: %s has %d lines, more than %d", s.at(d), name, n, maxFunc)
	}
	if n := d.Type.Params.NumFields(); n > maxParams {
		t.Errorf("%s: %s has %d parameters, more than %d", s.at(d), name, n, maxParams)
	}
	if n := d.Type.Results.NumFields(); n > maxResults {
		t.Errorf("%s: %s has %d results, more than %d", s.at(d), name, n, maxResults)
	}
}

// File names are words without underscores: an underscore may mean a system to
// Go. Rooms have a subject.
func TestFileNames(t *testing.T) {
	for _, s := range sources(t) {
		base := strings.TrimSuffix(strings.TrimSuffix(path.Base(s.path), ".go"), "_test")
		if strings.Contains(base, "_") {
			t.Errorf("%s has an underscore in its name", s.path)
		}
		switch path.Base(s.room()) {
		case "util", "utils", "common", "misc", "helpers":
			t.Errorf("%s lies in a room without a subject", s.path)
		}
	}
}

// Nothing happens before main: no init.
func TestNoInit(t *testing.T) {
	for _, s := range sources(t) {
		for _, decl := range s.file.Decls {
			if d, ok := decl.(*ast.FuncDecl); ok && d.Recv == nil && d.Name.Name == "init" {
				t.Errorf("%s: has an init function", s.at(d))
			}
		}
	}
}

// panics are the places that may panic, each for a fault of the calling code.
var panics = map[string]string{
	"internal/look/look.go":      "an embedded file that cannot be read",
	"internal/page/page.go":      "an embedded template that cannot be filled in",
	"internal/words/language.go": "an embedded file that cannot be read",
	"internal/plan/encoding.go":  "a compression level that does not exist",
	"rules/purpose/text.go":      "an embedded file that cannot be read",
}

// A panic is only for what the caller's code got wrong, never for input.
func TestNoPanic(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "panic" && panics[s.path] == "" {
				t.Errorf("%s: panics and is not among the places that may", s.at(call))
			}
			return true
		})
	}
}

// A context is a parameter, not a field: a struct outlives the waiting.
func TestNoContextInStructs(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			st, ok := n.(*ast.StructType)
			if !ok {
				return true
			}
			for _, f := range st.Fields.List {
				if sel, ok := f.Type.(*ast.SelectorExpr); ok && sel.Sel.Name == "Context" {
					if id, ok := sel.X.(*ast.Ident); ok && id.Name == "context" {
						t.Errorf("%s: a struct holds a context", s.at(f))
					}
				}
			}
			return true
		})
	}
}

// goproxyNames are what is used of goproxy: nothing of it signs, and nothing goes out. It
// brings a certificate authority whose private key everybody has, and a signer whose
// keys could be foreseen under some builds; package localcert mints for us.
var goproxyNames = []string{"NewProxyHttpServer", "ProxyHttpServer", "ProxyCtx", "ConnectAction", "ConnectReject", "ConnectHijack"}

func TestGoproxySignerIsNeverUsed(t *testing.T) {
	used := 0
	for _, s := range sources(t) {
		name := ""
		for _, spec := range s.file.Imports {
			if strings.Trim(spec.Path.Value, `"`) != "github.com/elazarl/goproxy" {
				continue
			}
			if name = "goproxy"; spec.Name != nil {
				name = spec.Name.Name
			}
			if name == "." || name == "_" {
				t.Errorf("%s: imports goproxy by no name of its own", s.path)
			}
		}
		if name == "" || s.test() {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if id, ok := sel.X.(*ast.Ident); ok && id.Name == name {
				if used++; !slices.Contains(goproxyNames, sel.Sel.Name) {
					t.Errorf("%s: uses goproxy's %s", s.at(sel), sel.Sel.Name)
				}
			}
			return true
		})
	}
	if used == 0 {
		t.Error("goproxy is not used: this test looks at nothing")
	}
}
