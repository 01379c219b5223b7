package madeup

import (
	_ "embed"
	"strings"
)

// vendorTable names a vendor a line, with an address of each kind that it
// hands out. The addresses follow the published patterns; the identifiers in
// them are made up.
//
//go:embed vendors.tsv
var vendorTable string

// vendorMails is one mail for each vendor, sent by a shop that uses it.
func vendorMails() []File {
	var out []File
	for i, line := range strings.Split(strings.TrimRight(vendorTable, "\n"), "\n")[1:] {
		field := strings.Split(line, "\t")
		name := "vendor-" + field[0]
		s := shopFor(name)
		t := own(s, "7f3a")
		escape := strings.NewReplacer("&", "&amp;")
		if i%7 == 3 {
			escape = strings.NewReplacer() // many senders forget to
		}
		t.pixel = escape.Replace(field[1])
		t.click = escape.Replace(field[2])
		if field[2] == "" {
			t.click = "https://www." + s.domain + "/spring?utm_source=newsletter&amp;utm_campaign=march"
		}
		if field[3] != "" {
			t.stop = escape.Replace(field[3])
		}
		page := letter(i, s, t)
		encoding := []string{"quoted-printable", "quoted-printable", "base64", "8bit"}[i%4]
		body := html(name, encoding, page)
		if i%3 != 0 {
			body = multi(name, "alternative", plain(name, words(s, t)), body)
		}
		out = append(out, File{Name: name + ".eml", Data: message(name, s, body, listHeaders(s, t)...)})
	}
	return out
}
