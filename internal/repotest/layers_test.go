package repotest_test

import (
	"slices"
	"strings"
	"testing"
)

// A layer says what the rooms below a path may know of ours. The first layer
// whose path fits decides; a room always may know what lies below itself.
type layer struct {
	path  string
	may   []string
	never []string
}

// layers are the arrows between the rooms: they point one way, from what
// people see to what is known of mail.
var layers = []layer{
	{path: "cmd/unseen-beam", may: []string{"cmd/unseen-beam", "internal", "detect", "rules"},
		never: []string{"internal/store", "internal/gate", "internal/daemon", "internal/lab", "internal/repotest"}},
	{path: "cmd", may: []string{"internal", "detect", "rules", "gui"},
		never: []string{"internal/store", "internal/gate", "internal/lab", "internal/repotest", "imapfilter", "proxy"}},
	{path: "packaging", may: nil},
	{path: "gui", may: []string{"internal/api", "internal/words", "internal/look", "internal/config", "internal/lock", "gui"}},
	{path: "internal/lab", may: []string{"internal/lab"}},
	{path: "internal/repotest", may: nil},
	{path: "internal/daemon", may: []string{"internal", "imapfilter", "proxy", "detect", "rules"},
		never: []string{"internal/lab", "internal/repotest"}},
	{path: "internal", may: []string{"internal", "detect", "rules"},
		never: []string{"internal/daemon", "internal/lab", "internal/repotest"}},
	{path: "imapfilter", may: []string{"detect/message"}},
	{path: "proxy", may: []string{"detect/message"}},
	{path: "detect/message", may: nil},
	{path: "detect/reference", may: nil},
	{path: "detect", may: []string{"detect", "rules"}, never: []string{"rules/consent"}},
	{path: "rules/consent", may: []string{"rules", "detect/message"}},
	{path: "rules", may: []string{"rules"}, never: []string{"rules/consent"}},
}

// below says whether a room is a path or lies below it.
func below(room, path string) bool {
	return room == path || strings.HasPrefix(room, path+"/")
}

// allowed says whether a room may import another.
func allowed(room, other string) bool {
	if below(other, room) {
		return true
	}
	for _, l := range layers {
		if !below(room, l.path) {
			continue
		}
		within := func(p string) bool { return below(other, p) }
		if below(other, l.path) && slices.ContainsFunc([]string{"imapfilter", "proxy"}, func(p string) bool { return l.path == p }) {
			return true
		}
		return slices.ContainsFunc(l.may, within) && !slices.ContainsFunc(l.never, within)
	}
	return false
}

// Arrows between rooms point one way. Tests may look anywhere.
func TestLayers(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() {
			continue
		}
		for _, imported := range s.imports() {
			other, ours := strings.CutPrefix(imported, module)
			if ours && !allowed(s.room(), other) {
				t.Errorf("%s: %s may not import %s", s.path, s.room(), other)
			}
		}
	}
}

// The rules themselves can fail: each of these arrows must be refused.
func TestLayersRefuse(t *testing.T) {
	for _, arrow := range [][2]string{
		{"imapfilter", "internal/plan"},
		{"imapfilter", "detect/reference"},
		{"proxy", "rules/consent"},
		{"detect/message", "detect/reference"},
		{"detect", "rules/consent"},
		{"rules/catalogue", "detect/message"},
		{"internal/store", "internal/daemon"},
		{"internal/plan", "imapfilter"},
		{"cmd/unseen", "internal/store"},
		{"cmd/unseen", "internal/lab"},
		{"cmd/unseen-beam/internal/pipeline", "internal/daemon"},
		{"gui/window", "detect"},
	} {
		if allowed(arrow[0], arrow[1]) {
			t.Errorf("%s may import %s", arrow[0], arrow[1])
		}
	}
}

// Only the daemon opens the store: two writers would be two truths.
func TestStoreOpenedByDaemonOnly(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() || below(s.room(), "internal/daemon") || below(s.room(), "internal/store") {
			continue
		}
		if slices.Contains(s.imports(), module+"internal/store") && strings.Contains(s.text, "store.Open(") {
			t.Errorf("%s opens the store", s.path)
		}
	}
}

// What is in a mail is found without clock, network or disk, so that a finding
// can be made again in ten years.
func TestDetectIsPure(t *testing.T) {
	impure := []string{"net", "net/http", "net/smtp", "os", "os/exec", "os/user", "syscall", "log", "log/slog", "math/rand", "math/rand/v2", "crypto/rand"}
	clock := []string{"time.Now(", "time.Since(", "time.Sleep(", "time.After("}
	for _, s := range sources(t) {
		if s.test() || !below(s.room(), "detect") {
			continue
		}
		for _, imported := range s.imports() {
			if slices.Contains(impure, imported) {
				t.Errorf("%s imports %s", s.path, imported)
			}
		}
		for _, call := range clock {
			if strings.Contains(s.text, call) {
				t.Errorf("%s asks the clock: %s...)", s.path, call)
			}
		}
	}
}

// A window costs C, memory and wake-ups: Fyne stays where it is needed.
func TestFyneStaysInTheWindow(t *testing.T) {
	for _, s := range sources(t) {
		if below(s.room(), "gui/window") || below(s.room(), "cmd/unseen-gui") {
			continue
		}
		for _, imported := range s.imports() {
			if strings.HasPrefix(imported, "fyne.io/fyne") {
				t.Errorf("%s imports %s", s.path, imported)
			}
		}
	}
}
