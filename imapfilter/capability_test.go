package imapfilter

import "testing"

// Whatever could not be relayed is not offered, wherever capabilities are told.
func TestCapabilityRewrite(t *testing.T) {
	plain := capabilityView{upstreamTLS: true, startTLS: true}
	secure := capabilityView{upstreamTLS: true, localTLS: true}
	for _, tt := range []struct {
		name     string
		view     capabilityView
		in, want string
	}{
		{"dovecot", plain,
			"IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ STARTTLS LOGINDISABLED AUTH=PLAIN",
			"IMAP4rev1 SASL-IR ID ENABLE IDLE LITERAL+ AUTH=PLAIN STARTTLS"},
		{"after login", secure,
			"IMAP4rev1 MULTIAPPEND URL-PARTIAL CATENATE UNSELECT BINARY MOVE CONDSTORE QRESYNC NOTIFY COMPRESS=DEFLATE X-GM-EXT-1 OBJECTID UIDPLUS LITERAL-",
			"IMAP4rev1 MULTIAPPEND URL-PARTIAL CATENATE UNSELECT BINARY MOVE CONDSTORE QRESYNC NOTIFY X-GM-EXT-1 OBJECTID UIDPLUS LITERAL-"},
		{"new things", secure, "IMAP4rev1 imap4rev2 UIDONLY UTF8=ACCEPT UTF8=ONLY REPLACE URLAUTH URLAUTH=BINARY CONVERT JMAPACCESS MAILBOX-REFERRALS PREVIEW", "IMAP4rev1 imap4rev2 UIDONLY UTF8=ACCEPT UTF8=ONLY REPLACE PREVIEW"},
		{"mechanisms", secure, "AUTH=PLAIN AUTH=EXTERNAL AUTH=GSSAPI AUTH=GS2-KRB5 AUTH=DIGEST-MD5 AUTH=NTLM AUTH=XOAUTH2 auth=ntlm", "AUTH=PLAIN AUTH=XOAUTH2"},
		{"scram alone", secure, "AUTH=SCRAM-SHA-256", "AUTH=SCRAM-SHA-256"},
		{"scram that could bind, under TLS", secure, "AUTH=SCRAM-SHA-256 AUTH=SCRAM-SHA-256-PLUS AUTH=PLAIN", "AUTH=PLAIN"},
		{"scram that could bind, plain", plain, "AUTH=SCRAM-SHA-256 AUTH=SCRAM-SHA-256-PLUS", "AUTH=SCRAM-SHA-256 STARTTLS"},
		{"no TLS upstream", capabilityView{}, "IMAP4rev1 LOGINDISABLED STARTTLS", "IMAP4rev1 LOGINDISABLED"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, _ := tt.view.rewrite([]byte(tt.in)); string(got) != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestCapabilityLines(t *testing.T) {
	tk := startTalk(t, ModePlain, nil)
	tk.serverf("* OK [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE AUTH=PLAIN] hello [x]")
	tk.wantClient("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello [x]")
	for _, tt := range []struct{ command, answer, want string }{
		{"a CAPABILITY", "* CAPABILITY IMAP4rev1 URLAUTH IDLE\r\na OK done", "* CAPABILITY IMAP4rev1 IDLE\r\na OK done"},
		{"a CAPABILITY", "* capability IMAP4rev1 urlauth\r\na OK done", "* capability IMAP4rev1\r\na OK done"},
		{"a LOGIN x y", "a OK [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE NOTIFY] in", "a OK [CAPABILITY IMAP4rev1 NOTIFY] in"},
		{"a NOOP", "* OK [CAPABILITY IMAP4rev1 JMAPACCESS] news\r\na OK done", "* OK [CAPABILITY IMAP4rev1] news\r\na OK done"},
		{"a LOGIN x y", "a NO [REFERRAL IMAP://x;AUTH=*@elsewhere.example/] go there", "a NO go there"},
		{"a SELECT x", "a NO [referral IMAP://elsewhere.example/x]", "a NO Unseen does not relay referrals"},
		{"a NOOP", "* BYE [REFERRAL IMAP://elsewhere.example/] moved\r\na OK done", "* BYE moved\r\na OK done"},
		{"a NOOP", "* OK [ALERT] [REFERRAL x] text\r\na OK done", "* OK [ALERT] [REFERRAL x] text\r\na OK done"},
		{"a NOOP", "* OK [ALERT] the [CAPABILITY URLAUTH] is a joke\r\na OK done", "* OK [ALERT] the [CAPABILITY URLAUTH] is a joke\r\na OK done"},
	} {
		tk.clientf("%s", tt.command)
		tk.wantServer(tt.command)
		tk.serverf("%s", tt.answer)
		tk.wantClient(tt.want)
	}
}
