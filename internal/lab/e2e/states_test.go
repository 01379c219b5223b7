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

// Whatever is asked for, in whatever state, while two other sessions take
// messages away and bring new ones: through the relay the answer is that of a
// server that holds the rewritten messages.
func TestSameInEveryState(t *testing.T) {
	lab.Need(t, "dovecot")
	mails := oneReading(append(append(madeUp(t), longMails()...), sample(realMail(t), 150)...))
	n := 5_000
	if lab.Long() {
		n = 20_000
	}
	w := newWorld(t, oneDecoding(mails))
	for batch := 0; w.done < n && !t.Failed(); batch++ {
		w.open(t, batch)
		for range 60 {
			w.step(t)
			if w.left || w.done >= n || t.Failed() {
				break
			}
		}
		w.close()
	}
	t.Logf("%d commands, %v; %d messages taken away, %d brought; the server left %d times", w.done, w.states, len(w.gone), w.brought, w.lefts)
	if w.brought < n/50 || len(w.gone) < n/50 {
		t.Error("next to nothing changed")
	}
}

// oneDecoding leaves out messages whose encoding servers and mail programs take off
// in different ways: what the server gives decoded is then not what is rewritten.
func oneDecoding(mails [][]byte) [][]byte {
	return slices.DeleteFunc(mails, func(raw []byte) bool {
		return slices.ContainsFunc(message.Parse(raw).Gaps, func(g message.Gap) bool { return g.Reason == "encoding" })
	})
}

// longMails are longer than what the relay reads ahead.
func longMails() [][]byte {
	page := string(newsletter("news@pineandwool.example", "Fleece from Unst", "0c44f1a2b07d4f7aa1d7e8e0b5f3c111"))
	head, _, _ := strings.Cut(page, "\r\n\r\n")
	words := strings.Repeat("Wool that keeps its shape, from sheep of Hermaness.\r\n", 3000)
	load := `<img src="https://click.pineandwool.example/open.php?u=0c44f1a2b07d4f7aa1d7e8e0b5f3c111&amp;id=7" width="1" height="1">`
	html := "<html><body>" + strings.Repeat("<p>Fleece</p>\r\n"+load+"\r\n", 900) + "</body></html>\r\n"
	part := func(kind, body string) string {
		return "--L0NG\r\nContent-Type: " + kind + "\r\n\r\n" + body + "\r\n"
	}
	mixed := func(parts ...string) []byte {
		var out strings.Builder
		for line := range strings.SplitSeq(head, "\r\n") {
			if name, _, ok := strings.Cut(line, ":"); ok && !strings.EqualFold(name, "Content-Type") && !strings.EqualFold(name, "Content-Transfer-Encoding") && !strings.EqualFold(name, "MIME-Version") {
				out.WriteString(line + "\r\n")
			}
		}
		out.WriteString("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=L0NG\r\n\r\n")
		return []byte(out.String() + strings.Join(parts, "") + "--L0NG--\r\n")
	}
	return [][]byte{
		mixed(part("text/plain", words), part("text/html", html)),
		mixed(part("text/html", html), part("text/plain", words)),
		mixed(part("text/html", html), part("message/rfc822", string(mixed(part("text/html", html), part("text/plain", words))))),
	}
}

// A world is a mailbox as it was sent, read through the relay, and one that is
// rewritten, read directly; and two other sessions on each.
type world struct {
	dovecot *lab.Dovecot
	relays  []string
	mails   [][]byte
	changed [][]byte
	of      map[int]int // which mail a UID is
	live    []int       // UIDs, as the server has them
	gone    map[int]bool
	asker   *asker
	r       *rand.Rand

	takes, brings [2]*talk // the other sessions
	sides         [2]*talk // through the relay, directly
	views         [2]view
	dirty         bool // something changed that may not have been told
	missing       map[int]bool
	modseq        int
	state         string

	done, brought, lefts int
	left                 bool
	states               map[string]int
}

func newWorld(t *testing.T, mails [][]byte) *world {
	w := &world{mails: mails, of: map[int]int{}, gone: map[int]bool{}, missing: map[int]bool{}, states: map[string]int{}, modseq: 1}
	for i, raw := range mails {
		w.changed = append(w.changed, rewritten(raw))
		w.of[i+1] = i
		w.live = append(w.live, i+1)
	}
	w.dovecot = lab.StartDovecot(t, map[string][][]byte{"anna": mails, "bert": w.changed})
	w.relays = []string{startRelay(t, w.dovecot, newKeeper(true)), startRelay(t, w.dovecot, newKeeper(false))}
	w.r = lab.Random(t, 5)
	w.asker = newAsker(w.r, mails)
	// One of them is another mail program behind the relay.
	w.takes = [2]*talk{dial(t, w.relays[1], "anna"), dial(t, w.dovecot.Addr, "bert")}
	w.brings = [2]*talk{dial(t, w.dovecot.Addr, "anna"), dial(t, w.dovecot.Addr, "bert")}
	return w
}

// inStates are ways to open a mailbox; MODSEQ and UIDVALIDITY are put in.
var inStates = []struct{ name, before, open string }{
	{"plain", "", "SELECT INBOX"},
	{"read-only", "", "EXAMINE INBOX"},
	{"condstore", "", "SELECT INBOX (CONDSTORE)"},
	{"qresync", "ENABLE QRESYNC", "SELECT INBOX (QRESYNC (@VALIDITY @MODSEQ))"},
	{"notify", "NOTIFY SET (selected (MessageNew (UID BODY.PEEK[TEXT]<0.3000>) MessageExpunge FlagChange))", "SELECT INBOX"},
	{"twice", "SELECT INBOX", "SELECT INBOX"},
}

var selected = regexp.MustCompile(`\[(UIDVALIDITY|HIGHESTMODSEQ) (\d+)\]`)

// open begins two sessions that are alike.
func (w *world) open(t *testing.T, batch int) {
	t.Helper()
	in := inStates[w.r.IntN(len(inStates))]
	w.state = in.name
	w.states[in.name]++
	w.sides = [2]*talk{dial(t, w.relays[batch%2], "anna"), dial(t, w.dovecot.Addr, "bert")}
	var lines [2][]string
	for i, k := range w.sides {
		validity := ""
		for _, one := range k.must(t, "EXAMINE INBOX").untagged {
			if m := selected.FindStringSubmatch(one); m != nil && m[1] == "UIDVALIDITY" {
				validity = m[2]
			}
		}
		k.must(t, "UNSELECT")
		if in.before != "" {
			k.must(t, in.before)
		}
		a := k.must(t, strings.NewReplacer("@VALIDITY", validity, "@MODSEQ", strconv.Itoa(w.modseq)).Replace(in.open))
		w.views[i] = view{}
		lines[i] = w.views[i].read(t, a.untagged, w.live, w.missing)
		lines[i] = slices.DeleteFunc(lines[i], func(s string) bool { return strings.HasPrefix(s, "* FLAGS ") })
	}
	w.dirty, w.left = false, false
	clear(w.missing)
	w.same(t, in.open, answer{status: "OK", untagged: lines[0]}, answer{status: "OK", untagged: lines[1]})
}

func (w *world) close() {
	for _, k := range w.sides {
		k.conn.Close()
	}
}

var justModseq = regexp.MustCompile(`^\d+ \((MODSEQ \(\d+\) UID \d+|UID \d+ MODSEQ \(\d+\))\)\r\n$`)

// same compares two answers that were read.
func (w *world) same(t *testing.T, what string, got, want answer) {
	t.Helper()
	if len(w.missing) > 0 {
		got.untagged, want.untagged = without(got.untagged, w.missing), without(want.untagged, w.missing)
		if got.status == "NO" || want.status == "NO" {
			got.status = want.status // what is gone may be said to be gone
		}
	}
	if strings.Contains(what, "CHANGEDSINCE") {
		// The relay asks for the messages first, and passes on what it is told.
		bare := func(line string) bool { return justModseq.MatchString(line) }
		got.untagged, want.untagged = slices.DeleteFunc(got.untagged, bare), slices.DeleteFunc(want.untagged, bare)
	}
	compare(t, w.state+" "+what, got, want)
	if len(got.untagged) != len(want.untagged) {
		t.Logf("got %.900q\nwant %.900q", brief(got.untagged), brief(want.untagged))
	}
	if !slices.Equal(w.views[0].uids, w.views[1].uids) {
		t.Errorf("%s %s: %d messages are known, want %d", w.state, what, len(w.views[0].uids), len(w.views[1].uids))
	}
}

// brief is how answers begin.
func brief(lines []string) (out []string) {
	for _, line := range lines {
		out = append(out, line[:min(len(line), 60)])
	}
	return out
}

// step changes something now and then, and asks.
func (w *world) step(t *testing.T) {
	t.Helper()
	if w.r.IntN(6) == 0 {
		w.change(t)
	}
	if w.r.IntN(40) == 0 {
		w.idle(t)
		return
	}
	commands, settled := forms[w.r.IntN(len(forms))](w)
	if settled && w.dirty {
		commands = slices.Insert(commands, 0, "NOOP")
	}
	for _, c := range commands {
		if w.ask(t, c); w.left || t.Failed() {
			return
		}
	}
}

// ask says a command on both sides and compares.
func (w *world) ask(t *testing.T, command string) {
	t.Helper()
	w.done++
	var answers [2]answer
	for i, k := range w.sides {
		answers[i] = k.hear(t, command)
		if answers[i].status != "left" {
			answers[i].untagged = w.views[i].read(t, answers[i].untagged, w.live, w.missing)
		}
	}
	w.settle(t, command, answers)
}

var serverLeft = regexp.MustCompile(`\* BYE (FETCH failed: Internal error|\[UNAVAILABLE\] Unseen: the mail server closed the connection)`)

// settle compares the answers to a command, and notes what is known now.
func (w *world) settle(t *testing.T, command string, answers [2]answer) {
	t.Helper()
	if strings.Contains(command, "BINARY") && (answers[0].status == "left" || answers[1].status == "left") {
		// Dovecot breaks at some parts without their encoding. The relay asks for
		// all of a part of which a mail program asks for a piece, and for parts
		// that Dovecot does not come to where it refuses one before.
		if k := answers[0]; k.status == "left" && !serverLeft.MatchString(strings.Join(k.untagged, "")) {
			t.Errorf("%s: the relay left: %.300q", command, k.untagged)
		}
		w.left = true
		w.lefts++
		return
	}
	w.same(t, command, answers[0], answers[1])
	if slices.Equal(w.views[1].uids, w.live) {
		w.dirty = false
		clear(w.missing)
	}
}

// idle waits for news, which come.
func (w *world) idle(t *testing.T) {
	t.Helper()
	for _, k := range w.sides {
		k.begin(t, "IDLE")
	}
	w.change(t)
	w.done++
	var answers [2]answer
	for i, k := range w.sides {
		answers[i] = k.rest(t, "DONE")
		// What was not told by then is told now.
		answers[i].untagged = append(answers[i].untagged, k.hear(t, "NOOP").untagged...)
		answers[i].untagged = w.views[i].read(t, answers[i].untagged, w.live, w.missing)
	}
	w.settle(t, "IDLE", answers)
}

// change has the other sessions do the same to both mailboxes.
func (w *world) change(t *testing.T) {
	t.Helper()
	w.dirty = true
	switch n := w.r.IntN(5); {
	case n == 0 && len(w.live) > len(w.mails)/2:
		i := w.r.IntN(len(w.live))
		uid := w.live[i]
		for _, k := range w.takes {
			k.must(t, "NOOP") // or it may not know the message yet
			k.must(t, fmt.Sprintf("UID STORE %d +FLAGS.SILENT (\\Deleted)", uid))
			if a := k.must(t, fmt.Sprintf("UID EXPUNGE %d", uid)); !strings.Contains(strings.Join(a.untagged, ""), " EXPUNGE") {
				t.Fatalf("message %d is still there: %.300q", uid, a.untagged)
			}
		}
		w.live = slices.Delete(w.live, i, i+1)
		w.gone[uid], w.missing[uid] = true, true
	case n < 3:
		i := w.r.IntN(len(w.mails))
		uid := 0
		for side, k := range w.brings {
			raw := [][][]byte{w.mails, w.changed}[side][i]
			a := k.appendLiteral(t, `APPEND INBOX (\Seen) "17-Jul-2026 02:44:25 -0700"`, raw)
			if _, err := fmt.Sscanf(a.text[strings.Index(a.text, "[")+1:], "APPENDUID %d %d", new(int), &uid); err != nil {
				t.Fatalf("APPEND: %s %s", a.status, a.text)
			}
		}
		w.of[uid] = i
		w.live = append(w.live, uid)
		w.brought++
	default:
		uid := w.live[w.r.IntN(len(w.live))]
		flag := []string{`\Flagged`, `\Answered`, "$label1"}[w.r.IntN(3)]
		for _, k := range w.brings {
			k.must(t, fmt.Sprintf("UID STORE %d %sFLAGS (%s)", uid, []string{"+", "-"}[uid%2], flag))
		}
	}
}

// A form is how a mail program may ask. One that is settled needs both sides to know
// the mailbox as it is.
type form func(w *world) (commands []string, settled bool)

// forms are drawn from, some more often than others.
var forms = []form{
	(*world).fetchSome, (*world).fetchSome, (*world).fetchSome, (*world).fetchSome, (*world).fetchSome,
	(*world).fetchSome, (*world).fetchSome, (*world).fetchSome, (*world).fetchBinary, (*world).fetchBinary,
	(*world).fetchSome, (*world).fetchSome, (*world).fetchSome, (*world).fetchOpen, (*world).search,
}

// numbers draws messages, and returns them as sequence numbers or UIDs, and what
// one of them holds.
func (w *world) numbers(uid bool) (set string, index int) {
	known := w.views[1].uids
	first := w.r.IntN(len(known))
	name := func(i int) int {
		if uid {
			return known[i]
		}
		return i + 1
	}
	last := min(len(known)-1, first+w.r.IntN(5))
	switch w.r.IntN(8) {
	case 0:
		set = fmt.Sprintf("%d:%d", name(first), name(last))
	case 1:
		set = fmt.Sprintf("%d,%d:%d", name(w.r.IntN(len(known))), name(last), name(first))
	default:
		set = strconv.Itoa(name(first))
	}
	return set, w.of[known[first]]
}

// verb is FETCH of either kind. Who is notified at once of what is taken away has to
// go by UIDs (RFC 5465, section 5.3).
func (w *world) verb() string {
	if w.state == "notify" {
		return "UID FETCH"
	}
	return []string{"FETCH", "UID FETCH"}[w.r.IntN(2)]
}

// verbatim are items that hold no content, as their server gives them.
var verbatim = []string{"PREVIEW", "MODSEQ", "RFC822.SIZE", "BODYSTRUCTURE", "ENVELOPE", "FLAGS", "INTERNALDATE", "BODY", "PREVIEW", "RFC822.HEADER",
	"BODY.PEEK[HEADER.FIELDS (From To Subject)]", "BODY.PEEK[HEADER.FIELDS.NOT (Received X-Long)]<3.40>", "BODY.PEEK[1.MIME]", "BODY.PEEK[1.1.HEADER]", "BODY.PEEK[2.MIME]<0.20>"}

// fetchSome asks for pieces of some messages.
func (w *world) fetchSome() ([]string, bool) {
	verb := w.verb()
	set, index := w.numbers(verb != "FETCH")
	items := []string{"UID"}
	for range 1 + w.r.IntN(3) {
		item := w.asker.item(index)
		if w.r.IntN(4) == 0 {
			item = verbatim[w.r.IntN(len(verbatim))]
		}
		items = append(items, item)
	}
	w.r.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	slices.Sort(items[1:])
	return []string{fmt.Sprintf("%s %s (%s)", verb, set, strings.Join(slices.Compact(items), " ")) + w.modifier(verb)}, false
}

// modifier narrows a set down (RFC 7162, sections 3.1.4 and 3.2.6).
func (w *world) modifier(verb string) string {
	switch {
	case w.state != "condstore" && w.state != "qresync" || w.r.IntN(3) > 0:
		return ""
	case w.state == "qresync" && verb == "UID FETCH" && w.r.IntN(2) == 0:
		return fmt.Sprintf(" (CHANGEDSINCE %d VANISHED)", 1+w.r.IntN(w.done+2))
	}
	return fmt.Sprintf(" (CHANGEDSINCE %d)", 1+w.r.IntN(w.done+2))
}

var digits = regexp.MustCompile(`^[0-9.]*$`)

// fetchBinary asks for parts without their encoding (RFC 3516), some of which
// have parts of their own.
func (w *world) fetchBinary() ([]string, bool) {
	verb := w.verb()
	set, index := w.numbers(verb != "FETCH")
	sections := slices.DeleteFunc(slices.Clone(w.asker.layouts[index].Sections), func(s message.Section) bool { return !digits.MatchString(s.Name) })
	name := "1"
	if len(sections) > 0 {
		name = sections[w.r.IntN(len(sections))].Name
	}
	item := "BINARY.PEEK[" + name + "]"
	switch w.r.IntN(8) {
	case 0:
		item = "BINARY[" + name + "]"
	case 1, 2:
		item = "BINARY.SIZE[" + name + "]"
	}
	if !strings.Contains(item, "SIZE") && w.r.IntN(2) == 0 {
		item += w.asker.partial(w.asker.sizes[index] / 2)
	}
	return []string{fmt.Sprintf("%s %s (UID %s)", verb, set, item)}, false
}

// fetchOpen asks for sets that only the server can tell the end of.
func (w *world) fetchOpen() ([]string, bool) {
	verb := w.verb()
	set := []string{"*", "1:*", "$", "*:" + strconv.Itoa(max(1, len(w.live)-3)), "100000:*"}[w.r.IntN(5)]
	var commands []string
	if set == "$" { // RFC 5182
		commands = append(commands, fmt.Sprintf("UID SEARCH RETURN (SAVE) SMALLER %d", 2000+w.r.IntN(3000)))
	}
	items := []string{"BODY.PEEK[TEXT]<0.200>", "BODY.PEEK[1]<0.256>", "BODY.PEEK[HEADER.FIELDS (Subject)]", "FLAGS", "RFC822.SIZE PREVIEW", "BODY.PEEK[2]<20.30>"}
	return append(commands, fmt.Sprintf("%s %s (UID %s)", verb, set, items[w.r.IntN(len(items))])+w.modifier(verb)), true
}

// searches have the server look at what the relay does not change.
var searches = []string{
	"SEARCH ALL", "UID SEARCH SUBJECT \"wool\"", "UID SEARCH RETURN (MIN MAX COUNT ALL) LARGER 20000", "SEARCH RETURN (COUNT) SEEN", "SEARCH RETURN () UNFLAGGED",
	"UID SEARCH OR FLAGGED ANSWERED", "SEARCH CHARSET UTF-8 FROM {5+}\r\nnews@", "UID SEARCH MODSEQ 7", "SEARCH HEADER Content-Type multipart",
	"SORT (REVERSE SIZE) UTF-8 ALL", "UID SORT (SUBJECT) UTF-8 SMALLER 9000", "UID THREAD REFERENCES UTF-8 ALL", "THREAD ORDEREDSUBJECT UTF-8 UNSEEN",
	"UID SORT RETURN (COUNT MIN) (FROM DATE) UTF-8 ALL", "STATUS Trash (MESSAGES UIDNEXT)", "LIST (SUBSCRIBED) \"\" * RETURN (SPECIAL-USE)",
}

// search asks for no content at all.
func (w *world) search() ([]string, bool) {
	return []string{searches[w.r.IntN(len(searches))]}, true
}
