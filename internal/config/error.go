package config

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/BurntSushi/toml"
)

// An Error says what is wrong with a config.toml.
type Error struct {
	// File is its path and Line the line, from 1; 0 if it is about the whole.
	File string
	Line int
	// Key is the key it is about, "" if none.
	Key string
	// Text is what is wrong.
	Text string
	// Allowed is what would be right, "" if that cannot be said.
	Allowed string
}

// Error returns "reading FILE: line 3: pictures cannot be "some"".
func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("reading %s: %s", e.File, e.Text)
	}
	return fmt.Sprintf("reading %s: line %d: %s", e.File, e.Line, e.Text)
}

// syntaxError turns what the parser said into an Error.
func syntaxError(path string, err error) error {
	var parse toml.ParseError
	if !errors.As(err, &parse) {
		return &Error{File: path, Text: strings.TrimPrefix(err.Error(), "toml: ")}
	}
	return &Error{File: path, Line: parse.Position.Line, Key: parse.LastKey, Text: parse.Message}
}

// lineOf returns the line on which a key is set, 0 if it is not found.
func lineOf(text, key string) int {
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimLeft(line, " \t[")
		rest, ok := strings.CutPrefix(line, key)
		if !ok {
			rest, ok = strings.CutPrefix(line, fmt.Sprintf("%q", key))
		}
		if rest = strings.TrimLeft(rest, " \t"); ok && rest != "" && strings.ContainsRune("=.]", rune(rest[0])) {
			return i + 1
		}
	}
	return 0
}

// cause returns the last word of a file error, without the path that is said
// already.
func cause(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
