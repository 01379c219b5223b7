package setup_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/internal/setup"
)

const prefsFile = `// Mozilla User Preferences

# a comment
/* and another; user_pref("no", 1); */
user_pref("a.text", "say \"hi\" \\ there\n");
user_pref( 'a.single' , 'it\'s \x41\u0042' ) ;
user_pref("a.number", -12);user_pref("a.flag", true);
user_pref("a.number", 7);
`

func TestPrefs(t *testing.T) {
	p, err := setup.ParsePrefs([]byte(prefsFile))
	if err != nil {
		t.Fatal(err)
	}
	if string(p.Bytes()) != prefsFile {
		t.Error("reading changes the file")
	}
	if got := p.Names(); !slices.Equal(got, []string{"a.text", "a.single", "a.number", "a.flag"}) {
		t.Errorf("names are %q", got)
	}
	for name, want := range map[string]string{"a.text": "say \"hi\" \\ there\n", "a.single": "it's AB", "a.number": "", "none": ""} {
		if got := p.Text(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if v, ok := p.Get("a.number"); !ok || v.Number() != 7 {
		t.Errorf("the last does not count: %s", v)
	}
	p.Set("a.flag", "false")
	p.Set("new", setup.Text(`q"`))
	p.Remove("a.number")
	want := strings.NewReplacer(`"a.flag", true`, `"a.flag", false`, `user_pref("a.number", -12);`, "", "user_pref(\"a.number\", 7);\n", "").Replace(prefsFile) +
		"user_pref(\"new\", \"q\\\"\");\n"
	if string(p.Bytes()) != want {
		t.Errorf("the file is\n%s", p.Bytes())
	}
}

func TestPrefsRefused(t *testing.T) {
	for _, text := range []string{
		`user_pref("a", 1)`, `user_pref("a" 1);`, `user_pref("a, 1);`, `user_pref("a", 1.5);`, `user_pref("a", [1]);`,
		`user_pref("a", yes);`, "/* open", `lock("a", 1);`, `user_pref("a", 1);;`, "user_pref",
	} {
		if _, err := setup.ParsePrefs([]byte(text)); !errors.Is(err, setup.ErrPrefs) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// What is set is read again, and undoing it leaves the file as it was.
func TestPrefsUndo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, err := setup.ParsePrefs([]byte(prefsFile))
		if err != nil {
			t.Fatal(err)
		}
		name := rapid.SampledFrom([]string{"a.text", "a.flag", "new.name", `odd "name`}).Draw(t, "name")
		text := rapid.String().Draw(t, "text")
		before, had := p.Get(name)
		p.Set(name, setup.Text(text))
		if got := p.Text(name); got != text {
			t.Fatalf("%q became %q", text, got)
		}
		if had {
			p.Set(name, before)
		} else {
			p.Remove(name)
		}
		if string(p.Bytes()) != prefsFile {
			t.Fatalf("the file is\n%s", p.Bytes())
		}
	})
}

// FuzzParsePrefs checks that a file is refused, or understood so that a change
// does what it says and nothing else.
func FuzzParsePrefs(f *testing.F) {
	f.Add(prefsFile)
	f.Add("user_pref(\"a\", \"\\u00e9\\")
	f.Add("pref('x',+1);\r\nsticky_pref(\"x\",false);")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := setup.ParsePrefs([]byte(text))
		if err != nil {
			return
		}
		if string(p.Bytes()) != text {
			t.Fatal("reading changes the file")
		}
		names := p.Names()
		p.Set("unseen.test", setup.Number(5))
		if v, ok := p.Get("unseen.test"); !ok || v.Number() != 5 {
			t.Fatalf("set, and not there: %q", p.Bytes())
		}
		p.Remove("unseen.test")
		if got := p.Names(); !slices.Equal(got, slices.DeleteFunc(names, func(n string) bool { return n == "unseen.test" })) {
			t.Fatalf("names were %q, are %q", names, got)
		}
	})
}
