package repotest_test

import (
	"go/ast"
	"go/token"
	"regexp"
	"strings"
	"testing"
)

// Every package says what it is, once.
func TestPackageDocs(t *testing.T) {
	docs := map[string][]*source{}
	names := map[string]string{}
	for _, s := range sources(t) {
		if s.test() {
			continue
		}
		names[s.room()] = s.file.Name.Name
		if s.file.Doc != nil {
			docs[s.room()] = append(docs[s.room()], s)
		}
	}
	for room, name := range names {
		switch with := docs[room]; {
		case len(with) == 0:
			t.Errorf("package %s has no doc comment", room)
		case len(with) > 1:
			t.Errorf("package %s has doc comments in %s and %s", room, with[0].path, with[1].path)
		default:
			text := with[0].file.Doc.Text()
			if !strings.HasPrefix(text, "Package "+name+" ") && name != "main" || name == "main" && !strings.HasPrefix(text, "Command ") {
				t.Errorf("%s: the doc comment begins %.40q", with[0].path, text)
			}
		}
	}
}

// Every exported name is documented.
func TestExportedNames(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() || s.file.Name.Name == "main" {
			continue
		}
		for _, decl := range s.file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && receiverExported(d) && d.Doc == nil {
					t.Errorf("%s: %s has no comment", s.at(d), d.Name.Name)
				}
			case *ast.GenDecl:
				checkGroup(t, s, d)
			}
		}
	}
}

func receiverExported(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	kind := d.Recv.List[0].Type
	if star, ok := kind.(*ast.StarExpr); ok {
		kind = star.X
	}
	if index, ok := kind.(*ast.IndexExpr); ok {
		kind = index.X
	}
	name, ok := kind.(*ast.Ident)
	return ok && name.IsExported()
}

// checkGroup: a comment over a group of constants or variables speaks for all
// of them; types need their own.
func checkGroup(t *testing.T, s *source, d *ast.GenDecl) {
	t.Helper()
	for _, spec := range d.Specs {
		switch v := spec.(type) {
		case *ast.TypeSpec:
			if v.Name.IsExported() && v.Doc == nil && (d.Doc == nil || len(d.Specs) > 1) {
				t.Errorf("%s: type %s has no comment", s.at(v), v.Name.Name)
			}
		case *ast.ValueSpec:
			if v.Names[0].IsExported() && v.Doc == nil && v.Comment == nil && d.Doc == nil {
				t.Errorf("%s: %s %s has no comment", s.at(v), d.Tok, v.Names[0].Name)
			}
		}
	}
}

// RFCs are cited in one form, "RFC 3501, section 6.4.5", so that a person and
// a test can find them all.
func TestCitations(t *testing.T) {
	bad := []*regexp.Regexp{
		regexp.MustCompile(`(?i)\brfc[-_]?\d+`),
		regexp.MustCompile(`\b[Rr]fc \d+`),
		regexp.MustCompile(`RFC \d+,? *(?:Section|Sect|sect\.|Sec|sec\.|§)`),
		regexp.MustCompile(`RFC \d+ section`),
	}
	for _, s := range sources(t) {
		for _, group := range s.file.Comments {
			text := strings.Join(strings.Fields(group.Text()), " ")
			for _, form := range bad {
				// RFC822 is also a name of IMAP's and MIME's own.
				if found := form.FindString(text); found != "" && !strings.EqualFold(found, "rfc822") {
					t.Errorf("%s: cites %q; the form is \"RFC n, section s\"", s.at(group), found)
				}
			}
		}
	}
}

// Errors say what was being done, not that it "failed".
func TestErrorTexts(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 || !isCall(call, "errors", "New") && !isCall(call, "fmt", "Errorf") {
				return true
			}
			text, ok := call.Args[0].(*ast.BasicLit)
			if !ok || text.Kind != token.STRING {
				return true
			}
			for _, word := range []string{"failed to", "error while", "unable to", "could not"} {
				if strings.Contains(strings.ToLower(text.Value), word) {
					t.Errorf("%s: the error says %q: say what was being done", s.at(call), word)
				}
			}
			return true
		})
	}
}

// isCall says whether a call is of package.name.
func isCall(call *ast.CallExpr, pkg, name string) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	id, ok := sel.X.(*ast.Ident)
	return ok && id.Name == pkg && sel.Sel.Name == name
}
