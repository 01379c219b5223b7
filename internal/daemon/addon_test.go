package daemon_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
)

// inThunderbird is where the mails of these tests are shown from.
var inThunderbird = api.AddOnQuestion{Account: reader, Document: "imap://anna@127.0.0.1:143/fetch%3EUID%3E/INBOX%3E1"}

// crlf is a mail as it lies on a server.
func crlf(mail string) string { return strings.ReplaceAll(mail, "\n", "\r\n") }

// shows hands over a mail as an add-on does.
func (h *house) shows(q api.AddOnQuestion, mail string) api.AddOnMessage {
	h.t.Helper()
	got, err := h.client.AddOnMessage(context.Background(), q, strings.NewReader(mail))
	if err != nil {
		h.t.Fatal(err)
	}
	return got
}

// releases says whether one load is released now.
func (h *house) releases(m api.AddOnMessage, address string) bool {
	h.t.Helper()
	now, err := h.client.AddOnAgain(context.Background(), api.AddOnAgain{Plan: m.Plan})
	if err != nil {
		h.t.Fatal(err)
	}
	for _, l := range now.Loads {
		if l.URL == address {
			return l.Release
		}
	}
	h.t.Fatalf("%s is not among the loads: %+v", address, now.Loads)
	return false
}

// A mail that never came through Unseen is held, asked about, released after a yes
// and held again after it is taken back.
func TestAddOnMail(t *testing.T) {
	h := newHouse(t)
	h.start()
	mail := crlf(mailFrom("shop.example", pixel+`<img src="http://www.shop.example/shoes.jpg" width="300" height="200">`))
	m := h.shows(inThunderbird, mail)
	if m.Sender != "shop.example" || m.Address != reader || m.Tracks != 1 || m.Held != 1 || len(m.Loads) != 2 {
		t.Fatalf("the mail is %+v", m)
	}
	if !strings.Contains(m.Summary, "wanted to know that you opened this mail") {
		t.Errorf("it says %q", m.Summary)
	}
	if h.releases(m, pixelURL) || !h.releases(m, "http://www.shop.example/shoes.jpg") {
		t.Error("without an answer the tracker is released, or the picture held")
	}
	h.decide("granted", "shop.example")
	if !h.releases(m, pixelURL) {
		t.Error("after a yes the tracker is held")
	}
	h.restart()
	if again := h.shows(inThunderbird, mail); again.Plan != m.Plan || again.Held != 0 || !strings.Contains(again.Summary, "as you allowed") {
		t.Errorf("the same mail is another one: %+v", again)
	}
	h.decide("withdrawn", "shop.example")
	if h.releases(m, pixelURL) {
		t.Error("after the withdrawal the tracker is released")
	}
	if asked := h.tracker.take(); len(asked) != 0 {
		t.Errorf("Unseen itself asked for %v", asked)
	}
}

// What Thunderbird keeps is the mail with lines of its own before it; it is the same
// mail. So is one that came through the relay, with its addresses replaced.
func TestAddOnKnowsTheMail(t *testing.T) {
	mail := mailFrom("shop.example", pixel)
	h := newHouse(t, mail)
	h.start()
	a := h.connect(anywhere)
	rewritten := h.fetch(a, "INBOX")[0]
	if !strings.Contains(rewritten, h.daemon.Origin()) {
		t.Fatal("the relay replaced nothing, so this test shows nothing")
	}
	here := inThunderbird
	here.Document = "imap://anna@127.0.0.1:" + strconv.Itoa(a.Local.IMAP) + "/INBOX%3E1"
	m := h.shows(here, rewritten)
	for name, other := range map[string]string{
		"as it came": crlf(mail), "kept with LF": mail,
		"kept by Thunderbird": "X-Mozilla-Status: 0001\r\nX-Mozilla-Status2: 00000000\r\n" + rewritten,
		"kept in an mbox":     "From - Mon Mar  2 08:00:00 2026\nX-Mozilla-Status: 0001\n" + mail,
	} {
		if got := h.shows(here, other); got.Plan != m.Plan || got.Message != m.Message || len(got.Loads) != 1 || got.Loads[0].URL != pixelURL {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if st, err := h.client.Status(context.Background()); err != nil || st.Mail.Messages != 1 || len(st.Accounts) != 1 {
		t.Errorf("counted as %+v, %v", st.Mail, err)
	}
}

// A mail that lies in no mailbox of a server, or in another one than is known, has
// nobody to vouch for its sender: it can be let through once, and no more.
func TestAddOnNobodyVouches(t *testing.T) {
	h := newHouse(t)
	h.start()
	a := h.connect(anywhere)
	mail := crlf(mailFrom("shop.example", pixel))
	for name, q := range map[string]api.AddOnQuestion{
		"a local folder":   {Account: reader, Document: "mailbox:///home/anna/Local%20Folders/Old?number=0"},
		"a feed":           {Document: "mailbox:///home/anna/Feeds/News?number=3"},
		"a mail in a mail": {Account: reader, Document: inThunderbird.Document + "?part=1.2&filename=forged.eml"},
		"by the relay":     {Account: reader, Document: "imap://anna@127.0.0.1:" + strconv.Itoa(a.Local.IMAP) + "/INBOX%3E1?part=1.2"},
		"another server":   {Account: reader, Document: "imap://anna@evil.example:993/fetch%3EUID%3E/INBOX%3E1"},
	} {
		t.Run(name, func(t *testing.T) {
			m := h.shows(q, mail)
			if m.Sender != "" || h.releases(m, pixelURL) {
				t.Fatalf("it is vouched for: %+v", m)
			}
			if _, err := h.client.Once(context.Background(), api.OnceRequest{Message: m.Message, How: "add-on"}); err != nil {
				t.Fatal(err)
			}
			if !h.releases(m, pixelURL) {
				t.Error("let through once, it is held")
			}
			h.restart()
		})
	}
}

// A load that is released and redirected is decided on anew at each hop.
func TestAddOnHop(t *testing.T) {
	h := newHouse(t)
	h.start()
	m := h.shows(inThunderbird, crlf(mailFrom("shop.example", `<img src="http://www.shop.example/shoes.jpg" width="300" height="200">`)))
	for address, want := range map[string]bool{"http://cdn.shop.example/shoes.jpg": true, pixelURL: false} {
		got, err := h.client.AddOnHop(context.Background(), api.AddOnHop{Plan: m.Plan, Number: m.Loads[0].Number, URL: address})
		if err != nil || got.Release != want {
			t.Errorf("%s: %+v, %v", address, got, err)
		}
	}
	var e *api.Error
	if _, err := h.client.AddOnHop(context.Background(), api.AddOnHop{Plan: m.Plan, Number: 99, URL: pixelURL}); !errors.As(err, &e) {
		t.Errorf("a load that is none: %v", err)
	}
	if _, err := h.client.AddOnAgain(context.Background(), api.AddOnAgain{Plan: 4711}); !errors.As(err, &e) || e.Code != api.CodeUnknown {
		t.Errorf("a mail that is none: %v", err)
	}
}

// What an add-on held raises the question, as at the gateway.
func TestAddOnHappened(t *testing.T) {
	h := newHouse(t)
	h.start()
	m := h.shows(inThunderbird, crlf(mailFrom("shop.example", pixel)))
	ctx := context.Background()
	other := h.shows(inThunderbird, crlf(strings.Replace(mailFrom("shop.example", pixel), "Subject: ", "Subject: Once more: ", 1)))
	got, err := h.client.AddOnHappened(ctx, api.AddOnReport{
		Plan: m.Plan, Held: []int{m.Loads[0].Number, 99},
		Others: []api.AddOnBecame{{Plan: other.Plan, Held: []int{other.Loads[0].Number}, Released: []int{-1}}},
	})
	if err != nil || got.Noted != 2 {
		t.Fatalf("noted %+v, %v", got, err)
	}
	list, err := h.client.Questions(ctx, false)
	if err != nil || len(list) != 1 || list[0].Sender != "shop.example" || list[0].Held != 2 {
		t.Errorf("questions: %+v, %v", list, err)
	}
	if st, err := h.client.Status(ctx); err != nil || st.Today.Held != 2 {
		t.Errorf("counted %+v, %v", st.Today, err)
	}
}

// What is said of each load is in the language that was asked for, whatever Unseen's is.
func TestAddOnLanguages(t *testing.T) {
	h := newHouse(t)
	h.start()
	q := inThunderbird
	for language, want := range map[string]string{"en": "have not agreed", "de": "nicht eingewilligt", "fr": "pas consenti", "nl": "geen toestemming"} {
		q.Language = language
		m := h.shows(q, crlf(mailFrom("shop.example", pixel)))
		if len(m.Loads) != 1 || !strings.Contains(m.Loads[0].Reason, want) || language != "en" && strings.Contains(m.Loads[0].Reason, "agreed") {
			t.Errorf("%s: %+v", language, m.Loads)
		}
	}
}

// The dead end refuses at once whatever it is asked, for here or for elsewhere.
func TestAddOnDeadEnd(t *testing.T) {
	h := newHouse(t)
	h.start()
	hello, err := h.client.AddOnHello(context.Background())
	if err != nil || hello.Version != api.AddOnVersion || hello.Gateway != h.daemon.Origin() || hello.DeadEnd == 0 {
		t.Fatalf("hello is %+v, %v", hello, err)
	}
	for _, pool := range []*x509.CertPool{nil, x509.NewCertPool()} {
		through := &http.Client{Transport: &http.Transport{
			Proxy:           http.ProxyURL(&url.URL{Scheme: "https", Host: portAddr(hello.DeadEnd)}),
			TLSClientConfig: &tls.Config{RootCAs: pool},
		}}
		for _, at := range []string{"http://tracker.example/open.gif", "https://tracker.example/open.gif"} {
			if resp, err := through.Get(at); err == nil {
				resp.Body.Close()
				t.Errorf("%s: %s", at, resp.Status)
			} else if !strings.Contains(err.Error(), "access denied") {
				t.Errorf("%s: %v", at, err)
			}
		}
	}
	if asked := h.tracker.take(); len(asked) != 0 {
		t.Errorf("the tracker was asked for %v", asked)
	}
}

// What is about to be sent names neither this machine nor a tracker.
func TestAddOnCompose(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel+`<img src="http://www.shop.example/shoes.jpg" width="300" height="200">`))
	h.start()
	rewritten := h.fetch(h.connect(anywhere), "INBOX")[0]
	_, html, _ := strings.Cut(rewritten, "\r\n\r\n")
	ctx := context.Background()
	got, err := h.client.AddOnCompose(ctx, api.AddOnDraft{HTML: "<p>Zoë writes:</p>" + html, Text: "nothing"})
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{h.daemon.Origin(), "open.php"} {
		if strings.Contains(got.HTML, word) {
			t.Errorf("it names %s:\n%s", word, got.HTML)
		}
	}
	if !got.Changed || got.Unknown != 0 || got.Text != "nothing" || !strings.Contains(got.HTML, "<p>Zoë writes:</p>") || !strings.Contains(got.HTML, "shoes.jpg") {
		t.Errorf("it became %+v", got)
	}
	unknown := `<img src="` + h.daemon.Origin() + `/p/ABCDEFGHIJKLMNOPQRSTUV">`
	if got, err = h.client.AddOnCompose(ctx, api.AddOnDraft{HTML: unknown}); err != nil || got.Unknown != 1 {
		t.Errorf("an address that nobody knows: %+v, %v", got, err)
	}
	if got, err = h.client.AddOnCompose(ctx, api.AddOnDraft{HTML: "<p>Hello</p>"}); err != nil || got.Changed {
		t.Errorf("a plain letter: %+v, %v", got, err)
	}
}

// A tracked link is opened on its page, within a session.
func TestAddOnLink(t *testing.T) {
	h := newHouse(t)
	h.start()
	const tracked = "http://click.tracker.example/ls/click?upn=u001.ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	m := h.shows(inThunderbird, crlf(mailFrom("shop.example", `<a href="`+tracked+`">Five novels</a> <a href="http://www.shop.example/">us</a>`+pixel)))
	if len(m.Links) != 1 || m.Links[0].URL != tracked || !m.Links[0].Ask || m.Links[0].Token == "" {
		t.Fatalf("links are %+v", m.Links)
	}
	opened, err := h.client.AddOnFollow(context.Background(), api.AddOnLinkRequest{Token: m.Links[0].Token})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Get(string(opened.Address))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK || !strings.Contains(string(text), "click.tracker.example") {
		t.Errorf("the page is %s:\n%s", resp.Status, text)
	}
	var e *api.Error
	if _, err := h.client.AddOnFollow(context.Background(), api.AddOnLinkRequest{Token: "nothing"}); !errors.As(err, &e) {
		t.Errorf("a link that is none: %v", err)
	}
}

// A filter gets a mail of a known account back at the same length, with each load
// leading to the gateway, which then decides.
func TestRewrite(t *testing.T) {
	h := newHouse(t)
	h.start()
	mail := crlf(mailFrom("shop.example", pixel))
	ctx := context.Background()
	var e *api.Error
	if _, err := h.client.Rewrite(ctx, reader, strings.NewReader(mail)); !errors.As(err, &e) || e.Code != api.CodeUnknown {
		t.Errorf("an account that nobody knows: %v", err)
	}
	h.connect(anywhere)
	out, err := h.client.Rewrite(ctx, reader, strings.NewReader(mail))
	if err != nil || len(out) != len(mail) || strings.Contains(string(out), "open.php") {
		t.Fatalf("%d octets of %d, %v:\n%s", len(out), len(mail), err, out)
	}
	if asked := h.open(string(out)); len(asked) != 0 {
		t.Errorf("without a yes, the tracker was asked %v", asked)
	}
	h.decide("granted", "shop.example")
	if asked := h.open(string(out)); len(asked) != 1 {
		t.Errorf("after a yes, the tracker was asked %v", asked)
	}
}
