package daemon

import (
	"testing"

	"github.com/unseen-mail/unseen/internal/lab"
	"github.com/unseen-mail/unseen/internal/plan"
)

// BenchmarkPlanLinks plans the real mails of the corpus with and without their links;
// MB/s are of raw octets.
func BenchmarkPlanLinks(b *testing.B) {
	mails := realMail(b)
	size := 0
	for _, raw := range mails {
		size += len(raw)
	}
	with := linkPlanner(b)
	// A reader has one address, which is made ready to be looked for once.
	with.Links.(*linker).account.Address = "anna@mail.example"
	without := *with
	without.Links = nil
	for name, p := range map[string]*plan.Planner{"links": with, "loads": &without} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for _, raw := range mails {
				p.Plan(raw) // what is made ready once is ready
			}
			begin := lab.CPU()
			for b.Loop() {
				for _, raw := range mails {
					p.Plan(raw)
				}
			}
			lab.PerCPU(b, int64(size)*int64(b.N), begin)
		})
	}
}
