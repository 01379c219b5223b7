package vectors

import (
	"fmt"
	"strings"
)

// Together returns one mail with every vector of HTML that leaves the rest of a
// document as it was, and those vectors, each with an address of its own.
func Together() (mail []byte, all []Vector) {
	var b strings.Builder
	for _, v := range All() {
		if v.Alone() {
			continue
		}
		v.Name += " (together)"
		fmt.Fprintf(&b, "<div>\r\n%s\r\n</div>\r\n", v.Fill(v.Text))
		all = append(all, v)
	}
	whole := Vector{Name: TogetherName, Place: InHTML, Text: b.String()}
	return whole.Mail(), all
}

// TogetherName is the subject of that mail.
const TogetherName = "all together"

// Alone says whether a vector takes a mail of its own: it is not HTML, or it changes
// what is behind it, or where that leads.
func (v *Vector) Alone() bool {
	if v.Place != InHTML || len(v.Parts) > 0 || strings.Contains(v.Name, "unclosed") {
		return true
	}
	for _, word := range []string{"<!DOCTYPE", "<html", "<base", "<plaintext", "<frameset", "http-equiv", "HTTP-EQUIV", "<select", "<![CDATA[", "<noscript", "<svg><title", "{}"} {
		if strings.Contains(v.Text, word) {
			return true
		}
	}
	return false
}
