package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/source"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// TestScanMailbox checks that mails in a mailbox have the findings that they have
// in a directory, that reading them changes no flag, and that what was read once
// need not be read again.
func TestScanMailbox(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(lab.Root(t), "testdata", "mail", "*.eml"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no mails: %v", err)
	}
	dir, mails := t.TempDir(), [][]byte{}
	for i, name := range names[:min(len(names), 150)] {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		raw = bytes.ReplaceAll(lab.Lines(raw), []byte("\n"), []byte("\r\n")) // as every server gives it
		if bytes.IndexByte(raw, 0) >= 0 || bytes.HasPrefix(raw, []byte("From ")) {
			// No server may give a NUL as it is (RFC 3501, section 9), and in a file
			// such a line is that of an mbox.
			continue
		}
		mails = append(mails, raw)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%04d.eml", i)), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d := lab.StartDovecot(t, map[string][][]byte{"anna": mails})
	asked := 0
	cfg := source.Config{Roots: d.Authority.Pool, Progress: new(source.Progress),
		Password: func(context.Context, source.Mailbox) (string, error) { asked++; return lab.Password, nil }}
	want := findings(t, cfg, dir)
	if len(want) == 0 {
		t.Fatal("nothing is found in the directory")
	}
	before := flags(t, d)
	for _, url := range []string{"imaps://anna@" + d.TLSAddr + "/INBOX", "imap://anna@" + d.Addr + "/INBOX", "imaps://anna@" + d.TLSAddr + "/"} {
		if got := findings(t, cfg, url); !slices.Equal(got, want) {
			t.Errorf("%s: %d findings, want %d", url, len(got), len(want))
			for i := range min(len(got), len(want)) {
				if got[i] != want[i] {
					t.Fatalf("finding %d is\n%s, want\n%s", i, got[i], want[i])
				}
			}
		}
	}
	if after := flags(t, d); !slices.Equal(before, after) {
		t.Errorf("flags were %q and are %q", before, after)
	}
	if asked != 3 { // once in each run
		t.Errorf("the password was asked for %d times", asked)
	}
	if done, total := cfg.Progress.Octets(); done < total {
		t.Errorf("%d of %d octets", done, total)
	}
	known := make(map[string]bool)
	url := "imaps://anna@" + d.TLSAddr + "/INBOX"
	for m := range cfg.Mails(t.Context(), []string{url}) {
		if known[m.Key] = true; !m.Lasting || len(known) == 100 {
			break
		}
	}
	cfg.Known = func(key string) bool { return known[key] }
	rest := 0
	for m := range cfg.Mails(t.Context(), []string{url}) {
		if rest++; m.Err != nil || known[m.Key] {
			t.Errorf("%s: %v", m.Name, m.Err)
		}
	}
	if rest != len(mails)-len(known) {
		t.Errorf("%d mails are left of %d", rest, len(mails))
	}
}

// TestScanRefused checks that what a server refuses is told, and may be tried again.
func TestScanRefused(t *testing.T) {
	d := lab.StartDovecot(t, map[string][][]byte{"anna": {[]byte("Subject: x\r\n\r\nhello\r\n")}})
	for name, c := range map[string]struct {
		url, password string
		trusted       bool
	}{
		"wrong password": {"imaps://anna@" + d.TLSAddr + "/INBOX", "wrong", true},
		"no mailbox":     {"imaps://anna@" + d.TLSAddr + "/Nowhere", lab.Password, true},
		"not trusted":    {"imaps://anna@" + d.TLSAddr + "/INBOX", lab.Password, false},
	} {
		cfg := source.Config{Password: func(context.Context, source.Mailbox) (string, error) { return c.password, nil }}
		if c.trusted {
			cfg.Roots = d.Authority.Pool
		}
		n := 0
		for m := range cfg.Mails(t.Context(), []string{c.url}) {
			retry := new(source.RetryError)
			if n++; !errors.As(m.Err, &retry) {
				t.Errorf("%s: %v", name, m.Err)
			}
		}
		if n != 1 {
			t.Errorf("%s: told %d times", name, n)
		}
	}
}

// findings are what a scan of a place finds, without where.
func findings(t *testing.T, cfg source.Config, path string) []string {
	t.Helper()
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	judge, list := &detect.Judge{Catalogue: rules}, []string(nil)
	for m := range cfg.Mails(t.Context(), []string{path}) {
		if m.Err != nil {
			t.Fatalf("%s: %v", m.Name, m.Err)
		}
		for _, f := range detect.Scan(m.Raw, judge, detect.ScanOptions{All: true}).Findings {
			text, err := json.Marshal(f)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, string(text))
		}
	}
	return list
}

// flags are those of all mails in the mailbox, \Recent among them.
func flags(t *testing.T, d *lab.Dovecot) []string {
	t.Helper()
	c, err := imapclient.DialInsecure(d.Addr, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login("anna", lab.Password).Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Select("INBOX", &imap.SelectOptions{ReadOnly: true}).Wait(); err != nil {
		t.Fatal(err)
	}
	all, err := c.Fetch(imap.SeqSet{imap.SeqRange{Start: 1, Stop: 0}}, &imap.FetchOptions{Flags: true, UID: true}).Collect()
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, m := range all {
		list = append(list, fmt.Sprint(m.UID, m.Flags))
	}
	return list
}
