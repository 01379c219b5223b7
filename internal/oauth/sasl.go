package oauth

import (
	"strconv"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-sasl"
)

// xoauth2 is the mechanism that providers had before OAUTHBEARER.
const xoauth2 = "XOAUTH2"

// Mechanism returns how to log in to an IMAP server with an access token: OAUTHBEARER (RFC
// 7628) where it is offered, else XOAUTH2. False says that the server takes no token.
func Mechanism(caps imap.CapSet, user, token, host string, port int) (sasl.Client, bool) {
	switch {
	case caps.Has(imap.AuthCap(sasl.OAuthBearer)):
		// RFC 7628, section 3.1: a header of GS2 (RFC 5801), host and port, the token.
		first := "n,a=" + quoted(user) + ",\x01host=" + host + "\x01port=" + strconv.Itoa(port) + "\x01auth=Bearer " + token + "\x01\x01"
		// What the server says of a token that it does not take is answered with a
		// single ^A, and then it says no (section 3.2.3).
		return &bearer{sasl.OAuthBearer, first, []byte{1}}, true
	case caps.Has(imap.AuthCap(xoauth2)):
		first := "user=" + user + "\x01auth=Bearer " + token + "\x01\x01"
		return &bearer{xoauth2, first, []byte{}}, true
	}
	return nil, false
}

// bearer is either of the two.
type bearer struct {
	name, first string
	// then answers what the server says of a token that it does not take.
	then []byte
}

// Start implements [sasl.Client].
func (b *bearer) Start() (string, []byte, error) { return b.name, []byte(b.first), nil }

// Next implements [sasl.Client].
func (b *bearer) Next([]byte) ([]byte, error) { return b.then, nil }

// quoted writes a name as RFC 5801, section 4 has it.
func quoted(name string) string {
	var out []byte
	for _, c := range []byte(name) {
		switch c {
		case ',':
			out = append(out, "=2C"...)
		case '=':
			out = append(out, "=3D"...)
		default:
			out = append(out, c)
		}
	}
	return string(out)
}
