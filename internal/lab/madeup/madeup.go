// Package madeup writes mail that nobody ever sent, for testdata/mail.
//
// Every message is made up: people and shops do not exist, and their domains
// are reserved for examples (RFC 2606, section 2 and 3), but for the host
// names of real vendors where a test is about a vendor's addresses; those
// carry no real identifiers. Each message says so in an X-Made-Up header.
//
// The same messages come out every time, to the octet: chance is seeded by the
// name of the file. "make testdata" writes them, and a test compares.
package madeup

import (
	"cmp"
	"hash/fnv"
	"math/rand/v2"
	"slices"
)

// A File is one message and the name it has in testdata/mail.
type File struct {
	// Name ends in ".eml"; what stands before the first hyphen is the family.
	Name string
	// Data is the message, with CR LF where the family is not about line ends.
	Data []byte
}

// All returns every message, in the order of names.
func All() []File {
	var all []File
	for _, family := range []func() []File{
		newsletters, vendorMails, encodings, charsets, structures, broken, vectors,
	} {
		all = append(all, family()...)
	}
	slices.SortFunc(all, func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// chance returns the chance that belongs to a name.
func chance(name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name)) // a hash never fails
	return rand.New(rand.NewPCG(h.Sum64(), 20260302))
}

// file makes a file from a part and the headers of the message around it.
func file(name string, p part, extra ...string) File {
	return File{Name: name + ".eml", Data: message(name, shopFor(name), p, extra...)}
}
