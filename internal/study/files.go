package study

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/unseen-mail/unseen/internal/rulefiles"
)

// Files are what a study is told besides its protocol; each may be "".
type Files struct {
	// Conditions says what was answered when seed mailboxes were signed up.
	Conditions string
	// Lists are filter lists, as hosts files or in the language of ad blockers.
	Lists []string
	// Names are other names of hosts, as "unseen cname list --format json" prints them.
	Names string
}

// ErrList is a filter list of which nothing can be read.
var ErrList = errors.New("study: not a filter list")

// copy keeps copies. A list in which there is no rule is refused: rows would say that it
// names nobody.
func (f Files) copy(dir string) error {
	kept := make(map[string]string) // where, and of what
	if f.Conditions != "" {
		kept[seedsFile] = f.Conditions
	}
	if f.Names != "" {
		kept[namesFile] = f.Names
	}
	lists := listNames(f.Lists)
	for i, list := range f.Lists {
		kept[filepath.Join(listsDir, lists[i])] = list
	}
	for to, path := range kept {
		octets, err := os.ReadFile(path)
		if err == nil {
			err = writeWhole(filepath.Join(dir, to), octets)
		}
		if err != nil {
			return fmt.Errorf("taking %s into the study: %w", path, err)
		}
	}
	read, err := rulefiles.Load(filepath.Join(dir, listsDir), nobody)
	if err != nil {
		return fmt.Errorf("reading the study's lists: %w", err)
	}
	for _, file := range read.Files() {
		if file.Rules == 0 {
			return fmt.Errorf("taking %s into the study: %w", f.Lists[slices.Index(lists, file.Name)], ErrList)
		}
	}
	return nil
}

// nobody is a vendor of no catalogue: rules of lists name none.
func nobody(string) bool { return false }

// listNames are the names under which lists are kept: their own, numbered where two have
// the same, and with an end by which they are known for a list.
func listNames(paths []string) []string {
	taken := make(map[string]bool)
	names := make([]string, 0, len(paths))
	for _, path := range paths {
		name := strings.TrimLeft(filepath.Base(path), ".#")
		end := filepath.Ext(name)
		switch {
		case end == ".txt", end == ".hosts", end == ".list":
			name = strings.TrimSuffix(name, end)
		case name == "hosts":
			end = ".hosts"
		default:
			end = ".txt"
		}
		name = cmp.Or(name, "list")
		one := name + end
		// Some file systems take upper and lower case for the same.
		for n := 2; taken[strings.ToLower(one)]; n++ {
			one = name + "-" + strconv.Itoa(n) + end
		}
		taken[strings.ToLower(one)] = true
		names = append(names, one)
	}
	return names
}
