package madeup

import (
	"fmt"
	"strings"
)

// A part is a piece of MIME: header lines and a body, both with CR LF.
type part struct {
	header []string
	body   string
}

// text joins header and body.
func (p part) text() string {
	return strings.Join(p.header, crlf) + crlf + crlf + p.body
}

const crlf = "\r\n"

// lines writes text with CR LF.
func lines(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, crlf, "\n"), "\n", crlf)
}

// leaf makes a part of a media type ("text/html; charset=utf-8") in an
// encoding, by what the encoding is called.
func leaf(name, mediaType, encoding, body string) part {
	return part{
		header: []string{"Content-Type: " + mediaType, "Content-Transfer-Encoding: " + encoding},
		body:   encode(name, encoding, lines(body)),
	}
}

// html makes a UTF-8 HTML part.
func html(name, encoding, body string) part {
	return leaf(name, "text/html; charset=utf-8", encoding, body)
}

// plain makes a UTF-8 text part.
func plain(name, body string) part {
	return leaf(name, "text/plain; charset=utf-8", "quoted-printable", body)
}

// multi makes a multipart. Kind may carry parameters: `related; type="text/html"`.
func multi(name, kind string, parts ...part) part {
	boundary := fmt.Sprintf("----=_%s_%08x", strings.NewReplacer("/", "", ";", "", " ", "").Replace(kind[:3]), chance(name+kind).Uint32())
	var body strings.Builder
	body.WriteString("This is a message in several parts." + crlf)
	for _, p := range parts {
		body.WriteString(crlf + "--" + boundary + crlf + p.text())
	}
	body.WriteString(crlf + "--" + boundary + "--" + crlf)
	return part{
		header: []string{fmt.Sprintf("Content-Type: multipart/%s;%s boundary=\"%s\"", kind, crlf, boundary)},
		body:   body.String(),
	}
}

// inside makes a message/rfc822 part of a whole message.
func inside(raw []byte) part {
	return part{header: []string{"Content-Type: message/rfc822", "Content-Disposition: inline"}, body: string(raw)}
}

// message puts the headers of a mailing around a part.
func message(name string, s shop, p part, extra ...string) []byte {
	r := chance(name + " header")
	id := fmt.Sprintf("%016x", r.Uint64())
	day := 2 + 7*r.IntN(5) // the Mondays of March 2026
	head := []string{
		"Return-Path: <bounce+" + id[:8] + "=reader=example.org@" + s.domain + ">",
		"Delivered-To: reader@example.org",
		"Received: from mta." + s.domain + " (mta." + s.domain + " [192.0.2.25])" + crlf +
			"\tby mx.example.org (Postfix) with ESMTPS id " + strings.ToUpper(id[:10]) + crlf +
			fmt.Sprintf("\tfor <reader@example.org>; Mon, %02d Mar 2026 08:%02d:07 +0000 (UTC)", day, r.IntN(60)),
		"Authentication-Results: mx.example.org; dkim=pass header.d=" + s.domain + ";" + crlf +
			"\tspf=pass smtp.mailfrom=" + s.domain + "; dmarc=pass header.from=" + s.domain,
		"From: " + word(s.name) + " <" + s.from + "@" + s.domain + ">",
		"To: reader@example.org",
		"Subject: " + word(s.subject),
		fmt.Sprintf("Date: Mon, %02d Mar 2026 08:%02d:00 +0000", day, r.IntN(60)),
		"Message-ID: <" + id + "@" + s.domain + ">",
		"X-Made-Up: nobody sent this; it was written for tests (" + name + ")",
		"MIME-Version: 1.0",
	}
	head = append(head, extra...)
	head = append(head, p.header...)
	return []byte(part{header: head, body: p.body}.text())
}

// word writes a header's text, encoded where it is not ASCII (RFC 2047,
// section 4.2).
func word(s string) string {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return encodedWord(s)
		}
	}
	return s
}

func encodedWord(s string) string {
	var out strings.Builder
	out.WriteString("=?utf-8?q?")
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ':
			out.WriteByte('_')
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
			out.WriteByte(c)
		default:
			fmt.Fprintf(&out, "=%02X", c)
		}
	}
	out.WriteString("?=")
	return out.String()
}
