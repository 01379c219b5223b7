package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/daemon/demo"
	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/words"
)

// A desk is the demo's world with a reader who fetched all mail, a browser, and an
// open session.
type desk struct {
	t       *testing.T
	world   *demo.World
	client  *api.Client
	reader  *demo.Reader
	mails   [][]byte
	browser *lab.Browser
	home    string
	seen    int
}

// pageSender is the sender of the demo whose pixel has one purpose.
const pageSender = "harbourbooks.example"

// sit opens a desk.
func sit(t *testing.T) *desk {
	t.Helper()
	lab.Need(t, "chromium")
	ctx := context.Background()
	world, err := demo.Open(ctx, words.English(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := world.Close(); err != nil {
			t.Error(err)
		}
	})
	d := &desk{t: t, world: world, client: world.Daemon.Client(), reader: demo.NewReader(world.Account, world.Daemon.Origin())}
	if d.mails, err = d.reader.Fetch(ctx); err != nil {
		t.Fatal(err)
	}
	d.browser = lab.StartBrowser(t)
	d.browser.Language("en")
	d.browser.Look(1280, false)
	d.home = d.session("")
	return d
}

// session opens a session and returns its address.
func (d *desk) session(sender string) string {
	d.t.Helper()
	opened, err := d.client.Open(context.Background(), api.OpenRequest{Sender: sender})
	if err != nil {
		d.t.Fatal(err)
	}
	return string(opened.Address)
}

// openMail opens all mail, and says how many requests the tracker got by it.
func (d *desk) openMail() int {
	d.t.Helper()
	for _, m := range d.mails {
		if _, err := d.reader.Open(context.Background(), m); err != nil {
			d.t.Fatal(err)
		}
	}
	hits := d.world.Tracker.Hits()
	n := len(hits) - d.seen
	d.seen = len(hits)
	return n
}

// says fails the test unless the page says something.
func (d *desk) says(want string) {
	d.t.Helper()
	if got := fmt.Sprint(d.browser.Eval("document.body.innerText")); !strings.Contains(got, want) {
		d.t.Fatalf("the page does not say %q:\n%s", want, got)
	}
}

// records is how many records the ledger has.
func (d *desk) records() int {
	d.t.Helper()
	v, err := d.client.Verify(context.Background())
	if err != nil {
		d.t.Fatal(err)
	}
	return v.Records
}

// granted is a sender who was granted something.
func (d *desk) granted() string {
	d.t.Helper()
	list, err := d.client.Standings(context.Background())
	if err != nil {
		d.t.Fatal(err)
	}
	for _, at := range list {
		if at.Decision == "granted" {
			return at.Sender
		}
	}
	d.t.Fatal("nobody was granted anything")
	return ""
}

// all are the addresses of every page, by their names.
func (d *desk) all() map[string]string {
	d.t.Helper()
	d.browser.Open(d.home + "held")
	load := fmt.Sprint(d.browser.Eval("document.querySelector('li.told a').href"))
	about, origin := "sender="+pageSender, d.world.Daemon.Origin()
	link := d.link()
	return map[string]string{
		"overview": d.home, "held": d.home + "held", "load": load, "ask": d.home + "ask?" + about,
		"sender": d.home + "sender?" + about, "tell": d.home + "tell?" + about, "forget": d.home + "forget?" + about,
		"missing": d.home + "nowhere", "trouble": d.home + "ask?sender=nobody.example",
		"closed": origin + "/c/AAAAAAAAAAAAAAAAAAAAAAAAAA/",
		"sealed": origin + "/l/" + link, "link": d.home + "link/" + link,
	}
}

// link is the token of a sealed link in one of the mails.
func (d *desk) link() string {
	d.t.Helper()
	for _, m := range d.mails {
		addresses, err := d.reader.Addresses(m)
		if err != nil {
			d.t.Fatal(err)
		}
		for _, a := range addresses {
			if token, ok := strings.CutPrefix(a, d.world.Daemon.Origin()+"/l/"); ok {
				return strings.TrimRight(token, "_")
			}
		}
	}
	d.t.Fatal("no mail of the demo has a sealed link")
	return ""
}

// keep writes a picture of the page into the directory that UNSEEN_SHOTS names, to
// be looked at.
func (d *desk) keep(name string) {
	d.t.Helper()
	dir := os.Getenv("UNSEEN_SHOTS")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), d.browser.Picture(), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// From the question to the answer, its effect, and back: a reader says yes to what
// one sender asks for, is told by the page how that stands, and takes it back.
func TestPagesDialogue(t *testing.T) {
	d := sit(t)
	b := d.browser
	if n := d.openMail(); n != 0 {
		t.Fatalf("%d requests before anything was answered", n)
	}
	b.Open(d.home)
	d.says("Waiting for your answer")
	b.Click("a[href*='ask?'][href*='" + pageSender + "']")
	d.says("May " + pageSender + " know when you open its mail")
	if n := b.Eval("document.querySelectorAll('input:checked').length"); n != float64(0) {
		t.Fatalf("%v answers are given already", n)
	}
	b.Click("button[value=save]")
	d.says("You chose nothing new")
	if d.records() != 0 {
		t.Fatal("choosing nothing wrote into the ledger")
	}
	b.Open(d.home + "ask?sender=" + pageSender)
	b.Eval("document.querySelectorAll('input[value=yes]').forEach(e => e.click())")
	b.Click("button[value=save]")
	d.says("Your answer is on disk")
	d.says("They may know, since")
	if n := d.openMail(); n != 1 {
		t.Fatalf("%d requests after the yes, instead of 1", n)
	}
	b.Click("form[action$=withdraw] button")
	d.says("has not been told and keeps what it had")
	d.says("A letter")
	if n := d.openMail(); n != 0 {
		t.Fatalf("%d requests after it was taken back", n)
	}
	b.Open(d.home + "sender?sender=" + pageSender)
	d.says("Taken back:")
	d.says("What you were shown")
}

// A sealed link: its page names who counts, and changes nothing; a standing answer
// is given within the session and acts on the link itself.
func TestPagesLink(t *testing.T) {
	d := sit(t)
	b, token := d.browser, d.link()
	sealed := d.world.Daemon.Origin() + "/l/" + token
	b.Open(sealed)
	d.says("This link counts who follows it")
	d.says("unseen open ")
	if n := b.Eval("document.querySelectorAll('form').length"); n != float64(0) || d.records() != 0 {
		t.Errorf("there are %v forms outside of a session, and %d records", n, d.records())
	}
	once := fmt.Sprint(b.Eval("document.querySelector('a.button:not(.main)').href"))
	follow := func() string {
		client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		resp, err := client.Get(sealed)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.Header.Get("Location")
	}
	if to := follow(); to != "" {
		t.Fatalf("it leads to %s before anything was answered", to)
	}
	b.Open(d.home + "link/" + token)
	b.Click("button[value=never]")
	if d.records() == 0 || follow() == once {
		t.Errorf("after never there are %d records, and it leads to %q", d.records(), follow())
	}
	b.Open(d.home + "link/" + token)
	b.Click("button[value=always]")
	if to := follow(); to != once {
		t.Errorf("after always it leads to %q instead of %q", to, once)
	}
	// It can be taken back where all else can.
	b.Open(d.session(d.granted()))
	b.Click("form[action$=withdraw] button")
	if to := follow(); to == once {
		t.Error("after it was taken back it still leads to the tracker")
	}
}

// Each way of answering a question does what it says.
func TestPagesAnswers(t *testing.T) {
	d := sit(t)
	b := d.browser
	d.openMail()
	ask := d.home + "ask?sender=" + pageSender
	for _, c := range []struct {
		button, says string
		records      int
		opened       bool
	}{
		{"later", "You will not be asked by yourself again", 0, false},
		{"once", "Open the mail once more", 0, true},
		{"no", "Kept from them since", 1, false},
	} {
		before := d.records()
		b.Open(ask)
		b.Click("button[value=" + c.button + "]")
		d.says(c.says)
		if got := d.records() - before; (got > 0) != (c.records > 0) {
			t.Errorf("%s wrote %d records", c.button, got)
		}
		if c.button == "no" {
			continue // what was let once is let for its ten minutes
		}
		if got := d.openMail(); (got > 0) != c.opened {
			t.Errorf("after %s the tracker was asked %d times", c.button, got)
		}
	}
	b.Open(d.home + "sender?sender=" + pageSender)
	b.Click("form[action$=pictures] button")
	d.says("Your choice about pictures is kept")
	d.says("Pictures of " + pageSender + " that tell nobody anything are shown")
}

// What is not sent by our own page changes nothing, and is counted: from another
// page, from a frame, twice, too late.
func TestPagesFromElsewhere(t *testing.T) {
	d := sit(t)
	b := d.browser
	d.openMail()
	form := fmt.Sprintf(`<form method=post action="%sanswer"><input name=token value=x><input name=sender value=%s>
<input name=do value=no><button>x</button></form><iframe src="%s"></iframe>`, d.home, pageSender, d.home)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, form)
	}))
	t.Cleanup(other.Close)
	b.Open(other.URL)
	if framed := fmt.Sprint(b.Eval(`(() => { try { return String(document.querySelector('iframe').contentDocument !== null) } catch (e) { return 'no' } })()`)); framed == "true" {
		if text := fmt.Sprint(b.Eval(`document.querySelector('iframe').contentDocument.body.innerText`)); strings.Contains(text, "Overview") {
			t.Error("the page stands in a frame of another")
		}
	}
	b.Click("form button")
	d.says("Nothing was changed")
	// A link from elsewhere does not open the session either.
	b.Open(other.URL)
	b.Eval("document.body.innerHTML = '<a href=" + d.home + ">x</a>'")
	b.Click("a")
	d.says("does not answer web pages")
	// The same page answered twice.
	b.Open(d.home + "ask?sender=" + pageSender)
	token := fmt.Sprint(b.Eval("document.querySelector('input[name=token]').value"))
	b.Click("button[value=no]")
	before := d.records()
	b.Open(d.home + "ask?sender=" + pageSender)
	b.Eval("document.querySelector('input[name=token]').value = '" + token + "'")
	b.Click("button[value=no]")
	d.says("answered before")
	if d.records() != before {
		t.Error("a page that was used twice changed something")
	}
	b.Open(d.home)
	d.says("2 requests to change something were turned away")
}

// The rest of it without a browser: another name for this machine, no origin or a
// foreign one, a session that is none.
func TestPagesFence(t *testing.T) {
	d := sit(t)
	d.browser.Open(d.home + "ask?sender=" + pageSender)
	origin := d.world.Daemon.Origin()
	for name, c := range map[string]struct {
		at     string
		header map[string]string
		status int
	}{
		"no origin":          {d.home, nil, http.StatusForbidden},
		"a foreign origin":   {d.home, map[string]string{"Origin": "http://evil.example"}, http.StatusForbidden},
		"a hidden origin":    {d.home, map[string]string{"Origin": "null"}, http.StatusForbidden},
		"another port":       {d.home, map[string]string{"Origin": "http://127.0.0.1:1"}, http.StatusForbidden},
		"from the same site": {d.home, map[string]string{"Origin": origin, "Sec-Fetch-Site": "same-site"}, http.StatusForbidden},
		"rebinding":          {d.home, map[string]string{"Host": "evil.example", "Origin": origin}, http.StatusForbidden},
		"no session":         {origin + "/c/AAAAAAAAAAAAAAAAAAAAAAAAAA/", map[string]string{"Origin": origin}, http.StatusNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			token := fmt.Sprint(d.browser.Eval("document.querySelector('input[name=token]').value"))
			body := url.Values{"token": {token}, "sender": {pageSender}, "do": {"no"}}.Encode()
			r, err := http.NewRequest(http.MethodPost, c.at+"answer", strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			for k, v := range c.header {
				if k == "Host" {
					r.Host = v
					continue
				}
				r.Header.Set(k, v)
			}
			resp, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != c.status || d.records() != 0 {
				t.Errorf("answered %d, and the ledger has %d records", resp.StatusCode, d.records())
			}
		})
	}
}

// Every page in every language, light and dark, wide and narrow: axe finds nothing,
// nothing runs out of a narrow window, and what can be pressed is large enough.
func TestPagesCanBeUsed(t *testing.T) {
	d := sit(t)
	axe := axeSource(t)
	d.openMail()
	pages := d.all()
	// Without this a check that finds nothing would prove nothing.
	d.browser.Eval("document.body.append(document.createElement('input'))")
	if len(violations(t, d.browser, axe)) == 0 {
		t.Fatal("axe does not find a field without a label")
	}
	d.browser.Open(pages["ask"])
	d.browser.Eval("document.querySelectorAll('input[value=yes]').forEach(e => e.click())")
	d.browser.Click("button[value=save]")
	for _, lang := range words.Languages() {
		d.browser.Language(lang)
		for _, look := range []struct {
			name  string
			width int
			dark  bool
		}{{"wide", 1280, false}, {"narrow-dark", 360, true}, {"wide-dark", 1280, true}, {"narrow", 320, false}} {
			d.browser.Look(look.width, look.dark)
			for name, address := range pages {
				d.browser.Open(address)
				d.keep(strings.Join([]string{name, lang, look.name}, "-"))
				where := fmt.Sprintf("%s, %s, %s", name, lang, look.name)
				if got := d.browser.Eval("document.documentElement.lang"); got != lang {
					t.Errorf("%s: the page is in %v", where, got)
				}
				if over := d.browser.Eval("document.documentElement.scrollWidth - window.innerWidth").(float64); over > 0 {
					t.Errorf("%s: it is %v too wide", where, over)
				}
				if small := fmt.Sprint(d.browser.Eval(tooSmall)); small != "" {
					t.Errorf("%s: too small to be pressed: %s", where, small)
				}
				if look.name == "wide" || look.name == "narrow-dark" {
					for _, v := range violations(t, d.browser, axe) {
						t.Errorf("%s: %s", where, v)
					}
				}
			}
		}
	}
}

// tooSmall names what can be pressed and is less than 44 px high; links in a
// sentence aside.
const tooSmall = `[...document.querySelectorAll('button, a.button, nav a, summary, .rows.links a, .pair label')]
.filter(e => e.getBoundingClientRect().height < 43.9).map(e => e.outerHTML.slice(0, 80)).join('; ')`

// axeSource is axe-core, which packaging/bring.sh brings.
func axeSource(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(lab.Root(t), ".cache", "axe", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		lab.Missing(t, "axe-core, which \"packaging/bring.sh test\" brings through npm")
	}
	return string(source)
}

// violations are what axe finds wrong with the page.
func violations(t *testing.T, b *lab.Browser, axe string) []string {
	t.Helper()
	b.Eval(axe + ";0")
	found := b.Eval(`axe.run(document, {resultTypes: ['violations', 'incomplete']}).then(r => JSON.stringify(
r.violations.map(v => v.id + ': ' + v.help + ' ' + v.nodes.map(n => n.html.slice(0, 120)).join(' | '))))`)
	var list []string
	if err := json.Unmarshal([]byte(fmt.Sprint(found)), &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// The pictures of the documents are made by UNSEEN_PICTURES=docs/pictures.
func TestPagesPictures(t *testing.T) {
	dir := os.Getenv("UNSEEN_PICTURES")
	if dir == "" {
		t.Skip("makes the pictures of the documents, if UNSEEN_PICTURES names their directory")
	}
	d := sit(t)
	d.openMail()
	for name, c := range map[string]struct {
		below string
		dark  bool
	}{"question": {"ask?sender=" + pageSender, false}, "overview": {"", true}} {
		d.browser.Look(760, c.dark)
		d.browser.Open(d.home + c.below)
		if err := os.WriteFile(filepath.Join(lab.Root(t), dir, name+".png"), d.browser.View(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// A reader with a keyboard comes to everything that can be pressed, in the order of
// the page, and sees where they are.
func TestPagesByKeyboard(t *testing.T) {
	d := sit(t)
	d.openMail()
	d.browser.Open(d.home + "ask?sender=" + pageSender)
	want := int(d.browser.Eval("document.querySelectorAll('a[href], button, summary').length").(float64))
	seen := make(map[string]bool)
	for range want + 40 {
		d.browser.Do("Input.dispatchKeyEvent", map[string]any{"type": "keyDown", "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}, nil)
		d.browser.Do("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}, nil)
		at := fmt.Sprint(d.browser.Eval(`(e => { if (e === document.body) return ''
const s = getComputedStyle(e.matches('.pair input') ? e.closest('label') : e)
return [...document.querySelectorAll('*')].indexOf(e) + ' ' + e.tagName + ' ' + s.outlineStyle + ' ' + s.outlineWidth })(document.activeElement)`))
		if at == "" {
			break
		}
		if !regexp.MustCompile(` solid 3px$`).MatchString(at) {
			t.Errorf("one cannot see that one is at %s", at)
		}
		seen[at] = true
	}
	if len(seen) < want {
		t.Errorf("the keyboard comes to %d places of %d and more", len(seen), want)
	}
}
