package words_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/unseen-mail/unseen/internal/words"
)

// Nothing that a stranger wrote moves the cursor or turns the writing round.
func TestPlain(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"nothing":           {"", ""},
		"letters":           {"Bücher & Ωμέγα 日本語 שלום 👋", "Bücher & Ωμέγα 日本語 שלום 👋"},
		"an unusual space":  {"prix :\u00a010\u202f€", "prix :\u00a010\u202f€"},
		"colours":           {"\x1b[31mred\x1b[0m", `\x1b[31mred\x1b[0m`},
		"a title":           {"\x1b]0;you\x07", `\x1b]0;you\x07`},
		"C1":                {"a\u009b2Jb", `a\u009b2Jb`},
		"the same as octet": {"a\x9b2Jb", `a\x9b2Jb`},
		"direction":         {"gpj.\u202etxe", `gpj.\u202etxe`},
		"isolate":           {"a\u2066b\u2069", `a\u2066b\u2069`},
		"lines":             {"a\r\nb\tc\x00\x7f\b", `a\r\nb\tc\x00\x7f\x08`},
		"line separator":    {"a\u2028b\u0085", `a\u2028b\u0085`},
		"tag":               {"a\U000e0041", `a\U000e0041`},
		"replacement":       {"a\ufffdb", "a\ufffdb"},
		"written out":       {`a\x1bb`, `a\x1bb`},
	} {
		t.Run(name, func(t *testing.T) {
			if got := words.Plain(c.in); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// Parameters are a stranger's, texts are ours.
func TestSayIsPlain(t *testing.T) {
	got := words.English().Say(words.AccountBoth, "name", "an\x1b[2Jna", "imap", "a\u202eb", "smtp", 7)
	if want := `an\x1b[2Jna: mail comes from a\u202eb and leaves by 7`; got != want {
		t.Errorf("got %q", got)
	}
}

// FuzzPlain checks that what comes out can be printed, and stays as it is.
func FuzzPlain(f *testing.F) {
	f.Add("a\x1b[0m")
	f.Add("\u202e\xff\U000e0001")
	f.Fuzz(func(t *testing.T, s string) {
		got := words.Plain(s)
		if !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
			t.Errorf("%q became %q", s, got)
		}
		if words.Plain(got) != got {
			t.Errorf("%q changes again", got)
		}
	})
}

// Commands in texts can be typed where the program is not found by its name.
func TestAs(t *testing.T) {
	c := words.English()
	if c.As("") != c || c.As("unseen") != c {
		t.Error("the usual name makes another catalogue")
	}
	named := c.As("/opt/un/seen")
	for k, want := range map[words.Key]string{
		words.NotRunningHint: `start it in another terminal with "/opt/un/seen run"`,
		words.NotRunning:     "asking Unseen: it is not running",
	} {
		if got := named.Say(k); got != want {
			t.Errorf("got %q", got)
		}
	}
	if got := named.Say(words.DemoCommands, "config", "unseen c", "data", "d", "runtime", "r"); !strings.Contains(got, "\n  /opt/un/seen consent grant") || !strings.Contains(got, "UNSEEN_CONFIG=unseen c") {
		t.Errorf("got %q", got)
	}
	if c.Say(words.NotRunningHint) == named.Say(words.NotRunningHint) || named.Lang() != "en" {
		t.Error("the catalogue changed")
	}
}
