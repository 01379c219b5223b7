// Package backup writes what Unseen keeps into one file, and reads it back.
//
// The file is a tar archive packed by gzip. It begins with a list of what it holds,
// each with its length and SHA-256: nothing is put in place before all of it was
// read and compared, and nothing is ever written over. Who has the file has the key
// to the addresses in the reader's mail, and their decisions: it is for them alone.
package backup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// Sentinels of the package.
var (
	// ErrFormat is a file that is no backup, or one that was damaged.
	ErrFormat = errors.New("backup: not a whole backup")
	// ErrThere says that a store is there already.
	ErrThere = errors.New("backup: there is a store already")
)

// Form is the version of the form.
const Form = 1

// listName is the first file of the archive.
const listName = "unseen-backup.json"

// maxFile is the most octets of one file, against archives that unpack for ever.
const maxFile = 64 << 30

// A List says what a backup holds.
type List struct {
	// Form is [Form], Version the program's.
	Form    int    `json:"form"`
	Version string `json:"version"`
	// Made is when.
	Made time.Time `json:"made"`
	// Files are all of them, in their order.
	Files []Item `json:"files"`
}

// An Item is one file.
type Item struct {
	// Name is its path below the data directory, with slashes.
	Name string `json:"name"`
	// Size and SHA256 are those of what is in it.
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// A File is one that is backed up: Name as in [Item], Path where it lies.
type File struct{ Name, Path string }

// Write writes a backup of files.
func Write(w io.Writer, version string, made time.Time, files []File) error {
	list := List{Form: Form, Version: version, Made: made.UTC().Truncate(time.Second)}
	for _, f := range files {
		item, err := measure(f)
		if err != nil {
			return fmt.Errorf("backing up: %w", err)
		}
		list.Files = append(list.Files, item)
	}
	text, err := json.MarshalIndent(list, "", " ")
	if err != nil {
		return fmt.Errorf("backing up: %w", err)
	}
	packed := gzip.NewWriter(w)
	archive := tar.NewWriter(packed)
	err = add(archive, listName, int64(len(text)), list.Made, bytes.NewReader(text))
	for i, f := range files {
		if err == nil {
			err = copied(archive, f, list.Files[i], list.Made)
		}
	}
	if err = errors.Join(err, archive.Close(), packed.Close()); err != nil {
		return fmt.Errorf("backing up: %w", err)
	}
	return nil
}

// measure reads a file once, for its length and hash.
func measure(f File) (Item, error) {
	in, err := os.Open(f.Path)
	if err != nil {
		return Item{}, err
	}
	defer in.Close()
	h := sha256.New()
	n, err := io.Copy(h, in)
	return Item{Name: f.Name, Size: n, SHA256: hex.EncodeToString(h.Sum(nil))}, err
}

// copied adds a file as it was measured.
func copied(to *tar.Writer, f File, item Item, made time.Time) error {
	in, err := os.Open(f.Path)
	if err != nil {
		return err
	}
	defer in.Close()
	return add(to, item.Name, item.Size, made, io.LimitReader(in, item.Size))
}

// add adds one entry.
func add(to *tar.Writer, name string, size int64, made time.Time, in io.Reader) error {
	if err := to.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: made, Typeflag: tar.TypeReg}); err != nil {
		return err
	}
	_, err := io.Copy(to, in)
	return err
}

// Read puts a backup into a data directory that holds no store yet. All is unpacked
// beside it and compared with the list first.
func Read(r io.Reader, dir string) (List, error) {
	if _, err := os.Stat(filepath.Join(dir, "unseen.db")); err == nil {
		return List{}, ErrThere
	}
	if _, err := os.Stat(filepath.Join(dir, "key")); err == nil {
		return List{}, ErrThere
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return List{}, fmt.Errorf("reading backup: %w", err)
	}
	beside, err := os.MkdirTemp(dir, ".import-")
	if err != nil {
		return List{}, fmt.Errorf("reading backup: %w", err)
	}
	defer os.RemoveAll(beside)
	list, err := unpack(r, beside)
	if err != nil {
		return list, err
	}
	for _, item := range list.Files {
		if err := place(beside, dir, item.Name); err != nil {
			return list, fmt.Errorf("reading backup: %w", err)
		}
	}
	return list, nil
}

// place moves one file to where it belongs.
func place(from, dir, name string) error {
	to := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	if _, err := os.Lstat(to); err == nil {
		return fmt.Errorf("%s: %w", to, os.ErrExist)
	}
	return os.Rename(filepath.Join(from, filepath.FromSlash(name)), to)
}

// unpack reads an archive into a directory and holds it against its list.
func unpack(r io.Reader, dir string) (List, error) {
	packed, err := gzip.NewReader(r)
	if err != nil {
		return List{}, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	archive := tar.NewReader(packed)
	list, err := readList(archive)
	if err != nil {
		return list, err
	}
	for _, item := range list.Files {
		head, err := archive.Next()
		if err != nil || head.Name != item.Name || head.Size != item.Size || item.Size > maxFile || !proper(item.Name) {
			return list, fmt.Errorf("%w: %q is not what the list says", ErrFormat, item.Name)
		}
		sum, err := unpackOne(archive, filepath.Join(dir, filepath.FromSlash(item.Name)))
		if err != nil {
			return list, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		if sum != item.SHA256 {
			return list, fmt.Errorf("%w: %q was changed", ErrFormat, item.Name)
		}
	}
	return list, nil
}

// readList reads the list, which comes first.
func readList(archive *tar.Reader) (List, error) {
	head, err := archive.Next()
	if err != nil || head.Name != listName || head.Size > 1<<20 {
		return List{}, fmt.Errorf("%w: it does not begin with a list", ErrFormat)
	}
	var list List
	if err := json.NewDecoder(archive).Decode(&list); err != nil || list.Form != Form {
		return list, fmt.Errorf("%w: its list cannot be read, or a newer Unseen wrote it", ErrFormat)
	}
	return list, nil
}

// proper says whether a name is of a file that a backup may bring, and stays below the
// data directory. Keys of certificates and programs are none: who made a backup up would
// have them believed, or run.
func proper(name string) bool {
	if !filepath.IsLocal(filepath.FromSlash(name)) || strings.Contains(name, `\`) || name != path.Clean(name) {
		return false
	}
	return name == "unseen.db" || name == "key" || name == "evidence.key" || strings.HasPrefix(name, "evidence/") || strings.HasPrefix(name, "rules/") || strings.HasPrefix(name, "setup/")
}

// unpackOne writes one file and returns the hash of what was in it.
func unpackOne(in io.Reader, path string) (string, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, h), in)
	return hex.EncodeToString(h.Sum(nil)), errors.Join(err, out.Sync(), out.Close())
}
