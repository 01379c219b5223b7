package imapfilter

import (
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
)

// pending makes a state with commands under way; a SELECT is of a mailbox of the
// same name as its tag.
func pending(names ...string) *state {
	st := &state{}
	for i, name := range names {
		st.pending = append(st.pending, command{tag: string(rune('a' + i)), name: name, mailbox: string(rune('a' + i))})
	}
	return st
}

// Data is about the old mailbox until the commands on it are done.
func TestCurrent(t *testing.T) {
	old := &mailbox{name: "old"}
	for _, tt := range []struct {
		name string
		st   *state
		then func(*state)
		want string
	}{
		{"nothing under way", pending(), nil, "old"},
		{"select alone", pending("SELECT"), nil, "a"},
		{"select behind a fetch", pending("UID FETCH", "SELECT"), nil, "old"},
		{"fetch done", pending("UID FETCH", "SELECT"), func(st *state) { st.complete(0, "OK") }, "b"},
		{"closed", pending("UID FETCH", "EXAMINE"), func(st *state) { st.closed() }, "b"},
		{"closed without select", pending("UID FETCH"), func(st *state) { st.closed() }, ""},
		{"select done", pending("SELECT"), func(st *state) { st.complete(0, "OK") }, "a"},
		{"select refused", pending("SELECT"), func(st *state) { st.complete(0, "NO") }, ""},
		{"select not understood", pending("SELECT"), func(st *state) { st.complete(0, "BAD") }, "old"},
		{"closed by close", pending("CLOSE"), func(st *state) { st.complete(0, "OK") }, ""},
		{"not closed", pending("CLOSE"), func(st *state) { st.complete(0, "NO") }, "old"},
		{"unselected", pending("UNSELECT"), func(st *state) { st.complete(0, "OK") }, ""},
		{"logged out", pending("UNAUTHENTICATE"), func(st *state) { st.complete(0, "OK") }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.st.selected = old
			if tt.then != nil {
				tt.then(tt.st)
			}
			got := ""
			if box := tt.st.current(); box != nil {
				got = box.name
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A place needs all three: a mailbox, a UIDVALIDITY that lasts, and a UID.
func TestPlace(t *testing.T) {
	for _, tt := range []struct {
		box  *mailbox
		uid  uint32
		want Place
	}{
		{nil, 5, Place{}},
		{&mailbox{name: "x"}, 5, Place{}},
		{&mailbox{name: "x", validity: 3}, 0, Place{}},
		{&mailbox{name: "x", validity: 3, fleeting: true}, 5, Place{}},
		{&mailbox{name: "x", validity: 3}, 5, Place{Mailbox: "x", UIDValidity: 3, UID: 5}},
	} {
		if got := tt.box.place(tt.uid); got != tt.want {
			t.Errorf("%+v, %d: %+v", tt.box, tt.uid, got)
		}
	}
}

func TestMailboxName(t *testing.T) {
	for in, want := range map[string]string{"inBox": "INBOX", "INBOX": "INBOX", "inbox.x": "inbox.x", "Entw&APw-rfe": "Entw&APw-rfe"} {
		if got := mailboxName([]byte(in)); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}

// The cache keeps the last overlays, and no more.
func TestPlanCache(t *testing.T) {
	var c planCache
	one := &message.Overlay{Size: 1}
	for uid := uint32(1); uid <= 2*cachedPlans; uid++ {
		c.put(uid, one)
		c.put(uid, one)
	}
	if len(c.byUID) != cachedPlans || len(c.order) != cachedPlans {
		t.Errorf("%d and %d kept", len(c.byUID), len(c.order))
	}
	if c.get(1) != nil || c.get(2*cachedPlans) != one {
		t.Error("the wrong ones are kept")
	}
}

func TestSeqMap(t *testing.T) {
	var m seqMap
	for seq := uint32(1); seq <= 1000; seq++ {
		m.learn(seq, seq+10)
	}
	if len(m.runs) != 1 || m.uid(500) != 510 || m.uid(1001) != 0 || m.uid(0) != 0 || !m.holds(510) || m.holds(5) {
		t.Errorf("%v", m.runs)
	}
	m.expunge(500)
	if len(m.runs) != 2 || m.uid(499) != 509 || m.uid(500) != 511 || m.uid(999) != 1010 || m.uid(1000) != 0 || m.holds(510) {
		t.Errorf("after an expunge: %v", m.runs)
	}
	m.expunge(1)
	m.expunge(998)
	if m.uid(1) != 12 || m.uid(997) != 1009 || m.uid(998) != 0 {
		t.Errorf("after expunges at the ends: %v", m.runs)
	}
	m.learn(1, 99) // a server that contradicts itself
	if m.uid(1) != 99 || m.uid(2) != 0 {
		t.Errorf("after a contradiction: %v", m.runs)
	}
	m.clear()
	for seq := uint32(1); seq <= 3*maxRuns; seq++ {
		m.learn(seq, 2*seq)
	}
	if len(m.runs) > maxRuns || m.uid(3*maxRuns) != 6*maxRuns {
		t.Errorf("%d rows", len(m.runs))
	}
}

// A "+" answers IDLE, or the relay, or the mail program.
func TestContinuation(t *testing.T) {
	st := pending("IDLE", "APPEND")
	st.ownPlus = true
	for i, theirs := range []bool{true, false, true} {
		if got := st.continuation(); got != theirs {
			t.Errorf("%d: %v", i, got)
		}
	}
	if st.plus != 2 {
		t.Errorf("%d left", st.plus)
	}
}
