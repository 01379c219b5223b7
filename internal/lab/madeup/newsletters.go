package madeup

import "fmt"

// newsletters are every shop's letter in every hand, as most mail is sent:
// plain text and HTML side by side.
func newsletters() []File {
	var out []File
	for i, s := range shops() {
		for hand := range 3 {
			name := fmt.Sprintf("newsletter-%s-%02d-%d", s.lang, i+1, hand+1)
			r := chance(name)
			t := own(s, fmt.Sprintf("%012x", r.Uint64()>>16))
			page := letter(i+hand*2, s, t)
			encoding := []string{"quoted-printable", "base64", "8bit"}[(i+hand)%3]
			body := multi(name, "alternative", plain(name, words(s, t)), html(name, encoding, page))
			out = append(out, File{Name: name + ".eml", Data: message(name, s, body, listHeaders(s, t)...)})
		}
	}
	return out
}

func listHeaders(s shop, t tracked) []string {
	return []string{
		"List-Id: " + word(s.name) + " <" + s.from + "." + s.domain + ">",
		"List-Unsubscribe: <" + plainURL(t.stop) + ">, <mailto:stop@" + s.domain + ">",
		"List-Unsubscribe-Post: List-Unsubscribe=One-Click",
		"Precedence: bulk",
	}
}
