package e2e_test

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/lab/vectors"
	"github.com/unseen-mail/unseen/internal/plan"
)

// heard returns what others learnt of vectors: by vector, what was heard. All of
// the host's name counts, so that a name asked for is as bad as a picture.
func heard(names *lab.Names, all []vectors.Vector) map[string]string {
	log := names.Forget()
	out := map[string]string{}
	for _, v := range all {
		var what []string
		label, _, _ := strings.Cut(v.Host(), ".")
		for name, how := range log {
			if strings.Contains(name, label) {
				what = append(what, how...)
			}
		}
		if len(what) > 0 {
			slices.Sort(what)
			out[v.Name] = strings.Join(slices.Compact(what), " ")
		}
	}
	return out
}

// chosen are the vectors that get a mail of their own in this run: those that cannot
// stand in one with others, or with UNSEEN_LONG=1 or UNSEEN_UPDATE=1 all.
func chosen() []vectors.Vector {
	if lab.Long() || update() {
		return vectors.All()
	}
	return slices.DeleteFunc(vectors.All(), func(v vectors.Vector) bool { return !v.Alone() })
}

// update says whether measurements are to be put on record.
func update() bool { return os.Getenv("UNSEEN_UPDATE") == "1" }

// judged checks what was learnt before and after rewriting, and returns how many
// vectors made themselves heard before.
func judged(t *testing.T, program string, all []vectors.Vector, before, after map[string]string, excused func(vectors.Vector, string) bool) int {
	t.Helper()
	loaded := 0
	for _, v := range all {
		if before[v.Name] != "" {
			loaded++
			if v.Want == vectors.Inert {
				t.Errorf("%s: %s is said to be inert, and was heard of: %s", program, v.Name, before[v.Name])
			}
		}
		switch got := after[v.Name]; {
		case got == "":
		case excused(v, got):
			t.Logf("%s: %s is left (%s): %s", program, v.Name, v.Want, got)
		default:
			t.Errorf("%s: after rewriting, %s was heard of: %s", program, v.Name, got)
		}
	}
	t.Logf("%s: %d of %d vectors were heard of before they were rewritten, %d after", program, loaded, len(all), len(after))
	return loaded
}

// A site shows vectors as pages, as they were or rewritten, with their parts beside
// them.
type site struct {
	*httptest.Server
	pages map[string]page
	asked atomic.Int32 // requests for addresses of the gateway
}

type page struct{ media, text string }

// openSite serves pages on loopback, and whatever else is asked for as the gateway
// would: with nothing to see.
func openSite(t *testing.T) *site {
	t.Helper()
	s := &site{pages: map[string]page{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, ok := s.pages[r.URL.Path]
		if !ok {
			if r.URL.Path != "/favicon.ico" {
				s.asked.Add(1)
			}
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", p.media+"; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		fmt.Fprint(w, p.text) // who asked may have gone: no matter
	}))
	t.Cleanup(s.Close)
	return s
}

// add adds the texts of a mail as pages, and returns the address of the first that
// a program would show.
func (s *site) add(name string, raw []byte) string {
	var first string
	var leaves []page
	ids := map[string]string{}
	for part := range message.Parse(raw).Leaves() {
		at := fmt.Sprintf("/%s/%d", name, len(leaves))
		text := string(part.Decode(raw[part.Body.Start:part.Body.End], part.Body.Start).Bytes())
		if len(leaves) > 0 {
			ids["cid:part@"+vectors.Domain] = at
		}
		leaves = append(leaves, page{part.MediaType, text})
	}
	for i, leaf := range leaves {
		if leaf.media == string(vectors.InAMP) {
			leaf.media = "text/html"
		}
		for id, at := range ids {
			leaf.text = strings.ReplaceAll(leaf.text, id, at)
		}
		at := fmt.Sprintf("/%s/%d", name, i)
		s.pages[at] = leaf
		if first == "" || leaf.media != "text/plain" && strings.HasSuffix(first, "/0") && leaves[0].media == "text/plain" {
			first = at
		}
	}
	return s.URL + first
}

// inChromium opens mails as pages and returns what was learnt of the vectors.
func inChromium(t *testing.T, names *lab.Names, pages []string, all []vectors.Vector) map[string]string {
	t.Helper()
	chromium := lab.StartChromium(t)
	names.Forget()
	for group := range slices.Chunk(pages, 16) {
		chromium.Open(t, 2*time.Second, group...)
	}
	return heard(names, all)
}

// TestVectorsChromium opens a page of all vectors, and pages of one, in a Chromium
// that may ask anybody, as they are and rewritten: then nobody is asked, not even for
// a name.
func TestVectorsChromium(t *testing.T) {
	lab.Need(t, "chromium")
	if !lab.Island(t) {
		return
	}
	names := lab.StartNames(t)
	s := openSite(t)
	all := chosen()
	together, parts := vectors.Together()
	planner := &plan.Planner{Base: s.URL}
	var before, after []string
	add := func(name string, raw []byte) {
		before = append(before, s.add("before/"+name, raw))
		out := bytes.Clone(raw)
		planner.Plan(raw).Overlay.Apply(out, 0)
		after = append(after, s.add("after/"+name, out))
	}
	for _, v := range all {
		add(v.Host(), v.Mail())
	}
	add("together", together)
	all = append(all, parts...)

	was := inChromium(t, names, before, all)
	s.asked.Store(0)
	is := inChromium(t, names, after, all)
	loaded := judged(t, "Chromium", all, was, is, func(v vectors.Vector, got string) bool {
		// The name of a link's host is asked for ahead; a link is not written over.
		return v.Want == vectors.Link && got == "dns" || v.Want == vectors.Reported
	})
	if loaded < 120 || s.asked.Load() < 100 {
		t.Errorf("before, %d vectors were heard of, and after, the gateway was asked %d times: this test shows nothing", loaded, s.asked.Load())
	}
	measured(t, "chromium", was)
}

// TestVectorsMixed opens random mixtures of vectors in Chromium: what is heard of
// one that was rewritten must at least be reported. With UNSEEN_LONG=1 they are many,
// and others each time.
func TestVectorsMixed(t *testing.T) {
	lab.Need(t, "chromium")
	if !lab.Island(t) {
		return
	}
	n, seed := 100, uint64(1)
	if lab.Long() {
		n, seed = 1500, uint64(time.Now().UnixNano())
	}
	names := lab.StartNames(t)
	s := openSite(t)
	planner := &plan.Planner{Base: s.URL}
	mixed := vectors.Mixed(n, seed)
	told := map[string]bool{}
	var pages []string
	for _, v := range mixed {
		raw := v.Mail()
		p := planner.Plan(raw)
		told[v.Name] = len(p.Gaps) > 0 || slices.ContainsFunc(p.References, func(r plan.Reference) bool { return r.Outcome == plan.Ungated })
		p.Overlay.Apply(raw, 0)
		pages = append(pages, s.add(v.Host(), raw))
	}
	after := inChromium(t, names, pages, mixed)
	for _, v := range mixed {
		if got := after[v.Name]; got != "" && !told[v.Name] {
			t.Errorf("after rewriting, %s was heard of: %s\n%s", v.Name, got, v.Document())
		}
	}
	if int(s.asked.Load()) < n/4 {
		t.Errorf("the gateway was asked %d times: this test shows nothing", s.asked.Load())
	}
	t.Logf("seed %d: %d mixtures, the gateway was asked %d times, %d were heard of, all of them reported", seed, n, s.asked.Load(), len(after))
}

// scriptShow shows a message for as long as its pictures take, and returns the
// document that stands in the pane. A few never say that they are loaded, because
// something in them is not.
const scriptShow = `
const [subject] = arguments;
const about = pane();
if (about.gFolder?.URI != inbox().URI) { about.displayFolder(inbox().URI); }
await until("the view", () => about.gDBView && about.gDBView.rowCount > 0);
const header = await until("the message " + subject, () => bySubject(subject));
const browser = about.messageBrowser.contentWindow;
about.threadTree.selectedIndex = -1;
await pause(20);
const loaded = new Promise(done => browser.addEventListener("MsgLoaded", done, { once: true }));
about.threadTree.selectedIndex = about.gDBView.findIndexOfMsgHdr(header, true);
await Promise.race([loaded, pause(4000)]);
const doc = browser.getMessagePaneBrowser().contentDocument;
for (let i = 0; i < 40 && ![...doc.images].every(image => image.complete); i++) { await pause(25); }
await pause(100);
return doc.documentElement.outerHTML;
`

// inThunderbird opens each mail of a box and returns what was learnt of vectors,
// and how often they showed a word.
func inThunderbird(t *testing.T, names *lab.Names, addr string, subjects []string, all []vectors.Vector, word string) (learnt map[string]string, shows int) {
	t.Helper()
	tb := lab.StartThunderbird(t, lab.Reader{
		IMAP: lab.Login{Addr: addr, User: login}, Address: reader, PermitAll: true,
		Prefs: map[string]string{
			// As it comes, but for what fetches at once: no proxy, with all that asks ahead.
			"network.proxy.type": "0", "network.dns.disablePrefetch": "false", "network.prefetch-next": "true",
			"network.http.speculative-parallel-limit": "6", "network.dns.disablePrefetchFromHTTPS": "false",
		},
	})
	defer tb.Quit(t)
	tb.Sync(t, len(subjects))
	names.Forget()
	for _, subject := range subjects {
		var html string
		if tb.Do(t, &html, scriptShow, subject); word != "" {
			shows += strings.Count(html, word)
		}
	}
	time.Sleep(quiet)
	return heard(names, all), shows
}

// TestVectorsThunderbird opens a mail of all vectors, and mails of one, in a
// Thunderbird that may load anything: first from the mail server, then through Unseen, where nobody is
// asked, not even for a name.
func TestVectorsThunderbird(t *testing.T) {
	lab.Need(t, "thunderbird")
	if !lab.Island(t) {
		return
	}
	names := lab.StartNames(t)
	all := chosen()
	var box [][]byte
	var subjects []string
	for _, v := range all {
		box, subjects = append(box, v.Mail()), append(subjects, v.Name)
	}
	together, parts := vectors.Together()
	box, subjects = append(box, together), append(subjects, vectors.TogetherName)
	all = append(all, parts...)
	h := openHouse(t, box)

	was, _ := inThunderbird(t, names, h.dovecot.Addr, subjects, all, "")
	h.tracker.Forget()
	is, shows := inThunderbird(t, names, h.imap(), subjects, all, h.daemon.Origin())
	loaded := judged(t, "Thunderbird", all, was, is, func(v vectors.Vector, got string) bool { return v.Want == vectors.Reported })
	if loaded < 80 || shows < 100 {
		t.Errorf("before, %d vectors were heard of, and after, %d addresses are the gateway's: this test shows nothing", loaded, shows)
	}
	for _, hit := range h.tracker.Forget() {
		t.Errorf("the gateway let through %s", hit.URL)
	}
	measured(t, "thunderbird", was)
}

// measured compares what a program did with what is on record, or with
// UNSEEN_UPDATE=1 puts it on record, for docs/coverage.md.
func measured(t *testing.T, program string, was map[string]string) {
	t.Helper()
	file := filepath.Join(lab.Root(t), "testdata", "vectors", program+".tsv")
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(was)) {
		if !strings.HasSuffix(name, " (together)") {
			fmt.Fprintf(&b, "%s\t%s\n", name, was[name])
		}
	}
	if update() {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	recorded, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if name, _, _ := strings.Cut(line, "\t"); !bytes.Contains(recorded, []byte(name+"\t")) {
			t.Logf("%s now loads %s, which is not on record", program, name)
		}
	}
}
