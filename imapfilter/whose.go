package imapfilter

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"strings"
)

// maxLogin bounds what is listened to of a login: tokens are long, names are not.
const maxLogin = 16 << 10

// An overheard login is what a mail program says to log in, listened to for the name alone. What it
// holds are secrets: it is wiped when the name is known.
type overheard struct{ raw []byte }

// Write implements [io.Writer]: it never fails, so that whatever is listened to goes on.
func (l *overheard) Write(b []byte) (int, error) {
	l.raw = append(l.raw, b[:min(len(b), maxLogin-len(l.raw))]...)
	return len(b), nil
}

// wipe forgets what was said.
func (l *overheard) wipe() {
	clear(l.raw[:cap(l.raw)])
	l.raw = l.raw[:0]
}

// loginName is the name in a LOGIN command (RFC 3501, section 6.2.3), "" where it cannot
// be read.
func loginName(raw []byte) string {
	for range 2 { // tag and LOGIN
		_, rest, ok := bytes.Cut(raw, []byte(" "))
		if !ok {
			return ""
		}
		raw = rest
	}
	switch {
	case len(raw) == 0:
		return ""
	case raw[0] == '"':
		return quotedName(raw[1:])
	case raw[0] == '{':
		size, rest, ok := bytes.Cut(raw[1:], []byte("}\r\n"))
		n, err := strconv.Atoi(strings.TrimSuffix(string(size), "+"))
		if !ok || err != nil || n < 0 || n > len(rest) {
			return ""
		}
		return string(rest[:n])
	}
	name, _, _ := bytes.Cut(raw, []byte(" "))
	return string(name)
}

// quotedName reads a quoted string after its first mark.
func quotedName(raw []byte) string {
	var name []byte
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '"':
			return string(name)
		case '\\':
			i++
		}
		if i < len(raw) {
			name = append(name, raw[i])
		}
	}
	return ""
}

// mechanism takes the first line of AUTHENTICATE apart: the mechanism in capitals, and
// an initial response if there is one (RFC 4959, section 3).
func mechanism(line []byte) (name string, response []byte) {
	words := bytes.Fields(line)
	if len(words) < 3 {
		return "", nil
	}
	if len(words) > 3 {
		response = words[3]
	}
	return strings.ToUpper(string(words[2])), response
}

// saslName is the name in the first response of a mechanism, "" where it holds none or
// cannot be read.
func saslName(mechanism string, response []byte) string {
	raw, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(response)))
	if err != nil {
		return ""
	}
	defer clear(raw)
	text := string(raw)
	switch mechanism {
	case "PLAIN": // RFC 4616, section 2
		parts := strings.Split(text, "\x00")
		if len(parts) != 3 {
			return ""
		}
		if parts[0] != "" {
			return parts[0]
		}
		return parts[1]
	case "LOGIN":
		return text
	case "XOAUTH2":
		rest, ok := strings.CutPrefix(text, "user=")
		name, _, end := strings.Cut(rest, "\x01")
		if !ok || !end {
			return ""
		}
		return name
	case "CRAM-MD5": // RFC 2195, section 2
		if at := strings.LastIndexByte(text, ' '); at > 0 {
			return text[:at]
		}
	case "OAUTHBEARER": // RFC 7628, section 3.1
		return field(text, "a=")
	case "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512": // RFC 5802, section 5.1
		return field(text, "n=")
	}
	return ""
}

// field is a value between commas (RFC 5801, section 4), where comma and equals sign
// are written as =2C and =3D.
func field(text, name string) string {
	for _, one := range strings.Split(text, ",") {
		if value, ok := strings.CutPrefix(one, name); ok {
			return strings.NewReplacer("=2C", ",", "=3D", "=").Replace(value)
		}
	}
	return ""
}

// listen lets the name of a login choose who plans, if somebody wants to know.
func (s *session) listen(name string) {
	if by := s.srv.cfg.ByLogin; by != nil && name != "" {
		if p := by(name); p != nil {
			s.plans.Store(&p)
		}
	}
}

// planner is who plans for this session.
func (s *session) planner() Planner {
	if p := s.plans.Load(); p != nil {
		return *p
	}
	return s.srv.cfg.Planner
}
