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
	return signedAs(t, domain, tellTale(domain, subject, id))
}

// signedAs signs a mail of one text for a domain.
func signedAs(t *testing.T, domain string, raw []byte) (mail []byte, authority string) {
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
	head, inner := part(raw)
	if err := os.WriteFile(file("part"), inner, 0o600); err != nil {
		t.Fatal(err)
	}
	openssl("smime", "-sign", "-in", file("part"), "-out", file("signed"), "-signer", file("crt"), "-inkey", file("key"), "-binary", "-crlfeol")
	body, err := os.ReadFile(file("signed"))
	if err != nil {
		t.Fatal(err)
	}
	return append(bytes.TrimSuffix(head, []byte("MIME-Version: 1.0\r\n")), lab.Lines(body)...), file("ca.pem")
}

// In a signed mail the relay changes nothing; the add-on holds its loads all the same,
// and the signature is shown as valid. That of a mail that was changed is not.
func TestAddOnSigned(t *testing.T) {
	mail, authority := signed(t, "harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9")
	forged := bytes.Replace(mail, []byte("Subject: Five novels"), []byte("Subject: Four novels"), 1)
	forged = bytes.Replace(forged, []byte("Five novels for a long"), []byte("Four novels for a long"), 1)
	h := openAddOnHouse(t, [][]byte{mail, forged})
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
	tb.Sync(t, 2)
	h.reached(t, tb)
	h.sealed(t, tb, "Five novels", lab.Seals{By: "S/MIME", Signed: "ok"}, shows("cover.png"))
	picture(t, tb, "signed")
	// What is not valid gets no icon, as in Thunderbird without the add-on.
	h.sealed(t, tb, "Four novels", lab.Seals{By: "S/MIME"}, shows("cover.png"))
}

// sealed opens a mail and wants Thunderbird to say so of its seals, one line in it, and
// its loads held but for those, which are there already.
func (h *addOnHouse) sealed(t *testing.T, tb *lab.Thunderbird, subject string, want lab.Seals, seen []string) {
	t.Helper()
	learned(h.house)
	shown := tb.Open(t, subject)
	var seals lab.Seals
	lab.Until(20*time.Second, func() bool { seals = tb.Seals(t); return seals == want })
	h.tells(t, tb, func(told lab.Told) bool { return strings.Contains(told.Bar, "They were not told") && told.Badge != "" })
	// Only now has all that the line needs been drawn beside them.
	if seals = tb.Seals(t); seals != want {
		t.Errorf("of %s it shows %+v, want %+v; the console says %q", subject, seals, want, tb.Said(t))
	}
	if told := tb.Told(t); told.Bars != 1 {
		t.Errorf("of %s it shows %+v", subject, told)
	}
	time.Sleep(quiet)
	h.only(t, learned(h.house), subject)
	pictures(t, subject, shown, seen)
}
