package setup

import (
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"strings"
)

// appleProfile is a configuration profile that connects an account in Apple Mail:
// a payload of type com.apple.mail.managed, without a password, which the system
// asks for. It names itself so that installing it again replaces it, and removing it
// in the settings takes the account away.
func appleProfile(l Local, login string) string {
	name := sha256.Sum256([]byte("unseen apple profile " + l.Address))
	id := func(n byte) string {
		return fmt.Sprintf("%X-%X-%X-%X-%X", name[n:n+4], name[4:6], name[6:8], name[8:10], name[10:16])
	}
	p := plist{}
	p.open("dict")
	p.key("PayloadContent").open("array").open("dict")
	p.text("EmailAccountType", "EmailTypeIMAP").text("EmailAddress", l.Address).text("EmailAccountDescription", "Unseen: "+l.Address)
	p.text("IncomingMailServerAuthentication", "EmailAuthPassword").text("IncomingMailServerHostName", "localhost")
	p.number("IncomingMailServerPortNumber", l.IMAPS).yes("IncomingMailServerUseSSL").text("IncomingMailServerUsername", login)
	if l.SMTP != 0 {
		p.text("OutgoingMailServerAuthentication", "EmailAuthPassword").text("OutgoingMailServerHostName", "localhost")
		p.number("OutgoingMailServerPortNumber", l.SMTP).yes("OutgoingMailServerUseSSL").text("OutgoingMailServerUsername", login)
		p.yes("OutgoingPasswordSameAsIncomingPassword")
	}
	p.text("PayloadType", "com.apple.mail.managed").number("PayloadVersion", 1)
	p.text("PayloadIdentifier", "io.github.unseen-mail.Unseen.mail."+id(0)).text("PayloadUUID", id(0)).text("PayloadDisplayName", "Unseen: "+l.Address)
	p.close("dict").close("array")
	p.text("PayloadType", "Configuration").number("PayloadVersion", 1)
	p.text("PayloadIdentifier", "io.github.unseen-mail.Unseen."+id(16)).text("PayloadUUID", id(16)).text("PayloadDisplayName", "Unseen: "+l.Address)
	p.close("dict")
	return `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">` + "\n" +
		`<plist version="1.0">` + "\n" + p.String() + "</plist>\n"
}

// A plist writes a property list.
type plist struct{ strings.Builder }

func (p *plist) open(name string) *plist  { fmt.Fprintf(p, "<%s>\n", name); return p }
func (p *plist) close(name string) *plist { fmt.Fprintf(p, "</%s>\n", name); return p }
func (p *plist) key(name string) *plist   { fmt.Fprintf(p, "<key>%s</key>\n", name); return p }
func (p *plist) yes(name string) *plist   { p.key(name); p.WriteString("<true/>\n"); return p }

func (p *plist) number(name string, n int) *plist {
	p.key(name)
	fmt.Fprintf(p, "<integer>%d</integer>\n", n)
	return p
}

func (p *plist) text(name, value string) *plist {
	p.key(name).WriteString("<string>")
	_ = xml.EscapeText(p, []byte(value)) // a Builder takes everything
	p.WriteString("</string>\n")
	return p
}
