package words_test

import (
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
)

// rooms are where people are spoken to.
var rooms = []string{"cmd", "gui", "proxy", "internal/account", "internal/api", "internal/daemon", "internal/gate", "internal/notice", "internal/page"}

// elsewhere are the places that say a text of their own, as file and function, and why.
var elsewhere = map[string]string{
	"gui/model/chart.go SVG":                        "it is a drawing: its texts are parameters",
	"internal/api/records.go export":                ofClients,
	"internal/api/faces.go queried":                 ofClients,
	"internal/api/stream.go stream":                 ofClients,
	"internal/api/server.go decodeUpTo":             ofClients,
	"internal/api/server.go absent":                 ofClients,
	"internal/api/server.go window":                 ofClients,
	"internal/api/server.go routes":                 ofClients,
	"internal/daemon/answer.go answerable":          ofClients,
	"internal/daemon/consents.go decide":            ofClients,
	"internal/daemon/levels.go setLevel":            ofClients,
	"internal/daemon/facesettings.go checkSettings": ofClients,
	"internal/daemon/facestatistics.go statistics":  ofClients,
	"internal/daemon/facesenders.go senderPage":     ofClients,
	"internal/daemon/facemessages.go messages":      ofClients,
	"internal/daemon/once.go messageOf":             ofClients,
	"internal/daemon/studies.go permitStudy":        ofClients,
	"internal/api/study.go studyMails":              "what has no sentence of its own points to the log, which is in English",
	"internal/api/steps.go steps":                   "what has no sentence of its own points to the log, which is in English",
}

// ofClients is why most of them do.
const ofClients = "only a client with a fault, or of another version, is told so; it is for whoever wrote it"

// bypassing returns the texts that a file says to people without the catalogue, each
// under the function it is in.
func bypassing(file *ast.File) map[string][]string {
	found := make(map[string][]string)
	for _, decl := range file.Decls {
		name := ""
		if f, ok := decl.(*ast.FuncDecl); ok {
			name = f.Name.Name
		}
		ast.Inspect(decl, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				for _, text := range handed(n) {
					found[name] = append(found[name], text)
				}
			case *ast.CompositeLit:
				for _, text := range filled(n) {
					found[name] = append(found[name], text)
				}
			}
			return true
		})
	}
	return found
}

var (
	// printers write for people; a word in their text is enough.
	printers = []string{"Print", "Printf", "Println", "Fprint", "Fprintf", "Fprintln", "complain", "hint", "noteText"}
	// writers also write protocols and files: only what reads as a sentence is meant.
	writers = []string{"WriteString", "Write", "Error"}
	// saying are fields of which the text is shown to people.
	saying = []string{"Text", "Hint", "Title", "Says", "Sentence", "Heading"}

	verb     = regexp.MustCompile(`%[-+# 0]*[\d.*]*[a-zA-Z%]`)
	anyWord  = regexp.MustCompile(`\pL{2,}`)
	sentence = regexp.MustCompile(`\pL{2,} \pL+ \pL{2,}`)
)

// handed are the texts that a call gives to people.
func handed(call *ast.CallExpr) []string {
	name := called(call)
	pattern := sentence
	switch {
	case slices.Contains(printers, name):
		pattern = anyWord
	case !slices.Contains(writers, name), name == "Error" && !ofHTTP(call):
		return nil
	}
	var list []string
	for _, text := range constants(call.Args) {
		text = verb.ReplaceAllString(text, "")
		for _, own := range []string{"unseen: ", "unseen"} {
			text = strings.ReplaceAll(text, own, "")
		}
		if pattern.MatchString(text) {
			list = append(list, text)
		}
	}
	return list
}

// ofHTTP says whether it is http.Error, and no line of a log.
func ofHTTP(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := sel.X.(*ast.Ident)
	return ok && pkg.Name == "http"
}

// filled are the texts that a composite literal shows to people.
func filled(lit *ast.CompositeLit) []string {
	var list []string
	for _, elt := range lit.Elts {
		pair, ok := elt.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		field, ok := pair.Key.(*ast.Ident)
		if !ok || !slices.Contains(saying, field.Name) {
			continue
		}
		value := pair.Value
		if call, ok := value.(*ast.CallExpr); ok && called(call) == "Sprintf" && len(call.Args) > 0 {
			value = call.Args[0]
		}
		for _, text := range constants([]ast.Expr{value}) {
			if sentence.MatchString(verb.ReplaceAllString(text, "x")) {
				list = append(list, text)
			}
		}
	}
	return list
}

// constants are the texts among expressions, also those that are added together or
// turned into octets.
func constants(list []ast.Expr) []string {
	var out []string
	for _, e := range list {
		switch e := e.(type) {
		case *ast.BasicLit:
			if text, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
				out = append(out, text)
			}
		case *ast.BinaryExpr:
			out = append(out, constants([]ast.Expr{e.X, e.Y})...)
		case *ast.CallExpr:
			if _, ok := e.Fun.(*ast.ArrayType); ok {
				out = append(out, constants(e.Args)...)
			}
		}
	}
	return out
}

// What is said to people stands in the catalogue, where it can be said in four
// languages.
func TestNothingBypassesTheCatalogue(t *testing.T) {
	used := make(map[string]bool)
	read := 0
	for _, room := range rooms {
		err := filepath.WalkDir("../../"+room, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			read++
			for name, said := range bypassing(file) {
				at := strings.TrimPrefix(filepath.ToSlash(path), "../../") + " " + name
				if used[at] = true; elsewhere[at] == "" {
					t.Errorf("%s says %q past the catalogue", at, said)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if read < 100 {
		t.Errorf("only %d files were read: the test looks in the wrong place", read)
	}
	for at := range elsewhere {
		if !used[at] {
			t.Errorf("%s is an exception and says nothing any more", at)
		}
	}
}

// The rule above can fail.
func TestBypassingIsFound(t *testing.T) {
	const source = `package p
func a() { fmt.Fprintln(w, "held") }
func b() { w.Write([]byte("your mail is held back")) }
func c() { http.Error(w, "nobody was " + "asked for it", 404) }
func d() error { return &api.Error{Code: "x", Text: fmt.Sprintf("nobody asked %s for it", name)} }
func e() { s.complain("it is full", "") }
func f() { w.Write([]byte("* OK")); fmt.Fprintf(w, "%s: %d\n", a, b); fmt.Fprintln(w, "unseen: "+text) }
func g() error { return &api.Error{Code: "not-there", Text: d.say(words.X)} }
`
	file, err := parser.ParseFile(token.NewFileSet(), "", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := bypassing(file)
	for _, name := range []string{"a", "b", "d", "e"} {
		if len(found[name]) != 1 {
			t.Errorf("%s: found %q", name, found[name])
		}
	}
	for _, name := range []string{"f", "g"} {
		if len(found[name]) != 0 {
			t.Errorf("%s: found %q", name, found[name])
		}
	}
	if len(found["c"]) == 0 {
		t.Error("an answer in two pieces is not found")
	}
}
