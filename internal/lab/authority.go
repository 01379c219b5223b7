package lab

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// An Authority is a certificate authority made for one test. It signs one leaf
// for 127.0.0.1, ::1 and localhost.
type Authority struct {
	// CAFile, CertFile and KeyFile are PEM files, for programs.
	CAFile, CertFile, KeyFile string
	// Pool trusts the authority, for clients written in Go.
	Pool *x509.CertPool
	// Leaf is what a server in the test shows.
	Leaf tls.Certificate

	root *x509.Certificate
	key  *ecdsa.PrivateKey
}

// NewAuthority makes an authority and writes its files into a directory of its
// own. Its leaf is good for further names if there are any.
func NewAuthority(t testing.TB, names ...string) *Authority {
	t.Helper()
	dir := Dir(t)
	a := &Authority{
		CAFile:   filepath.Join(dir, "ca.pem"),
		CertFile: filepath.Join(dir, "leaf.pem"),
		KeyFile:  filepath.Join(dir, "leaf.key"),
		Pool:     x509.NewCertPool(),
	}
	root, rootKey := mustSign(t, template("Unseen lab authority", true), nil, nil)
	server := template("localhost", false)
	server.DNSNames = append(server.DNSNames, names...)
	leaf, leafKey := mustSign(t, server, root, rootKey)
	a.root, a.key = root, rootKey
	a.Pool.AddCert(root)
	a.Leaf = tls.Certificate{Certificate: [][]byte{leaf.Raw, root.Raw}, PrivateKey: leafKey, Leaf: leaf}

	key, err := x509.MarshalPKCS8PrivateKey(leafKey)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, a.CAFile, "CERTIFICATE", root.Raw)
	writePEM(t, a.CertFile, "CERTIFICATE", leaf.Raw)
	writePEM(t, a.KeyFile, "PRIVATE KEY", key)
	return a
}

// ServerConfig is for servers in the test.
func (a *Authority) ServerConfig() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{a.Leaf}}
}

// ClientConfig is for clients in the test.
func (a *Authority) ClientConfig() *tls.Config {
	return &tls.Config{RootCAs: a.Pool, ServerName: "localhost"}
}

func template(name string, authority bool) *x509.Certificate {
	c := &x509.Certificate{
		SerialNumber:          big.NewInt(time.Now().UnixNano()),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(48 * time.Hour),
		BasicConstraintsValid: true,
		IsCA:                  authority,
	}
	if authority {
		c.KeyUsage = x509.KeyUsageCertSign
		return c
	}
	c.KeyUsage = x509.KeyUsageDigitalSignature
	c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	c.DNSNames = []string{"localhost"}
	c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	return c
}

// anyName is for a server that answers to whatever name it is called by.
func (a *Authority) anyName() *tls.Config {
	return &tls.Config{GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		c := template("any", false)
		c.DNSNames = append(c.DNSNames, hello.ServerName)
		leaf, key, err := sign(c, a.root, a.key)
		if err != nil {
			return nil, err
		}
		return &tls.Certificate{Certificate: [][]byte{leaf.Raw, a.root.Raw}, PrivateKey: key}, nil
	}}
}

// sign makes a key and a certificate for it; without a parent it signs itself.
func sign(c, parent *x509.Certificate, parentKey *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("making a key: %w", err)
	}
	if parent == nil {
		parent, parentKey = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, parentKey)
	if err != nil {
		return nil, nil, fmt.Errorf("signing: %w", err)
	}
	out, err := x509.ParseCertificate(der)
	return out, key, err
}

func mustSign(t testing.TB, c, parent *x509.Certificate, parentKey *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	out, key, err := sign(c, parent, parentKey)
	if err != nil {
		t.Fatal(err)
	}
	return out, key
}

func writePEM(t testing.TB, path, kind string, der []byte) {
	t.Helper()
	// The key is the test's own and lives an hour; Dovecot's login process
	// reads it under another user.
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o644); err != nil {
		t.Fatal(err)
	}
}
