package store

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// settingKeyCheck says which key belongs to the store, without telling it.
const settingKeyCheck = "key check"

// openKey reads the master key, or makes it for a new store.
func (s *Store) openKey(ctx context.Context) error {
	check, made, err := s.Setting(ctx, settingKeyCheck)
	if err != nil {
		return err
	}
	path := s.path(keyName)
	b, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && made:
		return fmt.Errorf("%w: %s is missing: put the one from your backup there; without it old mail shows no pictures", ErrKey, path)
	case errors.Is(err, fs.ErrNotExist):
		if b, err = makeKey(path); err != nil {
			return err
		}
	case err != nil:
		return fmt.Errorf("reading key: %w", err)
	}
	if len(b) != len(s.master) {
		return fmt.Errorf("%w: %s is not a key of %d octets: put the one from your backup there", ErrKey, path, len(s.master))
	}
	copy(s.master[:], b)
	derived, err := hkdf.Key(sha256.New, s.master[:], nil, "unseen key check 1", 16)
	if err != nil {
		return err
	}
	mark := hex.EncodeToString(derived)
	if made && check != mark {
		return fmt.Errorf("%w: %s belongs to another store: put the one from your backup there", ErrKey, path)
	}
	if made {
		return nil
	}
	return s.SetSetting(ctx, settingKeyCheck, mark)
}

// makeKey writes a new key, whole and on disk, before anything is made with it.
func makeKey(path string) ([]byte, error) {
	b := make([]byte, 32)
	rand.Read(b) // never fails: crypto/rand ends the program instead
	part := path + ".new"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("making key: %w", err)
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, fmt.Errorf("making key: %w", err)
	}
	if err := os.Rename(part, path); err != nil {
		return nil, fmt.Errorf("making key: %w", err)
	}
	return b, nil
}

// AccountKey is the key of an account's tokens. It follows from the key file
// and the address alone, so that tokens can be made again from the mail alone.
func (s *Store) AccountKey(address string) ([32]byte, error) {
	var key [32]byte
	b, err := hkdf.Key(sha256.New, s.master[:], nil, "unseen account key 1\x00"+strings.ToLower(address), len(key))
	if err != nil {
		return key, fmt.Errorf("deriving key: %w", err)
	}
	copy(key[:], b)
	return key, nil
}
