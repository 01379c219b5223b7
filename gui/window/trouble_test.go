package window_test

import (
	"bytes"
	"context"
	"database/sql"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"github.com/unseen-mail/unseen/gui/window"
	"github.com/unseen-mail/unseen/gui/window/piece"
	"github.com/unseen-mail/unseen/gui/window/windowtest"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/daemon/demo"
	"github.com/unseen-mail/unseen/internal/words"
)

// A line carries what a window and a real daemon say to each other: it can be cut, be
// slow, and claim that the daemon is of another version.
type line struct {
	t        *testing.T
	path, to string
	server   *http.Server
	done     sync.WaitGroup

	mu      sync.Mutex // guards what follows
	delay   time.Duration
	version string
	// held, if not nil, lets no answer go before it is closed.
	held chan struct{}
	// writes are what was asked meanwhile that would change something.
	writes sync.WaitGroup
}

// hold lets no answer go until the end is called. What was to change something meanwhile
// must have been cancelled by then: the end waits until whoever asked is seen to have
// left, which takes the system a moment.
func (l *line) hold() (end func()) {
	held := make(chan struct{})
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = held
	return func() {
		l.mu.Lock()
		l.held = nil
		l.mu.Unlock()
		close(held)
		l.writes.Wait()
	}
}

// wait lets a question wait as long as it has to, and reports whether it is still asked.
func (l *line) wait(r *http.Request) bool {
	l.mu.Lock()
	delay, held := l.delay, l.held
	writes := held != nil && r.Method != http.MethodGet
	if writes {
		l.writes.Add(1)
		defer l.writes.Done()
	}
	l.mu.Unlock()
	if held == nil {
		held = make(chan struct{})
		close(held)
	}
	select {
	case <-time.After(delay):
	case <-r.Context().Done():
		return false
	}
	select {
	case <-held:
	case <-r.Context().Done():
		return false
	}
	// That somebody has left is not seen at once, and what came when the line was let go
	// may be from before: a line that is slow with what changes something sees it.
	limit := time.Duration(0)
	if r.Method != http.MethodGet {
		limit = 200 * time.Millisecond
	}
	if writes {
		limit = time.Minute
	}
	select {
	case <-r.Context().Done():
		return false
	case <-time.After(limit):
	}
	if writes {
		l.t.Errorf("%s %s is still asked although it was cancelled", r.Method, r.URL.Path)
	}
	return r.Context().Err() == nil
}

func (l *line) set(delay time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.delay = delay
}

func (l *line) claim(version string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.version = version
}

func (l *line) claimed() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.version
}

// open lets the window reach the daemon.
func (l *line) open() {
	l.t.Helper()
	ln, err := net.Listen("unix", l.path)
	if err != nil {
		l.t.Fatal(err)
	}
	forward := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: "unseen"}) },
		FlushInterval: -1, ErrorLog: log.New(io.Discard, "", 0), // who leaves is no error
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", l.to)
		}},
		ModifyResponse: func(r *http.Response) error {
			if version := l.claimed(); version != "" {
				r.Header.Set("Unseen-Api", version)
			}
			return nil
		},
	}
	l.server = &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Whoever asked is seen to leave only once all was read that they said.
		said, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		if r.Body = io.NopCloser(bytes.NewReader(said)); l.wait(r) {
			forward.ServeHTTP(w, r)
		}
	})}
	server := l.server
	l.done.Go(func() { _ = server.Serve(ln) }) // it always ends with ErrServerClosed
}

// cut is what happens when the daemon ends.
func (l *line) cut() {
	_ = l.server.Close()
	l.done.Wait()
}

// trouble is a window that speaks over a line with a real daemon, to which a newsletter
// came that asks something.
func trouble(t *testing.T) (*hand, *demo.World, *line) {
	t.Helper()
	world, l := overLine(t)
	windowtest.Wake()
	a := test.NewTempApp(t)
	test.ApplyTheme(t, piece.NewTheme("light", 100))
	win := window.New(t.Context(), a, window.Config{Client: api.NewClient(l.path), Words: words.English(), Inline: true})
	t.Cleanup(win.Close)
	win.Window().Resize(wide)
	return &hand{t, nil, win, win.Window()}, world, l
}

// overLine is a daemon at the end of a line, to which a newsletter came.
func overLine(t *testing.T) (*demo.World, *line) {
	t.Helper()
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
	reader := demo.NewReader(world.Account, world.Daemon.Origin())
	mails, err := reader.Fetch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mails {
		if _, err := reader.Open(ctx, m); err != nil {
			t.Fatal(err)
		}
	}
	l := &line{t: t, path: filepath.Join(t.TempDir(), "line.sock"), to: world.Paths.Socket()}
	l.open()
	t.Cleanup(l.cut)
	return world, l
}

// answers are the decisions in the ledger about a sender.
func answers(t *testing.T, w *demo.World, decision string) (n int) {
	t.Helper()
	list, err := w.Daemon.Client().Standings(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		if s.Decision == decision {
			n++
		}
	}
	return n
}

// chosen says whether an answer is chosen on the page.
func (h *hand) chosen(answer string) bool {
	b := h.button(answer)
	return b != nil && b.Chosen
}

// A daemon that goes away between reading a question and answering it loses nothing: the
// window says so, what was chosen stays, and trying again writes it.
func TestRealDaemonGone(t *testing.T) {
	h, world, l := trouble(t)
	h.w.Run(window.Questions)
	h.press("Keep it from them")
	before := answers(t, world, "refused")
	l.cut()
	h.press("Keep the answers above")
	if !h.has("Unseen is not running") || !h.chosen("Keep it from them") {
		t.Fatalf("%q", h.said())
	}
	h.show(window.Settings) // every page can still be gone to
	h.show(window.Questions)
	if !h.chosen("Keep it from them") {
		t.Error("what was chosen is lost")
	}
	l.open()
	h.press("Keep the answers above")
	if n := answers(t, world, "refused"); n == before || h.has("could not be done") {
		t.Errorf("%d answers; %q", n, h.said())
	}
}

// A store that another program holds is said, with a remedy: a yes that is not on disk was
// not given. Once the store is free it is written.
func TestRealStoreLocked(t *testing.T) {
	h, world, _ := trouble(t)
	h.w.Run(window.Questions)
	h.press("Let them know")
	db, err := sql.Open("sqlite", "file:"+filepath.Join(world.Paths.Data, "unseen.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	before := answers(t, world, "granted")
	h.press("Keep the answers above")
	if !h.has("another program holds the store") || !h.has("end that program") || !h.chosen("Let them know") || answers(t, world, "granted") != before {
		t.Errorf("%q", h.said())
	}
	if _, err := conn.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	h.press("Try again")
	if answers(t, world, "granted") == before || h.has("could not be done") {
		t.Errorf("%q", h.said())
	}
}

// A daemon of another version is said to be one, and nothing of what it answers is shown.
func TestRealDaemonOfAnotherVersion(t *testing.T) {
	h, _, l := trouble(t)
	l.claim("2")
	h.w.Run(window.Today)
	if !h.has("it speaks version 2, the window 1") {
		t.Errorf("%q", h.said())
	}
	l.claim("")
	h.press("Try again")
	if h.has("could not be done") || !h.has("Waiting for your answer") {
		t.Errorf("%q", h.said())
	}
}

// A daemon that takes two seconds for each answer gets one answer to its question, and
// the window shows in the end what is still asked.
func TestRealDaemonSlow(t *testing.T) {
	h, world, l := trouble(t)
	h.w.Run(window.Questions)
	h.press("Let them know")
	before := answers(t, world, "granted")
	l.set(2 * time.Second)
	h.press("Keep the answers above")
	if n := answers(t, world, "granted"); n != before+1 || h.has("could not be done") || !h.has("May ") {
		t.Errorf("%d answers more; %q", n-before, h.said())
	}
}
