package detect_test

import (
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect"
)

// A mailCase is one row of [TestAgainstTheMail].
type mailCase struct {
	name, header, body, ask string
	said                    bool
}

// mailCases are references that the rest of their mail tells of.
func mailCases() []mailCase {
	const token = "25ac7fb2"
	return []mailCase{
		{"a picture by the name that bounces go to", "Return-Path: <r.EID" + token + ".user@mail.shop.example>",
			`<img src="https://mail.shop.example/HL/0/` + token + `/0/f672a7/d/1370.jpg" alt=Sale><a href="https://mail.shop.example/HL/19/` + token + `/0/800.htm">x</a>`,
			"1370.jpg", true},
		{"a link by that name", "Return-Path: <r.EID" + token + ".user@mail.shop.example>",
			`<a href="https://omi.shop.example/HL/19/` + token + `/0/800.htm">x</a><a href="https://omi.shop.example/HL/20/` + token + `/0/801.htm">y</a>`,
			"800.htm", true},
		{"a link by a name that the header does not have", "Return-Path: <news@mail.shop.example>",
			`<a href="https://omi.shop.example/HL/19/` + token + `/0/800.htm">x</a><a href="https://omi.shop.example/HL/20/` + token + `/0/801.htm">y</a>`,
			"800.htm", false},
		{"pictures in a folder of that name", "Message-ID: <" + token + ".1@mail.shop.example>",
			`<img src="https://mail.shop.example/` + token + `/a.jpg" alt=a><img src="https://mail.shop.example/` + token + `/b.jpg" alt=b><a href="https://mail.shop.example/x/` + token + `/">x</a>`,
			"a.jpg", false},
		{"a picture by the number that unsubscribes", "",
			`<img src="https://mail.shop.example/logo.php?id=88&id2=1143953"><a href="https://mail.shop.example/optout.php?id=88&id2=1143953">no more</a>`,
			"logo.php", true},
		{"a picture by another number", "",
			`<img src="https://mail.shop.example/logo.php?id=88&id2=1143953"><a href="https://mail.shop.example/optout.php?id=88&id2=7712345">no more</a>`,
			"logo.php", false},
		{"a mail that is one picture, named as its links", "",
			`<img src="https://t.example/UFHgQTEqy2EgnGPNeiBB/iRPVe"><a href="https://t.example/yDN9qehOkg8e82SG88ZV/1BLC5Mnx5bm">x</a>`,
			"iRPVe", true},
		{"the only picture of a counter", "",
			`<img src="https://go.t.example/aSfkLwI7vMkxU38v7qTVXw.png" alt=a>` + strings.Repeat(`<a href="https://go.t.example/?x=AAAA">x</a>`, 1) +
				`<a href="https://go.t.example/yDN9qehOkg8e82SG88ZV1BLC">x</a><a href="https://go.t.example/zDN9qehOkg8e82SG88ZV1BLD">x</a><a href="https://go.t.example/wDN9qehOkg8e82SG88ZV1BLE">x</a>`,
			"Xw.png", true},
		{"the last load of a mail without an invisible one, of which nothing is said", "",
			`<img src="https://t.example/a.png" alt=a><img src="https://t.example/n/7f3a9c2e51d84b06a1c2.png">`, "n/7f3a", true},
		{"that load where something is said of it", "",
			`<img src="https://t.example/a.png" alt=a><img src="https://t.example/n/7f3a9c2e51d84b06a1c2.png" alt=b>`, "n/7f3a", false},
		{"that load where another one is invisible", "",
			`<img width=1 height=1 src="https://t.example/o.gif"><img src="https://t.example/n/7f3a9c2e51d84b06a1c2.png">`, "n/7f3a", false},
		{"a picture in a folder of pictures, with a text", "",
			`<img src="https://b.example/4e572c30-2aaa-11f0-a3fa-624805c42325/media/original/e3317a16-42f3-11f0-9358-22cedb7b8598" alt="Contact us">`,
			"original", false},
		{"a spacer in an account's folder of pictures", "", `<img width=5 height=1 src="https://b.example/letters/images/1101116784221/S.gif">`, "S.gif", false},
		{"a field that was not filled", "", `<img width=1 height=1 src="https://brand.everestengagement.com/ea/AbCdEf/?e=undefined">`, "everest", false},
		{"that field, filled", "", `<img width=1 height=1 src="https://brand.everestengagement.com/ea/AbCdEf/?e=7f3a9c2e51">`, "everest", true},
		{"a vendor's form without anything in it", "", `<a href="https://www.amazon.co.uk/gp/f.html">Returns</a>`, "f.html", false},
		{"a parcel by its number", "", `<a href="https://tracktrace.post.example/parcel?p1=1000399528451U">1000399528451U</a>`, "parcel", true},
		{"that number elsewhere", "", `<a href="https://tracktrace.post.example/parcel?p1=1000399528451U">more</a>`, "parcel", false},
		{"the number of a session", "", `<a href="https://www.idc.example/st/about.jhtml;jsessionid=2J2GJSTTFNK4MCTFA4FCFGAKMUDYWIWD">x</a>`, "about", false},
		{"somebody's home", "", `<a href="https://members.example/~vze2mfh8/">x</a>`, "~", false},
		{"a thing with a number in its name", "", `<a href="https://otn.example/centers/mov2jdev">x</a>`, "mov2", false},
		{"a host that hides another one", "", `<a href="https://www%2Ebank%2Eexample%7CaSfkLwI7vMkxU38v@evil.example/">x</a>`, "evil", false},
		{"the address of the list that the mail came by", "To: mutt-dev@mutt.example\r\nList-Post: <mailto:mutt-dev@mutt.example>",
			`<a href="https://marc.example/?l=mutt-dev">archive</a>`, "marc", false},
	}
}

// A made mail is judged reference by reference, with what its header and its other
// references say. "[ ]" marks the one that is asked for.
func TestAgainstTheMail(t *testing.T) {
	j := newJudge(t)
	for _, tt := range mailCases() {
		t.Run(tt.name, func(t *testing.T) {
			head := "From: News <news@shop.example>\r\n"
			if tt.header != "" {
				head += tt.header + "\r\n"
			}
			raw := head + "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + tt.body + "\r\n"
			for _, f := range detect.Scan([]byte(raw), j, detect.ScanOptions{All: true}).Findings {
				if !strings.Contains(f.URL, tt.ask) {
					continue
				}
				if said := f.Verdict == detect.Tracker || f.Verdict == detect.Suspected; said != tt.said {
					t.Errorf("%s: %s %v", f.URL, f.Verdict, f.Reasons)
				}
				return
			}
			t.Error("it was not found")
		})
	}
}

// What the header says of who sent the mail gives a counter on the sender's own
// host its vendor and purposes; of a stranger's host it says nothing.
func TestMailer(t *testing.T) {
	j := newJudge(t)
	const pixel = "https://count.%s/o/7f3a9c2e51d84b06a1c2"
	for _, tt := range []struct{ name, header, host, vendor string }{
		{"the sender's own host", "X-SG-EID: u001.fakeTokenForTests0001", "shop.example", "sendgrid"},
		{"a stranger's host", "X-SG-EID: u001.fakeTokenForTests0001", "stranger.example", ""},
		{"no such field", "X-Mailer: Somebody's own", "shop.example", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			raw := "From: News <news@shop.example>\r\n" + tt.header + "\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n" +
				`<img width=1 height=1 src="` + strings.Replace(pixel, "%s", tt.host, 1) + `">`
			found := detect.Scan([]byte(raw), j, detect.ScanOptions{}).Findings
			if len(found) != 1 || found[0].Verdict != detect.Tracker {
				t.Fatalf("%+v", found)
			}
			f, vendor := found[0], ""
			if f.Vendor != nil {
				vendor = *f.Vendor
			}
			if vendor != tt.vendor || (len(f.Purposes) > 1) != (tt.vendor != "") {
				t.Errorf("vendor %q, purposes %v, reasons %v", vendor, f.Purposes, f.Reasons)
			}
		})
	}
}
