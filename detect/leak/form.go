package leak

import (
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/mr-tron/base58"
)

// A form is one way of writing a subject that is found by searching for it.
type form struct {
	text   string
	layers []string
	// subject is the index of what it is a form of.
	subject uint8
	// fold says that it is written in any case; text is in lower case then.
	fold bool
	// bound says that no letter or digit may stand beside it.
	bound bool
	weak  bool
}

// minForm is the length under which a form is not looked for.
const minForm = 4

// add takes a form in.
func (f *Finder) add(x form) {
	if len(x.text) < minForm || len(f.forms) >= 1<<16-1 {
		return
	}
	at := uint16(len(f.forms))
	f.forms = append(f.forms, x)
	key := uint32(x.text[0]) | uint32(x.text[1])<<8 | uint32(x.text[2])<<16 | uint32(x.text[3])<<24
	key |= caseless
	f.starts[key] = append(f.starts[key], at)
	h := spread(key)
	f.filter[h>>6] |= 1 << (h & 63)
}

// caseless sets the bit in which upper and lower case differ, in four octets.
const caseless = 0x20202020

// spread makes 16 bits of four octets, by Knuth's multiplicative hashing.
func spread(key uint32) uint32 { return key * 2654435769 >> 16 }

// addWord takes in a form that counts only as a whole token.
func (f *Finder) addWord(x form) {
	if _, ok := f.words[x.text]; ok || len(x.text) < 6 || len(f.forms) >= 1<<16-1 {
		return
	}
	f.words[x.text] = uint16(len(f.forms))
	f.forms = append(f.forms, x)
}

// makeForms makes the forms of all subjects.
func (f *Finder) makeForms() {
	f.filter = new([1024]uint64)
	f.starts, f.words = make(map[uint32][]uint16), make(map[string]uint16)
	likely := make([]hash, 0, 5)
	for _, h := range hashes() {
		if h.likely {
			likely = append(likely, h)
		}
	}
	for i, s := range f.subjects {
		id := uint8(i)
		f.plain(id, s)
		for _, h := range likely {
			f.hashed(id, s, h)
		}
		if s.rank > 0 {
			f.encoded(id, s)
			for _, c := range checksums(s.text) {
				x := form{text: c.text, layers: []string{c.name}, subject: id, weak: c.weak}
				f.addWord(x)
				x.text = strings.ToUpper(c.text)
				f.addWord(x)
			}
		}
		if s.rank > 1 {
			f.twisted(id, s, likely)
		}
	}
}

// plain adds a subject as it is, an address also with what senders write for
// "@": "=" as in variable envelope return paths, and escapes of other kinds.
func (f *Finder) plain(id uint8, s subject) {
	lower := strings.ToLower(s.text)
	if strings.TrimSpace(lower) != lower || s.variant == "as written" || s.variant == "upper case" {
		return
	}
	f.add(form{text: lower, subject: id, fold: true, bound: true})
	local, domain, ok := strings.Cut(lower, "@")
	if !ok {
		return
	}
	for _, at := range []string{"=", "=40", "-40", "_40", "~40", "_at_", "-at-", ".at.", "(at)", "[at]", "+at+", "|", "!"} {
		f.add(form{text: local + at + domain, subject: id, fold: true, bound: true})
	}
	// Without any mark it is still hardly a chance.
	if len(local) >= 5 {
		f.add(form{text: local + domain, subject: id, fold: true, bound: true})
	}
}

// encoded adds what an encoding makes of a subject, wherever in a longer text
// that is.
func (f *Finder) encoded(id uint8, s subject) {
	if len(s.text) < 6 {
		return
	}
	f.add(form{text: hex.EncodeToString([]byte(s.text)), layers: []string{"hex"}, subject: id, fold: true})
	for i, a := range alphabets() {
		if s.rank < 2 && i > 5 {
			break
		}
		for _, text := range a.shifted(s.text) {
			if len(text) >= 8 {
				f.add(form{text: text, layers: []string{a.name}, subject: id, fold: a.fold})
			}
		}
	}
	if s.variant == "upper case" || s.variant == "with newline" {
		return
	}
	for _, e := range []encoding{
		{name: "base58", to: func(t string) string { return base58.Encode([]byte(t)) }},
		{name: "alphabet", to: exchanged},
		{name: "lz-string", to: func(t string) string { return lzCompress(t, lzStandard) }},
		{name: "lz-string", to: func(t string) string { return lzCompress(t, lzForURL) }},
	} {
		if text := e.to(s.text); text != s.text {
			f.add(form{text: text, layers: []string{e.name}, subject: id, weak: s.weak, bound: true})
		}
	}
	lower := strings.ToLower(s.text)
	f.add(form{text: rot13(lower), layers: []string{"rot13"}, subject: id, fold: true, bound: true})
	if back := reversed(lower); back != lower {
		f.add(form{text: back, layers: []string{"reversed"}, subject: id, fold: true, bound: true})
	}
}

// hashed adds a fingerprint in hexadecimal, base64 and base58.
func (f *Finder) hashed(id uint8, s subject, h hash) {
	sum := h.sum([]byte(s.text))
	f.add(form{text: hex.EncodeToString(sum), layers: []string{h.name}, subject: id, fold: true})
	for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		f.add(form{text: enc.EncodeToString(sum), layers: []string{h.name}, subject: id})
	}
	if s.rank > 0 {
		f.addWord(form{text: base58.Encode(sum), layers: []string{h.name}, subject: id})
	}
}

// twisted adds what is turned round, moved or exchanged letter by letter after
// something else was done: such texts look like any other token, and there is
// no telling that they could be turned back.
func (f *Finder) twisted(id uint8, s subject, likely []hash) {
	inner := []form{
		{text: base64.StdEncoding.EncodeToString([]byte(s.text)), layers: []string{"base64"}},
		{text: base64.RawURLEncoding.EncodeToString([]byte(s.text)), layers: []string{"base64"}},
		{text: hex.EncodeToString([]byte(s.text)), layers: []string{"hex"}},
	}
	for _, h := range likely {
		inner = append(inner, form{text: hex.EncodeToString(h.sum([]byte(s.text))), layers: []string{h.name}})
	}
	for _, e := range []encoding{{name: "rot13", to: rot13}, {name: "reversed", to: reversed}, {name: "alphabet", to: exchanged}} {
		for _, x := range inner {
			f.add(form{text: e.to(x.text), layers: append([]string{e.name}, x.layers...), subject: id})
		}
	}
}
