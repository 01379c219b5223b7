package daemon_test

import (
	"net"
	"os"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/words"
)

// remedyOf is what the status says to do about the problem that a text tells of.
func remedyOf(t *testing.T, st api.Status, text string) string {
	t.Helper()
	if len(st.Problems) != len(st.Remedies) {
		t.Fatalf("%d problems and %d remedies", len(st.Problems), len(st.Remedies))
	}
	for i, p := range st.Problems {
		if strings.Contains(p, text) {
			return st.Remedy(i)
		}
	}
	t.Fatalf("nothing is said of %q: %q", text, st.Problems)
	return ""
}

// Each problem has the remedy that mends it, and not that of another.
func TestRemedies(t *testing.T) {
	in := words.English()
	h := newHouse(t)
	h.start()
	a := h.connect(anywhere)
	on := true
	for _, host := range []string{"img.shop.example"} {
		if _, err := h.client.SwitchProxy(t.Context(), api.ProxyRequest{Mail: &on, Web: &on, Open: host}); err != nil {
			t.Fatal(err)
		}
	}
	origin := strings.TrimPrefix(h.daemon.Origin(), "http://")
	if err := h.daemon.Close(); err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{origin, portAddr(a.Local.SMTP)} {
		squatter, err := net.Listen("tcp4", at)
		if err != nil {
			t.Fatal(err)
		}
		defer squatter.Close()
	}
	h.start()
	if err := os.WriteFile(h.paths.Config, []byte("level = 3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := h.daemon.Reload(t.Context()); err == nil {
		t.Error("a config.toml with a mistake was taken over")
	}
	st, err := h.client.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]words.Key{
		"where held loads lead": words.TakenHint,
		"is not reached on":     words.TakenHint,
		"img.shop.example":      words.WebUncoveredHint,
		"level":                 words.ConfigHint,
	} {
		if got := remedyOf(t, st, text); got != in.Say(want) {
			t.Errorf("%s: %q", text, got)
		}
	}
}
