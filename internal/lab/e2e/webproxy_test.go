package e2e_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/trust"
)

// The hosts of the mail: one of http, one of https that only tracks, and one of https
// that shows a picture too, which the reader names.
const (
	shopDomain = "harbourbooks.example"
	onlyTracks = "secure." + shopDomain
	bothDo     = "mixed." + shopDomain
	mailID     = "b39d93bee08f7841fefeb18b54beaec9"
	webToken   = "u=30400001&id=" + mailID
)

// webMail is a mail with loads at all of them.
func webMail() []byte {
	more := strings.NewReplacer("TOKEN", strings.ReplaceAll(webToken, "&", "&amp;")).Replace(
		`<img src="https://` + onlyTracks + `/track/open.php?TOKEN" width="1" height="1">` +
			`<img src="https://` + bothDo + `/track/open.php?TOKEN" width="1" height="1">` +
			`<img src="https://` + bothDo + `/cover2.png" width="40" height="30">`)
	return bytes.Replace(tellTale(shopDomain, "Five novels", mailID), []byte("</body>"), []byte(more+"</body>"), 1)
}

// webHouse is a house with the proxy for the web on, one host named, and its certificate
// made.
func webHouse(t *testing.T, mail []byte) (*house, api.Proxy, trust.Certificate) {
	t.Helper()
	h := openHouse(t, [][]byte{mail})
	on := true
	p, err := h.client.SwitchProxy(t.Context(), api.ProxyRequest{Web: &on, Open: bothDo})
	if err != nil {
		t.Fatal(err)
	}
	all, err := h.client.CoverHosts(t.Context())
	if err != nil || len(all.List) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	return h, p, trust.Certificate{Name: all.List[0].Name, PEM: []byte(all.List[0].Certificate)}
}

// asked are the addresses that the tracker was asked for, without their queries. None may
// tell of the reader.
func (h *house) asked(t *testing.T) []string {
	t.Helper()
	list := []string{}
	for _, hit := range learned(h) {
		at, _, _ := strings.Cut(hit.URL, "?")
		list = append(list, at)
		if len(hit.Cookies) > 0 || hit.Header.Get("Referer") != "" {
			t.Errorf("%s was sent %v", at, hit.Header)
		}
	}
	slices.Sort(list)
	return list
}

// A signed mail passes the relay as it is; its loads go through the proxy, which holds
// and releases them: by the whole address, by the host, and of the host that the reader
// named by the whole address again.
func TestThunderbirdByWebProxy(t *testing.T) {
	lab.Need(t, "thunderbird")
	mail, _ := signedAs(t, shopDomain, webMail())
	h, p, ca := webHouse(t, mail)
	host, port, err := net.SplitHostPort(p.HTTP)
	if err != nil {
		t.Fatal(err)
	}
	prefs := map[string]string{"network.http.speculative-parallel-limit": "0"}
	for _, kind := range []string{"http", "ssl"} {
		prefs["network.proxy."+kind], prefs["network.proxy."+kind+"_port"] = strconv.Quote(host), port
	}
	tb := lab.StartThunderbird(t, lab.Reader{
		IMAP: lab.Login{Addr: h.imap(), User: login}, Address: reader, PermitAll: true, Prefs: prefs,
		Before: func(profile string) {
			// As after its first start, which makes the store.
			if out, err := exec.Command("certutil", "-N", "-d", "sql:"+profile, "--empty-password").CombinedOutput(); err != nil {
				t.Fatalf("certutil: %v\n%s", err, out)
			}
			if err := (trust.Profile{Program: trust.Thunderbird, Dir: profile}).Add(context.Background(), ca); err != nil {
				t.Fatal(err)
			}
		},
	})
	tb.Sync(t, 1)
	h.tracker.Forget()
	shown := tb.Open(t, "Five novels")
	for _, one := range shown.Images {
		if strings.HasPrefix(one.Src, h.daemon.Origin()) {
			t.Fatalf("the relay has changed a signed mail: %+v", one)
		}
	}
	covers := []string{"http://www." + shopDomain + "/cover.png", "https://" + bothDo + "/cover2.png"}
	for _, one := range covers {
		if !h.tracker.Wait(one, 20*time.Second) {
			t.Errorf("%s is not shown", one)
		}
	}
	time.Sleep(quiet)
	if got := h.asked(t); !slices.Equal(got, covers) {
		t.Errorf("asked were %q, want %q", got, covers)
	}
	if hosts := h.heldHosts(t); !slices.Contains(hosts, onlyTracks) || !slices.Contains(hosts, bothDo) || !slices.Contains(hosts, "clicks."+shopDomain) {
		t.Errorf("held at %q", hosts)
	}
	h.decide(t, "granted", shopDomain)
	tb.Open(t, "Five novels")
	if !h.tracker.Wait("clicks."+shopDomain+"/track/open.php", 20*time.Second) || !h.tracker.Wait("https://"+bothDo+"/track/open.php", 20*time.Second) {
		t.Error("what is granted is not asked for")
	}
	h.decide(t, "withdrawn", shopDomain)
	time.Sleep(quiet)
	h.tracker.Forget()
	tb.Open(t, "Five novels")
	time.Sleep(quiet)
	if got := h.asked(t); slices.ContainsFunc(got, func(at string) bool { return strings.Contains(at, "open.php") }) {
		t.Errorf("withdrawn: asked were %q", got)
	}
}

// heldHosts are those at which loads of the sender were held.
func (h *house) heldHosts(t *testing.T) []string {
	t.Helper()
	list, err := h.client.Events(context.Background(), -1, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var hosts []string
	for _, e := range list {
		if e.Kind == "load" && e.Outcome == "held" && e.Sender == shopDomain {
			hosts = append(hosts, e.Host)
		}
	}
	return hosts
}

// curl and Chromium, which know nothing of mail, by the same proxy.
func TestProgramsByWebProxy(t *testing.T) {
	lab.Need(t, "curl")
	h, p, ca := webHouse(t, webMail())
	lab.Curl(t, "imap", lab.Login{Addr: h.imap(), User: login}, "/INBOX;MAILINDEX=1")
	h.tracker.Forget()
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, ca.PEM, 0o600); err != nil {
		t.Fatal(err)
	}
	if !x509.NewCertPool().AppendCertsFromPEM(ca.PEM) {
		t.Fatal("there is no certificate")
	}
	curl := func(args ...string) (string, int) {
		cmd := exec.Command("curl", append([]string{"--disable", "--silent", "--max-time", "60", "--proxy", "http://" + p.HTTP, "--output", "/dev/null",
			"--cookie", "id=1", "--referer", "imap://anna@example.org/", "--write-out", "%{http_code} %{http_version} %{content_type} %{http_connect}"}, args...)...)
		out, _ := cmd.Output() // how it ended is looked at
		return string(out), cmd.ProcessState.ExitCode()
	}
	for _, c := range []struct {
		name string
		args []string
		want string
		code int
		asks string
	}{
		{"a pixel", []string{"http://clicks." + shopDomain + "/track/open.php?" + webToken}, "200 1.1 image/gif 000", 0, ""},
		{"a pixel, spelled otherwise", []string{"http://CLICKS." + shopDomain + ":80/track/%6fpen.php?" + webToken}, "200 1.1 image/gif 000", 0, ""},
		{"a picture", []string{"http://www." + shopDomain + "/cover.png"}, "200 1.1 image/png 000", 0, "http://www." + shopDomain + "/cover.png"},
		{"a host that tracks", []string{"https://" + onlyTracks + "/track/open.php?" + webToken}, "000 0  403", 56, ""},
		{"a named host, without trust", []string{"https://" + bothDo + "/cover2.png"}, "000 0  200", 60, ""},
		{"a named host: a pixel", []string{"--cacert", file, "https://" + bothDo + "/track/open.php?" + webToken}, "200 2 image/gif 200", 0, ""},
		{"a named host: a picture", []string{"--cacert", file, "https://" + bothDo + "/cover2.png"}, "200 2 image/png 200", 0, "https://" + bothDo + "/cover2.png"},
		{"HTTP/1.1", []string{"--http1.1", "--cacert", file, "https://" + bothDo + "/track/open.php?" + webToken}, "200 1.1 image/gif 200", 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, code := curl(c.args...)
			if got != c.want || code != c.code {
				t.Errorf("%q, exit code %d, want %q, %d", got, code, c.want, c.code)
			}
			if asked := strings.Join(h.asked(t), " "); asked != c.asks {
				t.Errorf("asked were %q, want %q", asked, c.asks)
			}
		})
	}
	t.Run("chromium", func(t *testing.T) {
		lab.Need(t, "chromium")
		_, html, _ := bytes.Cut(webMail(), []byte("\r\n\r\n"))
		file := filepath.Join(t.TempDir(), "mail.html")
		if err := os.WriteFile(file, html, 0o600); err != nil {
			t.Fatal(err)
		}
		browser := lab.StartChromiumBy(t, p.HTTP)
		held := len(h.heldHosts(t))
		browser.Open(t, 3*time.Second, "file://"+file)
		lab.Until(20*time.Second, func() bool { return slices.Contains(h.heldHosts(t)[held:], onlyTracks) })
		// The cover was fetched before, and is shown from the copy.
		for _, at := range h.asked(t) {
			if strings.Contains(at, shopDomain) {
				t.Errorf("asked was %s", at)
			}
		}
		if hosts := h.heldHosts(t)[held:]; !slices.Contains(hosts, "clicks."+shopDomain) || !slices.Contains(hosts, onlyTracks) {
			t.Errorf("held at %q", hosts)
		}
	})
}
