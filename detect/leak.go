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
	// text is searched for; fold says in lower case.
	text string
	fold bool
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
		{"plain", addr, true},
		{"plain", local + "=" + domain, true},
		{"hex", hex.EncodeToString([]byte(addr)), true},
	}
	for _, text := range inBase64(addr) {
		forms = append(forms, form{"base64", text, false})
	}
	m, s, t := md5.Sum([]byte(addr)), sha1.Sum([]byte(addr)), sha256.Sum256([]byte(addr))
	for _, h := range []struct {
		name string
		sum  []byte
	}{{"md5", m[:]}, {"sha1", s[:]}, {"sha256", t[:]}} {
		forms = append(forms, form{h.name, hex.EncodeToString(h.sum), true})
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			forms = append(forms, form{h.name, enc.EncodeToString(h.sum), false})
		}
	}
	return forms
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

// leak returns the form in which a URL carries the address, and "" if it does
// not. Escapes are resolved twice, as redirectors nest them.
func leak(address string, forms []form) (form, bool) {
	if len(forms) == 0 {
		return form{}, false
	}
	for range 3 {
		folded := strings.ToLower(address)
		for _, f := range forms {
			text := address
			if f.fold {
				text = folded
			}
			if strings.Contains(text, f.text) {
				return f, true
			}
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
