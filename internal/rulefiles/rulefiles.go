// Package rulefiles reads the reader's own rules: what they wrote themselves, in
// TOML, and the lists they chose, as hosts files or in the language of ad
// blockers. It lies in the directory "rules" of the data directory, watches it,
// and fetches lists where the reader asks for it.
//
// # What holds
//
// A line that cannot be read is a [Problem] with file and line and costs nothing
// but itself (in TOML: its rule, because half a rule could be of more than was
// meant). Nothing is fetched but by [Fetcher.Update].
//
// What the reader wrote goes before what lists say. Of what they wrote, the rule
// for the longer host goes first, then one with a path before one without, then
// a block before an allow. An exception in a list takes back what lists say and
// nothing else. [Rules] is what a catalogue takes as its own rules.
//
// # Limits
//
// 64 files of 32 MiB, a million lines in all, 8 KiB a line. What is past a limit
// is not read, and is a problem. Expressions are RE2: every search takes time
// linear in the address.
package rulefiles

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/rules/catalogue"
)

// Limits of what is read.
const (
	maxFiles    = 64
	maxFile     = 32 << 20
	maxLines    = 1_000_000
	maxLine     = 8 << 10
	maxProblems = 50
)

// Dir is where the rules lie in a data directory.
func Dir(data string) string { return filepath.Join(data, "rules") }

// listsDir is where fetched lists lie, below the rules.
const listsDir = "lists"

// A Kind says how a file is written.
type Kind string

const (
	// TOML is what the reader wrote.
	TOML Kind = "toml"
	// Hosts is a hosts file, or a list of domains.
	Hosts Kind = "hosts"
	// Adblock is a list in the language of ad blockers.
	Adblock Kind = "adblock"
)

// A Problem is a line that could not be read.
type Problem struct {
	// File is the name of the file, below the directory of the rules.
	File string
	// Line counts from 1; 0 is the file as a whole.
	Line int
	// Text says what is wrong with it.
	Text string
}

// String returns "file:line: text".
func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
}

// A File is one file of rules, and what became of it.
type File struct {
	// Name is below the directory of the rules, with "/".
	Name string
	// Kind says how it is written.
	Kind Kind
	// Rules counts what was taken, Ignored what is for browsers only: rules
	// on how a page looks or what its scripts may do.
	Rules, Ignored int
	// Problems are the first lines that could not be read, More counts the
	// others.
	Problems []Problem
	More     int
	// Source is where it was fetched from, "" if it was not.
	Source *Source
}

// problem notes a line that could not be read.
func (f *File) problem(line int, text string, args ...any) {
	if len(f.Problems) == maxProblems {
		f.More++
		return
	}
	f.Problems = append(f.Problems, Problem{File: f.Name, Line: line, Text: fmt.Sprintf(text, args...)})
}

// Rules are all rules of a directory. They do not change, and may be used by
// many goroutines. They are [catalogue.OwnRules].
type Rules struct {
	files   []File
	hand    hand
	lists   *lists
	edition string
}

var _ catalogue.OwnRules = (*Rules)(nil)

// Load reads the rules of a directory. One that does not exist has none. known
// says whether the catalogue has a vendor.
func Load(dir string, known func(id string) bool) (*Rules, error) {
	names, err := found(dir)
	if err != nil {
		return nil, err
	}
	return load(dir, names, known), nil
}

// Each reads the files of a directory each by itself, by name: what one of them says, no
// exception of another takes back.
func Each(dir string, known func(id string) bool) ([]*Rules, error) {
	names, err := found(dir)
	if err != nil {
		return nil, err
	}
	list := make([]*Rules, 0, len(names))
	for _, name := range names {
		list = append(list, load(dir, []string{name}, known))
	}
	return list, nil
}

// load reads files of a directory.
func load(dir string, names []string, known func(id string) bool) *Rules {
	r := &Rules{hand: newHand()}
	b := builder{rules: r, left: maxLines}
	sum := sha256.New()
	for i, name := range names {
		f := File{Name: name}
		switch text, err := readFile(filepath.Join(dir, filepath.FromSlash(name))); {
		case i >= maxFiles:
			f.problem(0, "it is not read: there are more than %d files", maxFiles)
		case err != nil:
			f.problem(0, "%v", err)
		default:
			digest := sha256.Sum256([]byte(text))
			fmt.Fprintf(sum, "%s\x00%x\n", name, digest)
			b.file(&f, text)
			f.Source = readSource(filepath.Join(dir, filepath.FromSlash(name)))
		}
		r.files = append(r.files, f)
	}
	b.finish(known)
	r.edition = "sha256:" + hex.EncodeToString(sum.Sum(nil))
	return r
}

// Files are what was read, by name.
func (r *Rules) Files() []File { return r.files }

// Empty says whether there is no rule.
func (r *Rules) Empty() bool {
	return !slices.ContainsFunc(r.files, func(f File) bool { return f.Rules > 0 })
}

// Problems are the lines of all files that could not be read, as far as they are
// kept.
func (r *Rules) Problems() []Problem {
	var all []Problem
	for _, f := range r.files {
		all = append(all, f.Problems...)
	}
	return all
}

// Edition names the rules by their files' names and octets.
func (r *Rules) Edition() string { return r.edition }

// Vendors are the companies that the reader tells of.
func (r *Rules) Vendors() []catalogue.Vendor { return r.hand.vendors }

// Match returns what the rules say of an address.
func (r *Rules) Match(address string, thirdParty bool, use catalogue.Use) (catalogue.Own, bool) {
	a, ok := catalogue.Split(address)
	if !ok {
		return catalogue.Own{}, false
	}
	if o, ok := r.hand.match(a, use); ok {
		return o, true
	}
	if r.lists == nil {
		return catalogue.Own{}, false
	}
	return r.lists.match(address, a.Host, thirdParty, use)
}

// Parameter says whether a query parameter is to be removed or kept.
func (r *Rules) Parameter(name, host string) (remove bool, rule string, known bool) {
	if remove, rule, known = r.hand.params.find(name, host); known || r.lists == nil {
		return remove, rule, known
	}
	return r.lists.params.find(name, host)
}

// found returns the names of the files that hold rules.
func found(dir string) ([]string, error) {
	var names []string
	for _, below := range []string{"", listsDir} {
		entries, err := os.ReadDir(filepath.Join(dir, below))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading rules: %w", err)
		}
		for _, e := range entries {
			if name := e.Name(); !e.IsDir() && isRules(name) {
				names = append(names, strings.TrimPrefix(below+"/"+name, "/"))
			}
		}
	}
	slices.Sort(names)
	return names, nil
}

// isRules says whether a file's name is that of rules. What editors leave beside
// a file that they change is none.
func isRules(name string) bool {
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "#") || strings.HasSuffix(name, "~") {
		return false
	}
	switch filepath.Ext(name) {
	case ".toml", ".txt", ".hosts", ".list":
		return true
	}
	return name == "hosts"
}

// readFile reads a file as far as it is text of a size that is read.
func readFile(path string) (string, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return "", plainError(err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return "", plainError(err)
	case !info.Mode().IsRegular():
		return "", errors.New("it is no file")
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return "", plainError(err)
	case len(text) > maxFile:
		return "", fmt.Errorf("it is larger than %d MiB", maxFile>>20)
	}
	return strings.TrimPrefix(string(text), "\ufeff"), nil
}

// plainError is an error of a file without the file's path.
func plainError(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
