package pipeline_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/cmd/unseen-beam/internal/pipeline"
	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/internal/report"
)

// ownRules are rules as a reader writes them, and a list.
func ownRules() map[string]string {
	return map[string]string{
		"mine.toml":       "[[block]]\nhost = \"static.shop.example\"\n",
		"lists/list.txt":  "! A list\n||shop.example^$image\n||sender3.example^\n",
		"lists/other.txt": "this line is of no list [[[\n",
	}
}

// The rows of more than 10,000 mails of every kind of place, damaged ones among them,
// are those of "unseen scan", octet for octet once sorted; the sums are those of the rows.
func TestSameRows(t *testing.T) {
	dir, at := t.TempDir(), home(t, ownRules())
	n := generated(t, filepath.Join(dir, "mail"), 10_000)
	if n < 10_000 {
		t.Fatalf("only %d mails", n)
	}
	damaged(t, filepath.Join(dir, "mail", "damaged"))
	if err := os.CopyFS(filepath.Join(dir, "mail", "kinds"), os.DirFS(root+"/testdata/mail")); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	paths := []string{"mail", "not-there"}
	want := sorted(scan(t, dir, at, append([]string{"--all", "--format", "jsonl", "--max-mail", "1"}, paths...)...))
	parts, tally := run(t, pipeline.Job{Paths: paths, Format: "jsonl", Parts: 4, All: true, MaxMail: 1 << 20}, at)
	same(t, "all of it", lines(t, parts...), want)
	if len(want) < 20_000 {
		t.Errorf("only %d rows were compared", len(want))
	}
	rules, errors := 0, map[string]int{}
	for _, line := range want {
		var r report.Row
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(strings.Join(r.Rules, " "), "own:mine.toml") || strings.Contains(strings.Join(r.Rules, " "), "list:") {
			rules++
		}
		errors[r.Error]++
	}
	for _, why := range []string{"archive", "missing", "size", "charset"} {
		if errors[why] == 0 {
			t.Errorf("no row says %q: %v", why, errors)
		}
	}
	if rules == 0 {
		t.Error("the reader's own rules were asked for nothing")
	}
	checkTally(t, tally, want)
	if tally.Mails < int64(n) || tally.Passed != 1 || tally.Unreadable < 3 || tally.Partly == 0 {
		t.Errorf("it came to %+v", tally)
	}
}

// checkTally compares sums with rows.
func checkTally(t *testing.T, got pipeline.Tally, lines []string) {
	t.Helper()
	found := int64(0)
	for _, line := range lines {
		var r report.Row
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		if r.Verdict == detect.Tracker || r.Verdict == detect.Suspected {
			found++
		}
	}
	if !got.Told || got.Rows != int64(len(lines)) || got.Found != found {
		t.Errorf("the engine counted %+v, there are %d rows and %d that report", got, len(lines), found)
	}
}

// Parts made here and shards made by "unseen scan" are parts of one whole, whichever is
// made where; a part holds the mails of the shard of its number.
func TestPartsAndShards(t *testing.T) {
	dir, at := t.TempDir(), home(t, nil)
	generated(t, filepath.Join(dir, "mail"), 500)
	damaged(t, filepath.Join(dir, "mail", "damaged"))
	t.Chdir(dir)
	const all = 4
	parts, _ := run(t, pipeline.Job{Paths: []string{"mail"}, Format: "parquet", Parts: all}, at)
	var mixed []string
	for i := 1; i <= all; i++ {
		shard := fmt.Sprintf("shard-%d.parquet", i)
		scan(t, dir, at, "--format", "parquet", "-o", shard, "--shard", fmt.Sprintf("%d/%d", i, all), "mail")
		same(t, shard, fromParquet(t, parts[i-1]), fromParquet(t, shard))
		if i%2 == 0 {
			shard = parts[i-1]
		}
		mixed = append(mixed, shard)
	}
	same(t, "parts from here and there", fromParquet(t, mixed...), rewritten(t, scan(t, dir, at, "--format", "jsonl", "mail")))
}

// rewritten are lines, sorted, in which an octet of no letter stands as the letter that
// Parquet has for it, and not as its escape.
func rewritten(t *testing.T, lines []byte) []string {
	t.Helper()
	var out bytes.Buffer
	w := report.NewLines(&out)
	for _, line := range split(lines) {
		var r report.Row
		err := json.Unmarshal([]byte(line), &r)
		if err == nil {
			err = w.Write(r)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return sorted(out.Bytes())
}

// A manifest and patterns name what paths name, and readers' addresses are passed on; a
// table is the one of "unseen scan".
func TestManifestAndTable(t *testing.T) {
	dir, at := t.TempDir(), home(t, nil)
	generated(t, filepath.Join(dir, "mail"), 100)
	t.Chdir(dir)
	lay(t, "list.txt", []byte("mail/box1.mbox\r\n\nmail/single\nmail/pack*.zip\n"))
	own := []string{"anna@example.org", "reader@example.org"}
	parts, _ := run(t, pipeline.Job{Paths: []string{"mail/*0.mbox", "mail/Maildir"}, Manifests: []string{"list.txt"},
		Format: "csv", Parts: 2, Recipients: own}, at)
	got := lines(t, parts...)
	head := strings.Join(report.Columns(), ",") + "\n"
	got = slices.DeleteFunc(got, func(line string) bool { return line == head })
	table := scan(t, dir, at, "--format", "csv", "--recipient", own[0], "--recipient", own[1], "mail")
	want := slices.DeleteFunc(sorted(table), func(line string) bool { return line == head })
	same(t, "the table", got, want)
	if len(want) < 100 {
		t.Errorf("only %d rows", len(want))
	}
	for _, part := range parts {
		if text, err := os.ReadFile(part); err != nil || !bytes.HasPrefix(text, []byte(head)) {
			t.Errorf("%s does not begin with the names of columns: %v", part, err)
		}
	}
}

// Nothing to write is written too: every part is there.
func TestEveryPart(t *testing.T) {
	dir := t.TempDir()
	lay(t, filepath.Join(dir, "one.eml"), []byte("Subject: nothing\r\n\r\nNothing.\r\n"))
	for _, format := range pipeline.Formats() {
		parts, tally := run(t, pipeline.Job{Paths: []string{dir}, Format: format, Parts: 3}, home(t, nil))
		if len(parts) != 3 || tally.Rows != 0 || tally.Mails != 1 {
			t.Errorf("%s: %q, %+v", format, parts, tally)
		}
		if format == "parquet" {
			same(t, "no rows", fromParquet(t, parts...), nil)
		}
	}
}

// Real mail, where it is there, has the rows of "unseen scan" too.
func TestSharedMail(t *testing.T) {
	dir := filepath.Join(root, "../shared/mail")
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("UNSEEN_STRICT") == "1" {
			t.Fatal("../shared/mail is not there")
		}
		t.Skip("left out: ../shared/mail is not there")
	}
	at := home(t, nil)
	want := sorted(scan(t, dir, at, "--format", "jsonl", dir))
	parts, tally := run(t, pipeline.Job{Paths: []string{dir}, Format: "jsonl", Parts: 5}, at)
	got := lines(t, parts...)
	if !slices.Equal(got, want) {
		// The mails are real: only where they differ is told.
		i := 0
		for i < min(len(got), len(want)) && got[i] == want[i] {
			i++
		}
		t.Errorf("%d rows, %d were expected; they differ from row %d on", len(got), len(want), i)
	}
	checkTally(t, tally, want)
}
