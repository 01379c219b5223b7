package lab

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// stamperConfig makes OpenSSL a time-stamping authority.
const stamperConfig = `
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

// StartStamper starts a time-stamping authority of OpenSSL's, over HTTP, which ends with
// the test. It returns its address and the file of its root.
func StartStamper(t testing.TB) (address, root string) {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		Missing(t, "openssl")
	}
	dir := Dir(t)
	if err := os.WriteFile(filepath.Join(dir, "tsa.conf"), []byte(stamperConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := inDir(dir, `echo 01 > serial
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
		if out, err := inDir(dir, "openssl ts -reply -config tsa.conf -queryfile query -out answer"); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		answer, _ := os.ReadFile(filepath.Join(dir, "answer"))
		w.Header().Set("Content-Type", "application/timestamp-reply")
		_, _ = w.Write(answer)
	}))
	t.Cleanup(server.Close)
	return server.URL, filepath.Join(dir, "ca.pem")
}

// inDir runs a script in a directory.
func inDir(dir, script string) ([]byte, error) {
	cmd := exec.Command("sh", "-ec", script)
	cmd.Dir = dir
	return cmd.CombinedOutput()
}

// Run runs a script in a directory, as a person who checks something would, and fails the
// test if any of its commands does.
func Run(t testing.TB, dir, script string) string {
	t.Helper()
	out, err := inDir(dir, script)
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return string(out)
}
