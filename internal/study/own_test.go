package study

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/source"
	"github.com/unseen-mail/unseen/internal/study/made"
)

// ownPixel is a pixel that a vendor's form is known of, for one recipient.
const ownPixel = "https://click.shop.example/track/open.php?u=30400001&id=0123456789abcdef0123456789abcdef"

// ownMail is a mail as Unseen tells a study of it.
func ownMail(n int, decisions ...api.StudyDecision) api.StudyMail {
	return api.StudyMail{
		ID:      fmt.Sprintf("%064d", n),
		Header:  fmt.Appendf(nil, "From: Shop <news@shop.example>\r\nTo: Anna Ek <anna.ek@home.example>\r\nDate: Wed, %d Mar 2026 12:00:00 +0000\r\nSubject: Coats for Anna Ek\r\n\r\n", n),
		Address: "anna.ek@home.example", Sender: "shop.example", From: "news@shop.example", Gaps: []string{}, Decisions: decisions,
		References: []api.StudyReference{
			{Part: "1", Kind: "base", Vector: "base href", URL: "https://shop.example/", Remote: true},
			{Part: "1", Offset: 300, Length: 90, Kind: "pixel", Vector: "img src", URL: ownPixel, Remote: true, Width: 1, Height: 1, Outcome: "token"},
			{Part: "1", Kind: "link", Vector: "a href", URL: "https://shop.example/coats?to=anna.ek@home.example", Remote: true, Width: -1, Height: -1, Text: "Coats", Outcome: "left"},
			{Part: "1", Kind: "link", Vector: "a href", URL: "https://shop.example/all", Remote: true, Width: -1, Height: -1, Text: "All", Outcome: "unwrapped"},
		},
	}
}

// told is an Unseen that tells of mails, and then may fail.
func told(failing error, mails ...api.StudyMail) OwnMails {
	return func(context.Context, api.StudyQuery) iter.Seq2[api.StudyMail, error] {
		return func(yield func(api.StudyMail, error) bool) {
			for _, m := range mails {
				if !yield(m, nil) {
					return
				}
			}
			if failing != nil {
				yield(api.StudyMail{}, failing)
			}
		}
	}
}

// ranOwn runs a study of what an Unseen tells.
func ranOwn(t *testing.T, s *Study, own OwnMails) Tally {
	t.Helper()
	if err := s.Add(Source{Path: OwnPath, Holder: "me"}); err != nil {
		t.Fatal(err)
	}
	tally, err := s.Run(context.Background(), Run{Catalogue: rulesOf(t), Tool: "test", Own: own})
	if err != nil {
		t.Fatal(err)
	}
	return tally
}

// rowsOf are the records of a dataset.
func rowsOf(t *testing.T, dataset string) []Record {
	t.Helper()
	d, err := ReadDataset(dataset)
	if err != nil {
		t.Fatal(err)
	}
	var all []Record
	if err := d.Each(func(r *Record) { all = append(all, *r) }); err != nil {
		t.Fatal(err)
	}
	return all
}

// What the reader let Unseen do is told as it stood when each mail came, and each mail is
// looked into once.
func TestPermission(t *testing.T) {
	at := func(day int) time.Time { return time.Date(2026, 3, day, 0, 0, 0, 0, time.UTC) }
	of := func(who, word string, when int, vendors ...string) api.StudyDecision {
		return api.StudyDecision{Sender: who, Address: "anna.ek@home.example", Purpose: "performance", Vendors: vendors, Decision: word, When: at(when)}
	}
	vendor := "host:click.shop.example"
	probe := begin(t, Protocol{K: 1, Replicates: 20}, Files{}, t.TempDir())
	ranOwn(t, probe, told(nil, ownMail(4)))
	out, _ := published(t, probe)
	purposes := []string{"performance"}
	for _, o := range rowsOf(t, out)[0].Observations {
		if o.ElementKind == "pixel" {
			if o.Vendor != nil {
				vendor = *o.Vendor
			}
			if len(o.Purposes) > 0 {
				purposes = o.Purposes
			}
			if o.Verdict != "tracker" || o.Action != "hold" || o.Offset != 300 || text(o.Permission) != Never {
				t.Fatalf("%+v", o)
			}
		}
	}
	all := func(d api.StudyDecision) (list []api.StudyDecision) {
		for _, p := range purposes {
			d.Purpose = p
			list = append(list, d)
		}
		return list
	}
	granted := of("shop.example", "granted", 2, vendor)
	lapsing := granted
	lapsing.Until = at(3)
	for name, c := range map[string]struct {
		decisions []api.StudyDecision
		want      string
	}{
		"nothing decided":           {nil, Never},
		"granted before":            {all(granted), "granted"},
		"granted after":             {all(of("shop.example", "granted", 20, vendor)), Never},
		"to another vendor":         {all(of("shop.example", "granted", 2, "host:other.example")), Never},
		"refused":                   {all(of("shop.example", "refused", 2, vendor)), "refused"},
		"withdrawn":                 {append(all(granted), all(of("shop.example", "withdrawn", 3, vendor))...), "withdrawn"},
		"withdrawn after":           {append(all(granted), all(of("shop.example", "withdrawn", 20, vendor))...), "granted"},
		"lapsed":                    {all(lapsing), "lapsed"},
		"the address is refused":    {append(all(granted), all(of("news@shop.example", "refused", 2, vendor))...), "refused"},
		"for one purpose of others": {[]api.StudyDecision{of("shop.example", "granted", 2, vendor)}, map[bool]string{true: "granted", false: Never}[len(purposes) == 1 && purposes[0] == "performance"]},
	} {
		s := begin(t, Protocol{K: 1, Replicates: 20}, Files{}, t.TempDir())
		own := told(nil, ownMail(4, c.decisions...))
		if tally := ranOwn(t, s, own); tally.Mails != 1 || tally.References != 3 {
			t.Fatalf("%s: %+v", name, tally)
		}
		if tally := ranOwn(t, s, own); tally.Mails != 0 || tally.Known != 1 {
			t.Errorf("%s, again: %+v", name, tally)
		}
		dataset, _ := published(t, s)
		for _, o := range rowsOf(t, dataset)[0].Observations {
			switch {
			case o.ElementKind == "pixel" && text(o.Permission) != c.want:
				t.Errorf("%s: %q, want %q", name, text(o.Permission), c.want)
			case o.Verdict == "clean" && o.Permission != nil, o.Declared != nil:
				t.Errorf("%s: %+v", name, o)
			}
		}
		tells(t, allTexts(t, dataset), "Anna Ek <anna.ek@home.example>")
	}
}

// An Unseen that does not run, refuses, or fails in the middle is a sentence; what it
// told before stays.
func TestOwnFails(t *testing.T) {
	s := begin(t, Protocol{K: 1}, Files{}, t.TempDir())
	refused := &api.Error{Code: api.CodeConflict, Text: "no"}
	if err := s.Add(Source{Path: OwnPath, Holder: "me"}); err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct {
		own         OwnMails
		mails, left int
	}{{nil, 0, 1}, {told(refused), 0, 1}, {told(errors.New("gone"), ownMail(2), ownMail(3)), 2, 1}, {told(nil, ownMail(2), ownMail(3), ownMail(4)), 1, 0}} {
		said := 0
		tally, err := s.Run(context.Background(), Run{Catalogue: rulesOf(t), Tool: "test", Own: c.own, Told: func(_ Source, m source.Mail) {
			said++
			if m.Name != OwnPath {
				t.Errorf("%d: of %s", i, m.Name)
			}
		}})
		if err != nil || tally.Mails != c.mails || tally.Unreached != c.left || said != c.left {
			t.Errorf("%d: %+v %d %v", i, tally, said, err)
		}
	}
}

// The mail of an Unseen in a seeds' study is told as it is, and stands beside what the
// protocol says.
func TestOwnOfSeeds(t *testing.T) {
	conditions := filepath.Join(t.TempDir(), "conditions.csv")
	write(t, conditions, []byte("mailbox,sender,answer,signed_up\nme,shop.example,no,2026-01-01\n"))
	s := begin(t, Protocol{Replicates: 20}, Files{Conditions: conditions}, t.TempDir())
	if q := s.Query(); q.Kind != "seeds" || q.ID == "" {
		t.Errorf("%+v", q)
	}
	ranOwn(t, s, told(nil, ownMail(4)))
	dataset, _ := published(t, s)
	r := rowsOf(t, dataset)[0]
	if text(r.Message.Mailbox) != "me" || text(r.Message.Sender) != "news@shop.example" || r.Message.SHA256 != nil || text(r.Message.Declared) != Refused {
		t.Errorf("%+v", r.Message)
	}
	for _, o := range r.Observations {
		if o.ElementKind == "pixel" && (text(o.Declared) != Refused || text(o.Permission) != Never || text(o.URL) != ownPixel) {
			t.Errorf("%+v", o)
		}
	}
}

// Whoever withdraws is gone from the study: their rows, copies and sources. The others
// stay as they were, and whoever comes again is looked into anew.
func TestRemove(t *testing.T) {
	for _, seeded := range []bool{false, true} {
		mail := t.TempDir()
		c := made.Config{Senders: 8, Mailboxes: 3, Mailings: 2}
		madeMail(t, c, mail)
		var files Files
		if seeded {
			files.Conditions = filepath.Join(t.TempDir(), "conditions.csv")
			f, err := os.Create(files.Conditions)
			if err == nil {
				err = errors.Join(c.Conditions(f), f.Close())
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		s := begin(t, Protocol{Replicates: 20, K: 1}, files, mail)
		if _, err := s.Run(context.Background(), Run{Catalogue: rulesOf(t), Tool: "test", part: 5}); err != nil {
			t.Fatal(err)
		}
		whole, _ := published(t, s)
		if _, err := s.Remove("nobody"); !errors.Is(err, ErrHolder) {
			t.Errorf("nobody: %v", err)
		}
		if n, err := s.Remove(made.Mailbox(1)); err != nil || n != 16 {
			t.Fatalf("%d mails: %v", n, err)
		}
		if slices.ContainsFunc(s.Protocol.Sources, func(at Source) bool { return at.Holder == made.Mailbox(1) }) {
			t.Error("the source is still there")
		}
		fewer, told := published(t, s)
		if told.Messages != 32 {
			t.Errorf("%d mails are left", told.Messages)
		}
		if check, err := s.verify(); err != nil || !check.OK() || check.Mails != 32 {
			t.Errorf("%+v %v", check, err)
		}
		if tally := ran(t, s); tally.Mails != 0 || tally.Known != 32 {
			t.Errorf("after it: %+v", tally)
		}
		alone := begin(t, Protocol{Replicates: 20, K: 1}, files, without(t, mail, made.Mailbox(1)))
		if !seeded {
			// The key is another one: what is told must be as much.
			ran(t, alone)
			if _, other := published(t, alone); other.Rows != told.Rows {
				t.Errorf("%d rows, %d had they never been there", told.Rows, other.Rows)
			}
		} else {
			ran(t, alone)
			other, _ := published(t, alone)
			same(t, other, fewer)
		}
		if err := s.Add(Source{Path: filepath.Join(mail, made.Mailbox(1)), Holder: made.Mailbox(1)}); err != nil {
			t.Fatal(err)
		}
		if tally := ran(t, s); tally.Mails != 16 {
			t.Errorf("again: %+v", tally)
		}
		again, _ := published(t, s)
		same(t, whole, again)
	}
}

// without is a copy of mailboxes without one of them.
func without(t *testing.T, mail, box string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(mail)); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, box)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// After a study is closed nothing in its directory says whose mail it was or where it
// came from.
func TestClosedForgets(t *testing.T) {
	mail := t.TempDir()
	madeMail(t, made.Config{Senders: 3, Mailboxes: 2, Mailings: 1}, mail)
	write(t, filepath.Join(mail, "wilhelmina", "broken.zip"), []byte("PK\x03\x04 no archive"))
	s := begin(t, Protocol{}, Files{}, mail)
	ran(t, s)
	if err := s.Destroy(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Remove(made.Mailbox(0)); !errors.Is(err, ErrClosed) {
		t.Errorf("removing: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	files := 0
	err := filepath.WalkDir(s.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files++
		octets, err := os.ReadFile(path)
		for _, word := range []string{made.Mailbox(0), made.Mailbox(1), "wilhelmina", mail} {
			if strings.Contains(string(octets), word) {
				t.Errorf("%s tells %q", entry.Name(), word)
			}
		}
		return err
	})
	if err != nil || files < 4 {
		t.Errorf("%d files: %v", files, err)
	}
	closed, err := Open(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer closed.Close()
	rows := 0
	if err := each([]*Study{closed}, func(_ *Study, r *Record) error {
		rows++
		if name := text(r.Message.Mailbox); len(name) != 32 || strings.Contains(mail+made.Mailbox(0)+made.Mailbox(1), name) {
			t.Errorf("a row is of %q", name)
		}
		return nil
	}); err != nil || rows != 7 {
		t.Errorf("%d rows: %v", rows, err)
	}
}
