package window_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"github.com/unseen-mail/unseen/gui/window"
	"github.com/unseen-mail/unseen/gui/window/piece"
	"github.com/unseen-mail/unseen/gui/window/windowtest"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/notice"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// noon is the moment of all tests.
var noon = time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)

// A world is a daemon that answers what a test wants: the control API is the real
// one, over its socket.
type world struct {
	mu sync.Mutex // guards what follows
	// senders, mails and days are how many there are.
	senders, mails, days int
	accounts             []api.Account
	settings             api.Settings
	waiting              []api.Waiting
	decided              []string
	name                 string
	// strange is what every sender and host is called, "" for names of their own.
	strange string
	// opened says that the test mail was opened.
	opened bool
	// spoken is the language of the daemon, which is that of the window.
	spoken      *words.Catalogue
	wrong       error
	paused      *api.Span
	authorities api.Authorities
	proxy       api.Proxy
	marks       []api.Mark
	stamps      []api.WaitingStamp
	// exporting is done before the last word on a bag.
	exporting func(ctx context.Context)
	// programs are the mail programs of the computer, nil for no way to set any up.
	programs *window.Programs
	// adding is told of accounts that are to be connected, if it is not nil.
	adding func(n api.NewAccount)
}

// small is the world of one reader's morning, huge that of somebody who keeps all.
func small() *world {
	w := &world{spoken: words.English(), senders: 5, mails: 7, days: 30, name: "Shop", settings: api.Settings{
		Level: "standard", Pictures: "none", TextSize: 100, Notices: true, LapseDays: 183, EventDays: 90, Links: "protect", Openings: "daily",
		Jurisdictions: []string{"BE", "DE", "EU", "FR", "IT", "NL"}, Edition: "sha256:5f3c", Config: "/home/anna/.config/unseen/config.toml",
		Data: "/home/anna/.local/share/unseen", Version: "1.0", Pinned: []string{}, Lists: []string{},
	}}
	w.accounts = []api.Account{{
		Address: "anna@mail.example", Name: "Anna", IMAP: api.Endpoint{Host: "imap.mail.example", Port: 993, TLS: "implicit"},
		SMTP: &api.Endpoint{Host: "smtp.mail.example", Port: 465, TLS: "implicit"}, Vouching: "yes",
		Local: api.Local{Host: "127.0.0.1", IMAP: 1143, IMAPS: 1993, SMTP: 1587, Fingerprint: strings.TrimSuffix(strings.Repeat("AB:CD:", 5), ":")},
	}}
	w.authorities, w.proxy = waysOf()
	w.marks = marksOf()
	for i := range 2 {
		w.waiting = append(w.waiting, api.Waiting{Sender: key(i), Address: "anna@mail.example", Kind: "first", Purposes: []string{"performance"}, Held: 3 + i, Last: noon})
	}
	return w
}

func huge() *world {
	w := small()
	w.senders, w.mails = 20_000, 400
	return w
}

func key(i int) string { return fmt.Sprintf("shop%d.example", i) }

// key is what a sender is called, host what a host is.
func (w *world) key(i int) string { return w.host(key(i)) }

func (w *world) host(name string) string {
	if w.strange != "" {
		return w.strange
	}
	return name
}

func (w *world) senderRow(i int) api.SenderRow {
	row := api.SenderRow{First: noon.AddDate(0, 0, -i%300), Sender: api.Sender{
		Key: w.key(i), Display: fmt.Sprint(w.name, " ", i), Address: "news@" + w.key(i), Authenticated: i%7 != 6, Messages: 1 + i*37%50,
		Last: noon.Add(-time.Duration(i) * time.Hour), Account: "anna@mail.example",
	}}
	row.Granted, row.Refused = i%3/2, i%2
	return row
}

func (w *world) reply() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.wrong
}

func (w *world) note(what string, parts ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.decided = append(w.decided, fmt.Sprint(append([]any{what, " "}, parts...)...))
}

func (w *world) notes() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.decided)
}

// question is one question, composed as the daemon composes it.
func (w *world) question(a api.Ask) api.Question {
	sender := a.Sender
	n := notice.Compose(&notice.Subject{
		Key: sender, From: "news@" + sender, How: "DMARC", Address: "anna@mail.example", Jurisdiction: "FR", Days: 183,
		Wants:   []notice.Want{{Purpose: purpose.Performance, Vendors: []string{"sendgrid"}}, {Purpose: purpose.Click, Vendors: []string{"sendgrid"}}},
		Loads:   []notice.Load{{Vendor: "sendgrid", Purposes: []purpose.ID{purpose.Performance}}},
		Vendors: []notice.Vendor{{ID: "sendgrid", Name: "Twilio SendGrid", Trade: "esp"}},
	}, words.In(a.Language))
	when := noon.AddDate(0, -1, 0)
	return api.Question{Sender: sender, Address: "anna@mail.example", Kind: "first", Notice: n, Mails: []string{strings.Repeat("ab", 32)}, Switches: []api.Switch{
		{Purpose: "performance", Decision: "granted", On: sender == key(2), When: &when}, {Purpose: "click", Decision: "unasked"},
	}}
}

func (w *world) service() api.Service {
	return api.Service{
		Status: func(context.Context) (api.Status, error) {
			return api.Status{Version: "1.0", PID: 1, Since: noon, Accounts: w.accounts, Level: "standard", Paused: w.paused,
				Gateway: api.Gateway{Origin: "http://127.0.0.1:4180", Port: 4180, Open: true}, Mail: api.Mail{Messages: w.mails}}, w.reply()
		},
		Accounts:   func(context.Context) ([]api.Account, error) { return w.accounts, w.reply() },
		AddAccount: w.addAccount,
		RemoveAccount: func(_ context.Context, a string) (api.Account, error) {
			w.note("remove", a)
			return api.Account{Address: a}, w.reply()
		},
		CheckAccount: func(context.Context, api.CheckRequest) ([]api.Step, error) {
			return []api.Step{{OK: true, Text: "imap.mail.example:993 answers: mail can be received"}, {Text: "no login", Hint: "check it"}}, w.reply()
		},
		PutTestMail: func(_ context.Context, q api.TestMailRequest) (api.TestMail, error) {
			w.note("test", q.Address, " ", len(q.Password), " ", q.Language)
			return api.TestMail{Subject: words.In(q.Language).Say(words.TestMailSubject), Host: testHost}, w.reply()
		},
		Questions: func(context.Context, bool) ([]api.Waiting, error) { return w.waiting, w.reply() },
		Ask: func(_ context.Context, a api.Ask) ([]api.Question, error) {
			if a.Shown {
				w.note("later", a.Sender)
			}
			return []api.Question{w.question(a)}, w.reply()
		},
		Answer: func(_ context.Context, a api.Answer) (api.Answered, error) {
			w.note("answer", a.Sender, " yes=", a.Yes, " no=", a.No, " all=", a.All, " ", a.Notice != "")
			out := api.Answered{}
			for _, p := range a.Yes {
				out.Standings = append(out.Standings, api.Standing{Sender: a.Sender, Purpose: p, Decision: "granted"})
			}
			return out, w.reply()
		},
		Decide: func(_ context.Context, d api.Decision) ([]api.Standing, error) {
			w.note(d.Decision, d.Sender, " ", d.Purposes, " ", d.All)
			return []api.Standing{}, w.reply()
		},
		Once: func(_ context.Context, r api.OnceRequest) (api.Permit, error) {
			w.note("once", r.Message[:4])
			return api.Permit{Message: r.Message}, w.reply()
		},
		Tell: func(_ context.Context, r api.TellRequest) ([]api.Tell, error) {
			return []api.Tell{{Sender: r.Sender, Links: []api.TellLink{{Kind: "unsubscribe", URL: "https://" + r.Sender + "/unsubscribe?u=1"}}}}, w.reply()
		},
		WouldSend: func(_ context.Context, r api.SendingRequest) ([]api.Sending, error) {
			return []api.Sending{w.sending(words.In(r.Language))}, w.reply()
		},
		History: func(_ context.Context, sender string) (api.History, error) {
			return api.History{Sender: sender, Records: []api.Record{{
				Seq: 1, Sender: sender, Address: "anna@mail.example", Purpose: "performance", Decision: "granted", When: noon.AddDate(0, -1, 0), Notice: "The notice,\nword for word.",
			}}}, w.reply()
		},
		Pictures: func(context.Context) ([]api.Picture, error) { return nil, w.reply() },
		ShowPictures: func(_ context.Context, p api.Picture) (api.Picture, error) {
			w.note("pictures", p.Sender, " ", p.Show)
			return p, w.reply()
		},
		Events:     w.events,
		Protection: w.protection(), Authorities: w.standsIn(), Proxies: w.proxies(), Evidence: w.evidence(),
		Faces: w.faces(),
		Follow: func(ctx context.Context, _ int64, _ func(api.Event) bool) error {
			<-ctx.Done()
			return nil
		},
	}
}

func (w *world) addAccount(_ context.Context, n api.NewAccount) (api.Account, error) {
	if n.IMAP == nil && n.Address != "anna@mail.example" {
		return api.Account{}, &api.Error{Code: api.CodeUnknown, Text: "its servers are not known"}
	}
	w.note("add", n.Address)
	if w.adding != nil {
		w.adding(n)
	}
	return w.accounts[0], w.reply()
}

func (w *world) protection() api.Protection {
	return api.Protection{
		Pause: func(_ context.Context, p api.PauseRequest) (api.Span, error) {
			w.note("pause", p.Seconds)
			return api.Span{}, w.reply()
		},
		Resume: func(context.Context) (api.Resumed, error) {
			w.note("resume")
			return api.Resumed{}, w.reply()
		},
	}
}

func (w *world) events(context.Context, int64, int) ([]api.Event, error) {
	var list []api.Event
	for i, e := range []api.Event{
		{Kind: "account", Outcome: "connected"}, {Kind: "load", Outcome: "held", Sender: w.key(0), Verdict: "tracker", Host: w.host("u1.ct.sendgrid.net")},
		{Kind: "load", Outcome: "held", Sender: w.key(0), Verdict: "tracker", Host: w.host("open.shop.example")}, {Kind: "load", Outcome: "copy", Sender: w.key(1), Verdict: "clean"},
		{Kind: "consent", Outcome: "granted", Sender: w.key(2)}, {Kind: "load", Outcome: "released", Sender: w.key(2), Verdict: "tracker", Host: w.host("t.example")},
	} {
		e.Seq, e.Time = int64(i+1), noon.Add(-time.Hour).Add(time.Duration(i)*10*time.Minute/4)
		list = append(list, e)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.opened {
		list = append(list, api.Event{Seq: 9, Time: noon, Kind: "load", Outcome: "held", Verdict: "tracker", Host: testHost})
	}
	return list, w.wrong
}

func (w *world) faces() api.Faces {
	return api.Faces{
		SenderPage: func(_ context.Context, q api.SenderQuery) (api.SenderPage, error) {
			page := api.SenderPage{Total: w.senders, Matching: w.senders}
			for i := q.Offset; i < min(w.senders, q.Offset+q.Limit); i++ {
				page.Senders = append(page.Senders, w.senderRow(i))
			}
			return page, w.reply()
		},
		SenderFacts: func(_ context.Context, q api.SenderFactsQuery) (api.SenderFacts, error) {
			row := w.senderRow(2)
			row.Key = q.Sender
			return api.SenderFacts{SenderRow: row, Leaks: 3, Looked: 20, Trackers: []api.TrackerSeen{
				{Vendor: "sendgrid", Name: w.host("Twilio SendGrid"), Counts: api.Counts{Held: 12, Released: 1}, Last: noon},
			}}, w.reply()
		},
		Messages: func(_ context.Context, q api.MessageQuery) (api.MessagePage, error) {
			page := api.MessagePage{More: w.mails > q.Offset+q.Limit}
			for i := q.Offset; i < min(w.mails, q.Offset+q.Limit); i++ {
				page.Messages = append(page.Messages, w.message(i))
			}
			return page, w.reply()
		},
		Message: func(_ context.Context, q api.MessageFactsQuery) (api.MessageFacts, error) {
			return api.MessageFacts{Message: w.message(0), Edition: "sha256:5f3c", References: w.references(words.In(q.Language))}, w.reply()
		},
		Statistics: w.statistics,
		Settings:   func(context.Context) (api.Settings, error) { return w.settings, w.reply() },
		Set: func(_ context.Context, c api.SettingsChange) (api.Settings, error) {
			if c.Theme != nil {
				w.settings.Theme = *c.Theme
			}
			if c.Language != nil {
				w.settings.Language = *c.Language
			}
			if c.Notices != nil {
				w.settings.Notices = *c.Notices
			}
			if c.Level != nil {
				w.settings.Level = *c.Level
			}
			w.note("set")
			return w.settings, w.reply()
		},
		Purposes: func(_ context.Context, q api.PurposeQuery) ([]api.Purpose, error) {
			var list []api.Purpose
			for _, p := range purpose.All() {
				list = append(list, api.Purpose{ID: string(p.ID), Title: p.ID.Text(q.Language).Title})
			}
			return list, w.reply()
		},
	}
}

// testHost is where the picture of the test mail lies.
const testHost = "picture-5f3c0a11.unseen.invalid"

// sending is what a load would send, said as the daemon says it.
func (w *world) sending(in *words.Catalogue) api.Sending {
	s := api.Sending{Host: w.host("u1.ct.sendgrid.net"), Shows: api.Shows{
		Network: in.Say(words.SendsNetwork), Client: "Mozilla/5.0", Time: in.Say(words.SendsTime), Cookies: in.Say(words.SendsNoCookies),
	}}
	s.Text = []string{in.Say(words.SendsTo, "host", s.Host, "who", "Twilio SendGrid"),
		in.Say(words.SendsDecoded, "value", "dTAwMQ", "decoded", "anna@mail.example"),
		s.Network, in.Say(words.SendsClient, "client", s.Client), s.Time, s.Cookies}
	return s
}

func (w *world) message(i int) api.Message {
	return api.Message{
		ID: fmt.Sprintf("%064x", i), Sender: w.key(i % 9), Display: w.name, From: "news@" + w.key(i%9), Authenticated: true, Subject: w.host(fmt.Sprint("Coats, warmer than ever (", i, ")")),
		Sent: noon.AddDate(0, 0, -i/3), Seen: noon, Address: "anna@mail.example", Trackers: i % 3, Suspected: i % 2, Links: 4,
	}
}

func (w *world) references(in *words.Catalogue) []api.MessageReference {
	return []api.MessageReference{
		{Vector: "img src", Kind: "image", URL: "https://cdn.shop.example/coats.jpg", Host: w.host("cdn.shop.example"), Text: w.host("Coats"), Width: 600, Height: 300, Verdict: "clean", Action: "hold", Reasons: []string{in.Because("local", nil)}},
		{Vector: "a href", Kind: "link", URL: "https://click.shop.example/c/9f31", Host: w.host("click.shop.example"), Text: "See the coats", Width: -1, Height: -1, Verdict: "tracker", Certainty: "strong", Action: "gate", Reasons: []string{in.Because("token", []string{"path", "32"})}},
		{Vector: "img src", Kind: "pixel", URL: "https://u1.ct.sendgrid.net/wf/open?upn=u001", Host: w.host("u1.ct.sendgrid.net"), Width: 1, Height: 1, Verdict: "tracker", Certainty: "proven", Action: "hold", Reasons: []string{in.Because("invisible", nil)}, Sends: w.sending(in).Text},
	}
}

func (w *world) statistics(_ context.Context, q api.StatisticsQuery) (api.Statistics, error) {
	out := api.Statistics{From: noon.AddDate(0, 0, -w.days), To: noon}
	for i := range w.days {
		n := (i*7 + 3) % 11 * (1 + w.senders/5000)
		out.Spans = append(out.Spans, api.SpanCounts{Begin: noon.AddDate(0, 0, i-w.days+1), Counts: api.Counts{Held: n, Released: i % 4}, Asked: n})
		out.Sums.Held += n
		out.Sums.Released += i % 4
	}
	if !q.From.IsZero() {
		out.Sums.Counts = api.Counts{Held: 14, Released: 1, Copies: 3}
	}
	out.Sums.Mails, out.Sums.Asking, out.Sums.Told, out.Sums.Unknown = 12, 9, 1, 4
	out.Vendors = []api.Tally{{ID: "sendgrid", Name: "Twilio SendGrid", Held: 60, Told: 4}, {ID: "host:t.example", Name: w.host("t.example"), Held: 12}}
	out.Senders = []api.Tally{{ID: w.key(0), Held: 40}, {ID: w.key(2), Held: 9, Told: 4}}
	out.Purposes = []api.Tally{{ID: "performance", Held: 70, Told: 4}, {ID: "click", Held: 3}}
	out.Vectors = []api.Tally{{ID: "img src", Held: 72, Told: 4}}
	return out, w.reply()
}

// serve answers for the length of a test.
func serve(t testing.TB, w *world) *api.Client {
	t.Helper()
	path := filepath.Join(t.TempDir(), "control.sock")
	ln, err := api.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		if err := (&api.Server{Service: w.service()}).Serve(ctx, ln); err != nil {
			t.Errorf("serving: %v", err)
		}
	})
	t.Cleanup(func() { cancel(); done.Wait() })
	return api.NewClient(path)
}

// show makes a window of a world and shows a page of it.
func show(t *testing.T, w *world, page, lang, variant string) *window.Window {
	t.Helper()
	windowtest.Wake()
	a := test.NewTempApp(t)
	test.ApplyTheme(t, piece.NewTheme(variant, 100))
	w.settings.Theme, w.spoken = variant, words.In(lang)
	win := window.New(t.Context(), a, window.Config{
		Client: serve(t, w), Words: words.In(lang), Now: func() time.Time { return noon }, Inline: true,
		Save:   func(name string, _ []byte) (string, error) { return "/home/anna/Downloads/" + name, nil },
		Place:  func(name string) (string, error) { return "/home/anna/Downloads/" + name, nil },
		Start:  func(context.Context) error { return nil },
		Folder: func(path string) bool { w.note("folder", path); return !strings.Contains(path, "nowhere") },
		Login:  func() bool { return false }, SetLogin: func(bool) error { return nil },
		Programs: w.programs,
	})
	t.Cleanup(win.Close)
	win.Run(page)
	return win
}
