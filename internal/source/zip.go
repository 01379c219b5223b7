package source

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// Bounds of an archive.
const (
	// deepest is how deep an archive may be in others.
	deepest = 1
	// piped is how deep what comes from a pipe is: an archive there is in none.
	piped = -1
	// maxRatio is how much more than itself a file may unpack to. Deflate
	// reaches 1032; mail seldom passes 20, and blanks in a template not 100.
	maxRatio = 200
	// freely is how many octets may be unpacked at any ratio.
	freely = 8 << 20
	// maxDirectory is how many octets of an archive may be read to list it:
	// about a million files.
	maxDirectory = 128 << 20
	// maxNested is the size of an archive in another, or from a pipe, which is
	// kept in memory.
	maxNested = 256 << 20
)

// zipStart begins every archive but an empty one (APPNOTE.TXT, section 4.3.7).
var zipStart = []byte("PK\x03\x04")

// An archive is a zip file that is being read.
type archive struct {
	name  string
	in    io.ReaderAt
	size  int64
	depth int
	// count says that its octets are those of a file.
	count bool
}

// A listingReader reads so much of an archive and no more until it is listed: the
// list is held in memory, whatever the archive says of its length.
type listingReader struct {
	in   io.ReaderAt
	left int64
	done bool
}

// errListing is an archive that holds too much.
var errListing = errors.New("source: list of an archive too long")

// ReadAt implements [io.ReaderAt].
func (l *listingReader) ReadAt(b []byte, at int64) (int, error) {
	if !l.done {
		if l.left -= int64(len(b)); l.left < 0 {
			return 0, errListing
		}
	}
	return l.in.ReadAt(b, at)
}

// zip hands out the mails of an archive.
func (r *reader) zip(a archive) bool {
	in := &listingReader{in: a.in, left: maxDirectory}
	z, err := zip.NewReader(in, a.size)
	in.done = true
	switch {
	case errors.Is(err, errListing):
		return r.failed(a.name, ErrTooLarge)
	case err != nil && !errors.Is(err, zip.ErrInsecurePath):
		// Names are never those of files here, so an insecure one is none.
		return r.failed(a.name, fmt.Errorf("%w: %w", ErrArchive, err))
	}
	// Files may overlap, so that each alone is harmless and all together are not.
	budget := freely + maxRatio*a.size
	for _, f := range z.File {
		if f.FileInfo().IsDir() {
			continue
		}
		before := r.cfg.Progress.done.Load()
		if !r.member(a, f, &budget) {
			return false
		}
		if a.count {
			r.cfg.Progress.done.Store(before + int64(min(f.CompressedSize64, uint64(a.size))))
		}
		if budget <= 0 {
			return r.failed(a.name, ErrUnpacks)
		}
	}
	return true
}

// member hands out the mails of a file in an archive.
func (r *reader) member(a archive, f *zip.File, budget *int64) bool {
	name := a.name + "/" + harmless(f.Name)
	switch {
	case f.Flags&1 != 0: // APPNOTE.TXT, section 4.4.4
		return r.failed(name, ErrEncrypted)
	case !f.Mode().IsRegular():
		return r.failed(name, &SkipError{Mode: f.Mode()})
	case r.cfg.MaxFile > 0 && f.UncompressedSize64 > uint64(r.cfg.MaxFile):
		return r.failed(name, ErrTooLarge)
	}
	in, err := f.Open()
	if err != nil {
		return r.failed(name, fmt.Errorf("%w: %w", ErrArchive, err))
	}
	defer in.Close()
	return r.stream(name, name, &unpackingReader{in: in, packed: int64(f.CompressedSize64), budget: budget}, a.depth)
}

// harmless makes of a name in an archive one that leads nowhere else.
func harmless(name string) string {
	return strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/")
}

// An unpackingReader ends where a file unpacks to far more than it is. It goes by
// what is unpacked, not by what the archive says.
type unpackingReader struct {
	in             io.Reader
	packed, unpack int64
	budget         *int64
}

// Read implements [io.Reader].
func (u *unpackingReader) Read(b []byte) (int, error) {
	n, err := u.in.Read(b)
	u.unpack += int64(n)
	*u.budget -= int64(n)
	if u.unpack > freely+maxRatio*u.packed || *u.budget <= 0 {
		return 0, ErrUnpacks
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: %w", ErrArchive, err)
	}
	return n, err
}

// nested hands out the mails of an archive that can be read only once.
func (r *reader) nested(name string, in io.Reader, depth int) bool {
	if depth >= deepest {
		return r.failed(name, ErrDepth)
	}
	raw, err := readMail(in, maxNested)
	if err != nil {
		return r.failed(name, err)
	}
	return r.zip(archive{name: name, in: bytes.NewReader(raw), size: int64(len(raw)), depth: depth + 1})
}
