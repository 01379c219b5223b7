package bag

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Seals is where earlier seals of a bag stand, each in a directory with a number.
const Seals = Payload + "/seals"

// Reopen moves the seal of a bag into its payload, so that something can be added and
// the bag sealed anew. A time stamp of the earlier seal goes on to prove what it proved:
// it stands beside the manifests that it is of. It returns what bag-info.txt said.
func Reopen(dir string) ([]Field, error) {
	info, err := readInfo(filepath.Join(dir, Information))
	if err != nil {
		return nil, err
	}
	n := 1
	for ; ; n++ {
		if _, err := os.Lstat(filepath.Join(dir, Seals, fmt.Sprint(n))); errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	to := filepath.Join(dir, Seals, fmt.Sprint(n))
	if err := os.MkdirAll(to, 0o700); err != nil {
		return nil, fmt.Errorf("keeping the earlier seal: %w", err)
	}
	names := []string{Information, Stamps}
	for _, algorithm := range algorithms {
		names = append(names, "manifest-"+algorithm+".txt", "tagmanifest-"+algorithm+".txt", "tagmanifest-"+algorithm+".txt.sig")
	}
	for _, name := range names {
		err := os.Rename(filepath.Join(dir, name), filepath.Join(to, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("keeping the earlier seal: %w", err)
		}
	}
	return info, nil
}

// readInfo reads bag-info.txt, but for what Seal writes itself.
func readInfo(file string) ([]Field, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", Information, err)
	}
	var info []Field
	for line := range strings.Lines(string(text)) {
		label, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), ":")
		if ok && label != "Payload-Oxum" {
			info = append(info, Field{Label: label, Value: strings.TrimSpace(value)})
		}
	}
	return info, nil
}

// Earlier returns the time stamps of earlier seals of a bag, each checked against the
// seal that it is of.
func Earlier(files fs.FS) ([]Stamp, error) {
	names, err := fs.Glob(files, Seals+"/*/"+Stamps+"/*.tsr")
	if err != nil {
		return nil, fmt.Errorf("listing earlier seals: %w", err)
	}
	var list []Stamp
	for _, name := range names {
		text, err := fs.ReadFile(files, path.Join(path.Dir(path.Dir(name)), Stamped))
		if err != nil {
			return nil, fmt.Errorf("reading an earlier seal: %w", err)
		}
		answer, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("reading an earlier time stamp: %w", err)
		}
		s, err := CheckStamp(answer, text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		s.Path = name
		list = append(list, s)
	}
	return list, nil
}
