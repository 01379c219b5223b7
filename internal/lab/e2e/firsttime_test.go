package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/unseen-mail/unseen/internal/lab"
)

// A first is somebody who uses Unseen for the first time, and goes by what docs/first-time.md
// says that they see.
type first struct {
	*sitter
	h *house
	i *icon
	// step is the heading of the moment, unseen says that what was to be seen was not looked
	// at yet.
	step    string
	unseen  bool
	picture string // the newsletter's, on the gateway
}

// What a line of the page says: what is seen in bold, what is written as code, what happens
// elsewhere in italics.
var (
	inBold    = regexp.MustCompile(`\*\*(.+?)\*\*`)
	inItalics = regexp.MustCompile(`^\*([^*].*)\*$`)
	writing   = regexp.MustCompile("^Write `(.+)` into field (\\d)\\.$")
	going     = regexp.MustCompile(`^Go to \*\*(.+)\*\* with the tab key and press (Return|the space bar)\.$`)
	choosing  = regexp.MustCompile(`^Press line (\d)\.$`)
	pressing  = regexp.MustCompile(`^(?:Press|Switch) \*\*(.+)\*\*\.$`)
)

// follow follows the page from above.
func (f *first) follow() {
	f.t.Helper()
	page, err := os.ReadFile(filepath.Join(lab.Root(f.t), "docs", "first-time.md"))
	if err != nil {
		f.t.Fatal(err)
	}
	lines := strings.Split(string(page), "\n")
	followed := 0
	for n, line := range lines {
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			f.look()
			f.step = strings.ToLower(heading)
		}
		text, ok := strings.CutPrefix(line, "- ")
		if !ok {
			continue
		}
		// What is followed by what happens elsewhere changes something, which the twin must
		// not do a second time.
		changes := n+1 < len(lines) && strings.HasPrefix(lines[n+1], "- *") && !strings.HasPrefix(lines[n+1], "- **")
		f.line(text, changes)
		followed++
	}
	f.look()
	if followed < 50 {
		f.t.Errorf("the page has only %d lines", followed)
	}
}

// line does what one line says.
func (f *first) line(text string, changes bool) {
	f.t.Helper()
	if strings.HasPrefix(text, "See ") {
		f.sees(text)
		return
	}
	f.look()
	switch {
	case inItalics.MatchString(text):
		f.elsewhere(inItalics.FindStringSubmatch(text)[1])
	case writing.MatchString(text):
		m := writing.FindStringSubmatch(text)
		f.into("entry "+m[2], f.typed(m[1]))
	case going.MatchString(text):
		m := going.FindStringSubmatch(text)
		f.tab(m[1])
		f.key(map[string]string{"Return": "Return", "the space bar": "space"}[m[2]])
		if !changes {
			f.twin.Press(m[1])
		}
	case choosing.MatchString(text):
		f.press("row " + choosing.FindStringSubmatch(text)[1])
	case pressing.MatchString(text):
		f.presses(pressing.FindStringSubmatch(text)[1], changes)
	default:
		f.t.Fatalf("%s: nobody knows how to do %q", f.step, text)
	}
}

// presses clicks on something, to which the tab key leads where it is out of sight.
func (f *first) presses(name string, changes bool) {
	f.t.Helper()
	pages := map[string]string{"Senders": "senders", "Evidence": "evidence", "Accounts": "accounts", "Questions": "questions"}
	if page, ok := pages[name]; ok {
		f.goTo(name, page)
		return
	}
	if f.twin.Sight(name) {
		f.click(name)
	} else {
		f.tab(name)
		f.key("Return")
	}
	if !changes {
		f.twin.Press(name)
	}
}

// into writes into a field.
func (f *first) into(name, text string) {
	f.t.Helper()
	if f.twin.Sight(name) {
		f.write(name, text)
		return
	}
	f.tab(name)
	f.do("type", "--delay", "10", text)
	f.twin.Write(name, text)
}

// typed is what is written for what the page says.
func (f *first) typed(says string) string {
	port := func(address string) string {
		_, n, _ := strings.Cut(address, ":")
		return "localhost:" + n
	}
	switch says {
	case "IMAP":
		return port(f.h.dovecot.TLSAddr)
	case "SMTP":
		return port(f.h.sink.TLSAddr)
	case "PASSWORD":
		return lab.Password
	}
	return says
}

// sees wants every text in bold to stand on the page, and what stands "below it" to be said
// below the page. The twin is asked for the words; that the screen shows what the twin
// shows is looked at once for all lines.
func (f *first) sees(text string) {
	f.t.Helper()
	page, below, noted := strings.Cut(text, "below it ")
	if noted {
		all := inBold.FindAllStringSubmatch(below, -1)
		f.twin.Note(all[0][1], len(all) > 1)
	}
	var says string
	for _, m := range inBold.FindAllStringSubmatch(page, -1) {
		says = m[1]
		if !lab.Until(patience, func() bool { f.twin.Again(); return f.twin.Has(says) }) {
			f.keep(f.step)
			f.t.Fatalf("%s: it is not on the page: %q", f.step, says)
		}
	}
	f.unseen = true
}

// look wants the screen to show what was said to be seen.
func (f *first) look() {
	f.t.Helper()
	if f.unseen {
		f.see(f.step)
	}
	f.unseen = false
}

// elsewhere does what happens elsewhere, or waits for it.
func (f *first) elsewhere(what string) {
	f.t.Helper()
	do, ok := map[string]func(){
		"The servers are tried, and the account is connected.": f.connected,
		"Set the mail program to that.":                        func() {},
		"Fetch mail, and open the test mail.":                  f.openTest,
		"Open the newsletter: nobody is told, and the icon says that something was held.": func() {
			f.open(f.h, f.picture, 0)
			f.until("held", func() bool { return strings.Contains(f.i.says(), "held something new") })
		},
		"The answer is on disk.": func() {
			f.until("a yes", func() bool { return f.stands(f.h, "granted") })
			f.twin.Show("questions")
		},
		"Open the newsletter again: its sender is told, once.": func() { f.open(f.h, f.picture, 1) },
		"The yes is taken back.": func() {
			f.until("withdrawn", func() bool { return f.stands(f.h, "withdrawn") })
		},
		"Open the newsletter once more: nobody is told.": func() { f.open(f.h, f.picture, 1) },
		"The sender is marked.": func() {
			f.until("marked", func() bool { return f.kept() == 0 })
			f.twin.Write("entry 1", "")
			f.twin.Unfocus()
		},
		"Fetch the newsletter again: it is kept.": func() {
			fetch(f.t, dial(f.t, f.h.imap(), reader), 1)
			f.until("kept", func() bool { return f.kept() == 1 })
		},
		"The bag lies among the downloads.": f.exported,
		"The proxy is on.": func() {
			f.until("a proxy", func() bool { p, err := f.h.client.Proxy(f.t.Context()); return err == nil && p.Web })
		},
	}[what]
	if !ok {
		f.t.Fatalf("%s: nobody knows how it comes that %q", f.step, what)
	}
	do()
}

// connected waits for the account. The twin comes to it from the list, for it did not
// connect it.
func (f *first) connected() {
	f.t.Helper()
	f.until("an account", func() bool {
		list, err := f.h.client.Accounts(f.t.Context())
		if err == nil && len(list) == 1 {
			f.h.account = list[0]
		}
		return err == nil && len(list) == 1
	})
	f.twin.Show("accounts")
	f.twin.Press("Set up a mail program")
}

// address is where the pixel of a mail leads after it came through.
var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+/p/[0-9A-Za-z_]+`)

// openTest fetches all mail as a mail program does, and opens what Unseen put there: one
// mail for the window and one for its twin.
func (f *first) openTest() {
	f.t.Helper()
	k := dial(f.t, f.h.imap(), reader)
	opened := 0
	for uid := 1; uid <= 3; uid++ {
		raw := string(fetch(f.t, k, uid))
		picture := address.FindString(strings.ReplaceAll(raw, "=\r\n", ""))
		switch {
		case picture == "":
			f.t.Fatalf("mail %d has no address of the gateway", uid)
		case strings.Contains(raw, "Subject: A test mail of Unseen\r\n"):
			f.open(f.h, picture, 0)
			opened++
		default:
			f.picture = picture
		}
	}
	if opened != 2 || f.picture == "" {
		f.t.Fatalf("%d test mails; the newsletter has %q", opened, f.picture)
	}
}

// kept is how many mails are kept as evidence of the sender, -1 where it is not marked.
func (f *first) kept() int {
	list, err := f.h.client.Marks(f.t.Context())
	if err != nil || len(list) != 1 {
		return -1
	}
	return list[0].Mails
}

// exported waits for the bag and has it checked. The twin makes one of the same name, to
// show what the window shows.
func (f *first) exported() {
	f.t.Helper()
	bag := filepath.Join(f.desk.Home, "Downloads", "unseen-evidence-harbourbooks.example.zip")
	f.until("a bag", func() bool { _, err := os.Stat(bag); return err == nil })
	if said, err := f.run(filepath.Join(f.desk.Home, "bin", "unseen"), "evidence", "verify", bag); err != nil {
		f.t.Errorf("the bag: %v\n%s", err, said)
	}
	if err := os.Rename(bag, bag+".first"); err != nil {
		f.t.Fatal(err)
	}
	f.twin.Press("Export a bag")
	if _, err := os.Stat(bag); err != nil {
		f.t.Fatal(fmt.Errorf("the twin made no bag: %w", err))
	}
}
