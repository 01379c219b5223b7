package truth_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/truth"
)

func TestOpen(t *testing.T) {
	mails := open(t, corpus(t, letters()...))
	if len(mails) != 4 {
		t.Fatalf("%d mails", len(mails))
	}
	m := mails[0]
	if m.File != "real/0001.eml" || m.Source != "made-up" || m.Date != "2024-05-01" || m.Language != "en" {
		t.Errorf("the index was read as %+v", m)
	}
	if m.Sender != "shop.example" {
		t.Errorf("the sender is %q, not the organisational domain", m.Sender)
	}
	if m.SHA256 != sum(letters()[0].raw()) {
		t.Error("the hash is not of the raw message")
	}
	if len(m.Elements) != 5 {
		t.Fatalf("%d references", len(m.Elements))
	}
	for _, e := range m.Elements {
		if got := string(m.Raw[e.Offset : e.Offset+len(e.URL)]); got != e.URL {
			t.Errorf("at %d stands %q, not %q", e.Offset, got, e.URL)
		}
		if e.Section != "1" {
			t.Errorf("the only part is called %q", e.Section)
		}
		if !strings.HasPrefix(e.Around, "<") {
			t.Errorf("around it stands %q", e.Around)
		}
	}
}

func TestOpenOtherParts(t *testing.T) {
	m := made{name: "1.eml", from: "a@b.example", to: "c@d.example", date: "2024-01-01", body: "plain"}
	plain := strings.Replace(m.raw(), "text/html", "text/plain", 1)
	css := strings.Replace(strings.Replace(m.raw(), "text/html", "text/css", 1), "plain", "a{background:url(https://b.example/x.png)}", 1)
	for name, c := range map[string]struct {
		raw  string
		want int
	}{"plain": {plain, 0}, "css": {css, 1}} {
		t.Run(name, func(t *testing.T) {
			shared := corpus(t, m)
			write(t, c.raw, shared, "mail", "real", m.name)
			if got := len(open(t, shared)[0].Elements); got != c.want {
				t.Errorf("%d references instead of %d", got, c.want)
			}
		})
	}
}

// What leads nowhere else is no reference to label: parts of the mail, data.
func TestOpenLocal(t *testing.T) {
	shared := corpus(t, made{"1.eml", "a@b.example", "c@d.example", "2024-01-01",
		`<base href="https://b.example/"><img src="cid:1"><img src="data:,x"><img src="y.png">`})
	elements := open(t, shared)[0].Elements
	if len(elements) != 1 || elements[0].URL != "https://b.example/y.png" {
		t.Errorf("the references are %+v", elements)
	}
}

func TestNoCorpus(t *testing.T) {
	c := truth.Corpus{Root: filepath.Join(t.TempDir(), "mail")}
	if _, err := c.Index(); !errors.Is(err, truth.ErrNoMail) {
		t.Errorf("index: %v", err)
	}
	if _, err := c.All(); !errors.Is(err, truth.ErrNoMail) {
		t.Errorf("all: %v", err)
	}
	if _, err := c.Twins(); !errors.Is(err, truth.ErrNoMail) {
		t.Errorf("twins: %v", err)
	}
	if _, err := c.Open(truth.Mail{File: "real/none.eml"}); err == nil {
		t.Error("a mail was opened that is not there")
	}
}

func TestHost(t *testing.T) {
	for url, want := range map[string]string{
		"https://A.Example/x?y=z":     "a.example",
		"https://a.example:8443/":     "a.example",
		"https://user@a.example/":     "a.example",
		"//a.example/x":               "a.example",
		"http://a.example/%zz":        "a.example",
		"http://a b.example/x":        "a b.example",
		"http://a.example|b.example/": "a.example|b.example",
	} {
		e := truth.Element{Reference: reference.Reference{URL: url}}
		if got := e.Host(); got != want {
			t.Errorf("%s: %q instead of %q", url, got, want)
		}
	}
}
