package truth_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/internal/truth"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// A made is a mail that nobody sent, for a corpus that is laid out as
// ../shared/mail.
type made struct {
	name, from, to, date, body string
}

// letters are a corpus of four mails: one mailing with a pixel, a picture and
// links, the same to another recipient, one of another sender, and an old one.
func letters() []made {
	shop := func(token string) string {
		return `<img src="https://shop.example/logo.png" width=120 height=40 alt="Shop">` +
			`<img src="https://shop.example/hero/summer.jpg?width=600">` +
			`<img src="https://count.example/o/` + token + `.gif" width=1 height=1>` +
			`<a href="https://shop.example/">Shop</a>` +
			`<a href="https://shop.example/unsubscribe?u=` + token + `">Unsubscribe</a>`
	}
	return []made{
		{"0001.eml", "news@mail.shop.example", "ann@reader.example", "2024-05-01", shop("q8Zr2LxV0aBc9TnE4kWm")},
		{"0002.eml", "news@mail.shop.example", "bob@reader.example", "2024-05-01", shop("m1Yp7KdS3fGh5RuJ6tQo")},
		{"0003.eml", "hello@club.example", "ann@reader.example", "2025-01-02",
			`<style>body{background:url(https://club.example/paper.png)}</style><img src=https://club.example/a.png>`},
		{"0004.eml", "list@old.example", "ann@reader.example", "2002-07-01", `<img src=http://old.example/spacer.gif width=1 height=1>`},
	}
}

// raw is the message itself.
func (m made) raw() string {
	return "From: <" + m.from + ">\r\nTo: <" + m.to + ">\r\nDate: Wed, 1 May 2024 10:00:00 +0000\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + m.body + "\r\n"
}

// write writes a file below a directory that may not be there yet.
func write(t *testing.T, text string, path ...string) {
	t.Helper()
	name := filepath.Join(path...)
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// corpus writes mails as they lie beside the repository and returns the
// directory that stands for ../shared.
func corpus(t *testing.T, mails ...made) string {
	t.Helper()
	shared := t.TempDir()
	index := "file\tsource\tsha256\tbytes\tdate\tlang\tlicence\torigin_path\twhy_chosen\n"
	for _, m := range mails {
		index += fmt.Sprintf("%s\tmade-up\t-\t%d\t%s\ten\t-\t-\t-\n", m.name, len(m.raw()), m.date)
		write(t, m.raw(), shared, "mail", "real", m.name)
	}
	write(t, index, shared, "mail", "real", "index.tsv")
	write(t, "vendor_id\tkind\thost_suffix\tpath_regex\n"+
		"counter\topen\tcount.example\t^/o/\nany\topen\t*\t^/x\nstore\tasset\tshop.example\t^/\n"+
		"more\tclick\t~^go[0-9]\\.example$\t^/\n", shared, "facts", "patterns.tsv")
	return shared
}

// open reads all mails of a corpus.
func open(t *testing.T, shared string) []*truth.Mail {
	t.Helper()
	mails, err := truth.Corpus{Root: filepath.Join(shared, "mail")}.All()
	if err != nil {
		t.Fatal(err)
	}
	return mails
}

// judge judges by the embedded rules.
func judge(t *testing.T) *detect.Judge {
	t.Helper()
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	return &detect.Judge{Catalogue: rules}
}

// rows are unlabelled rows for every reference of a corpus.
func rows(t *testing.T, shared string, loads bool) []truth.Row {
	t.Helper()
	var out []truth.Row
	for _, m := range open(t, shared) {
		for _, e := range m.Elements {
			if e.Kind.Load() == loads {
				out = append(out, truth.Drawn{Mail: m, Element: e, Day: m.Date}.Row())
			}
		}
	}
	return out
}

// label labels rows by a piece of their host, path or vector, so that tests can
// tell what is expected of each.
func label(rows []truth.Row, yes, no string, tracked func(truth.Row) bool) []truth.Row {
	for i := range rows {
		rows[i].Label, rows[i].Certainty, rows[i].Reason, rows[i].Half = no, "sure", "made up", truth.HalfMeasure
		if tracked(rows[i]) {
			rows[i].Label = yes
		}
	}
	return rows
}

// sum is the SHA-256 of a text in hexadecimal.
func sum(text string) string {
	s := sha256.Sum256([]byte(text))
	return hex.EncodeToString(s[:])
}

// without says that a text holds none of some words.
func without(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(text, w) {
			t.Errorf("it holds %q:\n%s", w, text)
		}
	}
}

// with says that a text holds some words.
func with(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("it does not hold %q:\n%s", w, text)
		}
	}
}
