package evidence_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/net/html"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/internal/evidence"
	"github.com/unseen-mail/unseen/internal/evidence/bag"
	"github.com/unseen-mail/unseen/internal/evidence/custody"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// mailTo is a mailing as one person gets it.
func mailTo(person string, n int) []byte {
	token := fmt.Sprintf("%x", sha256.Sum256([]byte(person)))[:32]
	return fmt.Appendf(nil, "From: Shop <news@shop.example>\r\nTo: %[1]s@mail.example\r\nSubject: Spring is here %[3]d\r\nDate: Mon, 02 Mar 2026 10:00:00 +0000\r\n"+
		"Message-ID: <%[1]s.%[3]d@shop.example>\r\nList-Id: <news.shop.example>\r\nAuthentication-Results: mx.mail.example; dmarc=pass header.from=shop.example\r\n"+
		"MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"+
		"<p>Spring is here, and with it coats, shoes and hats for everybody who likes them.</p>\r\n"+
		"<img src=\"https://click.shop.example/o/%[2]s.gif\" width=\"1\" height=\"1\">\r\n"+
		"<a href=\"https://click.shop.example/c/%[2]s/%[3]d\">See the coats</a>\r\n"+
		"<a href=\"https://click.shop.example/u/%[2]s\">Unsubscribe</a>\r\n"+
		"<img src=\"https://img.shop.example/logo.png\">\r\n", person, token, n)
}

// clock is a day on which bags are made.
func clock() time.Time { return time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC) }

// options are those of a case in a directory.
func options(t testing.TB, dir string) evidence.Options {
	t.Helper()
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	return evidence.Options{
		Dir: dir, Sender: "shop.example", Judge: &detect.Judge{Catalogue: rules},
		Tool: evidence.Tool{Name: "Unseen", Version: "test"}, Now: clock,
	}
}

// begin begins a case.
func begin(t testing.TB, o evidence.Options) *evidence.Case {
	t.Helper()
	c, err := evidence.Begin(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// take takes a mail that is to be taken.
func take(t testing.TB, c *evidence.Case, raw []byte) {
	t.Helper()
	if ok, err := c.Take(raw, "a test"); err != nil || !ok {
		t.Fatalf("%v, %v", ok, err)
	}
}

// key is a key in a new directory.
func key(t testing.TB) ssh.Signer {
	t.Helper()
	k, err := evidence.Key(filepath.Join(t.TempDir(), "data", "evidence.key"))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// made makes a bag of mails, opened.
func made(t testing.TB, o evidence.Options, mails ...[]byte) (*bag.Opened, *evidence.Examined) {
	t.Helper()
	c := begin(t, o)
	for _, raw := range mails {
		take(t, c, raw)
	}
	x, err := c.Examine(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range words.Languages() {
		if err := c.Write(x, words.In(lang)); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "bag.zip")
	if err := c.Seal(key(t), file); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(o.Dir + "*"); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	opened, err := bag.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	return opened, x
}

func TestBag(t *testing.T) {
	opened, x := made(t, options(t, filepath.Join(t.TempDir(), "part")), mailTo("anna", 1), mailTo("bert", 1), mailTo("anna", 2))
	result, err := bag.Verify(opened)
	if err != nil || !result.Whole() {
		t.Fatalf("%+v, %v", result, err)
	}
	again, err := evidence.Remake(opened)
	if err != nil || again.Differs != 0 || again.Messages != 3 || again.Version != "test" {
		t.Errorf("made again: %+v, %v", again, err)
	}
	if len(x.Mailings) != 1 || x.Mailings[0].Recipients != 2 || x.Mailings[0].Individual < 2 {
		t.Errorf("mailings: %+v", x.Mailings)
	}
	// The raw mail is in the bag, octet for octet.
	raw := mailTo("bert", 1)
	kept, err := fs.ReadFile(opened, fmt.Sprintf("data/messages/%x.eml", sha256.Sum256(raw)))
	if err != nil || string(kept) != string(raw) {
		t.Errorf("the message: %v", err)
	}
	var origin evidence.Origin
	text, err := fs.ReadFile(opened, fmt.Sprintf("data/origin/%x.json", sha256.Sum256(raw)))
	if err != nil || json.Unmarshal(text, &origin) != nil {
		t.Fatalf("origin: %v", err)
	}
	if origin.Recipient != "bert@mail.example" || origin.Sender != "shop.example" || len(origin.AuthenticationResults) != 1 {
		t.Errorf("origin: %+v", origin)
	}
}

// Findings that were changed, and rules, are noticed even in a bag that was sealed
// again.
func TestRemakeNotices(t *testing.T) {
	for _, test := range []struct {
		name, file string
		change     func(string) string
		line       int
	}{
		{"nothing", "data/findings.jsonl", func(s string) string { return s }, 0},
		{"a verdict", "data/findings.jsonl", func(s string) string { return strings.Replace(s, `"tracker"`, `"clean"`, 1) }, 1},
		{"a line less", "data/findings.jsonl", func(s string) string { return s[:strings.LastIndexByte(s[:len(s)-1], '\n')+1] }, 3},
		{"a line more", "data/findings.jsonl", func(s string) string { return s + s }, 4},
	} {
		t.Run(test.name, func(t *testing.T) {
			opened, _ := made(t, options(t, filepath.Join(t.TempDir(), "part")), mailTo("anna", 1))
			dir := filepath.Join(t.TempDir(), "out")
			if err := opened.Unpack(dir); err != nil {
				t.Fatal(err)
			}
			at := filepath.Join(dir, test.file)
			text, err := os.ReadFile(at)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(at, []byte(test.change(string(text))), 0o600); err != nil {
				t.Fatal(err)
			}
			again, err := evidence.Remake(os.DirFS(dir))
			if err != nil || again.Differs != test.line {
				t.Errorf("%+v, %v; want a difference in line %d", again, err, test.line)
			}
		})
	}
}

func TestCustody(t *testing.T) {
	opened, _ := made(t, options(t, filepath.Join(t.TempDir(), "part")), mailTo("anna", 1), mailTo("bert", 1))
	dir := filepath.Join(t.TempDir(), "out")
	if err := opened.Unpack(dir); err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(dir, "data/custody.jsonl")
	text, err := os.ReadFile(at)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(strings.TrimSuffix(string(text), "\n")+"\n", "\n")
	lines = lines[:len(lines)-1]
	if len(lines) != 5 { // begun, two taken, examined, finished
		t.Fatalf("%d lines:\n%s", len(lines), text)
	}
	for name, changed := range map[string]string{
		"a line changed":  strings.Replace(string(text), "a test", "a text", 1),
		"a line less":     lines[0] + strings.Join(lines[2:], ""),
		"two lines moved": lines[0] + lines[2] + lines[1] + strings.Join(lines[3:], ""),
		"all but the end": lines[4],
	} {
		if err := os.WriteFile(at, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := evidence.Remake(os.DirFS(dir)); !errors.Is(err, custody.ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTake(t *testing.T) {
	c := begin(t, options(t, filepath.Join(t.TempDir(), "part")))
	take(t, c, mailTo("anna", 1))
	other := strings.Replace(string(mailTo("anna", 1)), "news@shop.example", "news@other.example", 1)
	through := strings.Replace(string(mailTo("anna", 3)), "https://img.shop.example/logo.png", "http://127.0.0.1:4180/p/5JzUr0LCtifp2MzPqjIq0i", 1)
	for _, test := range []struct {
		name string
		raw  string
		want error
	}{
		{"the same again", string(mailTo("anna", 1)), nil},
		{"of another sender", other, nil},
		{"that went through Unseen", through, evidence.ErrRewritten},
		{"without a header", "Hello", evidence.ErrNoMail},
		{"of nothing", "", evidence.ErrNoMail},
	} {
		if ok, err := c.Take([]byte(test.raw), "a test"); ok || !errors.Is(err, test.want) {
			t.Errorf("a mail %s: %v, %v", test.name, ok, err)
		}
	}
}

// A case that was left in the middle is gone on with, whatever was cut off.
func TestGoesOn(t *testing.T) {
	o := options(t, filepath.Join(t.TempDir(), "part"))
	c := begin(t, o)
	take(t, c, mailTo("anna", 1))
	if err := os.WriteFile(filepath.Join(o.Dir, "data/messages/half.eml.part"), []byte("From: "), 0o600); err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(o.Dir, "data/custody.jsonl")
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(log, append(text, `{"time":"2026-`...), 0o600); err != nil {
		t.Fatal(err)
	}
	// While it is being made nobody else makes it.
	if _, err := evidence.Begin(o); !errors.Is(err, evidence.ErrTaken) {
		t.Errorf("begun twice: %v", err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	c = begin(t, o)
	if ok, err := c.Take(mailTo("anna", 1), "a test"); ok || err != nil {
		t.Errorf("taken twice: %v, %v", ok, err)
	}
	take(t, c, mailTo("bert", 1))
	x, err := c.Examine(context.Background(), nil)
	if err != nil || len(x.Messages) != 2 {
		t.Fatalf("%+v, %v", x, err)
	}
	file := filepath.Join(t.TempDir(), "bag.zip")
	if err := c.Seal(key(t), file); err != nil {
		t.Fatal(err)
	}
	opened, err := bag.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	if again, err := evidence.Remake(opened); err != nil || again.Differs != 0 || again.Messages != 2 {
		t.Errorf("%+v, %v", again, err)
	}
}

func TestEmpty(t *testing.T) {
	c := begin(t, options(t, filepath.Join(t.TempDir(), "part")))
	if _, err := c.Examine(context.Background(), nil); !errors.Is(err, evidence.ErrEmpty) {
		t.Error(err)
	}
}

// Two people's bags of one mailing show what was made for each; bags of one person
// show nothing.
func TestCompare(t *testing.T) {
	anna, _ := made(t, options(t, filepath.Join(t.TempDir(), "a")), mailTo("anna", 1))
	bert, _ := made(t, options(t, filepath.Join(t.TempDir(), "b")), mailTo("bert", 1))
	mailings, err := evidence.Compare([]evidence.Bag{{Name: "anna", Files: anna}, {Name: "bert", Files: bert}})
	if err != nil || len(mailings) != 1 {
		t.Fatalf("%+v, %v", mailings, err)
	}
	m := mailings[0]
	if m.Recipients != 2 || m.Individual != 3 || m.Aggregate != 1 || m.Other != 0 || m.Sure != "certain" {
		t.Errorf("%+v", m)
	}
	if mailings, err = evidence.Compare([]evidence.Bag{{Name: "anna", Files: anna}, {Name: "again", Files: anna}}); err != nil || len(mailings) != 0 {
		t.Errorf("one person: %+v, %v", mailings, err)
	}
}

// issue is one of a newsletter that comes every few hours, with a count in its subject
// that is the reader's own if own says so.
func issue(person string, n int, own bool) []byte {
	raw := strings.Replace(string(mailTo(person, n)), "Date: Mon, 02 Mar 2026 10:00:00", "Date: Mon, 02 Mar 2026 "+fmt.Sprintf("%02d:00:00", 2*n), 1)
	raw = strings.Replace(raw, "coats, shoes and hats", strings.Repeat(fmt.Sprintf("words%d of issue%d ", n, n), 30), 1)
	if own {
		raw = strings.Replace(raw, fmt.Sprintf("Spring is here %d", n), fmt.Sprintf("Spring is here, and you have %d points", 10*n+len(person)), 1)
	}
	return []byte(raw)
}

// Issues of one newsletter that two people got within days are told apart: each is
// compared with its own copy, also where the subject counts for each reader.
func TestCompareIssues(t *testing.T) {
	for name, own := range map[string]bool{"subjects that are the same": false, "a count for each reader": true} {
		t.Run(name, func(t *testing.T) {
			var mails [][]byte
			for n := range 6 {
				mails = append(mails, issue("anna", n+1, own), issue("charles", n+1, own))
			}
			_, x := made(t, options(t, filepath.Join(t.TempDir(), "part")), mails...)
			if len(x.Mailings) != 6 {
				t.Fatalf("%d mailings of 6: %+v", len(x.Mailings), x.Mailings)
			}
			for _, m := range x.Mailings {
				if len(m.Copies) != 2 || m.Recipients != 2 || m.Individual < 2 {
					t.Errorf("%+v", m)
				}
			}
		})
	}
}

// outside is what a page would load from elsewhere.
var outside = regexp.MustCompile(`(?i)<(script|link|iframe|object|img|video|audio)\b|url\(|@import|http-equiv="refresh"`)

// Reports say what was found in each language, load nothing, and do nothing that a
// mail says.
func TestPapers(t *testing.T) {
	hostile := strings.Replace(string(mailTo("anna", 1)), "Spring is here 1", `<script>alert(1)</script><img src="https://evil.example/x">`, 1)
	opened, _ := made(t, options(t, filepath.Join(t.TempDir(), "part")), []byte(hostile), mailTo("bert", 2))
	for _, lang := range words.Languages() {
		text, err := fs.ReadFile(opened, "data/papers/report."+lang+".html")
		if err != nil {
			t.Fatal(err)
		}
		if found := outside.Find(text); found != nil {
			t.Errorf("%s: the report holds %q", lang, found)
		}
		doc, err := html.Parse(strings.NewReader(string(text)))
		if err != nil || doc.FirstChild == nil {
			t.Errorf("%s: %v", lang, err)
		}
		if !strings.Contains(string(text), `<html lang="`+lang+`">`) || strings.Contains(string(text), "{") && strings.Contains(string(text), "report-") {
			t.Errorf("%s: a text is missing", lang)
		}
		if _, err := fs.Stat(opened, "data/papers/request."+lang+".md"); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"complaint.cnil.fr", "complaint.apd-gba.fr", "complaint.apd-gba.nl", "complaint.ap.nl", "complaint.dsk.de", "complaint.art77.en"} {
		text, err := fs.ReadFile(opened, "data/papers/"+name+".md")
		if err != nil || !strings.Contains(string(text), "shop.example") {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
	french, err := fs.ReadFile(opened, "data/papers/complaint.cnil.fr.md")
	if err != nil || !strings.Contains(string(french), "SIREN") || !strings.Contains(string(french), "art. 82") {
		t.Errorf("CNIL: %v\n%s", err, french)
	}
}

func TestSupply(t *testing.T) {
	o := options(t, filepath.Join(t.TempDir(), "part"))
	c := begin(t, o)
	file := filepath.Join(t.TempDir(), "sign up ü.png")
	if err := os.WriteFile(file, []byte("a picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.Supply(file); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(filepath.Join(o.Dir, "data/supplied"))
	if err != nil || len(entries) != 1 || !strings.HasSuffix(entries[0].Name(), "-sign-up--.png") {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestKeyStays(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new", "evidence.key")
	first, err := evidence.Key(file)
	if err != nil {
		t.Fatal(err)
	}
	second, err := evidence.Key(file)
	if err != nil || ssh.FingerprintSHA256(first.PublicKey()) != ssh.FingerprintSHA256(second.PublicKey()) {
		t.Errorf("another key: %v", err)
	}
	about, err := os.Stat(file)
	if err != nil || about.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", about.Mode(), err)
	}
	if err := os.WriteFile(file, []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := evidence.Key(file); err == nil {
		t.Error("a damaged key was taken")
	}
}

// FuzzReport makes a bag of whatever mail: it is sealed, and its findings come out
// again.
func FuzzReport(f *testing.F) {
	f.Add(mailTo("anna", 1))
	f.Add([]byte("From: a@shop.example\r\nContent-Type: text/html\r\n\r\n<img width=99999999999 height=-1 src=\"http://a.example/\xff?x=<\">"))
	f.Add([]byte("From: a@shop.example\nSubject: =?utf-8?q?=E2=80=AE?=\n\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		o := options(t, filepath.Join(t.TempDir(), "part"))
		o.Sender = ""
		c := begin(t, o)
		if ok, err := c.Take(raw, "a test"); !ok || err != nil {
			return
		}
		x, err := c.Examine(context.Background(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Write(x, words.English()); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(o.Dir, "data/papers/report.en.html"))
		if err != nil || outside.Match(text) {
			t.Errorf("%v, %s", err, text)
		}
		if again, err := evidence.Remake(os.DirFS(o.Dir)); err != nil || again.Differs != 0 {
			t.Errorf("%+v, %v", again, err)
		}
	})
}

// BenchmarkExamine makes bags of many mails; bytes held are those of one, and of
// what the report says.
func BenchmarkExamine(b *testing.B) {
	for _, n := range []int{100, 1000} {
		b.Run(fmt.Sprintf("mails=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				c := begin(b, options(b, filepath.Join(b.TempDir(), "part")))
				for i := range n {
					take(b, c, mailTo("anna", i))
				}
				if _, err := c.Examine(context.Background(), nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
