package scan

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"strconv"
	"strings"

	"github.com/unseen-mail/unseen/internal/source"
)

// A Shard is one of several parts of all mails; the zero shard is all of them.
type Shard struct {
	// Number counts from 1, Of says how many there are.
	Number, Of uint64
}

// MaxShards is how many parts there may be.
const MaxShards = 1 << 20

// ErrShard is a text that names no shard.
var ErrShard = errors.New("scan: not a shard")

// ParseShard reads "2/8"; "" is all mails.
func ParseShard(text string) (Shard, error) {
	if text == "" {
		return Shard{}, nil
	}
	i, n, _ := strings.Cut(text, "/")
	number, err := strconv.ParseUint(i, 10, 32)
	of, also := strconv.ParseUint(n, 10, 32)
	if err != nil || also != nil || number < 1 || number > of || of > MaxShards {
		return Shard{}, ErrShard
	}
	return Shard{number, of}, nil
}

// Sum is what a mail is dealt out by: the hash of its octets, so that whoever scans
// the same mail elsewhere comes to the same answer; of one that could not be read
// that of its key.
func Sum(m *source.Mail) [32]byte {
	if m.Err != nil {
		return sha256.Sum256([]byte(m.Key))
	}
	return sha256.Sum256(m.Raw)
}

// Has says whether a mail of a sum is in the shard.
func (s Shard) Has(sum [32]byte) bool {
	return s.Of == 0 || NumberOf(sum, s.Of) == s.Number
}

// NumberOf is the number of the shard, of so many, that has a mail of a sum.
func NumberOf(sum [32]byte, of uint64) uint64 {
	return binary.BigEndian.Uint64(sum[:8])%of + 1
}
