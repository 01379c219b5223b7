package study

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/leak"
	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/internal/study/made"
)

// allTexts are all texts in a dataset: every string in its rows, and every line of its
// other files. What lies in Parquet is what lies in the lines, as another test shows.
func allTexts(t *testing.T, dataset string) []string {
	t.Helper()
	set := make(map[string]bool)
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			set[v] = true
		case []any:
			for _, one := range v {
				walk(one)
			}
		case map[string]any:
			for _, one := range v {
				walk(one)
			}
		}
	}
	err := filepath.WalkDir(dataset, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, ".parquet") {
			return err
		}
		octets, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for line := range bytes.Lines(octets) {
			var row map[string]any
			if json.Unmarshal(line, &row) != nil {
				set[string(line)] = true
				continue
			}
			walk(row)
		}
		return nil
	})
	if err != nil || len(set) < 100 {
		t.Fatalf("%d texts: %v", len(set), err)
	}
	list := make([]string, 0, len(set))
	for s := range set {
		list = append(list, s)
	}
	slices.Sort(list)
	return list
}

// tells looks for people in texts, in each form that a leak may have, and each text as
// it would stand in a path or a query.
func tells(t *testing.T, texts []string, people ...string) {
	t.Helper()
	f := leak.New(people...)
	if f.Empty() {
		t.Fatal("nobody to look for")
	}
	for _, text := range texts {
		for _, url := range []string{"https:" + text, "https://x.example/" + text, "https://x.example/?q=" + text} {
			if l, ok := f.Find(url); ok && !l.Weak {
				t.Errorf("%.120q tells the %s of a reader (%s)", text, l.What, l.Form)
			}
		}
	}
}

// address is what an address in a mail looks like.
var address = regexp.MustCompile(`[\w.+-]+@[\w-]+\.[\w.-]+`)

// No datum of a participant leaves, however it stood in the mail, whether much is left
// out or nothing.
func TestPlantedStaysIn(t *testing.T) {
	mail := t.TempDir()
	c := made.Config{Senders: 12, Mailboxes: 5, Mailings: 1, Planted: true}
	mails := madeMail(t, c, mail)
	s := begin(t, Protocol{Replicates: 20}, Files{}, mail)
	ran(t, s)
	for _, k := range []int{1, 5} {
		s.Protocol.K = k
		dataset, told := published(t, s)
		if k == 1 && told.Columns[4].Hidden > 0 || told.Rows < 1000 {
			t.Errorf("%+v", told)
		}
		texts := allTexts(t, dataset)
		for i := range c.Mailboxes {
			var people []string
			for sender := range c.Senders {
				people = append(people, made.Holder(i)+" <"+made.Address(i, sender)+">")
			}
			tells(t, texts, people...)
			for _, datum := range made.Person(i) {
				for _, text := range texts {
					if strings.Contains(strings.ToLower(text), strings.ToLower(datum)) {
						t.Errorf("k %d: %q stands in %.120q", k, datum, text)
					}
				}
			}
		}
		for _, text := range texts {
			if a := address.FindString(text); a != "" {
				t.Errorf("k %d: the address %s stands in %.120q", k, a, text)
			}
		}
		if k == 1 {
			tokensStayIn(t, texts, mails)
		}
	}
}

// tokensStayIn looks for the tokens of made-up mail.
func tokensStayIn(t *testing.T, texts []string, mails []made.Mail) {
	t.Helper()
	token := regexp.MustCompile(`id=(?:3D)?([0-9a-f]{32})`)
	n := 0
	whole := strings.Join(texts, "\n")
	for _, m := range mails {
		for _, found := range token.FindAllSubmatch(m.Raw, -1) {
			if n++; strings.Contains(whole, string(found[1])) {
				t.Errorf("a token stands in the dataset")
			}
		}
	}
	if n == 0 {
		t.Error("no token was looked for")
	}
}

// The same of real mail: whoever it was for, nothing of them is in a dataset, and no
// address and no subject of anybody.
func TestRealMailStaysIn(t *testing.T) {
	dir := "../../../shared/mail/real"
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("UNSEEN_STRICT") == "1" {
			t.Fatal("there is no real mail beside the repository")
		}
		t.Skip("there is no real mail beside the repository")
	}
	names, _ := filepath.Glob(filepath.Join(dir, "*.eml"))
	var people, subjects []string
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		h := message.Header(raw)
		for _, field := range []string{"Delivered-To", "To", "X-Original-To"} {
			people = append(people, sender.Mailboxes(h.Get(field))...)
		}
		if s := strings.TrimSpace(h.Text("Subject")); len(s) > 12 {
			subjects = append(subjects, s)
		}
	}
	slices.Sort(people)
	people = slices.Compact(people)
	s := begin(t, Protocol{Replicates: 20}, Files{}, t.TempDir())
	if err := s.Add(Source{Path: dir, Holder: "one"}); err != nil {
		t.Fatal(err)
	}
	ran(t, s)
	for _, k := range []int{1, 5} {
		s.Protocol.K = k
		dataset, told := published(t, s)
		if k == 5 && told.Columns[0].Hidden != told.Columns[0].Values {
			t.Errorf("one participant's senders are published: %+v", told)
		}
		texts := allTexts(t, dataset)
		for part := range slices.Chunk(people, 200) {
			tells(t, texts, part...)
		}
		whole := strings.Join(texts, "\n")
		if a := address.FindString(whole); a != "" {
			t.Errorf("k %d: an address is published: %s", k, a)
		}
		for _, s := range subjects {
			if strings.Contains(whole, s) {
				t.Errorf("k %d: a subject is published: %q", k, s)
			}
		}
	}
}
