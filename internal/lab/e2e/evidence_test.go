package e2e_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/evidence"
	"github.com/unseen-mail/unseen/internal/evidence/mark"
	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/catalogue"
	"github.com/unseen-mail/unseen/rules/statement"
)

// known is what an Unseen that runs knows of the sender.
func known() *api.Dossier {
	when := time.Date(2026, 2, 1, 9, 0, 0, 0, time.UTC)
	return &api.Dossier{
		LedgerSays: "ledger", StatementsSay: "statements", EventsSay: "events",
		Ledger:     []api.Record{{Seq: 1, Decision: "granted", Purpose: "performance", When: when}, {Seq: 2, Decision: "withdrawn", Purpose: "performance", When: when.AddDate(0, 0, 9)}},
		Statements: []api.Statement{{Answer: statement.No, When: when}, {Answer: statement.Told, ToldOn: "2026-02-10", When: when}},
		Events:     []api.Event{{Kind: "load", Outcome: "held"}, {Kind: "load", Outcome: "released"}, {Kind: "load", Outcome: "copy"}},
	}
}

// keptAs marks the sender and keeps a mail, and notes a letter.
func keptAs(t *testing.T, raw string) fs.FS {
	t.Helper()
	v := mark.New(t.TempDir(), time.Now)
	err := v.Put(mark.Mark{Sender: "shop.example", All: true, Since: time.Now(), Until: time.Now()})
	if err == nil {
		_, _, err = v.Keep("shop.example", []byte(raw), mark.Had{How: mark.ByRelay, Server: "imap.mail.example"})
	}
	if err == nil {
		_, err = v.Write("shop.example", mark.Letter{Kind: "request", With: "DPO", On: "2026-03-05"})
	}
	if err == nil {
		err = v.Answered("shop.example", nil, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v.Files("shop.example")
}

// papers makes the papers of a case with two mails, and returns where they are.
func papers(t *testing.T) string {
	t.Helper()
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "part")
	c, err := evidence.Begin(evidence.Options{
		Dir: dir, Sender: "shop.example", Dossier: known(), Judge: &detect.Judge{Catalogue: rules},
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
		if person == "anna" {
			if _, err := c.TakeMarked(t.Context(), keptAs(t, raw), nil, nil); err != nil {
				t.Fatal(err)
			}
			continue
		}
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
			if over := browser.Eval(fmt.Sprintf("document.documentElement.scrollWidth - %d", width)).(float64); over > 0 {
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

// Letters and drafts are pages that ask for nothing, each in its language.
func TestEvidenceLetters(t *testing.T) {
	axe := axeSource(t)
	dir := papers(t)
	browser := lab.StartBrowser(t)
	pages, err := filepath.Glob(filepath.Join(dir, "*.html"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, page := range pages {
		name := filepath.Base(page)
		if strings.HasPrefix(name, "report.") {
			continue
		}
		n++
		browser.Look(1024, false)
		browser.Open("file://" + page)
		if got := browser.Eval("performance.getEntriesByType('resource').length"); fmt.Sprint(got) != "0" {
			t.Errorf("%s asks for %v things", name, got)
		}
		parts := strings.Split(name, ".")
		if got := browser.Eval("document.documentElement.lang"); got != parts[len(parts)-2] {
			t.Errorf("%s is in %v", name, got)
		}
		for _, v := range violations(t, browser, axe) {
			t.Errorf("%s: %s", name, v)
		}
		if keep := os.Getenv("UNSEEN_PICTURES"); keep != "" {
			_ = os.WriteFile(filepath.Join(keep, name+".png"), browser.Picture(), 0o600)
		}
	}
	// The letter and article 77 in four languages, CNIL, APD/GBA in three, AP, DSK, Garante.
	if n != 4+4+1+3+1+1+1 {
		t.Errorf("%d letters: %q", n, pages)
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
