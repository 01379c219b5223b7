package plan

import (
	"errors"
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
)

// ErrSigned is returned for a message to be sent that is signed and names the
// gateway: to take that out would break the signature.
var ErrSigned = errors.New("plan: signed message names the gateway")

// A Leaving is the way by which a message leaves.
type Leaving string

const (
	// ByAppend stores it in a mailbox (RFC 3501, section 6.3.11): held pixels
	// become inert.
	ByAppend Leaving = "append"
	// BySubmission sends it to others (RFC 6409): held pixels are removed.
	BySubmission Leaving = "submission"
)

// An Original is the load behind a token.
type Original struct {
	// URL is the address that the token stands for.
	URL string
	// Held says that the load would be held now.
	Held bool
	// Pixel says that there is nothing to see in it.
	Pixel bool
}

// A Lookup returns the load behind a token of either form; false if the token
// was never issued here.
type Lookup func(token string) (Original, bool)

// Restore takes every address of the gateway out of a composed message: held
// pixels go, other loads get their original address back. It looks into all
// text parts, of enclosed messages too. Only parts that name the gateway are
// changed; a message that does not is returned itself. Unknown counts the
// loads whose token is not known: they are left, and so are addresses with an
// unknown token in text and in links, which do not count. The error is [ErrSigned]
// if what would have to be changed is signed.
//
// Addresses that a client has escaped or encoded are not recognised. No line
// of quoted-printable or base64 grows beyond 76 characters (RFC 2045, sections
// 6.7 and 6.8); text without an encoding whose lines would grow beyond 998
// (RFC 5322, section 2.1.1) becomes quoted-printable.
func Restore(raw []byte, base string, look Lookup, how Leaving) (out []byte, unknown int, err error) {
	l := message.Parse(raw)
	r := &restoring{raw: raw, base: base, look: look, how: how}
	if l.Shown != nil {
		err = r.part(l.Shown, false, false)
	}
	if err != nil {
		return nil, r.unknown, err
	}
	if !r.changed {
		return raw, r.unknown, nil
	}
	return append(r.out, raw[r.at:]...), r.unknown, nil
}

// A restoring is one message being restored.
type restoring struct {
	raw  []byte
	base string
	look Lookup
	how  Leaving

	out     []byte // what raw[:at] becomes
	at      int
	changed bool
	unknown int
}

// part restores a part and what is in it. Enclosed says that it is part of an
// enclosed message, sealed that a signature of the composed message covers it.
// A signature of an enclosed one is not the sender's to keep: it was broken
// when the address was written into it.
func (r *restoring) part(p *message.Part, enclosed, sealed bool) error {
	sealed = sealed || p.Protected != "" && !enclosed
	if p.Leaf() {
		if !isText(p.MediaType) {
			return nil
		}
		return r.leaf(p, sealed)
	}
	enclosed = enclosed || p.MediaType == "message/rfc822"
	for _, child := range p.Children {
		if err := r.part(child, enclosed, sealed); err != nil {
			return err
		}
	}
	return nil
}

// isText says whether a part may hold addresses that somebody wrote or that a
// client took over.
func isText(mediaType string) bool {
	switch mediaType {
	case "application/xhtml+xml", "image/svg+xml":
		return true
	}
	return strings.HasPrefix(mediaType, "text/")
}

// leaf restores one leaf.
func (r *restoring) leaf(p *message.Part, sealed bool) error {
	body := r.raw[p.Body.Start:p.Body.End]
	t := message.Decode(body, p.Body.Start, p.Encoding)
	subs := r.substitutions(t.Bytes(), p.MediaType)
	if len(subs) == 0 {
		return nil
	}
	if sealed {
		return ErrSigned
	}
	switch p.Encoding {
	case message.QuotedPrintable:
		r.copy(p.Body.Start)
		r.spliceQuoted(t, subs, p.Body)
	case message.Base64:
		r.copy(p.Body.Start)
		r.spliceBase64(t.Bytes(), subs, body)
	default:
		r.splicePlain(p, subs, body)
	}
	r.at, r.changed = p.Body.End, true
	return nil
}

// copy copies what is not changed, up to an offset of the message.
func (r *restoring) copy(to int) {
	r.out = append(r.out, r.raw[r.at:to]...)
	r.at = to
}
