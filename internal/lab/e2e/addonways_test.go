package e2e_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/lab"
)

// Unseen ends while a mail is open: nothing of what was released before is let through
// any more, and the line says what to do. When it is back, all is as before.
func TestAddOnWithoutUnseen(t *testing.T) {
	h := openAddOnHouse(t, [][]byte{
		tellTale("harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9"),
		tellTale("harbourbooks.example", "Lunch", "0c44f1a2b07d4f7aa1d7e8e0b5f3c111"),
	})
	tb := lab.StartThunderbird(t, h.reader(h.direct()))
	tb.Sync(t, 2)
	tb.Store(t)
	h.reached(t, tb)
	h.answer(t, "harbourbooks.example", "performance")
	time.Sleep(quiet)
	learned(h.house)
	hello, err := h.client.AddOnHello(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h.stopUnseen()
	heard := listenThere(t, hello.DeadEnd, 9)
	h.tells(t, tb, func(told lab.Told) bool {
		return strings.Contains(told.Bar, "does not answer") && strings.Contains(told.Bar, "unseen run")
	})
	picture(t, tb, "down")
	for _, subject := range []string{"Lunch", "Five novels", "Lunch"} {
		tb.Open(t, subject)
	}
	nothing := learned(h.house)
	h.only(t, nothing, "while Unseen does not run")
	met, said := heard()
	if met == 0 {
		t.Error("nobody came to the ports that somebody else has taken")
	}
	if strings.Contains(said, "harbourbooks") || strings.Contains(said, "open.php") {
		t.Errorf("who takes the port is told %q", said)
	}
	h.startUnseen()
	h.reached(t, tb)
}

// listenThere is somebody else on ports of this machine, with a certificate of their own.
// What they are told, in the clear and within TLS, is returned.
func listenThere(t *testing.T, ports ...int) func() (met int, said string) {
	t.Helper()
	cfg := lab.NewAuthority(t).ServerConfig()
	var mu sync.Mutex
	var all bytes.Buffer
	var conns sync.WaitGroup
	var open []net.Listener
	t.Cleanup(func() {
		for _, ln := range open {
			ln.Close()
		}
		conns.Wait()
	})
	n := 0
	hear := func(c net.Conn) {
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(5 * time.Second))
		secure := tls.Server(tap{c, func(b []byte) { mu.Lock(); all.Write(b); mu.Unlock() }}, cfg)
		mu.Lock()
		n++
		mu.Unlock()
		b := make([]byte, 4096)
		read, _ := secure.Read(b)
		mu.Lock()
		all.Write(b[:read])
		mu.Unlock()
	}
	for _, port := range ports {
		ln, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
		if err != nil {
			t.Fatal(err)
		}
		conns.Go(func() {
			for {
				c, err := ln.Accept()
				if err != nil {
					return
				}
				conns.Go(func() { hear(c) })
			}
		})
		open = append(open, ln)
	}
	return func() (int, string) {
		mu.Lock()
		defer mu.Unlock()
		return n, all.String()
	}
}

// A tap tells what is read.
type tap struct {
	net.Conn
	tell func([]byte)
}

func (t tap) Read(b []byte) (int, error) {
	n, err := t.Conn.Read(b)
	t.tell(b[:n])
	return n, err
}

// A tracked link leads to its page, one that is merely wrapped to where it ends, and a
// plain one where it always did: by the add-on alone, and whatever the mail writes
// against it.
func TestAddOnLinks(t *testing.T) {
	mail := strings.Replace(string(tellTale("harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9")), "</body>",
		`<a href="https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.harbourbooks.example%2Fapril&amp;data=05%7C01%7Canna">April</a></body>`, 1)
	// The mark that the add-on once looked for, and a style that would hide its line.
	mail = strings.Replace(mail, "<html>", `<html data-unseen="">`, 1)
	mail = strings.Replace(mail, "</body>", `<style>[role=region]{--ink:#fff!important;--card:#fff!important;max-height:0!important;overflow:hidden!important;margin-left:-9999px!important}</style></body>`, 1)
	if !strings.Contains(mail, "data-unseen") {
		t.Fatal("the mail has no root to write on")
	}
	h := openAddOnHouse(t, [][]byte{[]byte(mail)})
	with, opened := h.reader(h.direct()), ""
	install := with.Before
	with.Before = func(profile string) { install(profile); opened = lab.BrowserStub(t, profile) }
	tb := lab.StartThunderbird(t, with)
	tb.Sync(t, 1)
	h.reached(t, tb)
	picture(t, tb, "links")
	for _, c := range []struct{ link, want string }{
		{"March", "http://www.harbourbooks.example/march"},
		{"April", "https://www.harbourbooks.example/april"},
		{"Five novels", h.daemon.Origin() + "/c/"},
	} {
		tb.ClickLink(t, c.link)
		lab.Until(5*time.Second, func() bool { _, err := os.Stat(opened); return err == nil })
		time.Sleep(quiet)
		got, err := os.ReadFile(opened)
		if err != nil || !strings.HasPrefix(string(got), c.want) || strings.Count(string(got), "\n") != 1 {
			t.Errorf("%s opens %q, %v, want %s", c.link, got, err, c.want)
		}
		os.Remove(opened)
	}
	for name, page := range map[string]string{"settings": "options.html", "first": "options.html?first=1"} {
		if dir := os.Getenv("UNSEEN_PICTURES"); dir != "" {
			os.WriteFile(dir+"/"+name+".png", tb.AddOnPage(t, "unseen@unseen-mail", page), 0o600)
		}
	}
}

// The same mail by the relay, with the add-on beside it: one line, one number, and no
// load is counted twice.
func TestAddOnBesideRelay(t *testing.T) {
	h := openAddOnHouse(t, [][]byte{tellTale("harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9")})
	ctx := context.Background()
	a, err := h.client.AddAccount(ctx, api.NewAccount{Address: reader, IMAP: endpoint(t, h.dovecot.Addr, "none"), SMTP: &api.Endpoint{Host: "localhost", Port: 9, TLS: "none"}, Unchecked: true})
	if err != nil {
		t.Fatal(err)
	}
	h.account = a
	// What is sent does not go through Unseen: the add-on alone takes its addresses out.
	h.sink = lab.StartSink(t, h.dovecot.Authority, nil)
	with := h.reader(lab.Login{Addr: h.imap(), User: login})
	with.SMTP = lab.Login{Addr: h.sink.Addr, User: login}
	tb := lab.StartThunderbird(t, with)
	tb.Sync(t, 1)
	shown := tb.Open(t, "Five novels")
	if !strings.Contains(shown.HTML, h.daemon.Origin()+"/p/") {
		t.Fatalf("nothing was replaced, so this test shows nothing:\n%s", shown.HTML)
	}
	h.tells(t, tb, func(told lab.Told) bool {
		return strings.Contains(told.Bar, "They were not told") && told.Badge == "6"
	})
	time.Sleep(quiet)
	if told := tb.Told(t); told.Bars != 1 || told.Badge != "6" {
		t.Errorf("it shows %+v", told)
	}
	picture(t, tb, "relay")
	st, err := h.client.Status(ctx)
	if err != nil || st.Mail.Messages != 1 || st.Today.Held == 0 || st.Today.Held > 6 {
		t.Errorf("counted %+v of %+v, %v", st.Today, st.Mail, err)
	}
	h.only(t, learned(h.house), "through the relay")
	composed := tb.Reply(t, "Five novels", "Which one made you miss your stop?")
	if !strings.Contains(composed, h.daemon.Origin()) {
		t.Errorf("the quoted mail names nothing of this machine, so this shows nothing:\n%s", composed)
	}
	if !lab.Until(20*time.Second, func() bool { return len(h.sink.Mail()) == 1 }) {
		t.Fatal("the answer did not arrive")
	}
	sent := readable(t, h.sink.Mail()[0].Data)
	for _, word := range []string{"127.0.0.1:", h.daemon.Origin(), "track/open.php"} {
		if strings.Contains(sent, word) {
			t.Errorf("the answer names %s:\n%s", word, sent)
		}
	}
	if !strings.Contains(sent, "Which one made you miss your stop?") || !strings.Contains(sent, "cover.png") {
		t.Errorf("the answer is not whole:\n%s", sent)
	}
}

// Many mails, paged through as fast as they load: no load is missed, in any round, and
// memory does not grow with the rounds.
func TestAddOnManyMails(t *testing.T) {
	n, rounds := 40, 2
	if lab.Long() {
		n, rounds = 500, 5
	}
	var mails [][]byte
	for i := range n {
		mails = append(mails, tellTale(fmt.Sprintf("shop%d.example", i), fmt.Sprint("Letter ", i), fmt.Sprintf("%032x", i+0x0c44f1a2)))
	}
	h := openAddOnHouse(t, mails)
	tb := lab.StartThunderbird(t, h.reader(h.direct()))
	tb.Sync(t, n)
	tb.Store(t)
	tb.Open(t, "Letter 0")
	h.tells(t, tb, func(told lab.Told) bool { return told.Bar != "" && !strings.Contains(told.Bar, "does not answer") })
	var memory []int64
	for round := range rounds {
		learned(h.house)
		took := tb.Page(t, 0, n)
		time.Sleep(quiet)
		for _, hit := range learned(h.house) {
			if !strings.Contains(hit.URL, "cover.png") {
				t.Errorf("round %d told %s", round, hit.URL)
			}
		}
		slices.Sort(took)
		memory = append(memory, tb.Memory(t))
		t.Logf("round %d: %d mails, median %v, 90 of 100 within %v, memory %d MB", round, len(took), took[len(took)/2], took[len(took)*9/10], memory[round]>>20)
	}
	if last := memory[len(memory)-1]; last > memory[0]+memory[0]/4 {
		t.Errorf("memory grew from %d to %d octets", memory[0], last)
	}
}

// The panel: what was held, the same question as everywhere, and an answer that acts at
// once and stands in the ledger word for word.
func TestAddOnPanel(t *testing.T) {
	h := openAddOnHouse(t, [][]byte{tellTale("harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9")})
	with := h.reader(h.direct())
	// The panel can be read and pressed only where it is in the same process.
	with.Prefs = map[string]string{"extensions.webextensions.remote": "false"}
	tb := lab.StartThunderbird(t, with)
	tb.Sync(t, 1)
	h.reached(t, tb)
	tb.OpenPanel(t)
	var text string
	tb.InPanel(t, &text, `await until("the question", () => inside.querySelector("form")); return inside.body.innerText;`)
	ctx := context.Background()
	list, err := h.client.Ask(ctx, api.Ask{Sender: "harbourbooks.example", Address: reader, Language: "en"})
	if err != nil || len(list) != 1 {
		t.Fatalf("asking: %+v, %v", list, err)
	}
	n := list[0].Notice
	want := []string{n.Question, n.Reach, n.Sender.Sentence, n.Lasts, n.Back, n.Silence, n.Is, n.IsNot}
	for _, p := range n.Purposes {
		want = append(want, p.Title, p.Sentence, p.Learners)
	}
	for _, v := range n.Vendors {
		want = append(want, v.Name, v.Role)
	}
	for _, sentence := range want {
		if !strings.Contains(text, sentence) {
			t.Errorf("the panel lacks %q:\n%s", sentence, text)
		}
	}
	if dir := os.Getenv("UNSEEN_PICTURES"); dir != "" {
		var png string
		tb.InPanel(t, &png, `
const bitmap = await browser.browsingContext.currentWindowGlobal.drawSnapshot(new DOMRect(0, 0, browser.clientWidth, inside.documentElement.scrollHeight), 1, "rgb(255,255,255)");
const canvas = inside.createElement("canvas"); canvas.width = bitmap.width; canvas.height = bitmap.height;
canvas.getContext("2d").drawImage(bitmap, 0, 0);
return canvas.toDataURL("image/png").split(",")[1];`)
		raw, err := base64.StdEncoding.DecodeString(png)
		if err != nil {
			t.Fatal(err)
		}
		os.WriteFile(dir+"/panel.png", raw, 0o600)
	}
	tb.InPanel(t, nil, `
const yes = inside.querySelector("input[name='performance'][value='yes']");
yes.click();
inside.querySelector("form button.main").click();
await until("the answer", () => inside.querySelector(".note"));`)
	history, err := h.client.History(ctx, "harbourbooks.example")
	if err != nil || len(history.Records) != 1 {
		t.Fatalf("the ledger has %+v, %v", history.Records, err)
	}
	if r := history.Records[0]; r.Decision != "granted" || r.Purpose != "performance" || r.How != "add-on" || r.NoticeSHA256 != n.SHA256 {
		t.Errorf("the record is %+v", r)
	}
	h.tells(t, tb, func(told lab.Told) bool { return told.Badge == "2" })
}
