package config

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// Paths are the places that Unseen reads and writes.
type Paths struct {
	// Config is the reader's file; it need not exist.
	Config string
	// Data is the directory of the store and its key.
	Data string
	// Runtime is the directory of the control socket.
	Runtime string
}

// FindPaths returns the places of this user on this system; see [FindPathsOn].
func FindPaths(getenv func(string) string) (Paths, error) { return FindPathsOn(runtime.GOOS, getenv) }

// FindPathsOn returns the places of a user on a system as runtime.GOOS names it:
// after the XDG Base Directory Specification, where nothing of it is set on macOS
// below ~/Library/Application Support, and on Windows below %APPDATA% and, for what
// does not move between computers, %LOCALAPPDATA%. UNSEEN_CONFIG (a file),
// UNSEEN_DATA and UNSEEN_RUNTIME (directories) stand above it. It looks at nothing
// but the environment.
func FindPathsOn(system string, getenv func(string) string) (Paths, error) {
	p := Paths{Config: getenv("UNSEEN_CONFIG"), Data: getenv("UNSEEN_DATA"), Runtime: getenv("UNSEEN_RUNTIME")}
	home, config, data := getenv("HOME"), ".config", filepath.Join(".local", "share")
	named := "unseen"
	setConfig, setData := getenv("XDG_CONFIG_HOME"), getenv("XDG_DATA_HOME")
	switch system {
	case "darwin":
		config = filepath.Join("Library", "Application Support")
		data, named = config, "Unseen"
	case "windows":
		home, named = cmp.Or(home, getenv("USERPROFILE")), "Unseen"
		setConfig, setData = cmp.Or(setConfig, getenv("APPDATA")), cmp.Or(setData, getenv("LOCALAPPDATA"))
		config, data = filepath.Join("AppData", "Roaming"), filepath.Join("AppData", "Local")
	}
	if p.Config == "" {
		dir, err := baseDir(setConfig, home, config)
		if err != nil {
			return Paths{}, err
		}
		p.Config = filepath.Join(dir, named, "config.toml")
	}
	if p.Data == "" {
		dir, err := baseDir(setData, home, data)
		if err != nil {
			return Paths{}, err
		}
		p.Data = filepath.Join(dir, named)
	}
	if run := getenv("XDG_RUNTIME_DIR"); p.Runtime == "" && filepath.IsAbs(run) {
		p.Runtime = filepath.Join(run, "unseen")
	}
	if p.Runtime == "" {
		p.Runtime = filepath.Join(p.Data, "run")
	}
	return p, nil
}

// WithData returns the paths with another data directory. A runtime directory
// that only stood in for a missing one moves with it.
func (p Paths) WithData(dir string) Paths {
	if dir == "" {
		return p
	}
	if p.Runtime == filepath.Join(p.Data, "run") {
		p.Runtime = filepath.Join(dir, "run")
	}
	p.Data = dir
	return p
}

// Socket is the control socket.
func (p Paths) Socket() string { return filepath.Join(p.Runtime, "control.sock") }

// baseDir returns an XDG directory. A relative one counts as unset (XDG Base
// Directory Specification, "Environment variables").
func baseDir(set, home, fallback string) (string, error) {
	if filepath.IsAbs(set) {
		return set, nil
	}
	if !filepath.IsAbs(home) {
		return "", fmt.Errorf("finding your home directory: HOME is not set")
	}
	return filepath.Join(home, fallback), nil
}

// ErrNoDirectory is something else where a directory should be.
var ErrNoDirectory = errors.New("config: it is not a directory")

// MakePrivate makes a directory that nobody else may enter, or checks that an
// existing one is so.
func MakePrivate(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making directory: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("looking at directory: %w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("looking at %s: %w", dir, ErrNoDirectory)
	}
	if info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return fmt.Errorf("closing directory to others: %w", err)
	}
	return nil
}
