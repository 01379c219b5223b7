package detect_test

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/detect"
	"github.com/unseen-mail/unseen/detect/reference"
	"github.com/unseen-mail/unseen/internal/lab"
)

func BenchmarkJudge(b *testing.B) {
	j := newJudge(b)
	fields := header("To: somebody@reader.example", "From: News <news@shop.example>")
	for _, bench := range []struct{ name, url string }{
		{"vendor", "https://u1.ct.sendgrid.net/wf/open?upn=u001.fakeTokenForTests0001"},
		{"any host", "https://mail.brand.example/wf/open?upn=u001.fakeTokenForTests0001"},
		{"picture", "https://images.brand.example/media/2024/01/newsletter/header-large.png"},
		{"query", "https://www.brand.example/t/pixel.php?campaign=2024-01&uid=7f3a9c2e51d84b06a1c2&utm_source=newsletter"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			ref := load(bench.url, reference.Pixel)
			// As one of a mail's, which are taken apart once for all questions.
			facts := detect.Gather(fields, []reference.Reference{ref}, "")
			b.ReportAllocs()
			for b.Loop() {
				j.Judge(ref, facts)
			}
		})
	}
}

// BenchmarkScan scans real mails, as fast as one core can.
func BenchmarkScan(b *testing.B) {
	j := newJudge(b)
	var mails [][]byte
	size := 0
	for _, name := range corpus(b, "real/*.eml") {
		raw, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		mails = append(mails, raw)
		size += len(raw)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	spent := lab.CPU()
	for b.Loop() {
		for _, raw := range mails {
			detect.Scan(raw, j, detect.ScanOptions{})
		}
	}
	lab.PerCPU(b, int64(size)*int64(b.N), spent)
	b.ReportMetric(median(mails, j).Seconds()*1000, "ms-median")
}

// median is how long the median mail takes.
func median(mails [][]byte, j *detect.Judge) time.Duration {
	each := make([]time.Duration, len(mails))
	for i, raw := range mails {
		start := time.Now()
		detect.Scan(raw, j, detect.ScanOptions{})
		each[i] = time.Since(start)
	}
	slices.Sort(each)
	return each[len(each)/2]
}
