package e2e_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
)

// signed is a newsletter that is signed by S/MIME, and the file of the certificate that
// vouches for it.
func signed(t *testing.T, domain, subject, id string) (mail []byte, authority string) {
	t.Helper()
	lab.Need(t, "openssl")
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	openssl := func(args ...string) {
		if out, err := exec.Command("openssl", args...).CombinedOutput(); err != nil {
			t.Fatalf("openssl %v: %v\n%s", args, err, out)
		}
	}
	ext := "[v]\nbasicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=emailProtection\nsubjectAltName=email:news@" + domain + "\n"
	if err := os.WriteFile(file("ext"), []byte(ext), 0o600); err != nil {
		t.Fatal(err)
	}
	openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", file("ca.key"), "-out", file("ca.pem"), "-days", "300", "-subj", "/CN=Lab mail authority",
		"-addext", "keyUsage=keyCertSign,cRLSign")
	openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", file("key"), "-out", file("csr"), "-subj", "/CN=The bookshop/emailAddress=news@"+domain)
	openssl("x509", "-req", "-in", file("csr"), "-CA", file("ca.pem"), "-CAkey", file("ca.key"), "-CAcreateserial", "-out", file("crt"), "-days", "200",
		"-extfile", file("ext"), "-extensions", "v")
	head, html, _ := bytes.Cut(tellTale(domain, subject, id), []byte("\r\n\r\n"))
	part := append([]byte("Content-Type: text/html; charset=utf-8\r\n\r\n"), html...)
	if err := os.WriteFile(file("part"), part, 0o600); err != nil {
		t.Fatal(err)
	}
	openssl("smime", "-sign", "-in", file("part"), "-out", file("signed"), "-signer", file("crt"), "-inkey", file("key"), "-binary", "-crlfeol")
	body, err := os.ReadFile(file("signed"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(head), "\r\n")
	kept := lines[:0]
	for _, line := range lines {
		if !strings.HasPrefix(line, "MIME-Version:") && !strings.HasPrefix(line, "Content-Type:") {
			kept = append(kept, line)
		}
	}
	return append([]byte(strings.Join(kept, "\r\n")+"\r\n"), lab.Lines(body)...), file("ca.pem")
}

// In a signed mail the relay changes nothing; the add-on holds its loads all the same.
func TestAddOnSigned(t *testing.T) {
	mail, authority := signed(t, "harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9")
	h := openAddOnHouse(t, [][]byte{mail})
	with := h.reader(h.direct())
	install := with.Before
	with.Before = func(profile string) {
		install(profile)
		cmd := exec.Command("certutil", "-A", "-d", "sql:"+profile, "-n", "lab mail", "-t", ",C,", "-i", authority)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("certutil: %v\n%s", err, out)
		}
	}
	tb := lab.StartThunderbird(t, with)
	tb.Sync(t, 1)
	h.reached(t, tb)
	learned(h.house)
	tb.Open(t, "Five novels")
	time.Sleep(quiet)
	h.only(t, learned(h.house), "a signed mail", "www.harbourbooks.example/cover.png")
	var label string
	tb.Do(t, &label, `return pane().messageBrowser.contentWindow.document.querySelector("#cryptoBox .crypto-label")?.textContent || "";`)
	if label != "S/MIME" {
		t.Errorf("the mail is not taken for a signed one: %q", label)
	}
	if told := tb.Told(t); told.Bars != 1 || told.Badge == "" {
		t.Errorf("it shows %+v", told)
	}
	picture(t, tb, "signed")
}
