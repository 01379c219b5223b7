package paper_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/study"
	"github.com/unseen-mail/unseen/internal/study/made"
	"github.com/unseen-mail/unseen/internal/study/paper"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// dataset makes a dataset of made-up mail, of seed mailboxes or of participants.
func dataset(t *testing.T, seeded bool) string {
	t.Helper()
	c := made.Config{Senders: 25, Mailboxes: 4, Mailings: 3}
	dir := t.TempDir()
	for m := range c.Mails() {
		path := filepath.Join(dir, m.Mailbox, fmt.Sprintf("%d-%d.eml", m.Mailing, m.Sender))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, m.Raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var files study.Files
	if seeded {
		files.Conditions = filepath.Join(dir, "conditions.csv")
		var table bytes.Buffer
		if err := c.Conditions(&table); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(files.Conditions, table.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	at := filepath.Join(dir, "study")
	if err := study.Begin(at, study.Protocol{Title: "Made-up <mail>", Created: "2026-11-23", Replicates: 100, K: 2, Authors: []string{"A. Researcher"}}, files); err != nil {
		t.Fatal(err)
	}
	s, err := study.Open(at)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i := range c.Mailboxes {
		if err := s.Add(study.Source{Path: filepath.Join(dir, made.Mailbox(i)), Holder: made.Mailbox(i)}); err != nil {
			t.Fatal(err)
		}
	}
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Run(context.Background(), study.Run{Catalogue: rules, Tool: "test"}); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "dataset")
	if _, err := study.Publish([]*study.Study{s}, study.Export{Out: out, Day: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}); err != nil {
		t.Fatal(err)
	}
	return out
}

// Every figure of a report is one that the dataset's SQL makes in DuckDB.
func TestFiguresAreDuckDBs(t *testing.T) {
	dir := dataset(t, true)
	sql, err := os.ReadFile(filepath.Join(dir, "sql", "figures.sql"))
	if err != nil {
		t.Fatal(err)
	}
	w := words.English()
	known := make(map[[3]string]bool)
	for _, row := range lab.DuckDB(t, dir, string(sql)) {
		number := func(name string) string {
			if f, ok := row[name].(float64); ok {
				return w.Percent(f)
			}
			return "–"
		}
		known[[3]string{row["part"].(string), number("rate"), number("low") + " to " + number("high")}] = true
	}
	data, err := study.ReadDataset(dir)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, s := range paper.Of(data, w).Sections {
		for _, l := range s.Table {
			n++
			found := false
			for part := range strings.SplitSeq(s.Part, ", ") {
				found = found || known[[3]string{part, l.Rate, l.Range}]
			}
			if !found {
				t.Errorf("%s, %s: %s (%s) is none of DuckDB's", s.Title, l.Label, l.Rate, l.Range)
			}
		}
	}
	if n < 50 {
		t.Errorf("only %d figures were compared", n)
	}
}

// A page loads nothing, in every language, and says what it is; twice it is the same.
func TestPage(t *testing.T) {
	for name, seeded := range map[string]bool{"participants": false, "seeds": true} {
		data, err := study.ReadDataset(dataset(t, seeded))
		if err != nil {
			t.Fatal(err)
		}
		pages := make(map[string]bool)
		for _, lang := range words.Languages() {
			files, err := paper.Of(data, words.In(lang)).Write()
			if err != nil {
				t.Fatal(err)
			}
			page := string(files.HTML)
			if m := regexp.MustCompile(`(?i)https?:|src=|url\(|<script|@import|\[[a-z-]+\]`).FindString(page); m != "" {
				t.Errorf("%s in %s: the page holds %q", name, lang, m)
			}
			for _, want := range []string{`lang="` + lang + `"`, "Made-up &lt;mail&gt;", "<svg", "A. Researcher", "figures.csv"} {
				if !strings.Contains(page, want) {
					t.Errorf("%s in %s: the page lacks %q", name, lang, want)
				}
			}
			if refused := strings.Contains(page, "declared-sender"); refused != seeded {
				t.Errorf("%s in %s: what was declared is there: %v", name, lang, refused)
			}
			pages[page] = true
			again, err := paper.Of(data, words.In(lang)).Write()
			if err != nil || !bytes.Equal(again.HTML, files.HTML) || !bytes.Equal(again.PDF, files.PDF) {
				t.Errorf("%s in %s: twice is not the same: %v", name, lang, err)
			}
			onPaper(t, files.PDF)
			tagged(t, files)
		}
		if len(pages) != 4 {
			t.Errorf("%s: %d different pages in four languages", name, len(pages))
		}
	}
}

// onPaper reads a PDF as others do.
func onPaper(t *testing.T, pdf []byte) {
	t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		return // poppler-utils is among what the tests bring
	}
	cmd := exec.Command("pdftotext", "-layout", "-", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	text, err := cmd.Output()
	if err != nil || !strings.Contains(string(text), "Made-up <mail>") || !strings.Contains(string(text), "img src") || strings.Contains(string(text), "\ufffd") {
		t.Errorf("on paper: %v\n%.300s", err, text)
	}
}

// tagged says whether a report on paper has the headings, tables and drawings of the page.
func tagged(t *testing.T, files paper.Files) {
	t.Helper()
	if _, err := exec.LookPath("pdfinfo"); err != nil {
		return // poppler-utils is among what the tests bring
	}
	cmd := exec.Command("pdfinfo", "-struct-text", "-")
	cmd.Stdin = bytes.NewReader(files.PDF)
	tree, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for on, paper := range map[string]string{"<h1>": "H1 (block)", "<h2>": "H2 (block)", "<figure>": "Figure", "<table>": "Table (block)", "<tr>": "TR", "<td>": "TD", "<li>": "LI (block)"} {
		want, got := bytes.Count(files.HTML, []byte(on)), bytes.Count(tree, []byte(" "+paper+"\n"))+bytes.Count(tree, []byte(" "+paper+":\n"))
		if got != want || want == 0 {
			t.Errorf("%d times %s on paper, %d times on the page", got, paper, want)
		}
	}
}

// No report is made of files that were changed.
func TestChanged(t *testing.T) {
	dir := dataset(t, false)
	f, err := os.OpenFile(filepath.Join(dir, "figures.csv"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("mails,made-up,1,2,0.5,0.4,0.6,1\n"); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if _, err := study.ReadDataset(dir); err == nil {
		t.Error("a changed dataset was read")
	}
	if _, err := study.ReadDataset(t.TempDir()); err == nil {
		t.Error("an empty directory was read as a dataset")
	}
}
