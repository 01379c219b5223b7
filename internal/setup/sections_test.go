package setup_test

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/setup"
)

// Each section names the ports and the certificate of the account, and never a
// password.
func TestSections(t *testing.T) {
	for _, program := range setup.Programs() {
		s, ok := setup.Sections(program, local, "anna@a.example", "/home/anna/cert.pem")
		if !ok || s.File == "" || !strings.Contains(s.Text, "1993") {
			t.Errorf("%s: %+v", program, s)
		}
		// A certificate is compared with a name here; the name leads to 127.0.0.1, too.
		if !strings.Contains(s.Text, "localhost") || strings.Contains(s.Text, "::1") {
			t.Errorf("%s is not led to localhost:\n%s", program, s.Text)
		}
		if program != "aerc" && program != "apple" && !strings.Contains(s.Text, "/home/anna/cert.pem") {
			t.Errorf("%s does not name the certificate:\n%s", program, s.Text)
		}
		l := local
		l.SMTP = 0
		if s, _ := setup.Sections(program, l, "anna@a.example", "c"); strings.Contains(s.Text, "1587") || strings.Contains(s.Text, "Outgoing") {
			t.Errorf("%s sends where nothing is relayed:\n%s", program, s.Text)
		}
	}
	if _, ok := setup.Sections("pigeon", local, "anna", "c"); ok {
		t.Error("a section for what is not known")
	}
}

// The profile for Apple Mail is XML, whatever stands in an address, and the same
// each time.
func TestAppleProfile(t *testing.T) {
	l := local
	l.Address = `"a<b>&c"@a.example`
	s, _ := setup.Sections("apple", l, l.Address, "")
	again, _ := setup.Sections("apple", l, l.Address, "")
	if s.Text != again.Text {
		t.Error("it is another each time")
	}
	d := xml.NewDecoder(strings.NewReader(s.Text))
	var texts []string
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if c, ok := token.(xml.CharData); ok {
			texts = append(texts, string(c))
		}
	}
	if all := strings.Join(texts, "|"); !strings.Contains(all, "|"+l.Address+"|") || !strings.Contains(all, "com.apple.mail.managed") {
		t.Errorf("it says %s", all)
	}
}

func TestFound(t *testing.T) {
	home := t.TempDir()
	for _, name := range []string{".mbsyncrc", ".config/aerc/accounts.conf"} {
		path := filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	for _, s := range setup.Found(home) {
		names = append(names, s.Program)
	}
	if got := strings.Join(names, " "); got != "mbsync aerc" {
		t.Errorf("found %s", got)
	}
}
