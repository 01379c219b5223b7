package bag_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/unseen-mail/unseen/internal/evidence/bag"
)

// authorityConfig makes OpenSSL a time-stamping authority.
const authorityConfig = `
[ tsa ]
default_tsa = tsa1
[ tsa1 ]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[ req ]
distinguished_name = name
[ name ]
[ ca ]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[ stamper ]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
`

// authority is a time-stamping authority of OpenSSL's, over HTTP. It returns its
// address and the file of its root.
func authority(t *testing.T) (address, root string) {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl is not installed")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "tsa.conf"), []byte(authorityConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := inside(dir, `echo 01 > serial
openssl req -config tsa.conf -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -subj "/CN=Test Root" -days 2 -extensions ca
openssl req -config tsa.conf -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tsa.key -out tsa.csr -subj "/CN=Test Time"
openssl x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile tsa.conf -extensions stamper -out tsa.pem`); err != nil {
		t.Fatalf("making the authority: %v\n%s", err, out)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query, err := io.ReadAll(r.Body)
		if err != nil || r.Header.Get("Content-Type") != "application/timestamp-query" {
			http.Error(w, "no query", http.StatusBadRequest)
			return
		}
		if err := os.WriteFile(filepath.Join(dir, "query"), query, 0o600); err != nil {
			t.Error(err)
		}
		if out, err := inside(dir, "openssl ts -reply -config tsa.conf -queryfile query -out answer"); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		answer, _ := os.ReadFile(filepath.Join(dir, "answer"))
		w.Header().Set("Content-Type", "application/timestamp-reply")
		_, _ = w.Write(answer)
	}))
	t.Cleanup(server.Close)
	return server.URL, filepath.Join(dir, "ca.pem")
}

// stamped makes a bag with a time stamp.
func stamped(t *testing.T) (dir, root string, s bag.Stamp) {
	t.Helper()
	key := newKey(t)
	dir = sealed(t, small, key)
	address, root := authority(t)
	request, err := bag.StampRequest(dir)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := bag.AskStamp(context.Background(), http.DefaultClient, address, request)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = bag.AddStamp(dir, answer, key); err != nil {
		t.Fatal(err)
	}
	return dir, root, s
}

func TestStamp(t *testing.T) {
	dir, root, s := stamped(t)
	if s.Authority != "CN=Test Time" || s.Time.IsZero() {
		t.Errorf("stamp %+v", s)
	}
	result := verify(t, dir)
	if !result.Whole() || len(result.Stamps) != 1 || result.Stamps[0] != s {
		t.Errorf("%+v", result)
	}
	// What VERIFY.md tells people to do.
	line := "openssl ts -verify -data tagmanifest-sha512.txt -in " + s.Path + " -CAfile " + root
	if out, err := inside(dir, line); err != nil {
		t.Errorf("%s: %v\n%s", line, err, out)
	}
}

// TestStampOctets changes every octet of a time stamp, and of its signature.
func TestStampOctets(t *testing.T) {
	dir, _, s := stamped(t)
	for _, name := range []string{s.Path, s.Path + ".sig"} {
		at := filepath.Join(dir, name)
		text, err := os.ReadFile(at)
		if err != nil {
			t.Fatal(err)
		}
		for i := range text {
			changed := bytes.Clone(text)
			changed[i] ^= 1
			if err := os.WriteFile(at, changed, 0o600); err != nil {
				t.Fatal(err)
			}
			if verify(t, dir).Whole() {
				t.Errorf("%s: octet %d changed and not noticed", name, i)
			}
		}
		if err := os.WriteFile(at, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestStampOfAnother(t *testing.T) {
	dir, _, s := stamped(t)
	answer, err := os.ReadFile(filepath.Join(dir, s.Path))
	if err != nil {
		t.Fatal(err)
	}
	key := newKey(t)
	other := sealed(t, map[string]string{"data/x": "x"}, key)
	if _, err := bag.AddStamp(other, answer, key); !errors.Is(err, bag.ErrStamp) {
		t.Errorf("a stamp of another bag: %v", err)
	}
	if _, err := bag.AddStamp(other, []byte("nothing"), key); !errors.Is(err, bag.ErrStamp) {
		t.Errorf("no stamp: %v", err)
	}
	// Sealed again, the stamp is of what was there before.
	if err := bag.Seal(dir, nil, key); err != nil {
		t.Fatal(err)
	}
	if result := verify(t, dir); !result.Whole() || len(result.Stamps) != 0 {
		t.Errorf("%+v", result)
	}
}
