package study

import (
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/internal/study/made"
)

// Filter lists are noted and bear on no verdict, and names of hosts that somebody asked
// for tell who is behind them.
func TestListsAndNames(t *testing.T) {
	mail, beside := t.TempDir(), t.TempDir()
	c := made.Config{Senders: 12, Mailboxes: 1, Mailings: 1}
	mails := madeMail(t, c, mail)
	list, names := filepath.Join(beside, "easy.txt"), filepath.Join(beside, "names.json")
	write(t, list, []byte("! a list\n||letters.example^$third-party\n||img.house-001.example^\n"))
	write(t, names, []byte(`[{"host":"img.house-002.example","target":"Pictures.Cloud.Example","at":"2026-03-31T08:00:00Z","resolver":"192.0.2.1:53"},
		{"host":"img.house-003.example","target":"other.house-003.example","at":"2026-03-31T08:00:00Z"}]`))
	s := begin(t, Protocol{K: 1, Replicates: 20}, Files{Lists: []string{list}, Names: names}, mail)
	ran(t, s)
	dataset, _ := published(t, s)
	d, err := ReadDataset(dataset)
	if err != nil || len(d.Lists) != 1 || !strings.HasPrefix(d.Lists[0], "sha256:") {
		t.Fatalf("%+v %v", d, err)
	}
	fonts := 0
	for _, m := range mails {
		for _, at := range m.Truth.ThirdParties {
			if at == "letters.example" {
				fonts++
			}
		}
	}
	hits, behind := make(map[string]int), make(map[string]int)
	err = d.Each(func(r *Record) {
		for i := range r.Observations {
			o := &r.Observations[i]
			if len(o.ListHits) > 0 {
				hits[text(o.ETLD1)]++
				if o.ListHits[0] != "easy.txt" || text(o.ListHash) != d.Lists[0] {
					t.Errorf("hits %q of %s", o.ListHits, text(o.ListHash))
				}
				if text(o.ETLD1) == "letters.example" && o.Verdict == "tracker" {
					t.Error("a list made a verdict")
				}
			}
			if o.CNAMEETLD1 != nil {
				behind[text(o.ETLD1)+" "+*o.CNAMEETLD1]++
			}
		}
	})
	if err != nil || fonts == 0 || hits["letters.example"] != fonts || hits["house-001.example"] != 4 || len(hits) != 2 {
		t.Errorf("hits %v, fonts %d: %v", hits, fonts, err)
	}
	if len(behind) != 1 || behind["house-002.example cloud.example"] != 4 {
		t.Errorf("behind %v", behind)
	}
}

// Lists of one name are kept apart, in upper and lower case too, and each speaks for
// itself: what one of them excepts, another still names.
func TestListsOfOneName(t *testing.T) {
	mail, beside := t.TempDir(), t.TempDir()
	c := made.Config{Senders: 3, Mailboxes: 1, Mailings: 1}
	madeMail(t, c, mail)
	var lists []string
	for path, text := range map[string]string{
		"a/list.txt": "||img.house-001.example^\n", "b/list.txt": "||img.house-001.example^\n||img.house-002.example^\n",
		"c/List.txt": "@@||img.house-001.example^\n||img.house-000.example^\n", "d/hosts": "0.0.0.0 img.house-002.example\n", "e/easy": "||img.house-000.example^\n",
	} {
		write(t, filepath.Join(beside, path), []byte(text))
		lists = append(lists, filepath.Join(beside, path))
	}
	slices.Sort(lists)
	s := begin(t, Protocol{K: 1, Replicates: 20}, Files{Lists: lists}, mail)
	ran(t, s)
	dataset, _ := published(t, s)
	d, err := ReadDataset(dataset)
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	err = d.Each(func(r *Record) {
		for i := range r.Observations {
			if o := &r.Observations[i]; len(o.ListHits) > 0 {
				got[text(o.Host)] = strings.Join(o.ListHits, " ")
			}
		}
	})
	want := map[string]string{"img.house-000.example": "List-3.txt easy.txt", "img.house-001.example": "list-2.txt list.txt", "img.house-002.example": "hosts.hosts list-2.txt"}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("%q, want %q: %v", got, want, err)
	}
}

// What is no list is refused, and leaves no study behind that would say that it names
// nobody.
func TestNoList(t *testing.T) {
	for name, text := range map[string]string{"empty.txt": "", "comments.txt": "! nothing\n", "none.toml": "# nothing\n"} {
		path := filepath.Join(t.TempDir(), name)
		write(t, path, []byte(text))
		err := Begin(filepath.Join(t.TempDir(), "study"), Protocol{Title: "x", Created: "2026-11-23"}, Files{Lists: []string{path}})
		if !errors.Is(err, ErrList) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// No two names of lists are one, whatever they are called, and each is one by which a
// list is known.
func TestListNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		paths := rapid.SliceOf(rapid.StringMatching(`[a-c]/(\.|#)?[abAB]?(-2)?(\.txt|\.hosts|\.list|\.toml)?~?`)).Draw(t, "paths")
		seen := make(map[string]bool)
		for _, name := range listNames(paths) {
			if low := strings.ToLower(name); seen[low] || strings.Contains(name, "/") || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "#") || !slices.Contains([]string{".txt", ".hosts", ".list"}, filepath.Ext(name)) {
				t.Fatalf("%q of %q", name, paths)
			} else {
				seen[low] = true
			}
		}
	})
}
