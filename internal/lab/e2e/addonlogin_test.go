package e2e_test

import (
	"context"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/native"
	"github.com/unseen-mail/unseen/proxy/socks"
)

// internet is a SOCKS port behind which are hosts of the lab, and the tracker for all
// others. It returns host and port as preferences have them.
func internet(t *testing.T, tracker *lab.Tracker, hosts map[string]string) map[string]string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	t.Cleanup(func() { cancel(); running.Wait() })
	running.Go(func() {
		server := socks.New(socks.Config{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			at, ok := hosts[address]
			switch {
			case ok:
			case strings.HasSuffix(address, ":443"):
				at = tracker.TLSAddr
			default:
				at = tracker.Addr
			}
			return new(net.Dialer).DialContext(ctx, network, at)
		}})
		_ = server.Serve(ctx, ln) // it ends with ctx
	})
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	return map[string]string{
		"network.proxy.http": `""`, "network.proxy.http_port": "0", "network.proxy.ssl": `""`, "network.proxy.ssl_port": "0",
		"network.proxy.socks": `"127.0.0.1"`, "network.proxy.socks_port": port, "network.proxy.socks_remote_dns": "true",
	}
}

// The add-on has cookies of others refused: a login by OAuth at a provider whose page
// wants its own cookie back works all the same, and pictures by https, which Thunderbird
// asks for itself, go without. Undone in the settings, they go with their cookie; done
// again, without.
func TestAddOnOAuth(t *testing.T) {
	lab.Need(t, "dovecot", "thunderbird", "certutil")
	provider := lab.StartProvider(t, providerIMAP, providerSMTP, providerAuth)
	provider.Be(lab.Manner{Cookies: true})
	mail := func(subject string) []byte {
		text := string(tellTale("harbourbooks.example", subject, "b39d93bee08f7841fefeb18b54beaec9"))
		return []byte(strings.ReplaceAll(strings.ReplaceAll(text, reader, providerUser), "http://www.harbourbooks.example/cover.png", "https://www.harbourbooks.example/"+strings.ToLower(subject[:4])+".png"))
	}
	h := openAddOnHouseAt(t, lab.StartDovecotFor(t, map[string][][]byte{providerUser: {mail("Five novels"), mail("Lunch")}}, provider))
	with := h.reader(lab.Login{Addr: providerIMAP + ":993", User: providerUser, Pass: "unused", CAFile: provider.Authority.CAFile})
	with.Address = providerUser
	with.Prefs = internet(t, h.tracker, map[string]string{providerIMAP + ":993": h.dovecot.TLSAddr, providerAuth + ":443": provider.Addr})
	with.Prefs["mail.server.server1.authMethod"] = strconv.Itoa(10)
	// The switch can be pressed only where its page is in the same process.
	with.Prefs["extensions.webextensions.remote"] = "false"
	install := with.Before
	with.Before = func(profile string) {
		install(profile)
		cmd := exec.Command("certutil", "-A", "-d", "sql:"+profile, "-n", "lab web", "-t", "C,,", "-i", h.tracker.Authority.CAFile)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("certutil: %v\n%s", err, out)
		}
	}
	tb := lab.StartThunderbird(t, with)
	behavior := func() (is int) {
		tb.Do(t, &is, `return Services.prefs.getIntPref("network.cookie.cookieBehavior");`)
		return is
	}
	if !lab.Until(time.Minute, func() bool { return behavior() == 1 }) {
		t.Fatalf("cookies of others are not refused: %d", behavior())
	}
	tb.Sync(t, 2)
	if n := provider.Logins(); n != 1 {
		t.Errorf("logged in %d times", n)
	}
	h.reached(t, tb)
	cookies := func(when string, want bool) {
		t.Helper()
		for range 2 { // what is set by the first opening is sent at the second
			tb.Open(t, "Lunch")
			learned(h.house)
			tb.Open(t, "Five novels")
		}
		if !lab.Until(20*time.Second, func() bool { return len(h.tracker.Hits()) > 0 }) {
			t.Fatalf("%s, nothing was asked for; the console says %q", when, tb.Said(t))
		}
		for _, hit := range learned(h.house) {
			if hit.URL != "https://www.harbourbooks.example/five.png" || len(hit.Cookies) > 0 != want {
				t.Errorf("%s, %s was sent %v", when, hit.URL, hit.Header)
			}
		}
	}
	cookies("as it was set up", false)
	if tb.Switch(t, native.AddOn, "options.html", "#cookies") || behavior() == 1 {
		t.Errorf("the switch does not undo it: %d", behavior())
	}
	cookies("undone", true)
	if !tb.Switch(t, native.AddOn, "options.html", "#cookies") || behavior() != 1 {
		t.Errorf("the switch does not do it again: %d", behavior())
	}
	cookies("done again", false)
}

// A picture without TLS is asked for by Unseen, and what Thunderbird would say does not go
// with it, even where Thunderbird may send cookies and has one. Switched off in the
// settings, Thunderbird asks itself, with all of it.
func TestAddOnWay(t *testing.T) {
	h := openAddOnHouse(t, [][]byte{
		tellTale("harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9"),
		tellTale("islandtea.example", "Lunch", "0c44f1a2b07d4f7aa1d7e8e0b5f3c111"),
	})
	with := h.reader(h.direct())
	with.Prefs = map[string]string{"extensions.webextensions.remote": "false"}
	tb := lab.StartThunderbird(t, with)
	tb.Sync(t, 2)
	h.reached(t, tb)
	tb.Switch(t, native.AddOn, "options.html", "#cookies")
	tb.Do(t, nil, `
for (const host of ["www.harbourbooks.example", "www.islandtea.example"]) {
  Services.cookies.add(host, "/", "seen", "before", false, false, false, Date.now() + 3600000, {}, Components.interfaces.nsICookie.SAMESITE_UNSET, Components.interfaces.nsICookie.SCHEME_HTTP);
}`)
	learned(h.house)
	shown := tb.Open(t, "Lunch")
	h.only(t, learned(h.house), "by Unseen", "www.islandtea.example/cover.png")
	if n := len(shown.Images); n == 0 || shown.Images[n-1].Width != 40 {
		t.Errorf("the picture is not there: %+v", shown.Images)
	}
	if tb.Switch(t, native.AddOn, "options.html", "#through") {
		t.Error("the switch stays on")
	}
	tb.Open(t, "Five novels")
	hits := learned(h.house)
	if len(hits) != 1 || len(hits[0].Cookies) != 1 || !strings.Contains(hits[0].Header.Get("User-Agent"), "Thunderbird") {
		t.Errorf("by Thunderbird itself: %+v", hits)
	}
}
