package window_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/unseen-mail/unseen/gui/window"
	"github.com/unseen-mail/unseen/gui/window/piece"
	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// tall shows what lies below the fold, too.
var tall = fyne.NewSize(1060, 2300)

// waysOf are the ways in of a reader who uses the proxy for mail.
func waysOf() (api.Authorities, api.Proxy) {
	hosts := []string{"imap.mail.example", "smtp.mail.example"}
	return api.Authorities{Hosts: hosts, List: []api.Authority{{
			Name: "Unseen on this computer (mail.example)", Certificate: "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n",
			Fingerprint: strings.TrimSuffix(strings.Repeat("0F:9C:", 16), ":"), Hosts: hosts, Until: noon.AddDate(2, 0, 0),
		}}}, api.Proxy{
			Mail: true, SOCKS: "127.0.0.1:4280", File: "/home/anna/.local/share/unseen/proxy.pac", Hosts: hosts,
			HTTP: "127.0.0.1:4380", Opened: []api.OpenedHost{},
		}
}

func (w *world) standsIn() api.LocalAuthorities {
	return api.LocalAuthorities{Stand: func(context.Context) (api.Authorities, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.authorities, w.wrong
	}}
}

func (w *world) proxies() api.Proxies {
	return api.Proxies{
		Stand: func(context.Context) (api.Proxy, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.proxy, w.wrong
		},
		Switch: func(_ context.Context, r api.ProxyRequest) (api.Proxy, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			if w.wrong != nil {
				return api.Proxy{}, w.wrong
			}
			if r.Mail != nil {
				w.proxy.Mail = *r.Mail
			}
			if r.Web != nil {
				w.proxy.Web = *r.Web
			}
			return w.proxy, nil
		},
	}
}

// fail lets every answer go wrong from now on, or none.
func (w *world) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wrong = err
}

// bare is the world of somebody who uses none of it, sick that of somebody for whom none
// of it works.
func bare() *world {
	w := small()
	w.authorities, w.proxy = api.Authorities{}, api.Proxy{}
	return w
}

func sick(lang string) *world {
	w, in := small(), words.In(lang)
	w.authorities.Missing, w.authorities.Exposed = []string{"imap.other.example"}, 1
	w.proxy.Web, w.proxy.Missing = true, []string{"imap.other.example"}
	w.proxy.Problem = in.Say(words.ProxyTaken, "port", 4280)
	w.proxy.WebProblem = in.Say(words.WebTaken, "port", 4380)
	w.proxy.Remedy, w.proxy.WebRemedy = in.Say(words.TakenHint), in.Say(words.TakenHint)
	w.proxy.Opened = []api.OpenedHost{{Host: "img.shop.example"}, {Host: "cdn.shop.example", Missing: true}}
	return w
}

// The ways in look as they did: used, unused, and where nothing works.
func TestWaysLookAsTheyDid(t *testing.T) {
	if runtime.GOARCH != "amd64" || runtime.GOOS != "linux" {
		t.Skip("pictures are compared where they were made")
	}
	for name, c := range map[string]struct {
		world         *world
		lang, variant string
	}{
		"ways-en-light": {sick("en"), "en", "light"}, "ways-en-dark": {sick("en"), "en", "dark"}, "ways-bare": {bare(), "en", "light"},
		"ways-fr": {sick("fr"), "fr", "light"}, "ways-nl": {sick("nl"), "nl", "light"}, "ways-de": {sick("de"), "de", "light"},
	} {
		t.Run(name, func(t *testing.T) {
			win := show(t, c.world, window.Accounts, c.lang, c.variant).Window()
			settle(win, tall)
			test.AssertImageMatches(t, name+".png", win.Canvas().Capture())
		})
	}
}

// A proxy is switched by the keyboard, and taken back; what it is to be set to is copied.
func TestWaysSwitch(t *testing.T) {
	h := newHand(t, small(), "light")
	h.show(window.Accounts)
	if !h.has("file:///home/anna/.local/share/unseen/proxy.pac") || !h.has("127.0.0.1:4280") || h.has("127.0.0.1:4380") {
		t.Fatalf("%q", h.said())
	}
	web := h.switches("Proxy for the web (HTTP)")
	h.win.Canvas().Focus(web)
	if web.TypedRune(' '); !h.world.proxy.Web || !h.has("127.0.0.1:4380") {
		t.Errorf("%+v; %q", h.world.proxy, h.said())
	}
	if h.press("Undo"); h.world.proxy.Web || h.has("127.0.0.1:4380") {
		t.Errorf("%+v; %q", h.world.proxy, h.said())
	}
	test.Tap(h.switches("Proxy for mail (SOCKS v5)"))
	if h.world.proxy.Mail || h.has("proxy.pac") {
		t.Errorf("%+v; %q", h.world.proxy, h.said())
	}
}

// The line for automatic configuration goes to the clipboard as it stands.
func TestWaysCopy(t *testing.T) {
	h := newHand(t, small(), "light")
	h.show(window.Accounts)
	var copied []string
	for _, o := range h.objects() {
		if b, ok := o.(*piece.Button); ok && b.Text == "Copy" {
			test.Tap(b)
			copied = append(copied, fyne.CurrentApp().Clipboard().Content())
		}
	}
	for _, want := range []string{"file:///home/anna/.local/share/unseen/proxy.pac", "127.0.0.1:4280", h.world.authorities.List[0].Fingerprint} {
		if !slices.Contains(copied, want) {
			t.Errorf("%q was not copied: %q", want, copied)
		}
	}
}

// What cannot be switched is said, stays as it stood, and can be tried again.
func TestWaysTrouble(t *testing.T) {
	h := newHand(t, small(), "light")
	h.show(window.Accounts)
	h.world.fail(&api.Error{Code: api.CodeFailed, Text: "writing the settings: the disk is full", Hint: "make room on it"})
	web := h.switches("Proxy for the web (HTTP)")
	if test.Tap(web); web.Is() || !h.has("the disk is full") || !h.has("make room on it") {
		t.Errorf("on is %t; %q", web.Is(), h.said())
	}
	h.world.fail(nil)
	if h.press("Try again"); !h.world.proxy.Web || h.has("the disk is full") || !h.switches("Proxy for the web (HTTP)").Is() {
		t.Errorf("%+v; %q", h.world.proxy, h.said())
	}
}

// Certificates are written for another program, and nothing but them.
func TestWaysSave(t *testing.T) {
	var file string
	w := small()
	win := window.New(t.Context(), test.NewTempApp(t), window.Config{Client: serve(t, w), Inline: true, Save: func(name string, text []byte) (string, error) {
		file = filepath.Join(t.TempDir(), name)
		return file, os.WriteFile(file, text, 0o600)
	}})
	t.Cleanup(win.Close)
	win.Run(window.Accounts)
	h := &hand{t, w, win, win.Window()}
	h.win.Resize(wide)
	h.press("Save them for another program")
	if text, err := os.ReadFile(file); err != nil || string(text) != w.authorities.List[0].Certificate || !h.has("unseen-ca.pem") {
		t.Errorf("%q, %v; %q", text, err, h.said())
	}
}
