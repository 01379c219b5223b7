package plan

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
)

var (
	// ErrSigned is returned for a message to be sent that is signed and names
	// the gateway: to take that out would break the signature.
	ErrSigned = errors.New("plan: signed message names the gateway")
	// errFault is a fault of ours: what could not be restored does not leave.
	errFault = errors.New("plan: fault of ours while restoring")
)

// A Leaving is the way by which a message leaves.
type Leaving string

const (
	// ByAppend stores it in a mailbox (RFC 3501, section 6.3.11): held pixels
	// become inert.
	ByAppend Leaving = "append"
	// BySubmission sends it to others (RFC 6409): held pixels are removed.
	BySubmission Leaving = "submission"
)

// An Original is the load or the link behind a token.
type Original struct {
	// URL is the address that the token stands for; of a link, where it leads if
	// that is known.
	URL string
	// Held says that the load would be held now.
	Held bool
	// Pixel says that there is nothing to see in it.
	Pixel bool
	// Copy returns what the load showed, if that is to go along with the message in
	// place of its address, and is there: nobody is asked for it. Nil means that the
	// address goes. It is called where a picture may be enclosed, and nowhere else.
	Copy func() (Picture, bool)
}

// A Lookup returns the load or the link behind a token of either form; false if the token
// was never issued here.
type Lookup func(token string) (Original, bool)

// Restore takes every address of the gateway out of a composed message: held
// pixels go, other loads and links get their address back. It looks into all
// text parts, of enclosed messages too. Only parts that name the gateway are
// changed; a message that does not is returned itself. Unknown counts the
// loads, and links to the page of one, whose token is not known: they are left,
// and so are addresses with an unknown token in text, and in links to what is
// loaded, which do not count. The error is [ErrSigned]
// if what would have to be changed is signed.
//
// Addresses are recognised as mail programs write them anew: see [addresses]. No
// line of quoted-printable or base64 grows beyond 76 characters (RFC 2045, sections
// 6.7 and 6.8); text without an encoding whose lines would grow beyond 998
// (RFC 5322, section 2.1.1) becomes quoted-printable.
//
// A picture that has an [Original.Copy] becomes a part of the message, which the
// text shows by a cid: address (RFC 2392), if it is the source of an img in the
// HTML of the message itself, 2 MiB at most, and with others 5 MiB. In what is
// attached, signed, sent on, larger than can be held, or put together in a way
// that is not known well, pictures keep their addresses.
func Restore(raw []byte, base string, look Lookup, how Leaving) (out []byte, unknown int, err error) {
	var to bytes.Buffer
	r := NewRestoring(&to, base, look, how)
	if _, err = r.Write(raw); err == nil {
		err = r.Close()
	}
	switch {
	case err != nil:
		return nil, r.unknown, err
	case !r.changed:
		return raw, r.unknown, nil
	}
	return to.Bytes(), r.unknown, nil
}

// A Restoring is [Restore] for one message that comes in pieces. It passes on
// all at once but the header of a part, and a text, which it holds until its end
// has come, 8 MiB of it at most: from there the text goes on in pieces, in which a
// line may grow too long.
type Restoring struct {
	to   io.Writer
	base string
	look Lookup
	how  Leaving

	stream *message.Stream
	held   []byte // what the stream has passed and may have to change yet
	at     int    // where it ends in the message
	mark   int    // where the last header may begin
	// restored says that with takes the place of what the stream passes next.
	restored bool
	with     []byte
	// travelled says that somebody sent the message before.
	travelled bool
	// room is how much of pictures can still be enclosed; gathering takes those of
	// the leaf that is being restored, nil for none.
	room      int
	gathering *album

	changed bool
	unknown int
	err     error
}

// maxHeld is how much of a header is held.
const maxHeld = 64 << 10

// NewRestoring returns a writer of one message to to.
func NewRestoring(to io.Writer, base string, look Lookup, how Leaving) *Restoring {
	r := &Restoring{to: to, base: base, look: look, how: how, room: maxPictures}
	r.stream = message.NewStream(passed{r}, r)
	return r
}

// Unknown counts the loads and links whose token was not known so far.
func (r *Restoring) Unknown() int { return r.unknown }

// Write takes the next octets of the message.
func (r *Restoring) Write(b []byte) (int, error) {
	n, err := r.stream.Write(b)
	if r.err != nil {
		return n, r.err
	}
	return n, err
}

// Close says that the message is complete, and passes on the rest of it.
func (r *Restoring) Close() error {
	err := r.stream.Close()
	if r.err == nil {
		r.err = err
	}
	r.emit(r.held)
	r.held = nil
	return r.err
}

// passed is where the stream of a message being restored leads to.
type passed struct{ r *Restoring }

// Write implements [io.Writer].
func (p passed) Write(b []byte) (int, error) {
	r := p.r
	if r.err != nil {
		return 0, r.err
	}
	r.at += len(b)
	if r.restored {
		r.emit(r.held)
		r.emit(r.with)
		r.held, r.with, r.restored = r.held[:0], nil, false
		r.mark = r.at
	} else {
		r.hold(b)
	}
	return len(b), r.err
}

// hold keeps what may be the header of a part, and passes on what was held before
// it. A header begins at the start of the message or behind a line that begins with
// two dashes.
func (r *Restoring) hold(b []byte) {
	before := len(r.held)
	r.held = append(r.held, b...)
	start := r.at - len(r.held)
	from := max(0, before-len("\n-"))
	if n := bytes.LastIndex(r.held[from:], []byte("\n--")); n >= 0 {
		r.mark = start + from + n + 1
	}
	keep := r.mark - start
	if r.at-r.mark > maxHeld || keep < 0 {
		// The beginning of a mark may have come.
		keep = max(0, len(r.held)-len("\n-"))
	}
	r.emit(r.held[:keep])
	r.held = r.held[:copy(r.held, r.held[keep:])]
}

// emit passes octets on.
func (r *Restoring) emit(b []byte) {
	if len(b) > 0 && r.err == nil {
		_, r.err = r.to.Write(b)
	}
}

// Header implements [message.Session].
func (r *Restoring) Header(raw []byte) {
	fields := message.Header(raw)
	// RFC 5321, section 4.4, and RFC 5322, section 3.6.6.
	r.travelled = len(fields.All("Received")) > 0 || len(fields.All("Resent-From")) > 0
}

// End implements [message.Session].
func (r *Restoring) End(*message.Layout, bool) {}

// Leaf implements [message.Session].
func (r *Restoring) Leaf(p *message.Part) message.Editor {
	if !isText(p.MediaType) {
		return nil
	}
	return &restoringLeaf{Restoring: r, part: *p}
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

// A restoringLeaf is one leaf being restored.
type restoringLeaf struct {
	*Restoring
	part   message.Part
	pieces *pieces // nil while the leaf is held whole
	head   *heldHeader
}

// Edit implements [message.Editor]. It returns no edits: what takes the place of
// the text has another length, and is put there when the stream passes the text.
func (l *restoringLeaf) Edit(off int, raw []byte, more bool) (edits []message.Edit, done int) {
	defer func() {
		if recover() != nil {
			l.err = errFault
		}
	}()
	if l.err != nil {
		return nil, len(raw)
	}
	if !more && l.pieces == nil {
		l.whole(off, raw)
		return nil, len(raw)
	}
	if l.pieces == nil {
		l.pieces = newPieces(l, raw)
	}
	return nil, l.pieces.edit(off, raw, more)
}

// whole restores a leaf that was held whole. A signature of an enclosed message is
// not the sender's to keep: it was broken when the address was written into it.
func (l *restoringLeaf) whole(off int, body []byte) {
	t := message.Decode(body, off, l.part.Encoding)
	l.gathering = l.album(t.Bytes())
	subs := l.seen(t.Bytes())
	pictures := l.gathering
	l.gathering = nil
	switch {
	case len(subs) == 0:
		return
	case l.part.Sealed:
		l.err = ErrSigned
		return
	}
	made := l.written(t, subs, off, body)
	if pictures != nil && len(pictures.list) > 0 {
		pictures.put(made)
		return
	}
	l.put(made)
}

// written returns the body of a leaf with its substitutions made.
func (l *restoringLeaf) written(t *message.Text, subs []substitution, off int, body []byte) []byte {
	switch l.part.Encoding {
	case message.QuotedPrintable:
		q := quotedWriter{line: lineEnd(body)}
		q.splice(t, subs, off, body)
		return q.out
	case message.Base64:
		return asBase64(splice(nil, t.Bytes(), subs), body)
	}
	return l.splicePlain(subs, body)
}

// put replaces what the stream passes next.
func (r *Restoring) put(with []byte) { r.restored, r.with, r.changed = true, with, true }

// A heldHeader is the header of a part that was not passed on yet.
type heldHeader struct {
	r *Restoring
	// first is where it begins in what is held, rest how much follows it.
	first, rest int
}

// header returns the header of the leaf, nil if it has been passed on: one of more than
// 64 KiB.
func (l *restoringLeaf) header() *heldHeader {
	if l.head == nil {
		first := l.part.Header.Start - (l.at - len(l.held))
		last := first + l.part.Header.Len()
		if first < 0 || last > len(l.held) {
			return nil
		}
		l.head = &heldHeader{l.Restoring, first, len(l.held) - last}
	}
	return l.head
}

// get returns the header as it is now.
func (h *heldHeader) get() []byte { return h.r.held[h.first : len(h.r.held)-h.rest] }

// set puts another in its place.
func (h *heldHeader) set(with []byte) {
	held := h.r.held
	h.r.held = append(append(bytes.Clone(held[:h.first]), with...), held[len(held)-h.rest:]...)
}
