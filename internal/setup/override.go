package setup

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// overrideOID says that a fingerprint is a SHA-256 (RFC 5754, section 2.2).
const overrideOID = "OID.2.16.840.1.101.3.4.2.1"

// overrideHead is how Thunderbird begins its file of accepted certificates.
const overrideHead = "# PSM Certificate Override Settings file\n# This is a generated file!  Do not edit.\n"

// override returns the line that accepts one certificate at one host and port, as
// Thunderbird 153 was seen to write it.
func override(c Change) string { return c.Key + ":\t" + overrideOID + "\t" + c.New + "\t\n" }

// accepted returns the fingerprint that is accepted at a host and port, "" if none
// is.
func accepted(line, key string) string {
	fields := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
	if len(fields) < 3 || fields[0] != key+":" || fields[1] != overrideOID {
		return ""
	}
	return fields[2]
}

// lines reads a file of lines; one that is not there has none.
func lines(path string) ([]string, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var list []string
	for line := range strings.Lines(string(text)) {
		list = append(list, line)
	}
	return list, err
}

// accept accepts certificates. It notes in each change what was accepted there
// before.
func accept(profile string, list []Change) error {
	if len(list) == 0 {
		return nil
	}
	path := filepath.Join(profile, overridesName)
	text, err := lines(path)
	if err != nil {
		return err
	}
	if len(text) == 0 {
		text = []string{overrideHead}
	}
	// A last line without an end would run into ours.
	if last := &text[len(text)-1]; !strings.HasSuffix(*last, "\n") {
		*last += "\n"
	}
	for _, c := range list {
		found := false
		for i, line := range text {
			if accepted(line, c.Key) != "" {
				text[i], found = override(c), true
			}
		}
		if !found {
			text = append(text, override(c))
		}
	}
	return writeFile(path, []byte(strings.Join(text, "")))
}

// acceptedNow notes in each change what is accepted before it is made.
func acceptedNow(profile string, list []Change) error {
	text, err := lines(filepath.Join(profile, overridesName))
	for i := range list {
		for _, line := range text {
			if had := accepted(line, list[i].Key); had != "" && list[i].File == overridesName {
				list[i].Old = &had
			}
		}
	}
	return err
}

// unaccept takes certificates back that are still accepted as they were set. A
// file that was made for them goes with the last.
func unaccept(profile string, list []Change) (left []Change, err error) {
	path := filepath.Join(profile, overridesName)
	text, err := lines(path)
	if err != nil || text == nil || len(list) == 0 {
		return nil, err
	}
	for _, c := range list {
		for i, line := range text {
			now := accepted(line, c.Key)
			switch {
			case now == "":
			case now != c.New:
				left = append(left, c)
			case c.Old != nil:
				text[i] = override(Change{Key: c.Key, New: *c.Old})
			default:
				text[i] = ""
			}
		}
	}
	whole := strings.Join(text, "")
	if whole == overrideHead {
		return left, os.Remove(path)
	}
	return left, writeFile(path, []byte(whole))
}
