package repotest_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Whatever stands at the top is named here: rooms first, then the house.
func TestTopLevel(t *testing.T) {
	known := []string{
		"cmd", "detect", "rules", "imapfilter", "proxy", "gui",
		"internal", "docs", "packaging", "testdata", "Makefile", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md",
		"SECURITY.md", "CITATION.cff", ".ci", ".gitignore", ".gitattributes",
		"README.md", "go.mod", "go.sum",
		".git", ".cache", "bin", // not committed
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !slices.Contains(known, e.Name()) {
			t.Errorf("%s stands at the top of the repository and is not named in this test", e.Name())
		}
	}
	for _, name := range known {
		if strings.Contains(".git .cache bin gui", name) {
			continue
		}
		if _, err := os.Stat(filepath.Join(root, name)); err != nil {
			t.Errorf("%s is missing", name)
		}
	}
}

// The LICENSE is the whole text, and the README says which version in SPDX.
func TestLicense(t *testing.T) {
	license := read(t, "LICENSE")
	for _, want := range []string{"GNU GENERAL PUBLIC LICENSE", "Version 3, 29 June 2007", "END OF TERMS AND CONDITIONS"} {
		if !strings.Contains(license, want) {
			t.Errorf("LICENSE lacks %q", want)
		}
	}
	if !strings.Contains(read(t, "README.md"), "GPL-3.0-or-later") {
		t.Error("README.md does not name the licence")
	}
}

// A clone builds as it is: no replaced modules, and a Go that knows what we use.
func TestGoMod(t *testing.T) {
	mod := read(t, "go.mod")
	if regexp.MustCompile(`(?m)^\s*replace\b`).MatchString(mod) {
		t.Error("go.mod replaces a module")
	}
	version := regexp.MustCompile(`(?m)^go 1\.(\d+)`).FindStringSubmatch(mod)
	if version == nil || len(version[1]) != 2 || version[1] < "26" {
		t.Errorf("go.mod asks for Go 1.%v, want 1.26 or later", version)
	}
}

// Each module that we import has a line in CONTRIBUTING.md that says what it
// spares us.
func TestDependenciesAreExplained(t *testing.T) {
	var modules []string
	for _, m := range regexp.MustCompile(`(?m)^(?:require)?\s+([a-z0-9.-]+\.[a-z]+/\S+) v`).FindAllStringSubmatch(read(t, "go.mod"), -1) {
		modules = append(modules, m[1])
	}
	text := read(t, "CONTRIBUTING.md")
	missing := map[string]string{}
	for _, s := range sources(t) {
		for _, imported := range s.imports() {
			for _, m := range modules {
				if below(imported, m) && !strings.Contains(text, "`"+m+"`") {
					missing[m] = s.path
				}
			}
		}
	}
	for m, by := range missing {
		t.Errorf("%s imports %s, which has no line in CONTRIBUTING.md", by, m)
	}
}

// The two commands that build and test everything stand first for people who
// build.
func TestReadmeForPeopleWhoBuild(t *testing.T) {
	_, build, ok := strings.Cut(read(t, "README.md"), "\n## For people who build\n")
	if !ok {
		t.Fatal("README.md has no part for people who build")
	}
	run, test := strings.Index(build, "make run"), strings.Index(build, "make test")
	if run < 0 || test < run || run > 400 {
		t.Error("make run and make test do not stand first")
	}
}

// Test mail keeps its octets: git must not touch line ends.
func TestAttributes(t *testing.T) {
	if !strings.Contains(read(t, ".gitattributes"), "testdata/** -text") {
		t.Error(".gitattributes does not keep testdata as it is")
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
