package bag

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// ErrArchive is a zip file that does not hold one bag.
var ErrArchive = errors.New("bag: not an archive of one bag")

// maxUnpacked is how much an archive may unpack to, in octets.
const maxUnpacked = 64 << 30

// Pack writes a sealed bag as a zip file with one directory in it, of the
// given name. The same bag makes the same octets. The file is written beside
// its place and then moved there, so that a half-written one is never seen.
func Pack(dir, name, file string) error {
	part, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+"-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", file, err)
	}
	defer os.Remove(part.Name())
	err = pack(dir, name, part)
	if err == nil {
		err = part.Sync()
	}
	if err = errors.Join(err, part.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", file, err)
	}
	if err := os.Rename(part.Name(), file); err != nil {
		return fmt.Errorf("writing %s: %w", file, err)
	}
	return nil
}

// pack writes all files, in the order of their names.
func pack(dir, name string, out io.Writer) error {
	names, err := list(dir, func(string) bool { return true })
	if err != nil {
		return err
	}
	z := zip.NewWriter(out)
	for _, n := range names {
		// The time in an archive says nothing; those that count are signed.
		header := zip.FileHeader{Name: path.Join(name, n), Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
		to, err := z.CreateHeader(&header)
		if err != nil {
			return err
		}
		if err := copyFile(to, filepath.Join(dir, n)); err != nil {
			return err
		}
	}
	return z.Close()
}

// copyFile writes a file to out.
func copyFile(out io.Writer, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(out, f)
	return err
}

// An Opened is a bag that can be read, in a directory or an archive.
type Opened struct {
	fs.FS
	io.Closer
	// Dir is where it lies unpacked, "" for an archive.
	Dir string
}

// Open opens a bag: a directory, or a zip file with one directory in it.
func Open(name string) (*Opened, error) {
	about, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("opening the bag: %w", err)
	}
	if about.IsDir() {
		root, err := os.OpenRoot(name)
		if err != nil {
			return nil, fmt.Errorf("opening the bag: %w", err)
		}
		return &Opened{FS: root.FS(), Closer: root, Dir: name}, nil
	}
	z, err := zip.OpenReader(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrArchive, name, err)
	}
	inner, err := only(&z.Reader)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", name, errors.Join(err, z.Close()))
	}
	return &Opened{FS: inner, Closer: z}, nil
}

// only returns the one directory of an archive.
func only(z *zip.Reader) (fs.FS, error) {
	top, octets := "", uint64(0)
	seen := make(map[string]bool)
	for _, f := range z.File {
		first, _, ok := strings.Cut(f.Name, "/")
		octets += f.UncompressedSize64
		// Two files of one name: programs differ in which of them they see.
		// Nor may one lie beside the bag, where nobody looks and others unpack it.
		if !ok || !fs.ValidPath(strings.TrimSuffix(f.Name, "/")) || top != "" && first != top || seen[f.Name] || octets > maxUnpacked || len(seen) > MaxFiles {
			return nil, ErrArchive
		}
		top, seen[f.Name] = first, true
	}
	if top == "" {
		return nil, ErrArchive
	}
	return fs.Sub(z, top)
}

// Unpack writes an archive's bag into a new directory, which must not be there yet.
func (o *Opened) Unpack(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return fmt.Errorf("unpacking the bag: %w", err)
	}
	if err := os.CopyFS(dir, o.FS); err != nil {
		return fmt.Errorf("unpacking the bag: %w", err)
	}
	return nil
}
