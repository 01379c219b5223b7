package store_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/store"
	"github.com/unseen-mail/unseen/rules/consent"
)

// BenchmarkGrowthLedger opens ledgers of several lengths, without the words of notices
// and with them.
func BenchmarkGrowthLedger(b *testing.B) {
	for name, notice := range map[string]string{"plain": "", "shown": strings.Repeat("Who would learn of it: Mandrill.\n", 60)} {
		s := open(b, b.TempDir(), store.Options{})
		l := ledger(b, s)
		written := 0
		for _, n := range []int{1000, 2000, 4000, 8000} {
			for ; written < n; written++ {
				r := record(fmt.Sprintf("shop%d.example", written%100))
				if notice != "" {
					r.Notice, r.NoticeLanguage, r.NoticeSHA256 = fmt.Sprintf("For the %d. time.\n", written)+notice, "en", ""
				}
				if _, err := l.Append(b.Context(), r); err != nil {
					b.Fatal(err)
				}
			}
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				begin := lab.CPU()
				for b.Loop() {
					if l, err := consent.Open(b.Context(), s.Ledger()); err != nil || l.Broken() != nil {
						b.Fatal(err, l.Broken())
					}
				}
				lab.Spent(b, begin)
			})
		}
	}
}
