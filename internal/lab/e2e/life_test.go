package e2e_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/config"
	"github.com/unseen-mail/unseen/internal/daemon"
	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/proxy"
)

// A lasting house keeps its data when Unseen ends.
type lasting struct {
	house
	paths config.Paths
}

// start starts Unseen and connects the account.
func (l *lasting) start(t *testing.T) {
	t.Helper()
	d, err := daemon.Start(t.Context(), daemon.Config{
		Paths: l.paths, Settings: config.Defaults(), Version: "lab",
		Lab: &daemon.Lab{
			Web:   proxy.Lab{Plain: l.tracker.Addr, TLS: l.tracker.TLSAddr, Roots: l.tracker.Authority.Pool},
			Roots: l.dovecot.Authority.Pool,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	l.daemon, l.client = d, d.Client()
	l.account, err = l.client.AddAccount(t.Context(), api.NewAccount{
		Address: reader, IMAP: endpoint(t, l.dovecot.TLSAddr, "implicit"), SMTP: endpoint(t, l.sink.Addr, "starttls"),
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The store is deleted and the key is not. From Dovecot, unseen rebuild knows the
// old mail again: its pixels are held, it comes back to the octet, and nothing has
// changed on the server.
func TestRebuildFromDovecot(t *testing.T) {
	lab.Need(t, "dovecot")
	mails := sample(append(madeUp(t), realMail(t)...), 60)
	l := &lasting{house: house{dovecot: lab.StartDovecot(t, map[string][][]byte{login: mails}), tracker: lab.StartTracker(t)}}
	l.sink = lab.StartSink(t, l.dovecot.Authority, nil)
	dir := t.TempDir()
	l.paths = config.Paths{Config: filepath.Join(dir, "config.toml"), Data: filepath.Join(dir, "data"), Runtime: filepath.Join(dir, "run")}
	l.start(t)
	k := dial(t, l.imap(), login)
	served := make([][]byte, len(mails))
	for i := range mails {
		served[i] = fetch(t, k, i+1)
	}
	flags := l.flags(t)
	origin := l.daemon.Origin()
	if err := l.daemon.Close(); err != nil {
		t.Fatal(err)
	}
	lost, err := filepath.Glob(filepath.Join(l.paths.Data, "unseen.db*"))
	if err != nil || len(lost) == 0 {
		t.Fatalf("nothing to lose: %v", err)
	}
	for _, name := range lost {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	l.start(t)
	if l.daemon.Origin() != origin {
		lab.Missing(t, "another program took the port of the gateway")
	}
	var last api.Rebuilt
	for at, err := range l.client.Rebuild(context.Background(), api.RebuildRequest{Address: reader, Login: login, Password: lab.Password}) {
		if err != nil {
			t.Fatal(err)
		}
		last = at
	}
	if !last.Done || last.Read != len(mails) {
		t.Fatalf("%+v, of %d mails", last, len(mails))
	}
	t.Logf("%d mails, %d addresses", last.Read, last.References)
	if got := l.flags(t); got != flags {
		t.Errorf("flags were %q, are %q", flags, got)
	}
	l.known(t, served)
	k = dial(t, l.imap(), login)
	k.must(t, "CREATE Copies")
	for i := range served {
		if a := k.appendLiteral(t, "APPEND Copies", served[i]); a.status != "OK" {
			t.Fatalf("APPEND of message %d: %s %s", i+1, a.status, a.text)
		}
	}
	direct := dial(t, l.dovecot.Addr, login)
	direct.must(t, "SELECT Copies")
	for i, raw := range mails {
		if stored := fetch(t, direct, i+1); string(stored) != string(raw) {
			t.Errorf("message %d did not come back as it was", i+1)
		}
	}
}

// known asks the gateway for what the mails name. None of it is unknown.
func (l *lasting) known(t *testing.T, served [][]byte) {
	t.Helper()
	site := regexp.MustCompile(regexp.QuoteMeta(l.daemon.Origin()) + `/p/[A-Za-z0-9]{22}_*"`)
	asked := 0
	for _, raw := range served {
		for _, address := range site.FindAllString(string(raw), 2) {
			resp, err := http.Get(strings.TrimSuffix(address, `"`))
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if asked++; resp.Header.Get("Content-Type") == "" && resp.StatusCode == http.StatusNotFound {
				t.Errorf("%s is not known", address)
			}
		}
	}
	if asked == 0 {
		t.Error("nothing was asked")
	}
}

// flags are those of all mail in the inbox, as Dovecot says.
func (l *lasting) flags(t *testing.T) string {
	t.Helper()
	direct := dial(t, l.dovecot.Addr, login)
	direct.must(t, "EXAMINE INBOX")
	return strings.ReplaceAll(strings.Join(direct.must(t, "FETCH 1:* (FLAGS)").untagged, "\n"), "\\Recent", "")
}
