package peers_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/jhillyerd/enmime/v2"
)

// BenchmarkEnmime reads the real mails with enmime, which takes them apart, decodes
// them and looks no further. Mails that it gives up count too.
func BenchmarkEnmime(b *testing.B) {
	names, err := filepath.Glob("../../../../shared/mail/real/*.eml")
	if err != nil || len(names) == 0 {
		b.Skip("no mail corpus at ../shared/mail/real")
	}
	var mails [][]byte
	size := 0
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		mails, size = append(mails, raw), size+len(raw)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	failed := 0
	for b.Loop() {
		failed = 0
		for _, raw := range mails {
			if _, err := enmime.ReadEnvelope(bytes.NewReader(raw)); err != nil {
				failed++
			}
		}
	}
	b.ReportMetric(float64(failed), "given-up")
}
