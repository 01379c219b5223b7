package e2e_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/internal/lab"
)

// rounds is how many random fetches are tried.
func rounds() int {
	if lab.Long() {
		return 30_000
	}
	return 5_000
}

// Two mailboxes: the original one behind the relay, and one that holds the
// rewritten messages. Whatever is fetched, both answer with the same octets.
func TestSameAsRewrittenMailbox(t *testing.T) {
	lab.Need(t, "dovecot")
	mails := oneReading(append(madeUp(t), sample(realMail(t), 250)...))
	changed := make([][]byte, len(mails))
	differ := 0
	for i, raw := range mails {
		changed[i] = rewritten(raw)
		if string(changed[i]) != string(raw) {
			differ++
		}
	}
	if differ < len(mails)/2 {
		t.Fatalf("only %d of %d messages are rewritten at all", differ, len(mails))
	}
	d := lab.StartDovecot(t, map[string][][]byte{"anna": mails, "bert": changed})
	relays := map[string]string{
		"warm": startRelay(t, d, newKeeper(false)),
		"cold": startRelay(t, d, newKeeper(true)),
	}
	r := lab.Random(t, 1)
	asker := newAsker(r, mails)
	for done, batch := 0, 0; done < rounds() && !t.Failed(); batch++ {
		kind := []string{"cold", "warm"}[batch%2]
		through, direct := dial(t, relays[kind], "anna"), dial(t, d.Addr, "bert")
		for range 40 {
			commands := asker.commands()
			want := direct.say(t, commands...)
			got := through.say(t, commands...)
			if len(commands) > 1 {
				slices.Sort(got[0].untagged)
				slices.Sort(want[0].untagged)
			}
			for i, c := range commands {
				compare(t, kind+" "+c, got[i], want[i])
			}
			done += len(commands)
			if t.Failed() || done >= rounds() {
				break
			}
		}
		through.conn.Close()
		direct.conn.Close()
	}
}

// compare wants the same answer. How long the server took is its own.
func compare(t *testing.T, what string, got, want answer) {
	t.Helper()
	if got.status != want.status {
		t.Errorf("%s: %s %s, want %s %s", what, got.status, got.text, want.status, want.text)
		return
	}
	if len(got.untagged) != len(want.untagged) {
		t.Errorf("%s: %d responses, want %d", what, len(got.untagged), len(want.untagged))
		return
	}
	for i := range got.untagged {
		g, w := got.untagged[i], want.untagged[i]
		if g != w {
			g, w = orderly(t, g), orderly(t, w)
		}
		if g != w {
			at := 0
			for at < min(len(g), len(w)) && g[at] == w[at] {
				at++
			}
			t.Errorf("%s: at octet %d of %d (want %d):\n got %.160q\nwant %.160q", what, at, len(g), len(w), g[max(0, at-60):], w[max(0, at-60):])
			return
		}
	}
}

// orderly is an untagged answer with its items in order, if it has any.
func orderly(t testing.TB, line string) string {
	head, value, ok := strings.Cut(line, " FETCH (")
	if !ok || strings.ContainsAny(head, "\r\n") {
		return line
	}
	return head + " FETCH " + inOrder(t, "("+value)
}

// sample takes n messages evenly out of all.
func sample(mails [][]byte, n int) [][]byte {
	if len(mails) <= n {
		return mails
	}
	out := make([][]byte, n)
	for i := range out {
		out[i] = mails[i*len(mails)/n]
	}
	return out
}

// An asker thinks up fetches.
type asker struct {
	r       *rand.Rand
	layouts []*message.Layout
	sizes   []int
}

func newAsker(r *rand.Rand, mails [][]byte) *asker {
	a := &asker{r: r}
	for _, raw := range mails {
		a.layouts = append(a.layouts, message.Parse(raw))
		a.sizes = append(a.sizes, len(raw))
	}
	return a
}

// commands returns one command, or several that are sent at once.
func (a *asker) commands() []string {
	n := 1
	if a.r.IntN(5) == 0 {
		n = 2 + a.r.IntN(5)
	}
	out := make([]string, n)
	for i := range out {
		out[i] = a.command()
		if n > 1 {
			// Which of them marks a message as seen, and which tells of it,
			// would be a matter of luck.
			out[i] = peeking.Replace(out[i])
		}
	}
	return out
}

var peeking = strings.NewReplacer("BODY[", "BODY.PEEK[", "RFC822.TEXT", "BODY.PEEK[TEXT]", "RFC822.SIZE", "RFC822.SIZE",
	"RFC822.HEADER", "RFC822.HEADER", "RFC822", "BODY.PEEK[]")

func (a *asker) command() string {
	set, first := a.set()
	items := make([]string, 1+a.r.IntN(3))
	for i := range items {
		items[i] = a.item(first)
	}
	// Without the UID nobody knows whose answer it is if messages go.
	verb := "FETCH"
	if a.r.IntN(2) == 0 {
		verb = "UID FETCH"
	}
	if len(items) == 1 && a.r.IntN(3) == 0 {
		return verb + " " + set + " " + items[0]
	}
	if a.r.IntN(2) == 0 {
		items = append(items, "UID")
	}
	return verb + " " + set + " (" + strings.Join(slices.Compact(items), " ") + ")"
}

// set is a set of messages and the index of one of them.
func (a *asker) set() (string, int) {
	n := len(a.sizes)
	first := a.r.IntN(n)
	switch a.r.IntN(6) {
	case 0:
		return fmt.Sprintf("%d:%d", first+1, min(n, first+1+a.r.IntN(4))), first
	case 1:
		return fmt.Sprintf("%d,%d", first+1, a.r.IntN(n)+1), first
	}
	return strconv.Itoa(first + 1), first
}

var macros = []string{
	"RFC822", "RFC822.HEADER", "RFC822.TEXT", "RFC822.SIZE", "BODYSTRUCTURE", "BODY", "ENVELOPE", "INTERNALDATE",
	"BODY.PEEK[]", "BODY[]", "BODY.PEEK[TEXT]", "BODY.PEEK[HEADER]", "BODY.PEEK[1]", "BODY.PEEK[1.MIME]", "BODY.PEEK[2]",
	"BODY.PEEK[HEADER.FIELDS (From To Subject)]", "BODY.PEEK[HEADER.FIELDS.NOT (Received X-Long)]", "BODY.PEEK[9.9.9]",
	"BODY.PEEK[HEADER.FIELDS (Content-Type Content-Transfer-Encoding)]",
}

// item is one thing to fetch of a message.
func (a *asker) item(index int) string {
	if a.r.IntN(4) == 0 {
		return macros[a.r.IntN(len(macros))]
	}
	sections := a.layouts[index].Sections
	name := ""
	if len(sections) > 0 {
		name = sections[a.r.IntN(len(sections))].Name
	}
	item := "BODY.PEEK[" + name + "]"
	if a.r.IntN(8) == 0 {
		item = "BODY[" + strings.ToLower(name) + "]"
	}
	if a.r.IntN(2) == 0 {
		item += a.partial(a.sizes[index])
	}
	return item
}

func (a *asker) partial(size int) string {
	start := a.r.IntN(size + 2)
	if a.r.IntN(3) == 0 {
		start = 0
	}
	length := 1 + a.r.IntN(size+10)
	switch a.r.IntN(4) {
	case 0:
		length = 1 + a.r.IntN(16)
	case 1:
		length = 65536
	}
	return fmt.Sprintf("<%d.%d>", start, length)
}

var fetched = regexp.MustCompile(`^\* (\d+) FETCH \(UID (\d+) `)

// While another session expunges messages, what the relay serves under a UID is
// that UID's rewritten message, or what is allowed for one that is gone.
func TestSameWhileExpunging(t *testing.T) {
	lab.Need(t, "dovecot")
	mails := oneReading(madeUp(t))
	changed := make([][]byte, len(mails))
	for i, raw := range mails {
		changed[i] = rewritten(raw)
	}
	d := lab.StartDovecot(t, map[string][][]byte{"anna": mails, "bert": changed})
	relay := startRelay(t, d, newKeeper(true))
	other, direct := dial(t, d.Addr, "anna"), dial(t, d.Addr, "bert")
	r := lab.Random(t, 3)
	asker := newAsker(r, mails)
	c := &expunging{gone: map[int]bool{}}

	for done := 0; done < rounds()/5 && len(c.gone) < len(mails)-20 && !t.Failed(); {
		through := dial(t, relay, "anna")
		c.uids = nil
		for uid := 1; uid <= len(mails); uid++ {
			if !c.gone[uid] {
				c.uids = append(c.uids, uid)
			}
		}
		for range 25 {
			uid := c.uids[r.IntN(len(c.uids))]
			item := asker.item(uid - 1)
			byUID, bySeq := fmt.Sprintf("UID FETCH %d (UID %s)", uid, item), fmt.Sprintf("FETCH %d (UID %s)", slices.Index(c.uids, uid)+1, item)
			// The other session takes away this message or another while
			// the commands are on their way.
			gone := c.uids[max(0, slices.Index(c.uids, uid)-r.IntN(3))]
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				// One after the other: sent at once, Dovecot may look for
				// what to expunge before it has stored the flag.
				other.say(t, fmt.Sprintf("UID STORE %d +FLAGS.SILENT (\\Deleted)", gone))
				other.say(t, fmt.Sprintf("UID EXPUNGE %d", gone))
			}()
			answers := []answer{through.say(t, bySeq)[0], through.say(t, byUID)[0]}
			<-ended
			c.gone[gone] = true
			want := direct.say(t, byUID)[0]
			for _, a := range answers {
				c.check(t, item, a, want, uid)
			}
			done += 2
		}
		through.conn.Close()
	}
	t.Logf("%d messages were expunged", len(c.gone))
}

// expunging follows what the relay's client knows of the mailbox.
type expunging struct {
	uids []int        // by sequence number
	gone map[int]bool // expunged by the other session
}

// check goes through the responses of one FETCH for one message.
func (c *expunging) check(t *testing.T, item string, a, want answer, uid int) {
	t.Helper()
	for _, response := range a.untagged {
		var n int
		if _, err := fmt.Sscanf(response, "* %d EXPUNGE", &n); err == nil && strings.Contains(response, "EXPUNGE") {
			if n < 1 || n > len(c.uids) {
				t.Fatalf("%s: EXPUNGE of %d with %d messages", item, n, len(c.uids))
			}
			c.uids = slices.Delete(c.uids, n-1, n)
			continue
		}
		m := fetched.FindStringSubmatch(response)
		if m == nil {
			continue
		}
		seq, _ := strconv.Atoi(m[1])
		got, _ := strconv.Atoi(m[2])
		if seq > len(c.uids) || c.uids[seq-1] != got {
			t.Errorf("%s: sequence number %d has UID %d", item, seq, got)
		}
		if got != uid {
			continue // a number that was asked for before the client knew better
		}
		if len(want.untagged) == 0 {
			continue
		}
		value, expected := withoutFlags(response[len(m[0]):]), want.untagged[0]
		expected = withoutFlags(expected[len(fetched.FindString(expected)):])
		if value == ")\r\n" {
			continue // the other session's flags
		}
		if value != expected && !(c.gone[got] && empty(value)) {
			t.Errorf("UID %d %s:\n got %.200q\nwant %.200q", got, item, value, expected)
		}
	}
}

var flags = regexp.MustCompile(`^FLAGS \([^)]*\) ?`)

// withoutFlags leaves out the flags: two sessions see them differently.
func withoutFlags(value string) string { return flags.ReplaceAllString(value, "") }

// empty says whether a value is what stands for a message that is gone: NIL, an
// empty string or no octets (RFC 2180, section 4.1).
func empty(value string) bool {
	return strings.Contains(value, " NIL)") || strings.Contains(value, `""`) || strings.Contains(value, "{0}") ||
		strings.Contains(value, "RFC822.SIZE 0") ||
		strings.Contains(value, `BODY ("text" "plain" NIL NIL NIL "7bit" 0 0)`)
}
