package madeup

import (
	"fmt"
	"strings"
)

// structures are the shapes that mail takes: parts beside, inside and around
// each other, and HTML in places where it is not expected.
func structures() []File {
	var out []File
	add := func(name string, p part, extra ...string) { out = append(out, file("structure-"+name, p, extra...)) }
	s := shopFor("structure")
	t := own(s, "5c1e")
	page := func(n string) part { return html(n, "quoted-printable", tableLetter(s, t)) }
	note := plain("structure", words(s, t))
	small := func(id string) part {
		return html(id, "7bit", `<p>Spring</p><img src="https://mail.shop.example/o/`+id+`.gif" width="1" height="1" alt="">`+"\n")
	}
	logo := attachment("image/png", "logo.png", "inline", "Content-ID: <logo@shop.example>")

	add("html-only", page("h"))
	add("text-only", note)
	add("alternative", multi("a", "alternative", note, page("a")))
	add("alternative-order", multi("b", "alternative", page("b"), note))
	add("mixed", multi("c", "mixed", page("c"), attachment("application/pdf", "menu.pdf", "attachment")))
	add("related", multi("d", "related", html("d", "8bit", `<p>Look</p><img src="cid:logo@shop.example"><img src="https://img.shop.example/x.png">`+"\n"), logo))
	add("related-in-alternative", multi("e", "alternative", note, multi("e2", `related; type="text/html"`, page("e"), logo)))
	add("alternative-in-related-in-mixed", multi("f", "mixed", multi("f2", "related", multi("f3", "alternative", note, page("f")), logo), attachment("text/calendar; method=REQUEST", "date.ics", "attachment")))
	add("two-html", multi("g", "mixed", small("one"), small("two"), small("three")))
	add("amp", multi("h", "alternative", note, ampPart(), page("amp")))
	add("html-attached", multi("i", "mixed", note, attached(small("attached"), `attachment; filename="page.html"`)))
	add("html-as-octets", multi("j", "mixed", note, leaf("j", `application/octet-stream; name="page.html"`, "base64", `<img src="https://img.shop.example/octets.png">`)))
	add("xhtml", leaf("k", "application/xhtml+xml; charset=utf-8", "quoted-printable", `<html xmlns="http://www.w3.org/1999/xhtml"><body><p><img src="https://img.shop.example/x.png" alt=""/></p></body></html>`))
	add("svg-and-css-parts", multi("l", "related", html("l", "8bit", `<link rel="stylesheet" href="cid:css@shop.example"><object data="cid:svg@shop.example"></object>`+"\n"),
		attached(leaf("l", "text/css", "7bit", `body { background: url(https://img.shop.example/sheet.png) }`+"\n"), "inline", "Content-ID: <css@shop.example>"),
		attached(leaf("l", "image/svg+xml", "base64", `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="https://img.shop.example/svg.png"/></svg>`), "inline", "Content-ID: <svg@shop.example>")))
	add("image-is-the-message", html("m", "7bit", `<a href="https://www.shop.example/spring"><img src="https://img.shop.example/u/7f3a91c2d04b/whole.jpg" width="600" height="1800" alt=""></a>`+"\n"))
	add("images-are-the-message", html("n", "quoted-printable", sliced()))
	add("empty-body", part{header: []string{"Content-Type: text/html; charset=utf-8"}})
	add("no-parts", part{header: []string{`Content-Type: multipart/mixed; boundary="none"`}, body: "--none--" + crlf})
	add("one-part", multi("o", "mixed", small("alone")))
	add("empty-parts", multi("p", "mixed", part{header: []string{"Content-Type: text/html"}}, part{}, small("third")))
	add("preamble-and-epilogue", surrounded(multi("q", "mixed", note, small("between"))))
	add("digest", multi("r", "digest", part{body: string(message("r", s, small("digest")))}))
	add("report", multi("s", "report; report-type=disposition-notification", note, leaf("s", "message/disposition-notification", "7bit", "Final-Recipient: rfc822;reader@example.org\nDisposition: manual-action/MDN-sent-manually; displayed\n")))
	add("external-body", multi("t", "mixed", note, part{header: []string{`Content-Type: message/external-body; access-type=URL; URL="https://files.shop.example/menu.pdf"`}, body: "Content-Type: application/pdf" + crlf + crlf}))
	add("partial", leaf("u", `message/partial; id="abc@shop.example"; number=1; total=2`, "7bit", "Content-Type: text/html\n\n<img src=\"https://img.shop.example/part.png\">\n"))
	add("calendar", leaf("v", "text/calendar; charset=utf-8; method=REQUEST", "8bit", "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:1@shop.example\nSUMMARY:Tasting\nURL:https://mail.shop.example/c/7f3a/ics\nEND:VEVENT\nEND:VCALENDAR\n"))
	add("receipt-wanted", page("w"), "Disposition-Notification-To: receipts@"+s.domain, "Return-Receipt-To: receipts@"+s.domain, "X-Confirm-Reading-To: receipts@"+s.domain)
	add("content-base", small2("pictures/one.png"), "Content-Base: https://img.shop.example/2026/")
	add("content-location", small2("one.png"), "Content-Location: https://img.shop.example/2026/page.html")
	add("base-tag", html("x", "8bit", `<html><head><base href="https://img.shop.example/2026/"></head><body><img src="one.png" width=1 height=1><a href="/next">next</a></body></html>`+"\n"))
	add("long-header", page("y"), "X-Long: "+strings.Repeat("a very long header that goes on and on"+crlf+"\t", 3000)+"end")
	add("many-headers", page("z"), strings.Split(strings.TrimSpace(strings.Repeat("X-Many: header\n", 2000)), "\n")...)
	return append(append(out, nested(s, t)...), sealed(s, t)...)
}

// small2 is a page with an address that is relative to a base.
func small2(src string) part {
	return html("relative", "7bit", `<p>Relative</p><img src="`+src+`" width="40" height="30"><img src="//img.shop.example/scheme.png">`+"\n")
}

// nested are messages in messages, and parts in parts, deeper than anybody
// needs.
func nested(s shop, t tracked) []File {
	var out []File
	forward := message("inner", s, html("inner", "base64", tableLetter(s, t)))
	out = append(out, file("structure-forwarded", multi("fw", "mixed", plain("fw", "See below.\n"), inside(forward))))
	deep := message("deep", s, multi("deep", "alternative", plain("deep", "Deep.\n"), html("deep", "quoted-printable", divLetter(s, t))))
	for _, n := range []int{2, 5, 12} {
		raw := deep
		for range n {
			raw = message("around", s, inside(raw))
		}
		out = append(out, File{Name: fmt.Sprintf("structure-forwarded-%d-times.eml", n), Data: raw})
	}
	for _, n := range []int{10, 45, 60} {
		p := html("nest", "7bit", `<img src="https://mail.shop.example/o/deep.gif" width="1" height="1">`+"\n")
		for i := range n {
			p = multi(fmt.Sprint("nest", i), "mixed", p)
		}
		out = append(out, file(fmt.Sprintf("structure-nested-%d", n), p))
	}
	wide := make([]part, 1100)
	for i := range wide {
		wide[i] = part{header: []string{"Content-Type: text/html"}, body: fmt.Sprintf(`<img src="https://mail.shop.example/o/%04d.gif">`, i)}
	}
	encoded := inside([]byte(base64Lines(string(forward), 76)))
	encoded.header = append(encoded.header, "Content-Transfer-Encoding: base64")
	return append(out,
		file("structure-wide", multi("wide", "mixed", wide...)),
		file("structure-forwarded-encoded", multi("enc", "mixed", plain("enc", "Illegal, but met.\n"), encoded)))
}

// sealed is mail whose octets a signature covers, or hides.
func sealed(s shop, t tracked) []File {
	page := html("sealed", "quoted-printable", tableLetter(s, t))
	body := multi("sealed", "alternative", plain("sealed", words(s, t)), page)
	pgp := leaf("pgp", `application/pgp-signature; name="signature.asc"`, "7bit", "-----BEGIN PGP SIGNATURE-----\n\nbWFkZSB1cA==\n=AAAA\n-----END PGP SIGNATURE-----\n")
	smime := leaf("smime", `application/pkcs7-signature; name="smime.p7s"`, "base64", "made up, and no signature at all")
	return []File{
		file("structure-signed-pgp", multi("s1", `signed; micalg=pgp-sha256; protocol="application/pgp-signature"`, body, pgp)),
		file("structure-signed-smime", multi("s2", `signed; protocol="application/pkcs7-signature"; micalg=sha-256`, page, smime)),
		file("structure-signed-in-mixed", multi("s3", "mixed", multi("s4", `signed; protocol="application/pgp-signature"`, page, pgp), html("f", "7bit", `<p>List footer</p><img src="https://lists.example.net/f.png">`+"\n"))),
		file("structure-pkcs7", leaf("p7", `application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"`, "base64", "opaque: "+tableLetter(s, t))),
		file("structure-encrypted", multi("en", `encrypted; protocol="application/pgp-encrypted"`, leaf("v", "application/pgp-encrypted", "7bit", "Version: 1\n"), leaf("e", "application/octet-stream", "7bit", "-----BEGIN PGP MESSAGE-----\n\nbWFkZSB1cA==\n-----END PGP MESSAGE-----\n"))),
	}
}

func ampPart() part {
	return leaf("amp", "text/x-amp-html; charset=utf-8", "quoted-printable", `<!doctype html>
<html ⚡4email data-css-strict><head><meta charset="utf-8"><script async src="https://cdn.ampproject.org/v0.js"></script></head>
<body><amp-img src="https://mail.shop.example/o/7f3a/amp.png" width="1" height="1"></amp-img>
<amp-list src="https://mail.shop.example/list?u=7f3a" width="300" height="200"></amp-list>
<img src="https://img.shop.example/not-allowed.png"></body></html>
`)
}

// attachment is a few octets that pass for a file.
func attachment(mediaType, name, disposition string, extra ...string) part {
	p := leaf(name, mediaType, "base64", "made up: "+name+strings.Repeat(" octets", 60))
	return attached(p, disposition+`; filename="`+name+`"`, extra...)
}

func attached(p part, disposition string, extra ...string) part {
	p.header = append(append(p.header, "Content-Disposition: "+disposition), extra...)
	return p
}

func surrounded(p part) part {
	p.body = "Before all parts, <img src=\"https://img.shop.example/preamble.png\">" + crlf + p.body +
		"After all parts, <img src=\"https://img.shop.example/epilogue.png\">" + crlf
	return p
}

// sliced is one picture cut into a table of twelve, as old tools export it.
func sliced() string {
	var out strings.Builder
	out.WriteString("<table cellspacing=0 cellpadding=0 border=0>\n")
	for row := range 4 {
		out.WriteString("<tr>")
		for column := range 3 {
			fmt.Fprintf(&out, `<td><img src="https://img.shop.example/s/7f3a/r%dc%d.gif" width="200" height="150" style="display:block" alt=""></td>`, row, column)
		}
		out.WriteString("</tr>\n")
	}
	out.WriteString("</table><img src=\"https://img.shop.example/s/7f3a/spacer.gif\" width=1 height=1>\n")
	return out.String()
}
