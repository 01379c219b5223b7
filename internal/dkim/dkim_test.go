package dkim_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	msgauth "github.com/emersion/go-msgauth/dkim"

	"github.com/unseen-mail/unseen/internal/dkim"
)

const plain = "From: Shop <news@shop.example>\r\nTo: reader@mail.example\r\nSubject: Offers\r\n\r\n<p>Hello</p>\r\n"

// pins keeps keys in memory.
type pins map[string]string

func (p pins) Pinned(_ context.Context, domain, selector string) (string, error) {
	return p[selector+" "+domain], nil
}

func (p pins) Pin(_ context.Context, domain, selector, record string) (string, error) {
	p[selector+" "+domain] = record
	return record, nil
}

func (p pins) Selectors(_ context.Context, domain string) (int, error) {
	n := 0
	for k := range p {
		if strings.HasSuffix(k, " "+domain) {
			n++
		}
	}
	return n, nil
}

// A zone answers questions for keys, and counts them.
type zone struct {
	records map[string][]string
	asked   []string
}

func (z *zone) lookup(_ context.Context, name string) ([]string, error) {
	z.asked = append(z.asked, name)
	if r, ok := z.records[name]; ok {
		return r, nil
	}
	return nil, errors.New("no such host")
}

// sign signs a message with options that are changed by each.
func sign(t testing.TB, text string, key crypto.Signer, change ...func(*msgauth.SignOptions)) []byte {
	t.Helper()
	o := &msgauth.SignOptions{Domain: "shop.example", Selector: "s1", Signer: key, Hash: crypto.SHA256,
		HeaderCanonicalization: msgauth.CanonicalizationRelaxed, BodyCanonicalization: msgauth.CanonicalizationRelaxed}
	for _, c := range change {
		c(o)
	}
	var b bytes.Buffer
	if err := msgauth.Sign(&b, strings.NewReader(text), o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// record is the TXT record of a key.
func record(t testing.TB, key crypto.Signer) string {
	t.Helper()
	if pub, ok := key.Public().(ed25519.PublicKey); ok {
		return "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(pub)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der)
}

func rsaKey(t testing.TB, bits int) *rsa.PrivateKey {
	t.Helper()
	t.Setenv("GODEBUG", "rsa1024min=0")
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func verifier(z *zone, p pins) *dkim.Verifier {
	return &dkim.Verifier{LookupTXT: z.lookup, Pins: p, Allowed: func(d string) bool { return d == "shop.example" }}
}

// TestVerify checks which signatures count, and that nobody is asked for a key
// where none does.
func TestVerify(t *testing.T) {
	strong, weak := rsaKey(t, 2048), rsaKey(t, 768)
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	const at = "s1._domainkey.shop.example"
	good := map[string][]string{at: {record(t, strong)}}
	with := func(key string, value ...string) map[string][]string {
		m := maps.Clone(good)
		m[key] = value
		return m
	}
	by := func(domain string) func(*msgauth.SignOptions) {
		return func(o *msgauth.SignOptions) { o.Domain = domain }
	}
	edit := func(raw []byte, from, to string) []byte {
		return bytes.Replace(raw, []byte(from), []byte(to), 1)
	}
	signed := sign(t, plain, strong)
	tests := []verifying{
		{"signed", signed, "shop.example", good, nil, 1},
		{"by a name below", sign(t, plain, strong, by("mail.shop.example")), "shop.example", with("s1._domainkey.mail.shop.example", record(t, strong)), nil, 1},
		{"Ed25519", sign(t, plain, ed), "shop.example", with(at, record(t, ed)), nil, 1},
		{"with a stranger's on top", sign(t, string(signed), strong, by("esp.example")), "shop.example", good, nil, 1},
		{"body changed", edit(signed, "Hello", "Hallo"), "shop.example", good, dkim.ErrInvalid, 1},
		{"From changed", edit(signed, "news@", "evil@"), "shop.example", good, dkim.ErrInvalid, 1},
		{"rewritten for the reader", edit(signed, "<p>", "<b>"), "shop.example", good, dkim.ErrInvalid, 1},
		{"signed by a stranger", sign(t, plain, strong, by("esp.example")), "shop.example", good, dkim.ErrUnsigned, 0},
		{"not signed", []byte(plain), "shop.example", good, dkim.ErrUnsigned, 0},
		{"nothing allowed", signed, "brand.example", good, dkim.ErrNotAllowed, 0},
		{"another From", sign(t, strings.Replace(plain, "shop.example", "brand.example", 1), strong), "shop.example", good, dkim.ErrFrom, 0},
		{"a second From", append([]byte("From: x@shop.example\r\n"), signed...), "shop.example", good, dkim.ErrFrom, 0},
		{"two in From", sign(t, strings.Replace(plain, "Shop <", "a@b.example, <", 1), strong), "shop.example", good, dkim.ErrFrom, 0},
		{"a part of the body", edit(signed, "; bh=", "; l=5; bh="), "shop.example", good, dkim.ErrRefused, 0},
		{"expired", sign(t, plain, strong, func(o *msgauth.SignOptions) { o.Expiration = time.Now().Add(-time.Hour) }), "shop.example", good, dkim.ErrRefused, 0},
		{"From not covered", edit(signed, "h=From:", "h=Frim:"), "shop.example", good, dkim.ErrRefused, 0},
		{"a tag twice", edit(signed, "; bh=", "; d=shop.example; bh="), "shop.example", good, dkim.ErrUnsigned, 0},
		{"a strange selector", edit(signed, "s=s1", "s=s1/x"), "shop.example", good, dkim.ErrRefused, 0},
		{"a weak key", sign(t, plain, weak), "shop.example", with(at, record(t, weak)), dkim.ErrInvalid, 1},
		{"a revoked key", signed, "shop.example", with(at, "v=DKIM1; p="), dkim.ErrKey, 1},
		{"a testing domain", signed, "shop.example", with(at, good[at][0]+"; t=y"), dkim.ErrKey, 1},
		{"two keys", signed, "shop.example", with(at, good[at][0], good[at][0]), dkim.ErrKey, 1},
		{"no key", signed, "shop.example", nil, dkim.ErrKey, 1},
		{"another's key", signed, "shop.example", with(at, record(t, ed)), dkim.ErrInvalid, 1},
		{"too many", bytes.Repeat(signed[:bytes.Index(signed, []byte("From:"))], 11), "shop.example", good, dkim.ErrFrom, 0},
		{"too many before From", append(bytes.Repeat([]byte("DKIM-Signature: v=1; d=shop.example\r\n"), 11), plain...), "shop.example", good, dkim.ErrRefused, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, tt.check)
	}
}

// A verifying is one mail that is verified, and what comes of it.
type verifying struct {
	name    string
	raw     []byte
	domain  string
	records map[string][]string
	want    error
	asked   int
}

// check verifies it.
func (v *verifying) check(t *testing.T) {
	z := &zone{records: v.records}
	proof, err := verifier(z, pins{}).Verify(context.Background(), v.raw, v.domain)
	if !errors.Is(err, v.want) || len(z.asked) != v.asked {
		t.Errorf("%v after asking for %q", err, z.asked)
	}
	if v.want == nil && (proof.Key == "" || proof.Selector != "s1" || !proof.Asked) {
		t.Errorf("%+v", proof)
	}
	for _, name := range z.asked {
		if !strings.HasSuffix(name, "shop.example") {
			t.Errorf("asked for %s", name)
		}
	}
}

// TestPins checks that a key is asked for once, that the first stays, and that one
// domain does not make many be asked for.
func TestPins(t *testing.T) {
	key, other := rsaKey(t, 2048), rsaKey(t, 2048)
	z := &zone{records: map[string][]string{"s1._domainkey.shop.example": {record(t, key)}}}
	p := pins{}
	v := verifier(z, p)
	for i := range 3 {
		if proof, err := v.Verify(context.Background(), sign(t, plain, key), "shop.example"); err != nil || proof.Asked != (i == 0) {
			t.Fatal(proof, err)
		}
	}
	z.records["s1._domainkey.shop.example"] = []string{record(t, other)}
	if _, err := v.Verify(context.Background(), sign(t, plain, other), "shop.example"); !errors.Is(err, dkim.ErrInvalid) {
		t.Errorf("another key under the same name: %v", err)
	}
	if len(z.asked) != 1 {
		t.Errorf("asked for %q", z.asked)
	}
	for _, s := range "abcdefghijkl" {
		z.records[string(s)+"._domainkey.shop.example"] = []string{record(t, key)}
		_, err := v.Verify(context.Background(), sign(t, plain, key, func(o *msgauth.SignOptions) { o.Selector = string(s) }), "shop.example")
		if len(p) == 8 && err != nil && !errors.Is(err, dkim.ErrKey) {
			t.Error(err)
		}
	}
	if len(p) != 8 || len(z.asked) != 8 {
		t.Errorf("%d pinned after %d questions", len(p), len(z.asked))
	}
}

// FuzzVerify checks that no signature without a key counts, and that nobody else's
// key is asked for.
func FuzzVerify(f *testing.F) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sign(f, plain, key))
	f.Add([]byte("DKIM-Signature: v=1; d=shop.example; s=s1; h=from; x=1; bh=; b=\r\nFrom: a@shop.example\r\n\r\n"))
	f.Add([]byte("dkim-signature : \r\n d=x; d=x\r\nFrom: a@shop.example"))
	empty := "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(make([]byte, ed25519.PublicKeySize))
	f.Fuzz(func(t *testing.T, raw []byte) {
		v := &dkim.Verifier{Pins: pins{}, Allowed: func(string) bool { return true },
			LookupTXT: func(_ context.Context, name string) ([]string, error) {
				if !strings.HasSuffix(name, "shop.example") {
					t.Fatalf("asked for %q", name)
				}
				return []string{empty + "; t=y"}, nil
			}}
		if _, err := v.Verify(context.Background(), raw, "shop.example"); err == nil {
			t.Fatal("verified with the key of a domain that is testing")
		}
	})
}
