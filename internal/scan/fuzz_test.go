package scan_test

import (
	"crypto/sha256"
	"errors"
	"testing"

	"github.com/unseen-mail/unseen/internal/scan"
)

// Whatever is typed names a shard or is refused, and of all shards of a number of them
// exactly one has a mail.
func FuzzParseShard(f *testing.F) {
	for _, text := range []string{"", "2/8", "9/8", "0/1", "1/1048576", "1/1048577", "-1/2", "1/", "/1", "1/2/3", "٣/٤"} {
		f.Add(text, []byte("mail"))
	}
	f.Fuzz(func(t *testing.T, text string, mail []byte) {
		s, err := scan.ParseShard(text)
		if err != nil {
			if !errors.Is(err, scan.ErrShard) || s != (scan.Shard{}) {
				t.Fatalf("%q: %v, %v", text, s, err)
			}
			return
		}
		if text != "" && (s.Number < 1 || s.Number > s.Of || s.Of > scan.MaxShards) {
			t.Fatalf("%q is shard %d of %d", text, s.Number, s.Of)
		}
		sum := sha256.Sum256(mail)
		mine := s.Of == 0 || scan.NumberOf(sum, s.Of) == s.Number
		if s.Has(sum) != mine {
			t.Errorf("%q has the mail: %v", text, s.Has(sum))
		}
		if s.Of == 0 || s.Of > 64 {
			return
		}
		n := 0
		for i := uint64(1); i <= s.Of; i++ {
			if (scan.Shard{Number: i, Of: s.Of}).Has(sum) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d of %d shards have the mail", n, s.Of)
		}
	})
}
