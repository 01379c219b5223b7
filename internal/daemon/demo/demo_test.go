package demo_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/daemon/demo"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// world starts a demo for the length of a test.
func world(t *testing.T) *demo.World {
	t.Helper()
	w, err := demo.Open(context.Background(), words.English(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// mails are those of the demo.
func mails(t *testing.T) []demo.Mail {
	t.Helper()
	list, err := demo.Mails()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// The mailbox holds what a mailbox holds: mail of many kinds, with and without
// trackers, and none that could reach anybody.
func TestMails(t *testing.T) {
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	judge := &detect.Judge{Catalogue: rules}
	without := []string{"05-stadtwerke", "10-marieke"}
	list := mails(t)
	if len(list) < 12 {
		t.Errorf("only %d mails", len(list))
	}
	vendors := make(map[string]bool)
	for _, m := range list {
		if l := message.Parse(m.Raw); len(l.Gaps) > 0 {
			t.Errorf("%s: not looked into: %v", m.Name, l.Gaps)
		}
		trackers := 0
		for _, f := range detect.Scan(m.Raw, judge, detect.ScanOptions{All: true}).Findings {
			if u, err := url.Parse(f.URL); err == nil && u.Host != "" && !strings.HasSuffix(u.Hostname(), ".example") {
				t.Errorf("%s: %s may belong to somebody", m.Name, f.URL)
			}
			if f.Kind.Load() && f.Verdict != detect.Clean {
				trackers++
				if f.Vendor != nil {
					vendors[*f.Vendor] = true
				}
			}
		}
		if (trackers == 0) != slices.Contains(without, m.Name) {
			t.Errorf("%s has %d trackers", m.Name, trackers)
		}
	}
	if len(vendors) < 8 {
		t.Errorf("only these vendors: %v", vendors)
	}
}

// Nothing, exactly the opening, nothing.
func TestOnce(t *testing.T) {
	w := world(t)
	var out bytes.Buffer
	if err := demo.Once(context.Background(), w, words.English(), &out); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	hits := w.Tracker.Hits()
	if len(hits) != 1 || hits[0].Cookie != "" || hits[0].Referer != "" || strings.Contains(hits[0].Agent, "Unseen") {
		t.Errorf("the tracker learned %+v", hits)
	}
	if n := strings.Count(out.String(), "learned nothing"); n != 2 {
		t.Errorf("printed:\n%s", &out)
	}
}

// The play notices a tracker that learns more than it should.
func TestOnceNotices(t *testing.T) {
	for name, meddle := range map[string]api.Decision{
		"another sender may know too": {Decision: "granted", Sender: "maison-lavande.example", All: true},
		"it knew before":              {Decision: "granted", Sender: "harbourbooks.example", All: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := world(t)
			if _, err := demo.NewReader(w.Account, w.Daemon.Origin()).Fetch(context.Background()); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Daemon.Client().Grant(context.Background(), meddle, func(api.Question) bool { return true }); err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			if err := demo.Once(context.Background(), w, words.English(), &out); !errors.Is(err, demo.ErrTold) {
				t.Errorf("error is %v\n%s", err, &out)
			}
		})
	}
}

// What is sent carries no address of this machine and no tracker, and what
// would carry an unknown one is not sent.
func TestReply(t *testing.T) {
	w := world(t)
	got, err := demo.NewReader(w.Account, w.Daemon.Origin()).Fetch(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(got, func(m []byte) bool {
		return bytes.Contains(m, []byte("From: Swift Parcel")) && !bytes.Contains(m, []byte("fw_1"))
	})
	_, html, _ := bytes.Cut(got[at], []byte("\r\n\r\n"))
	if n := bytes.Count(html, []byte(w.Daemon.Origin())); n != 2 {
		t.Fatalf("the quoted mail names the gateway %d times", n)
	}
	if err := send(t, w, string(html)); err != nil {
		t.Fatal(err)
	}
	sent := w.Sink.Sent()
	if len(sent) != 1 {
		t.Fatalf("%d mails arrived", len(sent))
	}
	for _, bad := range []string{"127.0.0.1", "click.swiftparcel.example"} {
		if bytes.Contains(sent[0], []byte(bad)) {
			t.Errorf("%s left this machine:\n%s", bad, sent[0])
		}
	}
	if !bytes.Contains(sent[0], []byte("https://assets.swiftparcel.example/m/van.png")) {
		t.Errorf("the picture lost its address:\n%s", sent[0])
	}
	unknown := regexp.MustCompile(`/p/[A-Za-z0-9]{22}`).ReplaceAllString(string(html), "/p/AAAAAAAAAAAAAAAAAAAAAA")
	var refused *smtp.SMTPError
	if err := send(t, w, unknown); !errors.As(err, &refused) || refused.Code != 554 {
		t.Errorf("an unknown address: %v", err)
	}
	if len(w.Sink.Sent()) != 1 {
		t.Error("it was sent all the same")
	}
}

// send sends HTML through Unseen, as a mail program does.
func send(t *testing.T, w *demo.World, html string) error {
	t.Helper()
	addr := fmt.Sprintf("127.0.0.1:%d", w.Account.Local.SMTP)
	c, err := smtp.DialStartTLS(addr, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Auth(sasl.NewPlainClient("", demo.User, demo.Password)); err != nil {
		t.Fatal(err)
	}
	mail := "From: " + demo.Address + "\r\nTo: marieke@vriendenpost.example\r\nSubject: Re\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: text/html; charset=utf-8\r\n\r\n<p>See below.</p>\r\n<blockquote>" + html + "</blockquote>\r\n"
	return c.SendMail(demo.Address, []string{"marieke@vriendenpost.example"}, strings.NewReader(mail))
}

// The live log says what was held, asked for and sent.
func TestLive(t *testing.T) {
	w := world(t)
	ctx, cancel := context.WithCancel(context.Background())
	told := &journal{events: make(chan api.Event, 1000)}
	done := make(chan error, 1)
	go func() { done <- demo.Live(ctx, w, words.English(), told) }()
	reader := demo.NewReader(w.Account, w.Daemon.Origin())
	got, err := reader.Fetch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	// Whoever follows may begin after the first openings.
	held := 0
	for held == 0 {
		if _, err := reader.Open(ctx, got[len(got)-1]); err != nil {
			t.Fatal(err)
		}
		for len(told.events) > 0 {
			if e := <-told.events; e.Kind == "load" && e.Outcome == "held" {
				held++
			}
		}
	}
	if err := send(t, w, "<p>Hello</p>"); err != nil {
		t.Fatal(err)
	}
	client := w.Daemon.Client()
	if _, err := client.ShowPictures(ctx, api.Picture{Sender: "harbourbooks.example", Show: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Grant(ctx, api.Decision{Sender: "harbourbooks.example", All: true}, func(api.Question) bool { return true }); err != nil {
		t.Fatal(err)
	}
	if _, err := reader.Open(ctx, got[len(got)-1]); err != nil {
		t.Fatal(err)
	}
	// A connection that begins when Live listens is told, and so is what came.
	if _, err := reader.Fetch(ctx); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); !told.has("It fetched 15 mails") && time.Now().Before(deadline); {
		time.Sleep(20 * time.Millisecond)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	for _, want := range []string{
		"A mail program logged in.", "It fetched 15 mails through Unseen.", "A mail was sent; addresses of this computer in it: 0",
		"The tracker was asked for https://clicks.harbourbooks.example/track/open.php?u=",
	} {
		if !told.has(want) {
			t.Errorf("%q is not among %q", want, told.lines)
		}
	}
	// That a picture is the same for everybody is said by its event.
	if len(w.Tracker.Hits()) < 3 || told.has("asked for https://cdn.harbourbooks.example") {
		t.Errorf("%d hits; told %q", len(w.Tracker.Hits()), told.lines)
	}
}

// A journal keeps what it is told.
type journal struct {
	events chan api.Event

	mu    sync.Mutex // guards what follows
	lines []string
}

func (j *journal) Event(e api.Event) { j.events <- e }

func (j *journal) Line(text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, text)
}

func (j *journal) After(text string) { j.Line(text) }

// has says whether a line with a text was told.
func (j *journal) has(text string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.ContainsFunc(j.lines, func(line string) bool { return strings.Contains(line, text) })
}
