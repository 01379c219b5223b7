package mark_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	msgauth "github.com/emersion/go-msgauth/dkim"

	"github.com/unseen-mail/unseen/internal/dkim"
	"github.com/unseen-mail/unseen/internal/evidence/bag"
	"github.com/unseen-mail/unseen/internal/evidence/mark"
	"github.com/unseen-mail/unseen/internal/lab"
)

const shop = "shop.example"

// keyName is where the key of the mails is.
const keyName = "s._domainkey." + shop

func clock() time.Time { return time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC) }

// marked is a vault with one mark.
func marked(t testing.TB) *mark.Vault {
	t.Helper()
	v := mark.New(filepath.Join(t.TempDir(), "evidence"), clock)
	if err := v.Put(mark.Mark{Sender: shop, All: true, Since: clock(), Until: clock().AddDate(1, 0, 0)}); err != nil {
		t.Fatal(err)
	}
	return v
}

// signed is a mail with a signature, and the record of its key.
func signed(t testing.TB, n int) (raw []byte, record string) {
	t.Helper()
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	mail := fmt.Sprintf("From: News <news@shop.example>\r\nSubject: =?utf-8?q?Fr=C3=BChling?= %d\r\nDate: Mon, 02 Mar 2026 10:00:00 +0000\r\n\r\nCoats.\r\n", n)
	var out bytes.Buffer
	if err := msgauth.Sign(&out, strings.NewReader(mail), &msgauth.SignOptions{Domain: shop, Selector: "s", Signer: key}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey))
}

// A mail is kept to the octet, once, and its line stands in the log.
func TestKeep(t *testing.T) {
	v := marked(t)
	raw, _ := signed(t, 1)
	k, fresh, err := v.Keep(shop, raw, mark.Had{How: mark.ByRelay, Account: "a@b.example", Server: "imap.b.example", Mailbox: "INBOX", UIDValidity: 7, UID: 9})
	if err != nil || !fresh || k.Subject != "Frühling 1" || k.Size != int64(len(raw)) || len(k.Names) != 1 || k.Names[0] != keyName {
		t.Fatalf("%+v, %v, %v", k, fresh, err)
	}
	if _, fresh, err := v.Keep(shop, raw, mark.Had{How: mark.ByFile}); fresh || err != nil {
		t.Errorf("kept twice: %v, %v", fresh, err)
	}
	if got, err := v.Raw(shop, k.SHA256); err != nil || !bytes.Equal(got, raw) {
		t.Errorf("%v", err)
	}
	log, err := fs.ReadFile(v.Files(shop), "log.jsonl")
	if err != nil || !strings.Contains(string(log), k.SHA256) || !strings.Contains(string(log), `mailbox \"INBOX\", UIDVALIDITY 7, UID 9`) {
		t.Errorf("%s, %v", log, err)
	}
	if _, err := v.Raw(shop, "../../../etc/passwd"); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("a path was read: %v", err)
	}
}

// What is refused leaves nothing behind.
func TestKeepRefuses(t *testing.T) {
	v := marked(t)
	if _, _, err := v.Keep("other.example", []byte("From: a@other.example\r\n\r\n"), mark.Had{}); !errors.Is(err, mark.ErrUnmarked) {
		t.Errorf("unmarked: %v", err)
	}
	if _, err := v.Attach(shop, "x", make([]byte, mark.MaxSupplied+1)); !errors.Is(err, mark.ErrTooLarge) {
		t.Errorf("large: %v", err)
	}
	k, err := v.Begin(shop)
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, 1<<20)
	for range mark.MaxMail>>20 + 1 {
		_, _ = k.Write(block)
	}
	if _, _, err := k.End(mark.Had{}); !errors.Is(err, mark.ErrTooLarge) {
		t.Errorf("large: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(v.Dir(shop), "mails", "*")); len(left) != 0 {
		t.Errorf("left: %q", left)
	}
	// A process that ended leaves a part, which is swept.
	if k, err = v.Begin(shop); err != nil {
		t.Fatal(err)
	}
	_, _ = k.Write([]byte("half"))
	if err := v.Sweep(); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(v.Dir(shop), "mails", ".*")); len(left) != 0 {
		t.Errorf("left: %q", left)
	}
}

// Many are kept at once, each once, in one whole log.
func TestKeepAtOnce(t *testing.T) {
	v := marked(t)
	var work sync.WaitGroup
	for i := range 24 {
		work.Go(func() {
			raw, _ := signed(t, i/2)
			if _, _, err := v.Keep(shop, raw, mark.Had{How: mark.ByRelay}); err != nil {
				t.Error(err)
			}
		})
	}
	work.Wait()
	mails, err := v.Mails(shop)
	if err != nil || len(mails) != 12 {
		t.Errorf("%d mails, %v", len(mails), err)
	}
	if due, err := v.Due(shop); !due || err != nil {
		t.Errorf("%v, %v", due, err)
	}
}

// Keys that were answered are kept as they came, and say what signatures come to; a name
// that was refused is told, and a mail waits until all its names were heard of.
func TestAnswered(t *testing.T) {
	for name, c := range map[string]struct {
		answer  []dkim.Answer
		refused []string
		asked   bool
		result  string
	}{
		"the key":    {[]dkim.Answer{{Name: keyName, At: clock(), Code: "NOERROR", Records: []string{""}}}, nil, true, "pass"},
		"no key":     {[]dkim.Answer{{Name: keyName, At: clock(), Code: "NXDOMAIN"}}, nil, true, "unknown"},
		"two keys":   {[]dkim.Answer{{Name: keyName, At: clock(), Records: []string{"", ""}}}, nil, true, "unknown"},
		"another's":  {[]dkim.Answer{{Name: keyName, At: clock(), Records: []string{"v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(make([]byte, 32))}}}, nil, true, "fail"},
		"refused":    {nil, []string{keyName}, true, "unknown"},
		"no answer":  {nil, nil, false, ""},
		"other name": {[]dkim.Answer{{Name: "x._domainkey." + shop, At: clock()}}, nil, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			v := marked(t)
			raw, record := signed(t, 1)
			if _, _, err := v.Keep(shop, raw, mark.Had{}); err != nil {
				t.Fatal(err)
			}
			for i := range c.answer {
				for j, text := range c.answer[i].Records {
					if text == "" {
						c.answer[i].Records[j] = record
					}
				}
			}
			if err := v.Answered(shop, c.answer, c.refused); err != nil {
				t.Fatal(err)
			}
			mails, err := v.Mails(shop)
			if err != nil || mails[0].Asked.IsZero() == c.asked || len(mails[0].Unasked) != len(c.refused) {
				t.Fatalf("%+v, %v", mails, err)
			}
			if c.asked && (mails[0].Signatures[0].Result != c.result || mails[0].Holds() != (c.result == "pass")) {
				t.Errorf("%+v", mails[0].Signatures)
			}
			if left, err := v.Unasked(shop, clock().Add(time.Hour)); err != nil || (len(left) == 0) != c.asked {
				t.Errorf("%q, %v", left, err)
			}
		})
	}
}

// A time stamp is of a line of the log and of what comes before; a log that was changed
// is noticed, and nothing is stamped twice.
func TestStamp(t *testing.T) {
	v := marked(t)
	raw, _ := signed(t, 1)
	if _, err := v.Stamping(shop); !errors.Is(err, mark.ErrNothing) {
		t.Errorf("nothing was kept: %v", err)
	}
	if _, _, err := v.Keep(shop, raw, mark.Had{}); err != nil {
		t.Fatal(err)
	}
	address, _ := lab.StartStamper(t)
	s, err := v.Stamping(shop)
	if err != nil || s.Line != 2 {
		t.Fatalf("%+v, %v", s, err)
	}
	answer, err := bag.AskStamp(context.Background(), bag.Client(http.DefaultTransport), address, s.Request)
	if err != nil {
		t.Fatal(err)
	}
	if stamp, err := v.Stamped(s, answer); err != nil || stamp.Path != "stamps/000002.tsr" || stamp.Authority != "CN=Test Time" {
		t.Fatalf("%+v, %v", stamp, err)
	}
	if due, err := v.Due(shop); due || err != nil {
		t.Errorf("due again: %v, %v", due, err)
	}
	if list, err := mark.Stamps(v.Files(shop)); err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	at := filepath.Join(v.Dir(shop), "log.jsonl")
	text, _ := os.ReadFile(at)
	for i, changed := range [][]byte{bytes.Replace(text, []byte(`"kept"`), []byte(`"Kept"`), 1), text[:bytes.IndexByte(text, '\n')+1], nil} {
		if err := os.WriteFile(at, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := mark.Stamps(v.Files(shop)); !errors.Is(err, bag.ErrStamp) {
			t.Errorf("change %d was not noticed: %v", i, err)
		}
	}
	if _, err := v.Stamped(s, []byte("nothing")); !errors.Is(err, bag.ErrStamp) {
		t.Errorf("no stamp: %v", err)
	}
}

// What the reader adds has a name that leads nowhere else; letters have days.
func TestSupplied(t *testing.T) {
	v := marked(t)
	s, err := v.Attach(shop, "../../.bash rc", []byte("x"))
	if err != nil || strings.ContainsAny(s.Name, "/ ") {
		t.Fatalf("%+v, %v", s, err)
	}
	if list, err := v.Supplied(shop); err != nil || len(list) != 1 || list[0].SHA256 != s.SHA256 {
		t.Errorf("%+v, %v", list, err)
	}
	for name, c := range map[string]struct {
		letter mark.Letter
		ok     bool
	}{
		"today":     {mark.Letter{Kind: "request", On: "2026-04-01"}, true},
		"tomorrow":  {mark.Letter{Kind: "request", On: "2026-04-02"}, false},
		"no day":    {mark.Letter{Kind: "answer", On: "soon"}, false},
		"no letter": {mark.Letter{Kind: "parcel", On: "2026-03-01"}, false},
	} {
		if _, err := v.Write(shop, c.letter); (err == nil) != c.ok || err != nil && !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if list, err := v.Letters(shop); err != nil || len(list) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
}

// Two senders do not meet, whatever they are called, and one is destroyed alone.
func TestApart(t *testing.T) {
	v := marked(t)
	for _, sender := range []string{"shop.example news.list", "..", "shop-example", "SHOP.example"} {
		if err := v.Put(mark.Mark{Sender: sender, Until: clock()}); err != nil {
			t.Fatal(err)
		}
	}
	list, err := v.Marks()
	if err != nil || len(list) != 4 {
		t.Fatalf("%+v, %v", list, err)
	}
	if err := v.Destroy(".."); err != nil {
		t.Error(err)
	}
	if list, _ := v.Marks(); len(list) != 3 {
		t.Errorf("%+v", list)
	}
	if err := v.End("shop-example"); err != nil {
		t.Error(err)
	}
	m, err := v.Of("shop-example")
	if err != nil || m.Active(clock()) {
		t.Errorf("%+v, %v", m, err)
	}
	if err := v.Destroy("nobody"); !errors.Is(err, mark.ErrUnmarked) {
		t.Errorf("%v", err)
	}
}

func ExampleVault() {
	dir, err := os.MkdirTemp("", "mark-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	v := mark.New(dir, clock)
	if err := v.Put(mark.Mark{Sender: shop, All: true, Until: clock().AddDate(0, 1, 0)}); err != nil {
		fmt.Println(err)
		return
	}
	kept, fresh, err := v.Keep(shop, []byte("From: news@shop.example\r\nSubject: Coats\r\n\r\n"), mark.Had{How: mark.ByRelay})
	fmt.Println(kept.Subject, kept.Size, fresh, err)
	// Output: Coats 43 true <nil>
}
