package e2e_test

import (
	"bytes"
	"maps"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/plan"
)

// hostileMails is where the mails are that were made to keep a load, from here.
var hostileMails = filepath.Join("..", "..", "..", "testdata", "hostile")

// A hostile is one of them.
type hostile struct {
	name, subject string
	raw           []byte
	held          bool // or reported
	why           string
}

// readHostile reads all of them with what is expected of each.
func readHostile(t *testing.T) []hostile {
	t.Helper()
	table, err := os.ReadFile(filepath.Join(hostileMails, "expect.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	expected := map[string][]string{}
	for line := range strings.Lines(string(table)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) != 3 || fields[1] != "held" && fields[1] != "reported" {
			t.Fatalf("expect.tsv: %q is no name, \"held\" or \"reported\", and why", line)
		}
		expected[fields[0]] = fields[1:]
	}
	files, err := filepath.Glob(filepath.Join(hostileMails, "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	var out []hostile
	for _, file := range files {
		h := hostile{name: strings.TrimSuffix(filepath.Base(file), ".eml")}
		if h.raw, err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
		if m, err := mail.ReadMessage(bytes.NewReader(h.raw)); err == nil {
			h.subject = m.Header.Get("Subject")
		} else {
			h.subject = h.name
		}
		expect, ok := expected[h.name]
		if !ok {
			t.Fatalf("expect.tsv does not say what becomes of %s", h.name)
		}
		h.held, h.why = expect[0] == "held", expect[1]
		delete(expected, h.name)
		out = append(out, h)
	}
	if len(expected) > 0 {
		t.Fatalf("there are no mails %q", slices.Collect(maps.Keys(expected)))
	}
	return out
}

// reported says whether a plan names a load that it left, or something that it
// did not look into.
func (h hostile) reported() bool {
	p := (&plan.Planner{Base: "http://127.0.0.1:4180"}).Plan(h.raw)
	return len(p.Gaps) > 0 || slices.ContainsFunc(p.References, func(r plan.Reference) bool { return r.Outcome == plan.Ungated })
}

// TestHostileReported checks that what may be left of hostile mails is at least
// told. It needs no mail program.
func TestHostileReported(t *testing.T) {
	for _, h := range readHostile(t) {
		if !h.held && !h.reported() {
			t.Errorf("%s (%s) is left and nobody is told", h.name, h.why)
		}
	}
}

// TestHostile opens mails that were made to keep a load, through the relay, in a
// Thunderbird that permits every remote picture. It must ask nobody but the
// gateway, except for mails of which something is reported.
func TestHostile(t *testing.T) {
	lab.Need(t, "thunderbird")
	mails := readHostile(t)
	var box [][]byte
	for _, h := range mails {
		box = append(box, h.raw)
	}
	house := openHouse(t, box)
	tb := lab.StartThunderbird(t, lab.Reader{
		IMAP: lab.Login{Addr: house.imap(), User: login}, Address: reader, PermitAll: true, Elsewhere: house.tracker,
		Prefs: map[string]string{"layout.css.image-set.enabled": "true"},
	})
	tb.Sync(t, len(mails))
	house.tracker.Forget()
	gatewayed, left := 0, 0
	for _, h := range mails {
		shown := tb.Open(t, h.subject)
		// Open waits a tenth of a second by itself, in which every load came
		// when Unseen was not there.
		time.Sleep(30 * time.Millisecond)
		if strings.Contains(shown.HTML, house.daemon.Origin()) {
			gatewayed++
		}
		hits := direct(house)
		switch {
		case len(hits) == 0:
		case h.held:
			t.Errorf("%s (%s): Thunderbird asked for %q", h.name, h.why, hits)
		default:
			left++
		}
	}
	if gatewayed < len(mails)/3 {
		t.Errorf("only %d of %d mails show an address of the gateway, so this test shows nothing", gatewayed, len(mails))
	}
	t.Logf("%d mails, %d show the gateway, %d loaded past it and are reported", len(mails), gatewayed, left)
}

// direct empties the tracker's log and returns what Thunderbird itself asked for.
func direct(h *house) []string {
	var out []string
	for _, hit := range learned(h) {
		if hit.Proxied {
			out = append(out, hit.URL)
		}
	}
	return out
}
