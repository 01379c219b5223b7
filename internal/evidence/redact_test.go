package evidence_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/evidence"
	"github.com/unseen-mail/unseen/internal/evidence/bag"
)

// redactor is one of anna, who complains about shop.example.
func redactor(t testing.TB) *evidence.Redactor {
	t.Helper()
	r, err := evidence.NewRedactor(filepath.Join(t.TempDir(), "key"), []string{"anna@mail.example"}, []string{"shop.example"})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRedact(t *testing.T) {
	head := "From: Shop <news@shop.example>\r\nTo: Anna <anna@mail.example>,\r\n \"Bert B.\" <bert@other.example>\r\n" +
		"Message-ID: <1@host.example>\r\nMIME-Version: 1.0\r\n"
	for _, test := range []struct {
		name, raw string
		gone      []string
		places    int
	}{
		{"in the header", head + "\r\nHello", []string{"bert@other.example", "Bert"}, 1},
		{"in plain text", head + "\r\nAsk carl@third.example.", []string{"bert@other.example", "carl@third.example"}, 2},
		{"quoted-printable", head + "Content-Transfer-Encoding: quoted-printable\r\n\r\nAsk carl=40third.=\r\nexample now", []string{"carl=40third", "bert@"}, 2},
		{"base64", head + "Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte("<p>Ask carl@third.example</p>")), []string{"bert@"}, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			out, places, left := redactor(t).Redact([]byte(test.raw))
			if len(out) != len(test.raw) || len(places) != test.places || len(left) > 0 {
				t.Errorf("%d octets of %d, %+v, left %v", len(out), len(test.raw), places, left)
			}
			for _, gone := range test.gone {
				if bytes.Contains(out, []byte(gone)) {
					t.Errorf("%q is left in\n%s", gone, out)
				}
			}
			for _, kept := range []string{"news@shop.example", "anna@mail.example", "<1@host.example>", "Anna"} {
				if !bytes.Contains(out, []byte(kept)) {
					t.Errorf("%q is gone from\n%s", kept, out)
				}
			}
			// Nothing else is changed.
			changed := bytes.Clone(out)
			for _, p := range places {
				copy(changed[p.Offset:p.Offset+p.Length], test.raw[p.Offset:])
			}
			changed = bytes.ReplaceAll(changed, []byte("\"xxxx x.\""), []byte("\"Bert B.\""))
			if string(changed) != test.raw {
				t.Errorf("more was changed:\n%s", changed)
			}
		})
	}
}

// The same address has the same name, in any letters; another key gives another.
func TestRedactedNames(t *testing.T) {
	raw := []byte("From: news@shop.example\r\n\r\nask bert@other.example or BERT@other.example")
	r := redactor(t)
	_, first, _ := r.Redact(raw)
	_, other, _ := redactor(t).Redact(raw)
	if len(first) != 2 || first[0].Name != first[1].Name || first[0].Name == other[0].Name {
		t.Errorf("%+v, %+v", first, other)
	}
}

// Pictures and what cannot be read are named, not passed over.
func TestRedactLeaves(t *testing.T) {
	raw := "From: news@shop.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n"
	if _, _, left := redactor(t).Redact([]byte(raw)); fmt.Sprint(left) != "[2]" {
		t.Errorf("%v", left)
	}
}

// A bag of redacted mails is whole, its findings are those of the original, and it
// says of what it was made.
func TestRedactedBag(t *testing.T) {
	raw := bytes.Replace(mailTo("anna", 1), []byte("<p>Spring"), []byte("<p>bert@other.example Spring"), 1)
	raw = append([]byte("DKIM-Signature: v=1; d=shop.example; bh=Ym9keQ==;\r\n b=c2ln\r\n bmF0dXJl\r\n"), raw...)
	secret := filepath.Join(t.TempDir(), "key")
	r, err := evidence.NewRedactor(secret, []string{"anna@mail.example"}, []string{"shop.example"})
	if err != nil {
		t.Fatal(err)
	}
	o := options(t, filepath.Join(t.TempDir(), "part"))
	c := begin(t, o)
	if ok, err := c.TakeRedacted(raw, "a test", r); !ok || err != nil {
		t.Fatalf("%v, %v", ok, err)
	}
	x, err := c.Examine(context.Background(), nil)
	if err != nil || x.Messages[0].Trackers == 0 {
		t.Fatalf("%+v, %v", x, err)
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
	if again, err := evidence.Remake(opened); err != nil || again.Differs != 0 {
		t.Errorf("%+v, %v", again, err)
	}
	var all strings.Builder
	err = fs.WalkDir(opened, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			text, _ := fs.ReadFile(opened, name)
			all.Write(text)
		}
		return err
	})
	if err != nil || strings.Contains(all.String(), "bert@other.example") {
		t.Errorf("the address is in the bag: %v", err)
	}
	// Who has the key can show which was the original; nobody else can try.
	if !strings.Contains(all.String(), hmacOf(t, secret, raw)) {
		t.Error("the bag does not name the original")
	}
	for what, oracle := range map[string]string{"a hash of the original": fmt.Sprintf("%x", sha256.Sum256(raw)), "a hash of the body": "Ym9keQ", "a signature": "c2ln", "more of it": "bmF0dXJl"} {
		if strings.Contains(all.String(), oracle) {
			t.Errorf("%s lets anybody try addresses", what)
		}
	}
	if !strings.Contains(all.String(), "DKIM-Signature: v=1; d=shop.example; bh=xxxxxxxx;\r\n b=xxxx\r\n xxxxxxxx\r\n") {
		t.Error("more of the signature was written over")
	}
}

// hmacOf is what the key in a file makes of a text.
func hmacOf(t *testing.T, file string, text []byte) string {
	t.Helper()
	written, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(written)))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(text)
	return fmt.Sprintf("%x", mac.Sum(nil))
}

// What was not written over keeps its signatures.
func TestRedactKeepsSignature(t *testing.T) {
	raw := "DKIM-Signature: d=shop.example; bh=Ym9keQ==; b=c2ln\r\nFrom: news@shop.example\r\n\r\nHello"
	if out, _, _ := redactor(t).Redact([]byte(raw)); string(out) != raw {
		t.Errorf("%s", out)
	}
}

func FuzzRedact(f *testing.F) {
	f.Add(mailTo("anna", 1))
	f.Add([]byte("To: a@b.c\n\nd@e.f"))
	r := redactor(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		out, places, _ := r.Redact(raw)
		if len(out) != len(raw) {
			t.Fatalf("%d octets of %d", len(out), len(raw))
		}
		for _, p := range places {
			if p.Offset < 0 || p.Offset+p.Length > len(raw) {
				t.Errorf("%+v", p)
			}
		}
	})
}
