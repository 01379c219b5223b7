package words_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/words"
)

// codes reads the source of package detect: the codes of its reasons with their
// English, and those that it gives.
func codes(t *testing.T) (sentences map[string]string, given map[string]string) {
	t.Helper()
	sentences, given = make(map[string]string), make(map[string]string)
	files, err := filepath.Glob("../../detect/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if n.Names[0].Name == "sentences" {
					readMap(t, n.Values[0], sentences)
				}
			case *ast.CallExpr:
				if called(n) == "why" && len(n.Args) > 0 {
					code, ok := n.Args[0].(*ast.BasicLit)
					if !ok {
						t.Errorf("%s gives a code that cannot be read", set.Position(n.Pos()))
						return true
					}
					text, _ := strconv.Unquote(code.Value)
					given[text] = set.Position(n.Pos()).String()
				}
			}
			return true
		})
	}
	return sentences, given
}

// readMap reads a map of texts.
func readMap(t *testing.T, e ast.Expr, into map[string]string) {
	t.Helper()
	lit, ok := e.(*ast.CompositeLit)
	if !ok {
		t.Fatal("the sentences of package detect are no map any more")
	}
	for _, elt := range lit.Elts {
		pair := elt.(*ast.KeyValueExpr)
		key, err := strconv.Unquote(pair.Key.(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		if into[key], err = strconv.Unquote(pair.Value.(*ast.BasicLit).Value); err != nil {
			t.Fatal(err)
		}
	}
}

// Every code has a text in every language, the English is that of package detect, and
// no text is left of a code that is gone.
func TestEveryCodeHasAText(t *testing.T) {
	sentences, given := codes(t)
	if len(sentences) < 30 || len(given) < 30 {
		t.Fatalf("%d codes, %d given: the test looks in the wrong place", len(sentences), len(given))
	}
	for code, at := range given {
		if sentences[code] == "" {
			t.Errorf("%s gives %s, which has no sentence", at, code)
		}
	}
	named := strings.NewReplacer("{0}", "{first}", "{1}", "{second}", "{2}", "{third}", "{3}", "{fourth}")
	for _, lang := range words.Languages() {
		all := texts(t, lang)
		for code, sentence := range sentences {
			text := all["because-"+code]
			switch {
			case text == "":
				t.Errorf("%s has no text for %s: %q", lang, code, sentence)
			case lang == "en" && code != "leak" && text != named.Replace(sentence):
				t.Errorf("%s is %q, in package detect %q", code, text, sentence)
			}
		}
		for key := range all {
			if code, ok := strings.CutPrefix(key, "because-"); ok && sentences[code] == "" {
				t.Errorf("%s has a text for %s, which is gone", lang, code)
			}
		}
	}
}

func TestBecause(t *testing.T) {
	inEach(t, "a vendor", func(c *words.Catalogue) string { return c.Because("vendor-open", []string{"Acme"}) },
		"It has the form that Acme uses to learn that a mail was opened.",
		"Elle a la forme dont Acme se sert pour apprendre qu'un courriel a été ouvert.",
		"Het heeft de vorm waarmee Acme te weten komt dat een mail is geopend.",
		"Die Adresse hat die Form, mit der Acme erfährt, dass eine Mail geöffnet wurde.")
	inEach(t, "a place", func(c *words.Catalogue) string { return c.Because("token", []string{"path", "32"}) },
		"Its path holds 32 characters that look like a name for you or for this one mail.",
		"Dans l'adresse, le chemin contient 32 caractères qui semblent vous désigner, vous ou ce seul courriel.",
		"In het adres bevat het pad 32 tekens die eruitzien als een naam voor jou of voor deze ene mail.",
		"In der Adresse enthält der Pfad 32 Zeichen, die wie ein Name für Sie oder für diese eine Mail aussehen.")
	leak := []string{"The address carries ...", "local part", "base64 of hex", "as written"}
	inEach(t, "a leak", func(c *words.Catalogue) string { return c.Because("leak", leak) },
		"The address carries the first part of your own e-mail address, written as base64 of hexadecimal.",
		"L'adresse contient la première partie de votre propre adresse de courriel, sous la forme base64 de hexadécimal.",
		"In het adres staat het eerste deel van je eigen mailadres, geschreven als base64 van hexadecimaal.",
		"In der Adresse steht der erste Teil Ihrer eigenen Mailadresse, geschrieben als base64 aus Hexadezimal.")
	for _, c := range []struct {
		code string
		args []string
		want string
	}{
		{"unheard-of", []string{"a"}, ""},
		{"", nil, ""},
		{"vendor-open", nil, "It has the form that [first] uses to learn that a mail was opened."},
		{"own", []string{"\x1b[2J", "b", "c", "d", "e", "f"}, `\x1b[2J`},
		{"token", []string{"elsewhere", "{first}"}, "Its elsewhere holds {first} characters that look like a name for you or for this one mail."},
		{"leak", []string{"short"}, "The address carries [what], written as [form]."},
	} {
		if got := words.English().Because(c.code, c.args); got != c.want {
			t.Errorf("%s %q is %q, want %q", c.code, c.args, got, c.want)
		}
	}
}
