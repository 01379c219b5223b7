package vectors_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/lab/vectors"
)

// TestCoverage checks that docs/coverage.md is what the table of vectors, the
// planner and the measurements give. With UNSEEN_UPDATE=1 it writes it.
func TestCoverage(t *testing.T) {
	file := filepath.Join(lab.Root(t), "docs", "coverage.md")
	want := coverage(t)
	if os.Getenv("UNSEEN_UPDATE") == "1" {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/coverage.md is out of date: UNSEEN_UPDATE=1 go test ./internal/lab/vectors writes it")
	}
}

// recorded reads what a program did with each vector before it was rewritten.
func recorded(t *testing.T, program string) map[string]string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(lab.Root(t), "testdata", "vectors", program+".tsv"))
	if err != nil {
		t.Fatal(err)
	}
	was := map[string]string{}
	for line := range strings.Lines(string(raw)) {
		name, what, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		was[name] = what
	}
	return was
}

// coverage writes the table.
func coverage(t *testing.T) string {
	t.Helper()
	chromium, thunderbird := recorded(t, "chromium"), recorded(t, "thunderbird")
	counts := map[vectors.Want]int{}
	loads := [2]int{}
	var rows strings.Builder
	group := ""
	for _, v := range vectors.All() {
		if v.Group != group {
			group = v.Group
			fmt.Fprintf(&rows, "\n## %s\n\n| vector | example | who does it | found | Unseen | Chromium | Thunderbird |\n|---|---|---|---|---|---|---|\n", group)
		}
		r := treat(t, v)
		counts[r.got]++
		for i, was := range []string{chromium[v.Name], thunderbird[v.Name]} {
			if was != "" {
				loads[i]++
			}
		}
		fmt.Fprintf(&rows, "| %s | %s | %s | %s | %s | %s | %s |\n", v.Name, example(v), v.Does, yes(r.found), became(r),
			seen(v, chromium[v.Name], true), seen(v, thunderbird[v.Name], false))
	}
	total := len(vectors.All())
	return fmt.Sprintf(coverageHead, total, counts[vectors.Edited], counts[vectors.Reported], counts[vectors.Link], counts[vectors.Receipt],
		counts[vectors.Inert], loads[0], loads[1]) + rows.String()
}

const coverageHead = `# Coverage

Every way we know of in which a mail makes a program ask another machine, and what
Unseen does about it. A test writes this file and fails where it is not true:
` + "`UNSEEN_UPDATE=1 go test ./internal/lab/vectors`" + `. The table is in internal/lab/vectors;
examples are made up, their addresses shortened to ` + "`http://t.example/…`" + `.

Of %d vectors, %d are edited (the address is replaced where it stands), %d are left
and reported, %d are links and forms that nothing follows by itself, %d are header
fields that ask for a notice of reading, and %d nobody loads without scripts.

**Unseen**: *token*, *short*: an address of the gateway in its place; *tag*: the whole
tag rewritten; *inert*: an address that leads nowhere; *base*: what it refers to
leads to the gateway.

**Chromium** and **Thunderbird** are measured (internal/lab/e2e, TestVectorsChromium and
TestVectorsThunderbird), in a network of the test's own whose web server and name
service write down everybody who is asked for. "loads" is what the program did with
the vector as it was: %d did in Chromium, %d in Thunderbird with remote content
permitted. "name" is a question to the name service alone. Behind the arrow stands
what was heard after Unseen had rewritten the mail; a dash means nothing before and
after. Thunderbird was asked with its own defaults and everything that asks ahead
switched on; Chromium has no mail around the page, so parts are pages beside it.
`

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// became is what Unseen did with a vector, in words.
func became(r result) string {
	switch {
	case r.got == vectors.Edited:
		return "edited: " + r.how
	case r.got == vectors.Reported:
		return "reported, " + r.how
	case r.got == vectors.Link:
		return "link: left until followed"
	case r.got == vectors.Receipt:
		return "receipt: told"
	}
	return "left: inert"
}

// seen says what a program did with a vector before and after.
func seen(v vectors.Vector, was string, ahead bool) string {
	switch {
	case was == "":
		return "–"
	case v.Want == vectors.Link && ahead:
		return "name → name"
	case v.Want == vectors.Link, v.Want == vectors.Reported:
		return "loads → loads"
	case was == "dns":
		return "name → held"
	}
	return "loads → held"
}

// example is the text of a vector, short enough for a table.
func example(v vectors.Vector) string {
	text := strings.NewReplacer("$U", "http://t.example/…", "$H", "t.example", "\r\n", " ", "\n", " ", "\t", " ", "\f", "␌", "\x00", "␀", "\x01", "␁", "\x1f", "␟",
		"|}", "}", "{base64|", "{base64 ", "{percent|", "{per cent ").Replace(v.Text)
	if len(v.Parts) > 0 {
		text += " + " + strings.NewReplacer("$U", "http://t.example/…", "\r\n", " ").Replace(v.Parts[0].Type) + ": " + strings.NewReplacer("$U", "http://t.example/…", "\r\n", " ").Replace(v.Parts[0].Text)
	}
	if i := strings.Index(text, "SUMMARY:A reading "); i >= 0 {
		text = strings.TrimSuffix(text[i+len("SUMMARY:A reading "):], " END:VEVENT END:VCALENDAR")
	}
	text = strings.TrimSuffix(strings.TrimPrefix(text, "<!DOCTYPE html>"), `<p class=a>x</p>`)
	if runes := []rune(text); len(runes) > 140 {
		text = string(runes[:139]) + "…"
	}
	// A backtick cannot stand in code between single ones, a bar not in a cell.
	return "`" + strings.NewReplacer("`", "'", "|", "¦").Replace(text) + "`"
}
