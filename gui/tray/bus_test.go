package tray_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/unseen-mail/unseen/gui/tray"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// bus starts a session bus for a test.
func bus(t *testing.T) *dbus.Conn {
	t.Helper()
	daemon, err := exec.LookPath("dbus-daemon")
	if err != nil {
		if os.Getenv("UNSEEN_STRICT") == "1" {
			t.Fatal("dbus-daemon is not installed")
		}
		t.Skip("dbus-daemon is not installed")
	}
	cmd := exec.Command(daemon, "--session", "--nofork", "--print-address", "--address=unix:path="+filepath.Join(t.TempDir(), "bus"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", strings.TrimSpace(address))
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// A desktop is what icons and notices are handed to.
type desktop struct{ items, notices chan string }

// RegisterStatusNotifierItem takes an icon.
func (d *desktop) RegisterStatusNotifierItem(name string, sender dbus.Sender) *dbus.Error {
	if strings.HasPrefix(name, "/") {
		name = string(sender)
	}
	d.items <- name
	return nil
}

// Notify takes a notice.
func (d *desktop) Notify(_ string, _ uint32, _, title, text string, actions []string, _ map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	d.notices <- title + "|" + text + "|" + strings.Join(actions, ",")
	return 7, nil
}

// A fake answers what the icon asks.
type fake struct {
	mu      sync.Mutex // guards what follows
	status  api.Status
	waiting []api.Waiting
	given   []api.Standing
	asked   []string
	// looked is how often it was asked how it does.
	looked int
	events chan api.Event
}

func (f *fake) with(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
}

func (f *fake) service() api.Service {
	return api.Service{
		Status: func(context.Context) (s api.Status, _ error) {
			f.with(func() { s = f.status; f.looked++ })
			return s, nil
		},
		Questions: func(context.Context, bool) (l []api.Waiting, _ error) {
			f.with(func() { l = slices.Clone(f.waiting) })
			return l, nil
		},
		Standings: func(context.Context) (l []api.Standing, _ error) {
			f.with(func() { l = slices.Clone(f.given) })
			return l, nil
		},
		Answer: func(_ context.Context, a api.Answer) (api.Answered, error) {
			f.with(func() { f.asked = append(f.asked, "no "+a.Sender+" "+a.All+" "+a.How); f.waiting = nil })
			return api.Answered{}, nil
		},
		Decide: func(_ context.Context, d api.Decision) ([]api.Standing, error) {
			f.with(func() {
				f.asked = append(f.asked, fmt.Sprint(d.Decision, " ", d.Sender, " ", d.All, " ", d.How))
				f.given = nil
			})
			return nil, nil
		},
		Protection: api.Protection{
			Pause: func(_ context.Context, p api.PauseRequest) (api.Span, error) {
				f.with(func() {
					f.asked = append(f.asked, fmt.Sprint("pause ", p.Seconds))
					f.status.Paused = &api.Span{Until: time.Now().Add(time.Hour)}
				})
				return api.Span{}, nil
			},
			Resume: func(context.Context) (api.Resumed, error) {
				f.with(func() { f.asked = append(f.asked, "resume"); f.status.Paused = nil })
				return api.Resumed{}, nil
			},
		},
		Faces: api.Faces{Settings: func(context.Context) (api.Settings, error) { return api.Settings{Notices: true}, nil }},
		Follow: func(ctx context.Context, _ int64, emit func(api.Event) bool) error {
			for {
				select {
				case e := <-f.events:
					emit(e)
				case <-ctx.Done():
					return nil
				}
			}
		},
	}
}

// silent has something be held during a pause, and wants no notice of it. The icon asks
// twice how it does: for its own look, and before it would say something.
func (f *fake) silent(t *testing.T, d *desktop) {
	t.Helper()
	looked := func() (n int) { f.with(func() { n = f.looked }); return n }
	before := looked()
	f.events <- api.Event{Seq: 3, Kind: "load", Outcome: "held", Verdict: "tracker", Sender: "shop.example"}
	until(t, "asked twice", func() bool { return looked() >= before+2 })
	select {
	case said := <-d.notices:
		t.Errorf("in a pause it says %q", said)
	default:
	}
}

// menu are the lines of the icon's menu by their number.
func menu(t *testing.T, conn *dbus.Conn, name string) map[string]int32 {
	t.Helper()
	var revision uint32
	var root struct {
		ID       int32
		Props    map[string]dbus.Variant
		Children []dbus.Variant
	}
	call := conn.Object(name, "/StatusNotifierItem/menu").Call("com.canonical.dbusmenu.GetLayout", 0, int32(0), int32(-1), []string{})
	if err := call.Store(&revision, &root); err != nil {
		t.Fatal(err)
	}
	lines := make(map[string]int32)
	for _, c := range root.Children {
		parts := c.Value().([]any)
		props := parts[1].(map[string]dbus.Variant)
		if label, ok := props["label"]; ok {
			lines[label.Value().(string)] = parts[0].(int32)
		}
	}
	return lines
}

// press presses the line of a menu that begins with a text, once it is there.
func press(t *testing.T, conn *dbus.Conn, name, text string) {
	t.Helper()
	for range 100 {
		for label, id := range menu(t, conn, name) {
			if strings.HasPrefix(label, text) {
				call := conn.Object(name, "/StatusNotifierItem/menu").Call("com.canonical.dbusmenu.Event", 0, id, "clicked", dbus.MakeVariant(""), uint32(0))
				if call.Err != nil {
					t.Fatal(call.Err)
				}
				return
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("the menu has no line %q: %v", text, menu(t, conn, name))
}

// until waits for something to be so.
func until(t *testing.T, what string, so func() bool) {
	t.Helper()
	for range 200 {
		if so() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("it never came to: %s", what)
}

// hostile is how a sender may call itself: servers of notices read markup, and shells more.
const hostile = "\u202e$(reboot) `id` <b>&amp;</b> <a href=\"https://t.example\">x</a>\n%s"

// The icon speaks with a desktop over the bus: it shows how Unseen does, answers a no,
// takes back, pauses, opens, and goes when it is told to. Without a desktop that takes
// icons it says so.
func TestIconOnABus(t *testing.T) {
	conn := bus(t)
	f := &fake{events: make(chan api.Event), waiting: []api.Waiting{{Sender: "shop_one.example"}, {Sender: hostile}}, given: []api.Standing{{Sender: "club.example", Decision: "granted"}}}
	f.status.Today = api.Counts{Held: 14, Released: 1}
	path := filepath.Join(t.TempDir(), "control.sock")
	ln, err := api.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { _ = (&api.Server{Service: f.service()}).Serve(ctx, ln) })
	defer done.Wait()
	defer cancel()
	opened := make(chan string, 9)
	cfg := tray.Config{
		Quiet: 100 * time.Millisecond, Client: api.NewClient(path), Words: words.English(), Said: func(err error) { t.Log(err) },
		Open: func(_ context.Context, page []string) error { opened <- strings.Join(page, " "); return nil },
	}
	if err := tray.Run(ctx, cfg); err != tray.ErrNoHost {
		t.Fatalf("without a desktop: %v", err)
	}
	d := &desktop{make(chan string, 9), make(chan string, 9)}
	for _, e := range []struct{ path, name string }{{"/StatusNotifierWatcher", "org.kde.StatusNotifierWatcher"}, {"/org/freedesktop/Notifications", "org.freedesktop.Notifications"}} {
		if err := conn.Export(d, dbus.ObjectPath(e.path), e.name); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.RequestName(e.name, 0); err != nil {
			t.Fatal(err)
		}
	}
	ended := make(chan error, 1)
	go func() { ended <- tray.Run(ctx, cfg) }()
	name := <-d.items
	title := func() string {
		v, err := conn.Object(name, "/StatusNotifierItem").GetProperty("org.kde.StatusNotifierItem.ToolTip")
		if err != nil {
			return err.Error()
		}
		return fmt.Sprint(v.Value())
	}
	until(t, "watching", func() bool { return strings.Contains(title(), "Unseen is watching") })
	if _, ok := menu(t, conn, name)["Today: 14 held, 1 told"]; !ok {
		t.Errorf("menu %v", menu(t, conn, name))
	}
	f.events <- api.Event{Seq: 1, Kind: "load", Outcome: "held", Verdict: "tracker", Sender: hostile, Host: hostile, Reason: hostile}
	until(t, "held", func() bool { return strings.Contains(title(), "held something new") })
	if got := <-d.notices; got != "Unseen|Held 1 time: nobody was told. 2 questions wait.|ask,See the questions" {
		t.Errorf("notice %q", got)
	}
	if err := conn.Emit("/org/freedesktop/Notifications", "org.freedesktop.Notifications.ActionInvoked", uint32(7), "ask"); err != nil {
		t.Fatal(err)
	}
	if page := <-opened; page != "questions" {
		t.Errorf("opened %q", page)
	}
	press(t, conn, name, "Read the question of shop__one.example")
	if page := <-opened; page != "questions shop_one.example" {
		t.Errorf("opened %q", page)
	}
	press(t, conn, name, "Keep it from shop__one.example")
	gone := func(text string) func() bool {
		return func() bool {
			for label := range menu(t, conn, name) {
				if strings.HasPrefix(label, text) {
					return false
				}
			}
			return true
		}
	}
	until(t, "kept", gone("Keep it from"))
	press(t, conn, name, "Take it back from club.example")
	until(t, "taken back", gone("Take it back from"))
	press(t, conn, name, "Quiet for an hour")
	until(t, "quiet", func() bool { return strings.Contains(title(), "quiet until") })
	f.silent(t, d)
	press(t, conn, name, "As usual again")
	until(t, "watching", func() bool { return strings.Contains(title(), "Unseen is watching") })
	press(t, conn, name, "Open Unseen")
	if page := <-opened; page != "today" {
		t.Errorf("opened %q", page)
	}
	f.with(func() { f.status.Problems = []string{"the port is taken"} })
	f.events <- api.Event{Seq: 2, Kind: "port"}
	until(t, "trouble", func() bool { return strings.Contains(title(), "does not work") })
	press(t, conn, name, "Close this icon")
	if err := <-ended; err != nil {
		t.Error(err)
	}
	want := []string{"no shop_one.example no tray", "withdrawn club.example true tray", "pause 3600", "resume"}
	f.with(func() {
		if !slices.Equal(f.asked, want) {
			t.Errorf("asked %q", f.asked)
		}
	})
}
