package command

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/words"
)

// A shown command is a line that a document shows for typing.
type shown struct {
	line string
	// block is whether it stands in a block of code. What stands in a sentence may
	// name a command without its arguments.
	block bool
}

// A taker says why the grammar does not take a command line; nothing runs. It works in
// a directory of its own, in which files that a line names are made, and puts one of
// the words that a flag takes where a document leaves the choice.
func taker(t *testing.T) func(args []string) string {
	t.Helper()
	t.Chdir(t.TempDir())
	var out bytes.Buffer
	s := &session{words: words.English(), Streams: Streams{In: strings.NewReader(""), Out: &out, Err: &out, Getenv: func(string) string { return "" }}}
	context := func() (context.Context, error) { return t.Context(), nil }
	missing := regexp.MustCompile(`stat (.+): no such file or directory`)
	choice := regexp.MustCompile(`must be one of "([^"]+)".* but got "([A-Z]+|…)"`)
	return func(args []string) string {
		why := ""
		for range 5 {
			// What one line set would stay set for the next, so each has a parser.
			var g grammar
			exit := -1
			parser, err := s.parser(&g, context, kong.Exit(func(code int) { exit = code }))
			if err != nil {
				t.Fatal(err)
			}
			if _, err = parser.Parse(args); err == nil || exit == exitDone {
				return ""
			}
			why = err.Error()
			if m := missing.FindStringSubmatch(why); m != nil {
				if err := os.WriteFile(m[1], nil, 0o600); err != nil {
					return why
				}
			} else if m := choice.FindStringSubmatch(why); m != nil {
				args = slices.Clone(args)
				args[slices.Index(args, m[2])] = m[1]
			} else {
				return why
			}
		}
		return why
	}
}

// commandsIn are the commands that begin with "unseen " in a document: in its code
// blocks, after a pipe or a quotation mark too, and in code within sentences.
func commandsIn(text string) []shown {
	var found []shown
	start := regexp.MustCompile(`(?:^|[|;"'(] ?|&& |\$ |sudo )(unseen [^#]*)`)
	indented := regexp.MustCompile(`(?m)^    (unseen [^#\n]*)`)
	inline := regexp.MustCompile("`(unseen [^`]+)`")
	for i, piece := range strings.Split("\n"+text, "\n```") {
		if i%2 == 0 {
			for _, m := range indented.FindAllStringSubmatch(piece, -1) {
				cmd, _, _ := strings.Cut(m[1], "  ")
				found = append(found, shown{cmd, true})
			}
			for _, m := range inline.FindAllStringSubmatch(strings.ReplaceAll(piece, "\n", " "), -1) {
				found = append(found, shown{strings.ReplaceAll(m[1], `\|`, "|"), false})
			}
			continue
		}
		_, piece, _ = strings.Cut(piece, "\n")
		for line := range strings.Lines(strings.ReplaceAll(piece, "\\\n", " ")) {
			line = strings.TrimSpace(line)
			if m := start.FindStringSubmatchIndex(line); m != nil {
				cmd := line[m[2]:m[3]]
				if q := line[m[0]]; q == '"' || q == '\'' {
					cmd, _, _ = strings.Cut(cmd, string(q))
				}
				// What stands apart on the right explains.
				cmd, _, _ = strings.Cut(cmd, "  ")
				found = append(found, shown{cmd, true})
			}
		}
	}
	return found
}

// typed is what a person types for what is shown: without the rest of a pipe and where
// it leads, something in each place that is left to the reader, quotation marks undone.
func typed(line string) []string {
	line = regexp.MustCompile(` (\||&&|;) .*| &$`).ReplaceAllString(line, "")
	line = regexp.MustCompile(`<[A-Za-z ]+>`).ReplaceAllString(line, "X")
	line = regexp.MustCompile(` (<|2?>>?|2?>&) ?\S+`).ReplaceAllString(line, "")
	line = strings.NewReplacer("COMMAND", "status", "[", "", "]", "", "...", "", "I/N", "1/2", "URL", "https://x.example/").Replace(line)
	var args []string
	for _, m := range regexp.MustCompile(`"([^"]*)"|'([^']*)'|(\S+)`).FindAllStringSubmatch(line, -1) {
		arg := m[1] + m[2] + m[3]
		if m[3] != "" {
			arg, _, _ = strings.Cut(arg, "|") // one of several
		}
		args = append(args, arg)
	}
	return args[1:]
}

// documents are those that people read, by their path from the root.
func documents(t *testing.T) map[string]string {
	t.Helper()
	root := lab.Root(t)
	texts := make(map[string]string)
	for _, pattern := range []string{"*.md", "docs/*.md", "packaging/*.md", "testdata/*.md"} {
		paths, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			name, _ := filepath.Rel(root, path) // both are absolute
			texts[name] = string(text)
		}
	}
	return texts
}

// Each command that a document shows is one that the program takes.
func TestDocumentsCommands(t *testing.T) {
	blocks, sentences, texts := 0, 0, documents(t)
	takes, taken := taker(t), make(map[string]string)
	for name, text := range texts {
		for _, c := range commandsIn(text) {
			why, known := taken[c.line]
			if !known {
				why = takes(typed(c.line))
				taken[c.line] = why
			}
			if c.block {
				blocks++
			} else {
				sentences++
			}
			named := strings.HasPrefix(why, "expected ") || strings.HasPrefix(why, "missing flags")
			if why != "" && (c.block || !named) {
				t.Errorf("%s shows %q: %s", name, c.line, why)
			}
		}
	}
	if blocks < 60 || sentences < 100 {
		t.Errorf("only %d commands in blocks and %d in sentences were found", blocks, sentences)
	}
}

// The test above would see a command or a flag that is not there, and leaves to the
// reader what is theirs.
func TestDocumentsCommandsSeen(t *testing.T) {
	takes := taker(t)
	for line, want := range map[string]bool{
		"unseen status":                                     true,
		"unseen clean <mail.eml >clean.eml":                 true,
		"unseen scan --format jsonl ~/Mail | sort >out":     true,
		"unseen consent grant <sender> --purpose click":     true,
		"unseen evidence export -o FILE [PATH...]":          true,
		`unseen study init x --title "Newsletters of 2026"`: true,
		"unseen COMMAND --help":                             true,
		"unseen completion SHELL":                           true,
		"unseen evidence attach shop.example form.png":      true,
		"unseen frob":                   false,
		"unseen status --frob":          false,
		"unseen scan --format xml PATH": false,
		"unseen consent grant":          false,
	} {
		if why := takes(typed(line)); (why == "") != want {
			t.Errorf("%q is taken: %v (%s)", line, why == "", why)
		}
	}
	const document = "See `unseen one`.\n\n```\n$ unseen two   explains\ncat mail | unseen three # why\nset filter=\"unseen four\"\nunseen: five\n```\n\nAnd `unseen\nsix`.\n\n    unseen seven   explains\n"
	var got []string
	for _, c := range commandsIn(document) {
		got = append(got, strings.TrimSpace(c.line))
	}
	if want := "unseen one, unseen two, unseen three, unseen four, unseen seven, unseen six"; strings.Join(got, ", ") != want {
		t.Errorf("found %q", got)
	}
}

// Each "make TARGET" of the documents stands in the Makefile.
func TestDocumentsTargets(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(lab.Root(t), "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	targets := make(map[string]bool)
	for _, m := range regexp.MustCompile(`(?m)^([a-z-]+):`).FindAllStringSubmatch(string(makefile), -1) {
		targets[m[1]] = true
	}
	found := 0
	for name, text := range documents(t) {
		for _, m := range regexp.MustCompile("(?m)(?:^|^    |`)(?:[A-Z]+=\\S+ )*make ([a-z-]+)(?:`|$| +#|  )").FindAllStringSubmatch(text, -1) {
			if found++; !targets[m[1]] {
				t.Errorf("%s: there is no make %s", name, m[1])
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d were found", found)
	}
}

// scripts are those that run commands, by their path from the root; all of them, or those
// of documents alone.
func scripts(t *testing.T, patterns ...string) string {
	t.Helper()
	var all strings.Builder
	for _, pattern := range patterns {
		paths, err := filepath.Glob(filepath.Join(lab.Root(t), "cmd", "unseen", "testdata", pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("no scripts are %s: %v", pattern, err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(text)
		}
	}
	return all.String()
}

// Each command that a document shows in a block is run as it stands there, by the scripts
// in testdata/documents. The recipes for other programs are run with these programs, by
// internal/lab/e2e.
func TestDocumentsCommandsRun(t *testing.T) {
	run := make(map[string]bool)
	started := regexp.MustCompile(`(?m)^(?:shown \d|exec|interrupt INT) (?:'((?:[^'\n]|'')*)'|([^'\n]*?))(?: y| &[a-z]*&?)?$`)
	for _, m := range started.FindAllStringSubmatch(scripts(t, "documents/*.txtar"), -1) {
		run[strings.ReplaceAll(strings.TrimSpace(m[1]+m[2]), "''", "'")] = true
	}
	recipes, err := filepath.Glob(filepath.Join(lab.Root(t), "internal", "lab", "e2e", "recipes*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	var cooked strings.Builder
	for _, path := range recipes {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		cooked.Write(text)
	}
	n := 0
	for name, text := range documents(t) {
		if name == filepath.Join("docs", "recipes.md") {
			for _, m := range regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```").FindAllStringSubmatch(text, -1) {
				line := strings.TrimSpace(m[2])
				// A unit of systemd starts what another recipe runs.
				unit := regexp.MustCompile(`(?m)^ExecStart=(.*)`).FindStringSubmatch(m[2])
				started := unit != nil && strings.Contains(text, "```watch\n"+strings.ReplaceAll(unit[1], "%h", "~")+"\n")
				if !run[line] && !started && !strings.Contains(cooked.String(), `"`+m[1]+`"`) {
					t.Errorf("%s: no test makes the recipe %q", name, m[1])
				}
			}
			continue
		}
		for _, c := range commandsIn(text) {
			line := strings.TrimSpace(c.line)
			if n++; c.block && !run[line] {
				t.Errorf("%s shows %q, and no script in testdata/documents runs it", name, line)
			}
		}
	}
	if n < 250 {
		t.Errorf("only %d commands were found", n)
	}
}

// Each command that a document names in a sentence is run by some script, if not with the
// same words.
func TestDocumentsCommandsNamedRun(t *testing.T) {
	all := regexp.MustCompile(`[\s'"]+`).ReplaceAllString(scripts(t, "*.txtar", "documents/*.txtar"), " ")
	var out bytes.Buffer
	s := &session{words: words.English(), Streams: Streams{In: strings.NewReader(""), Out: &out, Err: &out, Getenv: func(string) string { return "" }}}
	var g grammar
	parser, err := s.parser(&g, func() (context.Context, error) { return t.Context(), nil })
	if err != nil {
		t.Fatal(err)
	}
	missing := make(map[string]string)
	for name, text := range documents(t) {
		for _, c := range commandsIn(text) {
			path, at := "unseen", parser.Model.Node
			for _, arg := range typed(c.line) {
				i := slices.IndexFunc(at.Children, func(n *kong.Node) bool { return n.Name == arg })
				if i < 0 {
					break
				}
				path, at = path+" "+arg, at.Children[i]
			}
			if !strings.Contains(all, path+" ") {
				missing[path] = name
			}
		}
	}
	for path, name := range missing {
		t.Errorf("%s names %q, and no script runs it", name, path)
	}
}
