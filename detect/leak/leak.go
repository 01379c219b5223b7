// Package leak finds the recipient's address in a URL: as it is, or in any of
// the encodings and hashes that senders are known to use, nested up to three
// layers: the SHA-256 of its base64, the base64 of its MD5 in hexadecimal.
//
// What is looked for is the whole address, without its plus-tag and dots too, its
// local part, its domain, the reader's other addresses, and the name if it is
// given. Encodings on the outside are taken off: escapes of URLs, HTML and JSON,
// base64, base32 and hexadecimal, deflate, zlib, gzip and lz-string, and what is
// inside is searched in turn, a JSON text or a JWT (RFC 7519, section 3) too.
// Hashes cannot be taken off, so those of the address are made beforehand, the
// deeper ones when a token first asks for them, and each hit is made again from
// the address before it is reported.
//
// The list of encodings and hashes is that of Leaky Forms (Senol et al., USENIX
// Security 2022), which goes back to Englehardt, Han and Narayanan (PoPETs 2018).
//
// # Limits
//
// A hash with a salt that is not known, and anything encrypted, cannot be found.
// At three layers, the inner two are of the forms that were seen in use (the
// likely ones of Leaky Forms). Of a URL the first 64 KiB are searched, and as
// much again of what is opened.
//
// The package is pure: what is found depends on the URL and the recipients alone.
package leak

import (
	"strings"
	"sync"
)

// A Leak is where and how a URL carries something of the recipient.
type Leak struct {
	// Form is how it is written, outermost first: "plain", "md5", "sha256 of
	// base64".
	Form string
	// What is carried: "address", "local part", "alias", "domain" or "name".
	What string
	// Variant says what was done to it first: "as written", "upper case",
	// "with newline", "without tag", "" for lower case.
	Variant string
	// Where in the URL it stands: "path", "query", "fragment", "host" or
	// "user-info".
	Where string
	// Start and End are where in the URL the token stands.
	Start, End int
	// Layers are the parts of Form; empty for "plain".
	Layers []string
	// Weak says that it may stand there by chance: a local part that is also
	// a word, a domain alone, a checksum of 32 bits.
	Weak bool
}

// A Finder looks for one reader's addresses. It may be used by many goroutines.
type Finder struct {
	subjects []subject
	// once makes what follows when a URL is first searched: many mails have
	// none.
	once  sync.Once
	forms []form
	// starts are the forms by their first four octets, filter tells quickly
	// that there are none.
	starts map[uint32][]uint16
	filter *[1024]uint64
	// words are forms that only count as a whole token.
	words map[string]uint16
	deep  [classes]table
	// nodes are what the tables are made of, once the first one is.
	nodes func() []node
	// inflaters are readers of deflate at rest.
	inflaters sync.Pool
}

// New returns a Finder for the address of a reader and for their other ones, if
// any. Each may be written with a name, "Anna Ek <anna@example.org>". What is no
// address is passed over; a Finder of none finds nothing.
func New(recipients ...string) *Finder {
	f := &Finder{subjects: subjects(recipients)}
	f.nodes = sync.OnceValue(func() []node { return nodes(f.subjects) })
	return f
}

// Empty says that there is nothing to look for.
func (f *Finder) Empty() bool { return f == nil || len(f.subjects) == 0 }

// maxURL is how much of a URL is searched.
const maxURL = 64 << 10

// Find returns what a URL carries of the recipient, and false if nothing was
// found. A weak leak is returned only if there is no other.
func (f *Finder) Find(url string) (Leak, bool) {
	if f.Empty() {
		return Leak{}, false
	}
	f.once.Do(f.makeForms)
	s := search{f: f, budget: maxURL}
	start := 0
	if i := strings.Index(url, "//"); i >= 0 && i <= len("https:") {
		start = i + 2
	}
	text := url[start:min(len(url), start+maxURL)]
	h, ok := s.text(text, 0)
	if !ok {
		return Leak{}, false
	}
	sub := f.subjects[h.subject]
	l := Leak{What: sub.what, Variant: sub.variant, Start: start + h.start, End: start + h.end,
		Layers: h.layers, Weak: h.grade == gradeWeak}
	l.Form = strings.Join(h.layers, " of ")
	if l.Form == "" {
		l.Form = "plain"
	}
	l.Where = where(url, l.Start)
	return l, true
}

// where names the part of a URL that an offset lies in (RFC 3986, section 3).
func where(url string, at int) string {
	if i := strings.IndexByte(url, '#'); i >= 0 && i < at {
		return "fragment"
	}
	if i := strings.IndexByte(url, '?'); i >= 0 && i < at {
		return "query"
	}
	_, rest, ok := strings.Cut(url, "//")
	if !ok {
		return "path"
	}
	begin := len(url) - len(rest)
	end := strings.IndexAny(rest, `/\?#`)
	if end < 0 {
		end = len(rest)
	}
	switch user := strings.LastIndexByte(rest[:end], '@'); {
	case at >= begin+end:
		return "path"
	case at < begin+user:
		return "user-info"
	}
	return "host"
}
