package madeup

import "strings"

// broken is mail that breaks a rule, as much mail does. Whatever a program
// makes of it, nothing may be lost.
func broken() []File {
	raw := func(name, text string) File { return File{Name: "broken-" + name + ".eml", Data: []byte(text)} }
	head := lines(`From: Shop <news@shop.example>
To: reader@example.org
Subject: Broken on purpose
X-Made-Up: nobody sent this; it was written for tests
MIME-Version: 1.0
`)
	page := lines(short("Broken", "https://mail.shop.example/o/broken.gif"))
	part := func(boundary, body string) string {
		return "--" + boundary + crlf + "Content-Type: text/html; charset=utf-8" + crlf + crlf + body + crlf
	}
	mixed := func(parameters string) string {
		return head + "Content-Type: multipart/mixed; " + parameters + crlf + crlf
	}
	out := []File{
		raw("empty", ""),
		raw("only-line-end", crlf),
		raw("only-header", head),
		raw("only-body", crlf+page),
		raw("no-blank-line", head+"Content-Type: text/html"+crlf+page),
		raw("no-mime-version", strings.Replace(head, "MIME-Version: 1.0"+crlf, "", 1)+"Content-Type: text/html"+crlf+crlf+page),
		raw("mbox-line", "From news@shop.example Mon Mar  2 08:00:00 2026"+crlf+head+"Content-Type: text/html"+crlf+crlf+page),
		raw("blank-before-colon", head+"Content-Type : text/html"+crlf+crlf+page),
		raw("header-without-colon", head+"this is no header"+crlf+"Content-Type: text/html"+crlf+crlf+page),
		raw("folded-first", " folded"+crlf+head+"Content-Type: text/html"+crlf+crlf+page),
		raw("folded-type", head+"Content-Type:"+crlf+" text/html;"+crlf+"\tcharset=utf-8"+crlf+crlf+page),
		raw("type-twice", head+"Content-Type: text/plain"+crlf+"Content-Type: text/html"+crlf+crlf+page),
		raw("encoding-twice", head+"Content-Type: text/html"+crlf+"Content-Transfer-Encoding: base64"+crlf+"Content-Transfer-Encoding: 8bit"+crlf+crlf+page),
		raw("type-nonsense", head+"Content-Type: html"+crlf+crlf+page),
		raw("type-half", head+"Content-Type: text/"+crlf+crlf+page),
		raw("type-comment", head+"Content-Type: text (really) / html (yes); charset=utf-8"+crlf+crlf+page),
		raw("type-capitals", head+"CONTENT-TYPE: TEXT/HTML; CHARSET=UTF-8"+crlf+crlf+page),
		raw("type-semicolons", head+"Content-Type: text/html;;; charset=utf-8;"+crlf+crlf+page),
		raw("type-continued", head+"Content-Type: text/html; charset*0=ut; charset*1=f-8"+crlf+crlf+page),

		raw("no-end", mixed("boundary=b1")+part("b1", page)),
		raw("no-end-cut", mixed("boundary=b1")+part("b1", page)[:400]),
		raw("no-start", mixed("boundary=b1")+page+"--b1--"+crlf),
		raw("no-boundary", head+"Content-Type: multipart/mixed"+crlf+crlf+part("b1", page)+"--b1--"+crlf),
		raw("empty-boundary", mixed(`boundary=""`)+part("", page)+"----"+crlf),
		raw("other-boundary", mixed("boundary=b1")+part("b2", page)+"--b2--"+crlf),
		raw("boundary-prefix", mixed("boundary=abc")+part("abc", page)+part("abcd", page)+"--abc--"+crlf),
		raw("boundary-blanks", mixed("boundary=b1")+strings.Replace(part("b1", page), "--b1"+crlf, "--b1 \t "+crlf, 1)+"--b1--  "+crlf),
		raw("boundary-odd", mixed(`boundary="=_?(odd) boundary'/:=."`)+part("=_?(odd) boundary'/:=.", page)+"--=_?(odd) boundary'/:=.--"+crlf),
		raw("boundary-continued", mixed(`boundary*0="b"; boundary*1="1"`)+part("b1", page)+"--b1--"+crlf),
		raw("boundary-percent", mixed(`boundary*=us-ascii'en'b%31`)+part("b1", page)+"--b1--"+crlf),
		raw("boundary-long", mixed(`boundary="`+strings.Repeat("x", 200)+`"`)+part(strings.Repeat("x", 200), page)+"--"+strings.Repeat("x", 200)+"--"+crlf),
		raw("boundary-in-text", mixed("boundary=b1")+part("b1", "text --b1 in a line"+crlf+"--b1x"+crlf+page)+"--b1--"+crlf),
		raw("after-the-end", mixed("boundary=b1")+part("b1", page)+"--b1--"+crlf+part("b1", page)),
		raw("same-boundary-inside", mixed("boundary=b1")+"--b1"+crlf+"Content-Type: multipart/alternative; boundary=b1"+crlf+crlf+part("b1", page)+"--b1--"+crlf+part("b1", page)+"--b1--"+crlf),
		raw("inner-never-ends", mixed("boundary=out")+"--out"+crlf+"Content-Type: multipart/alternative; boundary=in"+crlf+crlf+part("in", page)+part("out", page)+"--out--"+crlf),
		raw("outer-prefix-of-inner", mixed("boundary=b")+"--b"+crlf+"Content-Type: multipart/alternative; boundary=bb"+crlf+crlf+part("bb", page)+"--bb--"+crlf+"--b--"+crlf),
		raw("multipart-encoded", head+"Content-Type: multipart/mixed; boundary=b1"+crlf+"Content-Transfer-Encoding: base64"+crlf+crlf+part("b1", page)+"--b1--"+crlf),
		raw("part-without-blank-line", mixed("boundary=b1")+"--b1"+crlf+"Content-Type: text/html"+crlf+"--b1"+crlf+"Content-Type: text/html"+crlf+crlf+page+"--b1--"+crlf),
		raw("part-without-header", mixed("boundary=b1")+"--b1"+crlf+crlf+page+"--b1--"+crlf),
	}
	return append(append(out, cut(raw, head)...), endings(raw, head, page)...)
}

// cut is mail that ends in the middle of something.
func cut(raw func(name, text string) File, head string) []File {
	s := shopFor("cut")
	page := lines(tableLetter(s, own(s, "c07")))
	quoted := head + "Content-Type: text/html; charset=utf-8" + crlf + "Content-Transfer-Encoding: quoted-printable" + crlf + crlf + quotedPrintable(page, 76)
	coded := head + "Content-Type: text/html; charset=utf-8" + crlf + "Content-Transfer-Encoding: base64" + crlf + crlf + base64Lines(page, 76)
	tag := strings.Index(page, "https://img.")
	return []File{
		raw("cut-tag", head+"Content-Type: text/html"+crlf+crlf+page[:tag+15]),
		raw("cut-after-less-than", head+"Content-Type: text/html"+crlf+crlf+page[:strings.Index(page, "<img")+1]),
		raw("cut-soft-break", strings.TrimRight(quoted[:len(quoted)/2], "=\r\n")+"="),
		raw("cut-hex", strings.TrimRight(quoted[:len(quoted)/2], "=\r\n")+"=3"),
		raw("cut-quantum", strings.TrimRight(coded[:len(coded)/2], "\r\n")+"QQ"),
		raw("cut-return", head+"Content-Type: text/html"+crlf+crlf+page[:900]+"\r"),
		raw("cut-comment", head+"Content-Type: text/html"+crlf+crlf+"<!-- never closed <img src=https://img.shop.example/c.png>"),
		raw("cut-style", head+"Content-Type: text/html"+crlf+crlf+"<style>body{background:url(https://img.shop.example/s.png)"),
		raw("cut-quote", head+"Content-Type: text/html"+crlf+crlf+`<img alt="never closed src=https://img.shop.example/q.png>`),
	}
}

// endings is mail with other line ends than CR LF, and with octets that text
// should not have.
func endings(raw func(name, text string) File, head, page string) []File {
	whole := head + "Content-Type: text/html; charset=utf-8" + crlf + crlf + page
	s := shopFor("endings")
	quoted := head + "Content-Type: text/html; charset=utf-8" + crlf + "Content-Transfer-Encoding: quoted-printable" + crlf + crlf +
		quotedPrintable(lines(tableLetter(s, own(s, "1f"))), 76)
	return []File{
		raw("line-feeds", strings.ReplaceAll(whole, crlf, "\n")),
		raw("line-feeds-quoted", strings.ReplaceAll(quoted, crlf, "\n")),
		raw("returns", strings.ReplaceAll(whole, crlf, "\r")),
		raw("mixed-ends", head+"Content-Type: text/html"+crlf+crlf+strings.Replace(strings.Replace(page, crlf, "\n", 2), crlf, "\r", 1)),
		raw("nul", head+"Content-Type: text/html"+crlf+crlf+strings.Replace(page, "Broken", "Bro\x00ken", 1)),
		raw("controls", head+"Content-Type: text/html"+crlf+crlf+strings.Replace(page, "Broken", "Bro\x01\x0b\x0c\x7fken", 1)),
		raw("long-line", head+"Content-Type: text/html"+crlf+crlf+strings.Repeat("a line without end ", 5000)+strings.ReplaceAll(page, crlf, "")+crlf),
		raw("return-inside", head+"Content-Type: text/html"+crlf+crlf+strings.Replace(page, "https://", "https:\r//", 1)),
	}
}
