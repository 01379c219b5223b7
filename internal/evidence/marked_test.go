package evidence_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	msgauth "github.com/emersion/go-msgauth/dkim"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/dkim"
	"github.com/unseen-mail/unseen/internal/evidence"
	"github.com/unseen-mail/unseen/internal/evidence/bag"
	"github.com/unseen-mail/unseen/internal/evidence/custody"
	"github.com/unseen-mail/unseen/internal/evidence/mark"
	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/statement"
)

// signedTo is a mailing as one person gets it, with a signature and the record of its
// key.
func signedTo(t testing.TB, person string, n int) (raw []byte, record string) {
	t.Helper()
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	var out bytes.Buffer
	if err := msgauth.Sign(&out, bytes.NewReader(mailTo(person, n)), &msgauth.SignOptions{Domain: "shop.example", Selector: "s", Signer: key}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey))
}

// kept is a vault in which mails of the shop were kept, with keys and a time stamp, and
// the root of who stamped.
func kept(t testing.TB, n int) (v *mark.Vault, root string) {
	t.Helper()
	v = mark.New(filepath.Join(t.TempDir(), "evidence"), clock)
	err := v.Put(mark.Mark{Sender: "shop.example", All: true, Until: clock().AddDate(1, 0, 0)})
	var record string
	for i := range n {
		var raw []byte
		raw, record = signedTo(t, "anna", i)
		if err == nil {
			_, _, err = v.Keep("shop.example", raw, mark.Had{How: mark.ByRelay, Account: "anna@mail.example", Server: "imap.mail.example", Mailbox: "INBOX"})
		}
	}
	if err == nil {
		err = v.Answered("shop.example", []dkim.Answer{{Name: "s._domainkey.shop.example", Resolver: "192.0.2.53:53", At: clock(), Code: "NOERROR", Authentic: true, Records: []string{record}}}, nil)
	}
	if err == nil {
		_, err = v.Attach("shop.example", "form.png", []byte("a form"))
	}
	if err == nil {
		_, err = v.Write("shop.example", mark.Letter{Kind: "request", With: "DPO", On: "2026-02-03"})
	}
	if err != nil {
		t.Fatal(err)
	}
	address, root := lab.StartStamper(t)
	s, err := v.Stamping("shop.example")
	if err == nil {
		var answer []byte
		if answer, err = bag.AskStamp(context.Background(), bag.Client(http.DefaultTransport), address, s.Request); err == nil {
			_, err = v.Stamped(s, answer)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return v, root
}

// dossier is what an Unseen that runs knows.
func dossier() *api.Dossier {
	no := clock().AddDate(0, -2, 0)
	return &api.Dossier{
		LedgerSays: "what the reader told their own software", StatementsSay: "the reader's word", EventsSay: "what was asked for",
		Ledger:     []api.Record{{Seq: 1, Decision: "withdrawn", Purpose: "performance", When: no}},
		Statements: []api.Statement{{Answer: statement.Told, ToldOn: "2026-03-02"}},
		Events:     []api.Event{{Kind: "load", Outcome: "held", Host: "click.shop.example"}},
		Names:      []api.HostAlias{{Host: "click.shop.example", Target: "x.esp.example", Resolver: "192.0.2.53:53", At: clock()}, {Host: "elsewhere.example"}},
		Served:     []api.Served{{Header: "00", Edits: []api.ServedEdit{{Offset: 3, Length: 9}}}},
	}
}

// complete makes a bag with all that one can hold, unpacked.
func complete(t testing.TB, r *evidence.Redactor) (dir, root string) {
	t.Helper()
	v, root := kept(t, 2)
	return completeOf(t, v, r), root
}

// completeOf is the bag of a vault with two mails.
func completeOf(t testing.TB, v *mark.Vault, r *evidence.Redactor) (dir string) {
	t.Helper()
	o := options(t, filepath.Join(t.TempDir(), "part"))
	o.Dossier = dossier()
	c := begin(t, o)
	if n, err := c.TakeMarked(t.Context(), v.Files("shop.example"), r, nil); n != 2 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	x, err := c.Examine(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range words.Languages() {
		if err := c.Write(x, words.In(lang)); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "bag.zip")
	if err := c.Seal(key(t), file); err != nil {
		t.Fatal(err)
	}
	opened, err := bag.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	dir = filepath.Join(t.TempDir(), "bag")
	if err := opened.Unpack(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// The whole bag is checked as VERIFY.md says, by the programs of every system alone, and
// after something was added to it, too: the earlier seal and its stamps hold on.
func TestCompleteByHand(t *testing.T) {
	dir, root := complete(t, nil)
	steps := func() string {
		text, err := os.ReadFile(filepath.Join(dir, "VERIFY.md"))
		if err != nil {
			t.Fatal(err)
		}
		var script []string
		for line := range strings.Lines(string(text)) {
			command, ok := strings.CutPrefix(line, "    ")
			if !ok || strings.Contains(command, "stamps/TIME.tsr") || strings.Contains(command, "sed -n") {
				continue
			}
			stamps, _ := filepath.Glob(filepath.Join(dir, "data/marking/stamps/*.tsr"))
			line := strings.TrimSuffix(filepath.Base(stamps[0]), ".tsr")
			script = append(script, strings.NewReplacer("CA.pem", root, "000012", line).Replace(strings.TrimSpace(command)))
		}
		return strings.Join(script, "\n")
	}
	if n := strings.Count(steps(), "\n"); n < 7 {
		t.Fatalf("VERIFY.md names %d commands", n)
	}
	lab.Run(t, dir, steps())
	address, _ := lab.StartStamper(t)
	request, err := bag.StampRequest(dir)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := bag.AskStamp(context.Background(), bag.Client(http.DefaultTransport), address, request)
	if err == nil {
		_, err = bag.AddStamp(dir, answer, key(t))
	}
	if err != nil {
		t.Fatal(err)
	}
	extra := filepath.Join(t.TempDir(), "later.txt")
	if err := os.WriteFile(extra, []byte("a letter that came later"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := evidence.Attach(evidence.Options{Dir: dir, Tool: evidence.Tool{Name: "Unseen", Version: "test"}, Now: clock}, []string{extra}, key(t)); err != nil {
		t.Fatal(err)
	}
	lab.Run(t, dir, steps())
	files := os.DirFS(dir)
	if earlier, err := bag.Earlier(files); err != nil || len(earlier) != 1 || earlier[0].Authority != "CN=Test Time" {
		t.Errorf("earlier seals: %+v, %v", earlier, err)
	}
	again, err := evidence.Remake(files)
	if err != nil || again.Differs != 0 || again.Kept != 2 || len(again.Stamps) != 1 {
		t.Errorf("%+v, %v", again, err)
	}
}

// Octets of a whole bag, wherever they are, are not changed unnoticed.
func TestCompleteOctets(t *testing.T) {
	dir, _ := complete(t, nil)
	var names []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil || len(names) < 60 {
		t.Fatalf("%d files, %v", len(names), err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, name := range names {
		at := filepath.Join(dir, name)
		text, err := os.ReadFile(at)
		if err != nil || len(text) == 0 {
			continue
		}
		changed := bytes.Clone(text)
		i := r.IntN(len(changed))
		changed[i] ^= byte(1 + r.IntN(255))
		if err := os.WriteFile(at, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		opened, err := bag.Open(dir)
		if err == nil {
			result, failed := bag.Verify(opened)
			if failed == nil && result.Whole() {
				t.Errorf("%s: octet %d was changed unnoticed", name, i)
			}
			opened.Close()
		}
		if err := os.WriteFile(at, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// What was made up and sealed anew is noticed: a log, an answer, what a signature came
// to, a mail that the log does not know.
func TestRemarkedNotices(t *testing.T) {
	dir, _ := complete(t, nil)
	if r, err := evidence.Remake(os.DirFS(dir)); err != nil || r.Kept != 2 {
		t.Fatalf("%+v, %v", r, err)
	}
	for pattern, change := range map[string]struct {
		from, to string
		want     error
	}{
		"data/marking/log.jsonl":        {`"kept"`, `"Kept"`, custody.ErrBroken},
		"data/marking/keys/*.json":      {"p=", "p=A", evidence.ErrSignatures},
		"data/auth/*.json":              {`"pass"`, `"fail"`, evidence.ErrSignatures},
		"data/marking/stamps/*.tsr":     {"\x30", "\x31", bag.ErrStamp},
		"data/auth/[0-9a-f]*[0-9].json": {`"sha256": "`, `"sha256": "0`, custody.ErrBroken},
	} {
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(names) == 0 {
			if pattern == "data/auth/[0-9a-f]*[0-9].json" {
				continue // it depends on the hashes whether there is one
			}
			t.Fatalf("%s: %v", pattern, err)
		}
		text, err := os.ReadFile(names[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(names[0], bytes.Replace(text, []byte(change.from), []byte(change.to), 1), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := evidence.Remake(os.DirFS(dir)); !errors.Is(err, change.want) {
			t.Errorf("%s: %v", pattern, err)
		}
		if err := os.WriteFile(names[0], text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// What each side said stands under its own name, with the sentence that keeps it apart.
func TestSides(t *testing.T) {
	dir, _ := complete(t, nil)
	for name, want := range map[string][]string{
		"data/ledger.json":                  {"what the reader told their own software", `"withdrawn"`},
		"data/statement.json":               {"the reader's word", `"told_on": "2026-03-02"`},
		"data/claims.json":                  {"It is their word"},
		"data/withdrawals.json":             {`"how": "told"`, `"mails_after": 0`, `"how": "withdrawn"`, `"mails_after": 2`},
		"data/events.json":                  {"what was asked for", `"held"`},
		"data/served.json":                  {"at equal length", `"offset": 3`},
		"data/names.json":                   {`"target": "x.esp.example"`, `"not_asked": []`},
		"data/letters.json":                 {`"due": "2026-03-03"`, "Unseen sent none"},
		"data/network.json":                 {`"kind": "key"`, `"kind": "stamp"`, "announced and agreed"},
		"data/environment.json":             {`"kernel": `, `"resolvers": `, "Unseen may stand between"},
		"data/papers/complaint.cnil.fr.md":  {"[SIREN : _________]", "Une réponse était due avant le 3 mars 2026", "j'ai informé l'expéditeur"},
		"data/papers/complaint.dsk.de.html": {"Datenschutzaufsichtsbehörde des Landes", `lang="de"`},
		"data/papers/report.nl.html":        {"Wat de lezer aan de eigen software zei", "handtekening (DKIM)", "verzoeken gedaan"},
	} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
			continue
		}
		for _, w := range want {
			if !strings.Contains(string(text), w) {
				t.Errorf("%s has no %q", name, w)
			}
		}
	}
	if text, _ := os.ReadFile(filepath.Join(dir, "data/names.json")); strings.Contains(string(text), "elsewhere.example") {
		t.Error("names of others' hosts are in the bag")
	}
}

// A redacted bag names no original by its hash: by it anybody could try addresses.
func TestRedactedMarks(t *testing.T) {
	// Anna is a third person here, so that something of each mail is left out.
	r, err := evidence.NewRedactor(filepath.Join(t.TempDir(), "key"), []string{"bert@mail.example"}, []string{"shop.example"})
	if err != nil {
		t.Fatal(err)
	}
	v, _ := kept(t, 2)
	var forbidden []string
	err = fs.WalkDir(v.Files("shop.example"), ".", func(at string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(v.Files("shop.example"), at)
		if bytes.HasPrefix(raw, []byte("DKIM-Signature:")) {
			head := raw[:bytes.Index(raw, []byte("\r\n\r\n"))+4]
			forbidden = append(forbidden, fmt.Sprintf("%x", sha256.Sum256(raw)), fmt.Sprintf("%x", sha256.Sum256(head)))
		}
		return err
	})
	if err != nil || len(forbidden) != 4 {
		t.Fatalf("%d hashes of originals, %v", len(forbidden), err)
	}
	dir := completeOf(t, v, r)
	err = filepath.WalkDir(dir, func(at string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(at)
		for _, one := range forbidden {
			if strings.Contains(string(text), one) {
				t.Errorf("%s holds %s", at, one)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if again, err := evidence.Remake(os.DirFS(dir)); err != nil || again.Differs != 0 || again.Messages != 2 {
		t.Errorf("%+v, %v", again, err)
	}
}

// A month has an end, and a letter a day.
func TestNoted(t *testing.T) {
	for on, want := range map[string]string{"2026-01-31": "2026-02-28 32", "2026-03-15": "2026-04-15 -14", "2025-12-31": "2026-01-31 60", "2024-01-30": "2024-02-29 762"} {
		list := evidence.Noted([]mark.Letter{{Kind: "request", On: on}}, clock())
		if got := fmt.Sprintf("%s %d", list[0].Due, list[0].Over); got != want {
			t.Errorf("%s: %s, not %s", on, got, want)
		}
	}
	list := evidence.Noted([]mark.Letter{{Kind: "request", On: "2026-01-01"}, {Kind: "answer", On: "2026-01-09"}}, clock())
	if !list[0].Answered || list[1].Due != "" {
		t.Errorf("%+v", list)
	}
}
