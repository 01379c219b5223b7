package madeup

import (
	"strings"
)

// encodings is the same letter in every way of writing it down that is legal,
// and in some that are not and are met all the same.
func encodings() []File {
	var out []File
	add := func(name, encoding string, write func(name, body string) string, hands ...int) {
		for _, hand := range hands {
			full := "encoding-" + name + "-" + string(rune('a'+hand))
			s := shopFor(full)
			page := lines(letter(hand, s, own(s, "e-"+name)))
			out = append(out, file(full, part{
				header: []string{"Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: " + encoding},
				body:   write(full, page),
			}))
		}
	}
	as := func(_, body string) string { return body }
	add("8bit", "8bit", as, 0, 2)
	add("binary", "BINARY", as, 1)
	add("unknown", "x-brotli-someday", as, 0)
	add("comment", "8bit (as it is)", as, 3)
	add("sevenbit-lies", "7bit", as, 4)
	add("one-line", "8bit", func(_, b string) string { return strings.ReplaceAll(b, crlf, " ") + crlf }, 0)

	add("qp", "quoted-printable", func(_, b string) string { return quotedPrintable(b, 76) }, 0, 1, 2, 3, 4)
	add("qp-capitals", "QUOTED-PRINTABLE", func(_, b string) string { return quotedPrintable(b, 60) }, 1)
	add("qp-narrow", "quoted-printable", func(_, b string) string { return quotedPrintable(b, 11) }, 0, 3)
	add("qp-no-breaks", "quoted-printable", func(_, b string) string { return quotedPrintable(b, 1<<20) }, 0)
	add("qp-wild", "quoted-printable", func(n, b string) string { return wildQuoted(chance(n), b, 0.15) }, 0, 1, 2, 3, 4)
	add("qp-all", "quoted-printable", func(n, b string) string { return wildQuoted(chance(n), b, 1) }, 0, 3)
	add("qp-small-hex", "quoted-printable", func(_, b string) string { return smallHex(quotedPrintable(b, 76)) }, 4)
	add("qp-blank-before-break", "quoted-printable", func(_, b string) string {
		return strings.ReplaceAll(quotedPrintable(b, 70), "="+crlf, "= \t"+crlf)
	}, 0, 1)
	add("qp-bad", "quoted-printable", func(_, b string) string {
		return strings.ReplaceAll(quotedPrintable(b, 76), "width=3D", "width=") + "=ZZ =4 = =" + crlf
	}, 0, 2)
	add("qp-raw-eight-bit", "quoted-printable", func(_, b string) string { return strings.ReplaceAll(b, "=", "=3D") }, 0)

	add("base64", "base64", func(_, b string) string { return base64Lines(b, 76) }, 0, 1, 2, 3, 4)
	add("base64-odd", "base64", func(_, b string) string { return base64Lines(b, 61) }, 0, 1)
	add("base64-narrow", "Base64", func(_, b string) string { return base64Lines(b, 3) }, 3)
	add("base64-single", "base64", func(_, b string) string { return base64Lines(b, 1) }, 3)
	add("base64-wide", "base64", func(_, b string) string { return base64Lines(b, 997) }, 0)
	add("base64-one-line", "base64", func(_, b string) string { return base64Lines(b, 0) }, 0)
	add("base64-wild", "base64", func(n, b string) string { return wildBase64(chance(n), b) }, 0, 1, 2, 3, 4)
	add("base64-unpadded", "base64", func(_, b string) string { return unpadded(b) }, 1)
	add("base64-dirty", "base64", func(_, b string) string { return dirty(b) }, 1)
	add("base64-pieces", "base64", func(_, b string) string { return inPieces(b, 100) }, 0)
	add("base64-after-the-end", "base64", func(_, b string) string { return base64Lines(b, 76) + "and a footer that is none" + crlf }, 3)
	add("base64-lies", "base64", as, 3)
	return out
}

// smallHex writes quoted octets with small letters, as RFC 2045, section 6.7
// forbids and everybody reads.
func smallHex(s string) string {
	b := []byte(s)
	for i := range b {
		if b[i] == '=' && i+2 < len(b) && b[i+1] != '\r' {
			for j := 1; j <= 2; j++ {
				if c := b[i+j]; c >= 'A' && c <= 'F' {
					b[i+j] = c + 'a' - 'A'
				}
			}
		}
	}
	return string(b)
}
