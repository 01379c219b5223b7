package localcert

import (
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// authorityFiles hold an authority each, certificate and key.
	authorityPrefix, authoritySuffix = "authority-", ".pem"
	// signedName holds the leaf for this machine that an authority signed.
	signedName = "local-tls-signed.pem"
	// authorityRenewal is how long before its end an authority gets a successor:
	// long, for trusting it takes the reader.
	authorityRenewal = 60 * 24 * time.Hour
)

// A Keyring holds the local authorities of one user. The hosts that an authority
// may sign for are part of its certificate, so a new host means another authority:
// the ones before it stay, and whatever trusts them goes on working. It is safe for
// several goroutines.
type Keyring struct {
	dir string

	mu   sync.Mutex // guards what follows
	list []*Authority
	here *tls.Certificate
	// exposed are how many are not used because others could read their keys.
	exposed int
}

// OpenKeyring reads the authorities in a directory, of which there may be none. It
// makes nothing. One whose key others could read is not used.
func OpenKeyring(dir string) (*Keyring, error) {
	k := &Keyring{dir: dir}
	names, err := authorityNames(dir)
	if err != nil {
		return nil, fmt.Errorf("looking for local authorities: %w", err)
	}
	for _, name := range names {
		a, err := readAuthority(filepath.Join(dir, name))
		switch {
		case errors.Is(err, errExposed):
			k.exposed++
		case err != nil:
			return nil, fmt.Errorf("reading local authority %s: %w", name, err)
		default:
			k.list = append(k.list, a)
		}
	}
	return k, nil
}

// authorityNames are the files of authorities, the oldest first.
func authorityNames(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if numberOf(e.Name()) > 0 {
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, func(a, b string) int { return numberOf(a) - numberOf(b) })
	return names, nil
}

// numberOf is the number in the name of an authority's file, 0 for another file.
func numberOf(name string) int {
	digits, ok := strings.CutPrefix(name, authorityPrefix)
	digits, end := strings.CutSuffix(digits, authoritySuffix)
	n, err := strconv.Atoi(digits)
	if !ok || !end || err != nil || n < 0 {
		return 0
	}
	return n
}

// readAuthority reads a file that nobody else may be able to read.
func readAuthority(path string) (*Authority, error) {
	pair, err := read(path)
	if err != nil {
		return nil, err
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok || pair.Leaf == nil || !pair.Leaf.IsCA || !pair.Leaf.PermittedDNSDomainsCritical {
		return nil, errors.New("it is not an authority of Unseen's making; delete it, and run \"unseen ca install\"")
	}
	return &Authority{cert: pair.Leaf, key: key, hosts: hostsOf(pair.Leaf), leaves: make(map[string]*tls.Certificate)}, nil
}

// Authorities are all that are used, the oldest first.
func (k *Keyring) Authorities() []*Authority {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.list)
}

// Exposed is how many are not used because others could read their keys. What
// trusts them should not.
func (k *Keyring) Exposed() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.exposed
}

// Missing are those of the hosts that no authority may sign for, or none for long.
func (k *Keyring) Missing(hosts []string, now time.Time) []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.missing(hosts, now)
}

func (k *Keyring) missing(hosts []string, now time.Time) []string {
	var out []string
	for _, host := range hosts {
		covered := func(a *Authority) bool { return a.covers(host) && lives(a.cert, now, authorityRenewal) }
		if !slices.ContainsFunc(k.list, covered) {
			out = append(out, host)
		}
	}
	return out
}

// Cover sees to it that each host has an authority that may sign for it for long,
// and makes those that are missing, most often one. It returns what it made. A host
// that is neither a name nor an address is an error, and so are more than 200.
func (k *Keyring) Cover(hosts []string, now time.Time) ([]*Authority, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	alive := func(a *Authority) bool { return lives(a.cert, now, authorityRenewal) }
	var made []*Authority
	for {
		missing := k.missing(hosts, now)
		if len(missing) == 0 && slices.ContainsFunc(k.list, alive) {
			return made, nil
		}
		a, err := newAuthority(apart(missing), now)
		if err != nil {
			return made, fmt.Errorf("making local authority: %w", err)
		}
		if err := k.keep(a); err != nil {
			return made, fmt.Errorf("writing local authority: %w", err)
		}
		made = append(made, a)
	}
}

// keep writes an authority to disk, and uses it from there on.
func (k *Keyring) keep(a *Authority) error {
	content, err := encode(a.cert.Raw, a.key)
	if err != nil {
		return err
	}
	names, err := authorityNames(k.dir)
	if err != nil {
		return err
	}
	next := 1
	if len(names) > 0 {
		next = numberOf(names[len(names)-1]) + 1
	}
	if err := write(filepath.Join(k.dir, authorityPrefix+strconv.Itoa(next)+authoritySuffix), content); err != nil {
		return err
	}
	k.list = append(k.list, a)
	return nil
}

// Leaf returns a certificate for a host by the oldest authority that is still good
// for it, for the one that was trusted first is trusted most widely. It returns
// [ErrNotPermitted] where there is none.
func (k *Keyring) Leaf(host string, now time.Time) (*tls.Certificate, error) {
	for _, a := range k.Authorities() {
		if a.covers(host) && lives(a.cert, now, 0) {
			return a.leaf(host, now)
		}
	}
	return nil, ErrNotPermitted
}

// Local returns the certificate for this machine itself: nil without an authority.
// It is kept on disk as long as its authority, for some programs know it by its
// fingerprint.
func (k *Keyring) Local(now time.Time) (*Leaf, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.here != nil && lives(k.here.Leaf, now, 0) {
		return &Leaf{Certificate: *k.here}, nil
	}
	at := slices.IndexFunc(k.list, func(a *Authority) bool { return lives(a.cert, now, 0) })
	if at < 0 {
		return nil, nil
	}
	signer, path := k.list[at], filepath.Join(k.dir, signedName)
	kept, err := read(path)
	if err == nil && lives(kept.Leaf, now, 0) && kept.Leaf.CheckSignatureFrom(signer.cert) == nil {
		k.here = &kept
		return &Leaf{Certificate: kept}, nil
	}
	made, err := signer.mint([]string{"localhost", "127.0.0.1", "::1"}, now, lifetime)
	if err != nil {
		return nil, fmt.Errorf("signing local certificate: %w", err)
	}
	content, err := encode(made.Certificate[0], made.PrivateKey.(*ecdsa.PrivateKey))
	if err == nil {
		err = write(path, content)
	}
	if err != nil {
		return nil, fmt.Errorf("writing local certificate: %w", err)
	}
	k.here = made
	return &Leaf{Certificate: *made, Made: true}, nil
}

// Remove deletes all authorities with their keys, those that are not used too, and
// what they signed.
func (k *Keyring) Remove() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.list, k.here, k.exposed = nil, nil, 0
	return removeAuthorities(k.dir)
}

func removeAuthorities(dir string) error {
	names, err := authorityNames(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking for local authorities: %w", err)
	}
	for _, name := range append(names, signedName) {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("removing local authority: %w", err)
		}
	}
	return nil
}

// encode writes a certificate and its key in PEM.
func encode(der []byte, key *ecdsa.PrivateKey) ([]byte, error) {
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("writing key: %w", err)
	}
	out := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return append(out, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})...), nil
}
