package plan

import (
	"testing"

	"github.com/unseen-mail/unseen/internal/lab"
)

// BenchmarkPlan plans the real mails of the corpus; MB/s are of raw octets.
func BenchmarkPlan(b *testing.B) {
	mails := corpus(b, "real")
	p := &Planner{Key: Key{1}, Base: "http://127.0.0.1:4180"}
	size := 0
	for _, m := range mails {
		size += len(m.raw)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	begin := lab.CPU()
	for b.Loop() {
		for _, m := range mails {
			p.Plan(m.raw)
		}
	}
	lab.PerCPU(b, int64(size)*int64(b.N), begin)
}

// BenchmarkEncode encodes and decodes the plans of the real mails.
func BenchmarkEncode(b *testing.B) {
	p := testPlanner()
	var plans []*Plan
	for _, m := range corpus(b, "real") {
		plans = append(plans, p.Plan(m.raw))
	}
	size := 0
	b.Run("marshal", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			size = 0
			for _, plan := range plans {
				out, err := plan.MarshalBinary()
				if err != nil {
					b.Fatal(err)
				}
				size += len(out)
			}
		}
		b.ReportMetric(float64(size)/float64(len(plans)), "octets/plan")
	})
	var packed [][]byte
	for _, plan := range plans {
		out, err := plan.MarshalBinary()
		if err != nil {
			b.Fatal(err)
		}
		packed = append(packed, Pack(out))
	}
	b.Run("unmarshal packed", func(b *testing.B) {
		b.ReportAllocs()
		begin := lab.CPU()
		for b.Loop() {
			for _, one := range packed {
				if err := new(Plan).UnmarshalBinary(one); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64((lab.CPU()-begin).Microseconds())/float64(b.N*len(packed)), "cpu-µs/plan")
	})
}
