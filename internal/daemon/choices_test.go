package daemon_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	_ "modernc.org/sqlite"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/daemon"
)

// A choice for one of two addresses holds for that one.
func TestGrantForOneAddress(t *testing.T) {
	const other = "anna+news@mail.example" // a subaddress of the same box
	toOther := strings.ReplaceAll(mailFrom("shop.example", pixel), reader, other)
	h := newHouse(t, mailFrom("shop.example", pixel), toOther)
	h.start()
	mails := h.fetch(h.connect(anywhere), "INBOX")
	ctx := context.Background()
	list, err := say(ctx, h.client, api.Decision{Decision: "granted", Sender: "shop.example", All: true, Address: strings.ToUpper(other)})
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	for _, s := range list {
		if s.Address != other {
			t.Errorf("granted for %s", s.Address)
		}
	}
	if asks := h.open(mails[0]); asks != nil {
		t.Errorf("the mail to %s asked %v", reader, asks)
	}
	if asks := h.open(mails[1]); len(asks) != 1 {
		t.Errorf("the mail to %s asked %v", other, asks)
	}
	var e *api.Error
	if _, err := say(ctx, h.client, api.Decision{Decision: "withdrawn", Sender: "shop.example", All: true, Address: reader}); !errors.As(err, &e) || e.Code != api.CodeUnknown {
		t.Errorf("withdrawing what was not granted: %v", err)
	}
	if _, err := say(ctx, h.client, api.Decision{Decision: "withdrawn", Sender: "shop.example", All: true, Address: other}); err != nil {
		t.Error(err)
	}
	if asks := h.open(mails[1]); asks != nil {
		t.Errorf("after the withdrawal %v was asked", asks)
	}
}

// A grant with an end lets nothing through after it.
func TestGrantEnds(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel))
	h.start()
	mail := h.fetch(h.connect(anywhere), "INBOX")[0]
	until := time.Now().Add(2 * time.Second)
	if _, err := say(context.Background(), h.client, api.Decision{Decision: "granted", Sender: "shop.example", All: true, Until: &until}); err != nil {
		t.Fatal(err)
	}
	h.until("it has lapsed", func() bool {
		list, err := h.client.Standings(context.Background())
		return err == nil && len(list) > 0 && list[0].Decision == "lapsed"
	})
	if asks := h.open(mail); asks != nil {
		t.Errorf("asked %v", asks)
	}
}

// What was chosen about pictures is listed, of all and of each.
func TestPicturesAreListed(t *testing.T) {
	h := read(t, mailFrom("shop.example", pixel), mailFrom("rival.example", pixel))
	ctx := context.Background()
	for _, p := range []api.Picture{{Sender: "shop.example", Show: true}, {Sender: "rival.example"}, {Sender: "all", Show: true}} {
		if _, err := h.client.ShowPictures(ctx, p); err != nil {
			t.Fatal(err)
		}
	}
	h.restart()
	list, err := h.client.Pictures(ctx)
	if want := "[{all true} {rival.example false} {shop.example true}]"; err != nil || fmt.Sprint(list) != want {
		t.Errorf("pictures %v, %v", list, err)
	}
	var e *api.Error
	if _, err := h.client.ShowPictures(ctx, api.Picture{Sender: "nobody.example", Show: true}); !errors.As(err, &e) || e.Code != api.CodeUnknown {
		t.Errorf("an unknown sender: %v", err)
	}
}

// Each choice about pictures, and who sees what by it.
func TestPictureChoices(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", coatsTag), mailFrom("rival.example", coatsTag))
	h.start()
	mails := h.fetch(h.connect(anywhere), "INBOX")
	seen := func() string {
		t.Helper()
		var who []string
		for i, name := range []string{"shop", "rival"} {
			h.open(mails[i])
			if h.lastLoad().Outcome != "held" {
				who = append(who, name)
			}
		}
		return strings.Join(who, " ")
	}
	for i, step := range []struct {
		sender string
		show   bool
		want   string
	}{
		{"shop.example", true, "shop"},
		{"all", true, "shop rival"},
		{"shop.example", false, "rival"},
		{"all", false, ""},
		{"rival.example", true, "rival"},
	} {
		if _, err := h.client.ShowPictures(context.Background(), api.Picture{Sender: step.sender, Show: step.show}); err != nil {
			t.Fatal(err)
		}
		if got := seen(); got != step.want {
			t.Errorf("step %d, %s %v: seen %q, want %q", i, step.sender, step.show, got, step.want)
		}
	}
}

// At level own only what lies on the sender's own hosts is shown, at level all
// nothing, granted or not.
func TestLevels(t *testing.T) {
	const far = `<img src="http://cdn.elsewhere.example/2026/winter/coats-and-boots.jpg" width="600" height="300" alt="Coats">`
	for _, c := range []struct {
		level string
		// own, far and tracker say whether each is asked for
		own, far, tracker bool
	}{{"standard", true, true, true}, {"own", true, false, true}, {"all", false, false, false}} {
		t.Run(c.level, func(t *testing.T) {
			h := newHouse(t, mailFrom("shop.example", coatsTag), mailFrom("shop.example", far), mailFrom("shop.example", pixel))
			h.settings.Level = &c.level
			h.start()
			mails := h.fetch(h.connect(anywhere), "INBOX")
			h.show("shop.example")
			h.decide("granted", "shop.example")
			for i, want := range []bool{c.own, c.far, c.tracker} {
				if asks := h.open(mails[i]); (len(asks) == 1) != want {
					t.Errorf("mail %d asked %v", i, asks)
				}
			}
			if st, err := h.client.Status(t.Context()); err != nil || st.Level != c.level {
				t.Errorf("level %q, %v", st.Level, err)
			}
		})
	}
}

// A ledger that was changed on disk lets nothing through, can decide nothing,
// and is said everywhere.
func TestLedgerChangedOnDisk(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel))
	h.start()
	mail := h.fetch(h.connect(anywhere), "INBOX")[0]
	h.decide("granted", "shop.example")
	if err := h.daemon.Close(); err != nil {
		t.Fatal(err)
	}
	tamper(t, filepath.Join(h.paths.Data, "unseen.db"))
	h.start()
	ctx := context.Background()
	if asks := h.open(mail); asks != nil {
		t.Errorf("the tracker was asked %v", asks)
	}
	var e *api.Error
	if _, err := h.client.Verify(ctx); !errors.As(err, &e) || !strings.Contains(e.Text, "record 1") || !strings.Contains(e.Hint, "backup") {
		t.Errorf("verify: %v", err)
	}
	for _, decision := range []string{"granted", "refused", "withdrawn"} {
		if _, err := say(ctx, h.client, api.Decision{Decision: decision, Sender: "shop.example", All: true}); !errors.As(err, &e) || !strings.Contains(e.Text, "nothing is let through") {
			t.Errorf("%s: %v", decision, err)
		}
	}
	if st, err := h.client.Status(ctx); err != nil || len(st.Problems) != 1 || !strings.Contains(st.Problems[0], "record 1") {
		t.Errorf("status %+v, %v", st.Problems, err)
	}
}

// tamper changes the first record of a ledger, as somebody would who wants to
// have been let through earlier.
func tamper(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var table string
	if err := db.QueryRow("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%ledger%' ORDER BY name LIMIT 1").Scan(&table); err != nil {
		t.Fatal(err)
	}
	var sealed []byte
	if err := db.QueryRow("SELECT sealed FROM " + table + " ORDER BY seq LIMIT 1").Scan(&sealed); err != nil {
		t.Fatal(err)
	}
	sealed[len(sealed)/2] ^= 1
	for _, drop := range triggers(t, db) {
		if _, err := db.Exec("DROP TRIGGER " + drop); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Exec("UPDATE "+table+" SET sealed = ? WHERE seq = (SELECT min(seq) FROM "+table+")", sealed); err != nil {
		t.Fatal(err)
	}
}

// triggers are what keeps honest programs from changing the ledger.
func triggers(t *testing.T, db *sql.DB) []string {
	t.Helper()
	rows, err := db.Query("SELECT name FROM sqlite_master WHERE type = 'trigger'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

// The port of the gateway is that of config.toml, else the one it ever had,
// else one that is free.
func TestGatewayPort(t *testing.T) {
	start := func(dir string, s config.Settings) (string, error) {
		p := config.Paths{Config: filepath.Join(dir, "config.toml"), Data: filepath.Join(dir, "data"), Runtime: filepath.Join(dir, "run")}
		d, err := daemon.Start(t.Context(), daemon.Config{Paths: p, Settings: s})
		if err != nil {
			return "", err
		}
		return d.Origin(), d.Close()
	}
	dir := t.TempDir()
	first, err := start(dir, config.Defaults())
	if err != nil || !strings.HasPrefix(first, "http://127.0.0.1:41") {
		t.Fatal(first, err)
	}
	if again, err := start(dir, config.Defaults()); err != nil || again != first {
		t.Errorf("%s became %s, %v", first, again, err)
	}
	// What is taken is passed over by who has none yet, and by nobody else.
	ln, err := net.Listen("tcp4", strings.TrimPrefix(first, "http://"))
	if err == nil {
		defer ln.Close()
	}
	if again, err := start(dir, config.Defaults()); err != nil || again != first {
		t.Errorf("%s became %s, %v", first, again, err)
	}
	if other, err := start(t.TempDir(), config.Defaults()); err != nil || other == first {
		t.Errorf("another has %s, %v", other, err)
	}
	pinned := config.Defaults()
	pinned.GatewayPort = 24180
	if at, err := start(dir, pinned); err != nil || at != "http://127.0.0.1:24180" {
		t.Errorf("with config.toml %s, %v", at, err)
	}
	if again, err := start(dir, config.Defaults()); err != nil || again != first {
		t.Errorf("without it again %s became %s, %v", first, again, err)
	}
}

// Whoever waits is told of the end, and a wake from sleep ends nothing that
// lives.
func TestWaitAndNudge(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel))
	h.start()
	a := h.connect(anywhere)
	c := h.login(a)
	h.daemon.Nudge()
	if _, err := c.Select("INBOX", &imap.SelectOptions{ReadOnly: true}).Wait(); err != nil {
		t.Error(err)
	}
	given, cancel := context.WithCancel(t.Context())
	cancel()
	h.daemon.Wait(given)
	ended := make(chan struct{})
	go func() { defer close(ended); h.daemon.Wait(context.Background()) }()
	select {
	case <-ended:
		t.Error("it ended before it was closed")
	default:
	}
	if err := h.daemon.Close(); err != nil {
		t.Error(err)
	}
	<-ended
}

// What was put right at a start is said once.
func TestNotes(t *testing.T) {
	h := newHouse(t)
	h.start()
	if notes := h.daemon.Notes(); len(notes) != 0 {
		t.Errorf("notes %q", notes)
	}
	if err := h.daemon.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(h.paths.Data, "key"), 0o644); err != nil {
		t.Fatal(err)
	}
	h.start()
	if notes := h.daemon.Notes(); len(notes) != 1 || !strings.Contains(notes[0], "1 file in "+h.paths.Data+" could be read by others") {
		t.Errorf("notes %q", notes)
	}
	h.restart()
	if notes := h.daemon.Notes(); len(notes) != 0 {
		t.Errorf("notes %q", notes)
	}
}

// Events are told from a number on, as many as are asked for.
func TestEventWindow(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel))
	h.start()
	mail := h.fetch(h.connect(anywhere), "INBOX")[0]
	for range 5 {
		h.open(mail)
	}
	ctx := context.Background()
	all, err := h.client.Events(ctx, 0, 1000)
	if err != nil || len(all) < 6 {
		t.Fatal(all, err)
	}
	for i := range all[1:] {
		if all[i+1].Seq <= all[i].Seq {
			t.Errorf("event %d comes after %d", all[i+1].Seq, all[i].Seq)
		}
	}
	some, err := h.client.Events(ctx, all[1].Seq, 2)
	if err != nil || len(some) != 2 || some[0].Seq != all[2].Seq {
		t.Errorf("two after %d: %+v, %v", all[1].Seq, some, err)
	}
	newest, err := h.client.Events(ctx, -1, 1)
	if err != nil || len(newest) != 1 || newest[0].Seq != all[len(all)-1].Seq {
		t.Errorf("the newest: %+v, %v", newest, err)
	}
	// Following ends with the daemon, without an error that somebody would see.
	following := make(chan int)
	go func() {
		n := 0
		for _, err := range h.client.Follow(ctx, 0) {
			if err != nil {
				break
			}
			if n++; n == len(all) {
				following <- n
			}
		}
		close(following)
	}()
	<-following
	if err := h.daemon.Close(); err != nil {
		t.Error(err)
	}
	<-following
}

// What was decided goes on to hold for mail that programs keep of an account that
// was disconnected: a yes, and the no that takes it back.
func TestDisconnectedAccount(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel))
	h.start()
	mail := h.fetch(h.connect(anywhere), "INBOX")[0]
	h.decide("granted", "shop.example")
	if _, err := h.client.RemoveAccount(context.Background(), reader); err != nil {
		t.Fatal(err)
	}
	h.restart()
	if asks := h.open(mail); len(asks) != 1 {
		t.Errorf("granted, and it asked %v", asks)
	}
	h.decide("withdrawn", "shop.example")
	if asks := h.open(mail); asks != nil {
		t.Errorf("withdrawn, and it asked %v", asks)
	}
	h.connect(anywhere)
	if asks := h.open(mail); asks != nil {
		t.Errorf("connected again, it asked %v", asks)
	}
}
