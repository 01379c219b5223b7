package e2e_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/internal/evidence"
	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// papers makes the papers of a case with one mail, and returns where they are.
func papers(t *testing.T) string {
	t.Helper()
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "part")
	c, err := evidence.Begin(evidence.Options{
		Dir: dir, Sender: "shop.example", Judge: &detect.Judge{Catalogue: rules},
		Tool: evidence.Tool{Name: "Unseen", Version: "test"}, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, person := range []string{"anna", "bert"} {
		raw := "From: Shop <news@shop.example>\r\nTo: " + person + "@mail.example\r\nSubject: Spring\r\nDate: Mon, 02 Mar 2026 10:00:00 +0000\r\n" +
			"List-Id: <news.shop.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Coats, shoes and hats for everybody who likes them this spring.</p>" +
			"<img src=\"https://click.shop.example/o/" + fmt.Sprintf("%x", sha256.Sum256([]byte(person)))[:32] + ".gif\" width=1 height=1>" +
			"<img src=\"http://127.0.0.1:9/never\" width=300 height=200>"
		if ok, err := c.Take([]byte(raw), "a test"); !ok || err != nil {
			t.Fatalf("%v, %v", ok, err)
		}
	}
	x, err := c.Examine(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range words.Languages() {
		if err := c.Write(x, words.In(lang)); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "data", "papers")
}

// Reports of evidence open in a browser without asking for anything, in every
// language, light and dark, wide and narrow; axe finds nothing.
func TestEvidenceReports(t *testing.T) {
	axe := axeSource(t)
	dir := papers(t)
	browser := lab.StartBrowser(t)
	for _, lang := range words.Languages() {
		for _, width := range []int{1280, 360} {
			browser.Look(width, width < 500)
			browser.Open("file://" + filepath.Join(dir, "report."+lang+".html"))
			where := fmt.Sprintf("%s at %d", lang, width)
			if n := browser.Eval("performance.getEntriesByType('resource').length"); fmt.Sprint(n) != "0" {
				t.Errorf("%s: the report asks for %v things", where, n)
			}
			if over := browser.Eval("document.documentElement.scrollWidth - window.innerWidth").(float64); over > 0 {
				t.Errorf("%s: it is %v too wide", where, over)
			}
			if marks := browser.Eval("document.querySelectorAll('.mark').length"); fmt.Sprint(marks) == "0" {
				t.Errorf("%s: nothing is marked in the drawing", where)
			}
			for _, v := range violations(t, browser, axe) {
				t.Errorf("%s: %s", where, v)
			}
			if keep := os.Getenv("UNSEEN_PICTURES"); keep != "" {
				_ = os.WriteFile(filepath.Join(keep, fmt.Sprintf("evidence-%s-%d.png", lang, width)), browser.Picture(), 0o600)
			}
		}
	}
}

// The report on paper has its text, its headings and its language.
func TestEvidencePDF(t *testing.T) {
	if _, err := exec.LookPath("pdftotext"); err != nil {
		lab.Missing(t, "pdftotext, from poppler-utils")
	}
	dir := papers(t)
	for _, lang := range words.Languages() {
		file := filepath.Join(dir, "report."+lang+".pdf")
		text, err := exec.Command("pdftotext", file, "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []words.Key{words.ReportWhat, words.ReportMails, words.ReportUnknown, words.ReportSeal} {
			if !strings.Contains(string(text), words.In(lang).Say(want)) {
				t.Errorf("%s: the text has no %q", lang, words.In(lang).Say(want))
			}
		}
		raw, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(raw), "/Lang ("+lang+")") || !strings.Contains(string(raw), "/Outlines") {
			t.Errorf("%s: no language, or no headings: %v", lang, err)
		}
	}
}
