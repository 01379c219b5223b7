package e2e_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/evidence/mark"
	"github.com/unseen-mail/unseen/internal/lab"
)

// mostMemory is what the daemon may take while it makes a bag, in megabytes.
const mostMemory = 200

// manyMail is a newsletter of about 50 kB with 40 links, of which two people have a copy.
func manyMail(n int) []byte {
	person := []string{"anna", "bert"}[n%2]
	id := func(what string) string {
		return fmt.Sprintf("%x", sha256.Sum256(fmt.Append(nil, person, n, what)))[:32]
	}
	var b strings.Builder
	fmt.Fprintf(&b, "From: Shop <news@shop.example>\r\nTo: %s@mail.example\r\nSubject: Issue %d\r\nMessage-ID: <%s@shop.example>\r\nList-Id: <news.shop.example>\r\n", person, n/2, id("id"))
	fmt.Fprintf(&b, "Date: %s\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n", time.Date(2025, 1, 1, 8, n%2, 0, 0, time.UTC).Add(time.Duration(n/2)*3*time.Hour).Format(time.RFC1123Z))
	for i := range 40 {
		fmt.Fprintf(&b, "<p>Issue %d, article %d. %s</p>\r\n<p><a href=\"https://click.shop.example/c/%s/%d\">More</a></p>\r\n", n/2, i, strings.Repeat("Coats, shoes and hats for everybody. ", 30), id("click"), i)
	}
	fmt.Fprintf(&b, "<img src=\"https://click.shop.example/o/%s.gif\" width=1 height=1>\r\n", id("open"))
	return []byte(b.String())
}

// peak is the most that the process held of the machine's memory, in megabytes.
func (p *program) peak(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(text)
	if err != nil || m == nil {
		t.Skipf("left out: this system does not tell what a process weighs: %v", err)
	}
	kB, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return kB / 1024
}

// The daemon makes a bag of many mails: it says how far it is, ends when whoever asked
// goes, goes on when it is asked again, and does not take more memory for more mails.
// UNSEEN_LONG=1 makes it of 5,000.
func TestEvidenceMany(t *testing.T) {
	lab.Need(t)
	n := 240
	if os.Getenv("UNSEEN_LONG") == "1" {
		n = 5000
	}
	p := buildProgram(t)
	fillVault(t, filepath.Join(p.dir, "data", "evidence"), n)
	client := p.start(t)
	ctx := t.Context()
	if !lab.Until(time.Minute, func() bool { _, err := client.Marks(ctx); return err == nil }) {
		t.Fatalf("Unseen does not answer: %s", p.said.String())
	}
	q := api.ExportRequest{Sender: "shop.example", Output: filepath.Join(p.dir, "bag.zip"), Languages: []string{"en"}}
	stopExport(t, client, q, "take", n/3)
	stopExport(t, client, q, "examine", n/3)
	stages := make(map[string]int)
	var bag *api.BagMade
	for at, err := range client.ExportKept(ctx, q) {
		if err != nil {
			t.Fatal(err)
		}
		if at.Done < stages[at.Stage] || at.Done > at.Of {
			t.Fatalf("%s: %d of %d after %d", at.Stage, at.Done, at.Of, stages[at.Stage])
		}
		stages[at.Stage], bag = at.Done, at.Bag
	}
	if bag == nil || bag.Mails != n || bag.Tracking != n || bag.Mailings != n/2 || stages["take"] != n || stages["examine"] != n {
		t.Fatalf("%+v, %v", bag, stages)
	}
	most := p.peak(t)
	t.Logf("%d mails, peak of the daemon %d MB", n, most)
	if most >= mostMemory {
		t.Errorf("the daemon took %d MB", most)
	}
	p.whole(t, q.Output, n)
	p.end(t)
}

// whole says whether the program holds a bag for whole, and that it was begun once and
// gone on with twice.
func (p *program) whole(t *testing.T, bag string, n int) {
	t.Helper()
	verify := exec.Command(p.path, "evidence", "verify", bag)
	verify.Env = append(os.Environ(), "UNSEEN_CONFIG="+p.dir+"/config.toml", "UNSEEN_DATA="+p.dir+"/data", "UNSEEN_RUNTIME="+p.dir+"/run", "LANG=en_GB.UTF-8")
	if said, err := verify.CombinedOutput(); err != nil || !strings.Contains(string(said), fmt.Sprint(n)) {
		t.Errorf("%v: %s", err, said)
	}
	log, err := exec.Command("unzip", "-p", bag, "*/data/custody.jsonl").Output()
	if begun, on := strings.Count(string(log), `"what":"begun"`), strings.Count(string(log), `"what":"continued"`); err != nil || begun != 1 || on != 2 {
		t.Errorf("begun %d times, gone on with %d times: %v", begun, on, err)
	}
	taken := 0
	for line := range strings.Lines(string(log)) {
		if strings.Contains(line, `"what":"taken"`) && strings.Contains(line, `"data/messages/`) {
			taken++
		}
	}
	if taken != n {
		t.Errorf("%d mails of %d were taken", taken, n)
	}
}

// fillVault keeps mails of a sender, as the daemon does.
func fillVault(t *testing.T, dir string, n int) {
	t.Helper()
	v := mark.New(dir, time.Now)
	err := v.Put(mark.Mark{Sender: "shop.example", All: true, Since: time.Now(), Until: time.Now().AddDate(1, 0, 0)})
	for i := 0; i < n && err == nil; i++ {
		_, _, err = v.Keep("shop.example", manyMail(i), mark.Had{How: mark.ByRelay, Server: "imap.mail.example"})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// stopExport asks for a bag and goes when a stage is so far; what was made by then stays.
func stopExport(t *testing.T, client *api.Client, q api.ExportRequest, stage string, when int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stopped := false
	for at, err := range client.ExportKept(ctx, q) {
		if err != nil {
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("%s: %v", stage, err)
			}
			break
		}
		if at.Bag != nil {
			t.Fatalf("%s: it was not stopped", stage)
		}
		if at.Stage == stage && at.Done >= when {
			stopped = true
			cancel()
		}
	}
	if _, err := os.Stat(q.Output); err == nil || !stopped {
		t.Fatalf("%s: there is a bag, or it did not come so far: %v", stage, stopped)
	}
	// The daemon lets go of it when it has noticed.
	if !lab.Until(time.Minute, func() bool { _, err := os.Stat(q.Output + ".part.lock"); return errors.Is(err, os.ErrNotExist) }) {
		t.Fatalf("%s: nobody let go of what was begun", stage)
	}
	if _, err := os.Stat(q.Output + ".part"); err != nil {
		t.Errorf("%s: what was made by then is gone: %v", stage, err)
	}
}
