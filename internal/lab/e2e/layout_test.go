package e2e_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"mime"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/internal/lab"
)

// A filed is a message with a name to call it by.
type filed struct {
	name string
	raw  []byte
}

// layoutDiffers are the ways in which Dovecot's structure may differ from ours,
// with the reason. None of them moves an octet of a section that both have: the
// relay compares what a server sends with what it planned for.
var layoutDiffers = map[string]string{
	"no parts":      "Dovecot writes an empty text for a multipart without parts, and has no section for it",
	"no more":       "behind a boundary that is only the beginning of the one written, Dovecot sees one more part, which is empty",
	"empty":         "Dovecot has nothing in a section that a boundary cut off before its empty line",
	"no type":       "Dovecot writes NIL for what it cannot parse as a type; here is kept what mail programs may take for one",
	"no subtype":    "Dovecot writes \"text\" without a subtype; here it has no slash",
	"more lax":      "a multipart whose boundary Dovecot does not find is taken apart all the same, as some programs do",
	"bare boundary": "one without quotes ends for Dovecot at what has to be quoted, so that more lines are boundaries",
	"grammar":       "a Content-Type that breaks the grammar is read as far as it goes; here is read on, as mail programs do",
	"no message":    "Dovecot has nothing of a message whose header is cut off at once",
	"no boundary":   "a boundary that begins with a backslash is empty to Dovecot, for which then every line with two dashes is one",
	"limits":        "over 50 deep or over 1,000 parts is not looked into; a gap says so",
}

// bareBoundary is one without quotes, with a character that has to be quoted.
var bareBoundary = regexp.MustCompile(`(?i)boundary=[^"\s]*[=\\/:?\v]`)

// TestLayoutDovecot compares the layout of every message there is with what a
// real Dovecot says: the tree of BODYSTRUCTURE with types, sizes and lines, and
// the octets of every section; then the same of messages with faults in them.
func TestLayoutDovecot(t *testing.T) {
	lab.Need(t, "dovecot")
	root := lab.Root(t)
	var all []filed
	for _, dir := range []string{filepath.Join(root, "testdata", "mail"), filepath.Join(root, "testdata", "hostile"), lab.Shared(t)} {
		all = append(all, filesBelow(t, dir)...)
	}
	t.Run("as they are", func(t *testing.T) { compareLayouts(t, all) })
	t.Run("with faults", func(t *testing.T) {
		n := 600
		if lab.Long() {
			n = 30_000
		}
		r := lab.Random(t, 3)
		small := slices.DeleteFunc(slices.Clone(all), func(f filed) bool { return len(f.raw) > 64<<10 })
		for n > 0 {
			var some []filed
			for range min(n, 2000) {
				from := small[r.IntN(len(small))]
				some = append(some, filed{from.name + ", faulty", faulty(r, from.raw)})
			}
			n -= len(some)
			compareLayouts(t, some)
		}
	})
}

// filesBelow reads all messages below a folder.
func filesBelow(t testing.TB, dir string) []filed {
	t.Helper()
	var out []filed
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.HasSuffix(path, ".tsv") || strings.HasSuffix(path, ".md") {
			return err
		}
		raw, err := os.ReadFile(path)
		name, _ := filepath.Rel(filepath.Dir(dir), path)
		out = append(out, filed{name, raw})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// faulty makes a few faults in a message: lines lost, doubled, out of order or
// cut, line ends of other kinds, and octets changed where they matter.
func faulty(r *rand.Rand, raw []byte) []byte {
	lines := bytes.SplitAfter(raw, []byte("\n"))
	var marks []int // lines that are headers of parts, or boundaries
	for i, line := range lines {
		if bytes.HasPrefix(line, []byte("--")) || bytes.HasPrefix(bytes.ToLower(line), []byte("content-")) || bytes.Contains(line, []byte("boundary")) {
			marks = append(marks, i)
		}
	}
	pick := func() int {
		if len(marks) > 0 && r.IntN(4) > 0 {
			return marks[r.IntN(len(marks))]
		}
		return r.IntN(len(lines))
	}
	for range 1 + r.IntN(4) {
		i, j := pick(), pick()
		line := bytes.Clone(lines[i])
		switch r.IntN(11) {
		case 0:
			lines[i] = nil
		case 1:
			lines[i] = append(line, lines[j]...)
		case 2:
			lines[i], lines[j] = lines[j], lines[i]
		case 3:
			lines[i] = line[:r.IntN(len(line)+1)]
		case 4:
			lines[i] = bytes.TrimRight(line, "\r\n")
		case 5:
			lines[i] = append([]byte(" \r\n"), line...)
		case 6:
			lines[i] = append(bytes.TrimRight(line, "\r\n"), []string{"--\r\n", " \r\n", "x\r\n", "\t \n", "\r\r\n", "\v\n"}[r.IntN(6)]...)
		case 7:
			if len(line) > 0 {
				line[r.IntN(len(line))] = " \t\r\n\";,=-:()\\'x\x00\xff"[r.IntN(17)]
				lines[i] = line
			}
		case 8:
			lines[i] = append([]byte("\r\n"), line...)
		case 9:
			lines = lines[:max(1, r.IntN(len(lines)+1))]
			marks = slices.DeleteFunc(marks, func(m int) bool { return m >= len(lines) })
		default:
			other := []string{"Content-Type: message/rfc822\r\n\r\n", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", "--b--\r\n", "Content-Type: multipart/digest; boundary=\"\"\r\n"}
			lines[i] = append([]byte(other[r.IntN(len(other))]), line...)
		}
	}
	return bytes.Join(lines, nil)
}

// FuzzLayoutDovecot lets a Dovecot serve any message, and compares the layouts.
func FuzzLayoutDovecot(f *testing.F) {
	if !lab.Real() {
		f.Skip("left out: UNSEEN_REAL is not 1, so there is no Dovecot to compare with")
	}
	lab.Need(f, "dovecot")
	for _, m := range filesBelow(f, filepath.Join(lab.Root(f), "testdata", "hostile")) {
		f.Add(m.raw)
	}
	d := lab.StartDovecot(f, map[string][][]byte{login: nil})
	k := dial(f, d.Addr, login)
	c := comparison{counts: map[string]int{}}
	number := 0
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) == 0 || len(raw) > 32<<10 || bytes.IndexByte(raw, 0) >= 0 {
			return // what APPEND does not take
		}
		if a := k.appendLiteral(t, "APPEND INBOX", onTheWire(raw)); a.status != "OK" {
			t.Skip(a.text)
		}
		k.must(t, "NOOP")
		number++
		differs := c.message(t, k, number)
		if len(differs) > 0 && grammatical(c.raw) {
			t.Error(differs)
		}
	})
}

// compareLayouts lets a Dovecot serve messages, and compares.
func compareLayouts(t *testing.T, mails []filed) {
	t.Helper()
	var box [][]byte
	for _, m := range mails {
		box = append(box, m.raw)
	}
	d := lab.StartDovecot(t, map[string][][]byte{login: box})
	k := dial(t, d.Addr, login)
	c := comparison{counts: map[string]int{}}
	for i, m := range mails {
		differs := c.message(t, k, i+1)
		if len(differs) > 0 && !grammatical(c.raw) {
			c.counts["grammar"]++
			continue
		}
		for _, what := range differs {
			t.Errorf("%s: %s", m.name, what)
		}
	}
	for reason := range c.counts {
		if layoutDiffers[reason] == "" {
			t.Errorf("the reason %q is not in the table", reason)
		}
	}
	t.Logf("%d sections of %d messages; of those that differ by a known reason: %v", c.sections, len(mails), c.counts)
}

// A comparison counts what was compared.
type comparison struct {
	raw      string // of the message at hand
	limited  bool   // it is over a limit
	only     bool   // only what Dovecot numbers is compared
	sections int
	counts   map[string]int // by reason
}

// message compares one message of the open mailbox and returns what differs.
func (c *comparison) message(t testing.TB, k *talk, number int) []string {
	t.Helper()
	untagged := k.must(t, fmt.Sprintf("FETCH %d (BODYSTRUCTURE BODY.PEEK[])", number)).untagged
	items := itemsOf(untagged, number)
	raw := items["BODY[]"].text
	l := message.Parse([]byte(raw))
	c.raw, c.only = raw, false
	c.limited = slices.ContainsFunc(l.Gaps, func(g message.Gap) bool { return g.Reason == "depth" || g.Reason == "parts" })
	var differs []string
	names := c.node(l.Root, items["BODYSTRUCTURE"], &differs)
	if len(differs) > 0 {
		return differs
	}
	for _, s := range l.Sections[1:] {
		if !slices.Contains(names, s.Name) && !c.only {
			names = append(names, s.Name)
		}
	}
	for some := range slices.Chunk(names, 50) {
		ask := "BODY.PEEK[" + strings.Join(some, "] BODY.PEEK[") + "]"
		items := itemsOf(k.must(t, fmt.Sprintf("FETCH %d (%s)", number, ask)).untagged, number)
		for _, name := range some {
			c.sections++
			here, _ := l.Section(name)
			if what := c.octets(raw[here.Start:here.End], items["BODY["+name+"]"]); what != "" {
				differs = append(differs, fmt.Sprintf("[%s] %s", name, what))
			}
		}
	}
	return differs
}

// grammatical says whether every Content-Type in a message is written as it should
// be (RFC 2045, section 5.1), by somebody else's parser.
func grammatical(raw string) bool {
	for _, field := range contentType.FindAllString(raw, -1) {
		_, value, _ := strings.Cut(field, ":")
		if _, _, err := mime.ParseMediaType(strings.Join(strings.Fields(value), " ")); err != nil || strings.ContainsAny(value, "\v\f") {
			return false
		}
	}
	return true
}

// contentType is a field with its folded lines.
var contentType = regexp.MustCompile(`(?im)^content-type[ \t]*:.*(?:\r?\n[ \t].*)*`)

// octets compares one section.
func (c *comparison) octets(here string, there node) string {
	switch {
	case there.text == here:
	case there.text == "":
		c.counts["empty"]++
	default:
		return fmt.Sprintf("Dovecot has %s, here is %s", short(there.text), short(here))
	}
	return ""
}

// node compares a part with a body of BODYSTRUCTURE, and those below; it returns
// the sections that Dovecot numbers.
func (c *comparison) node(p *message.Part, n node, differs *[]string) (names []string) {
	differ := func(format string, args ...any) {
		*differs = append(*differs, "part "+p.Section+" "+fmt.Sprintf(format, args...))
	}
	if len(n.list) == 0 {
		differ("is no body: %q", n.text)
		return nil
	}
	if len(n.list[0].list) > 0 {
		return c.multipart(p, n, differs)
	}
	if len(n.list) < 7 {
		differ("is too short: %d fields", len(n.list))
		return nil
	}
	media := c.media(n, p)
	size, _ := strconv.Atoi(n.list[6].text)
	switch {
	case !p.Leaf() && p.MediaType != "message/rfc822":
		c.counts["more lax"]++
		c.only = true
		return nil
	case media != p.MediaType:
		differ("is %s there, %s here", media, p.MediaType)
	}
	if size != p.Body.Len() {
		differ("has %d octets there, %d here", size, p.Body.Len())
	}
	return append(c.inner(p, n, differs), p.Section)
}

// media is the type of a body, ours where Dovecot has none.
func (c *comparison) media(n node, p *message.Part) string {
	top, sub := strings.ToLower(n.list[0].text), strings.ToLower(n.list[1].text)
	switch {
	case top == "" && sub == "":
		c.counts["no type"]++
		return p.MediaType
	case sub == "" && (p.MediaType == top || p.MediaType == top+"/"), !strings.Contains(p.MediaType, "/"):
		c.counts["no subtype"]++
		return p.MediaType
	}
	return top + "/" + sub
}

// multipart compares the parts of one.
func (c *comparison) multipart(p *message.Part, n node, differs *[]string) (names []string) {
	parts := 0
	for parts < len(n.list) && len(n.list[parts].list) > 0 {
		parts++
	}
	media := ""
	if parts < len(n.list) {
		media = "multipart/" + strings.ToLower(n.list[parts].text)
	}
	last := parts == len(p.Children)+1 && n.list[parts-1].field(6) == "0"
	switch {
	case media == p.MediaType && last && parts == 1:
		c.counts["no parts"]++
		return nil
	case media == p.MediaType && last:
		c.counts["no more"]++
		parts--
	case media == p.MediaType && parts == 1 && n.list[0].field(6) == "0":
		c.counts["more lax"]++
		c.only = true
		return nil
	case media == p.MediaType && c.limited:
		c.counts["limits"]++
		return nil
	case media == p.MediaType && bareBoundary.MatchString(c.raw[p.Header.Start:p.Header.End]):
		c.counts["bare boundary"]++
		c.only = true
		return nil
	case media == p.MediaType && parts < len(n.list)-1 && n.list[parts+1].has("boundary", ""):
		c.counts["no boundary"]++
		c.only = true
		return nil
	case media != p.MediaType || parts != len(p.Children):
		*differs = append(*differs, fmt.Sprintf("part %s is %s of %d there, %s of %d here", p.Section, media, parts, p.MediaType, len(p.Children)))
		return nil
	}
	for i := range parts {
		names = append(names, c.node(p.Children[i], n.list[i], differs)...)
	}
	return names
}

// inner compares what a text or an enclosed message has besides.
func (c *comparison) inner(p *message.Part, n node, differs *[]string) (names []string) {
	lines := ""
	switch {
	case p.MediaType == "message/rfc822" && len(n.list) > 9 && len(p.Children) == 1:
		if len(n.list[8].list) == 0 {
			c.counts["no message"]++
			c.only = true
			return nil
		}
		names = c.node(p.Children[0], n.list[8], differs)
		lines = n.list[9].text
	case strings.HasPrefix(p.MediaType, "text/"):
		lines = n.field(7)
		if lines == "" {
			return nil // without a type it has no lines
		}
	default:
		return nil
	}
	if here := strings.Count(c.raw[p.Body.Start:p.Body.End], "\n"); lines != strconv.Itoa(here) {
		*differs = append(*differs, fmt.Sprintf("part %s has %s lines there, %d here", p.Section, lines, here))
	}
	return names
}

// short is the beginning and the end of a text.
func short(s string) string {
	if len(s) > 200 {
		return fmt.Sprintf("%.80q...%q (%d)", s, s[len(s)-80:], len(s))
	}
	return strconv.Quote(s)
}

// A node is a list, or a string, number or NIL.
type node struct {
	list []node
	text string
}

// has says whether a list of parameters has one with a value.
func (n node) has(name, value string) bool {
	for i := 0; i+1 < len(n.list); i += 2 {
		if strings.EqualFold(n.list[i].text, name) && n.list[i+1].text == value {
			return true
		}
	}
	return false
}

// field is the text of a list's element.
func (n node) field(i int) string {
	if i >= len(n.list) {
		return ""
	}
	return n.list[i].text
}

// itemsOf reads the items of a FETCH response for one message.
func itemsOf(untagged []string, number int) map[string]node {
	items := map[string]node{}
	for _, line := range untagged {
		rest, ok := strings.CutPrefix(line, fmt.Sprintf("* %d FETCH ", number))
		if !ok {
			continue
		}
		all, _ := readNode(rest)
		for i := 0; i+1 < len(all.list); i += 2 {
			items[strings.ToUpper(all.list[i].text)] = all.list[i+1]
		}
	}
	return items
}

// readNode reads what s begins with, and returns what follows.
func readNode(s string) (node, string) {
	s = strings.TrimLeft(s, " ")
	switch {
	case s == "":
		return node{}, ""
	case s[0] == '(':
		n := node{}
		for s = s[1:]; s != "" && s[0] != ')'; s = strings.TrimLeft(s, " ") {
			var one node
			one, s = readNode(s)
			n.list = append(n.list, one)
		}
		return n, strings.TrimPrefix(s, ")")
	case s[0] == '"':
		var b strings.Builder
		i := 1
		for ; i < len(s) && s[i] != '"'; i++ {
			if s[i] == '\\' && i+1 < len(s) {
				i++
			}
			b.WriteByte(s[i])
		}
		return node{text: b.String()}, s[min(len(s), i+1):]
	case s[0] == '{':
		size, rest, _ := strings.Cut(s[1:], "}\r\n")
		n, _ := strconv.Atoi(size)
		return node{text: rest[:n]}, rest[n:]
	}
	end := 0
	for depth := 0; end < len(s) && (depth > 0 || !strings.ContainsRune(" ()\r\n", rune(s[end]))); end++ {
		switch s[end] {
		case '[':
			depth++
		case ']':
			depth--
		}
	}
	if end == 0 {
		return node{}, s[1:]
	}
	if text := s[:end]; text != "NIL" {
		return node{text: text}, s[end:]
	}
	return node{}, s[end:]
}
