package madeup

import (
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// charsets is mail in every character set that senders are seen to use, and
// with labels that lie.
func charsets() []File {
	var out []File
	for _, c := range []struct {
		label, words string
		set          encoding.Encoding
	}{
		{"iso-8859-1", "Crème brûlée, à bientôt", charmap.ISO8859_1},
		{"iso-8859-2", "Zażółć gęślą jaźń", charmap.ISO8859_2},
		{"iso-8859-9", "Günaydın, şimdi çay", charmap.ISO8859_9},
		{"iso-8859-15", "Œuvres complètes, 12 €", charmap.ISO8859_15},
		{"windows-1250", "Dobrý den, přátelé", charmap.Windows1250},
		{"windows-1251", "Здравствуйте, читатель", charmap.Windows1251},
		{"windows-1252", "“Quotes” – and 12 €", charmap.Windows1252},
		{"koi8-r", "Здравствуйте, читатель", charmap.KOI8R},
		{"shift_jis", "春の新しい本が届きました。表示", japanese.ShiftJIS},
		{"euc-jp", "春の新しい本が届きました", japanese.EUCJP},
		{"iso-2022-jp", "春の新しい本が届きました", japanese.ISO2022JP},
		{"gb2312", "春天的新书到了", simplifiedchinese.GBK},
		{"gb18030", "春天的新书到了，欢迎", simplifiedchinese.GB18030},
		{"big5", "春天的新書到了", traditionalchinese.Big5},
		{"euc-kr", "봄에 새 책이 왔습니다", korean.EUCKR},
		{"utf-16", "Printemps, lente, Frühling", unicode.UTF16(unicode.BigEndian, unicode.UseBOM)},
		{"utf-16le", "Printemps, lente, Frühling", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
		{"utf-16be", "Printemps, lente, Frühling", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
		{"utf-32", "Printemps, lente, Frühling", utf32.UTF32(utf32.BigEndian, utf32.UseBOM)},
	} {
		for i, way := range []string{"base64", "quoted-printable"} {
			name := "charset-" + c.label + "-" + string("bq"[i])
			page := lines(short(c.words, "https://mail.shop.example/o/"+c.label+".gif"))
			// Every page is written of letters that the set has.
			octets, err := encoding.ReplaceUnsupported(c.set.NewEncoder()).String(page)
			if err != nil {
				octets = page
			}
			out = append(out, file(name, part{
				header: []string{"Content-Type: text/html; charset=" + c.label, "Content-Transfer-Encoding: " + way},
				body:   encode(name, way, octets),
			}))
		}
	}
	return append(out, labels()...)
}

// labels are character sets that are named wrongly, oddly, twice or not at all.
func labels() []File {
	var out []File
	add := func(name, contentType, body string) {
		out = append(out, file("charset-"+name, part{
			header: []string{"Content-Type: " + contentType, "Content-Transfer-Encoding: 8bit"},
			body:   lines(body),
		}))
	}
	page := short("Crème brûlée, à bientôt", "https://mail.shop.example/o/label.gif")
	latin := string(latin1(page))
	meta := strings.Replace(page, "<head>", `<head><meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">`, 1)
	add("none", "text/html", page)
	add("none-latin", "text/html", latin)
	add("ascii-lies", "text/html; charset=us-ascii", page)
	add("latin-lies", "text/html; charset=utf-8", latin)
	add("bom", "text/html; charset=utf-8", "\ufeff"+page)
	add("bom-other-label", "text/html; charset=iso-8859-1", "\ufeff"+page)
	add("quoted", `text/html; charset="UTF-8"`, page)
	add("single-quoted", `text/html; charset='utf-8'`, page)
	add("unknown", "text/html; charset=x-unknown", page)
	add("twice", "text/html; charset=utf-8; charset=iso-8859-1", page)
	add("meta-differs", "text/html; charset=utf-8", meta)
	add("alias", "text/html; charset=latin1", latin)
	add("cp1252", "text/html; charset=cp-1252", latin)
	add("utf8-no-hyphen", "text/html; charset=UTF8", page)
	add("utf-7", "text/html; charset=utf-7", strings.ReplaceAll(short("Creme", "https://mail.shop.example/o/seven.gif"), "<", "+ADw-"))
	add("utf-7-plain", "text/html; charset=utf-7", short("Creme", "https://mail.shop.example/o/seven.gif"))
	add("bad-utf-8", "text/html; charset=utf-8", strings.Replace(page, "Cr", "\xff\xc3\xed\xa0\x80", 1))
	return out
}

// short is a small page with one load of each common kind.
func short(words, pixel string) string {
	return `<html><head><title>` + words + `</title></head><body background="https://img.shop.example/b.png">
<p>` + words + `</p>
<p style="background:url(https://img.shop.example/p.png)"><a href="https://www.shop.example/?m=march">` + words + `</a></p>
<img src="https://img.shop.example/book.jpg" width="120" height="80" alt="` + words + `">
<img src="` + pixel + `" width="1" height="1" alt="">
</body></html>
`
}

// latin1 writes what fits into ISO-8859-1.
func latin1(s string) []byte {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			r = '?'
		}
		out = append(out, byte(r))
	}
	return out
}
