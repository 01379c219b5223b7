package e2e_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/native"
)

// A keyring is a GnuPG of its own, with keys for the reader and for a sender.
type keyring struct {
	t      *testing.T
	home   string
	sender string
}

// newKeyring makes both keys, without passwords.
func newKeyring(t *testing.T, sender string) *keyring {
	t.Helper()
	lab.Need(t, "gpg", "gpgconf")
	// The agent's socket has a path of its own length: no long directories.
	k := &keyring{t: t, home: lab.Dir(t), sender: sender}
	if err := os.Chmod(k.home, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.run("gpgconf", nil, "--kill", "all") })
	for _, who := range []string{reader, sender} {
		k.run("gpg", nil, "--batch", "--passphrase", "", "--quick-generate-key", who+" <"+who+">", "default", "default", "never")
	}
	return k
}

// run runs a program of GnuPG and returns what it wrote.
func (k *keyring) run(name string, in []byte, args ...string) []byte {
	k.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env, cmd.Stdin = append(os.Environ(), "GNUPGHOME="+k.home), bytes.NewReader(in)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		k.t.Fatalf("%s %v: %v\n%s", name, args, err, said.Bytes())
	}
	return out
}

// part is the HTML of a mail as a part of its own, and the header that is left.
func part(mail []byte) (head, inner []byte) {
	head, html, _ := bytes.Cut(mail, []byte("\r\n\r\n"))
	var kept []string
	for line := range strings.SplitSeq(string(head), "\r\n") {
		if !strings.HasPrefix(line, "MIME-Version:") && !strings.HasPrefix(line, "Content-Type:") {
			kept = append(kept, line)
		}
	}
	return append(today([]byte(strings.Join(kept, "\r\n"))), "\r\nMIME-Version: 1.0\r\n"...),
		append([]byte("Content-Type: text/html; charset=utf-8\r\n\r\n"), html...)
}

// today dates a mail at the time when it is signed: Thunderbird holds a signature for bad
// that was made on another day.
func today(head []byte) []byte {
	return bytes.Replace(head, []byte("Mon, 2 Mar 2026 08:00:00 +0000"), []byte(time.Now().Format(time.RFC1123Z)), 1)
}

// signed is the mail with a signature beside it (RFC 3156, section 5).
func (k *keyring) signed(mail []byte) []byte {
	head, inner := part(mail)
	inner = bytes.TrimRight(inner, "\r\n")
	signature := k.run("gpg", inner, "--batch", "--armor", "--detach-sign", "--digest-algo", "SHA512", "-u", k.sender)
	return fmt.Appendf(head, "Content-Type: multipart/signed; micalg=pgp-sha512; protocol=\"application/pgp-signature\"; boundary=seal\r\n\r\n"+
		"--seal\r\n%s\r\n--seal\r\nContent-Type: application/pgp-signature; name=signature.asc\r\n\r\n%s\r\n--seal--\r\n", inner, lab.Lines(signature))
}

// encrypted is the mail for the reader alone, signed within (RFC 3156, section 6.2).
func (k *keyring) encrypted(mail []byte) []byte {
	head, inner := part(mail)
	secret := k.run("gpg", inner, "--batch", "--armor", "--trust-model", "always", "--sign", "--encrypt", "-u", k.sender, "-r", reader)
	return fmt.Appendf(head, "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=seal\r\n\r\n"+
		"--seal\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n"+
		"--seal\r\nContent-Type: application/octet-stream; name=encrypted.asc\r\n\r\n%s\r\n--seal--\r\n", lab.Lines(secret))
}

// Mails that OpenPGP signs and encrypts: Thunderbird decrypts them and finds the
// signature good, and what they load is held as in every other.
func TestAddOnOpenPGP(t *testing.T) {
	k := newKeyring(t, "news@harbourbooks.example")
	h := openAddOnHouse(t, [][]byte{
		tellTale("harbourbooks.example", "Five novels", "b39d93bee08f7841fefeb18b54beaec9"),
		k.signed(tellTale("harbourbooks.example", "Signed novels", "0c44f1a2b07d4f7aa1d7e8e0b5f3c111")),
		k.encrypted(tellTale("harbourbooks.example", "Sealed novels", "5a11d0b6c07d4f7aa1d7e8e0b5f3c222")),
	})
	tb := lab.StartThunderbird(t, h.reader(h.direct()))
	tb.Keys(t, k.run("gpg", nil, "--batch", "--armor", "--export-secret-keys", reader), k.run("gpg", nil, "--armor", "--export", k.sender))
	tb.Sync(t, 3)
	h.reached(t, tb)
	h.sealed(t, tb, "Signed novels", lab.Seals{By: "OpenPGP", Signed: "verified"}, shows("cover.png"))
	// Thunderbird itself loads nothing of what was encrypted, and the add-on opens nothing.
	h.sealed(t, tb, "Sealed novels", lab.Seals{By: "OpenPGP", Signed: "verified", Encrypted: "ok"}, shows())
	picture(t, tb, "sealed")
	tb.Enable(t, native.AddOn, false)
	for _, subject := range []string{"Sealed novels", "Signed novels"} {
		learned(h.house)
		tb.Open(t, subject)
		time.Sleep(quiet)
		if hits := learned(h.house); (len(hits) > 0) != (subject == "Signed novels") {
			t.Errorf("without the add-on, %s tells %d", subject, len(hits))
		}
	}
}
