package e2e_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
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

// madeStudy makes the dataset of a study of made-up mail.
func madeStudy(t *testing.T) *study.Dataset {
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
	var table bytes.Buffer
	if err := c.Conditions(&table); err != nil {
		t.Fatal(err)
	}
	conditions := filepath.Join(dir, "conditions.csv")
	if err := os.WriteFile(conditions, table.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(dir, "study")
	if err := study.Begin(at, study.Protocol{Title: "Made-up mail", Created: "2026-11-23", Replicates: 100, Authors: []string{"A. Researcher"}}, study.Files{Conditions: conditions}); err != nil {
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
	data, err := study.ReadDataset(out)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The report of a study opens in a browser without asking for anything, in every
// language, light and dark, wide and narrow; axe finds nothing, and every drawing has its
// figures as a table.
func TestStudyReport(t *testing.T) {
	axe := axeSource(t)
	data := madeStudy(t)
	browser := lab.StartBrowser(t)
	for _, lang := range words.Languages() {
		files, err := paper.Of(data, words.In(lang)).Write()
		if err != nil {
			t.Fatal(err)
		}
		page := filepath.Join(t.TempDir(), "report.html")
		if err := os.WriteFile(page, files.HTML, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, width := range []int{1280, 360} {
			if lang == "fr" && width == 1280 || lang == "nl" && width == 360 {
				continue // three of each kind are enough
			}
			browser.Look(width, width < 500)
			browser.Open("file://" + page)
			where := fmt.Sprintf("%s at %d", lang, width)
			for what, js := range map[string]string{
				"0 things are asked for":           "performance.getEntriesByType('resource').length",
				"0 drawings are without a name":    "[...document.querySelectorAll('svg')].filter(s => !s.getAttribute('aria-label') && !s.querySelector('title') && s.getAttribute('aria-hidden') !== 'true').length",
				"0 drawings are without figures":   "[...document.querySelectorAll('figure')].filter(f => !f.parentElement.querySelector('table')).length",
				"0 points are what it is too wide": fmt.Sprintf("Math.max(0, document.documentElement.scrollWidth - %d)", width),
			} {
				if n := fmt.Sprint(browser.Eval(js)); n != "0" {
					t.Errorf("%s: %s", where, strings.Replace(what, "0", n, 1))
				}
			}
			if n := browser.Eval("document.querySelectorAll('figure svg').length").(float64); n < 5 {
				t.Errorf("%s: %v drawings", where, n)
			}
			if got := browser.Eval("document.documentElement.lang"); got != lang {
				t.Errorf("%s: it is in %v", where, got)
			}
			for _, v := range violations(t, browser, axe) {
				t.Errorf("%s: %s", where, v)
			}
			if keep := os.Getenv("UNSEEN_PICTURES"); keep != "" {
				_ = os.WriteFile(filepath.Join(keep, fmt.Sprintf("study-%s-%d.png", lang, width)), browser.Picture(), 0o600)
			}
		}
	}
}
