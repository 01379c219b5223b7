package consent

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
)

// The labels keep the hashes of one use apart from those of any other. They
// are part of all forms and final.
const (
	labelChain  = "unseen consent chain"
	labelKey    = "unseen consent key"
	labelRecord = "unseen consent record"
)

var (
	errKey  = errors.New("its key was changed")
	errSeal = errors.New("its payload does not open with its key")
)

// chain returns the hash of a row: SHA-256 over label, version, number,
// previous hash and sealed octets, each preceded by its length as eight octets,
// most significant first.
func chain(r *Row) Hash {
	b := make([]byte, 0, 160)
	field := func(p ...byte) {
		b = binary.BigEndian.AppendUint64(b, uint64(len(p)))
		b = append(b, p...)
	}
	var number [8]byte
	field([]byte(labelChain)...)
	binary.BigEndian.PutUint64(number[:], uint64(r.Version))
	field(number[:]...)
	binary.BigEndian.PutUint64(number[:], r.Seq)
	field(number[:]...)
	field(r.Previous[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(len(r.Sealed)))
	h := sha256.New()
	h.Write(b)
	h.Write(r.Sealed)
	return Hash(h.Sum(nil))
}

// commitment binds a row to its key and, once the key is destroyed, tells
// nothing of it.
func commitment(key *Key) [32]byte {
	b := append(make([]byte, 0, 64), labelKey...)
	return sha256.Sum256(append(b, key[:]...))
}

// additional is what the seal binds besides the payload.
func additional(version int, seq uint64) []byte {
	b := []byte(labelRecord)
	b = binary.BigEndian.AppendUint64(b, uint64(version))
	return binary.BigEndian.AppendUint64(b, seq)
}

// seal returns commitment and ciphertext. A key seals one payload only, which
// is why the nonce can be constant.
func seal(key *Key, seq uint64, plain []byte) ([]byte, error) {
	gcm, err := aead(key)
	if err != nil {
		return nil, fmt.Errorf("sealing record: %w", err)
	}
	c := commitment(key)
	out := make([]byte, 0, len(c)+len(plain)+gcm.Overhead())
	out = append(out, c[:]...)
	return gcm.Seal(out, make([]byte, gcm.NonceSize()), plain, additional(Version, seq)), nil
}

// unseal is the way back. It writes into the room of spare, as far as that goes.
func unseal(key *Key, r *Row, spare []byte) ([]byte, error) {
	c := commitment(key)
	if len(r.Sealed) < len(c) || subtle.ConstantTimeCompare(c[:], r.Sealed[:len(c)]) != 1 {
		return nil, errKey
	}
	gcm, err := aead(key)
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(spare[:0], make([]byte, gcm.NonceSize()), r.Sealed[len(c):], additional(r.Version, r.Seq))
	if err != nil {
		return nil, errSeal
	}
	return plain, nil
}

func aead(key *Key) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
