package repotest

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/lab"
)

// translated are the documents that are there in other languages too, by their path.
var translated = []string{"README.md", "docs/setup.md", "docs/consent.md"}

// A skeleton is what a document and its translation have in common.
type skeleton struct {
	headings string   // their levels
	blocks   []string // the commands and outputs in blocks of code, without what explains them
	code     []string // what stands in code within sentences
	links    []string // where links and pictures lead, from the root
	items    int      // of lists
	rows     int      // of tables
	bold     int      // what stands out
}

// skeletonOf reads it. The line that names the languages belongs to none.
func skeletonOf(text, dir string) skeleton {
	var s skeleton
	lines := strings.Split(text, "\n")
	lines = slices.DeleteFunc(lines, func(l string) bool {
		return strings.Contains(l, "Nederlands") && strings.Contains(l, "Deutsch") && strings.HasPrefix(l, "*")
	})
	explained := regexp.MustCompile(`\s{2,}.*|\s+# .*`)
	in := false
	var prose strings.Builder
	for _, line := range lines {
		if strings.HasPrefix(line, "```") {
			in = !in
			continue
		}
		if in {
			s.blocks = append(s.blocks, explained.ReplaceAllString(line, ""))
			continue
		}
		level := len(line) - len(strings.TrimLeft(line, "#"))
		switch trimmed := strings.TrimSpace(line); {
		case level > 0:
			s.headings += string(rune('0' + level))
		case strings.HasPrefix(line, "|"):
			s.rows++
		case strings.HasPrefix(trimmed, "- "), regexp.MustCompile(`^\d+\. `).MatchString(trimmed):
			s.items++
		}
		prose.WriteString(line + "\n")
	}
	whole := prose.String()
	for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(whole, -1) {
		s.code = append(s.code, strings.Join(strings.Fields(m[1]), " "))
	}
	for _, m := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(whole, -1) {
		s.links = append(s.links, target(m[1], dir))
	}
	s.bold = strings.Count(whole, "**")
	// Sentences are built in another order elsewhere.
	slices.Sort(s.code)
	slices.Sort(s.links)
	return s
}

// target is where a link leads, from the root: a translation leads to translations.
func target(link, dir string) string {
	if strings.Contains(link, "://") || strings.HasPrefix(link, "#") {
		return strings.SplitN(link, "#", 2)[0]
	}
	path, fragment, there := strings.Cut(link, "#")
	path = filepath.ToSlash(filepath.Join(dir, path))
	if m := regexp.MustCompile(`^docs/(?:fr|nl|de)/(.*)`).FindStringSubmatch(path); m != nil {
		for _, original := range translated {
			if filepath.Base(original) == m[1] {
				return original // headings have other names there
			}
		}
	}
	if there && !slices.Contains(translated, path) {
		path += "#" + fragment
	}
	return path
}

// What a document shows and where it leads is the same in each language.
func TestTranslations(t *testing.T) {
	root := lab.Root(t)
	read := func(path string) string {
		text, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for _, original := range translated {
		want := skeletonOf(read(original), filepath.Dir(original))
		for _, language := range []string{"fr", "nl", "de"} {
			path := filepath.Join("docs", language, filepath.Base(original))
			text := read(path)
			got := skeletonOf(text, filepath.Dir(path))
			if got.headings != want.headings || got.items != want.items || got.rows != want.rows || got.bold != want.bold {
				t.Errorf("%s: headings %s, items %d, rows %d, bold %d; %s has %s, %d, %d, %d", path, got.headings, got.items, got.rows, got.bold, original, want.headings, want.items, want.rows, want.bold)
			}
			differ(t, path, "block", got.blocks, want.blocks)
			differ(t, path, "code", got.code, want.code)
			differ(t, path, "link", got.links, want.links)
			for _, m := range regexp.MustCompile(`\]\(([^)#]+)[^)]*\)`).FindAllStringSubmatch(text, -1) {
				if _, err := os.Stat(filepath.Join(root, filepath.Dir(path), m[1])); err != nil && !strings.Contains(m[1], "://") {
					t.Errorf("%s leads nowhere: %s", path, m[1])
				}
			}
		}
	}
}

// differ names what only one of two lists has.
func differ(t *testing.T, path, what string, got, want []string) {
	t.Helper()
	for _, one := range want {
		if i := slices.Index(got, one); i >= 0 {
			got = slices.Delete(slices.Clone(got), i, i+1)
			continue
		}
		t.Errorf("%s lacks the %s %q", path, what, one)
	}
	for _, one := range got {
		t.Errorf("%s has a %s of its own: %q", path, what, one)
	}
}
