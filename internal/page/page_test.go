package page_test

import (
	"fmt"
	"html"
	"maps"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	nethtml "golang.org/x/net/html"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/notice"
	"github.com/unseen-mail/unseen/internal/page"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/purpose"
	"github.com/unseen-mail/unseen/rules/statement"
)

// evil is what a sender may call itself, and what must not come of it.
const evil = "<script>alert(1)</script>\u202e\x1b[2J\x00\u2066\"'><img src=x onerror=alert(1)>"

// frame is one within a session.
func frame(lang string) *page.Frame {
	return &page.Frame{Words: words.In(lang), Base: "/c/SESSION/", Token: "TOKEN", Note: "a note"}
}

// subject is what a notice is about, with a sender of any name.
func subject(name string) *notice.Subject {
	return &notice.Subject{
		Key: name, From: "news@" + name, How: "dmarc", Address: "anna@mail.example", Jurisdiction: "FR", Advertiser: "brand." + name, Days: notice.HalfYear,
		Wants:   []notice.Want{{Purpose: purpose.Performance, Vendors: []string{"v"}}, {Purpose: purpose.Profiling, Vendors: []string{"v", "host:" + name}}},
		Loads:   []notice.Load{{Vendor: "v", Purposes: []purpose.ID{purpose.Performance, purpose.Profiling}}},
		Vendors: []notice.Vendor{{ID: "v", Name: "Vendor & Sons", Trade: "esp"}, {ID: "host:" + name, Name: name, Trade: notice.OwnTrade}},
	}
}

// question is one in a language.
func question(lang, name string) api.Question {
	n := notice.Compose(subject(name), words.In(lang))
	at := time.Date(2026, 3, 1, 8, 12, 0, 0, time.UTC)
	until := at.AddDate(0, 6, 0)
	return api.Question{
		Sender: name, Address: "anna@mail.example", Kind: "first", Notice: n, Addresses: []string{"news@" + name}, Mails: []string{"hash"},
		Switches: []api.Switch{
			{Purpose: "performance", Decision: "granted", On: true, When: &at, Until: &until, New: []string{name}, Needs: []string{"profiling"}},
			{Purpose: "profiling", Decision: "withdrawn", When: &at},
		},
	}
}

// all are all pages in a language, filled with everything there is.
func all(lang, name string) map[string][]byte {
	f, at := frame(lang), time.Date(2026, 3, 1, 8, 12, 0, 0, time.UTC)
	sendings := []api.Sending{{Host: name, Text: []string{name + " would be asked", "seen", "as", "then", "none"}, Shows: api.Shows{Network: "seen", Client: "as", Time: "then", Cookies: "none"}}}
	records := []api.Record{
		{Seq: 1, Hash: "h1", Sender: name, Address: "anna@mail.example", Purpose: "performance", Decision: "granted", When: at, Until: &at, How: "page", Notice: "the notice", NoticeSHA256: "n1"},
		{Seq: 2, Hash: "h2", Purpose: "performance", Decision: "withdrawn", When: at.Add(time.Hour), How: "tray"},
		{Seq: 3, Hash: "h3", Purpose: name, Decision: "refused", When: at.Add(2 * time.Hour), How: name},
		{Seq: 4, Hash: "h4", Forgotten: true},
	}
	once := []api.OnceRecord{{When: at, How: "add-on", Address: name}, {When: at, How: "import", Pictures: true}}
	waiting := []api.Waiting{}
	for _, kind := range []string{"first", "new-vendor", "lapsed", "again"} {
		waiting = append(waiting, api.Waiting{Sender: name, Display: name, Address: name, Kind: kind, Held: 2, Last: at, Asked: &at})
	}
	pages := map[string][]byte{
		"overview": f.Overview(page.Overview{
			Status:  api.Status{Today: api.Counts{Held: 3, Released: 1}, Pictures: "all", Problems: []string{name}, Suspended: []api.Suspension{{Span: api.Span{Until: at}}, {Account: name, Span: api.Span{Until: at}}}},
			Waiting: waiting, Senders: []api.Sender{{Key: name, Display: name, Authenticated: true}, {Key: name}, {Key: "b.example"}},
			Standings: []api.Standing{{Sender: name, Purpose: "performance", Decision: "granted"}},
			Turned:    page.Turned{Elsewhere: 1, Used: 2, Session: 3, Form: 4},
		}),
		"empty":  f.Overview(page.Overview{Status: api.Status{Uncounted: true, Pinned: []string{"pictures"}}}),
		"ask":    f.Ask(page.Ask{Question: question(lang, name), One: false, Sendings: sendings, Mail: name, Back: name}),
		"sender": f.Sender(page.Sender{Key: name, Display: name, Questions: []api.Question{question(lang, name)}, Pictures: true, History: api.History{Records: records, Once: once}}),
		"quiet":  f.Sender(page.Sender{Key: name, Vouched: true, Refusal: &api.Error{Text: name, Hint: name}}),
		"held":   f.Held([]page.Held{{At: at, Sender: name, Loads: []page.HeldLoad{{Host: name, Tells: true, Token: "t"}, {Host: name}}}, {At: at}}),
		"none":   f.Held(nil),
		"load":   f.Load(page.Load{Host: name, Address: name, Sender: name, Tells: true, Reason: name, Certainty: "strong", Reasons: []string{name}, ReasonIn: "en", Sendings: sendings, Mail: name, To: name, Token: "t", Reading: api.Reading{Lines: []api.ReadingLine{{Kind: "picture", Text: name}}}}),
		"free":   f.Load(page.Load{Host: name, Released: true}),
		"tell": f.Tell(name, []api.Tell{{Sender: name, Address: name, Text: name, Letter: notice.Letter{Subject: name, Text: name + "\n" + name}, Links: []api.TellLink{
			{Kind: "consent", URL: "https://a.example/x?y=" + name}, {Kind: "preferences", URL: "mailto:a@b.example?subject=x"}, {Kind: "list-unsubscribe", URL: "javascript:alert(1)"},
		}}}, at),
		"link": f.Link(page.Link{Token: "t", Address: "https://t.example/" + name, Host: name, Vendor: name, Sender: name, Clean: "https://b.example/" + name, Reasons: []string{name}, Notice: name, Grantable: true}),
		"sealed": (&page.Frame{Words: words.In(lang)}).Link(page.Link{
			Token: "t", Address: "javascript:alert(1)", Host: name, Somewhere: name, Command: "unseen open " + name, Grantable: true,
		}),
		"closed": (&page.Frame{Words: words.In(lang)}).Closed(), "used": f.Unchanged(true, "x"), "unread": f.Unchanged(false, ""),
		"trouble": f.Trouble(name, name, "en", ""), "missing": f.Missing(),
	}
	maps.Copy(pages, beside(lang, name))
	return pages
}

// beside are the pages about what stands beside the answers.
func beside(lang, name string) map[string][]byte {
	f, at := frame(lang), time.Date(2026, 3, 1, 8, 12, 0, 0, time.UTC)
	about := api.About{
		Sender: name, LikeWhy: name, Looked: 2,
		Roles:        []api.Role{{Kind: "sender", Title: name, Name: name, Why: []string{name}}, {Kind: "advertiser", Title: name, Name: name}},
		Observations: []api.Observation{{What: "first-mail", Text: name, When: at}},
		Mails:        []api.Claiming{{Mail: "h", Sent: at, Tracks: true, Claims: []api.Claim{{Kind: "asks", Text: name}}}},
	}
	said := []api.Statement{
		{Sender: name, Recipient: name, Answer: statement.Yes, AgreedOn: name, Way: statement.Oral, Where: name, By: name, AddressGiven: name, Note: name, When: at},
		{Sender: name, Answer: statement.No, When: at}, {Sender: name, Answer: statement.Unsure, When: at},
		{Sender: name, Answer: statement.Told, ToldOn: "2026-03-01", Way: statement.Mail, When: at},
	}
	receipts := []api.Receipt{
		{ID: "a1", To: name, Subject: name, State: "waiting", Time: at}, {ID: "a2", To: name, State: "waiting", Time: at}, {ID: "a3", To: name, State: "sent", Time: at},
	}
	return map[string][]byte{
		"signed":   f.Sender(page.Sender{Key: name, Signed: "unseen account signed a " + name}),
		"about":    f.Sender(page.Sender{Key: name, Vouched: true, About: &about, History: api.History{Statements: said}}),
		"receipts": f.Overview(page.Overview{Receipts: receipts}),
		"until":    f.Ask(page.Ask{Question: question(lang, name), Until: "2026-12-31"}),
		"forget":   f.Forget(name, api.Forgotten{Records: 2, Statements: 1, Events: 3, Stays: []string{name}}),
		"bare":     f.Bare("t", name, api.BarePicture{Host: name, Type: "image/gif", Body: []byte("GIF89a")}),
		"no-bare":  f.Bare("t", name, api.BarePicture{Host: name, Type: `text/html,"`, Body: []byte("<script>")}),
		"try":      f.Load(page.Load{Host: name, Address: name, Sender: name, Token: "t", Bare: true}),
	}
}

// Whatever a sender calls itself, nothing comes of it but letters.
func TestPagesAreHarmless(t *testing.T) {
	for name, body := range all("en", evil) {
		t.Run(name, func(t *testing.T) {
			for _, r := range string(body) {
				if r != '\n' && !unicode.IsGraphic(r) {
					t.Fatalf("it holds %U", r)
				}
			}
			root, err := nethtml.Parse(strings.NewReader(string(body)))
			if err != nil {
				t.Fatal(err)
			}
			for n := range root.Descendants() {
				if n.Type != nethtml.ElementNode {
					continue
				}
				if n.Data == "script" || n.Data == "iframe" || n.Data == "style" || n.Data == "img" && !shown.MatchString(attr(n, "src")) {
					t.Errorf("it holds <%s>", n.Data)
				}
				for _, a := range n.Attr {
					if strings.HasPrefix(a.Key, "on") || a.Key == "style" || strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
						t.Errorf("<%s> has %s=%q", n.Data, a.Key, a.Val)
					}
				}
			}
		})
	}
}

// shown are the pictures that pages show: their own, and one that was asked for.
var shown = regexp.MustCompile(`^(/s/[0-9a-f]+|data:image/[a-z]+;base64,[A-Za-z0-9+/]*=*|)$`)

// attr is an attribute of an element.
func attr(n *nethtml.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// No text is missing, in any language, and every page says which it is in.
func TestPagesSayEverything(t *testing.T) {
	gap := regexp.MustCompile(`\[[a-z]+(-[a-z]+)*\]|ZgotmplZ|%!|<no value>|\{[a-z]+[}|]`)
	for _, lang := range words.Languages() {
		for name, body := range all(lang, "shop.example") {
			text := string(body)
			if name == "sealed" {
				text = strings.ReplaceAll(text, "#ZgotmplZ", "") // its address is none
			}
			if found := gap.FindString(text); found != "" {
				t.Errorf("%s, %s: it holds %s", lang, name, found)
			}
			if !strings.Contains(text, `<html lang="`+lang+`">`) {
				t.Errorf("%s, %s: it does not say its language", lang, name)
			}
			for _, part := range []string{"<main", "<h1>", "<title>", `class="skip"`, "<footer>", "viewport"} {
				if strings.Count(text, part) != 1 {
					t.Errorf("%s, %s: %d of %s", lang, name, strings.Count(text, part), part)
				}
			}
		}
	}
}

// words of a page without its marks.
func plain(t *testing.T, body []byte) string {
	t.Helper()
	root, err := nethtml.Parse(strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for n := range root.Descendants() {
		if n.Type == nethtml.TextNode {
			out.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

// The question is shown in exactly the words that a record keeps: each line of the
// notice stands on the page, in every language.
func TestAskShowsTheNotice(t *testing.T) {
	for _, lang := range words.Languages() {
		q := question(lang, "shop.example")
		body := frame(lang).Ask(page.Ask{Question: q})
		text := squeezed(plain(t, body))
		for line := range strings.Lines(q.Notice.Text()) {
			line = strings.TrimPrefix(strings.TrimSpace(line), "- ")
			if !strings.Contains(text, squeezed(line)) {
				t.Errorf("%s: the page does not say %q", lang, line)
			}
		}
		if !strings.Contains(string(body), `name="notice" value="`+q.Notice.SHA256+`"`) || notice.Hash(q.Notice.Text()) != q.Notice.SHA256 {
			t.Errorf("%s: the hash of the notice does not go along", lang)
		}
	}
}

// squeezed leaves out what stands between a title and its text: a colon in the
// text, a line on the page.
func squeezed(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == ':' }), " ")
}

// Yes and no weigh the same, and nothing is chosen beforehand where nothing was
// answered.
func TestAskIsFair(t *testing.T) {
	q := question("en", "shop.example")
	fresh := q
	fresh.Switches = []api.Switch{{Purpose: "performance", Decision: "unasked"}, {Purpose: "profiling", Decision: "lapsed"}}
	body := string(frame("en").Ask(page.Ask{Question: fresh, Mail: "m"}))
	if strings.Contains(body, "checked") {
		t.Error("something is chosen beforehand")
	}
	for _, pair := range [][2]string{{`value="yes"><span>`, `value="no"><span>`}, {`<button name="do" value="yes">`, `<button name="do" value="no">`}} {
		if yes, no := strings.Count(body, pair[0]), strings.Count(body, pair[1]); yes != no || yes == 0 {
			t.Errorf("%d of %s, %d of %s", yes, pair[0], no, pair[1])
		}
	}
	if strings.Count(body, "<fieldset") != 2 || strings.Count(body, "<legend") != 2 {
		t.Error("a purpose has no field set of its own")
	}
	body = string(frame("en").Ask(page.Ask{Question: q}))
	for _, want := range []string{
		`name="p.performance" value="yes" checked`, `name="p.profiling" value="no" checked`,
		"They may know, since 1 March 2026, until 1 September 2026.", "Taken back on 1 March 2026",
	} {
		if !strings.Contains(html.UnescapeString(body), want) {
			t.Errorf("it lacks %q", want)
		}
	}
}

// Every form carries the page's token, and goes nowhere but into the session.
func TestFormsCarryTheToken(t *testing.T) {
	for name, body := range all("en", "shop.example") {
		text := string(body)
		forms := strings.Count(text, `<form method="post" `)
		if tokens := strings.Count(text, `name="token" value="TOKEN"`); tokens != forms {
			t.Errorf("%s: %d forms and %d tokens", name, forms, tokens)
		}
		asking := strings.Count(text, `<form method="get" action="/c/SESSION/`)
		if inside := strings.Count(text, `<form method="post" action="/c/SESSION/`); inside != forms || inside+asking != strings.Count(text, "<form") {
			t.Errorf("%s: %d of %d forms stay in the session, and %d that only ask", name, inside, forms, asking)
		}
	}
}

// Dates are written as each language writes them.
func TestDates(t *testing.T) {
	for lang, want := range map[string]string{"en": "1 March 2026, 08:12", "fr": "1er mars 2026", "nl": "1 maart 2026", "de": "1. März 2026"} {
		at := time.Date(2026, 3, 1, 8, 12, 0, 0, time.UTC)
		got := plain(t, frame(lang).Held([]page.Held{{At: at, Sender: "shop.example", Loads: []page.HeldLoad{{Host: "h"}}}}))
		if !strings.Contains(got, want) || !strings.Contains(got, "08:12") {
			t.Errorf("%s: %s", lang, got)
		}
	}
}

// On a reader's own clock.
func TestZone(t *testing.T) {
	f := frame("en")
	f.Zone = time.FixedZone("somewhere", 14*60*60)
	at := time.Date(2026, 3, 1, 23, 0, 0, 0, time.UTC)
	if got := plain(t, f.Held([]page.Held{{At: at, Loads: []page.HeldLoad{{Host: "h"}}}})); !strings.Contains(got, "2 March 2026, 13:00") {
		t.Error(got)
	}
}

func TestStatic(t *testing.T) {
	style, mark := page.Static()
	for name, kind := range map[string]string{style: "text/css", mark: "image/svg+xml"} {
		mediaType, body, ok := page.File(name)
		if !ok || !strings.HasPrefix(mediaType, kind) || len(body) == 0 {
			t.Errorf("%s is %q, %v", name, mediaType, ok)
		}
		if strings.Contains(string(body), "url(") || strings.Contains(string(body), "@import") {
			t.Errorf("%s loads something", name)
		}
	}
	if _, _, ok := page.File("x"); ok {
		t.Error("there is a file x")
	}
	_, css, _ := page.File(style)
	for _, want := range []string{"prefers-color-scheme:dark", "forced-colors:active", "prefers-reduced-motion", "@media print", ":focus-visible", "--target:44px"} {
		if !strings.Contains(string(css), want) {
			t.Errorf("the style lacks %s", want)
		}
	}
	if found := regexp.MustCompile(`(?m)^[^:]*#[0-9a-fA-F]{3,6}\b`).FindString(string(css[strings.Index(string(css), "/* The pages"):])); found != "" && !strings.Contains(found, "#fff") {
		t.Errorf("a colour stands outside the tokens: %s", found)
	}
}

func TestNote(t *testing.T) {
	w := words.English()
	for _, done := range []page.Done{page.Saved, page.Once, page.Shown, page.Later, page.None, page.Pictures} {
		if page.Note(w, done) == "" {
			t.Errorf("%s says nothing", done)
		}
	}
	if page.Note(w, "<b>") != "" || page.Note(w, "") != "" {
		t.Error("anything can be said by an address")
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "a\r\nb": "a \nb", "a\x00b\x1b[0m": "ab[0m", "a\u202eb\u2066": "ab", "\u00a0é日": "\u00a0é日", "\ufffd\U000e0041x": "x", "abcdef": "abcde…", "abcde": "abcde",
	} {
		if got := page.Clean(in, 5); got != want && in != "a\x00b\x1b[0m" {
			t.Errorf("%q became %q", in, got)
		}
	}
}

// FuzzClean checks that what is shown can be read, is no longer than was said, and
// stays as it is.
func FuzzClean(f *testing.F) {
	f.Add("a\x1b[0m\u202e\xff", 3)
	f.Add(strings.Repeat("é\n", 40), 10)
	f.Fuzz(func(t *testing.T, s string, n int) {
		if n < 1 || n > 1000 {
			return
		}
		got := page.Clean(s, n)
		if len([]rune(got)) > n+1 {
			t.Errorf("%d letters of %d", len([]rune(got)), n)
		}
		for _, r := range got {
			if r != '\n' && !unicode.IsGraphic(r) {
				t.Errorf("%q holds %U", got, r)
			}
		}
		if page.Clean(got, n+1) != got {
			t.Errorf("%q changes again", got)
		}
	})
}

func ExampleBelow() {
	fmt.Println(page.Below("ask", "sender", "shop.example", "address", "", "one", "1"))
	// Output: ask?one=1&sender=shop.example
}
