// Package template tells what of a URL is its form and what is filled in, and
// learns over many mails of one sender what the filled-in parts stand for.
//
// A template is a URL with its variable parts left out: numbers and texts that
// look like identifiers in host and path, and every value of the query. Two
// addresses that a sender made in the same way have the same template, as a rule;
// a letter-only name that a sender makes up for each recipient is taken for a
// word and gives another.
//
// A [History] notes, for each template of a sender, what its slots did from mail
// to mail. From one mailbox alone it cannot be told whether a part that never
// changes names the reader or the sender's account: then it says so. It keeps
// fingerprints of 64 bits, never a value.
//
// The package is pure, and linear in what it reads.
package template

import "strings"

// A Place is where in a URL a slot stands.
type Place string

// The places of slots.
const (
	Host     Place = "host"
	UserInfo Place = "user-info"
	Path     Place = "path"
	Query    Place = "query"
	Fragment Place = "fragment"
)

// A Slot is one variable part of a URL.
type Slot struct {
	// Place is where it stands.
	Place Place
	// Name is the key of a query parameter, "" for a query without keys and
	// in other places.
	Name string
	// Kind is what its value looks like.
	Kind Kind
	// Value is as written.
	Value string
	// Start and End are where in the URL it stands.
	Start, End int
}

// A Template is a URL taken apart.
type Template struct {
	// Text is the URL without its scheme, with {} and {n} for its slots. It
	// is the same for all URLs of the template.
	Text string
	// Host is the host in lower case, with its variable labels left out.
	Host string
	// Slots are the variable parts, in order.
	Slots []Slot
}

const (
	// maxURL is how much of a URL is read.
	maxURL = 8 << 10
	// maxSlots is how many slots are told apart; what is behind the last is
	// part of it.
	maxSlots = 64
)

// Parse takes an http or https URL apart. It says false for any other.
func Parse(url string) (Template, bool) {
	url = url[:min(len(url), maxURL)]
	scheme, rest, ok := strings.Cut(url, "//")
	if !ok || scheme != "" && !strings.EqualFold(scheme, "https:") && !strings.EqualFold(scheme, "http:") {
		return Template{}, false
	}
	p := parser{url: url}
	p.text.Grow(len(url))
	at := len(url) - len(rest)
	end := len(url)
	if i := strings.IndexAny(rest, `/?#\`); i >= 0 {
		end = at + i
	}
	if end == at {
		return Template{}, false
	}
	p.authority(at, end)
	host := p.text.String()
	host = host[strings.LastIndexByte(host, '@')+1:]
	at, end = end, len(url)
	fragment := strings.IndexByte(url[at:], '#')
	if fragment >= 0 {
		end = at + fragment
	}
	if i := strings.IndexByte(url[at:end], '?'); i >= 0 {
		p.path(at, at+i)
		p.text.WriteByte('?')
		p.query(at+i+1, end)
	} else {
		p.path(at, end)
	}
	if fragment >= 0 && end+1 < len(url) {
		p.text.WriteByte('#')
		p.slot(Slot{Place: Fragment, Start: end + 1, End: len(url)}, "{}")
	}
	return Template{Text: p.text.String(), Host: host, Slots: p.slots}, true
}

// A parser writes a template.
type parser struct {
	url   string
	text  strings.Builder
	slots []Slot
}

// slot adds a slot, and leaves what is too much to the last one.
func (p *parser) slot(s Slot, mark string) {
	if len(p.slots) == maxSlots {
		last := &p.slots[maxSlots-1]
		last.End = s.End
		last.Value = p.url[last.Start:last.End]
		return
	}
	s.Value = p.url[s.Start:s.End]
	if s.Kind == "" {
		s.Kind = KindOf(s.Value)
	}
	p.slots = append(p.slots, s)
	p.text.WriteString(mark)
}

// authority reads user and host. A label of a host is variable only if it is
// long: machines are numbered too.
func (p *parser) authority(at, end int) {
	if i := strings.LastIndexByte(p.url[at:end], '@'); i >= 0 {
		p.slot(Slot{Place: UserInfo, Start: at, End: at + i}, "{}@")
		at += i + 1
	}
	for at <= end {
		stop := end
		if i := strings.IndexByte(p.url[at:end], '.'); i >= 0 {
			stop = at + i
		}
		label := p.url[at:stop]
		if kind := KindOf(label); len(label) >= 12 && (kind == Hex || kind == Random || kind == UUID || kind == Number) {
			p.slot(Slot{Place: Host, Start: at, End: stop, Kind: kind}, "{}")
		} else {
			p.text.WriteString(strings.ToLower(label))
		}
		if stop < end {
			p.text.WriteByte('.')
		}
		at = stop + 1
	}
}

// path reads the segments of a path.
func (p *parser) path(at, end int) {
	for at < end {
		stop := at
		for stop < end && p.url[stop] != '/' && p.url[stop] != '\\' {
			stop++
		}
		p.segment(at, stop)
		if stop < end {
			p.text.WriteByte('/')
		}
		at = stop + 1
	}
}

// segment reads one segment: an extension stays, an identifier is a slot as a
// whole, of other names the parts are looked at one by one.
func (p *parser) segment(at, end int) {
	stop := end
	if dot := strings.LastIndexByte(p.url[at:end], '.'); dot > 0 && isExtension(p.url[at+dot+1:end]) {
		stop = at + dot
	}
	switch name := p.url[at:stop]; {
	case name == "":
	case isIdentifier(name):
		p.slot(Slot{Place: Path, Start: at, End: stop}, "{}")
	default:
		p.pieces(at, stop)
	}
	p.text.WriteString(p.url[stop:end])
}

// pieces reads what stands between hyphens, dots and the like.
func (p *parser) pieces(at, end int) {
	for at < end {
		stop := at
		for stop < end && !isSeparator(p.url[stop]) {
			stop++
		}
		if kind := KindOf(p.url[at:stop]); kind == Word {
			p.digits(at, stop)
		} else if stop > at {
			mark := "{}"
			if kind == Number {
				mark = "{n}"
			}
			p.slot(Slot{Place: Path, Start: at, End: stop, Kind: kind}, mark)
		}
		if stop < end {
			p.text.WriteByte(p.url[stop])
		}
		at = stop + 1
	}
}

// digits reads a word and takes the numbers in it for slots: "banner24",
// "600x200".
func (p *parser) digits(at, end int) {
	for at < end {
		stop := at
		for stop < end && isDigit(p.url[stop]) {
			stop++
		}
		if stop > at {
			p.slot(Slot{Place: Path, Start: at, End: stop, Kind: Number}, "{n}")
			at = stop
			continue
		}
		p.text.WriteByte(p.url[at])
		at++
	}
}

// query reads parameters. What has no key is a value; so is a key that looks
// like an identifier and stands alone.
func (p *parser) query(at, end int) {
	for at <= end && at < len(p.url) {
		stop := at
		for stop < end && p.url[stop] != '&' && p.url[stop] != ';' {
			stop++
		}
		key, _, ok := strings.Cut(p.url[at:stop], "=")
		switch {
		case stop == at:
		case ok && !(isIdentifier(key) && len(key) > 20):
			p.text.WriteString(key + "=")
			p.slot(Slot{Place: Query, Name: key, Start: at + len(key) + 1, End: stop}, "{}")
		default:
			p.slot(Slot{Place: Query, Start: at, End: stop}, "{}")
		}
		if stop < end {
			p.text.WriteByte('&')
		}
		at = stop + 1
	}
}
