// Package localcert makes the certificates for the leg between a mail program and
// Unseen on the same machine.
//
// The first one, of [Load], is self-signed, good for 127.0.0.1, ::1 and localhost and
// for servers only, and cannot sign others. Its key is made on the machine, never
// leaves it, and lies beside it in a file that only the reader can read. A mail
// program asks once whether to trust it and then shows its fingerprint, which Unseen
// prints.
//
// A [Keyring] holds authorities, which are made when the reader asks for them and not
// before. An [Authority] signs for the hosts that it was made for and for this
// machine; its certificate permits nothing else (RFC 5280, section 4.2.1.10,
// critical), so that whoever had its key could be nobody else either. What it signs
// lives for a week, in memory only, with a key of its own.
//
// Keys come from crypto/rand and are ECDSA on P-256. A key that others could read is
// not used any more.
package localcert

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

const (
	// fileName holds the certificate and, after it, its key.
	fileName = "local-tls.pem"
	// lifetime is long because a mail program asks anew for each certificate,
	// and short enough for clients that refuse more (825 days).
	lifetime = 800 * 24 * time.Hour
	// renewal is how long before its end a certificate is replaced.
	renewal = 30 * 24 * time.Hour
)

// A Leaf is the certificate and its key.
type Leaf struct {
	// Certificate is what a server is given.
	Certificate tls.Certificate
	// Made says that it was made just now, so that mail programs will ask.
	Made bool
	// Exposed says that it was made because others could read the key of the
	// one before.
	Exposed bool
}

// Load returns the certificate in a directory. It makes one where there is none
// or where it is about to expire, or where others could read its key. The
// directory must exist.
func Load(dir string, now time.Time) (*Leaf, error) {
	path := filepath.Join(dir, fileName)
	cert, err := read(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, errExposed):
	case err != nil:
		return nil, fmt.Errorf("reading local certificate %s: %w", path, err)
	case now.Add(renewal).Before(cert.Leaf.NotAfter) && !now.Before(cert.Leaf.NotBefore):
		return &Leaf{Certificate: cert}, nil
	}
	exposed := errors.Is(err, errExposed)
	content, err := generate(now)
	if err != nil {
		return nil, fmt.Errorf("making local certificate: %w", err)
	}
	if err := write(path, content); err != nil {
		return nil, fmt.Errorf("writing local certificate: %w", err)
	}
	if cert, err = parse(content); err != nil {
		return nil, fmt.Errorf("making local certificate: %w", err)
	}
	return &Leaf{Certificate: cert, Made: true, Exposed: exposed}, nil
}

// Fingerprint returns the SHA-256 of the certificate as mail programs show it:
// pairs of hexadecimal capitals with colons between.
func (l *Leaf) Fingerprint() string {
	return fingerprint(l.Certificate.Certificate[0])
}

// Config returns what a local TLS server needs: TLS 1.2 or later, since old mail
// programs know no 1.3.
func (l *Leaf) Config() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{l.Certificate}, MinVersion: tls.VersionTLS12}
}

// generate makes a key and its certificate, in PEM.
func generate(now time.Time) ([]byte, error) {
	key, serial, err := draw()
	if err != nil {
		return nil, err
	}
	template := leafTemplate(serial, []string{"localhost", "127.0.0.1", "::1"}, now, now.Add(lifetime))
	template.Subject = pkix.Name{CommonName: "Unseen on this computer"}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	return encode(der, key)
}

// errExposed is a file that others can read: its key may be anybody's by now.
var errExposed = errors.New("localcert: others can read it")

// read reads the file, which nobody else may be able to read.
func read(path string) (tls.Certificate, error) {
	info, err := os.Stat(path)
	if err != nil {
		return tls.Certificate{}, err
	}
	if open := info.Mode().Perm() & 0o077; open != 0 && filepath.Separator == '/' {
		return tls.Certificate{}, errExposed
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return tls.Certificate{}, err
	}
	return parse(content)
}

// parse reads certificate and key from PEM.
func parse(content []byte) (tls.Certificate, error) {
	cert, err := tls.X509KeyPair(content, content)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("parsing: %w; delete it, and a new one is made", err)
	}
	return cert, nil
}

// write puts the file in its place whole or not at all, readable to its owner.
func write(path string, content []byte) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".local-tls-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(tmp.Name())
		}
	}()
	_, err = tmp.Write(content)
	if err == nil {
		err = tmp.Sync()
	}
	if closing := tmp.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
