package native

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	// Name is what the add-on asks its mail program for.
	Name = "io.github.unseen_mail.unseen"
	// AddOn is the identifier of the one add-on that may ask.
	AddOn = "unseen@unseen-mail"
)

// ErrPlatform says that it is not known where mail programs of this system look.
var ErrPlatform = errors.New("native: not known where mail programs of this system look for programs")

// A Manifest tells a mail program which program an add-on may start.
type Manifest struct {
	// Name is [Name].
	Name string `json:"name"`
	// Description is for people.
	Description string `json:"description"`
	// Path is the program, which gets no argument of ours.
	Path string `json:"path"`
	// Type is "stdio".
	Type string `json:"type"`
	// AllowedExtensions are the identifiers of add-ons.
	AllowedExtensions []string `json:"allowed_extensions"`
}

// Dirs are where mail programs of a system look for manifests of a user.
func Dirs(system, home string) ([]string, error) {
	switch system {
	case "linux", "freebsd", "openbsd", "netbsd":
		return []string{
			filepath.Join(home, ".mozilla", "native-messaging-hosts"),
			filepath.Join(home, ".thunderbird", "native-messaging-hosts"),
		}, nil
	case "darwin":
		return []string{
			filepath.Join(home, "Library", "Application Support", "Mozilla", "NativeMessagingHosts"),
			filepath.Join(home, "Library", "Mozilla", "NativeMessagingHosts"),
		}, nil
	}
	return nil, ErrPlatform
}

// Install lets the add-on start a program: it writes a script that begins it with
// "native-messaging" into dir, and a manifest into each of the directories. It returns
// the files.
func Install(program, dir string, dirs []string) ([]string, error) {
	script := filepath.Join(dir, "native-messaging")
	text := "#!/bin/sh\n# Written by \"unseen addon install\": the mail program starts it for the add-on.\nexec " +
		quoted(program) + " native-messaging \"$@\"\n"
	if err := writeWhole(script, []byte(text), 0o700); err != nil {
		return nil, err
	}
	m := Manifest{
		Name: Name, Description: "Unseen, for its add-on", Path: script, Type: "stdio", AllowedExtensions: []string{AddOn},
	}
	body, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing a manifest: %w", err)
	}
	files := []string{script}
	for _, at := range dirs {
		if err := os.MkdirAll(at, 0o755); err != nil {
			return files, fmt.Errorf("writing a manifest: %w", err)
		}
		path := filepath.Join(at, Name+".json")
		if err := writeWhole(path, append(body, '\n'), 0o644); err != nil {
			return files, err
		}
		files = append(files, path)
	}
	return files, nil
}

// Files are where [Install] writes: a script in dir, and a manifest in each of the
// directories.
func Files(dir string, dirs []string) []string {
	paths := []string{filepath.Join(dir, "native-messaging")}
	for _, at := range dirs {
		paths = append(paths, filepath.Join(at, Name+".json"))
	}
	return paths
}

// Remove takes away what [Install] wrote, and returns what it took.
func Remove(dir string, dirs []string) ([]string, error) {
	var gone []string
	for _, path := range Files(dir, dirs) {
		err := os.Remove(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return gone, fmt.Errorf("removing a manifest: %w", err)
		default:
			gone = append(gone, path)
		}
	}
	return gone, nil
}

// Installed returns the manifests that are there and lead to a program that is.
func Installed(dirs []string) []string {
	var list []string
	for _, at := range dirs {
		path := filepath.Join(at, Name+".json")
		body, err := os.ReadFile(path)
		var m Manifest
		if err != nil || json.Unmarshal(body, &m) != nil {
			continue
		}
		if _, err := os.Stat(m.Path); err == nil {
			list = append(list, path)
		}
	}
	return list
}

// writeWhole writes a file so that it is there whole or not at all.
func writeWhole(path string, body []byte, mode os.FileMode) error {
	at, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer os.Remove(at.Name())
	_, err = at.Write(body)
	err = errors.Join(err, at.Chmod(mode), at.Close())
	if err == nil {
		err = os.Rename(at.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// quoted writes a path so that a shell reads it as one word (POSIX.1-2017, section
// 2.2.2).
func quoted(path string) string { return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'" }
