package source

import (
	"context"
	"io"
	"iter"
)

// Files returns the files that Mails would open below paths, in the same order,
// without opening one: the path of each is the Name of what is handed out, and Raw is
// nil. What cannot be a file is handed out with its error, as Mails does.
//
// Mails of each of these paths by itself gives what Mails gives of all, so that files
// can be dealt out to several machines that see the same disk.
func (c Config) Files(ctx context.Context, paths []string) iter.Seq[Mail] {
	return func(yield func(Mail) bool) {
		r := c.reader(yield)
		r.file = func(path string) bool { return yield(Mail{Name: path, Key: path}) }
		r.paths(ctx, paths)
	}
}

// Stream returns the mails of a file that is read from its beginning to its end, as an
// object of a store is: one mail, an mbox, or a zip archive of at most 256 MiB, which
// is kept in memory.
func (c Config) Stream(name string, in io.Reader) iter.Seq[Mail] {
	return func(yield func(Mail) bool) {
		r := c.reader(yield)
		r.stream(name, name, r.cfg.Progress.through(in), piped)
	}
}
