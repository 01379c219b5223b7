package daemon_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/miekg/dns"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/evidence"
	"github.com/unseen-mail/unseen/internal/evidence/bag"
	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/rules/statement"
)

// A keyServer answers for keys, as a name server that checks DNSSEC, and notes who was
// asked for.
type keyServer struct {
	mu      sync.Mutex // guards what follows
	records map[string]string
	asked   []string
}

// ServeDNS implements [dns.Handler].
func (k *keyServer) ServeDNS(w dns.ResponseWriter, q *dns.Msg) {
	name := strings.TrimSuffix(q.Question[0].Name, ".")
	k.mu.Lock()
	k.asked = append(k.asked, name)
	text := k.records[name]
	k.mu.Unlock()
	m := new(dns.Msg)
	m.SetReply(q)
	m.AuthenticatedData = true
	if text == "" {
		m.Rcode = dns.RcodeNameError
	} else {
		m.Answer = []dns.RR{&dns.TXT{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeTXT, Class: dns.ClassINET, Ttl: 60}, Txt: []string{text[:20], text[20:]}}}
	}
	_ = w.WriteMsg(m) // who asked may have gone
}

// take returns what was asked for since the last time.
func (k *keyServer) take() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	asked := k.asked
	k.asked = nil
	return asked
}

// serveKeys starts a name server that knows the keys of a zone.
func serveKeys(t *testing.T, z *zone) (*keyServer, string) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	k := &keyServer{records: z.records}
	server := &dns.Server{PacketConn: conn, Handler: k}
	started := make(chan struct{})
	server.NotifyStartedFunc = func() { close(started) }
	go server.ActivateAndServe()
	<-started
	t.Cleanup(func() { server.Shutdown() })
	return k, conn.LocalAddr().String()
}

// evidenced is a house in which evidence is collected.
type evidenced struct {
	*house
	keys *keyServer
	// letter is one signed mail of shop.example, as it lies on the server.
	letter string
}

// newEvidenced starts one.
func newEvidenced(t *testing.T) *evidenced {
	t.Helper()
	z := &zone{records: make(map[string]string)}
	sign := z.signing(t, "shop.example")
	first := sign(mailFrom("shop.example", pixel))
	e := &evidenced{house: newHouse(t, first, mailFrom("other.example", pixel)), letter: strings.ReplaceAll(first, "\n", "\r\n")}
	var at string
	e.keys, at = serveKeys(t, z)
	e.lab.Resolver = at
	e.start()
	return e
}

// mark marks, and returns the last word.
func (e *evidenced) mark(q api.MarkRequest) api.EvidenceStep {
	e.t.Helper()
	var last api.EvidenceStep
	for at, err := range e.client.Mark(context.Background(), q) {
		if err != nil {
			e.t.Fatal(err)
		}
		last = at
	}
	if !last.End {
		e.t.Fatalf("it ended with %+v", last)
	}
	return last
}

// theMark is the only mark there is.
func (e *evidenced) theMark() api.Mark {
	e.t.Helper()
	list, err := e.client.Marks(context.Background())
	if err != nil || len(list) != 1 {
		e.t.Fatalf("%+v, %v", list, err)
	}
	return list[0]
}

// kept are the mails that are kept, as files.
func (e *evidenced) kept() []string {
	e.t.Helper()
	names, err := filepath.Glob(filepath.Join(e.paths.Data, "evidence", "*", "mails", "*.eml"))
	if err != nil {
		e.t.Fatal(err)
	}
	var list []string
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			e.t.Fatal(err)
		}
		if sum := sha256.Sum256(raw); hex.EncodeToString(sum[:])+".eml" != filepath.Base(name) {
			e.t.Errorf("%s is not its hash", name)
		}
		list = append(list, string(raw))
	}
	return list
}

// A marked sender's mails are kept to the octet as the server sent them, while the mail
// program is served others; nobody is asked for anything that was not agreed to.
func TestMarkKeepsWhatPasses(t *testing.T) {
	e := newEvidenced(t)
	a := e.connect(anywhere)
	if last := e.mark(api.MarkRequest{Sender: "shop.example"}); last.Mark == nil || !last.Mark.Active || last.Mark.Mails != 0 {
		t.Fatalf("%+v", last)
	}
	served := e.fetch(a, "INBOX")
	if served[0] == e.letter || !strings.Contains(served[0], e.daemon.Origin()) {
		t.Fatal("the mail program was served the original")
	}
	if got := e.kept(); len(got) != 1 || got[0] != e.letter {
		t.Fatalf("kept %d mails", len(got))
	}
	e.fetch(a, "INBOX")
	if m := e.theMark(); m.Mails != 1 || m.Checked != 0 || !m.Unstamped || m.Octets != int64(len(e.letter)) {
		t.Errorf("%+v", m)
	}
	if asked := e.keys.take(); asked != nil {
		t.Errorf("asked for %q", asked)
	}
	gone, err := e.client.Forget(context.Background(), api.ForgetRequest{Sender: "shop.example"})
	if err != nil || !strings.Contains(strings.Join(gone.Stays, " "), "1 mail that was kept as evidence stays") || len(e.kept()) != 1 {
		t.Errorf("%+v, %v", gone, err)
	}
}

// A mail program that asks for a piece of a mail brings all of it.
func TestMarkKeepsPieces(t *testing.T) {
	long := strings.Repeat("<p>many words and nothing else</p>\n", 6000)
	mail := mailFrom("shop.example", pixel+long)
	h := newHouse(t, strings.Replace(mail, "Content-Type: text/html", "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nshort\n--b\nContent-Type: text/html", 1)+"\n--b--\n")
	e := &evidenced{house: h}
	e.start()
	a := e.connect(anywhere)
	e.mark(api.MarkRequest{Sender: "shop.example"})
	c := e.login(a)
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	text := &imap.FetchItemBodySection{Part: []int{1}, Peek: true}
	if _, err := c.Fetch(imap.SeqSetNum(1), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{text}}).Collect(); err != nil {
		t.Fatal(err)
	}
	want := e.direct("INBOX", &imap.FetchItemBodySection{Peek: true})
	if got := e.kept(); len(got) != 1 || got[0] != want[0] {
		t.Fatalf("kept %d mails", len(got))
	}
}

// Older mails are read by a connection of Unseen's own, keys are asked for as agreed,
// and a time stamp is of the log.
func TestMarkOlder(t *testing.T) {
	e := newEvidenced(t)
	authority, root := lab.StartStamper(t)
	e.connect(anywhere)
	q := api.MarkRequest{Sender: "shop.example", Older: true, Keys: true, Authority: authority, Address: reader, Login: user, Password: password, Dry: true}
	last := e.mark(q)
	kinds := ""
	for _, one := range last.Asks {
		kinds += one.Kind + " "
		if one.Whom == "" || one.Learns == "" {
			t.Errorf("%+v", one)
		}
	}
	if kinds != "mailbox key stamp " || len(e.keys.take()) != 0 || len(e.kept()) != 0 {
		t.Fatalf("announced %q", kinds)
	}
	q.Dry = false
	m := e.mark(q).Mark
	if m == nil || m.Mails != 1 || m.Checked != 1 || m.Holding != 1 || len(m.Stamps) != 1 || m.Unstamped || m.Stamps[0].Authority != "CN=Test Time" {
		t.Fatalf("%+v", m)
	}
	if asked := e.keys.take(); !slices.Equal(asked, []string{"s._domainkey.shop.example"}) {
		t.Errorf("asked for %q", asked)
	}
	flags := e.direct("INBOX", &imap.FetchItemBodySection{Peek: true})
	if got := e.kept(); len(got) != 1 || got[0] != flags[0] {
		t.Errorf("kept %d", len(got))
	}
	dir, _ := filepath.Glob(filepath.Join(e.paths.Data, "evidence", "*"))
	lab.Run(t, dir[0], "for h in stamps/*.head; do openssl ts -verify -data $h -in ${h%.head}.tsr -CAfile "+root+
		"; n=$(basename $h .head); grep -q $(sed -n ${n#0000}p log.jsonl | tr -d '\\n' | sha256sum | cut -c1-64) $h; done")
	if _, err := e.client.StampKept(context.Background(), api.StampRequest{Sender: "shop.example"}); err != nil {
		t.Error(err)
	}
	if got := e.theMark(); len(got.Stamps) != 1 {
		t.Errorf("what is stamped was stamped again: %+v", got.Stamps)
	}
}

// A mail of a file is taken as it is, or put back to the octet; one whose original
// nobody knows is refused.
func TestTakeMail(t *testing.T) {
	e := newEvidenced(t)
	served := e.fetch(e.connect(anywhere), "INBOX")[0]
	mozilla := "X-Mozilla-Status: 0001\r\n" + served
	m, err := e.client.TakeMail(context.Background(), api.TakeRequest{Name: "mail.eml"}, strings.NewReader(mozilla))
	if err != nil || m.Sender != "shop.example" || m.Mails != 1 || m.Active {
		t.Fatalf("%+v, %v", m, err)
	}
	if got := e.kept(); len(got) != 1 || got[0] != e.letter {
		t.Errorf("kept %q", got)
	}
	strange := strings.Replace(mailFrom("shop.example", `<img src="`+e.daemon.Origin()+`/p/AAAAAAAAAAAAAAAAAAAAAA">`), "Subject: Hello", "Subject: x", 1)
	if _, err := e.client.TakeMail(context.Background(), api.TakeRequest{Name: "x.eml"}, strings.NewReader(strange)); err == nil || !strings.Contains(err.Error(), "went through Unseen") {
		t.Errorf("%v", err)
	}
	if _, err := e.client.TakeMail(context.Background(), api.TakeRequest{Name: "x"}, strings.NewReader("nothing")); err == nil {
		t.Error("a text without a sender was taken")
	}
}

// One message is marked by its number: it is kept when it passes again.
func TestMarkMessage(t *testing.T) {
	e := newEvidenced(t)
	a := e.connect(anywhere)
	e.fetch(a, "INBOX")
	page, err := e.client.Messages(context.Background(), api.MessageQuery{Sender: "shop.example"})
	if err != nil || len(page.Messages) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	if m := e.mark(api.MarkRequest{Message: page.Messages[0].ID}).Mark; m.Active || m.Waiting != 1 {
		t.Errorf("%+v", m)
	}
	e.deliver(mailFrom("shop.example", "<p>another</p>"+pixel))
	e.fetch(a, "INBOX")
	if got := e.kept(); len(got) != 1 || got[0] != e.letter {
		t.Errorf("kept %d", len(got))
	}
	if m := e.theMark(); m.Waiting != 0 || m.Mails != 1 {
		t.Errorf("%+v", m)
	}
}

// What was kept makes a bag with what the reader and the mails say, each under its own
// name; it is checked, and letters know its days.
func TestExportKept(t *testing.T) {
	e := newEvidenced(t)
	ctx := context.Background()
	a := e.connect(anywhere)
	e.mark(api.MarkRequest{Sender: "shop.example", Keys: true, Older: true, Login: user, Password: password})
	e.open(e.fetch(a, "INBOX")[0])
	e.decide("refused", "shop.example")
	if _, err := e.client.State(ctx, api.Statement{Sender: "shop.example", Recipient: reader, Answer: statement.No}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.client.Attach(ctx, api.AttachRequest{Sender: "shop.example", Name: "../sign up.png"}, strings.NewReader("a picture")); err != nil {
		t.Fatal(err)
	}
	on := time.Now().AddDate(0, 0, -40).Format(time.DateOnly)
	m, err := e.client.NoteLetter(ctx, api.LetterRequest{Sender: "shop.example", Kind: "request", With: "DPO", On: on})
	if err != nil || len(m.Letters) != 1 || m.Letters[0].Over < 8 || len(m.Supplied) != 1 {
		t.Fatalf("%+v, %v", m, err)
	}
	if _, err := e.client.NoteLetter(ctx, api.LetterRequest{Sender: "shop.example", Kind: "request", On: "2999-01-01"}); err == nil {
		t.Error("a letter of the future was noted")
	}
	e.keys.take()
	out := filepath.Join(t.TempDir(), "shop.zip")
	stages := ""
	var made *api.BagMade
	for at, err := range e.client.ExportKept(ctx, api.ExportRequest{Sender: "shop.example", Output: out, Languages: []string{"en", "de"}}) {
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(stages, at.Stage) {
			stages += " " + at.Stage
		}
		made = at.Bag
	}
	if stages != " take examine write" || made == nil || made.Mails != 1 || made.Tracking != 1 || !strings.HasPrefix(made.Key, "SHA256:") {
		t.Fatalf("%q, %+v", stages, made)
	}
	e.checkBag(out)
	if asked := e.keys.take(); asked != nil {
		t.Errorf("an export asked for %q", asked)
	}
	papers, err := e.client.Papers(ctx, api.PapersRequest{Sender: "shop.example", Language: "fr"})
	if err != nil {
		t.Fatal(err)
	}
	names := ""
	for _, p := range papers {
		names += p.Name + " "
		if p.Markdown == "" || p.HTML == "" || p.Wait == "" || strings.Contains(p.Markdown, "{") {
			t.Errorf("%+v", p)
		}
	}
	if names != "request.fr complaint.cnil.fr complaint.apd-gba.fr complaint.ap.nl complaint.dsk.de complaint.garante.it complaint.art77.fr " {
		t.Errorf("papers: %s", names)
	}
}

// checkBag checks a bag, and what stands in it.
func (e *evidenced) checkBag(file string) {
	e.t.Helper()
	opened, err := bag.Open(file)
	if err != nil {
		e.t.Fatal(err)
	}
	defer opened.Close()
	if result, err := bag.Verify(opened); err != nil || !result.Whole() {
		e.t.Errorf("%+v, %v", result, err)
	}
	again, err := evidence.Remake(opened)
	if err != nil || again.Differs != 0 || again.Kept != 1 {
		e.t.Errorf("%+v, %v", again, err)
	}
	for name, want := range map[string]string{
		"data/ledger.json": `"decision": "refused"`, "data/statement.json": `"answer": "no"`, "data/withdrawals.json": `"how": "refused"`,
		"data/events.json": `"outcome": "held"`, "data/served.json": `"length": `, "data/letters.json": `"with": "DPO"`, "data/names.json": `"click.tracker.example"`,
		"data/network.json": `"kind": "key"`, "data/environment.json": `"clock_synchronised"`, "data/marking/log.jsonl": `"what":"asked"`,
		"data/papers/report.en.html": "What the reader told their own software", "data/papers/complaint.garante.it.md": "articolo 122",
		"data/papers/complaint.art77.en.md": "An answer was due by",
	} {
		text, err := fs.ReadFile(opened, name)
		if err != nil || !strings.Contains(string(text), want) {
			e.t.Errorf("%s has no %s: %v", name, want, err)
		}
	}
}

// An end of a mark keeps what was kept; destroying it leaves nothing.
func TestUnmark(t *testing.T) {
	e := newEvidenced(t)
	ctx := context.Background()
	a := e.connect(anywhere)
	e.mark(api.MarkRequest{Sender: "news@shop.example", Keys: true})
	e.fetch(a, "INBOX")
	if m, err := e.client.Unmark(ctx, api.UnmarkRequest{Sender: "shop.example"}); err != nil || m.Active || m.Mails != 1 {
		t.Fatalf("%+v, %v", m, err)
	}
	e.deliver(mailFrom("shop.example", "<p>later</p>"+pixel))
	e.restart()
	e.fetch(e.connected(), "INBOX")
	if len(e.kept()) != 1 {
		t.Error("a mail was kept after the end")
	}
	if _, err := e.client.Unmark(ctx, api.UnmarkRequest{Sender: "shop.example", Destroy: true}); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(e.paths.Data, "evidence", "*")); len(left) != 0 {
		t.Errorf("left: %q", left)
	}
	if _, err := e.client.Unmark(ctx, api.UnmarkRequest{Sender: "shop.example"}); err == nil || !strings.Contains(err.Error(), "is not marked") {
		t.Errorf("%v", err)
	}
}

// Events about a marked sender stay when the others become counts.
func TestMarkedEventsStay(t *testing.T) {
	ctx := context.Background()
	s, err := store.Open(ctx, t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	old := time.Now().AddDate(0, 0, -100)
	for _, sender := range []string{"shop.example", "other.example"} {
		s.AddEvent(store.Event{At: old, Kind: "load", Outcome: "held", Sender: sender})
	}
	if n, err := s.PruneEvents(ctx, time.Now().AddDate(0, 0, -store.EventDays), "shop.example", "third.example"); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if left, err := s.EventsOf(ctx, "shop.example", 10); len(left) != 1 || err != nil {
		t.Errorf("%+v, %v", left, err)
	}
}
