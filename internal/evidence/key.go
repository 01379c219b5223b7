package evidence

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/crypto/ssh"
)

// KeyFile is what the key is called in the data directory.
const KeyFile = "evidence.key"

// Key returns the key that bags are sealed with, an Ed25519 one in OpenSSH's form
// at a path, and makes it where there is none. It is for nothing else; whoever has
// it can seal bags in the reader's name.
func Key(file string) (ssh.Signer, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		if text, err = makeKey(file); err != nil {
			return nil, err
		}
	} else if err != nil {
		return nil, fmt.Errorf("reading the key of evidence: %w", err)
	}
	key, err := ssh.ParsePrivateKey(text)
	if err != nil {
		return nil, fmt.Errorf("reading the key of evidence in %s: %w", file, err)
	}
	return key, nil
}

// makeKey makes a key and keeps it for its owner alone. Of two that are made at
// once the first one stays.
func makeKey(file string) ([]byte, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making the key of evidence: %w", err)
	}
	block, err := ssh.MarshalPrivateKey(private, "Unseen evidence")
	if err != nil {
		return nil, fmt.Errorf("making the key of evidence: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, fmt.Errorf("keeping the key of evidence: %w", err)
	}
	text := pem.EncodeToMemory(block)
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return os.ReadFile(file)
	}
	if err != nil {
		return nil, fmt.Errorf("keeping the key of evidence: %w", err)
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, fmt.Errorf("keeping the key of evidence: %w", err)
	}
	return text, nil
}
