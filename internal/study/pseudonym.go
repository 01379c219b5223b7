package study

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
)

// keySize is the length of a study's key in octets.
const keySize = 32

// A pseudonymiser makes names by which what is the same can be told to be the same, and
// nothing else. With no key, in a study of declared seeds, everybody can make them.
type pseudonymiser struct{ key []byte }

// name returns a name for a text, of its own for each use.
func (p pseudonymiser) name(use string, texts ...string) string {
	var sum []byte
	// Each text with its length, so that no two lists are alike.
	write := func(w io.Writer) {
		for _, t := range append([]string{use}, texts...) {
			fmt.Fprintf(w, "%d:%s", len(t), t)
		}
	}
	if p.key == nil {
		h := sha256.New()
		write(h)
		sum = h.Sum(nil)
	} else {
		h := hmac.New(sha256.New, p.key)
		write(h)
		sum = h.Sum(nil)
	}
	return hex.EncodeToString(sum[:16])
}

// makeKey writes a new key.
func makeKey(path string) error {
	key := make([]byte, keySize)
	rand.Read(key)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("making the study's key: %w", err)
	}
	_, err = f.WriteString(hex.EncodeToString(key) + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("making the study's key: %w", err)
	}
	return nil
}

// readKey reads a key.
func readKey(path string) ([]byte, error) {
	written, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the study's key: %w", err)
	}
	if len(written) < 2*keySize {
		return nil, fmt.Errorf("reading the study's key: %w", ErrKey)
	}
	key, err := hex.DecodeString(string(written[:2*keySize]))
	if err != nil {
		return nil, fmt.Errorf("reading the study's key: %w", ErrKey)
	}
	return key, nil
}

// destroyKey writes over a key and removes it. What the disk or a backup keeps of it
// is out of reach.
func destroyKey(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("destroying the study's key: %w", err)
	}
	_, err = f.Write(make([]byte, 2*keySize))
	if err = errors.Join(err, f.Sync(), f.Close(), os.Remove(path)); err != nil {
		return fmt.Errorf("destroying the study's key: %w", err)
	}
	return nil
}
