package command

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/internal/setup"
	"github.com/unseen-mail/unseen/internal/words"
)

// certificateOf writes the certificate that Unseen shows to mail programs into a
// file, and returns its path. It is taken from the port itself and compared with
// the fingerprint that Unseen told over its socket: whoever else listens there has
// another.
func (s *session) certificateOf(ctx context.Context, dir string, l setup.Local) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	dialer := tls.Dialer{Config: &tls.Config{
		InsecureSkipVerify: true, //nolint:gosec // the fingerprint is compared below
		VerifyConnection: func(state tls.ConnectionState) error {
			if fingerprint(state.PeerCertificates[0].Raw) != l.Fingerprint {
				return fmt.Errorf("its fingerprint is %s", fingerprint(state.PeerCertificates[0].Raw))
			}
			return nil
		},
	}}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(setup.Host, strconv.Itoa(l.IMAPS)))
	if err != nil {
		return "", s.fault(err, words.SetupNoCertificate, words.SetupNoCertificateHint, "port", l.IMAPS, "what", err)
	}
	defer conn.Close()
	leaf := conn.(*tls.Conn).ConnectionState().PeerCertificates[0].Raw
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf})
	path := filepath.Join(dir, "local-certificate.pem")
	if had, err := os.ReadFile(path); err == nil && bytes.Equal(had, text) {
		return path, nil
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return "", fmt.Errorf("writing the certificate: %w", err)
	}
	return path, nil
}

// fingerprint is the SHA-256 of a certificate as mail programs show it.
func fingerprint(der []byte) string {
	sum := sha256.Sum256(der)
	text := strings.ToUpper(hex.EncodeToString(sum[:]))
	var pairs []string
	for i := 0; i < len(text); i += 2 {
		pairs = append(pairs, text[i:i+2])
	}
	return strings.Join(pairs, ":")
}
