package imapfilter

import (
	"context"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/imapfilter/wire"
)

// batch is how many messages one injected command fetches.
const batch = 50

// fetch relays FETCH and UID FETCH. A whole message is planned as it streams
// through. A piece of one is served from the message's plan, so that must be
// there before the command goes on.
func (s *session) fetch(ctx context.Context, cmd wire.Command) error {
	t, ok, err := s.collect(cmd)
	if err != nil || !ok {
		return err
	}
	f, err := wire.ParseFetch(t.Raw[cmd.Args:])
	if err != nil {
		return s.reject(cmd.Tag, "BAD Unseen cannot read these FETCH arguments")
	}
	pieces := false
	var decoded []string
	for _, item := range f.Items {
		kind, section := item.Content()
		pieces = pieces || kind == wire.Piece || kind == wire.Decoded
		if kind == wire.Decoded {
			decoded = append(decoded, section)
		}
	}
	c := command{tag: cmd.Tag, name: cmd.Name}
	uid := cmd.Name == "UID FETCH"
	if one, ok := f.Set.Numbers(1); ok && uid && len(one) == 1 {
		c.only = one[0]
	}
	if pieces {
		if err := s.prepare(ctx, f, asking{uid: uid, items: f.Items, sections: decoded}); err != nil {
			return err
		}
	}
	return s.forward(c, t)
}

// A found message is one that a command of the relay's own brought to light.
type found struct{ seq, uid uint32 }

// prepare sees to it that the messages of a set have plans. It first waits until
// nothing is under way, so that no answer can be taken for another's.
//
// The relay's own commands are of the same kind as the mail program's: during
// UID FETCH a server may send EXPUNGE, during FETCH it must not (RFC 3501,
// section 7.4.1). With the wrong kind a sequence number could come to stand for
// another message before the mail program's command is sent.
func (s *session) prepare(ctx context.Context, f wire.Fetch, ask asking) error {
	if err := s.await(drained); err != nil {
		return err
	}
	s.mu.Lock()
	box := s.st.selected
	s.mu.Unlock()
	if box == nil {
		return nil // the server will say so
	}
	messages, err := s.members(box, f, ask.uid)
	if err != nil {
		return err
	}
	numbers := s.withoutPlan(ctx, box, messages, ask)
	for len(numbers) > 0 {
		n := min(batch, len(numbers))
		if err := s.injectPlans(box, ask, numbers[:n]); err != nil {
			return err
		}
		numbers = numbers[n:]
	}
	return s.prepareDecoded(ctx, box, messages, ask)
}

// injectPlans fetches messages for their plans, as far as needed.
func (s *session) injectPlans(box *mailbox, ask asking, numbers []uint32) error {
	if early(ask.items) {
		return s.injectEarly(box, ask, numbers)
	}
	_, err := s.injectFetch(ask.uid, string(wire.AppendSet(nil, numbers)), "(UID BODY.PEEK[])")
	return err
}

// members returns the messages that are asked for, with their UIDs. What is not
// known is asked of the server, with what narrows the set down.
func (s *session) members(box *mailbox, f wire.Fetch, uid bool) ([]found, error) {
	if numbers, ok := f.Set.Numbers(batch); ok {
		if list, known := s.remembered(box, numbers, uid); known {
			return list, nil
		}
	}
	return s.injectFetch(uid, f.Set.Raw, "(UID)"+f.Narrowing)
}

// remembered returns messages whose UIDs are known from earlier answers. A
// single UID needs no sequence number: what answers to it can be no other.
func (s *session) remembered(box *mailbox, numbers []uint32, uid bool) ([]found, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]found, len(numbers))
	for i, n := range numbers {
		switch {
		case !uid:
			list[i] = found{seq: n, uid: box.seqs.uid(n)}
		case len(numbers) == 1 || box.seqs.holds(n) || box.plans.get(n) != nil:
			list[i] = found{uid: n}
		}
		if list[i].uid == 0 {
			return nil, false
		}
	}
	return list, true
}

// withoutPlan returns the numbers, of the kind asked for, of those messages that
// cannot be served yet.
func (s *session) withoutPlan(ctx context.Context, box *mailbox, messages []found, ask asking) []uint32 {
	var numbers []uint32
	for _, m := range messages {
		if n := m.number(ask.uid); n != 0 && !s.planned(ctx, box, m.uid, ask) {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// overlay returns the overlay of a message, nil if it has none.
func (s *session) overlay(ctx context.Context, box *mailbox, uid uint32) *message.Overlay {
	if box == nil || uid == 0 {
		return nil
	}
	s.mu.Lock()
	o, at := box.plans.get(uid), box.place(uid)
	s.mu.Unlock()
	if o != nil || at.UID == 0 {
		return o
	}
	o = s.known(ctx, at)
	if o != nil {
		s.mu.Lock()
		box.plans.put(uid, o)
		s.mu.Unlock()
	}
	return o
}

// An injection is a command of the relay's own that is under way. All but the
// identity belongs to the server side until it is done.
type injection struct {
	tag   string
	uid   bool // its kind
	body  bool // it asks for whole messages
	part  *partly
	begun *begun // it asks for beginnings, or for the rest
	set   wire.Set
	found []found
	told  time.Time // when the mail program last heard of it
	done  bool
}

// injectFetch sends a FETCH of the relay's own and returns the messages that
// answered. If the server refuses it there are none, and the mail program's
// command goes its way.
func (s *session) injectFetch(uid bool, set, items string) ([]found, error) {
	inj := &injection{uid: uid, body: strings.Contains(items, "BODY")}
	err := s.inject(inj, set, items)
	return inj.found, err
}

// inject sends a FETCH of the relay's own and waits until it is completed.
func (s *session) inject(inj *injection, set, items string) error {
	inj.tag, inj.told = s.tag.next(), time.Now()
	inj.set, _, _ = wire.ParseSet([]byte(set + " "))
	name := "FETCH"
	if inj.uid {
		name = "UID FETCH"
	}
	s.mu.Lock()
	s.st.inject = inj
	s.st.pending = append(s.st.pending, command{tag: inj.tag, name: name})
	s.mu.Unlock()
	s.srv.counts.injected.Add(1)
	if _, err := s.server.out.WriteString(inj.tag + " " + name + " " + set + " " + items + "\r\n"); err != nil {
		return err
	}
	return s.await(func(*state) bool { return inj.done })
}
