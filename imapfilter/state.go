package imapfilter

import (
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/imapfilter/wire"
)

// maxPending is how many commands may be under way: then the mail program is
// not read from until one is done.
const maxPending = 1000

// A command is one that has been sent upstream and not been completed.
type command struct {
	tag, name string
	mailbox   string    // of SELECT and EXAMINE; where COPY and MOVE lead
	only      uint32    // the UID, if UID FETCH names exactly one
	continued bool      // IDLE got its "+"
	keep      bool      // its completion is kept for the client side
	whole     *wire.Set // of which FETCH asks for whole messages
	serving   *serving  // what the relay puts into the answers
	part      bool      // the relay's own, for a part of the mail program's
	last      bool      // the mail program's, for the rest
	object    objectAsk // who wants to know what the server calls the messages
}

func (c command) selects() bool { return c.name == "SELECT" || c.name == "EXAMINE" }

// A mailbox is the one that is selected, or about to be.
type mailbox struct {
	name     string
	validity uint32
	fleeting bool // UIDs do not last (RFC 4315, section 2)
	seqs     seqMap
	plans    planCache
	decoded  map[decodedKey]*message.Overlay
	prefixes map[uint32]*prefix
	recent   recents
	objects  map[uint32]string // what the server calls messages, by UID
}

// place returns where a message lies. Without a UID or a lasting UIDVALIDITY it
// says nothing.
func (m *mailbox) place(uid uint32) Place {
	if m == nil || m.validity == 0 || m.fleeting || uid == 0 {
		return Place{}
	}
	return Place{Mailbox: m.name, UIDValidity: m.validity, UID: uid, Object: m.objects[uid]}
}

// A state is what both directions of a session know. The session's mu guards
// all of it.
type state struct {
	pending     []command
	plus        int  // continuation requests nobody has used yet
	ownPlus     bool // the next one answers the relay, not the mail program
	kept        []byte
	worst       []byte // what a part was completed with, if it was not OK
	idling      bool
	loggedIn    bool
	mayStartTLS bool // the local leg began in the clear and may be upgraded
	selected    *mailbox
	opening     *mailbox
	inject      *injection
	notified    bool // new messages come whole, and for the relay
	can         abilities
	byeSeen     bool
	waiting     bool  // the client side waits for the state to change
	over        error // why the session is over
}

// find returns the index of a pending command, -1 if there is none.
func (st *state) find(tag string) int {
	return slices.IndexFunc(st.pending, func(c command) bool { return c.tag == tag })
}

// current returns the mailbox that untagged data is about, nil if none. A
// server completes all commands on the old mailbox before it begins a new one,
// or says so with [CLOSED] (RFC 7162, section 3.2.11).
func (st *state) current() *mailbox {
	if st.opening != nil {
		return st.opening
	}
	if len(st.pending) > 0 && st.pending[0].selects() {
		st.open()
		return st.opening
	}
	return st.selected
}

// open begins the mailbox of the first SELECT under way.
func (st *state) open() {
	for _, c := range st.pending {
		if c.selects() {
			st.opening = &mailbox{name: c.mailbox}
			return
		}
	}
}

// closed is the [CLOSED] code.
func (st *state) closed() {
	st.selected = nil
	if st.opening == nil {
		st.open()
	}
}

// complete takes a command off the list when its tagged line comes.
func (st *state) complete(i int, status string) command {
	c := st.pending[i]
	if c.selects() {
		st.completeSelect(c, status)
	}
	if status == "OK" {
		switch c.name {
		case "CLOSE", "UNSELECT":
			st.selected = nil
		case "UNAUTHENTICATE": // RFC 8437
			st.selected, st.loggedIn = nil, false
		case "LOGIN", "AUTHENTICATE":
			st.loggedIn = true
		}
	}
	if c.name == "IDLE" {
		st.idling = false
	}
	st.pending = slices.Delete(st.pending, i, i+1)
	return c
}

// completeSelect: a SELECT that fails leaves no mailbox selected (RFC 3501,
// section 6.3.1); one that is not understood changes nothing.
func (st *state) completeSelect(c command, status string) {
	switch status {
	case "OK":
		if st.opening == nil {
			st.opening = &mailbox{name: c.mailbox}
		}
		st.selected = st.opening
	case "NO":
		st.selected = nil
	}
	st.opening = nil
}

// continuation says whose "+" this is: the mail program's if true.
func (st *state) continuation() bool {
	for i := range st.pending {
		if c := &st.pending[i]; c.name == "IDLE" && !c.continued {
			c.continued = true
			return true
		}
	}
	st.plus++
	own := st.ownPlus
	st.ownPlus = false
	return !own
}

// mailboxName makes names comparable: INBOX is the same in any case (RFC 3501,
// section 5.1).
func mailboxName(name []byte) string {
	if strings.EqualFold(string(name), "INBOX") {
		return "INBOX"
	}
	return string(name)
}

// cachedPlans is how many overlays a connection keeps at hand: more than one
// batch of injected messages.
const cachedPlans = 64

// A planCache keeps the overlays used last. An overlay never changes, so what
// is kept is never wrong.
type planCache struct {
	byUID map[uint32]*message.Overlay
	order []uint32 // last used last
}

func (c *planCache) get(uid uint32) *message.Overlay {
	o := c.byUID[uid]
	if n := len(c.order) - 1; o != nil && c.order[n] != uid {
		c.order = append(slices.Delete(c.order, slices.Index(c.order, uid), slices.Index(c.order, uid)+1), uid)
	}
	return o
}

func (c *planCache) put(uid uint32, o *message.Overlay) {
	if c.byUID == nil {
		c.byUID = map[uint32]*message.Overlay{}
	}
	if _, there := c.byUID[uid]; !there {
		if len(c.order) == cachedPlans {
			delete(c.byUID, c.order[0])
			c.order = slices.Delete(c.order, 0, 1)
		}
		c.order = append(c.order, uid)
	}
	c.byUID[uid] = o
}
