package imapfilter

import (
	"bytes"
	"cmp"
	"context"
	"slices"
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
	var whole *wire.Set
	var decoded []string
	for _, item := range f.Items {
		kind, section := item.Content()
		if kind == wire.Whole {
			whole = &f.Set
		}
		pieces = pieces || kind == wire.Piece || kind == wire.Decoded
		if kind == wire.Decoded {
			decoded = append(decoded, section)
		}
	}
	t, f, object := s.askObject(t, cmd.Args, f, whole != nil)
	q := fetching{
		command: command{tag: cmd.Tag, name: cmd.Name, whole: whole, object: object}, text: t, args: cmd.Args, Fetch: f,
		asking: asking{uid: cmd.Name == "UID FETCH", items: f.Items, sections: decoded},
	}
	if one, ok := f.Set.Numbers(1); ok && q.uid && len(one) == 1 {
		q.only = one[0]
	}
	if pieces || whole != nil && s.holdsRecent(q.only) {
		defer s.forgetRecent()
		return s.fetchPieces(ctx, q)
	}
	return s.forward(q.command, t)
}

// A fetching is a FETCH or UID FETCH on its way.
type fetching struct {
	command
	wire.Fetch
	asking
	text wire.Text
	args int // where its arguments begin
}

// A found message is one that a command of the relay's own brought to light.
type found struct{ seq, uid uint32 }

// fetchPieces relays a command that asks for pieces of messages, and sees to it
// that they have plans. It first waits until nothing is under way, so that no
// answer can be taken for another's.
//
// The relay's own commands are of the same kind as the mail program's: during
// UID FETCH a server may send EXPUNGE, during FETCH it must not (RFC 3501,
// section 7.4.1). With the wrong kind a sequence number could come to stand for
// another message before the mail program's command is sent.
//
// What concerns more messages than a batch is asked in as many commands: so the
// mail program hears of the first before the last are planned, and no more plans
// have to be kept at hand than a batch has. What narrows a set down has been applied
// then, and would mean something else in each; in the end the server is asked what it
// has to say beside the messages, such as which have vanished.
func (s *session) fetchPieces(ctx context.Context, q fetching) error {
	if err := s.await(drained); err != nil {
		return err
	}
	s.mu.Lock()
	box := s.st.selected
	s.mu.Unlock()
	if box == nil {
		return s.forward(q.command, q.text) // the server will say no
	}
	messages, err := s.members(box, q.Fetch, q.uid)
	if err != nil {
		return err
	}
	narrowed := q.Narrowing != "" && len(messages) > batch
	for len(messages) > batch || narrowed && len(messages) > 0 {
		n := min(batch, len(messages))
		if err := s.prepare(ctx, box, messages[:n], q.asking); err != nil {
			return err
		}
		if err := s.fetchPart(box, q, messages[:n]); err != nil {
			return err
		}
		messages, q.last = messages[n:], true
	}
	if narrowed {
		return s.forward(q.command, wire.Text{Raw: []byte(q.tag + " " + q.name + " " + q.Set.Raw + " (UID)" + q.Modifiers)})
	}
	if err := s.prepare(ctx, box, messages, q.asking); err != nil {
		return err
	}
	if q.last {
		q.text = q.about(q.tag, messages)
		q.args = len(q.tag) + len(" ") + len(q.name)
		q.Set.Raw = string(q.set(nil, messages))
	}
	q.serving, q.text = s.served(box, q, messages)
	return s.forward(q.command, q.text)
}

// fetchPart asks what the mail program asks, of some of the messages.
func (s *session) fetchPart(box *mailbox, q fetching, messages []found) error {
	c := command{tag: s.tag.next(), name: q.name, whole: q.whole, object: q.object, part: true}
	q.text = q.about(c.tag, messages)
	q.args = len(c.tag) + len(" ") + len(q.name)
	q.Set.Raw = string(q.set(nil, messages))
	c.serving, q.text = s.served(box, q, messages)
	if err := s.forward(c, q.text); err != nil {
		return err
	}
	return s.await(func(st *state) bool { return st.find(c.tag) < 0 })
}

// set appends messages as a set of the command's kind.
func (q fetching) set(dst []byte, messages []found) []byte {
	numbers := make([]uint32, len(messages))
	for i, m := range messages {
		numbers[i] = m.number(q.uid)
	}
	slices.Sort(numbers)
	return wire.AppendSet(dst, numbers)
}

// about is the command under another tag and about some of the messages.
func (q fetching) about(tag string, messages []found) wire.Text {
	raw := q.set([]byte(tag+" "+q.name+" "), messages)
	rest := bytes.TrimLeft(q.text.Raw[q.args:], " ")[len(q.Set.Raw):]
	moved := len(raw) - (len(q.text.Raw) - len(rest))
	if q.Narrowing != "" {
		rest = append(bytes.Clone(bytes.TrimSuffix(rest, []byte(q.Modifiers))), changedSince(q.Narrowing)+"\r\n"...)
	}
	t := wire.Text{Raw: append(raw, rest...), Literals: slices.Clone(q.text.Literals)}
	for i := range t.Literals {
		t.Literals[i].Start += moved
		t.Literals[i].End += moved
	}
	return t
}

// changedSince picks the modifier that has answers tell of more (RFC 7162, section
// 3.1.4.1).
func changedSince(narrowing string) string {
	words := strings.Fields(strings.Trim(narrowing, " ()"))
	for i := 0; i+1 < len(words); i += 2 {
		if words[i] == "CHANGEDSINCE" {
			return " (" + words[i] + " " + words[i+1] + ")"
		}
	}
	return ""
}

// prepare sees to it that messages have plans.
func (s *session) prepare(ctx context.Context, box *mailbox, messages []found, ask asking) error {
	s.forget(box)
	numbers := s.withoutPlan(ctx, box, messages, ask)
	if learnt, err := s.identify(box, messages, numbers, ask); err != nil {
		return err
	} else if learnt {
		numbers = s.withoutPlan(ctx, box, messages, ask)
	}
	if len(numbers) > 0 {
		s.mu.Lock()
		box.recent.only(messages)
		s.mu.Unlock()
	}
	for len(numbers) > 0 {
		n := min(batch, len(numbers))
		if err := s.injectPlans(box, ask, numbers[:n]); err != nil {
			return err
		}
		numbers = numbers[n:]
	}
	return s.prepareDecoded(ctx, box, messages, ask)
}

// forget lets go of what was remembered of too many messages. What the command
// at hand needs is learnt after that, and kept.
func (s *session) forget(box *mailbox) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(box.prefixes) > maxPrefixes || box.prefixes == nil {
		box.prefixes = map[uint32]*prefix{}
	}
	if len(box.objects) > maxPrefixes || box.objects == nil {
		box.objects = map[uint32]string{}
	}
	if len(box.decoded) > maxDecoded || box.decoded == nil {
		box.decoded = map[decodedKey]*message.Overlay{}
	}
}

// injectPlans fetches messages for their plans, as far as needed.
func (s *session) injectPlans(box *mailbox, ask asking, numbers []uint32) error {
	if early(ask.items) {
		return s.injectEarly(box, ask, numbers)
	}
	inj := &injection{uid: ask.uid, body: true, keep: true, modSeq: ask.modSeq()}
	return s.inject(inj, string(wire.AppendSet(nil, numbers)), "(UID BODY.PEEK[])")
}

// members returns the messages that are asked for, with their UIDs. What is not
// known is asked of the server, with what narrows the set down. If the server refuses
// that there are none, and the mail program's command goes its way.
func (s *session) members(box *mailbox, f wire.Fetch, uid bool) ([]found, error) {
	if numbers, ok := f.Set.Numbers(batch); ok {
		if list, known := s.remembered(box, numbers, uid); known {
			return list, nil
		}
	}
	inj := &injection{uid: uid, modSeq: asksModSeq(f.Items)}
	err := s.inject(inj, f.Set.Raw, "(UID)"+f.Narrowing)
	list := inj.found
	// A server may tell of a message twice, as when its flags changed meanwhile.
	slices.SortFunc(list, func(a, b found) int { return cmp.Compare(a.number(uid), b.number(uid)) })
	return slices.Compact(list), err
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
	tag    string
	uid    bool // its kind
	body   bool // it asks for whole messages
	object bool // it asks what the server calls them
	modSeq bool // it asks for mod-sequences, see modseq.go
	keep   bool // which the mail program may ask for next
	part   *partly
	begun  *begun // it asks for beginnings, or for the rest
	set    wire.Set
	found  []found
	told   time.Time // when the mail program last heard of it
	done   bool
}

// inject sends a FETCH of the relay's own and waits until it is completed. The items
// begin with "(UID".
func (s *session) inject(inj *injection, set, items string) error {
	if inj.modSeq {
		items = withModSeq(items)
	}
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
