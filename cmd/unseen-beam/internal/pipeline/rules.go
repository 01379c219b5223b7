package pipeline

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/unseen-mail/unseen/internal/rulefiles"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// Rules are an edition of the rules as it travels to workers: the tables of the
// catalogue, and the reader's own lists.
type Rules struct {
	// Edition is the one that every row names.
	Edition string
	// Packed is a zip archive of "catalogue" and "own".
	Packed []byte
}

// ErrEdition is a worker that does not come to the edition of whoever made the pipeline.
var ErrEdition = errors.New("pipeline: rules of another edition")

// PackRules packs the tables of this program and the reader's own rules in a directory,
// which need not exist. Problems are the lines of these that cannot be read.
func PackRules(dir string) (r Rules, problems []rulefiles.Problem, err error) {
	plain, err := catalogue.Load()
	if err != nil {
		return r, nil, fmt.Errorf("loading rules: %w", err)
	}
	own, err := rulefiles.Load(dir, knows(plain))
	if err != nil {
		return r, nil, err
	}
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	for _, t := range plain.Tables() {
		if err := pack(z, path.Join("catalogue", t.Name), catalogue.Embedded(), t.Name); err != nil {
			return r, nil, err
		}
	}
	for _, f := range own.Files() {
		if len(f.Problems) > 0 && f.Rules == 0 {
			continue // it may not even be there to be read
		}
		if err := pack(z, path.Join("own", f.Name), os.DirFS(dir), f.Name); err != nil {
			return r, nil, err
		}
	}
	if err := z.Close(); err != nil {
		return r, nil, fmt.Errorf("packing rules: %w", err)
	}
	r.Packed = packed.Bytes()
	// What was packed is what holds, should somebody write to a list meanwhile.
	c, err := r.unpack()
	if err != nil {
		return r, nil, err
	}
	r.Edition = c.Edition()
	return r, own.Problems(), nil
}

// knows says whether a catalogue has a vendor.
func knows(c *catalogue.Catalogue) func(string) bool {
	return func(id string) bool { _, ok := c.Vendor(id); return ok }
}

// pack adds a file to an archive.
func pack(z *zip.Writer, as string, files fs.FS, name string) error {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return fmt.Errorf("packing rules: %w", err)
	}
	w, err := z.Create(as)
	if err != nil {
		return fmt.Errorf("packing rules: %w", err)
	}
	if _, err := w.Write(text); err != nil {
		return fmt.Errorf("packing rules: %w", err)
	}
	return nil
}

// catalogue makes the catalogue that rows go by, or ErrEdition.
func (r Rules) catalogue() (*catalogue.Catalogue, error) {
	c, err := r.unpack()
	if err != nil {
		return nil, err
	}
	if c.Edition() != r.Edition {
		return nil, fmt.Errorf("unpacking rules: %w: %s, not %s", ErrEdition, c.Edition(), r.Edition)
	}
	return c, nil
}

// unpack makes a catalogue of what was packed.
func (r Rules) unpack() (*catalogue.Catalogue, error) {
	z, err := zip.NewReader(bytes.NewReader(r.Packed), int64(len(r.Packed)))
	if err != nil {
		return nil, fmt.Errorf("unpacking rules: %w", err)
	}
	tables, err := fs.Sub(z, "catalogue")
	if err != nil {
		return nil, fmt.Errorf("unpacking rules: %w", err)
	}
	plain, err := catalogue.Read(tables)
	if err != nil {
		return nil, fmt.Errorf("unpacking rules: %w", err)
	}
	own, err := ownRules(z, plain)
	if err != nil {
		return nil, err
	}
	if own.Empty() {
		return plain, nil
	}
	return plain.WithOwn(own), nil
}

// ownRules reads the reader's own rules as from the directory that they came from: they
// are laid out in one that is gone when it returns.
func ownRules(z *zip.Reader, plain *catalogue.Catalogue) (*rulefiles.Rules, error) {
	dir, err := os.MkdirTemp("", "unseen-rules-*")
	if err != nil {
		return nil, fmt.Errorf("unpacking rules: %w", err)
	}
	defer os.RemoveAll(dir)
	for _, f := range z.File {
		name, own := cutRoom(f.Name, "own")
		if !own {
			continue
		}
		text, err := fs.ReadFile(z, f.Name)
		if err != nil {
			return nil, fmt.Errorf("unpacking rules: %w", err)
		}
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			return nil, fmt.Errorf("unpacking rules: %w", err)
		}
		if err := os.WriteFile(at, text, 0o600); err != nil {
			return nil, fmt.Errorf("unpacking rules: %w", err)
		}
	}
	return rulefiles.Load(dir, knows(plain))
}

// cutRoom returns a name below a directory of the archive that leads nowhere else.
func cutRoom(name, room string) (string, bool) {
	rest, ok := bytes.CutPrefix([]byte(name), []byte(room+"/"))
	return string(rest), ok && filepath.IsLocal(string(rest))
}
