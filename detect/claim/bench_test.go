package claim_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/unseen-mail/unseen/detect/claim"
	"github.com/unseen-mail/unseen/detect/message"
)

// BenchmarkFind reads what real newsletters say of tracking, in raw octets a second.
func BenchmarkFind(b *testing.B) {
	files, _ := filepath.Glob("../../../shared/mail/real/*.eml")
	if len(files) == 0 {
		b.Skip("there is no real mail here")
	}
	var mails [][]byte
	size := 0
	for i := 0; i < len(files); i += 1 + len(files)/200 {
		raw, err := os.ReadFile(files[i])
		if err != nil {
			b.Fatal(err)
		}
		mails = append(mails, raw)
		size += len(raw)
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		for _, raw := range mails {
			claim.Find(message.Header(raw), claim.Texts(raw))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(mails)), "µs/mail")
}
