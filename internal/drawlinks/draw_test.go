package main

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// letter is a mail with links, made up.
func letter(from string, links ...string) *mail {
	var b strings.Builder
	fmt.Fprintf(&b, "From: %s\r\nContent-Type: text/html\r\n\r\n", from)
	for _, l := range links {
		fmt.Fprintf(&b, "<p><a href=\"%s\">see</a>\r\n", l)
	}
	m := &mail{file: from, date: "2024-01-01", language: "en"}
	m.read([]byte(b.String()))
	return m
}

// A link is drawn with what its row says of it.
func TestRead(t *testing.T) {
	m := letter("a@news.shop.example", "https://user@go.shop.example:8443/x?y#z", "mailto:a@b.example", "/relative", "ftp://f.example/")
	if len(m.links) != 1 {
		t.Fatalf("%d links, want the one that leads to the web", len(m.links))
	}
	cells := strings.Split(m.links[0].row(), "\t")
	names := strings.Split(columns, "\t")
	if len(cells) != len(names) {
		t.Fatalf("%d cells for %d columns", len(cells), len(names))
	}
	got := map[string]string{}
	for i, n := range names {
		got[n] = cells[i]
	}
	sum := sha256.Sum256([]byte("https://user@go.shop.example:8443/x?y#z"))
	for name, want := range map[string]string{"section": "1", "ordinal": "0", "vector": "a href", "host": "go.shop.example",
		"sender": "shop.example", "label": "", "url_sha256": hex.EncodeToString(sum[:]), "half": half("shop.example")} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
}

// Whoever draws again with the same seed draws the same, in any order of the
// mails; no sender and no mail has too many.
func TestDraw(t *testing.T) {
	var mails []*mail
	for i := range 6 {
		var links []string
		for j := range 12 {
			links = append(links, fmt.Sprintf("https://shop.example/%d/%d", i, j))
		}
		mails = append(mails, letter(fmt.Sprintf("a%d@shop%d.example", i, i%2), links...))
	}
	rows := func(mails []*mail, seed string) []string {
		var out []string
		for _, l := range draw(mails, seed) {
			out = append(out, l.row())
		}
		return out
	}
	first := rows(mails, "one")
	if len(first) != 2*perSender {
		t.Errorf("%d rows drawn, want %d of each of two senders", len(first), perSender)
	}
	slices.Reverse(mails)
	if again := rows(mails, "one"); !slices.Equal(first, again) {
		t.Error("the same seed drew other rows")
	}
	if other := rows(mails, "two"); slices.Equal(first, other) {
		t.Error("another seed drew the same rows")
	}
	of := map[string]int{}
	for _, r := range first {
		of[strings.Split(r, "\t")[0]]++
	}
	for file, n := range of {
		if n > perMail {
			t.Errorf("%d rows of %s", n, file)
		}
	}
}

// labelled are the rows of the label file by their columns.
func labelled(t *testing.T) []map[string]string {
	t.Helper()
	f, err := os.Open("../../testdata/labels/links.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes = '\t', true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(rows[0], "\t") != columns {
		t.Fatalf("columns are %q", rows[0])
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, name := range rows[0] {
			m[name] = row[i]
		}
		out = append(out, m)
	}
	return out
}

// The label file is as large and as spread as was asked for, and each row is
// whole.
func TestLabelFile(t *testing.T) {
	rows := labelled(t)
	recent, label, sender := 0, map[string]int{}, map[string]int{}
	for i, r := range rows {
		label[r["label"]]++
		sender[r["sender"]]++
		if r["date"] >= "2020" {
			recent++
		}
		// Its measured half was looked at while rules were made, so that all of this
		// draw is for tuning now; later draws are measured (testdata/labels/README.md).
		if r["half"] != "tune" {
			t.Errorf("row %d: half %q", i+1, r["half"])
		}
		if r["reason"] == "" || strings.Contains(r["reason"], "://") || strings.Contains(r["reason"], "@") {
			t.Errorf("row %d: reason %q", i+1, r["reason"])
		}
		if !slices.Contains([]string{"tracked", "direct", "choice", "authentication", "unclear"}, r["label"]) ||
			!slices.Contains([]string{"sure", "likely"}, r["certainty"]) {
			t.Errorf("row %d: %q, %q", i+1, r["label"], r["certainty"])
		}
	}
	if len(rows) < 400 || recent < 300 || label["unclear"]*20 > len(rows) {
		t.Errorf("%d rows, %d since 2020, %d unclear", len(rows), recent, label["unclear"])
	}
	for s, n := range sender {
		if n > perSender {
			t.Errorf("%d rows of %s", n, s)
		}
	}
}

// Each row names a link that is there.
func TestLabelsAreFound(t *testing.T) {
	root := "../../../shared/mail"
	if _, err := os.Stat(root); err != nil {
		if os.Getenv("UNSEEN_STRICT") == "1" {
			t.Fatal("../shared/mail is missing")
		}
		t.Skip("../shared/mail is missing")
	}
	mails := map[string]*mail{}
	for i, r := range labelled(t) {
		m := mails[r["file"]]
		if m == nil {
			raw, err := os.ReadFile(filepath.Join(root, r["file"]))
			if err != nil {
				t.Fatal(err)
			}
			m = &mail{file: r["file"]}
			m.read(raw)
			mails[r["file"]] = m
		}
		ok := slices.ContainsFunc(m.links, func(l link) bool {
			sum := sha256.Sum256([]byte(l.ref.URL))
			return l.section == r["section"] && strconv.Itoa(l.offset) == r["offset"] && hex.EncodeToString(sum[:]) == r["url_sha256"]
		})
		if !ok || m.sum != r["message_sha256"] || m.sender != r["sender"] {
			t.Errorf("row %d: %s section %s offset %s is not there", i+1, r["file"], r["section"], r["offset"])
		}
	}
}
