package exempt

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

// load returns the matcher of the embedded words.
func load(t testing.TB) *Matcher {
	t.Helper()
	m, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A labelled is a row of the tune half of testdata/labels/links.tsv.
type labelled struct{ file, section, offset, label string }

// tuneHalf returns the rows that rules may be made by. The other half is only
// measured, by "make truth".
func tuneHalf(t *testing.T) []labelled {
	t.Helper()
	f, err := os.Open("../../testdata/labels/links.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var rows []labelled
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		c := strings.Split(lines.Text(), "\t")
		if c[len(c)-1] == "tune" {
			rows = append(rows, labelled{file: c[0], section: c[2], offset: c[4], label: c[11]})
		}
	}
	return rows
}

// A located is the links of a mail by section and offset.
type located map[string]Link

// links reads the links of a mail.
func links(t *testing.T, path string) located {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	out := located{}
	list := Listed(message.Header(raw).All("List-Unsubscribe"))
	for part := range message.Parse(raw).Leaves() {
		text := part.Decode(raw[part.Body.Start:part.Body.End], part.Body.Start)
		view, ok := message.NewView(part.Charset, text.Bytes())
		if !ok || !reference.Scanned(part.MediaType) {
			continue
		}
		section := part.Section
		if section == "" {
			section = "1"
		}
		refs := reference.Find(part.MediaType, part.Location, view.Cells())
		words := Texts(view.Cells(), refs)
		for i, r := range refs {
			if r.Kind == reference.Link {
				start, end := view.Octets(r.Slot.Start, r.Slot.End)
				out[section+" "+strconv.Itoa(text.Raw(start, end).Start)] = Link{Words: words[i], URL: r.URL, Listed: list.Has(r.URL)}
			}
		}
	}
	return out
}

// In the tune half, every link that people hold to be a choice or an
// authentication is exempt, but for at most two in a hundred; and of the tracked
// ones at most two in a hundred are.
func TestTuneHalf(t *testing.T) {
	root := "../../../shared/mail"
	if _, err := os.Stat(filepath.Join(root, "real")); err != nil {
		if os.Getenv("UNSEEN_STRICT") == "1" {
			t.Fatal("../shared/mail is missing")
		}
		t.Skip("../shared/mail is missing")
	}
	m := load(t)
	mails := map[string]located{}
	count, wrong := map[string]int{}, map[string]int{}
	for _, row := range tuneHalf(t) {
		if mails[row.file] == nil {
			mails[row.file] = links(t, filepath.Join(root, row.file))
		}
		l, ok := mails[row.file][row.section+" "+row.offset]
		if !ok {
			t.Errorf("%s: the link at %s of section %s is not there", row.file, row.offset, row.section)
			continue
		}
		e, exempt := m.Match(l)
		kind := row.label
		if kind == "authentication" {
			kind = "choice"
		}
		count[kind]++
		if exempt != (kind == "choice") {
			wrong[kind]++
			t.Logf("%s section %s at %s: %s, but %s by %s %q", row.file, row.section, row.offset, row.label, e.Class, e.Where, e.Phrase)
		}
	}
	t.Logf("not exempt: %d of %d; exempt although tracked: %d of %d, direct: %d of %d",
		wrong["choice"], count["choice"], wrong["tracked"], count["tracked"], wrong["direct"], count["direct"])
	if wrong["choice"]*50 > count["choice"] || wrong["tracked"]*50 > count["tracked"] {
		t.Error("too many are wrong")
	}
}

// BenchmarkCorpus reads what stands at the links of real mail, and beside it finds
// the links, which it comes on top of.
func BenchmarkCorpus(b *testing.B) {
	names, _ := filepath.Glob("../../../shared/mail/real/0[01]*.eml")
	if len(names) == 0 {
		b.Skip("../shared/mail is missing")
	}
	type leaf struct {
		media string
		cells []byte
		refs  []reference.Reference
	}
	var leaves []leaf
	size := int64(0)
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		for part := range message.Parse(raw).Leaves() {
			view, ok := message.NewView(part.Charset, part.Decode(raw[part.Body.Start:part.Body.End], part.Body.Start).Bytes())
			if ok && part.MediaType == "text/html" {
				leaves = append(leaves, leaf{part.MediaType, view.Cells(), reference.Find(part.MediaType, "", view.Cells())})
				size += int64(len(view.Cells()))
			}
		}
	}
	m := load(b)
	run := func(name string, do func(l leaf)) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				for _, l := range leaves {
					do(l)
				}
			}
		})
	}
	run("find", func(l leaf) { reference.Find(l.media, "", l.cells) })
	run("texts", func(l leaf) { Texts(l.cells, l.refs) })
	run("texts and match", func(l leaf) {
		for i, w := range Texts(l.cells, l.refs) {
			if l.refs[i].Kind == reference.Link {
				m.Match(Link{Words: w, URL: l.refs[i].URL})
			}
		}
	})
}
