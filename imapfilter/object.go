package imapfilter

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/imapfilter/wire"
)

// The items by which servers name a message in all mailboxes.
const (
	emailID = "EMAILID"    // RFC 8474, section 5.1
	gmailID = "X-GM-MSGID" // Gmail's, with the capability X-GM-EXT-1
)

// maxObject is longer than any such name: 255 octets (RFC 8474, section 4) in
// parentheses.
const maxObject = 260

// maxCopies is of how many messages of one COPY it is noted where they lie now; the
// others are found by what the server calls them, or planned again to the same.
const maxCopies = 20000

// An objectAsk says who asked what the server calls messages.
type objectAsk uint8

const (
	objectNotAsked objectAsk = 0
	// objectWanted: the mail program asks itself, and gets the answer.
	objectWanted objectAsk = 1
	// objectAdded: the relay added the item, and takes it out of the answers.
	objectAdded objectAsk = 2
)

// askObject adds to a mail program's FETCH of whole messages the item by which the
// server names them, so that their plans are found wherever they are moved to, by
// whatever program. It costs no way to the server; the answer is taken out again.
func (s *session) askObject(t wire.Text, args int, f wire.Fetch, whole bool) (wire.Text, wire.Fetch, objectAsk) {
	for _, item := range f.Items {
		if item.Name == emailID || item.Name == gmailID {
			return t, f, objectWanted
		}
	}
	s.mu.Lock()
	item := s.st.can.object
	s.mu.Unlock()
	if !whole || item == "" || len(t.Literals) > 0 {
		return t, f, objectNotAsked
	}
	from := bytes.TrimLeft(t.Raw[args:], " ")[len(f.Set.Raw):]
	from = bytes.TrimLeft(from, " ")
	raw := slices.Clone(t.Raw[:len(t.Raw)-len(from)])
	if list, many := bytes.CutPrefix(from, []byte("(")); many {
		raw = append(append(raw, "("+item+" "...), list...)
	} else {
		one := from[:len(from)-len(f.Modifiers)]
		raw = append(append(append(raw, "("+item+" "...), one...), ')')
		raw = append(raw, f.Modifiers...)
	}
	again, err := wire.ParseFetch(raw[args:])
	if err != nil || len(again.Items) != len(f.Items)+1 {
		return t, f, objectNotAsked
	}
	return wire.Text{Raw: raw}, again, objectAdded
}

// identify asks what the server calls messages that have no plan where they lie:
// one may be stored under that name. It tells whether it learnt any name.
func (s *session) identify(box *mailbox, messages []found, numbers []uint32, ask asking) (bool, error) {
	var unnamed []uint32
	s.mu.Lock()
	item := s.st.can.object
	for _, m := range messages {
		if n := m.number(ask.uid); item != "" && slices.Contains(numbers, n) && box.objects[m.uid] == "" {
			unnamed = append(unnamed, n)
		}
	}
	s.mu.Unlock()
	if len(unnamed) == 0 {
		return false, nil
	}
	inj := &injection{uid: ask.uid, object: true, modSeq: ask.modSeq()}
	err := s.inject(inj, string(wire.AppendSet(nil, unnamed)), "(UID "+item+")")
	return len(inj.found) > 0, err
}

// call notes what the server calls a message.
func (m *mailbox) call(uid uint32, object string) {
	if object == "" {
		return
	}
	if m.objects == nil || len(m.objects) > 4*maxPrefixes {
		m.objects = map[uint32]string{}
	}
	m.objects[uid] = object
}

// itemObject takes note of what the server calls the message. If only the relay
// wants to know, the mail program does not hear of it.
func (a *answer) itemObject(item string, name []byte) error {
	own := a.inject != nil && a.inject.object
	if a.inject == nil {
		a.s.mu.Lock()
		own = a.s.st.addedObject()
		a.s.mu.Unlock()
	}
	value := &capture{to: a.out}
	switch {
	case own:
		value.to = wire.Discard{}
		a.swallowed, a.omitted = true, a.inject == nil
		if n, _, err := a.in.Spaces(); err != nil || n == 0 {
			return &wire.SyntaxError{What: "fetch item without value"}
		}
	case a.inject != nil:
		if err := a.unasked(); err != nil {
			return err
		}
		fallthrough
	default:
		if err := a.echo(name); err != nil {
			return err
		}
		if err := a.separator(); err != nil {
			return err
		}
	}
	err := a.in.CopyValue(value)
	a.object = objectName(item, value.seen)
	return err
}

// addedObject tells whether the relay added the item to all that is under way.
func (st *state) addedObject() bool {
	added := false
	for i := range st.pending {
		if st.pending[i].object == objectWanted {
			return false
		}
		added = added || st.pending[i].object == objectAdded
	}
	return added
}

// objectName is how a place names what an answer said; "" for what is no name.
func objectName(item string, value []byte) string {
	inner := value
	if item == emailID {
		if len(value) < 2 || value[0] != '(' || value[len(value)-1] != ')' {
			return ""
		}
		inner = bytes.Trim(value[1:len(value)-1], " ")
	}
	for _, c := range inner {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if digit := '0' <= c && c <= '9'; !digit && (item == gmailID || !letter && c != '-' && c != '_') {
			return ""
		}
	}
	if len(inner) == 0 || len(inner) > maxObject {
		return ""
	}
	return item + " " + string(inner)
}

// A capture hands on what it gets, and keeps the beginning.
type capture struct {
	to   wire.Sink
	seen []byte
}

// Write implements [wire.Sink].
func (c *capture) Write(b []byte) (int, error) {
	c.seen = append(c.seen, b[:min(len(b), maxObject+2-len(c.seen))]...)
	return c.to.Write(b)
}

// WriteByte implements [wire.Sink].
func (c *capture) WriteByte(b byte) error {
	if len(c.seen) < maxObject+2 {
		c.seen = append(c.seen, b)
	}
	return c.to.WriteByte(b)
}

// WriteString implements [wire.Sink].
func (c *capture) WriteString(s string) (int, error) { return c.Write([]byte(s)) }

// copyMessages relays COPY and MOVE (RFC 3501, section 6.4.7; RFC 6851), and notes
// where they lead.
func (s *session) copyMessages(cmd wire.Command) error {
	t, ok, err := s.collect(cmd)
	if err != nil || !ok {
		return err
	}
	c := command{tag: cmd.Tag, name: cmd.Name}
	if _, rest, ok := wire.ParseSet(bytes.TrimLeft(t.Raw[cmd.Args:], " ")); ok {
		if name, _, ok := wire.Astring(bytes.TrimLeft(rest, " ")); ok {
			c.mailbox = mailboxName(name)
		}
	}
	return s.forward(c, t)
}

// moving returns where the MOVE leads that is under way, "" if there is none: its
// COPYUID comes before its completion (RFC 6851, section 4.3).
func (st *state) moving() string {
	for i := range st.pending {
		if name := st.pending[i].name; name == "MOVE" || name == "UID MOVE" {
			return st.pending[i].mailbox
		}
	}
	return ""
}

// noteCopies tells the planner where messages lie now (RFC 4315, section 3).
func (s *session) noteCopies(ctx context.Context, box *mailbox, to string, line []byte) {
	l, err := wire.ParseLine(line)
	words := strings.Fields(l.Arg)
	if err != nil || box == nil || to == "" || len(words) != 3 {
		return
	}
	validity, _, ok0 := wire.ParseSet([]byte(words[0] + " "))
	source, _, ok1 := wire.ParseSet([]byte(words[1] + " "))
	copies, _, ok2 := wire.ParseSet([]byte(words[2] + " "))
	if !ok0 || !ok1 || !ok2 {
		return
	}
	one, ok0 := validity.Numbers(1)
	from, ok1 := source.Numbers(maxCopies)
	into, ok2 := copies.Numbers(maxCopies)
	if !ok0 || !ok1 || !ok2 || len(from) != len(into) {
		return
	}
	places := make([]Place, 0, 2*len(from))
	s.mu.Lock()
	for _, uid := range from {
		places = append(places, box.place(uid))
	}
	s.mu.Unlock()
	if len(places) == 0 || places[0].UID == 0 {
		return
	}
	for i, uid := range into {
		places = append(places, Place{Mailbox: to, UIDValidity: one[0], UID: uid, Object: places[i].Object})
	}
	s.copied(ctx, places[:len(from)], places[len(from):])
}
