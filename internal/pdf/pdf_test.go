package pdf_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/pdf"
)

// made is when the documents of the tests were made.
var made = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// whole writes a document with everything in it, over several pages.
func whole(t *testing.T) []byte {
	t.Helper()
	d := pdf.New(pdf.Options{Lang: "de", Title: "Größe & <Maß>", Made: made})
	d.Heading(1, "Größe & <Maß>")
	d.Text(pdf.Quiet, "Am 23.\u00a0November, 12\u202f%.")
	d.Heading(2, "Ein langer Absatz")
	d.Text(pdf.Body, strings.Repeat("Wort und Wort und ", 900))
	d.Text(pdf.Code, "https://track.example/"+strings.Repeat("0123456789abcdef", 40))
	d.Heading(2, "Punkte")
	d.List(pdf.Body, []string{"erstens", "zweitens, 😀 ohne Schrift"})
	d.Heading(3, "Gezählt")
	d.Numbered(2, func(i int) {
		d.Text(pdf.Strong, fmt.Sprint("Fund ", i+1))
		d.List(pdf.Body, []string{"ein Grund"})
	})
	d.Heading(3, "Gezeichnet")
	d.Figure("Eine Linie (und ein Punkt)", 60, func(g *pdf.Figure) {
		g.Line(0, 0, 100, 50, 1, pdf.Colour{30, 94, 90})
		g.Dot(50, 25, 3, true, pdf.Colour{30, 94, 90})
		g.Box(110, 5, 60, 40, 1, pdf.Colour{0, 0, 0})
		g.Text(115, 20, 9, pdf.Strong, "1")
	})
	rows := make([][]string, 90)
	for i := range rows {
		rows[i] = []string{fmt.Sprint("Zeile ", i, " ", strings.Repeat("mit viel Text ", i%7)), fmt.Sprint(i)}
	}
	d.Table(pdf.Table{Widths: []float64{200, 60}, Head: []string{"Was", "Zahl"}, Rows: rows})
	raw, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// run runs a program on a document, and returns what it printed.
func run(t *testing.T, raw []byte, program, from string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		lab.Missing(t, program+", from "+from)
	}
	at := filepath.Join(t.TempDir(), "document.pdf")
	if err := os.WriteFile(at, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range args {
		if args[i] == "FILE" {
			args[i] = at
		}
	}
	out, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
	return string(out)
}

// Another program, which checks the form of files, finds nothing.
func TestForm(t *testing.T) {
	said := run(t, whole(t), "qpdf", "qpdf", "--check", "FILE")
	if !strings.Contains(said, "No syntax or stream encoding errors") {
		t.Errorf("qpdf says %s", said)
	}
}

// Poppler knows the document as tagged, with its title and all its pages.
func TestTagged(t *testing.T) {
	said := run(t, whole(t), "pdfinfo", "poppler-utils", "FILE")
	for _, want := range []string{`Tagged:\s+yes`, `Title:\s+Größe & <Maß>`, `PDF version:\s+1\.7`, `Metadata Stream:\s+yes`} {
		if !regexp.MustCompile(want).MatchString(said) {
			t.Errorf("there is no %q in %s", want, said)
		}
	}
	if !bytes.Contains(whole(t), []byte("/Lang (de)")) || !bytes.Contains(whole(t), []byte("/DisplayDocTitle true")) {
		t.Error("it does not say its language, or does not show its title")
	}
}

// The tree has every element, in the order of reading, and each has its text.
func TestTree(t *testing.T) {
	said := run(t, whole(t), "pdfinfo", "poppler-utils", "-struct-text", "FILE")
	at := 0
	for _, want := range []string{"Document", "H1 ", `"Größe & <Maß>"`, "P ", "H2 ", `"Ein langer Absatz"`, "P ", `"Wort und`, `"https://track.example/`,
		"H2 ", `"Punkte"`, "L ", "LI ", "Lbl ", `"–"`, "LBody ", `"erstens"`, "H3 ", "Lbl ", `"1."`, "LBody", `"Fund 1"`, `"ein Grund"`, "Figure", "Table", "TR", "TH", `"Was"`,
		"TH", `"Zahl"`, "TR", "TH", `"Zeile 0`, "TD", `"0"`, `"Zeile 89`, `"89"`} {
		i := strings.Index(said[at:], want)
		if i < 0 {
			t.Fatalf("%q does not come after %q", want, said[max(0, at-300):at])
		}
		at += i
	}
	if n := strings.Count(said, `"Was"`); n != 1 {
		t.Errorf("the head of the table is read %d times", n)
	}
	if n := strings.Count(said, "Wort"); n != 1800 {
		t.Errorf("%d words of 1800 are read", n)
	}
	if strings.Contains(said, "😀") || !strings.Contains(said, "\ufffd") {
		t.Error("what the fonts do not have left no sign")
	}
	if alt := fmt.Sprintf("/S /Figure /P %s /Alt <FEFF", regexp.MustCompile(`/S /Figure /P (\d+ 0 R)`).FindSubmatch(whole(t))[1]); !bytes.Contains(whole(t), []byte(alt+"00450069006E0065")) {
		t.Error("the figure is not told in words")
	}
	attributes := run(t, whole(t), "pdfinfo", "poppler-utils", "-struct", "FILE")
	for _, want := range []string{"/ListNumbering /Decimal", "/Scope /Row", "/Scope /Column"} {
		if !strings.Contains(attributes, want) {
			t.Errorf("the tree does not say %q", want)
		}
	}
}

// Everything on a page belongs to an element or is an artifact: what is marked begins
// and ends on its page, one after the other, and nothing is drawn beside it.
func TestMarked(t *testing.T) {
	plain := run(t, whole(t), "qpdf", "qpdf", "--qdf", "--object-streams=disable", "FILE", "-")
	pages := 0
	for _, stream := range regexp.MustCompile(`(?s)stream\n(.*?)endstream`).FindAllStringSubmatch(plain, -1) {
		if !strings.Contains(stream[1], " BDC") {
			continue
		}
		pages++
		open, artifacts := 0, 0
		ids := []string{}
		for line := range strings.Lines(stream[1]) {
			line = strings.TrimSpace(line)
			switch {
			case strings.HasSuffix(line, " BDC"):
				if open++; open > 1 {
					t.Fatalf("%q stands in another", line)
				}
				if strings.HasPrefix(line, "/Artifact") {
					artifacts++
				} else {
					ids = append(ids, line[strings.Index(line, "/MCID "):])
				}
			case line == "EMC":
				if open--; open < 0 {
					t.Fatal("something ends that did not begin")
				}
			case open == 0 && regexp.MustCompile(`\b(Tj|TJ|S|s|f|B|b|re|l|c|Do)$`).MatchString(line):
				t.Fatalf("%q is drawn and belongs to nothing", line)
			}
		}
		if open != 0 || artifacts == 0 {
			t.Errorf("page %d: %d are open at its end, %d artifacts", pages, open, artifacts)
		}
		if slices.Sort(ids); len(slices.Compact(ids)) != len(ids) {
			t.Errorf("page %d: one number stands for two contents", pages)
		}
	}
	if pages < 5 {
		t.Errorf("%d pages were looked at", pages)
	}
}

// Equal documents make equal files.
func TestEqual(t *testing.T) {
	if !bytes.Equal(whole(t), whole(t)) {
		t.Error("twice is not the same")
	}
}

// Whatever a text is, the file is one that others can read.
func FuzzText(f *testing.F) {
	for _, seed := range []string{"", "a", "(\\)", "\x00\xff", "EMC\nendobj", strings.Repeat("x", 3000), "a\nb", "日本語"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<16 {
			return
		}
		d := pdf.New(pdf.Options{Lang: "en", Title: text, Made: made})
		d.Heading(1, text)
		d.Text(pdf.Code, text)
		d.List(pdf.Body, []string{text})
		d.Figure(text, 20, func(*pdf.Figure) {})
		raw, err := d.Bytes()
		if err != nil || !bytes.HasSuffix(raw, []byte("%%EOF\n")) {
			t.Fatalf("no file: %v", err)
		}
	})
}

func ExampleDocument() {
	d := pdf.New(pdf.Options{Lang: "en", Title: "A report", Made: made})
	d.Heading(1, "A report")
	d.Text(pdf.Body, "What happened.")
	raw, err := d.Bytes()
	fmt.Println(bytes.HasPrefix(raw, []byte("%PDF-")), bytes.Contains(raw, []byte("/StructTreeRoot")), err)
	// Output: true true <nil>
}
