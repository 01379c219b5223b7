package detect

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
)

// A form is one way of writing the recipient's address into a URL.
type form struct {
	// name is what the finding says: "plain", "base64", "md5".
	name string
	// text is searched for; fold says in any case.
	text string
	fold bool
	// split is where "@" or "=" stands in a plain address, 0 in other forms.
	split int
	// run is the longest run of letters and digits in it, hex that of
	// hexadecimal ones if it has no others.
	run, hex int
}

// minForm is the length under which a form could stand in a URL by chance.
const minForm = 6

// formsOf returns the ways in which an address is looked for: as it is, with "="
// for "@" (as in variable envelope return paths), in hexadecimal, in base64 at
// each of the three places where it can begin, and hashed by MD5, SHA-1 and
// SHA-256 in hexadecimal and base64. Senders hash the address in lower case.
func formsOf(addr string) []form {
	addr = strings.ToLower(addr)
	local, domain, ok := strings.Cut(addr, "@")
	if !ok || len(addr) < minForm {
		return nil
	}
	forms := []form{
		{name: "plain", text: addr, split: len(local)},
		{name: "plain", text: local + "=" + domain, split: len(local)},
		{name: "hex", text: hex.EncodeToString([]byte(addr)), fold: true},
	}
	for _, text := range inBase64(addr) {
		forms = append(forms, form{name: "base64", text: text})
	}
	m, s, t := md5.Sum([]byte(addr)), sha1.Sum([]byte(addr)), sha256.Sum256([]byte(addr))
	for _, h := range []struct {
		name string
		sum  []byte
	}{{"md5", m[:]}, {"sha1", s[:]}, {"sha256", t[:]}} {
		forms = append(forms, form{name: h.name, text: hex.EncodeToString(h.sum), fold: true})
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			forms = append(forms, form{name: h.name, text: enc.EncodeToString(h.sum)})
		}
	}
	for i, f := range forms {
		forms[i].run, forms[i].hex = runs(f.text)
		if forms[i].hex < len(f.text) {
			forms[i].hex = 0
		}
	}
	return forms
}

// runs returns the lengths of the longest runs of letters and digits, and of
// hexadecimal ones.
func runs(s string) (run, hex int) {
	n, h := 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f':
			n++
			h++
		case c|0x20 >= 'g' && c|0x20 <= 'z':
			n++
			h = 0
		default:
			n, h = 0, 0
		}
		run, hex = max(run, n), max(hex, h)
	}
	return run, hex
}

// inBase64 returns the characters that an address makes in base64, wherever in
// the encoded text it stands: at each of three offsets, without the characters
// at its ends that depend on what is beside it.
func inBase64(addr string) []string {
	var texts []string
	for offset := range 3 {
		padded := append(make([]byte, offset), addr...)
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := enc.EncodeToString(padded)
			skip := (offset*8 + 5) / 6
			keep := len(padded) * 8 / 6
			if keep-skip >= minForm && (len(texts) == 0 || texts[len(texts)-1] != text[skip:keep]) {
				texts = append(texts, text[skip:keep])
			}
		}
	}
	return texts
}

// leak returns the form in which a URL carries the address, and false if it does
// not. Escapes are resolved twice, as redirectors nest them.
func leak(address string, forms []form) (form, bool) {
	if len(forms) == 0 {
		return form{}, false
	}
	for range 3 {
		if f, ok := written(address, forms); ok {
			return f, true
		}
		if strings.IndexByte(address, '%') < 0 {
			break
		}
		resolved, err := url.PathUnescape(address)
		if err != nil || resolved == address {
			break
		}
		address = resolved
	}
	return form{}, false
}

// written looks for the forms in an address as it stands. Most addresses have no
// run of letters and digits that is long enough for most forms.
func written(address string, forms []form) (form, bool) {
	run, hexRun := runs(address)
	folded := ""
	for _, f := range forms {
		if f.run > run || f.hex > hexRun {
			continue
		}
		text := address
		if f.fold {
			if folded == "" {
				folded = strings.ToLower(address)
			}
			text = folded
		}
		if f.split > 0 && f.around(address) || f.split == 0 && strings.Contains(text, f.text) {
			return f, true
		}
	}
	return form{}, false
}

// around looks for a plain address in any case around each "@" or "=".
func (f form) around(address string) bool {
	mark := f.text[f.split]
	for at := 0; ; at++ {
		n := strings.IndexByte(address[at:], mark)
		if n < 0 {
			return false
		}
		at += n
		start := at - f.split
		if end := start + len(f.text); start >= 0 && end <= len(address) && strings.EqualFold(address[start:end], f.text) {
			return true
		}
	}
}
