package command

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/words"
)

// What the parser says is said in each language, with what was typed in it; English is
// the parser's own.
func TestSpelt(t *testing.T) {
	for name, c := range map[string]struct {
		says   string
		typed  []string
		passed bool
	}{
		"flag":              {`unknown flag --frob`, []string{"--frob"}, false},
		"flag meant":        {`unknown flag --formt, did you mean "--format"?`, []string{"--formt", `"--format"`}, false},
		"argument":          {`unexpected argument frob`, []string{"frob"}, false},
		"argument expected": {`expected "<sender>"`, []string{`"<sender>"`}, false},
		"one of several":    {`expected one of "list", "add"`, []string{`"list", "add"`}, false},
		"missing":           {`missing flags: --on=DATE`, []string{"--on=DATE"}, false},
		"enum":              {`--format must be one of "text","json" but got "xml"`, []string{"--format", `"text","json"`, `"xml"`}, false},
		"together":          {`--imap and --smtp can't be used together`, []string{"--imap", "--smtp"}, false},
		"anything else":     {`something nobody foresaw`, []string{"something nobody foresaw"}, true},
		"a number":          {`--limit: expected a valid 64 bit int but got "x"`, []string{`"x"`}, true},
		"empty":             {``, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, lang := range words.Languages() {
				s := &session{words: words.In(lang)}
				got := s.spelt(c.says)
				for _, typed := range c.typed {
					if !strings.Contains(got, typed) {
						t.Errorf("%s loses %s: %q", lang, typed, got)
					}
				}
				if same := got == c.says; same != (c.passed || lang == "en") {
					t.Errorf("%s says %q", lang, got)
				}
			}
		})
	}
}

// No heading of the help stays English, and no command or flag is lost in another
// language.
func TestHelpInEachLanguage(t *testing.T) {
	help := func(lang string, args ...string) string {
		var out bytes.Buffer
		env := map[string]string{"HOME": t.TempDir(), "LC_ALL": lang}
		code := Main(append(args, "--help"), Streams{In: strings.NewReader(""), Out: &out, Err: &out, Getenv: func(k string) string { return env[k] }})
		if code != exitDone {
			t.Fatalf("the help of %q ends with %d: %s", args, code, out.String())
		}
		return out.String()
	}
	flags := regexp.MustCompile(`(?m)^ +(-\w, )?--[a-z-]+|^  [a-z]+( [a-z]+)?  `)
	english := regexp.MustCompile(`(?m)^(Usage|Flags|Arguments|Commands):|Show context|for more information`)
	if said := help("de", "consent", "grant"); !strings.Contains(said, "Ihre Klicks zählen") || strings.Contains(said, "Counting your clicks") {
		t.Errorf("the purposes are not in German: %s", said)
	}
	for _, args := range [][]string{{}, {"account", "add"}, {"consent"}, {"scan"}} {
		want := flags.FindAllString(help("C", args...), -1)
		for _, lang := range words.Languages()[1:] {
			said := help(lang, args...)
			if found := english.FindString(said); found != "" {
				t.Errorf("%s %q says %q", lang, args, found)
			}
			if got := flags.FindAllString(said, -1); len(want) == 0 || strings.Join(got, "") != strings.Join(want, "") {
				t.Errorf("%s %q lists %q, in English %q", lang, args, got, want)
			}
		}
	}
}
