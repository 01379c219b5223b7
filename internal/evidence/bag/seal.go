package bag

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"
)

// A Field is one line of bag-info.txt (RFC 8493, section 2.2.2).
type Field struct {
	// Label is in the form "Source-Organization".
	Label string
	// Value is one line.
	Value string
}

// Seal makes a bag of a directory whose payload stands in data/: it writes
// everything beside it, from bagit.txt to the signatures. Tag files of the
// caller's own may stand in the directory already and are sealed with the rest;
// what an earlier Seal wrote is written anew.
func Seal(dir string, info []Field, key ssh.Signer) error {
	if err := unseal(dir); err != nil {
		return err
	}
	payload, err := list(dir, func(name string) bool { return strings.HasPrefix(name, Payload+"/") })
	if err != nil {
		return err
	}
	sums, octets, err := sum(dir, payload)
	if err != nil {
		return err
	}
	info = append(slices.Clone(info), Field{"Payload-Oxum", fmt.Sprintf("%d.%d", octets, len(payload))})
	tags := map[string][]byte{
		Declaration: []byte(declaration),
		Information: infoText(info),
		Signers:     signersLine(key.PublicKey()),
	}
	for i, algorithm := range algorithms {
		tags["manifest-"+algorithm+".txt"] = manifest(payload, sums[i])
	}
	if err := writeAll(dir, tags); err != nil {
		return err
	}
	return sealTags(dir, key)
}

// unseal takes away what a Seal before left in a directory.
func unseal(dir string) error {
	for _, algorithm := range algorithms {
		for _, name := range []string{"manifest-" + algorithm + ".txt", "tagmanifest-" + algorithm + ".txt", "tagmanifest-" + algorithm + ".txt.sig"} {
			if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("removing an old seal: %w", err)
			}
		}
	}
	// Time stamps are of the seal that goes.
	if err := os.RemoveAll(filepath.Join(dir, Stamps)); err != nil {
		return fmt.Errorf("removing old time stamps: %w", err)
	}
	return nil
}

// sealTags writes the tag manifests and signs them.
func sealTags(dir string, key ssh.Signer) error {
	names, err := list(dir, func(name string) bool { return !strings.HasPrefix(name, Payload+"/") })
	if err != nil {
		return err
	}
	sums, _, err := sum(dir, names)
	if err != nil {
		return err
	}
	sealed := make(map[string][]byte)
	for i, algorithm := range algorithms {
		name := "tagmanifest-" + algorithm + ".txt"
		text := manifest(names, sums[i])
		signature, err := sign(text, key)
		if err != nil {
			return err
		}
		sealed[name], sealed[name+".sig"] = text, signature
	}
	return writeAll(dir, sealed)
}

// sign makes a signature as ssh-keygen -Y sign does.
func sign(text []byte, key ssh.Signer) ([]byte, error) {
	signature, err := sshsig.Sign(bytes.NewReader(text), key, sshsig.HashSHA512, Namespace)
	if err != nil {
		return nil, fmt.Errorf("signing the bag: %w", err)
	}
	return sshsig.Armor(signature), nil
}

// signersLine is the key as ssh-keygen -Y verify reads it.
func signersLine(key ssh.PublicKey) []byte {
	return fmt.Appendf(nil, "%s namespaces=%q %s", Identity, Namespace, ssh.MarshalAuthorizedKey(key))
}

// infoText writes bag-info.txt.
func infoText(info []Field) []byte {
	var b bytes.Buffer
	for _, f := range info {
		// A value over lines would be read as further fields.
		fmt.Fprintf(&b, "%s: %s\n", f.Label, strings.Join(strings.Fields(f.Value), " "))
	}
	return b.Bytes()
}

// manifest writes a manifest (RFC 8493, section 2.1.3).
func manifest(names []string, sums [][]byte) []byte {
	var b bytes.Buffer
	for i, name := range names {
		fmt.Fprintf(&b, "%s  %s\n", hex.EncodeToString(sums[i]), escape.Replace(name))
	}
	return b.Bytes()
}

// list returns the files of a directory that a rule names, sorted.
func list(dir string, wanted func(string) bool) ([]string, error) {
	var names []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			return nil
		case !entry.Type().IsRegular():
			return fmt.Errorf("%w: %q is no plain file", ErrPath, name)
		}
		if err := checkPath(name); err != nil {
			return err
		}
		if wanted(name) {
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("listing the bag: %w", err)
	}
	if len(names) > MaxFiles {
		return nil, fmt.Errorf("listing the bag: %d files, more than %d", len(names), MaxFiles)
	}
	return names, nil
}

// sum hashes files by each algorithm, in their order.
func sum(dir string, names []string) (sums [][][]byte, octets int64, err error) {
	sums = make([][][]byte, len(algorithms))
	for _, name := range names {
		one, n, err := sumFile(os.DirFS(dir), name)
		if err != nil {
			return nil, 0, err
		}
		octets += n
		for i := range algorithms {
			sums[i] = append(sums[i], one[i])
		}
	}
	return sums, octets, nil
}

// sumFile hashes a file by all algorithms in one reading.
func sumFile(bag fs.FS, name string) (sums [][]byte, octets int64, err error) {
	f, err := bag.Open(name)
	if err != nil {
		return nil, 0, fmt.Errorf("opening %s: %w", name, err)
	}
	defer f.Close()
	var into []io.Writer
	for _, algorithm := range algorithms {
		into = append(into, newHash(algorithm))
	}
	octets, err = io.Copy(io.MultiWriter(into...), f)
	if err != nil {
		return nil, 0, fmt.Errorf("reading %s: %w", name, err)
	}
	for _, h := range into {
		sums = append(sums, h.(interface{ Sum([]byte) []byte }).Sum(nil))
	}
	return sums, octets, nil
}

// writeAll writes tag files.
func writeAll(dir string, files map[string][]byte) error {
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			return fmt.Errorf("writing %s: %w", name, err)
		}
	}
	return nil
}
