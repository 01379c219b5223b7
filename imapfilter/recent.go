package imapfilter

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/imapfilter/wire"
)

const (
	// maxRecent is how much of what the relay fetched for itself is kept, so that
	// the mail program's piece of it, and the next one, come without being fetched
	// a second time.
	maxRecent = 4 << 20
	// recentFor is how long it is kept when the mail program rests.
	recentFor = 10 * time.Second
)

// A recent message was fetched by the relay just now. It is held as the mail
// program shall see it.
type recent struct {
	raw     []byte
	overlay *message.Overlay
}

// A recents holds some messages, by UID, and the beginning of one.
type recents struct {
	byUID    map[uint32]recent
	size     int
	begun    []byte // as the server sent it
	begunUID uint32
}

// put keeps a message, if there is room. It takes over the octets.
func (r *recents) put(uid uint32, raw []byte, o *message.Overlay) {
	if _, there := r.byUID[uid]; there || len(raw) != o.Size || r.size+len(raw) > maxRecent || !matches(o, raw, 0) {
		return
	}
	if r.byUID == nil {
		r.byUID = map[uint32]recent{}
	}
	o.Apply(raw, 0)
	r.byUID[uid] = recent{raw: raw, overlay: o}
	r.size += len(raw)
}

// only lets go of all messages but some, to make room.
func (r *recents) only(messages []found) {
	kept := recents{}
	for _, m := range messages {
		if m.uid == r.begunUID {
			kept.begun, kept.begunUID = r.begun, r.begunUID
		}
		if one, there := r.byUID[m.uid]; there {
			if kept.byUID == nil {
				kept.byUID = map[uint32]recent{}
			}
			kept.byUID[m.uid] = one
			kept.size += len(one.raw)
		}
	}
	*r = kept
}

// A keeper keeps the octets of a message that is being planned, as long as they
// are not too many.
type keeper struct {
	raw  []byte
	over bool
}

// Write implements io.Writer.
func (k *keeper) Write(b []byte) (int, error) {
	if k.over = k.over || len(k.raw)+len(b) > maxRecent; k.over {
		k.raw = nil
	} else {
		k.raw = append(k.raw, b...)
	}
	return len(b), nil
}

// A serving is what the relay itself puts into the answers to a command: items
// that were taken out of it.
type serving struct {
	items []wire.Item
	due   map[uint32]recent // by UID
}

// served splits a UID FETCH: items that can be served from messages just fetched
// are taken out, and the command goes on without them, so that it is still the
// server who says whether the messages are there. It is nil if there is none.
// Sections other than the whole and its text are left to the server: of parts it
// may see other borders.
func (s *session) served(box *mailbox, q fetching, messages []found) (*serving, wire.Text) {
	if !q.uid || len(q.text.Literals) > 0 || q.Narrowing != "" {
		return nil, q.text
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v := &serving{due: map[uint32]recent{}}
	for _, m := range messages {
		if one, there := box.recent.byUID[m.uid]; there {
			v.due[m.uid] = one
		}
	}
	args := q.text.Raw[q.args:]
	list := bytes.TrimLeft(bytes.TrimLeft(args, " ")[len(q.Set.Raw):], " ")
	before := args[:len(args)-len(list)]
	if len(v.due) < len(messages) || len(list) == 0 {
		return nil, q.text
	}
	left, rest, ok := v.take(list)
	if !ok || len(v.items) == 0 {
		return nil, q.text
	}
	raw := bytes.Clone(q.text.Raw[:q.args])
	raw = append(append(append(raw, before...), left...), rest...)
	return v, wire.Text{Raw: raw}
}

// take reads the items of a command and takes out those that can be served. What
// is left is a list with at least the UID.
func (v *serving) take(list []byte) (left string, rest []byte, ok bool) {
	inner, many := bytes.CutPrefix(list, []byte("("))
	words := []string{"UID"}
	for {
		inner = bytes.TrimLeft(inner, " ")
		if many && len(inner) > 0 && inner[0] == ')' {
			return "(" + strings.Join(words, " ") + ")", inner[1:], true
		}
		item, after, err := wire.ParseItem(inner)
		if err != nil {
			return "", nil, false
		}
		text := string(inner[:len(inner)-len(after)])
		if after, ok = skipList(after); !ok || !many && bytes.HasPrefix(bytes.TrimLeft(after, " "), []byte("(")) {
			return "", nil, false
		}
		switch kind, section := item.Content(); {
		case (kind == wire.Whole || kind == wire.Piece && (section == "" || section == "TEXT")) && peeks(text):
			v.items = append(v.items, item)
		case !strings.EqualFold(text, "UID"):
			words = append(words, string(inner[:len(inner)-len(after)]))
		}
		if inner = after; !many {
			return "(" + strings.Join(words, " ") + ")", inner, true
		}
	}
}

// peeks tells whether an item leaves the message unseen. One that does not must go
// to the server.
func peeks(item string) bool {
	const begin = "BODY.PEEK["
	return len(item) > len(begin) && strings.EqualFold(item[:len(begin)], begin)
}

// serve writes what was taken out of the command that the answer belongs to.
func (a *answer) serve() error {
	s := a.s
	s.mu.Lock()
	var items []wire.Item
	var one recent
	if len(s.st.pending) > 0 && s.st.pending[0].serving != nil && a.uid != 0 {
		v := s.st.pending[0].serving
		if r, due := v.due[a.uid]; due {
			one, items = r, v.items
			delete(v.due, a.uid)
		}
	}
	s.mu.Unlock()
	for _, item := range items {
		if err := a.echo(one.item(item)); err != nil {
			return err
		}
		value := one.value(item)
		s.srv.counts.recent.Add(1)
		a.out.Write(wire.AppendLiteral(nil, int64(len(value)), false)) // an error comes back at the next write
		if _, err := a.out.Write(value); err != nil {
			return err
		}
	}
	return nil
}

// item is how an answer names an item.
func (r recent) item(item wire.Item) []byte {
	name := " BODY[" + item.Section + "]"
	if item.Partial {
		name += fmt.Sprintf("<%d>", item.Origin)
	}
	return []byte(name + " ")
}

// value is what an item holds.
func (r recent) value(item wire.Item) []byte {
	span, _ := r.overlay.Section(item.Section)
	value := r.raw[span.Start:span.End]
	if item.Partial {
		value = value[min(item.Origin, int64(len(value))):]
		value = value[:min(item.Length, int64(len(value)))]
	}
	return value
}

// forgetRecent lets go of recent messages when the mail program has rested for a
// while.
func (s *session) forgetRecent() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.resting == nil {
		s.resting = time.AfterFunc(recentFor, s.dropRecent)
		return
	}
	s.resting.Reset(recentFor)
}

// dropRecent lets go of them now.
func (s *session) dropRecent() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.st.selected != nil {
		s.st.selected.recent = recents{}
	}
}

// holdsRecent tells whether a message that is asked for by its UID alone may be
// served from what was just fetched.
func (s *session) holdsRecent(uid uint32) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if uid == 0 || s.st.selected == nil {
		return false
	}
	_, there := s.st.selected.recent.byUID[uid]
	return there
}
