package study

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/study/made"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// day is when datasets of tests are published.
var day = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// rulesOf loads the catalogue, which tests of its own read.
func rulesOf(testing.TB) *catalogue.Catalogue {
	c, err := catalogue.Load()
	if err != nil {
		panic(err)
	}
	return c
}

// write writes a file.
func write(t testing.TB, path string, octets []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, octets, 0o644); err != nil {
		t.Fatal(err)
	}
}

// madeMail writes made-up mail, each mailbox a directory, and returns the truth about
// each mail.
func madeMail(t testing.TB, c made.Config, dir string) []made.Mail {
	t.Helper()
	var all []made.Mail
	for m := range c.Mails() {
		write(t, filepath.Join(dir, m.Mailbox, fmt.Sprintf("%03d-%04d.eml", m.Mailing, m.Sender)), m.Raw)
		all = append(all, m)
	}
	return all
}

// begin makes a study of the mailboxes below a directory and opens it.
func begin(t testing.TB, p Protocol, files Files, mail string) *Study {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "study")
	p.Title, p.Created = "A study of made-up mail", "2026-11-23"
	if err := Begin(dir, p, files); err != nil {
		t.Fatal(err)
	}
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	entries, err := os.ReadDir(mail)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if err := s.Add(Source{Path: filepath.Join(mail, e.Name()), Holder: strings.TrimSuffix(e.Name(), ".mbox")}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// ran runs a study to its end.
func ran(t testing.TB, s *Study) Tally {
	t.Helper()
	tally, err := s.Run(context.Background(), Run{Catalogue: rulesOf(t), Tool: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return tally
}

// published makes a dataset.
func published(t testing.TB, studies ...*Study) (string, Suppression) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "dataset")
	told, err := Publish(studies, Export{Out: out, Day: day, Tool: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return out, told
}

// figuresOf reads figures.csv by part and figure.
func figuresOf(t testing.TB, dataset string) map[[2]string][]string {
	t.Helper()
	f, err := os.Open(filepath.Join(dataset, figuresTable))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[[2]string][]string)
	for _, r := range rows[1:] {
		out[[2]string{r[0], r[1]}] = r[2:]
	}
	return out
}

// Every figure is what the shipped SQL makes of the dataset in DuckDB, with its
// interval.
func TestFiguresInDuckDB(t *testing.T) {
	mail := t.TempDir()
	c := made.Config{Senders: 40, Mailboxes: 6, Mailings: 2}
	madeMail(t, c, mail)
	var table bytes.Buffer
	if err := c.Conditions(&table); err != nil {
		t.Fatal(err)
	}
	conditions := filepath.Join(t.TempDir(), "conditions.csv")
	write(t, conditions, table.Bytes())
	for name, files := range map[string]Files{"participants": {}, "seeds": {Conditions: conditions}} {
		t.Run(name, func(t *testing.T) {
			s := begin(t, Protocol{Replicates: 200}, files, mail)
			if tally := ran(t, s); tally.Mails != 480 {
				t.Fatalf("%+v", tally)
			}
			dataset, _ := published(t, s)
			sameInDuckDB(t, dataset)
		})
	}
}

// sameInDuckDB compares the figures of a dataset with what its SQL makes.
func sameInDuckDB(t *testing.T, dataset string) {
	t.Helper()
	sql, err := os.ReadFile(filepath.Join(dataset, "sql", "figures.sql"))
	if err != nil {
		t.Fatal(err)
	}
	want := figuresOf(t, dataset)
	rows := lab.DuckDB(t, dataset, string(sql))
	if len(rows) != len(want) {
		t.Errorf("%d figures in SQL, %d in the table", len(rows), len(want))
	}
	for _, r := range rows {
		k := [2]string{r["part"].(string), r["figure"].(string)}
		for i, name := range []string{"num", "den", "rate", "low", "high", "senders"} {
			if got := plainNumber(r[name]); want[k] == nil || got != plainNumber(want[k][i]) {
				t.Errorf("%v: %s is %v in SQL, and %v", k, name, got, want[k])
			}
		}
	}
}

// plainNumber is a number that was written in one way or another.
func plainNumber(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		if f, err := strconv.ParseFloat(v, 64); err == nil {
			return strconv.FormatFloat(f, 'g', -1, 64)
		}
		return v
	}
	return fmt.Sprint(v)
}

// at reads a time.
func at(t *testing.T, text string) time.Time {
	t.Helper()
	when, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return when
}
