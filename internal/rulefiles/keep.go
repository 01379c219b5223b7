package rulefiles

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// checkList says how many rules an answer holds. What a hotel's network answers
// in place of a list holds none.
func checkList(name string, text []byte) (int, error) {
	if len(text) > maxFile {
		return 0, ErrTooLarge
	}
	start := strings.ToLower(strings.TrimSpace(string(text[:min(len(text), 512)])))
	if strings.HasPrefix(start, "<") {
		return 0, ErrNoList
	}
	r := &Rules{hand: newHand()}
	b := builder{rules: r, left: maxLines}
	f := File{Name: name}
	if b.file(&f, string(text)); f.Rules == 0 {
		return 0, ErrNoList
	}
	return f.Rules, nil
}

// keep puts a list in the place of the one that is there.
func keep(file string, text []byte, source Source) (changed bool, err error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return false, fmt.Errorf("keeping the list: %w", plainError(err))
	}
	old, err := os.ReadFile(file)
	if err == nil && string(old) == string(text) {
		return false, writeSource(file, source)
	}
	if err := writeWhole(file, text); err != nil {
		return false, err
	}
	return true, writeSource(file, source)
}

func writeSource(file string, source Source) error {
	text, err := json.Marshal(source)
	if err != nil {
		return fmt.Errorf("keeping the list: %w", err)
	}
	return writeWhole(sourceOf(file), append(text, '\n'))
}

// writeWhole writes a file beside the old one and puts it in its place.
func writeWhole(file string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(file), ".unseen-*")
	if err != nil {
		return fmt.Errorf("keeping the list: %w", plainError(err))
	}
	defer os.Remove(f.Name()) // after the rename there is none
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("keeping the list: %w", plainError(err))
	}
	return nil
}

// Forget removes fetched lists that the reader no longer names, and returns the
// names of their files.
func (f *Fetcher) Forget(addresses []string) ([]string, error) {
	named := make(map[string]bool)
	for _, a := range addresses {
		named[Name(a)] = true
	}
	entries, err := os.ReadDir(filepath.Join(f.Dir, listsDir))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("looking for lists: %w", plainError(err))
	}
	var gone []string
	for _, e := range entries {
		name := listsDir + "/" + e.Name()
		file := filepath.Join(f.Dir, filepath.FromSlash(name))
		if !isRules(e.Name()) || named[name] || readSource(file) == nil {
			continue
		}
		if err := errors.Join(os.Remove(file), os.Remove(sourceOf(file))); err != nil {
			return gone, fmt.Errorf("removing a list: %w", plainError(err))
		}
		gone = append(gone, name)
	}
	return gone, nil
}
