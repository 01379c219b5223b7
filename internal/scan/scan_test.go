package scan_test

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/internal/report"
	"github.com/unseen-mail/unseen/internal/scan"
	"github.com/unseen-mail/unseen/internal/source"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

func ExampleParseShard() {
	shard, err := scan.ParseShard("2/8")
	fmt.Println(shard.Number, shard.Of, err)
	_, err = scan.ParseShard("9/8")
	fmt.Println(err)
	// Output:
	// 2 8 <nil>
	// scan: not a shard
}

// What is no shard is none.
func TestNoShard(t *testing.T) {
	for _, text := range []string{"0/2", "3/2", "1", "1/", "/2", "1/0", "-1/2", "a/b", "1/2/3", "1/99999999", " 1/2"} {
		if s, err := scan.ParseShard(text); !errors.Is(err, scan.ErrShard) {
			t.Errorf("%q is %v, %v", text, s, err)
		}
	}
	if s, err := scan.ParseShard(""); err != nil || s != (scan.Shard{}) {
		t.Errorf("nothing is %v, %v", s, err)
	}
}

// Each mail is in exactly one of any number of shards: the one that NumberOf names.
func TestOneShard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := source.Mail{Key: rapid.String().Draw(t, "key"), Raw: rapid.SliceOf(rapid.Byte()).Draw(t, "raw")}
		if rapid.Bool().Draw(t, "unread") {
			m.Raw, m.Err = nil, source.ErrArchive
		}
		sum, of := scan.Sum(&m), rapid.Uint64Range(1, 100).Draw(t, "of")
		for number := uint64(1); number <= of; number++ {
			if has := (scan.Shard{Number: number, Of: of}).Has(sum); has != (number == scan.NumberOf(sum, of)) {
				t.Errorf("%d of %d: %v", number, of, has)
			}
		}
		if !(scan.Shard{}).Has(sum) {
			t.Error("all mails lack one")
		}
	})
}

// A mail goes by its octets, wherever it is; one that could not be read by its key.
func TestSum(t *testing.T) {
	a, b := source.Mail{Key: "a", Raw: []byte("x")}, source.Mail{Key: "b", Raw: []byte("x")}
	if scan.Sum(&a) != scan.Sum(&b) {
		t.Error("the same mail in two places has two sums")
	}
	a.Err, b.Err = source.ErrArchive, source.ErrArchive
	if scan.Sum(&a) == scan.Sum(&b) {
		t.Error("two mails that were not read have one sum")
	}
}

// scanner is one that goes by the catalogue alone.
func scanner(t *testing.T, recipients ...string) *scan.Scanner {
	t.Helper()
	c, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	return &scan.Scanner{Judge: &detect.Judge{Catalogue: c}, Recipients: recipients}
}

// Rows are the findings, then what was not looked into; they end where the writer does.
func TestRows(t *testing.T) {
	m := source.Mail{Name: "box/a.eml", Raw: []byte("Content-Type: text/html; charset=utf-7\r\n\r\n" +
		"<img src=\"https://shop.example/open.php?u=0123456789abcdef0123456789abcdef\" width=1 height=1>")}
	r := scanner(t).Report(&m)
	if scan.Found(&r) != 1 || len(r.Gaps) == 0 {
		t.Fatalf("%d found, %d gaps", scan.Found(&r), len(r.Gaps))
	}
	var said []string
	keep := func(row report.Row) error {
		said = append(said, row.Source+" "+row.Host+row.Error)
		return nil
	}
	if err := scan.Rows(&m, &r, keep); err != nil {
		t.Fatal(err)
	}
	if want := []string{"box/a.eml shop.example", "box/a.eml charset"}; !slices.Equal(said, want) {
		t.Errorf("%q, want %q", said, want)
	}
	full := errors.New("disk full")
	for _, at := range []int{0, 1} {
		n := 0
		err := scan.Rows(&m, &r, func(report.Row) error {
			if n++; n > at {
				return full
			}
			return nil
		})
		if !errors.Is(err, full) || n != at+1 {
			t.Errorf("it went on to row %d: %v", n, err)
		}
	}
}

// Of the reader's addresses the one in the header counts.
func TestRecipients(t *testing.T) {
	m := source.Mail{Raw: []byte("To: Ben <ben@example.org>\r\nContent-Type: text/html\r\n\r\n" +
		"<img src=\"https://shop.example/open.php?u=ben%40example.org\" width=1 height=1>")}
	for name, c := range map[string]struct {
		own  []string
		leak bool
	}{
		"the header is asked":   {nil, true},
		"one that is told":      {[]string{"anna@example.org"}, false},
		"the one in the header": {[]string{"anna@example.org", "BEN@example.org"}, true},
		"none of them":          {[]string{"anna@example.org", "carl@example.org"}, true},
	} {
		r := scanner(t, c.own...).Report(&m)
		if len(r.Findings) != 1 || (r.Findings[0].Leak != nil) != c.leak {
			t.Errorf("%s: %+v", name, r.Findings)
		}
	}
}

// Each reason has one word, and none is empty.
func TestFault(t *testing.T) {
	var words []string
	for _, err := range []error{source.ErrTooLarge, source.ErrUnpacks, source.ErrDepth, source.ErrEncrypted, source.ErrArchive,
		source.ErrMessage, fs.ErrNotExist, fs.ErrPermission, errors.New("anything")} {
		word := scan.Fault(fmt.Errorf("reading it: %w", err))
		if word == "" || strings.Contains(word, " ") || slices.Contains(words, word) {
			t.Errorf("%v is %q", err, word)
		}
		words = append(words, word)
		if row := scan.Unread("box", word); row.Error != word || row.Source != "box" || row.Purposes == nil {
			t.Errorf("%+v", row)
		}
	}
	if scan.Fault(nil) != "" {
		t.Error("no reason has a word")
	}
}
