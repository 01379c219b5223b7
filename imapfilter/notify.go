package imapfilter

import (
	"bytes"
	"slices"
	"time"

	"github.com/unseen-mail/unseen/imapfilter/wire"
)

// notify relays NOTIFY (RFC 5465). It may have content sent that no FETCH asked
// for (section 5.2), and there is no moment then to plan a message before a piece
// of it comes. So where pieces are asked for, the relay asks for the whole message
// in front of them, and keeps that from the mail program. What it asks for decoded
// cannot be had so, and is refused.
func (s *session) notify(cmd wire.Command) error {
	t, ok, err := s.collect(cmd)
	if err != nil || !ok {
		return err
	}
	args, pieces, ok := withWhole(t.Raw[cmd.Args:])
	if !ok || pieces && len(t.Literals) > 0 {
		return s.reject(cmd.Tag, "NO Unseen does not relay this content in notifications")
	}
	s.mu.Lock()
	s.st.notified = pieces
	s.mu.Unlock()
	if pieces {
		t.Raw = append(slices.Clone(t.Raw[:cmd.Args]), args...)
	}
	return s.forward(command{tag: cmd.Tag, name: cmd.Name}, t)
}

// withWhole asks for the whole message wherever pieces of new ones are asked for.
// It is not ok if something is asked for that cannot be served from its plan.
func withWhole(args []byte) (out []byte, pieces, ok bool) {
	const word = "MESSAGENEW"
	for len(args) > 0 {
		if args[0] == '"' {
			_, rest, ok := wire.Astring(args)
			if !ok {
				return nil, false, false
			}
			out = append(out, args[:len(args)-len(rest)]...)
			args = rest
			continue
		}
		if len(args) < len(word) || !bytes.EqualFold(args[:len(word)], []byte(word)) {
			out, args = append(out, args[0]), args[1:]
			continue
		}
		rest := bytes.TrimLeft(args[len(word):], " ")
		out = append(out, args[:len(args)-len(rest)]...)
		args = rest
		if list, there := bytes.CutPrefix(rest, []byte("(")); there {
			piece, ok := namesPieces(list)
			if !ok {
				return nil, false, false
			}
			if piece {
				out, args, pieces = append(out, "(BODY.PEEK[] "...), list, true
			}
		}
	}
	return out, pieces, true
}

// namesPieces looks for pieces of messages in a list of items; it is not ok if one
// is to be decoded, or the list cannot be read.
func namesPieces(list []byte) (pieces, ok bool) {
	for {
		list = bytes.TrimLeft(list, " ")
		if len(list) > 0 && list[0] == ')' {
			return pieces, true
		}
		item, rest, err := wire.ParseItem(list)
		if err != nil {
			return false, false
		}
		switch kind, _ := item.Content(); kind {
		case wire.Piece:
			pieces = true
		case wire.Decoded:
			return false, false
		}
		if list, ok = skipList(rest); !ok {
			return false, false
		}
	}
}

// skipList goes past the arguments of an item, as in "PREVIEW (LAZY)".
func skipList(b []byte) ([]byte, bool) {
	inner, there := bytes.CutPrefix(bytes.TrimLeft(b, " "), []byte("("))
	if !there {
		return b, true
	}
	end := bytes.IndexAny(inner, ")(\"\r\n")
	if end < 0 || inner[end] != ')' {
		return b, false
	}
	return inner[end+1:], true
}

// notification returns what stands for a command of the relay's own where the
// server tells of a new message with its content: the whole message is the relay's.
// While the mail program fetches something, an answer may be for it, and goes on
// as it is but for that.
func (st *state) notification() *injection {
	if !st.notified {
		return nil
	}
	for i := range st.pending {
		if name := st.pending[i].name; name == "FETCH" || name == "UID FETCH" {
			return nil
		}
	}
	return &injection{body: true, told: time.Now()}
}

// asksWhole tells whether a whole message may be what the mail program asked for.
func (st *state) asksWhole(seq, uid uint32) bool {
	return slices.ContainsFunc(st.pending, func(c command) bool {
		if c.whole == nil || c.name == "UID FETCH" && uid == 0 {
			return c.whole != nil
		}
		if c.name == "UID FETCH" {
			return c.whole.Contains(uid)
		}
		return seq != 0 && c.whole.Contains(seq)
	})
}
