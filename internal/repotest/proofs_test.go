package repotest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// public says whether a package may be imported by others.
func public(room string) bool {
	return slices.ContainsFunc([]string{"detect", "rules", "imapfilter", "proxy"}, func(p string) bool { return below(room, p) }) &&
		!strings.Contains(room, "/internal/")
}

// readsNothing are the public packages without a parser, each with its reason.
var readsNothing = map[string]string{
	"proxy/localcert": "it makes certificates; what it reads of them, crypto/x509 reads",
}

// Every public package shows how it is used, and whatever it reads is tried
// with chance: mail, rules and protocols come from anybody.
func TestFuzzAndExamples(t *testing.T) {
	has := map[string]map[string]bool{}
	for _, s := range sources(t) {
		if has[s.room()] == nil {
			has[s.room()] = map[string]bool{}
		}
		if !s.test() {
			has[s.room()]["code"] = true
			continue
		}
		for _, decl := range s.file.Decls {
			d, ok := decl.(*ast.FuncDecl)
			if !ok || d.Recv != nil {
				continue
			}
			for _, kind := range []string{"Fuzz", "Example"} {
				if strings.HasPrefix(d.Name.Name, kind) {
					has[s.room()][kind] = true
				}
			}
		}
	}
	for room, with := range has {
		if !public(room) || !with["code"] {
			continue
		}
		if !with["Example"] {
			t.Errorf("%s has no Example", room)
		}
		if !with["Fuzz"] && readsNothing[room] == "" {
			t.Errorf("%s has no fuzz target", room)
		}
		if with["Fuzz"] && readsNothing[room] != "" {
			t.Errorf("%s has a fuzz target, and is excused from having one", room)
		}
	}
}

// slowIsWrong are the tests that may ask how long something took, each with its
// reason: they would pass on a machine ten times slower.
var slowIsWrong = map[string]string{
	"imapfilter/connect_test.go": "a dead server is given up after the limit that was set, not after another",
	"imapfilter/nudge_test.go":   "with the network gone the limit is 5 s, that of TCP many minutes",
}

// No test fails because the machine was busy: none compares how long something
// took with a limit, unless time itself is the test's own (testing/synctest).
func TestNoTiming(t *testing.T) {
	found := map[string]bool{}
	for _, s := range sources(t) {
		if !s.test() {
			continue
		}
		for _, decl := range s.file.Decls {
			d, ok := decl.(*ast.FuncDecl)
			if !ok || d.Body == nil || strings.HasPrefix(d.Name.Name, "Benchmark") {
				continue
			}
			for _, at := range timed(d.Body) {
				found[s.path] = true
				if slowIsWrong[s.path] == "" {
					t.Errorf("%s: compares how long something took", s.at(at))
				}
			}
		}
	}
	for name := range slowIsWrong {
		if !found[name] {
			t.Errorf("%s does not ask how long something took any more: take it off the list", name)
		}
	}
}

// timed returns the comparisons with how long something took.
func timed(body ast.Node) []ast.Node {
	spans := map[string]bool{} // variables that hold a span of time
	var found []ast.Node
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			return !isCall(n, "synctest", "Test")
		case *ast.AssignStmt:
			for i, value := range n.Rhs {
				if name, ok := n.Lhs[min(i, len(n.Lhs)-1)].(*ast.Ident); ok && tellsTime(value) {
					spans[name.Name] = true
				}
			}
		case *ast.BinaryExpr:
			switch n.Op {
			case token.LSS, token.GTR, token.LEQ, token.GEQ, token.EQL, token.NEQ:
				if isSpan(n.X, spans) || isSpan(n.Y, spans) {
					found = append(found, n)
				}
			}
		}
		return true
	})
	return found
}

// tellsTime says whether a value is made of the clock's.
func tellsTime(value ast.Expr) bool {
	found := false
	ast.Inspect(value, func(n ast.Node) bool {
		if _, ok := n.(*ast.FuncLit); ok {
			return false
		}
		call, ok := n.(*ast.CallExpr)
		found = found || ok && isCall(call, "time", "Since")
		return !found
	})
	return found
}

func isSpan(x ast.Expr, spans map[string]bool) bool {
	if name, ok := x.(*ast.Ident); ok && spans[name.Name] {
		return true
	}
	return tellsTime(x)
}

// verbs are what fmt replaces, and escapes that a format writes.
var verbs = regexp.MustCompile(`%[-+# 0]*[\d.]*[a-zA-Z%]|\\u`)

// What the program says stands in internal/words, where it can be translated
// and its tone be kept: no text is printed from where it is needed.
func TestTextsStandInWords(t *testing.T) {
	words := regexp.MustCompile(`\pL{2,}`)
	for _, s := range sources(t) {
		if s.test() || !below(s.room(), "cmd") && !below(s.room(), "internal/daemon") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !prints(call) {
				return true
			}
			for _, text := range literals(call.Args) {
				for _, word := range words.FindAllString(verbs.ReplaceAllString(text, ""), -1) {
					if word != "unseen" && word != "hint" {
						t.Errorf("%s: prints %q; texts stand in internal/words", s.at(call), text)
						break
					}
				}
			}
			return true
		})
	}
}

// prints says whether a call writes for people to read.
func prints(call *ast.CallExpr) bool {
	for _, name := range []string{"Print", "Printf", "Println", "Fprint", "Fprintf", "Fprintln"} {
		if isCall(call, "fmt", name) {
			return true
		}
	}
	return isCall(call, "io", "WriteString")
}

// literals are the texts among arguments, also those that are added together;
// not those given to another function.
func literals(args []ast.Expr) []string {
	var out []string
	for _, arg := range args {
		switch arg := arg.(type) {
		case *ast.BasicLit:
			if text, err := strconv.Unquote(arg.Value); err == nil && arg.Kind == token.STRING {
				out = append(out, text)
			}
		case *ast.BinaryExpr:
			out = append(out, literals([]ast.Expr{arg.X, arg.Y})...)
		}
	}
	return out
}

// The rules above can fail.
func TestProofsRefuse(t *testing.T) {
	if !public("detect/message") || public("internal/plan") || public("cmd/unseen/internal/command") {
		t.Error("public packages are mistaken")
	}
	file, err := parser.ParseFile(token.NewFileSet(), "", impatient, 0)
	if err != nil {
		t.Fatal(err)
	}
	if found := timed(file); len(found) != 2 {
		t.Errorf("%d comparisons of time are found, want 2", len(found))
	}
}

const impatient = `package p
func f() {
	if took := time.Since(begin); took > time.Second {
	}
	if time.Since(begin) > time.Second {
	}
	synctest.Test(t, func(t *testing.T) {
		if time.Since(begin) != time.Hour {
		}
	})
}`
