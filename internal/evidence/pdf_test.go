package evidence_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/words"
)

// longMail is one whose only tracker stands behind hundreds of paragraphs, with a
// heading that takes several lines.
func longMail() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "From: Shop <news@shop.example>\r\nTo: anna@mail.example\r\nSubject: =?utf-8?q?Fr=C3=BChling_=F0=9F=8C=B7?= %s\r\nDate: Tue, 03 Mar 2026 10:00:00 +0000\r\n", strings.Repeat("and so on ", 20))
	b.WriteString("MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n")
	for i := range 400 {
		fmt.Fprintf(&b, "<p>Paragraph %d of a long mail.</p>\r\n", i)
	}
	b.WriteString("<img src=\"https://click.shop.example/o/0123456789abcdef0123456789abcdef.gif\" width=1 height=1>\r\n")
	return []byte(b.String())
}

// one makes of a text one line.
func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("\u202f", " ", "\u00a0", " ").Replace(s)), " ")
}

// htmlHeadings are the headings of a page, with their levels.
func htmlHeadings(t *testing.T, text string) []string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || len(n.Data) != 2 || n.Data[0] != 'h' || n.Data == "hr" {
			continue
		}
		var b strings.Builder
		for d := range n.Descendants() {
			if d.Type == html.TextNode {
				b.WriteString(d.Data)
			}
		}
		bmp := strings.Map(func(r rune) rune {
			if r > 0xffff {
				return '\ufffd'
			}
			return r
		}, b.String())
		list = append(list, strings.ToUpper(n.Data)+" "+oneLine(bmp))
	}
	return list
}

// pdfHeadings are those of a PDF, by its tree as Poppler reads it.
func pdfHeadings(tree string) []string {
	var list []string
	level := ""
	for line := range strings.Lines(tree) {
		line = strings.TrimSpace(line)
		if m := regexp.MustCompile(`^(H[1-6]) \(block\)`).FindStringSubmatch(line); m != nil {
			level = m[1]
			continue
		}
		if text, ok := strings.CutPrefix(line, `"`); ok && level != "" {
			list = append(list, level+" "+oneLine(strings.TrimSuffix(text, `"`)))
		}
		level = ""
	}
	return list
}

// tool runs a program on a file.
func tool(t *testing.T, program, from string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		lab.Missing(t, program+", from "+from)
	}
	out, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
	return string(out)
}

// The report on paper has the headings of the page, level for level and word for word,
// its lists, a drawing of each mail, and no fault that other programs find.
func TestPDFTree(t *testing.T) {
	opened, _ := made(t, options(t, filepath.Join(t.TempDir(), "part")), mailTo("anna", 1), mailTo("bert", 1), mailTo("anna", 2), longMail())
	for _, lang := range words.Languages() {
		page, err := fs.ReadFile(opened, "data/papers/report."+lang+".html")
		if err != nil {
			t.Fatal(err)
		}
		raw, err := fs.ReadFile(opened, "data/papers/report."+lang+".pdf")
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "report."+lang+".pdf")
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		if said := tool(t, "qpdf", "qpdf", "--check", file); !strings.Contains(said, "No syntax or stream encoding errors") {
			t.Errorf("%s: qpdf says %s", lang, said)
		}
		if said := tool(t, "pdfinfo", "poppler-utils", file); !regexp.MustCompile(`Tagged:\s+yes`).MatchString(said) {
			t.Errorf("%s: it is not tagged: %s", lang, said)
		}
		tree := tool(t, "pdfinfo", "poppler-utils", "-struct-text", file)
		want, got := htmlHeadings(t, string(page)), pdfHeadings(tree)
		if len(want) < 9 || !slices.Equal(got, want) {
			t.Errorf("%s: the headings are\n%q, not\n%q", lang, got, want)
		}
		if n, drawn := strings.Count(string(page), "<figure>"), strings.Count(tree, "Figure"); drawn != n || n != 4 {
			t.Errorf("%s: %d drawings on paper, %d on the page", lang, drawn, n)
		}
		if n, items := strings.Count(string(page), "<li>"), strings.Count(tree, "LI (block)"); items != n {
			t.Errorf("%s: %d points on paper, %d on the page", lang, items, n)
		}
		if keep := os.Getenv("UNSEEN_PICTURES"); keep != "" {
			_ = os.WriteFile(filepath.Join(keep, "evidence."+lang+".pdf"), raw, 0o600)
		}
	}
}

// However long a mail is, its tracker is drawn, and the words around it.
func TestDrawnToItsEnd(t *testing.T) {
	opened, _ := made(t, options(t, filepath.Join(t.TempDir(), "part")), longMail())
	page, err := fs.ReadFile(opened, "data/papers/report.en.html")
	if err != nil {
		t.Fatal(err)
	}
	drawn := regexp.MustCompile(`(?s)<figure>.*</figure>`).Find(page)
	for _, want := range []string{`class="mark"`, "Paragraph 0 ", "Paragraph 399 ", "[…]"} {
		if !strings.Contains(string(drawn), want) {
			t.Errorf("%q is not drawn", want)
		}
	}
	if strings.Contains(string(drawn), "Paragraph 200 ") {
		t.Error("words far from the mark are drawn")
	}
}
