package study

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/source"
	"github.com/unseen-mail/unseen/internal/study/made"
)

// same says whether two datasets are equal, octet for octet.
func same(t *testing.T, a, b string) {
	t.Helper()
	entries, err := os.ReadDir(a)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		one, err := os.ReadFile(filepath.Join(a, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		other, err := os.ReadFile(filepath.Join(b, e.Name()))
		if err != nil || string(one) != string(other) {
			t.Errorf("%s: %d octets and %d: %v", e.Name(), len(one), len(other), err)
		}
	}
}

// copyOf copies a study.
func copyOf(t *testing.T, s *Study) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(dir, os.DirFS(s.dir)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Parts of a study that ran on several machines make the dataset of the whole.
func TestShards(t *testing.T) {
	mail := t.TempDir()
	c := made.Config{Senders: 20, Mailboxes: 5, Mailings: 2}
	madeMail(t, c, mail)
	s := begin(t, Protocol{Replicates: 20}, Files{}, mail)
	shards(t, s)
	// Copies of one mailing are compared, whichever part read them.
	var table bytes.Buffer
	if err := c.Conditions(&table); err != nil {
		t.Fatal(err)
	}
	conditions := filepath.Join(t.TempDir(), "conditions.csv")
	write(t, conditions, table.Bytes())
	shards(t, begin(t, Protocol{Replicates: 20}, Files{Conditions: conditions}, mail))

	other := begin(t, Protocol{Seed: "2"}, Files{}, mail)
	if _, err := Publish([]*Study{s, other}, Export{Out: filepath.Join(t.TempDir(), "x"), Day: day}); !errors.Is(err, ErrOthers) {
		t.Errorf("another study: %v", err)
	}
}

// shards compares the dataset of a study with that of three parts of it.
func shards(t *testing.T, s *Study) {
	t.Helper()
	var parts []*Study
	for i := range 3 {
		one, err := Open(copyOf(t, s))
		if err != nil {
			t.Fatal(err)
		}
		defer one.Close()
		tally, err := one.Run(context.Background(), Run{Catalogue: rulesOf(t), Tool: "test", Shard: uint64(i + 1), Of: 3})
		if err != nil || tally.Mails < 40 || tally.Mails > 90 {
			t.Fatalf("%+v %v", tally, err)
		}
		parts = append(parts, one)
	}
	ran(t, s)
	want, _ := published(t, s)
	got, _ := published(t, parts...)
	same(t, want, got)
}

// A mail is looked into once, wherever it is moved, and what comes later is found.
func TestIncremental(t *testing.T) {
	mail := t.TempDir()
	c := made.Config{Senders: 5, Mailboxes: 2, Mailings: 1}
	madeMail(t, c, mail)
	s := begin(t, Protocol{}, Files{}, mail)
	if tally := ran(t, s); tally.Mails != 10 || tally.Known != 0 {
		t.Errorf("first: %+v", tally)
	}
	from := filepath.Join(mail, made.Mailbox(0), "000-0001.eml")
	if err := os.Rename(from, filepath.Join(mail, made.Mailbox(0), "elsewhere.eml")); err != nil {
		t.Fatal(err)
	}
	c.Mailings = 2
	for m := range c.Mails() {
		if m.Mailing == 1 {
			write(t, filepath.Join(mail, m.Mailbox, fmt.Sprintf("later-%d.eml", m.Sender)), m.Raw)
		}
	}
	if tally := ran(t, s); tally.Mails != 10 || tally.Known != 10 {
		t.Errorf("later: %+v", tally)
	}
	dataset, told := published(t, s)
	if told.Messages != 20 {
		t.Errorf("%d mails are published", told.Messages)
	}
	check, err := Verify(dataset)
	if err != nil || !check.OK() || check.Mails != 20 {
		t.Errorf("%+v %v", check, err)
	}
}

// Damaged mail is a row that says why, an account that fails a sentence, and the rest
// goes on.
func TestFaults(t *testing.T) {
	mail := t.TempDir()
	madeMail(t, made.Config{Senders: 4, Mailboxes: 1, Mailings: 1}, mail)
	box := filepath.Join(mail, made.Mailbox(0))
	write(t, filepath.Join(box, "broken.zip"), []byte("PK\x03\x04 no archive"))
	write(t, filepath.Join(box, "strange.eml"), []byte("\x00\xff\xfe nothing that is a mail\nContent-Type: text/html\n\n<img src="))
	s := begin(t, Protocol{K: 1}, Files{}, mail)
	if err := s.Add(Source{Path: "imap://anna@127.0.0.1:1/INBOX", Holder: "far"}); err != nil {
		t.Fatal(err)
	}
	var told []string
	r := Run{Catalogue: rulesOf(t), Tool: "test", Told: func(_ Source, m source.Mail) { told = append(told, m.Name) }}
	tally, err := s.Run(context.Background(), r)
	if err != nil || tally.Mails != 5 || tally.Damaged != 1 || tally.Unreached != 1 || len(told) != 2 {
		t.Errorf("%+v %v %q", tally, err, told)
	}
	if again, err := s.Run(context.Background(), r); err != nil || again.Mails+again.Damaged != 0 || again.Known != 6 {
		t.Errorf("again: %+v %v", again, err)
	}
	dataset, _ := published(t, s)
	lines, err := os.ReadFile(filepath.Join(dataset, messagesLines))
	if err != nil || strings.Count(string(lines), `"error":"archive"`) != 1 || strings.Count(string(lines), "\n") != 6 {
		t.Errorf("%v\n%s", err, lines)
	}
	if f := figuresOf(t, dataset)[[2]string{"mails", "tracker-load"}]; f[1] != "5" {
		t.Errorf("mails that were not looked into count: %q", f)
	}
}

// When the disk is full the run says so, and goes on with the same command later.
func TestFullDisk(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("there is no sh to limit files with")
	}
	mail := t.TempDir()
	madeMail(t, made.Config{Senders: 30, Mailboxes: 5, Mailings: 2}, mail)
	s := begin(t, Protocol{Replicates: 20}, Files{}, mail)
	dir := copyOf(t, s)
	ran(t, s)
	want, _ := published(t, s)
	full := 0
	// No file may be larger than so many blocks of 512 octets.
	for _, blocks := range []int{8, 60, 100, 200} {
		cmd := exec.Command("sh", "-c", "ulimit -f "+strconv.Itoa(blocks)+"; exec "+os.Args[0])
		cmd.Env = append(os.Environ(), asProgram+"="+dir)
		if out, err := cmd.CombinedOutput(); err != nil {
			full++
			if !strings.Contains(string(out), "too large") && !strings.Contains(string(out), "full") && !strings.Contains(string(out), "disk I/O") {
				t.Errorf("with %d blocks: %s", blocks, out)
			}
		}
	}
	if full == 0 {
		t.Error("no disk was ever full")
	}
	if out, err := asOther(dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	again, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	got, _ := published(t, again)
	same(t, want, got)
}

// When the disk is full while a dataset is made there is none, not half of one, and the
// study is as it was.
func TestFullDiskAtExport(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("there is no sh to limit files with")
	}
	mail := t.TempDir()
	madeMail(t, made.Config{Senders: 10, Mailboxes: 3, Mailings: 1}, mail)
	s := begin(t, Protocol{Replicates: 20}, Files{}, mail)
	ran(t, s)
	want, _ := published(t, s)
	dir, at := copyOf(t, s), t.TempDir()
	out := filepath.Join(at, "dataset")
	for _, blocks := range []int{1, 16, 64} {
		cmd := exec.Command("sh", "-c", "ulimit -f "+strconv.Itoa(blocks)+"; exec "+os.Args[0])
		cmd.Env = append(os.Environ(), asProgram+"="+dir, exportTo+"="+out)
		said, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(said), "too large") && !strings.Contains(string(said), "disk I/O") {
			t.Errorf("with %d blocks: %v: %s", blocks, err, said)
		}
		if left, err := os.ReadDir(at); err != nil || len(left) > 0 {
			t.Errorf("with %d blocks %v is left: %v", blocks, left, err)
		}
	}
	cmd := asOther(dir)
	cmd.Env = append(cmd.Env, exportTo+"="+out)
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	same(t, want, out)
}

// What comes while a study follows is found.
func TestFollow(t *testing.T) {
	mail := t.TempDir()
	c := made.Config{Senders: 3, Mailboxes: 1, Mailings: 2}
	first := c
	first.Mailings = 1
	madeMail(t, first, mail)
	s := begin(t, Protocol{}, Files{}, mail)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	mails := 0
	err := s.Follow(ctx, Run{Catalogue: rulesOf(t), Tool: "test"}, func(tally Tally) {
		if mails += tally.Mails; mails == 3 {
			for m := range c.Mails() {
				if m.Mailing == 1 {
					write(t, filepath.Join(mail, m.Mailbox, "new", fmt.Sprintf("later-%d.eml", m.Sender)), m.Raw)
				}
			}
		}
		if mails == 6 {
			cancel()
		}
	})
	if err != nil || mails != 6 {
		t.Errorf("%d mails: %v", mails, err)
	}
}

// Two processes do not work on one study, and a closed one takes no mail.
func TestOneAtATime(t *testing.T) {
	mail := t.TempDir()
	madeMail(t, made.Config{Senders: 2, Mailboxes: 1, Mailings: 1}, mail)
	s := begin(t, Protocol{}, Files{}, mail)
	if _, err := Open(s.dir); !errors.Is(err, ErrBusy) {
		t.Errorf("a second one: %v", err)
	}
	if _, err := Open(mail); !errors.Is(err, ErrNone) {
		t.Errorf("no study: %v", err)
	}
	if err := Begin(s.dir, Protocol{}, Files{}); !errors.Is(err, ErrExists) {
		t.Errorf("in a study: %v", err)
	}
	ran(t, s)
	if err := s.Destroy(); err != nil {
		t.Fatal(err)
	}
	s.Close()
	for _, name := range []string{keyFile} {
		if _, err := os.Stat(filepath.Join(s.dir, name)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is there: %v", name, err)
		}
	}
	closed, err := Open(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer closed.Close()
	if _, err := closed.Run(context.Background(), Run{Catalogue: rulesOf(t)}); !errors.Is(err, ErrClosed) {
		t.Errorf("running: %v", err)
	}
	if err := closed.Add(Source{Path: mail}); !errors.Is(err, ErrClosed) {
		t.Errorf("adding: %v", err)
	}
	if _, told := published(t, closed); told.Messages != 2 {
		t.Errorf("%+v", told)
	}
	whole, _ := os.ReadFile(filepath.Join(s.dir, protocolFile))
	if strings.Contains(string(whole), mail) {
		t.Error("the protocol still says where the mail came from")
	}
}

// A mail that could not be looked into and then could is one row, and not one of a fault
// besides.
func TestMended(t *testing.T) {
	mail := t.TempDir()
	c := made.Config{Senders: 3, Mailboxes: 1, Mailings: 1}
	mails := madeMail(t, c, mail)
	path := filepath.Join(mail, made.Mailbox(0), "000-0001.eml")
	write(t, path, []byte("PK\x03\x04 no archive"))
	s := begin(t, Protocol{K: 1, Replicates: 20}, Files{}, mail)
	if tally := ran(t, s); tally.Mails != 2 || tally.Damaged != 1 {
		t.Errorf("%+v", tally)
	}
	before, _ := published(t, s)
	write(t, path, mails[1].Raw)
	if tally := ran(t, s); tally.Mails != 1 || tally.Damaged != 0 {
		t.Errorf("mended: %+v", tally)
	}
	after, _ := published(t, s)
	faults := func(dataset string) (n int) {
		for _, r := range rowsOf(t, dataset) {
			if r.Message.Error != nil {
				n++
			}
		}
		return n
	}
	if rows := rowsOf(t, after); faults(before) != 1 || faults(after) != 0 || len(rows) != 3 {
		t.Errorf("%d faults, then %d of %d", faults(before), faults(after), len(rows))
	}
}
