package claim

import (
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
)

// FuzzFind checks that no mail is too odd, and that each claim has its place.
func FuzzFind(f *testing.F) {
	f.Add([]byte("Content-Type: text/html\r\n\r\n<p>We use tracking pixels in our e&shy;mails. <a href='x:y'>Stop tracking</a>"))
	f.Add([]byte("Subject: Acceptez-vous les pixels de suivi\r\nList-Unsubscribe: <a>, <b\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n\xe9 <style"))
	f.Add([]byte("Content-Type: text/html; charset=utf-16\r\nContent-Transfer-Encoding: base64\r\n\r\nPABhAD4="))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, c := range Find(message.Header(raw), Texts(raw)) {
			if c.Kind == "" || c.Part == "" && c.Offset < -1 || c.Offset >= len(raw) || c.Kind != Lists && c.Phrase == "" {
				t.Fatalf("%+v", c)
			}
		}
	})
}

// FuzzWords checks that words come in order, and hold what words hold.
func FuzzWords(f *testing.F) {
	f.Add("a <b>c</b> d&eacute;&#x301; . E-Mail <style>x</style", true)
	f.Add("\xff \u00ad..\n\n\u0130", false)
	f.Fuzz(func(t *testing.T, text string, markup bool) {
		last := -1
		for _, s := range words([]byte(text), markup, nil) {
			if len(s) == 0 || len(s) > maxSentence {
				t.Fatalf("a sentence of %d words", len(s))
			}
			for _, w := range s {
				if w.text == "" || strings.ContainsAny(w.text, " \t\r\n<>") || w.at < last || w.at >= len(text) {
					t.Fatalf("%q at %d", w.text, w.at)
				}
				last = w.at
			}
			look(s)
		}
	})
}

// FuzzParse checks that a table is read or refused.
func FuzzParse(f *testing.F) {
	f.Add("# x\nen\task\tdo you agree\n")
	f.Add("en\task\t.. x\n")
	f.Add("en\tother\tx")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := parse(text)
		for _, p := range all {
			if err != nil || len(p.words) == 0 {
				t.Fatalf("%+v, %v", p, err)
			}
			p.fits([]word{{text: "do"}, {text: "you"}})
		}
	})
}

// TestTable checks that every row of the table can be found, and is written in the
// form in which words are.
func TestTable(t *testing.T) {
	all, err := parse(table)
	if err != nil {
		t.Fatal(err)
	}
	classes := map[string]bool{}
	for _, p := range all {
		sentence := strings.NewReplacer("*", "", "..", "xyz").Replace(p.text)
		list := words([]byte(sentence), false, nil)
		if len(list) != 1 || !p.fits(list[0]) {
			t.Errorf("%s %s %q does not find itself", p.language, p.class, p.text)
		}
		classes[p.language+string(p.class)] = true
	}
	for _, lang := range languages() {
		for _, c := range []class{tracking, mailWord, inform, ask, agreed, withdraw, stop, unsubscribe} {
			if !classes[lang+string(c)] {
				t.Errorf("no words for %s in %s", c, lang)
			}
		}
	}
	for _, bad := range []string{"en\task", "en\tx\ty", "en\task\t", "en\task\t..", "en\task\tab*"} {
		if _, err := parse(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}
