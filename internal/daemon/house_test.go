package daemon_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/daemon"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/proxy"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

const (
	reader   = "anna@mail.example"
	user     = "anna"
	password = "letmein"
)

// A house is a mail server, a tracker and Unseen between them.
type house struct {
	// log takes what Unseen logs; nil is nobody.
	log      *slog.Logger
	t        *testing.T
	paths    config.Paths
	settings config.Settings
	lab      *daemon.Lab
	upstream *api.Endpoint
	box      *imapmemserver.User
	daemon   *daemon.Daemon
	client   *api.Client
	tracker  *tracker
}

// trackerGIF is what the tracker shows: one point, black.
const trackerGIF = "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"

// A tracker writes down what it is asked for.
type tracker struct {
	mu   sync.Mutex // guards what follows
	asks []string
	// leads are addresses that redirect, and where to.
	leads map[string]string
	// slow, if not nil, lets no answer go before it is closed.
	slow chan struct{}
	// status is that of its answers, 0 for one with a picture.
	status int
}

// ServeHTTP answers with a picture, and a cookie as trackers do.
func (t *tracker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at := "http://" + r.Host + r.URL.RequestURI()
	t.mu.Lock()
	t.asks = append(t.asks, at)
	to, slow := t.leads[at], t.slow
	if r.Header.Get("Cookie") != "" || r.Header.Get("Referer") != "" {
		t.asks = append(t.asks, "with a cookie or a referrer")
	}
	t.mu.Unlock()
	if slow != nil {
		<-slow
	}
	if to != "" {
		http.Redirect(w, r, to, http.StatusFound)
		return
	}
	if t.status != 0 && t.status != http.StatusOK {
		w.WriteHeader(t.status)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: "id", Value: "1"})
	w.Header().Set("Content-Type", "image/gif")
	io.WriteString(w, trackerGIF)
}

// take returns what was asked since the last time.
func (t *tracker) take() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	asks := t.asks
	t.asks = nil
	return asks
}

// newHouse starts all parts but Unseen.
func newHouse(t *testing.T, mails ...string) *house {
	t.Helper()
	h := &house{t: t, tracker: new(tracker), settings: config.Defaults()}
	dir := t.TempDir()
	h.paths = config.Paths{Config: filepath.Join(dir, "config.toml"), Data: filepath.Join(dir, "data"), Runtime: filepath.Join(dir, "run")}
	h.scatter()
	web := httptest.NewServer(h.tracker)
	t.Cleanup(web.Close)
	h.lab = &daemon.Lab{
		Web: proxy.Lab{Plain: strings.TrimPrefix(web.URL, "http://")},
		Providers: []catalogue.Provider{{
			ID: "test", Domains: []string{"mail.example"}, IMAP: []string{"127.0.0.1"}, AuthServIDs: []string{"mx.mail.example"},
			Stamps: catalogue.StampsDMARC, DeliveredTo: true, Source: "test",
		}},
	}
	h.box = imapmemserver.NewUser(user, password)
	for _, name := range []string{"INBOX", "Drafts"} {
		if err := h.box.Create(name, nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range mails {
		h.deliver(m)
	}
	memory := imapmemserver.New()
	memory.AddUser(h.box)
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return memory.NewSession(), nil, nil
		},
		Caps:         imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}, imap.CapMove: {}},
		InsecureAuth: true, Logger: log.New(io.Discard, "", 0),
	})
	go server.Serve(ln)
	t.Cleanup(func() { server.Close() })
	h.upstream = &api.Endpoint{Host: "127.0.0.1", Port: ln.Addr().(*net.TCPAddr).Port, TLS: "none"}
	return h
}

// scatter makes it unlikely that another process, such as the tests of another
// package, takes a port of this house while its Unseen does not run: the first
// ports, which all would choose, are given away.
func (h *house) scatter() {
	h.t.Helper()
	ctx := context.Background()
	kept, err := store.Open(ctx, h.paths.Data, store.Options{})
	if err != nil {
		h.t.Fatal(err)
	}
	defer kept.Close()
	var given strings.Builder
	for slot := range rand.IntN(90) {
		fmt.Fprint(&given, slot, " ")
	}
	for name, value := range map[string]string{
		"account slots": strings.TrimSpace(given.String()), "gateway port": fmt.Sprint(20_000 + rand.IntN(10_000)),
	} {
		if err := kept.SetSetting(ctx, name, value); err != nil {
			h.t.Fatal(err)
		}
	}
}

// deliver puts a mail into the inbox, with CR LF.
func (h *house) deliver(mail string) {
	h.t.Helper()
	raw := []byte(strings.ReplaceAll(mail, "\n", "\r\n"))
	if _, err := h.box.Append("INBOX", bytes.NewReader(raw), &imap.AppendOptions{}); err != nil {
		h.t.Fatal(err)
	}
}

// start starts Unseen.
func (h *house) start() {
	h.t.Helper()
	d, err := daemon.Start(context.Background(), daemon.Config{Paths: h.paths, Settings: h.settings, Lab: h.lab, Version: "test", Logger: h.log})
	if err != nil {
		h.t.Fatal(err)
	}
	h.daemon, h.client = d, d.Client()
	h.t.Cleanup(func() { d.Close() })
}

// restart ends Unseen and starts it again.
func (h *house) restart() {
	h.t.Helper()
	if err := h.daemon.Close(); err != nil {
		h.t.Fatal(err)
	}
	h.start()
}

// connect connects the account; smtp may be nil.
func (h *house) connect(smtp *api.Endpoint) api.Account {
	h.t.Helper()
	a, err := h.client.AddAccount(context.Background(), api.NewAccount{Address: reader, IMAP: h.upstream, SMTP: smtp, Unchecked: true})
	if err != nil {
		h.t.Fatal(err)
	}
	return a
}

// anywhere is a submission server that nobody will ask.
var anywhere = &api.Endpoint{Host: "127.0.0.1", Port: 9, TLS: "none"}

// login opens a connection of the reader's mail program.
func (h *house) login(a api.Account) *imapclient.Client {
	h.t.Helper()
	c, err := imapclient.DialTLS(fmt.Sprintf("127.0.0.1:%d", a.Local.IMAPS), &imapclient.Options{TLSConfig: h.trust()})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { c.Close() })
	if err := c.Login(user, password).Wait(); err != nil {
		h.t.Fatal(err)
	}
	return c
}

// trust trusts whatever certificate Unseen shows: its fingerprint is tried
// elsewhere.
func (h *house) trust() *tls.Config {
	return &tls.Config{InsecureSkipVerify: true, VerifyPeerCertificate: func([][]byte, [][]*x509.Certificate) error { return nil }}
}

// fetch returns all mail of a mailbox.
func (h *house) fetch(a api.Account, mailbox string) []string {
	h.t.Helper()
	c := h.login(a)
	defer c.Close()
	if _, err := c.Select(mailbox, nil).Wait(); err != nil {
		h.t.Fatal(err)
	}
	whole := &imap.FetchItemBodySection{Peek: true}
	var all imap.SeqSet
	all.AddRange(1, 0)
	list, err := c.Fetch(all, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{whole}}).Collect()
	if err != nil {
		h.t.Fatal(err)
	}
	var mails []string
	for _, m := range list {
		mails = append(mails, string(m.FindBodySection(whole)))
	}
	return mails
}

// open asks for everything that a mail names on the gateway, and returns what
// the tracker was asked because of it.
func (h *house) open(mail string) []string {
	h.t.Helper()
	site := regexp.MustCompile(regexp.QuoteMeta(h.daemon.Origin()) + `/[A-Za-z0-9/_]+`)
	found := site.FindAllString(mail, -1)
	if len(found) == 0 {
		h.t.Fatalf("the mail names the gateway nowhere:\n%s", mail)
	}
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for _, address := range found {
		resp, err := client.Get(address)
		if err != nil {
			h.t.Fatal(err)
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			h.t.Errorf("%s answered %s", address, resp.Status)
		}
	}
	return h.tracker.take()
}

// decide writes a decision, or fails the test.
func (h *house) decide(decision, sender string) {
	h.t.Helper()
	if _, err := say(context.Background(), h.client, api.Decision{Decision: decision, Sender: sender, All: true}); err != nil {
		h.t.Fatal(err)
	}
}

// say writes a decision; a yes is one to all that is shown.
func say(ctx context.Context, c *api.Client, d api.Decision) ([]api.Standing, error) {
	if d.Decision == "granted" {
		return c.Grant(ctx, d, func(api.Question) bool { return true })
	}
	return c.Decide(ctx, d)
}

// mailFrom is a mail with HTML, vouched for by the reader's provider.
func mailFrom(domain, html string) string {
	return "Delivered-To: " + reader + "\n" +
		"Authentication-Results: mx.mail.example; dkim=pass header.d=" + domain + "; dmarc=pass header.from=" + domain + "\n" +
		"From: News <news@" + domain + ">\nTo: " + reader + "\nSubject: Hello\nMessage-ID: <1@" + domain + ">\n" +
		"MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n<html><body>" + html + "</body></html>\n"
}

// pixel is a tracker's tag, and its address.
const (
	pixelURL = "http://click.tracker.example/track/open.php?u=30400001&id=0123456789abcdef0123456789abcdef"
	pixel    = `<img src="` + pixelURL + `" width="1" height="1" alt="">`
)

// direct asks the provider's server, not Unseen.
func (h *house) direct(mailbox string, section *imap.FetchItemBodySection) []string {
	h.t.Helper()
	c, err := imapclient.DialInsecure(fmt.Sprintf("127.0.0.1:%d", h.upstream.Port), nil)
	if err != nil {
		h.t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login(user, password).Wait(); err != nil {
		h.t.Fatal(err)
	}
	if _, err := c.Select(mailbox, nil).Wait(); err != nil {
		h.t.Fatal(err)
	}
	var all imap.SeqSet
	all.AddRange(1, 0)
	list, err := c.Fetch(all, &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{section}}).Collect()
	if err != nil {
		h.t.Fatal(err)
	}
	var mails []string
	for _, m := range list {
		mails = append(mails, string(m.FindBodySection(section)))
	}
	return mails
}

// portAddr is a port of this machine.
func portAddr(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
