package source_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/internal/source"
)

func ExampleConfig_Mails() {
	box := "From anna@example.org Mon Mar  3 08:12:00 2025\nSubject: Soup\n\nOn Saturday.\n\n" +
		"From anna@example.org Tue Mar  4 08:12:00 2025\nSubject: More\n\n>From here.\n"
	read := source.Config{In: strings.NewReader(box)}
	for mail := range read.Mails(context.Background(), []string{"-"}) {
		fmt.Printf("%s %d: %q %v\n", mail.Name, mail.Number, mail.Raw, mail.Err)
	}
	// Output:
	// - 1: "Subject: Soup\n\nOn Saturday.\n" <nil>
	// - 2: "Subject: More\n\nFrom here.\n" <nil>
}

// said is what a reading comes to, in lines.
func said(cfg source.Config, paths ...string) []string {
	var list []string
	for m := range cfg.Mails(context.Background(), paths) {
		line := m.Name
		if m.Number > 0 {
			line += fmt.Sprint("#", m.Number)
		}
		if m.Err != nil {
			line += " !"
			for _, e := range []error{source.ErrTooLarge, source.ErrUnpacks, source.ErrDepth, source.ErrEncrypted, source.ErrArchive, source.ErrURL, fs.ErrNotExist, fs.ErrPermission} {
				if errors.Is(m.Err, e) {
					line += " " + e.Error()
				}
			}
			if skip := new(source.SkipError); errors.As(m.Err, &skip) {
				line += " skip " + skip.Mode.Type().String() + map[bool]string{true: " loop"}[skip.Loop]
			}
		} else {
			line += " " + string(m.Raw)
		}
		list = append(list, line)
	}
	return list
}

// lay writes files below a directory and makes it the working directory.
func lay(t testing.TB, files map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
}

// A member is a file of an archive that is made.
type member struct{ name, text string }

// pack makes an archive.
func pack(t testing.TB, members ...member) string {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, m := range members {
		w, err := z.Create(m.name)
		if err == nil {
			_, err = io.WriteString(w, m.text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestPlaces(t *testing.T) {
	inner := pack(t, member{"c.eml", "C: c\n"}, member{"box", begin + "D: 1\n\n" + begin + "D: 2\n"})
	deep := pack(t, member{"inner.zip", inner})
	lay(t, map[string]string{
		"one.eml": "A: b\n", "box.mbox": begin + "A: 1\n\n" + begin + "A: 2\n",
		"dir/b.eml": "B: b\n", "dir/a.eml": "A: a\n", "dir/sub/c.eml": "C: c\n",
		"Maildir/cur/2:2,S": "M: 2\n", "Maildir/new/3": "M: 3\n", "Maildir/tmp/4": "M: 4\n", "Maildir/dovecot-uidlist": "3 V1\n",
		"Maildir/.Old/cur/1:2,RS": "O: 1\n", "Maildir/.Old/new/.keep": "",
		"a.zip": inner, "deep.zip": deep, "deeper.zip": pack(t, member{"deep.zip", deep}), "large.eml": strings.Repeat("x", 300),
		"damaged.zip": inner[:len(inner)-30], "empty.eml": "",
		"odd.zip": pack(t, member{"../../etc/passwd", "E: 1\n"}, member{`..\..\up.eml`, "E: 2\n"}, member{"/abs.eml", "E: 3\n"}, member{"d/", ""}),
	})
	for path, want := range map[string][]string{
		"one.eml":          {"one.eml A: b\n"},
		"empty.eml":        {"empty.eml "},
		"box.mbox":         {"box.mbox#1 A: 1\n", "box.mbox#2 A: 2\n"},
		"dir":              {"dir/a.eml A: a\n", "dir/b.eml B: b\n", "dir/sub/c.eml C: c\n"},
		"dir/":             {"dir/a.eml A: a\n", "dir/b.eml B: b\n", "dir/sub/c.eml C: c\n"},
		"Maildir":          {"Maildir/.Old/cur/1:2,RS O: 1\n", "Maildir/.Old/new/.keep ", "Maildir/cur/2:2,S M: 2\n", "Maildir/new/3 M: 3\n"},
		"a.zip":            {"a.zip/c.eml C: c\n", "a.zip/box#1 D: 1\n", "a.zip/box#2 D: 2\n"},
		"deep.zip":         {"deep.zip/inner.zip/c.eml C: c\n", "deep.zip/inner.zip/box#1 D: 1\n", "deep.zip/inner.zip/box#2 D: 2\n"},
		"deeper.zip":       {"deeper.zip/deep.zip/inner.zip ! " + source.ErrDepth.Error()},
		"odd.zip":          {"odd.zip/etc/passwd E: 1\n", "odd.zip/up.eml E: 2\n", "odd.zip/abs.eml E: 3\n"},
		"large.eml":        {"large.eml ! " + source.ErrTooLarge.Error()},
		"missing":          {"missing ! " + fs.ErrNotExist.Error()},
		"damaged.zip":      {"damaged.zip ! " + source.ErrArchive.Error()},
		"imaps://host/box": {"imaps://host/box ! " + source.ErrURL.Error()},
	} {
		t.Run(path, func(t *testing.T) {
			if got := said(source.Config{MaxMail: 200}, path); !slices.Equal(got, want) {
				t.Errorf("got %q", got)
			}
		})
	}
}

// What comes through a pipe may be an archive, too.
func TestPipedArchive(t *testing.T) {
	got := said(source.Config{In: strings.NewReader(pack(t, member{"a.eml", "A: b\n"}, member{"in.zip", pack(t, member{"c", "C: d\n"})}))}, "-")
	if want := []string{"-/a.eml A: b\n", "-/in.zip/c C: d\n"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// Archives that are made to fill the memory or the day of whoever opens them end.
func TestBombs(t *testing.T) {
	blank := strings.Repeat("\x00", 1<<20)
	bomb := pack(t, member{"bomb", strings.Repeat(blank, 64)}, member{"after", "A: b\n"})
	var many []member
	for i := range 12 {
		many = append(many, member{fmt.Sprint("part", i), strings.Repeat(blank, 7)})
	}
	lay(t, map[string]string{"bomb.zip": bomb, "many.zip": pack(t, many...), "nested.zip": pack(t, member{"bomb.zip", bomb})})
	tooMuch := " ! " + source.ErrUnpacks.Error()
	if got := said(source.Config{}, "bomb.zip"); !slices.Contains(got, "bomb.zip/bomb"+tooMuch) {
		t.Errorf("a bomb: %.200q", got)
	}
	if got := said(source.Config{}, "nested.zip"); !slices.Contains(got, "nested.zip/bomb.zip/bomb"+tooMuch) {
		t.Errorf("a bomb in an archive: %.200q", got)
	}
	got := said(source.Config{}, "many.zip")
	if !slices.Contains(got, "many.zip"+tooMuch) || len(got) > 8 {
		t.Errorf("many small ones: %d", len(got))
	}
}

// An archive that says that it is encrypted is not guessed at.
func TestEncrypted(t *testing.T) {
	raw := []byte(pack(t, member{"a.eml", "A: b\n"}))
	at := bytes.Index(raw, []byte("PK\x01\x02"))
	raw[at+8] |= 1
	lay(t, map[string]string{"locked.zip": string(raw)})
	if got := said(source.Config{}, "locked.zip"); !slices.Equal(got, []string{"locked.zip/a.eml ! " + source.ErrEncrypted.Error()}) {
		t.Errorf("got %q", got)
	}
}

// Flags and places in a Maildir change while the mail is the same.
func TestMaildirKeys(t *testing.T) {
	keys := func(files map[string]string) []string {
		lay(t, files)
		var list []string
		for m := range (source.Config{}).Mails(context.Background(), []string{"M"}) {
			list = append(list, m.Key)
		}
		return list
	}
	before := keys(map[string]string{"M/new/1.host": "A: b\n", "M/cur/0.host:2,": "C: d\n"})
	after := keys(map[string]string{"M/cur/1.host:2,RS": "A: b\n", "M/cur/0.host:2,F": "C: d\n", "M/new/.keep": ""})
	slices.Sort(before)
	after = slices.DeleteFunc(after, func(k string) bool { return strings.HasSuffix(k, ".keep") })
	slices.Sort(after)
	if !slices.Equal(before, after) {
		t.Errorf("%q and %q", before, after)
	}
}

// Whoever wants no more is not given more.
func TestEnough(t *testing.T) {
	lay(t, map[string]string{"d/a": "A: b\n", "d/b": begin + "A: 1\n\n" + begin + "A: 2\n", "d/c.zip": pack(t, member{"a", "A: 3\n"}, member{"b", "A: 4\n"})})
	for n := 1; n <= 4; n++ {
		seen := 0
		for range (source.Config{}).Mails(context.Background(), []string{"d", "d"}) {
			if seen++; seen == n {
				break
			}
		}
		if seen != n {
			t.Errorf("%d of %d", seen, n)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for m := range (source.Config{}).Mails(ctx, []string{"d"}) {
		t.Errorf("%q after the end", m.Name)
	}
}

// What is counted is what is read.
func TestProgress(t *testing.T) {
	lay(t, map[string]string{"d/a": "A: b\n", "d/b": begin + "A: 1\n\n" + begin + "A: 2\n", "d/c.eml": strings.Repeat("x", 300)})
	cfg := source.Config{Progress: new(source.Progress), MaxMail: 200}
	if cfg.Progress.Counted() {
		t.Error("counted before it began")
	}
	cfg.Count(context.Background(), []string{"d"})
	said(cfg, "d")
	if done, total := cfg.Progress.Octets(); done != total || total == 0 || !cfg.Progress.Counted() {
		t.Errorf("%d of %d", done, total)
	}
}

// quotings are the ways in which an mbox is written.
var quotings = map[string]func(mail string) string{
	"mboxrd": func(mail string) string {
		var out strings.Builder
		for line := range strings.Lines(mail) {
			if strings.HasPrefix(strings.TrimLeft(line, ">"), "From ") {
				out.WriteString(">")
			}
			out.WriteString(line)
		}
		return begin + out.String() + "\n"
	},
	"mboxcl2": func(mail string) string {
		head, body, _ := strings.Cut(mail, "\n\n")
		return begin + head + fmt.Sprintf("\nContent-Length: %d\n\n", len(body)) + body + "\n"
	},
}

// TestQuoting checks that mails come back as they were, whatever lines they have.
func TestQuoting(t *testing.T) {
	line := rapid.SampledFrom([]string{"", "x", "From here", ">From here", ">>From there", strings.TrimSuffix(begin, "\n"), ">" + strings.TrimSuffix(begin, "\n"), "Content-Length: 3", "From: x"})
	for name, quote := range quotings {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				var box string
				var want []string
				for range rapid.IntRange(1, 4).Draw(t, "mails") {
					body := strings.Join(rapid.SliceOfN(line, 1, 6).Draw(t, "lines"), "\n") + "\n"
					if name == "mboxcl2" && !strings.Contains("\n"+body, "\nFrom ") {
						body = "From me\n" + body // what would be quoted in mboxcl is not here
					}
					mail := "A: b\n\n" + body
					want = append(want, mail)
					box += quote(mail)
				}
				var got []string
				for m := range source.Split("box", strings.NewReader(box)) {
					raw := string(m.Raw)
					if at := strings.Index(raw, "\nContent-Length: "); name == "mboxcl2" && at >= 0 {
						raw = raw[:at] + raw[at+1+strings.Index(raw[at+1:], "\n"):]
					}
					got = append(got, raw)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%q: got %q", box, got)
				}
			})
		})
	}
}

// A length that is not true is not believed, and costs no more than others.
func TestContentLength(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"true":                 {begin + "Content-Length: 2\n\nb\n\n" + begin + "C: d\n", []string{"Content-Length: 2\n\nb\n", "C: d\n"}},
		"without line end":     {begin + "Content-Length: 1\n\nb\n\n" + begin + "C: d\n", []string{"Content-Length: 1\n\nb", "C: d\n"}},
		"hides the next":       {begin + "Content-Length: 9\n\nb\n\n" + begin + "C: d\n", []string{"Content-Length: 9\n\nb\n", "C: d\n"}},
		"over the end":         {begin + "Content-Length: 999\n\nb\n\n" + begin + "C: d\n", []string{"Content-Length: 999\n\nb\n", "C: d\n"}},
		"to the end":           {begin + "Content-Length: 2\n\nb\n", []string{"Content-Length: 2\n\nb\n"}},
		"no number":            {begin + "Content-Length: x\n\nb\n\n" + begin + "C: d\n", []string{"Content-Length: x\n\nb\n", "C: d\n"}},
		"mboxcl, quoted lines": {begin + "Content-Length: 11\n\n>From me\nx\n\n" + begin + "C: d\n", []string{"Content-Length: 11\n\nFrom me\nx\n", "C: d\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for m := range source.Split("box", strings.NewReader(c.in)) {
				got = append(got, string(m.Raw))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q", got)
			}
		})
	}
}

// BenchmarkLengths reads an mbox in which every length lies, as far as is believed.
func BenchmarkLengths(b *testing.B) {
	mail := begin + "Content-Length: 60000000\n\n" + strings.Repeat("text\n", 20) + "\n"
	box := strings.Repeat(mail, 1<<20)
	b.SetBytes(int64(len(box)))
	for b.Loop() {
		for m := range source.Split("box", strings.NewReader(box)) {
			_ = m
		}
	}
}

// FuzzSplit checks that no octet is made up, and that the numbers follow.
func FuzzSplit(f *testing.F) {
	f.Add([]byte(begin + "Content-Length: 3\n\n>From c\n\n" + begin + "D: e\n"))
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte("From \n>From \nFrom "))
	f.Fuzz(func(t *testing.T, raw []byte) {
		total, n := 0, 0
		for m := range source.Split("x", bytes.NewReader(raw)) {
			if n++; m.Err == nil && m.Number != n && m.Number != 0 {
				t.Errorf("number %d in place %d", m.Number, n)
			}
			total += len(m.Raw)
		}
		if total > len(raw) || n == 0 {
			t.Errorf("%d octets of %d in %d mails", total, len(raw), n)
		}
	})
}

func TestParseURL(t *testing.T) {
	for text, want := range map[string]string{
		"imaps://anna@mail.example.org/INBOX":                  "anna@mail.example.org imaps://anna@mail.example.org/INBOX",
		"imaps://anna%40example.org@mail.example.org/INBOX":    "anna@example.org@mail.example.org imaps://anna%40example.org@mail.example.org/INBOX",
		"imap://anna@mail.example.org:1143/":                   "anna@mail.example.org:1143 imap://anna@mail.example.org:1143/",
		"IMAPS://anna@[::1]:993/A%20b/%C3%A9":                  "anna@[::1] imaps://anna@[::1]/A%20b/%C3%A9",
		"imaps://anna;AUTH=*@h.example/a;UIDVALIDITY=7/;UID=8": "anna@h.example imaps://anna@h.example/a",
		"imaps://anna:secret@h.example/a":                      "!",
		"imaps://h.example/a":                                  "!",
		"imaps://anna@h.example/a?b":                           "!",
		"imaps://anna@/a":                                      "!",
		"imaps://an na@h.example/%zz":                          "!",
	} {
		box, err := source.ParseURL(text)
		got := box.Account() + " " + box.URL()
		if err != nil {
			got = "!"
			if !errors.Is(err, source.ErrURL) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%s: %v", text, err)
			}
		}
		if got != want {
			t.Errorf("%s: got %s", text, got)
		}
	}
}
