package vectors

import "slices"

// enclosed makes vectors of a text with one further part.
func enclosed(text, typ string, triples ...string) []Vector {
	all := rows("Parts that load in turn", InHTML, Edited, triples...)
	for i := range all {
		all[i].Parts = []Part{{ID: "part@" + Domain, Type: typ, Text: all[i].Text}}
		all[i].Text = text
	}
	return all
}

func parts() []Vector {
	const cid = "cid:part@" + Domain
	const frame, object, sheet = `<iframe src="` + cid + `"></iframe>`, `<object data="` + cid + `"></object>`, `<link rel=stylesheet href="` + cid + `">`
	const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">`
	return slices.Concat(
		enclosed(sheet, "text/css", "css part", `body{background:url($U)}`, "programs that show parts by cid:",
			"css part, @import", `@import "$U";`, "programs that show parts by cid:"),
		enclosed(sheet, "text/plain", "css part said to be text", `body{background:url($U)}`, "Thunderbird"),
		enclosed(`<style>@import "`+cid+`";</style>`, "text/css", "css part, imported", `body{background:url($U)}`, "programs that show parts by cid:"),
		enclosed(object, "image/svg+xml",
			"svg part, style", svg+`<style>rect{fill:url($U#a)}</style><rect width="9" height="9"/></svg>`, "programs that show parts by cid:",
			"svg part, image", svg+`<image xlink:href="$U" width="9" height="9"/></svg>`, "programs that show parts by cid:",
			"svg part, style sheet", `<?xml-stylesheet type="text/css" href="$U"?>`+svg+`</svg>`, "programs that show parts by cid:",
			"svg part, foreignObject", svg+`<foreignObject width="9" height="9"><img xmlns="http://www.w3.org/1999/xhtml" src="$U"/></foreignObject></svg>`, "programs that show parts by cid:",
			"svg part, other prefixes", `<s:svg xmlns:s="http://www.w3.org/2000/svg" xmlns:l="http://www.w3.org/1999/xlink"><s:image l:href="$U" width="9" height="9"/></s:svg>`, "programs that show parts by cid:"),
		enclosed(frame, "text/html", "html part", `<html><body><img src="$U"></body></html>`, "programs that show parts by cid:; Thunderbird shows it as text of its own"),
		enclosed(frame, "application/xhtml+xml", "xhtml part", `<html xmlns="http://www.w3.org/1999/xhtml"><body><img src="$U"/></body></html>`, "programs that show parts by cid:"),
		[]Vector{
			{Name: "svg as a mail", Group: "Parts that load in turn", Place: InSVG, Want: Edited, Does: "programs that show SVG",
				Text: svg + `<image xlink:href="$U" width="9" height="9"/></svg>`},
			{Name: "css as a mail", Group: "Parts that load in turn", Place: InCSS, Want: Edited, Does: "nobody by itself",
				Text: `body{background:url($U)}`},
			{Name: "external body", Group: "Parts that load in turn", Place: InHTML, Want: Reported, Does: "programs with RFC 2017, when the reader says so",
				Text: `<p>x</p>`, Parts: []Part{{ID: "part@" + Domain, Type: `message/external-body; access-type=URL; URL="$U"`, Text: "Content-Type: image/png\r\n\r\n"}}},
			{Name: "html attachment", Group: "Parts that load in turn", Place: InHTML, Want: Edited, Does: "Thunderbird and others show it below the mail",
				Text: `<p>x</p>`, Parts: []Part{{ID: "part@" + Domain, Type: "text/html\r\nContent-Disposition: attachment; filename=a.html", Text: `<img src="$U">`}}},
			{Name: "enclosed mail", Group: "Parts that load in turn", Place: InHTML, Want: Edited, Does: "programs that show enclosed mails",
				Text: `<p>x</p>`, Parts: []Part{{ID: "part@" + Domain, Type: "message/rfc822", Text: "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<img src=\"$U\">"}}},
		},
	)
}

func xhtml() []Vector {
	page := func(inside string) string {
		return `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>` + inside + `</body></html>`
	}
	all := rows("XHTML", InXHTML, Edited,
		"xhtml img", `<img src="$U"/>`, "programs that show XHTML",
		"xhtml prefix", `<h:img xmlns:h="http://www.w3.org/1999/xhtml" src="$U"/>`, "programs that show XHTML",
		"xhtml style, cdata", `<style><![CDATA[body{background:url($U)}]]></style>`, "programs that show XHTML",
		"xhtml style, character references", `<style>body{background:u&#114;l($U)}</style>`, "programs that show XHTML",
		"xhtml script raw", `<script/><img src="$U"/>`, "programs that show XHTML",
		"xhtml title with markup", `<textarea/><img src="$U"/>`, "programs that show XHTML",
		"xhtml object", `<object data="$U" type="text/html"></object>`, "programs that show XHTML",
	)
	for i := range all {
		all[i].Text = page(all[i].Text)
	}
	return slices.Concat(all, rows("XHTML", InXHTML, Edited,
		"xhtml stylesheet", `<?xml-stylesheet type="text/css" href="$U"?>`+page("x"), "programs that show XHTML",
		"xhtml xslt", `<?xml-stylesheet type="text/xsl" href="$U"?>`+page("x"), "programs that show XHTML",
		"xhtml doctype", `<!DOCTYPE html SYSTEM "$U">`+page("x"), "programs that validate",
		"xhtml entity", `<!DOCTYPE html [<!ENTITY u "http://$H/0123456789">]>`+page(`<img src="&u;"/>`), "programs that show XHTML",
		"xhtml entity of markup", `<!DOCTYPE html [<!ENTITY u '<img xmlns="http://www.w3.org/1999/xhtml" src="$U"/>'>]>`+page(`&u;`), "programs that show XHTML",
	))
}

func amp() []Vector {
	return slices.Concat(rows("AMP for Email", InAMP, Edited,
		"amp-img", `<amp-img src="$U" width=9 height=9></amp-img>`, "Gmail, Yahoo, Mail.ru",
		"amp-img srcset", `<amp-img srcset="$U 1x" width=9 height=9></amp-img>`, "Gmail, Yahoo, Mail.ru",
		"amp-anim", `<amp-anim src="$U" width=9 height=9></amp-anim>`, "Gmail, Yahoo, Mail.ru",
		"amp-list", `<amp-list src="$U" width=9 height=9></amp-list>`, "Gmail, Yahoo, Mail.ru",
		"amp-state", `<amp-state id=x src="$U"></amp-state>`, "Gmail, Yahoo, Mail.ru",
		"amp-autocomplete", `<amp-autocomplete src="$U"></amp-autocomplete>`, "Gmail, Yahoo, Mail.ru",
		"amp-pixel", `<amp-pixel src="$U"></amp-pixel>`, "AMP pages; not in mail",
		"amp-iframe", `<amp-iframe src="$U" width=9 height=9></amp-iframe>`, "AMP pages; not in mail",
		"amp-video", `<amp-video src="$U" poster="$U" width=9 height=9></amp-video>`, "AMP pages; not in mail",
		"amp-audio", `<amp-audio src="$U"></amp-audio>`, "AMP pages; not in mail",
		"amp-analytics", `<amp-analytics config="$U"></amp-analytics>`, "AMP pages; not in mail",
		"amp style", `<style amp-custom>body{background:url($U)}</style>`, "Gmail, Yahoo, Mail.ru",
	), rows("AMP for Email", InAMP, Link,
		"amp-form action-xhr", `<form method=post action-xhr="$U"><input type=submit></form>`, "when sent",
		"amp-form verify-xhr", `<form method=post verify-xhr="$U"><input type=submit></form>`, "when filled in",
	))
}

func calendars() []Vector {
	lines := func(inside string) string {
		return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Unseen//lab//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1@$H\r\nDTSTAMP:20260302T080000Z\r\nDTSTART:20260310T080000Z\r\n" +
			"ORGANIZER:mailto:news@" + Domain + "\r\nATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:anna@example.org\r\nSUMMARY:A reading\r\n" + inside + "\r\nEND:VEVENT\r\nEND:VCALENDAR"
	}
	const shows = "calendars that show it; nothing is written there, since it goes on into the reader's own"
	all := slices.Concat(rows("Calendar", InCalendar, Reported,
		"calendar image", `IMAGE;VALUE=URI;DISPLAY=BADGE:$U`, shows,
		"calendar image, folded", "IMAGE;VALUE=URI:http://$H/0123456789\r\n 0123456789", shows,
		"calendar html", `X-ALT-DESC;FMTTYPE=text/html:<html><body><img src="$U"></body></html>`, shows,
		"calendar styled description", `STYLED-DESCRIPTION;FMTTYPE=text/html:<img src="$U">`, shows,
		"calendar description with html", `DESCRIPTION:<img src="$U">`, shows,
		"calendar altrep", `DESCRIPTION;ALTREP="$U":x`, shows,
		"calendar altrep of data", `DESCRIPTION;ALTREP="data:text/html,<img src=$U>":x`, shows,
		"calendar alarm", "BEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER:-PT5M\r\nATTACH;FMTTYPE=audio/basic:$U\r\nEND:VALARM", shows,
	), rows("Calendar", InCalendar, Link,
		"calendar attach", `ATTACH;FMTTYPE=image/png:$U`, "when opened",
		"calendar url", `URL:$U`, "when followed",
		"calendar conference", `CONFERENCE;VALUE=URI;FEATURE=VIDEO:$U`, "when followed",
	))
	for i := range all {
		all[i].Text = lines(all[i].Text)
	}
	return all
}
