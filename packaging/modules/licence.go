package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// compatible are licences under which code may be part of a program under the GPL,
// version 3 or later, and nothing else is asked than that their words go along
// (https://www.gnu.org/licenses/license-list.html, read as of the GPL's version 3).
var compatible = []string{
	"MIT", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Apache-2.0", "MPL-2.0", "Zlib", "Unlicense", "CC0-1.0",
	"0BSD", "BSL-1.0", "OFL-1.1", "FTL", "GPL-3.0", "LGPL-3.0", "LGPL-2.1-or-later",
	// A grant of patents beside a BSD licence: it gives, and asks for nothing.
	"GooglePatentsFile",
}

// licenceFile is what files with licences are called.
var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|unlicense|notice|patents)([.-].*)?$`)

// enough is how much of a file has to be words of a licence, in hundredths: the rest
// is who holds the rights.
const enough = 60

// licensed finds the licences of a module in the files of its first directory.
func (m *module) licensed() error {
	if m.dir == "" {
		return fmt.Errorf("%s %s: its source was not found", m.path, m.version)
	}
	entries, err := os.ReadDir(m.dir)
	if err != nil {
		return fmt.Errorf("looking for the licence of %s: %w", m.path, err)
	}
	for _, e := range entries {
		if e.IsDir() || !licenceFile.MatchString(e.Name()) || strings.EqualFold(filepath.Ext(e.Name()), ".docs") {
			continue // ".docs": of its documentation, which is compiled into nothing
		}
		text, err := os.ReadFile(filepath.Join(m.dir, e.Name()))
		if err != nil {
			return fmt.Errorf("reading the licence of %s: %w", m.path, err)
		}
		m.text += e.Name() + "\n\n" + strings.TrimSpace(string(text)) + "\n\n"
		m.licences = append(m.licences, recognised(text)...)
	}
	slices.Sort(m.licences)
	m.licences = slices.Compact(m.licences)
	if len(m.licences) == 0 {
		return fmt.Errorf("%s %s: no licence is known in %s", m.path, m.version, m.dir)
	}
	for _, l := range m.licences {
		if !slices.Contains(compatible, l) {
			return fmt.Errorf("%s %s: %s does not go together with the GPL, or nobody has looked", m.path, m.version, l)
		}
	}
	return nil
}

// recognised are the licences of a text.
func recognised(text []byte) []string {
	cover := licensecheck.Scan(text)
	if cover.Percent < enough {
		return nil
	}
	var names []string
	for _, match := range cover.Match {
		if !match.IsURL {
			names = append(names, match.ID)
		}
	}
	return names
}

// wordsOf writes the licences of all modules, word for word, as most of them ask.
func wordsOf(w io.Writer, all []module) error {
	for _, m := range all {
		if _, err := fmt.Fprintf(w, "%s\n%s %s\n\n%s", strings.Repeat("=", 72), m.path, m.version, m.text); err != nil {
			return err
		}
	}
	return nil
}
