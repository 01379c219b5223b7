package pipeline

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"

	"github.com/unseen-mail/unseen/internal/scan"
	"github.com/unseen-mail/unseen/internal/source"
)

// contextT is short for what Beam hands to each step.
type contextT = context.Context

// A Reading says what is read of a file. Its fields travel to the workers.
type Reading struct {
	// MaxMail and MaxFile are as in [source.Config].
	MaxMail int
	MaxFile int64
}

// config is the same for package source.
func (r Reading) config() source.Config {
	return source.Config{MaxMail: r.MaxMail, MaxFile: r.MaxFile}
}

// remote says whether a path is an object's.
func remote(path string) bool { return strings.Contains(path, "://") }

// patterned says whether a path has what a pattern is made of.
func patterned(path string) bool { return strings.ContainsAny(path, "*?[") }

// readManifest hands out the lines of a manifest, each of which is a path.
type readManifest struct{}

// ProcessElement implements a DoFn. A manifest that cannot be read ends the job: what
// it names is not known, so that no row could say what is missing.
func (*readManifest) ProcessElement(ctx contextT, manifest string, path func(string)) error {
	store, err := filesystem.New(ctx, manifest)
	if err != nil {
		return fmt.Errorf("reading a manifest: %w", err)
	}
	defer store.Close()
	f, err := store.OpenRead(ctx, manifest)
	if err != nil {
		return fmt.Errorf("reading a manifest: %w", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		// What a mailbox is called may end in a blank: only the end of the line goes.
		if line := strings.TrimSuffix(lines.Text(), "\r"); line != "" {
			if line == "-" || source.IsURL(line) {
				return fmt.Errorf("reading a manifest: %w", ErrSource)
			}
			path(line)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("reading a manifest: %w", err)
	}
	return nil
}

// listFiles hands out the files below a path, and rows for what is not there.
type listFiles struct {
	// Reading is what is read of them.
	Reading Reading
}

// ProcessElement implements a DoFn.
func (l *listFiles) ProcessElement(ctx contextT, path string, file func(string), missing func(Mail)) error {
	if remote(path) {
		return l.objects(ctx, path, file, missing)
	}
	paths := []string{path}
	if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) && patterned(path) {
		// A file that is called like a pattern is that file.
		if found, err := filepath.Glob(path); err == nil && len(found) > 0 {
			paths = found
		}
	}
	for f := range l.Reading.config().Files(ctx, paths) {
		switch {
		case f.Err == nil:
			file(f.Name)
		case passedBy(f.Err):
			count(ctx, passed, 1)
		default:
			missing(unread(&f))
		}
	}
	return ctx.Err()
}

// objects hands out the objects that a pattern names.
func (l *listFiles) objects(ctx contextT, pattern string, file func(string), missing func(Mail)) error {
	if !patterned(pattern) && !strings.HasSuffix(pattern, "/") {
		file(pattern)
		return nil
	}
	store, err := filesystem.New(ctx, pattern)
	if err != nil {
		return fmt.Errorf("listing objects: %w", err)
	}
	defer store.Close()
	all := pattern
	if strings.HasSuffix(all, "/") {
		all += "**"
	}
	names, err := store.List(ctx, all)
	if err != nil {
		return fmt.Errorf("listing objects: %w", err)
	}
	for _, name := range names {
		// Some tools mark a directory by an empty object.
		if !strings.HasSuffix(name, "/") {
			file(name)
		}
	}
	if len(names) == 0 {
		missing(Mail{Name: []byte(pattern), Key: []byte(pattern), Fault: scan.Fault(os.ErrNotExist)})
	}
	return nil
}

// passedBy says whether something was no file, of which nothing is written.
func passedBy(err error) bool {
	skip := new(source.SkipError)
	return errors.As(err, &skip)
}
