package bag

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// A Fault is what is wrong with a file of a bag.
type Fault string

// The faults.
const (
	// Changed does not have the hash that a manifest gives.
	Changed Fault = "changed"
	// Missing stands in a manifest and not in the bag.
	Missing Fault = "missing"
	// Unlisted stands in the bag and not in every manifest.
	Unlisted Fault = "unlisted"
	// Malformed is a tag file that cannot be read as what it is.
	Malformed Fault = "malformed"
	// Unsigned lacks its signature.
	Unsigned Fault = "unsigned"
	// Forged has a signature that is not of it, or not of the bag's key.
	Forged Fault = "forged"
	// Unstamped has a time stamp that is not of this bag.
	Unstamped Fault = "unstamped"
)

// A Problem is one file with what is wrong with it.
type Problem struct {
	// Path is relative to the bag.
	Path string
	// Fault is what is wrong.
	Fault Fault
	// Detail says more, in English, for whoever looks into it; "" if there is
	// nothing more to say.
	Detail string
}

// A Result is what Verify found.
type Result struct {
	// Problems are sorted by path. A bag is whole if there are none.
	Problems []Problem
	// Files and Octets are those of the payload.
	Files  int
	Octets int64
	// Fingerprint is of the key that signed, as ssh-keygen -l prints it.
	Fingerprint string
	// Stamps are the time stamps that hold.
	Stamps []Stamp
}

// Whole says whether nothing is wrong.
func (r *Result) Whole() bool { return len(r.Problems) == 0 }

// A verifier is one run of Verify.
type verifier struct {
	bag    fs.FS
	files  map[string]fs.DirEntry
	result Result
	// blamed keeps a file from being named twice for one fault.
	blamed map[Problem]bool
}

// Verify checks a bag, whose root is that of the file system. An error is one of
// reading; what is wrong with the bag stands in the result, all of it.
func Verify(bag fs.FS) (*Result, error) {
	v := &verifier{bag: bag, files: make(map[string]fs.DirEntry), blamed: make(map[Problem]bool)}
	if err := v.list(); err != nil {
		return nil, err
	}
	if text, ok := v.tag(Declaration); ok && string(text) != declaration {
		v.blame(Declaration, Malformed, "")
	}
	payload := func(name string) bool { return strings.HasPrefix(name, Payload+"/") }
	v.sums("manifest-", payload)
	tags := func(name string) bool { return !payload(name) && !v.unsealed(name) }
	v.sums("tagmanifest-", tags)
	v.oxum()
	v.signatures()
	v.stamps()
	slices.SortFunc(v.result.Problems, func(a, b Problem) int { return strings.Compare(a.Path, b.Path) })
	return &v.result, nil
}

// blame notes a problem once.
func (v *verifier) blame(path string, fault Fault, detail string) {
	p := Problem{path, fault, detail}
	if !v.blamed[Problem{path, fault, ""}] {
		v.blamed[Problem{path, fault, ""}] = true
		v.result.Problems = append(v.result.Problems, p)
	}
}

// list finds all files.
func (v *verifier) list() error {
	err := fs.WalkDir(v.bag, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			return nil
		case !entry.Type().IsRegular():
			v.blame(name, Malformed, "no plain file")
			return nil
		case len(v.files) >= MaxFiles:
			return fmt.Errorf("more than %d files", MaxFiles)
		}
		v.files[name] = entry
		return nil
	})
	if err != nil {
		return fmt.Errorf("listing the bag: %w", err)
	}
	return nil
}

// tag reads a tag file. It says false, and blames it, if it is not there.
func (v *verifier) tag(name string) ([]byte, bool) {
	if _, ok := v.files[name]; !ok {
		v.blame(name, Missing, "")
		return nil, false
	}
	f, err := v.bag.Open(name)
	if err != nil {
		v.blame(name, Malformed, err.Error())
		return nil, false
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, MaxManifest+1))
	if err != nil || len(text) > MaxManifest {
		v.blame(name, Malformed, "cannot be read, or is too large")
		return nil, false
	}
	return text, true
}

// unsealed says which files no tag manifest can name: the tag manifests
// themselves (RFC 8493, section 2.2.1), and what was made after them.
func (v *verifier) unsealed(name string) bool {
	return strings.HasPrefix(name, "tagmanifest-") || strings.HasPrefix(name, Stamps+"/")
}

// sums compares the manifests of a kind with the files that they are of.
func (v *verifier) sums(kind string, of func(string) bool) {
	var lists []map[string][]byte
	for _, algorithm := range algorithms {
		name := kind + algorithm + ".txt"
		text, _ := v.tag(name)
		lists = append(lists, v.parse(name, text, newHash(algorithm).Size()))
	}
	for name := range v.files {
		if !of(name) {
			continue
		}
		sums, octets, err := sumFile(v.bag, name)
		if err != nil {
			v.blame(name, Malformed, err.Error())
			continue
		}
		if kind == "manifest-" {
			v.result.Files++
			v.result.Octets += octets
		}
		for i, list := range lists {
			switch want, ok := list[name]; {
			case !ok:
				v.blame(name, Unlisted, "")
			case !bytes.Equal(want, sums[i]):
				v.blame(name, Changed, "")
			}
		}
	}
	for _, list := range lists {
		for name := range list {
			if _, ok := v.files[name]; !ok {
				v.blame(name, Missing, "")
			} else if !of(name) {
				v.blame(name, Malformed, "listed where it does not belong")
			}
		}
	}
}

// parse reads a manifest.
func (v *verifier) parse(manifest string, text []byte, size int) map[string][]byte {
	list := make(map[string][]byte)
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		digest, name, ok := strings.Cut(lines.Text(), " ")
		name = unescape.Replace(strings.TrimLeft(name, " *"))
		sum, err := hex.DecodeString(digest)
		if !ok || err != nil || len(sum) != size || checkPath(name) != nil || list[name] != nil {
			v.blame(manifest, Malformed, "a line that is none of a manifest")
			continue
		}
		list[name] = sum
	}
	if lines.Err() != nil {
		v.blame(manifest, Malformed, lines.Err().Error())
	}
	return list
}

// oxum compares the size of the payload with what bag-info.txt says (RFC 8493,
// section 2.2.2).
func (v *verifier) oxum() {
	text, ok := v.tag(Information)
	if !ok {
		return
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "Payload-Oxum: "); ok {
			if strings.TrimSpace(value) != fmt.Sprintf("%d.%d", v.result.Octets, v.result.Files) {
				v.blame(Information, Changed, "the payload has another size")
			}
			return
		}
	}
}
