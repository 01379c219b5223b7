package daemon_test

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/daemon"
	"github.com/unseen-mail/unseen/internal/words"
)

// One address in two senders' mails: what is granted to one releases nothing in
// the other's.
func TestGrantIsNotBorrowed(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel), mailFrom("rival.example", pixel))
	h.start()
	mails := h.fetch(h.connect(anywhere), "INBOX")
	if asks := append(h.open(mails[0]), h.open(mails[1])...); asks != nil {
		t.Errorf("nothing is granted, and the tracker was asked %v", asks)
	}
	h.decide("granted", "shop.example")
	if asks := h.open(mails[0]); len(asks) != 1 || asks[0] != pixelURL {
		t.Errorf("shop.example may know, and the tracker was asked %v", asks)
	}
	if asks := h.open(mails[1]); asks != nil {
		t.Errorf("rival.example may not know, and the tracker was asked %v", asks)
	}
}

// A withdrawal acts on the next load, a refusal too, after a restart as well.
func TestWithdrawActsAtOnce(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel))
	h.settings.Openings = "each"
	h.start()
	mail := h.fetch(h.connect(anywhere), "INBOX")[0]
	for i, step := range []struct {
		decision string
		asks     int
	}{{"granted", 1}, {"withdrawn", 0}, {"granted", 1}, {"refused", 0}, {"granted", 1}, {"withdrawn", 0}} {
		h.decide(step.decision, "shop.example")
		if i == 4 {
			h.restart()
		}
		if asks := h.open(mail); len(asks) != step.asks {
			t.Errorf("step %d, %s: the tracker was asked %v", i, step.decision, asks)
		}
	}
	if v, err := h.client.Verify(context.Background()); err != nil || v.Records < 6 {
		t.Errorf("ledger: %+v, %v", v, err)
	}
}

// Ten openings of a clean picture are one request; none before the reader chose
// to see pictures.
func TestCleanPictureIsAskedOnce(t *testing.T) {
	const url = "http://img.shop.example/2026/winter/coats-and-boots.jpg"
	h := newHouse(t, mailFrom("shop.example", `<img src="`+url+`" width="600" height="300" alt="Coats">`))
	h.start()
	mail := h.fetch(h.connect(anywhere), "INBOX")[0]
	if asks := h.open(mail); asks != nil {
		t.Errorf("pictures are not shown, and the server was asked %v", asks)
	}
	if _, err := h.client.ShowPictures(context.Background(), api.Picture{Sender: "shop.example", Show: true}); err != nil {
		t.Fatal(err)
	}
	var asks []string
	for range 10 {
		asks = append(asks, h.open(mail)...)
	}
	if len(asks) != 1 || asks[0] != url {
		t.Errorf("ten openings asked %v", asks)
	}
	st, err := h.client.Status(context.Background())
	if err != nil || st.Today.Held != 1 || st.Today.Released != 1 || st.Today.Copies != 9 {
		t.Errorf("today: %+v, %v", st.Today, err)
	}
}

// A mail that nobody vouches for lets nothing through, whatever is granted.
func TestUnvouched(t *testing.T) {
	forged := strings.Replace(mailFrom("shop.example", pixel), "dmarc=pass", "dmarc=fail", 1)
	forged = strings.Replace(forged, "dkim=pass", "dkim=fail", 1)
	h := newHouse(t, mailFrom("shop.example", pixel), forged)
	h.start()
	mails := h.fetch(h.connect(anywhere), "INBOX")
	h.decide("granted", "shop.example")
	if asks := h.open(mails[1]); asks != nil {
		t.Errorf("a forged mail asked %v", asks)
	}
	if asks := h.open(mails[0]); len(asks) != 1 {
		t.Errorf("the true mail asked %v", asks)
	}
}

// Plans outlive a restart, ports and gateway stay, and a copy of a message has
// the same addresses as the first.
func TestRestart(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel))
	h.start()
	a := h.connect(anywhere)
	before := h.fetch(a, "INBOX")[0]
	origin := h.daemon.Origin()
	h.deliver(mailFrom("shop.example", pixel))
	h.restart()
	if h.daemon.Origin() != origin {
		t.Errorf("the gateway moved from %s to %s", origin, h.daemon.Origin())
	}
	accounts, err := h.client.Accounts(context.Background())
	if err != nil || len(accounts) != 1 || accounts[0].Local != a.Local {
		t.Fatalf("accounts: %+v, %v", accounts, err)
	}
	after := h.fetch(a, "INBOX")
	if after[0] != before || after[1] != before {
		t.Error("a message changed")
	}
	senders, err := h.client.Senders(context.Background())
	if err != nil || len(senders) != 1 || senders[0].Key != "shop.example" {
		t.Errorf("senders: %+v, %v", senders, err)
	}
}

// What was served and is stored again is stored as it was.
func TestAppendIsRestored(t *testing.T) {
	original := mailFrom("shop.example", pixel)
	h := newHouse(t, original)
	h.start()
	a := h.connect(anywhere)
	served := h.fetch(a, "INBOX")[0]
	c := h.login(a)
	cmd := c.Append("Drafts", int64(len(served)), nil)
	if _, err := cmd.Write([]byte(served)); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	var raw string
	if got := h.upstreamMail("Drafts"); len(got) == 1 {
		raw = got[0]
	}
	if want := strings.ReplaceAll(original, "\n", "\r\n"); raw != want {
		t.Errorf("stored:\n%s", raw)
	}
}

// Without a submission server only pixels are replaced.
func TestModePixels(t *testing.T) {
	const picture = `<img src="http://img.shop.example/2026/winter/coats-and-boots.jpg" width="600" height="300">`
	h := newHouse(t, mailFrom("shop.example", picture+pixel))
	h.start()
	a := h.connect(nil)
	mail := h.fetch(a, "INBOX")[0]
	if a.Mode != "pixels" || a.Local.SMTP != 0 || !strings.Contains(mail, picture) || strings.Contains(mail, pixel) {
		t.Errorf("mode %s, mail:\n%s", a.Mode, mail)
	}
}

// A port that somebody else took does not stop anything else, and is said.
func TestGatewayTaken(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel))
	h.start()
	a := h.connect(anywhere)
	if err := h.daemon.Close(); err != nil {
		t.Fatal(err)
	}
	squatter, err := net.Listen("tcp4", strings.TrimPrefix(h.daemon.Origin(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer squatter.Close()
	h.start()
	if mails := h.fetch(a, "INBOX"); len(mails) != 1 {
		t.Errorf("mail does not flow: %v", mails)
	}
	st, err := h.client.Status(context.Background())
	if err != nil || st.Gateway.Open || len(st.Problems) != 1 || !strings.Contains(st.Problems[0], "taken by another program") {
		t.Errorf("status: %+v, %v", st, err)
	}
}

// A second daemon on the same directory names the first.
func TestSecondDaemon(t *testing.T) {
	h := newHouse(t)
	h.start()
	_, err := daemon.Start(context.Background(), daemon.Config{Paths: h.paths, Settings: h.settings})
	if want := fmt.Sprintf("starting: Unseen is running already (process %d)", os.Getpid()); err == nil || err.Error() != want {
		t.Errorf("same runtime directory: %v", err)
	}
	other := h.paths
	other.Runtime += "2"
	_, err = daemon.Start(context.Background(), daemon.Config{Paths: other, Settings: h.settings})
	var fault *words.Fault
	if !errors.As(err, &fault) || !strings.Contains(err.Error(), fmt.Sprint("process ", os.Getpid())) || fault.Hint == "" {
		t.Errorf("same data directory: %v", err)
	}
}

// A change of config.toml is taken; a wrong one is told and changes nothing.
func TestConfigIsWatched(t *testing.T) {
	h := newHouse(t)
	h.start()
	ctx := context.Background()
	until := func(what string, ok func(api.Status) bool) {
		t.Helper()
		for range 100 {
			st, err := h.client.Status(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if ok(st) {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Errorf("never: %s", what)
	}
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(h.paths.Config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("pictures = \"all\"\nlevel = \"own\"\n")
	until("taken", func(st api.Status) bool {
		return st.Pictures == "all" && st.Level == "own" && slices.Equal(st.Pinned, []string{"pictures", "level"})
	})
	write("pictures = \"some\"\n")
	until("told", func(st api.Status) bool {
		return st.Pictures == "all" && len(st.Problems) == 1 && strings.Contains(st.Problems[0], "line 1")
	})
	var e *api.Error
	if _, err := h.client.ShowPictures(ctx, api.Picture{Sender: "all", Show: true}); !errors.As(err, &e) || e.Code != api.CodeConflict {
		t.Errorf("a pinned key was changed: %v", err)
	}
	if err := os.Remove(h.paths.Config); err != nil {
		t.Fatal(err)
	}
	until("removed", func(st api.Status) bool { return st.Pictures == "none" && len(st.Problems) == 0 })
	if _, err := h.client.ShowPictures(ctx, api.Picture{Sender: "all", Show: true}); err != nil {
		t.Error(err)
	}
}

// Every question and its answer is an event, and can be followed.
func TestEvents(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel))
	h.start()
	mail := h.fetch(h.connect(anywhere), "INBOX")[0]
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	seen := make(chan string)
	go func() {
		defer close(seen)
		for e, err := range h.client.Follow(ctx, 0) {
			if err != nil {
				return
			}
			seen <- strings.TrimSpace(e.Kind + " " + e.Outcome + " " + e.Sender + " " + e.Host)
		}
	}()
	next := func(want string) {
		t.Helper()
		for {
			got, ok := <-seen
			if !ok {
				t.Fatalf("%q was not told", want)
			}
			if got == want {
				return
			}
		}
	}
	next("account connected")
	h.open(mail)
	next("load held shop.example click.tracker.example")
	h.decide("granted", "shop.example")
	next("consent granted shop.example")
	h.open(mail)
	next("load released shop.example click.tracker.example")
}

// When a start returns, every port that could be had accepts connections.
func TestStartListens(t *testing.T) {
	h := newHouse(t)
	h.start()
	h.connect(anywhere)
	for range 3 {
		h.restart()
		a := h.account()
		for _, port := range []int{a.Local.IMAP, a.Local.IMAPS, a.Local.SMTP} {
			conn, err := net.Dial("tcp4", portAddr(port))
			if err == nil {
				conn.Close()
				continue
			}
			// Tests of other packages use the same ports at the same time.
			if !strings.Contains(a.Local.Problem, fmt.Sprint(port)) {
				t.Error(err)
			}
		}
	}
}

// Stopping waits for no mail program, and leaves nothing behind that listens.
func TestClose(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel))
	h.start()
	a := h.connect(anywhere)
	c := h.login(a)
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	if !h.answers(a) {
		t.Error("the account does not answer")
	}
	if err := h.daemon.Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Noop().Wait(); err == nil {
		t.Error("the connection is still there")
	}
	if h.answers(a) {
		t.Error("the account still answers")
	}
	if err := h.daemon.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

// answers says whether this Unseen answers at the ports of an account: nobody
// else has its certificate.
func (h *house) answers(a api.Account) bool {
	h.t.Helper()
	conn, err := tls.Dial("tcp4", portAddr(a.Local.IMAPS), h.trust())
	if err != nil {
		return false
	}
	defer conn.Close()
	sum := sha256.Sum256(conn.ConnectionState().PeerCertificates[0].Raw)
	return strings.EqualFold(strings.ReplaceAll(a.Local.Fingerprint, ":", ""), hex.EncodeToString(sum[:]))
}

// BenchmarkStart is from nothing to the first connection that is accepted.
func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	paths := config.Paths{Config: filepath.Join(dir, "config.toml"), Data: filepath.Join(dir, "data"), Runtime: filepath.Join(dir, "run")}
	for b.Loop() {
		d, err := daemon.Start(b.Context(), daemon.Config{Paths: paths, Settings: config.Defaults()})
		if err != nil {
			b.Fatal(err)
		}
		conn, err := net.Dial("tcp4", strings.TrimPrefix(d.Origin(), "http://"))
		if err != nil {
			b.Fatal(err)
		}
		conn.Close()
		b.StopTimer()
		if err := d.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// upstreamMail returns what lies on the provider's server.
func (h *house) upstreamMail(mailbox string) []string {
	h.t.Helper()
	return h.direct(mailbox, &imap.FetchItemBodySection{Peek: true})
}
