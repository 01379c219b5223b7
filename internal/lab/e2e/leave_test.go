package e2e_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/restore"
	"github.com/unseen-mail/unseen/internal/setup"
)

// originals asks Unseen for the originals of stored mail.
func (h *house) originals(ctx context.Context, raw []byte) (restore.State, []byte, error) {
	kept, out, err := h.client.Original(ctx, raw)
	return map[api.Kept]restore.State{api.KeptOriginal: restore.Original, api.KeptServed: restore.Served,
		api.KeptWritten: restore.Written, api.KeptUnknown: restore.Unknown}[kept], out, err
}

// back puts stores back and wants n mails turned to the octet and no more.
func (h *house) back(t *testing.T, n int, paths ...string) {
	t.Helper()
	got, err := (&restore.Restorer{Source: h.originals}).Run(context.Background(), paths)
	if err != nil || got.Served != n || got.Written+len(got.Unknown)+len(got.Failed)+len(got.Open) > 0 {
		t.Errorf("put back %+v, %v; want %d", got, err, n)
	}
}

// three are the mails of these tests; one quotes a line as mbox files have to.
func three() [][]byte {
	return [][]byte{
		newsletter("news@harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9"),
		newsletter("news@pineandwool.example", "New jumpers", "0c44f1a2b07d4f7aa1d7e8e0b5f3c111"),
		bytes.Replace(newsletter("news@harbourbooks.example", "Six essays", "5f1e22b7a04c4e6d8b9a3c7d10e2f465"),
			[]byte("Five novels for a long train ride."), []byte("From here on it is ours.\r\n>From there too.\r\n\r\nFrom - again"), 1),
	}
}

// local is the account as a mail program is set to it that read mail from Dovecot
// without Unseen before.
func (h *house) local(t *testing.T) setup.Local {
	t.Helper()
	port := func(addr string) int {
		_, text, _ := net.SplitHostPort(addr)
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return setup.Local{
		Address: reader, IMAPHost: "localhost", IMAPPort: port(h.dovecot.Addr), SMTPHost: "localhost", SMTPPort: port(h.sink.Addr),
		IMAP: h.account.Local.IMAP, IMAPS: h.account.Local.IMAPS, SMTP: h.account.Local.SMTP,
		Fingerprint: h.account.Local.Fingerprint, Origin: h.daemon.Origin(),
	}
}

// at is an address with the name instead of the number.
func at(addr string) string { return strings.Replace(addr, "127.0.0.1", "localhost", 1) }

// handOver lets prefs.js alone say how the account is set, as in a profile that a
// reader made.
func handOver(t *testing.T, profile string) {
	t.Helper()
	path := filepath.Join(profile, "user.js")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	left := regexp.MustCompile(`(?m)^user_pref\("mail\.(server|smtpserver|identity|account|smtp)[^\n]*\n`).ReplaceAll(text, nil)
	if err := os.WriteFile(path, left, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Thunderbird is set up, reads, and is left: its store has the originals to the
// octet, its preferences, certificates and permissions are those of before, and it
// reads on from the provider. Nothing is touched while it runs.
func TestThunderbirdSetUpReadLeave(t *testing.T) {
	h := openHouse(t, three())
	tb := lab.StartThunderbird(t, lab.Reader{
		IMAP: lab.Login{Addr: at(h.dovecot.Addr), User: login}, SMTP: lab.Login{Addr: at(h.sink.Addr), User: login},
		Address: reader, Elsewhere: h.tracker,
	})
	ctx, journal, local := context.Background(), setup.Journal{Dir: t.TempDir()}, h.local(t)
	p := planOf(t, tb.Profile, local)
	if err := journal.Apply(ctx, tb.Profile, p, time.Now()); !errors.Is(err, setup.ErrOpen) {
		t.Fatalf("set up while it runs: %v", err)
	}
	tb.Quit(t)
	handOver(t, tb.Profile)
	before := entries(t, tb.Profile)
	// Where the mail lies is written when Thunderbird ends, not before.
	p = planOf(t, tb.Profile, local)
	if err := journal.Apply(ctx, tb.Profile, p, time.Now()); err != nil {
		t.Fatal(err)
	}

	tb.LoginAt(setup.Host, setup.Host)
	tb.Start(t)
	tb.Sync(t, 3)
	tb.Store(t)
	shown := tb.Open(t, "Five novels")
	if len(shown.Images) != 1 || !strings.HasPrefix(shown.Images[0].Src, h.daemon.Origin()+"/p/") || shown.Images[0].Width != 1 {
		t.Errorf("the certificate was not accepted, or the pictures are not shown: %+v", shown)
	}
	nothing(t, h, "reading through Unseen")
	notes, err := journal.Notes()
	if err != nil || len(notes) != 1 {
		t.Fatal(notes, err)
	}
	if _, err := journal.Undo(ctx, notes[0]); !errors.Is(err, setup.ErrOpen) {
		t.Fatalf("undone while it runs: %v", err)
	}
	if got, err := (&restore.Restorer{Source: h.originals}).Run(ctx, []string{p.Account.Dir}); err != nil || len(got.Open) != 1 || got.Files > 0 {
		t.Errorf("put back while it runs: %+v, %v", got, err)
	}
	tb.Quit(t)

	if left, err := journal.Undo(ctx, notes[0]); err != nil || len(left) > 0 {
		t.Errorf("left %+v, %v", left, err)
	}
	h.back(t, 3, p.Account.Dir)
	sameEntries(t, before, entries(t, tb.Profile), p)
	stores(t, h, filepath.Join(p.Account.Dir, "INBOX"))

	// It reads on from the provider, as before. The copies on disk count still, so
	// it shows the original addresses; nothing is loaded, as nothing was.
	tb.LoginAt("localhost", "localhost")
	h.daemon.Close()
	tb.Start(t)
	tb.Sync(t, 3)
	if shown := tb.Open(t, "Five novels"); len(shown.Images) != 1 || !strings.HasPrefix(shown.Images[0].Src, "https://clicks.harbourbooks.example/") {
		t.Errorf("after leaving it shows %+v", shown)
	}
}

// planOf is what is to be changed for an account.
func planOf(t *testing.T, profile string, l setup.Local) setup.Plan {
	t.Helper()
	plans, _, err := setup.Look(context.Background(), profile, []setup.Local{l})
	if err != nil || len(plans) != 1 {
		t.Fatal(plans, err)
	}
	return plans[0]
}

// entries are the preferences of a profile, and the files of certificates and
// permissions.
func entries(t *testing.T, profile string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for _, name := range []string{"prefs.js", "cert_override.txt"} {
		text, err := os.ReadFile(filepath.Join(profile, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if name != "prefs.js" {
			all[name] = string(text)
			continue
		}
		p, err := setup.ParsePrefs(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range p.Names() {
			v, _ := p.Get(key)
			all[key] = string(v)
		}
	}
	return all
}

// sameEntries wants each entry that was changed to be as before, and nothing of
// this machine's ports to be left.
func sameEntries(t *testing.T, before, now map[string]string, p setup.Plan) {
	t.Helper()
	for _, c := range p.Changes {
		if c.File == "prefs.js" && now[c.Key] != before[c.Key] {
			t.Errorf("%s is %s, was %s", c.Key, now[c.Key], before[c.Key])
		}
	}
	if now["cert_override.txt"] != before["cert_override.txt"] {
		t.Errorf("certificates are %q", now["cert_override.txt"])
	}
	for key, value := range now {
		if strings.HasPrefix(value, `"imap://`) && strings.Contains(value, "127.0.0.1") || value == strconv.Itoa(p.Local.IMAP) || value == strconv.Itoa(p.Local.SMTP) {
			t.Errorf("%s is %s still", key, value)
		}
	}
}

// stores wants an mbox file of Thunderbird to hold Dovecot's mails, and no octet of
// another, but for what Thunderbird puts around them.
func stores(t *testing.T, h *house, path string) {
	t.Helper()
	box, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	box = bytes.ReplaceAll(box, []byte("\r\n"), []byte("\n"))
	box = regexp.MustCompile(`(?m)^X-Mozilla-[^\n]*\n`).ReplaceAll(box, nil)
	var mails []string
	for i, part := range strings.Split("\n"+string(box), "\nFrom - ") {
		if i > 0 {
			_, mail, _ := strings.Cut(part, "\n")
			mails = append(mails, strings.TrimRight(regexp.MustCompile(`(?m)^>(>*From )`).ReplaceAllString(mail, "$1"), "\n"))
		}
	}
	var want []string
	for _, raw := range h.dovecot.Stored(t, login, "") {
		want = append(want, strings.TrimRight(strings.ReplaceAll(string(raw), "\r\n", "\n"), "\n"))
	}
	slices.Sort(mails)
	slices.Sort(want)
	if !slices.Equal(mails, want) {
		t.Errorf("the store holds\n%q\nwant\n%q", mails, want)
	}
}

// Maildirs that mbsync and OfflineIMAP filled through Unseen are put back: file by
// file what the same programs write without it.
func TestMaildirsLeave(t *testing.T) {
	h := openHouse(t, three())
	through, direct := lab.Login{Addr: h.imap(), User: login}, lab.Login{Addr: h.dovecot.Addr, User: login}
	t.Run("mbsync", func(t *testing.T) {
		dir := lab.Dir(t)
		lab.MbsyncInto(t, through, dir)
		want := lab.Mbsync(t, direct)
		h.back(t, 3, filepath.Join(dir, "box"))
		mark := regexp.MustCompile(`X-TUID: [^\n]*\n`) // drawn anew in each run
		found := 0
		for path, raw := range files(t, filepath.Join(dir, "box")) {
			for _, w := range want {
				if bytes.Equal(mark.ReplaceAll(raw, nil), mark.ReplaceAll(w, nil)) {
					found++
				}
			}
			if bytes.Contains(raw, []byte("127.0.0.1")) {
				t.Errorf("%s names this machine", path)
			}
		}
		if found != 3 {
			t.Errorf("%d files are those that mbsync writes without Unseen", found)
		}
		// mbsync goes on with what it has, and finds nothing to do.
		if again := lab.MbsyncInto(t, direct, dir); len(again) != 3 {
			t.Errorf("then it has %d mails", len(again))
		}
	})
	t.Run("offlineimap", func(t *testing.T) {
		one, other := lab.NewOfflineimap(t, through), lab.NewOfflineimap(t, direct)
		one.Sync(t)
		other.Sync(t)
		h.back(t, 3, one.Mail)
		got, want := one.Mailbox(t, "INBOX"), other.Mailbox(t, "INBOX")
		if len(want) != 3 || !slices.EqualFunc(got, want, bytes.Equal) {
			t.Errorf("the Maildir holds\n%q\nwant\n%q", got, want)
		}
	})
}

// files reads all mails of a Maildir by their path.
func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	all := make(map[string][]byte)
	for _, sub := range []string{"cur", "new"} {
		names, err := filepath.Glob(filepath.Join(dir, sub, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if all[name], err = os.ReadFile(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	return all
}
