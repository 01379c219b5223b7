// Package bag seals a directory of evidence so that every later change of it is
// found, and finds it: as a bag of BagIt 1.0 (RFC 8493), signed and time-stamped.
//
// # What holds
//
// A sealed bag says of each of its octets what it must be. The payload, all
// under data/, stands in manifest-sha256.txt and manifest-sha512.txt; those
// and all other tag files stand in the two tag manifests; and each tag manifest
// has a signature beside it, in the form of OpenSSH (PROTOCOL.sshsig), made with
// Ed25519. A time stamp (RFC 3161) of tagmanifest-sha512.txt may be added at
// any time later, in stamps/, with a signature of its own.
//
// Nothing of that needs this program: sha256sum, ssh-keygen, openssl and any
// validator of BagIt check it too.
//
// # What it cannot do
//
// A signature says that the holder of a key made the bag, not when, nor who that
// is. Somebody else can make another bag with a key of their own: the key's
// fingerprint has to be known from elsewhere. Only a time stamp of somebody who
// is trusted says that the bag was there at a time.
//
// # Limits
//
// A bag has at most [MaxFiles] files, and manifests of at most [MaxManifest]
// octets. Files are read in pieces; paths that lead out of the bag, links and
// whatever is no plain file are refused. Verify needs nothing but the bag.
package bag

import (
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"hash"
	"path"
	"strings"
)

// Names of the files of a bag (RFC 8493, section 2).
const (
	// Declaration says that a directory is a bag.
	Declaration = "bagit.txt"
	// Information is about the bag, for people.
	Information = "bag-info.txt"
	// Payload is the directory of all that was bagged.
	Payload = "data"
	// Signers holds the key that signed, in the form of ssh-keygen's
	// allowed_signers.
	Signers = "allowed_signers"
	// Stamps is the directory of time stamps.
	Stamps = "stamps"
	// Stamped is what time stamps are of.
	Stamped = "tagmanifest-sha512.txt"
)

// Namespace is what signatures are for (PROTOCOL.sshsig), Identity the name that
// the key has in [Signers].
const (
	Namespace = "unseen-evidence"
	Identity  = "unseen"
)

// Limits of a bag.
const (
	// MaxFiles is how many files a bag may have.
	MaxFiles = 200_000
	// MaxManifest is how large a tag file may be, in octets.
	MaxManifest = 64 << 20
)

// ErrPath is a path that cannot be in a bag.
var ErrPath = errors.New("bag: not a path in a bag")

const declaration = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

// algorithms are those of manifests, by the name that files have after them
// (RFC 8493, section 2.4).
var algorithms = []string{"sha256", "sha512"}

// newHash returns the hash of an algorithm.
func newHash(algorithm string) hash.Hash {
	if algorithm == "sha512" {
		return sha512.New()
	}
	return sha256.New()
}

// checkPath refuses what is no plain relative path.
func checkPath(name string) error {
	switch {
	case name == "", name != path.Clean(name), path.IsAbs(name), name == ".",
		name == "..", strings.HasPrefix(name, "../"),
		strings.ContainsAny(name, "\\:\x00"):
		return fmt.Errorf("%w: %q", ErrPath, name)
	}
	return nil
}

// Line ends and "%" in paths are written in hexadecimal (RFC 8493, section 2.1.3).
var (
	escape   = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	unescape = strings.NewReplacer("%25", "%", "%0D", "\r", "%0d", "\r", "%0A", "\n", "%0a", "\n")
)
