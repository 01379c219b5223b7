package daemon

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/internal/plan"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

const (
	repository = "../.."
	gatewayAt  = "http://127.0.0.1:4180"
)

// linkPlanner plans as the daemon does for an account whose submission is relayed.
func linkPlanner(t testing.TB) *plan.Planner {
	t.Helper()
	books, err := openBooks(&Config{})
	if err != nil {
		t.Fatal(err)
	}
	c := &core{books: books}
	return &plan.Planner{Key: plan.Key{1}, Base: gatewayAt, Mode: plan.ModeAll, Links: &linker{core: c, judge: books.judge(), account: store.Account{}}}
}

// realMail reads the mail that is not part of the repository, by its name.
func realMail(t testing.TB) map[string][]byte {
	t.Helper()
	mails := make(map[string][]byte)
	for _, dir := range []string{"real", "pairs"} {
		files, _ := filepath.Glob(filepath.Join(repository, "..", "shared", "mail", dir, "*.eml"))
		for _, file := range files {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			mails[dir+"/"+filepath.Base(file)] = raw
		}
	}
	if len(mails) == 0 {
		if os.Getenv("UNSEEN_STRICT") == "1" {
			t.Fatal("no mail corpus at ../shared/mail")
		}
		t.Skip("no mail corpus at ../shared/mail")
	}
	return mails
}

// rewritten returns a message as mail programs get it.
func rewritten(raw []byte, p *plan.Plan) []byte {
	out := bytes.Clone(raw)
	p.Overlay.Apply(out, 0)
	return out
}

// linkEdits are the edits of links in a plan.
func linkEdits(p *plan.Plan) []message.Range {
	var list []message.Range
	for i := range p.References {
		if r := &p.References[i]; r.Outcome == plan.Sealed || r.Outcome == plan.Unwrapped {
			list = append(list, r.Raw)
		}
	}
	return list
}

// Real mail: what becomes of links changes nothing but the addresses of links. Loads
// are rewritten as without it, the way back is exact, and a program that reads HTML
// sees the same tree with other values of href, each of which is the page of the link
// or where its wrapper says that it leads.
func TestLinksRealMail(t *testing.T) {
	with := linkPlanner(t)
	without := &plan.Planner{Key: with.Key, Base: with.Base, Mode: with.Mode}
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	count := make(map[string]int)
	for name, raw := range realMail(t) {
		made, plain := with.Plan(raw), without.Plan(raw)
		out, before := rewritten(raw, made), rewritten(raw, plain)
		back := bytes.Clone(out)
		if made.Overlay.Undo(back, 0); !bytes.Equal(back, raw) || len(out) != len(raw) {
			t.Errorf("%s: the way back is not exact", name)
		}
		same := bytes.Clone(out)
		for _, at := range linkEdits(made) {
			copy(same[at.Start:at.End], before[at.Start:at.End])
		}
		if !bytes.Equal(same, before) {
			t.Errorf("%s: something else than links has changed", name)
		}
		for i := range made.References {
			switch r := &made.References[i]; {
			case r.Outcome == plan.Sealed, r.Outcome == plan.Unwrapped:
				count[string(r.Outcome)]++
			case r.Ref.Kind == "link" && r.Ref.Remote:
				count["left"]++
			}
		}
		for _, g := range made.Gaps {
			if g.Reason == plan.GapLinks {
				count["texts with all links left"]++
			}
		}
		changed := 0
		for was, now := range changedLinks(t, name, before, out) {
			changed += len(now)
			for _, at := range now {
				checkLink(t, name, rules, was, at)
			}
		}
		if changed > len(linkEdits(made)) {
			t.Errorf("%s: %d links have changed, %d were planned", name, changed, len(linkEdits(made)))
		}
		count["seen by the parser"] += changed
	}
	t.Logf("%v", count)
	if count[string(plan.Unwrapped)] < 50 || count[string(plan.Sealed)] < 1000 {
		t.Error("too few links are rewritten to tell")
	}
}

// checkLink says whether a link leads where it should.
func checkLink(t *testing.T, name string, rules *catalogue.Catalogue, was, now string) {
	t.Helper()
	if rest, ok := strings.CutPrefix(now, gatewayAt+"/l/"); ok {
		if n := len(strings.TrimRight(rest, "_")); n != 22 && n != 11 {
			t.Errorf("%s: a sealed link has no token", name)
		}
		return
	}
	to, _, ok := rules.Unwrap(was)
	if !ok {
		to = was
	}
	if want, _ := rules.Strip(to); strings.Trim(now, " \r\n") != want {
		t.Errorf("%s: a link does not lead to where its wrapper says", name)
	}
}

// changedLinks parses the HTML of two messages by the standard and returns the links
// that differ, new ones by old ones. Nothing else may.
func changedLinks(t *testing.T, name string, was, now []byte) map[string][]string {
	t.Helper()
	changed := make(map[string][]string)
	for part := range message.Parse(was).Leaves() {
		if part.MediaType != "text/html" {
			continue
		}
		a, b := parsed(t, part, was), parsed(t, part, now)
		compareTrees(a, b, func(old, new string) { changed[old] = append(changed[old], new) }, func() {
			t.Errorf("%s: another tree", name)
		})
	}
	return changed
}

// parsed is the tree of a part.
func parsed(t *testing.T, p *message.Part, raw []byte) *html.Node {
	t.Helper()
	text := p.Decode(raw[p.Body.Start:p.Body.End], p.Body.Start)
	doc, err := html.ParseWithOptions(bytes.NewReader(text.Bytes()), html.ParseOptionEnableScripting(false))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// compareTrees walks two trees at once.
func compareTrees(a, b *html.Node, link func(old, new string), differ func()) {
	if a.Type == html.CommentNode && b.Type == html.CommentNode && a.Data != b.Data {
		// Outlook for Windows reads what stands in conditional comments.
		x, _ := html.Parse(strings.NewReader(a.Data))
		y, _ := html.Parse(strings.NewReader(b.Data))
		compareTrees(x, y, link, differ)
		return
	}
	if a.Type != b.Type || a.Data != b.Data || len(a.Attr) != len(b.Attr) {
		differ()
		return
	}
	for i := range a.Attr {
		x, y := a.Attr[i], b.Attr[i]
		switch {
		case x == y:
		case x.Key == "href" && y.Key == "href" && (a.Data == "a" || a.Data == "area"):
			link(strings.TrimSpace(x.Val), y.Val)
		default:
			differ()
		}
	}
	x, y := a.FirstChild, b.FirstChild
	for ; x != nil && y != nil; x, y = x.NextSibling, y.NextSibling {
		compareTrees(x, y, link, differ)
	}
	if x != nil || y != nil {
		differ()
	}
}

// A labelledLink is a row of links.tsv.
type labelledLink struct {
	file, section, label string
	offset               int
	url                  string
}

// labelledLinks reads the labels.
func labelledLinks(t *testing.T) []labelledLink {
	t.Helper()
	file, err := os.Open(filepath.Join(repository, "testdata", "labels", "links.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	read := csv.NewReader(file)
	read.Comma, read.LazyQuotes = '\t', true
	rows, err := read.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := func(name string) int { return slices.Index(rows[0], name) }
	var list []labelledLink
	for _, row := range rows[1:] {
		l := labelledLink{file: row[column("file")], section: row[column("section")], label: row[column("label")], url: row[column("url_sha256")]}
		l.offset, _ = strconv.Atoi(row[column("offset")])
		list = append(list, l)
	}
	return list
}

// Every labelled link by which a reader chooses or logs in stays as it is, to the
// octet.
func TestLinksExemptStay(t *testing.T) {
	mails, p := realMail(t), linkPlanner(t)
	plans := make(map[string]*plan.Plan)
	tried := make(map[string]int)
	for _, l := range labelledLinks(t) {
		raw, ok := mails[l.file]
		if !ok {
			continue
		}
		made := plans[l.file]
		if made == nil {
			made = p.Plan(raw)
			plans[l.file] = made
		}
		tried[l.label]++
		// References are numbered otherwise than when the labels were written.
		found := slices.ContainsFunc(made.References, func(r plan.Reference) bool {
			sum := sha256.Sum256([]byte(r.Ref.URL))
			return hex.EncodeToString(sum[:]) == l.url
		})
		if !found {
			t.Errorf("%s: the link at %d was not found", l.file, l.offset)
		}
		outcome := "left"
		for i := range made.References {
			if r := &made.References[i]; r.Raw.Start <= l.offset && l.offset < r.Raw.End {
				outcome = string(r.Outcome)
			}
		}
		tried[l.label+" "+outcome]++
		if (l.label == "choice" || l.label == "authentication") && outcome != "left" {
			t.Errorf("%s: the link for %s at %d has changed: %s", l.file, l.label, l.offset, outcome)
		}
	}
	t.Logf("%v", tried)
	if tried["choice"] < 50 || tried["authentication"] < 1 {
		t.Errorf("too few to tell: %v", tried)
	}
}

// However a message comes, the same becomes of its links.
func TestLinksInPieces(t *testing.T) {
	p := linkPlanner(t)
	n := 0
	for name, raw := range realMail(t) {
		if n++; n%16 != 0 {
			continue
		}
		whole := p.Plan(raw)
		for _, size := range []int{1, 7, 4096} {
			if size == 1 && len(raw) > 100_000 {
				continue
			}
			var out bytes.Buffer
			var made *plan.Plan
			stream := message.NewStream(&out, p.Session(nil, func(p *plan.Plan) { made = p }))
			for at := 0; at < len(raw); at += size {
				if _, err := stream.Write(raw[at:min(at+size, len(raw))]); err != nil {
					t.Fatal(err)
				}
			}
			if err := stream.Close(); err != nil {
				t.Fatal(err)
			}
			if !made.Serves(whole) || made.Links != whole.Links || !bytes.Equal(out.Bytes(), rewritten(raw, whole)) {
				t.Errorf("%s: another in pieces of %d", name, size)
			}
		}
	}
}
