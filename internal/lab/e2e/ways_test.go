package e2e_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"golang.org/x/net/proxy"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/daemon"
	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/setup"
	"github.com/unseen-mail/unseen/internal/trust"
	unseen "github.com/unseen-mail/unseen/proxy"
	"github.com/unseen-mail/unseen/proxy/socks"
)

// The servers of a provider that Thunderbird knows to want OAuth, by the names that it
// has in its own table.
const (
	providerIMAP = "imap.mail.ru"
	providerSMTP = "smtp.mail.ru"
	providerAuth = "o2.mail.ru"
	providerUser = "anna@mail.ru"
)

// A town is Unseen between a mail program that keeps the names of its servers, and a
// provider with these names.
type town struct {
	provider *lab.Provider
	dovecot  *lab.Dovecot
	sink     *lab.Sink
	tracker  *lab.Tracker
	daemon   *daemon.Daemon
	client   *api.Client
	proxy    api.Proxy
	dir      string
	trusted  trust.Certificate
	pool     *x509.CertPool
	rogue    *rogue
	// asked counts what the network's own proxy was asked for besides logins.
	asked atomic.Int64
}

// openTown starts everything, with the proxy for mail on and a certificate made.
func openTown(t *testing.T, settings config.Settings) *town {
	t.Helper()
	mail := strings.ReplaceAll(string(newsletter("news@harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9")), reader, providerUser)
	w := &town{provider: lab.StartProvider(t, providerIMAP, providerSMTP, providerAuth), tracker: lab.StartTracker(t), dir: t.TempDir()}
	w.rogue = startRogue(t, filepath.Join(w.dir, "data", "authority-1.pem"))
	w.dovecot = lab.StartDovecotFor(t, map[string][][]byte{providerUser: {[]byte(mail)}}, w.provider)
	w.sink = lab.StartSinkFor(t, w.provider)
	d, err := daemon.Start(t.Context(), daemon.Config{
		Paths:    config.Paths{Config: filepath.Join(w.dir, "config.toml"), Data: filepath.Join(w.dir, "data"), Runtime: filepath.Join(w.dir, "run")},
		Settings: settings, Version: "lab",
		Lab: &daemon.Lab{
			Web:   unseen.Lab{Plain: w.tracker.Addr, TLS: w.tracker.TLSAddr, Roots: w.tracker.Authority.Pool},
			Roots: w.provider.Authority.Pool,
			PAC:   []string{os.Args[0], pacCommand},
			Hosts: map[string]string{
				providerIMAP + ":993": w.dovecot.TLSAddr, providerSMTP + ":465": w.sink.TLSAddr, providerAuth + ":443": w.provider.Addr,
				"pop.mail.ru:995": w.provider.Addr,
				// Somebody who has stolen the key of the certificate.
				"evil.example:443": w.rogue.addr, "x." + providerIMAP + ":443": w.rogue.addr, providerIMAP + ":443": w.rogue.addr,
			},
			Names: map[string][]netip.Addr{providerIMAP: {netip.MustParseAddr("192.0.2.7")}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() }) // a test may have closed it: that is no fault
	w.daemon, w.client = d, d.Client()
	_, err = w.client.AddAccount(t.Context(), api.NewAccount{
		Address: providerUser, Unchecked: true,
		IMAP: &api.Endpoint{Host: providerIMAP, Port: 993, TLS: "implicit"}, SMTP: &api.Endpoint{Host: providerSMTP, Port: 465, TLS: "implicit"},
	})
	if err != nil {
		t.Fatal(err)
	}
	on := true
	if w.proxy, err = w.client.SwitchProxy(t.Context(), api.ProxyRequest{Mail: &on}); err != nil {
		t.Fatal(err)
	}
	return w
}

// install makes the certificate.
func (w *town) install(t *testing.T) {
	t.Helper()
	all, err := w.client.CoverHosts(t.Context())
	if err != nil || len(all.List) != 1 {
		t.Fatalf("%d authorities, %v", len(all.List), err)
	}
	w.trusted = trust.Certificate{Name: all.List[0].Name, PEM: []byte(all.List[0].Certificate)}
	w.pool = x509.NewCertPool()
	w.pool.AppendCertsFromPEM(w.trusted.PEM)
}

// dial connects through the proxy.
func (w *town) dial(address string) (net.Conn, error) {
	d, err := proxy.SOCKS5("tcp", w.proxy.SOCKS, nil, proxy.Direct)
	if err != nil {
		return nil, err
	}
	return d.Dial("tcp", address)
}

// Each port of a mail server is stood in for, by its name and by its address, and logins
// of every kind pass.
func TestWaysPorts(t *testing.T) {
	lab.Need(t, "dovecot")
	w := openTown(t, config.Defaults())
	if c, err := w.dial(providerIMAP + ":993"); err == nil {
		c.Close()
		t.Fatal("connected without a certificate: mail would go round")
	}
	w.install(t)
	// Who does not trust us ends it, and the server hears nothing.
	before := strings.Count(w.dovecot.Log(), "rip=")
	c, err := w.dial(providerIMAP + ":993")
	if err != nil {
		t.Fatal(err)
	}
	var unknown x509.UnknownAuthorityError
	if err := tls.Client(c, &tls.Config{RootCAs: w.provider.Authority.Pool, ServerName: providerIMAP}).Handshake(); !errors.As(err, &unknown) {
		t.Errorf("without trust: %v", err)
	}
	c.Close()
	time.Sleep(200 * time.Millisecond)
	if after := strings.Count(w.dovecot.Log(), "rip="); after != before {
		t.Errorf("the server was connected to %d times", after-before)
	}
	secure := func(t *testing.T, address, name string) net.Conn {
		c, err := w.dial(address)
		if err != nil {
			t.Fatal(err)
		}
		s := tls.Client(c, &tls.Config{RootCAs: w.pool, ServerName: name})
		if err := s.Handshake(); err != nil {
			t.Fatal(err)
		}
		return s
	}
	login := map[string]sasl.Client{
		"PLAIN":       sasl.NewPlainClient("", providerUser, lab.Password),
		"OAUTHBEARER": sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{Username: providerUser, Token: w.provider.Token(providerUser), Host: providerIMAP, Port: 993}),
		"XOAUTH2":     &xoauth2{providerUser, w.provider.Token(providerUser)},
	}
	for name, mechanism := range login {
		t.Run("993 "+name, func(t *testing.T) {
			c := imapclient.New(secure(t, providerIMAP+":993", providerIMAP), nil)
			defer c.Close()
			if err := c.Authenticate(mechanism); err != nil {
				t.Fatal(err)
			}
			if box, err := c.Select("INBOX", nil).Wait(); err != nil || box.NumMessages != 1 {
				t.Errorf("%+v, %v", box, err)
			}
		})
		t.Run("465 "+name, func(t *testing.T) {
			c := smtp.NewClient(secure(t, providerSMTP+":465", providerSMTP))
			defer c.Close()
			if err := c.Auth(mechanism); err != nil {
				t.Fatal(err)
			}
		})
	}
	t.Run("wrong token", func(t *testing.T) {
		c := imapclient.New(secure(t, providerIMAP+":993", providerIMAP), nil)
		defer c.Close()
		if c.Authenticate(&xoauth2{providerUser, "guessed"}) == nil {
			t.Error("a token that nobody gave was taken")
		}
	})
	t.Run("143", func(t *testing.T) {
		c, err := w.dial(providerIMAP + ":143")
		if err != nil {
			t.Fatal(err)
		}
		client, err := imapclient.NewStartTLS(c, &imapclient.Options{TLSConfig: &tls.Config{RootCAs: w.pool, ServerName: providerIMAP}})
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		if err := client.Login(providerUser, lab.Password).Wait(); err != nil {
			t.Error(err)
		}
	})
	t.Run("587", func(t *testing.T) {
		c, err := w.dial(providerSMTP + ":587")
		if err != nil {
			t.Fatal(err)
		}
		client, err := smtp.NewClientStartTLS(c, &tls.Config{RootCAs: w.pool, ServerName: providerSMTP})
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		if err := client.Auth(login["PLAIN"]); err != nil {
			t.Error(err)
		}
	})
	t.Run("by address", func(t *testing.T) { secure(t, "192.0.2.7:993", providerIMAP).Close() })
	t.Run("name with capitals and dot", func(t *testing.T) { secure(t, "IMAP.Mail.Ru.:993", providerIMAP).Close() })
}

// xoauth2 is a login by "user=NAME^Aauth=Bearer TOKEN^A^A".
type xoauth2 struct{ user, token string }

func (x *xoauth2) Start() (string, []byte, error) {
	return "XOAUTH2", []byte("user=" + x.user + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

// Next answers what the server says of a token that it does not take.
func (x *xoauth2) Next([]byte) ([]byte, error) { return []byte{}, nil }

// All else passes as it is, to where it leads: other ports of the same server, with its
// own certificate. Nothing leads to ourselves.
func TestWaysTunnels(t *testing.T) {
	lab.Need(t, "dovecot")
	w := openTown(t, config.Defaults())
	w.install(t)
	for _, address := range []string{providerAuth + ":443", "pop.mail.ru:995"} {
		c, err := w.dial(address)
		if err != nil {
			t.Fatal(err)
		}
		s := tls.Client(c, &tls.Config{RootCAs: w.provider.Authority.Pool, ServerName: providerAuth})
		if err := s.Handshake(); err != nil {
			t.Errorf("%s does not show its own certificate: %v", address, err)
		}
		s.Close()
	}
	// What is not for the proxy is a plain tunnel for the test's own: see daemon.Lab.
	st, err := w.client.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, port := range []int{st.Gateway.Port, st.Accounts[0].Local.IMAP, st.Accounts[0].Local.SMTP} {
		for _, host := range []string{"127.0.0.1", "localhost", "::1", "0.0.0.0", "::ffff:127.0.0.1"} {
			c, err := w.dial(net.JoinHostPort(host, strconv.Itoa(port)))
			if err != nil {
				continue
			}
			_ = c.SetDeadline(time.Now().Add(2 * time.Second))
			fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
			answer, _ := io.ReadAll(io.LimitReader(c, 100)) // the lab's tracker hangs up in the end
			c.Close()
			if bytes.Contains(answer, []byte("address of Unseen")) || bytes.HasPrefix(answer, []byte("* ")) || bytes.HasPrefix(answer, []byte("220")) {
				t.Errorf("%s:%d is connected with ourselves: %q", host, port, answer)
			}
		}
	}
}

// thunderbird starts one that logs in by OAuth at the provider, and trusts the
// certificate of this computer.
func (w *town) thunderbird(t *testing.T) *lab.Thunderbird {
	t.Helper()
	prefs := map[string]string{
		"mail.server.server1.authMethod": "10", "mail.smtpserver.smtp1.authMethod": "10",
		"mail.identity.id1.fcc": "true", "mail.identity.id1.fcc_folder": strconv.Quote("imap://anna%40mail.ru@" + providerIMAP + "/Sent"),
		"mail.identity.id1.draft_folder": strconv.Quote("imap://anna%40mail.ru@" + providerIMAP + "/Drafts"),
	}
	return lab.StartThunderbird(t, lab.Reader{
		IMAP:    lab.Login{Addr: providerIMAP + ":993", User: providerUser, Pass: "unused", CAFile: w.provider.Authority.CAFile},
		SMTP:    lab.Login{Addr: providerSMTP + ":465", User: providerUser, Pass: "unused", CAFile: w.provider.Authority.CAFile},
		Address: providerUser, Prefs: prefs,
	})
}

// setUp brings a Thunderbird in by one proxy setting, as unseen setup does: it was used
// before, and is closed meanwhile.
func (w *town) setUp(t *testing.T, tb *lab.Thunderbird, kind string) (setup.Journal, setup.Note) {
	t.Helper()
	tb.Quit(t)
	for _, name := range []string{"user.js", "prefs.js"} {
		path := filepath.Join(tb.Profile, name)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		// The lab's own proxy, by which nothing leaves this machine: from here on that is
		// the way in.
		left := regexp.MustCompile(`(?m)^user_pref\("network\.proxy\.[^\n]*\n`).ReplaceAll(text, nil)
		if err := os.WriteFile(path, left, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	local := setup.Local{Address: providerUser, IMAPHost: providerIMAP, IMAPPort: 993, SMTPHost: providerSMTP, Origin: w.daemon.Origin()}
	p, covered, err := setup.LookWay(t.Context(), tb.Profile, setup.Way{Kind: kind, SOCKS: w.proxy.SOCKS, File: w.proxy.File, Origin: local.Origin}, []setup.Local{local})
	if err != nil || p.Trouble != "" || len(covered) != 1 || !covered[0].OAuth {
		t.Fatalf("%q (%s), %+v, %v", p.Trouble, p.What, covered, err)
	}
	store := trust.Profile{Program: trust.Thunderbird, Dir: tb.Profile}
	if err := store.Add(t.Context(), w.trusted); err != nil {
		t.Fatal(err)
	}
	p.Trusted = []string{w.trusted.Name}
	j := setup.Journal{Dir: t.TempDir()}
	if err := j.Apply(t.Context(), tb.Profile, p, time.Now()); err != nil {
		t.Fatal(err)
	}
	notes, err := j.Notes()
	if err != nil || len(notes) != 1 {
		t.Fatalf("%+v, %v", notes, err)
	}
	tb.Start(t)
	return j, notes[0]
}

// takenBack checks that undoing leaves nothing of the way in, and the account as it is.
func (w *town) takenBack(t *testing.T, tb *lab.Thunderbird, j setup.Journal, n setup.Note) {
	t.Helper()
	tb.Quit(t)
	if left, err := j.Undo(t.Context(), n); err != nil || len(left) != 0 {
		t.Errorf("left %+v, %v", left, err)
	}
	text, err := os.ReadFile(filepath.Join(tb.Profile, "prefs.js"))
	if err != nil || bytes.Contains(text, []byte("network.proxy.")) || !bytes.Contains(text, []byte(providerIMAP)) {
		t.Errorf("preferences after it was undone: %v\n%s", err, text)
	}
	names, err := (trust.Profile{Program: trust.Thunderbird, Dir: tb.Profile}).Names(t.Context())
	if err != nil || len(names) != 0 {
		t.Errorf("it trusts %q, %v", names, err)
	}
}

// webProxy is the proxy of the reader's network: it knows the way to the provider's
// login page and to nothing else.
func (w *town) webProxy(t *testing.T) string {
	t.Helper()
	return lab.ConnectProxy(t, func(q *http.Request) string {
		if q.Method == "CONNECT" && q.Host == providerAuth+":443" {
			return w.provider.Addr
		}
		w.asked.Add(1)
		return ""
	})
}

// The reader keeps the names of their servers and logs in as before, through SOCKS and
// through a PAC file that asks their own for all but mail. They read, reply and forward:
// what arrives, and the copy in Sent, names this machine nowhere and carries no pixel.
func TestThunderbirdKeepsItsServers(t *testing.T) {
	lab.Need(t, "dovecot", "thunderbird", "certutil")
	for _, way := range []string{"SOCKS", "PAC"} {
		t.Run(way, func(t *testing.T) {
			settings := config.Defaults()
			if way == "PAC" {
				settings.Proxy.PAC = filepath.Join(t.TempDir(), "own.pac")
			}
			w := openTown(t, settings)
			w.install(t)
			if way == "PAC" {
				own := `function FindProxyForURL(url, host) { return "PROXY ` + w.webProxy(t) + `"; }`
				if err := os.WriteFile(settings.Proxy.PAC, []byte(own), 0o600); err != nil {
					t.Fatal(err)
				}
				w.again(t)
			}
			w.day(t, strings.ToLower(way))
		})
	}
}

// again writes the file for mail programs once more, as after a change.
func (w *town) again(t *testing.T) {
	t.Helper()
	for _, on := range []bool{false, true} {
		var err error
		if w.proxy, err = w.client.SwitchProxy(t.Context(), api.ProxyRequest{Mail: &on}); err != nil {
			t.Fatal(err)
		}
	}
}

// day is what a reader does in a day.
func (w *town) day(t *testing.T, way string) {
	tb := w.thunderbird(t)
	j, note := w.setUp(t, tb, way)
	tb.Sync(t, 1)
	tb.Store(t)
	shown := tb.Open(t, "Five novels")
	if len(shown.Images) != 1 || !strings.HasPrefix(shown.Images[0].Src, w.daemon.Origin()+"/p/") || shown.Images[0].Width != 1 {
		t.Fatalf("the picture is not the gateway's: %+v", shown.Images)
	}
	if hits := w.tracker.Hits(); len(hits) != 0 {
		t.Errorf("the tracker learned %d times: %+v", len(hits), hits)
	}
	if w.provider.Logins() == 0 {
		t.Error("nobody logged in by OAuth")
	}
	html := []string{tb.Reply(t, "Five novels", "Thank you."), tb.Forward(t, "Five novels", "cleo@example.com", false), tb.Forward(t, "Five novels", "cleo@example.com", true)}
	for i, text := range html[:2] {
		if !strings.Contains(text, w.daemon.Origin()) {
			t.Errorf("mail %d: the control sees no address of this machine in the compose window", i)
		}
	}
	lab.Until(20*time.Second, func() bool { return len(w.dovecot.Stored(t, providerUser, "Sent")) >= 3 && len(w.sink.Mail()) >= 3 })
	sent, copies := w.sink.Mail(), w.dovecot.Stored(t, providerUser, "Sent")
	if len(sent) != 3 || len(copies) != 3 {
		t.Fatalf("%d mails arrived, %d copies are in Sent", len(sent), len(copies))
	}
	all := copies
	for _, one := range sent {
		if one.User != providerUser {
			t.Errorf("sent by %q", one.User)
		}
		all = append(all, one.Data)
	}
	h := &house{daemon: w.daemon}
	for i, raw := range all {
		if h.names(raw) || bytes.Contains(raw, []byte("127.0.0.1")) {
			t.Errorf("mail %d names this machine:\n%s", i, raw)
		}
		if bytes.Contains(unquoted(raw), []byte("open.php")) {
			t.Errorf("mail %d carries the pixel:\n%s", i, raw)
		}
		if !bytes.Contains(unquoted(raw), []byte("harbourbooks.example/march")) {
			t.Errorf("mail %d has lost the link:\n%s", i, raw)
		}
	}
	if hits := w.tracker.Hits(); len(hits) != 0 {
		t.Errorf("the tracker learned %d times", len(hits))
	}
	w.foreign(t, tb)
	w.dead(t, tb)
	w.takenBack(t, tb, j, note)
}

// foreign lets Thunderbird, which trusts the certificate of this computer, meet somebody
// who has stolen its key: as anybody else they are not believed.
func (w *town) foreign(t *testing.T, tb *lab.Thunderbird) {
	t.Helper()
	const script = `try { return await (await fetch(arguments[0])).text(); } catch (e) { return "refused: " + e.message; }`
	var got string
	if w.bySOCKSNow(t, tb) {
		tb.Do(t, &got, script, "https://"+providerIMAP+"/")
		if got != "stolen" {
			t.Errorf("the control for a host of the reader's: %q", got)
		}
	}
	for _, address := range []string{"https://evil.example/", "https://x." + providerIMAP + "/", "https://" + w.rogue.other + "/"} {
		met := w.rogue.met.Load()
		tb.Do(t, &got, script, address)
		if !strings.HasPrefix(got, "refused: ") {
			t.Errorf("%s is believed: %q", address, got)
		}
		if strings.HasPrefix(address, "https://127.") && w.rogue.met.Load() == met {
			t.Errorf("%s was not reached", address)
		}
	}
}

// bySOCKSNow says whether the program goes by SOCKS for the web, too.
func (w *town) bySOCKSNow(t *testing.T, tb *lab.Thunderbird) bool {
	t.Helper()
	ways := tb.Proxies(t, "https://evil.example/")
	return len(ways) == 1 && ways[0] == "socks "+w.proxy.SOCKS
}

// A rogue is somebody who has stolen the key of the local authority, and signs for
// whoever is asked for.
type rogue struct {
	addr, other string
	met         atomic.Int64
}

func startRogue(t *testing.T, stolen string) *rogue {
	t.Helper()
	r := &rogue{}
	cfg := &tls.Config{GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		r.met.Add(1)
		pair, err := tls.LoadX509KeyPair(stolen, stolen)
		if err != nil {
			return nil, err
		}
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, err
		}
		c := &x509.Certificate{
			SerialNumber: big.NewInt(time.Now().UnixNano()), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
			KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		}
		if hello.ServerName != "" {
			c.DNSNames = []string{hello.ServerName}
		} else {
			c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 2)}
		}
		der, err := x509.CreateCertificate(rand.Reader, c, pair.Leaf, key.Public(), pair.PrivateKey)
		if err != nil {
			return nil, err
		}
		return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
	}}
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "stolen") })}
	var running sync.WaitGroup
	for _, at := range []string{"127.0.0.1:0", "127.0.0.2:0"} {
		ln, err := net.Listen("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		r.addr, r.other = cmp.Or(r.addr, ln.Addr().String()), ln.Addr().String()
		running.Go(func() { _ = server.Serve(tls.NewListener(ln, cfg)) }) // it ends when it is closed
	}
	t.Cleanup(func() { server.Close(); running.Wait() })
	return r
}

// dead ends Unseen: then a program with either setting reaches no mail server, and asks
// nobody else to, neither its network nor the network's own proxy.
func (w *town) dead(t *testing.T, tb *lab.Thunderbird) {
	t.Helper()
	before := w.asked.Load()
	if err := w.daemon.Close(); err != nil {
		t.Fatal(err)
	}
	for _, to := range []struct{ host, url string }{{providerIMAP, "imap://" + providerIMAP + ":993"}, {providerSMTP, "https://" + providerSMTP + ":465"}} {
		ways := tb.Proxies(t, to.url)
		if len(ways) != 1 || ways[0] != "socks "+w.proxy.SOCKS {
			t.Errorf("mail for %s would go by %q", to.host, ways)
		}
	}
	tb.Do(t, nil, "inbox().updateFolder(main().msgWindow); await pause(1500);")
	if n := w.asked.Load(); n != before {
		t.Errorf("the network's own proxy was asked %d times", n-before)
	}
}

// unquoted takes the soft line breaks out of quoted-printable, and adds what base64
// holds.
func unquoted(raw []byte) []byte {
	out := bytes.ReplaceAll(raw, []byte("=\r\n"), nil)
	for _, block := range bytes.Split(raw, []byte("\r\n\r\n")) {
		flat := bytes.ReplaceAll(block, []byte("\r\n"), nil)
		if text, err := base64.StdEncoding.DecodeString(string(flat)); err == nil {
			out = append(out, text...)
		}
	}
	return out
}

// Two accounts at one provider come in by one server name. What is planned is filed with
// the account that logged in, however it did: the same mail has other tokens in each.
func TestWaysTwoAccounts(t *testing.T) {
	lab.Need(t, "dovecot")
	w := openTown(t, config.Defaults())
	w.install(t)
	const second = "bert@mail.ru"
	mail := w.dovecot.Stored(t, providerUser, "INBOX")[0]
	for _, user := range []string{second, "carl@mail.ru"} {
		w.dovecot.Deliver(t, user, "INBOX", mail)
	}
	_, err := w.client.AddAccount(t.Context(), api.NewAccount{
		Address: second, Unchecked: true, NoSMTP: true, IMAP: &api.Endpoint{Host: providerIMAP, Port: 993, TLS: "implicit"},
	})
	if err != nil {
		t.Fatal(err)
	}
	token := func(login func(c *imapclient.Client) error) string {
		t.Helper()
		c, err := w.dial(providerIMAP + ":993")
		if err != nil {
			t.Fatal(err)
		}
		client := imapclient.New(tls.Client(c, &tls.Config{RootCAs: w.pool, ServerName: providerIMAP}), nil)
		defer client.Close()
		if err := login(client); err != nil {
			t.Fatal(err)
		}
		if _, err := client.Select("INBOX", nil).Wait(); err != nil {
			t.Fatal(err)
		}
		section := &imap.FetchItemBodySection{Peek: true}
		got, err := client.Fetch(imap.SeqSetNum(1), &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{section}}).Collect()
		if err != nil || len(got) != 1 {
			t.Fatalf("%d messages, %v", len(got), err)
		}
		_, rest, ok := strings.Cut(string(unquoted(got[0].FindBodySection(section))), w.daemon.Origin()+"/")
		if !ok {
			t.Fatal("no picture leads to the gateway")
		}
		return rest[:24]
	}
	by := func(user string) map[string]string {
		return map[string]string{
			"LOGIN":    token(func(c *imapclient.Client) error { return c.Login(user, lab.Password).Wait() }),
			"PLAIN":    token(func(c *imapclient.Client) error { return c.Authenticate(sasl.NewPlainClient("", user, lab.Password)) }),
			"XOAUTH2":  token(func(c *imapclient.Client) error { return c.Authenticate(&xoauth2{user, w.provider.Token(user)}) }),
			"another":  token(func(c *imapclient.Client) error { return c.Login(providerUser, lab.Password).Wait() }),
			"stranger": token(func(c *imapclient.Client) error { return c.Login("carl@mail.ru", lab.Password).Wait() }),
		}
	}
	first, other := by(providerUser), by(second)
	for _, how := range []string{"LOGIN", "PLAIN", "XOAUTH2"} {
		if first[how] != first["LOGIN"] || other[how] != other["LOGIN"] {
			t.Errorf("%s: %s and %s; by LOGIN %s and %s", how, first[how], other[how], first["LOGIN"], other["LOGIN"])
		}
	}
	if first["LOGIN"] == other["LOGIN"] || other["another"] != first["LOGIN"] || other["stranger"] != first["LOGIN"] {
		t.Errorf("filed with the wrong account: %v, %v", first, other)
	}
}

// networkProxy starts the proxy that a network wants to be used, which knows the way to
// the servers of a town. It counts what it is asked.
func networkProxy(t *testing.T, w **town) (address string, asked *atomic.Int64) {
	t.Helper()
	asked = new(atomic.Int64)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	t.Cleanup(func() { cancel(); running.Wait() })
	running.Go(func() {
		server := socks.New(socks.Config{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			asked.Add(1)
			at := map[string]string{providerIMAP + ":993": (*w).dovecot.TLSAddr, providerSMTP + ":465": (*w).sink.TLSAddr}[address]
			return new(net.Dialer).DialContext(ctx, network, at)
		}})
		_ = server.Serve(ctx, ln) // it ends with ctx
	})
	return ln.Addr().String(), asked
}

// logsIn logs in at the provider, by its own name.
func (w *town) logsIn(t *testing.T) error {
	t.Helper()
	c, err := w.dial(providerIMAP + ":993")
	if err != nil {
		t.Fatal(err)
	}
	client := imapclient.New(tls.Client(c, &tls.Config{RootCAs: w.pool, ServerName: providerIMAP}), nil)
	defer client.Close()
	return client.Login(providerUser, lab.Password).Wait()
}

// Where the network wants its own proxy to be used, the mail servers are reached by it:
// by the relays, the check of an account and all else that logs in. So it is where a file
// of the network says which proxy that is.
func TestWaysUpstream(t *testing.T) {
	lab.Need(t, "dovecot")
	for _, by := range []string{"address", "file"} {
		t.Run(by, func(t *testing.T) {
			var w *town
			at, asked := networkProxy(t, &w)
			settings := config.Defaults()
			settings.Proxy.Upstream = "socks5://" + at
			if by == "file" {
				text := `function FindProxyForURL(url, host) { return dnsDomainIs(host, ".mail.ru") ? "PROXY 127.0.0.1:1; SOCKS5 ` + at + `" : "DIRECT"; }`
				settings.Proxy.Upstream, settings.Proxy.PAC = config.ByPAC, ownFile(t, text)
			}
			w = openTown(t, settings)
			w.install(t)
			if err := w.logsIn(t); err != nil {
				t.Fatal(err)
			}
			if asked.Load() != 1 {
				t.Errorf("the relay asked the network's proxy %d times", asked.Load())
			}
			steps, err := w.client.CheckAccount(t.Context(), api.CheckRequest{Address: providerUser})
			if err != nil || asked.Load() < 3 {
				t.Errorf("the check asked %d times, %v, %+v", asked.Load()-1, err, steps)
			}
		})
	}
}

// ownFile writes the reader's own file of proxy configuration.
func ownFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "own.pac")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A file that has no answer, or leads to Unseen itself, connects nothing: whoever wants a
// proxy to be used does not want to go round it. The servers hear nothing.
func TestWaysUpstreamWithoutAnswer(t *testing.T) {
	lab.Need(t, "dovecot")
	settings := config.Defaults()
	settings.Proxy.Upstream, settings.Proxy.PAC = config.ByPAC, ownFile(t, "")
	w := openTown(t, settings)
	w.install(t)
	for name, text := range map[string]string{
		"no function": "var x = 1;", "an error": "throw 1;", "for ever": "for (;;) {}", "a page": "<html>", "no proxy": `function FindProxyForURL() { return "SOCKS4 127.0.0.1:1"; }`,
		"Unseen itself": `function FindProxyForURL() { return "SOCKS5 ` + w.proxy.SOCKS + `; SOCKS5 localhost:` + w.proxy.SOCKS[strings.LastIndex(w.proxy.SOCKS, ":")+1:] + `"; }`,
	} {
		if err := os.WriteFile(settings.Proxy.PAC, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := w.logsIn(t); err == nil {
			t.Errorf("%s: connected all the same", name)
		}
	}
	if err := os.WriteFile(settings.Proxy.PAC, []byte(`function FindProxyForURL() { return "DIRECT"; }`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := w.logsIn(t); err != nil {
		t.Errorf("a file that says to go directly: %v", err)
	}
}
