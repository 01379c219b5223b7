package imapfilter

import (
	"bytes"
	"strings"
)

// An abilities is what upstream offered that matters to the relay itself.
type abilities struct {
	literalPlus, literalMinus bool // RFC 7888
	binding                   bool // some mechanism with channel binding
	// object is the FETCH item that names a message in all mailboxes, "" for none.
	object string
}

// A capabilityView says how capabilities are to look on the local leg.
type capabilityView struct {
	localTLS    bool // the local leg is under TLS
	upstreamTLS bool
	startTLS    bool // offer STARTTLS
}

// withheld tells whether a capability cannot be used through the relay. COMPRESS
// (RFC 4978) was ended on both sides and taken back: mbsync ends its commands by
// zlib's partial flush, and the inflater of the standard library waits for the
// next block before it gives out what that flush completes, so both sides wait for
// ever. A compressor would hold 0.3 to 1.2 MB for each direction besides (measured
// with Go 1.26), to spare a mail program the way to its own machine.
func withheld(name string) bool {
	switch name {
	case "URLAUTH", "CONVERT", // content outside FETCH
		"URLAUTH=BINARY",         // RFC 5524
		"LOGIN-REFERRALS",        // RFC 2221: sends the client round the relay
		"MAILBOX-REFERRALS",      // RFC 2193, the same
		"JMAPACCESS", "STARTTLS": // RFC 9698; the upgrade upstream is done already
		return true
	}
	return strings.HasPrefix(name, "COMPRESS") || strings.HasPrefix(name, "CONVERT=")
}

// withheldMechanism tells whether a SASL mechanism is bound to the connection
// or to its names, or may add a layer of its own that hides the stream.
func withheldMechanism(name string) bool {
	switch name {
	case "EXTERNAL", "GSSAPI", "GSS-SPNEGO", "DIGEST-MD5", "NTLM", "KERBEROS_V4", "SKEY":
		return true
	}
	return strings.HasPrefix(name, "GS2-") || strings.HasSuffix(name, "-PLUS")
}

// rewrite takes out of a list of capabilities what cannot be used, puts ours
// in, and returns what upstream offered.
func (v capabilityView) rewrite(list []byte) ([]byte, abilities) {
	var can abilities
	words := bytes.FieldsFunc(list, func(r rune) bool { return r == ' ' })
	for _, w := range words {
		switch name := string(bytes.ToUpper(w)); {
		case name == "LITERAL+":
			can.literalPlus = true
		case name == "LITERAL-":
			can.literalMinus = true
		case name == "OBJECTID":
			can.object = emailID
		case name == "X-GM-EXT-1" && can.object == "":
			can.object = gmailID
		case strings.HasPrefix(name, "AUTH=") && strings.HasSuffix(name, "-PLUS"):
			can.binding = true
		}
	}
	out := make([]byte, 0, len(list)+len(" STARTTLS"))
	for _, w := range words {
		if v.passes(string(bytes.ToUpper(w)), can.binding) {
			out = append(append(out, ' '), w...)
		}
	}
	if v.startTLS {
		out = append(out, " STARTTLS"...)
	}
	return bytes.TrimPrefix(out, []byte(" ")), can
}

func (v capabilityView) passes(name string, binding bool) bool {
	if mechanism, ok := strings.CutPrefix(name, "AUTH="); ok {
		// A client that could bind but was not offered to says so, and the
		// server must take that for a downgrade (RFC 5802, section 6). On a
		// plain leg clients say that they cannot.
		downgrade := binding && v.localTLS && strings.HasPrefix(mechanism, "SCRAM-")
		return !withheldMechanism(mechanism) && !downgrade
	}
	if name == "LOGINDISABLED" {
		return !v.upstreamTLS
	}
	return !withheld(name)
}

// rewriteLine rewrites the capabilities in a status line with the code
// CAPABILITY, or in an untagged CAPABILITY line.
func (v capabilityView) rewriteLine(line []byte) ([]byte, abilities, bool) {
	start, end := capabilityList(line)
	if start < 0 {
		return line, abilities{}, false
	}
	list, can := v.rewrite(line[start:end])
	out := append([]byte(nil), line[:start]...)
	out = append(append(out, list...), line[end:]...)
	return out, can, true
}

// capabilityList finds the list in a line; start is -1 if there is none.
func capabilityList(line []byte) (start, end int) {
	upper := bytes.ToUpper(line)
	if bytes.HasPrefix(upper, []byte("* CAPABILITY ")) {
		start = len("* CAPABILITY ")
		return start, max(start, len(bytes.TrimRight(line, " \r\n")))
	}
	i := bytes.Index(upper, []byte(" [CAPABILITY "))
	if i < 0 {
		return -1, 0
	}
	start = i + len(" [CAPABILITY ")
	n := bytes.IndexByte(line[start:], ']')
	if n < 0 {
		return -1, 0
	}
	return start, start + n
}

// withoutReferral takes the code out of a status line by which a server sends the
// mail program elsewhere, and so round the relay (RFC 2221, section 4.2; RFC 2193,
// section 4).
func withoutReferral(line []byte) []byte {
	start := bytes.Index(line, []byte(" ["))
	if start < 0 {
		return line
	}
	n := bytes.IndexByte(line[start:], ']')
	if n < 0 {
		return line
	}
	out, rest := append([]byte(nil), line[:start]...), line[start+n+1:]
	if len(bytes.TrimSpace(rest)) == 0 {
		rest = append([]byte(" Unseen does not relay referrals"), rest...)
	}
	return append(out, rest...)
}
