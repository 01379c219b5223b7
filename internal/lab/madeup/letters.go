package madeup

import (
	"fmt"
	"strings"
)

// A tracked mailing is what a letter refers to.
type tracked struct {
	// pixel, click and stop are addresses as written in HTML.
	pixel, click, stop string
	// pictures are on this host.
	pictures string
}

// own are a shop's own addresses, tracked on its own hosts.
func own(s shop, id string) tracked {
	return tracked{
		pixel:    "https://mail." + s.domain + "/o/" + id + "/open.gif",
		click:    "https://mail." + s.domain + "/c/" + id + "/",
		stop:     "https://mail." + s.domain + "/unsubscribe?u=" + id,
		pictures: "https://img." + s.domain + "/2026/03/",
	}
}

// letter writes a shop's letter in one of five hands.
func letter(hand int, s shop, t tracked) string {
	switch hand % 5 {
	case 0:
		return tableLetter(s, t)
	case 1:
		return divLetter(s, t)
	case 2:
		return oldLetter(s, t)
	case 3:
		return terseLetter(s, t)
	}
	return outlookLetter(s, t)
}

// tableLetter is what most tools for mailings write: nested tables, everything
// quoted, the pixel at the end.
func tableLetter(s shop, t tracked) string {
	return fmt.Sprintf(`<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" lang="%[1]s">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1.0" />
<title>%[2]s</title>
<style type="text/css">
  body { margin: 0; padding: 0; background-color: #f4f1ea; }
  .hero { background-image: url("%[10]shero.jpg"); background-size: cover; }
  @media only screen and (max-width: 600px) { .hero { background-image: url(%[10]shero-small.jpg); } }
</style>
</head>
<body>
<div style="display:none;max-height:0;overflow:hidden;">%[3]s</div>
<table width="100%%" cellpadding="0" cellspacing="0" border="0" background="%[10]spaper.png"><tr><td align="center">
<table width="600" cellpadding="0" cellspacing="0" border="0">
<tr><td style="font:11px sans-serif"><a href="%[8]sview">%[4]s</a></td></tr>
<tr><td class="hero"><a href="%[8]s1"><img src="%[10]slogo.png" width="180" height="60" alt="%[5]s" border="0" style="display:block" /></a></td></tr>
<tr><td><h1>%[2]s</h1><p>%[6]s</p><p>%[11]s</p><p>%[12]s</p></td></tr>
<tr><td><img src="%[10]sspring.jpg" srcset="%[10]sspring.jpg 1x, %[10]sspring@2x.jpg 2x" width="600" height="300" alt="" /></td></tr>
<tr><td><p>%[13]s</p><a href="%[8]s2" style="background:#1e5e5a;color:#fff;padding:12px 24px">%[7]s</a></td></tr>
<tr><td><img src="%[10]sspacer.gif" width="1" height="20" alt="" /></td></tr>
<tr><td style="font-size:11px">%[14]s · <a href="%[15]s">%[16]s</a></td></tr>
</table></td></tr></table>
<img src="%[9]s" width="1" height="1" border="0" alt="" style="height:1px !important;width:1px !important;" />
</body>
</html>
`, s.lang, s.subject, s.preheader, s.browser, s.name, s.greeting, s.button, t.click, t.pixel, t.pictures,
		s.paragraphs[0], s.paragraphs[1], s.paragraphs[2], s.address, t.stop, s.stop)
}

// divLetter is newer: sections, style attributes, the pixel first and hidden.
func divLetter(s shop, t tracked) string {
	return fmt.Sprintf(`<!doctype html>
<html lang='%s'><head><meta charset='utf-8'><title>%s</title></head>
<body style='margin:0;background:#fff url(%sgrain.png) repeat'>
<img src='%s' alt='' style='display:none' />
<div style="max-width:640px;margin:auto;font-family:Georgia,serif">
  <div style="height:220px;background-image:url('%sbanner.jpg')"></div>
  <h2>%s</h2>
  <p>%s</p>
  <p>%s</p>
  <picture><source media="(min-width:600px)" srcset="%swide.webp"><img src="%snarrow.jpg" alt="%s" width=600></picture>
  <p>%s</p>
  <p>%s</p>
  <p><a href='%sgo'>%s</a></p>
  <hr>
  <p><small>%s — <a href='%s'>%s</a></small></p>
</div></body></html>
`, s.lang, s.subject, t.pictures, t.pixel, t.pictures, s.subject, s.greeting, s.paragraphs[0],
		t.pictures, t.pictures, s.name, s.paragraphs[1], s.paragraphs[2], t.click, s.button, s.address, t.stop, s.stop)
}

// oldLetter is how mail was written in 2003, and still is: capitals, no
// quotes, tags never closed.
func oldLetter(s shop, t tracked) string {
	return fmt.Sprintf(`<HTML><HEAD><TITLE>%s</TITLE></HEAD>
<BODY BACKGROUND=%sback.gif BGCOLOR=#FFFFFF TEXT=#333333>
<CENTER><TABLE WIDTH=580 BORDER=0><TR><TD BACKGROUND="%stop.gif"><IMG SRC=%slogo.gif ALT="%s" WIDTH=200 HEIGHT=50>
<TR><TD><FONT FACE=Verdana SIZE=2>%s<BR><BR>%s<BR><BR>%s<BR><BR>%s
<TR><TD><A HREF=%s1><IMG SRC=%sbutton.gif BORDER=0 ALT="%s"></A>
<TR><TD><FONT SIZE=1>%s<BR><A HREF="%s">%s</A>
</TABLE></CENTER>
<IMG SRC=%s WIDTH=1 HEIGHT=1>
</BODY></HTML>
`, s.subject, t.pictures, t.pictures, t.pictures, s.name, s.greeting, s.paragraphs[0], s.paragraphs[1], s.paragraphs[2],
		t.click, t.pictures, s.button, s.address, t.stop, s.stop, t.pixel)
}

// terseLetter is a mail that passes for one written by hand.
func terseLetter(s shop, t tracked) string {
	return fmt.Sprintf(`<div dir="ltr">%s<br><br>%s<br><br><a href="%s">%s</a><br><br>%s<br>%s</div><img src="%s"><div><br></div><p style="font-size:9px"><a href="%s">%s</a></p>
`, s.greeting, s.paragraphs[0], t.click, s.button, s.paragraphs[2], s.name, t.pixel, t.stop, s.stop)
}

// outlookLetter has a second face for Outlook, in conditional comments and
// VML, with loads of its own.
func outlookLetter(s shop, t tracked) string {
	return fmt.Sprintf(`<!doctype html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">
<head><title>%[1]s</title>
<!--[if gte mso 9]><xml><o:OfficeDocumentSettings><o:AllowPNG/><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml><![endif]-->
<style>.bg{background:url(%[2]sbg.jpg) center/cover}</style></head>
<body>
<table role="presentation" width="100%%"><tr><td background="%[2]sbg.jpg" class="bg" valign="top">
<!--[if gte mso 9]>
<v:rect xmlns:v="urn:schemas-microsoft-com:vml" fill="true" stroke="false" style="width:600px;height:240px;">
<v:fill type="frame" src="%[2]sbg-outlook.jpg" color="#1e5e5a" />
<v:textbox inset="0,0,0,0">
<![endif]-->
<div><h1 style="color:#fff">%[1]s</h1><p style="color:#fff">%[3]s</p></div>
<!--[if gte mso 9]></v:textbox></v:rect><![endif]-->
</td></tr></table>
<p>%[4]s</p><p>%[5]s</p><p>%[6]s</p>
<!--[if !mso]><!--><img src="%[2]smodern.webp" width="560" alt="%[7]s"><!--<![endif]-->
<a href="%[8]s2">%[9]s</a>
<form action="%[8]ssurvey"><input type="image" src="%[2]syes.png" alt="👍"><input type=image src='%[2]sno.png' alt="👎"></form>
<p>%[10]s <a href="%[11]s">%[12]s</a></p>
<img src="%[13]s" alt="" width="1px" height="1px" style="opacity:0">
</body></html>
`, s.subject, t.pictures, s.preheader, s.greeting, s.paragraphs[0], s.paragraphs[1], s.name,
		t.click, s.button, s.address, t.stop, s.stop, t.pixel)
}

// words is the letter as plain text.
func words(s shop, t tracked) string {
	return strings.Join([]string{
		s.subject, strings.Repeat("=", 40), "", s.greeting, "", s.paragraphs[0], "", s.paragraphs[1], "",
		s.paragraphs[2], "", s.button + ": " + plainURL(t.click) + "2", "", "-- ", s.address, s.stop + ": " + plainURL(t.stop), "",
	}, "\n")
}

// plainURL is an address as it stands outside of HTML.
func plainURL(s string) string { return strings.ReplaceAll(s, "&amp;", "&") }
