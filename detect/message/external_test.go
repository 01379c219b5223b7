package message_test

import (
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
)

// Where a body is that is elsewhere, in the forms of RFC 2046, section 5.2.3, and RFC
// 2017; what names nothing to fetch is a gap.
func TestExternal(t *testing.T) {
	const at = "https://files.shop.example/menu.pdf?u=1"
	for _, tt := range []struct{ name, parameters, want string }{
		{"quoted", `access-type=URL; URL="` + at + `"`, at},
		{"bare", `access-type=url; url=https:x`, "https:x"},
		{"folded", "access-type=URL;\r\n URL=\"https://files.shop.example\r\n /menu.pdf?u=1\"", at},
		{"in pieces", `access-type=URL; URL*0="https://files.shop.example"; URL*1="/menu.pdf?u=1"`, at},
		{"in per cent", `access-type=URL; URL*=us-ascii''https%3A%2F%2Ffiles.shop.example%2Fmenu.pdf%3Fu=1`, at},
		{"of another kind", `access-type=content-id; url="` + at + `"`, at},
		{"without a kind", `url="` + at + `"`, at},
		{"ftp", `access-type=anon-ftp; site=ftp.shop.example; directory="/pub/x/"; name="menu.pdf"`, "ftp://ftp.shop.example/pub/x/menu.pdf"},
		{"ftp without directory", `access-type=FTP; site=ftp.shop.example; name=menu.pdf`, "ftp://ftp.shop.example/menu.pdf"},
		{"ftp without site", `access-type=ftp; name=menu.pdf`, ""},
		{"by mail", `access-type=mail-server; server=mail@shop.example`, ""},
		{"local", `access-type=local-file; name="/etc/passwd"`, ""},
		{"nothing", `access-type=URL`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const head = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
			raw := []byte(head + "Content-Type: message/external-body; " + tt.parameters + "\r\n\r\nContent-Type: application/pdf\r\n\r\n\r\n--b--\r\n")
			l := message.Parse(raw)
			var got message.External
			for p := range l.Leaves() {
				got = p.External
			}
			if got.URL != tt.want || (len(l.Gaps) == 0) != (tt.want != "") {
				t.Errorf("%q, gaps %v, want %q", got.URL, l.Gaps, tt.want)
			}
			if tt.want == "" {
				return
			}
			stands := string(raw[got.At.Start:got.At.End])
			if got.At.Start < len(head) || stands != tt.want && len(stands) < len(tt.want) {
				t.Errorf("it stands in %q", stands)
			}
		})
	}
}
