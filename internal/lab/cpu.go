package lab

import (
	"syscall"
	"testing"
	"time"
)

// PerCPU reports how many megabytes of octets were dealt with for each second of
// processor time that this process spent since begin, which [CPU] gave. Unlike MB/s
// it says the same on a machine that others use as well.
func PerCPU(b *testing.B, octets int64, begin time.Duration) {
	b.Helper()
	if spent := CPU() - begin; spent > 0 {
		b.ReportMetric(float64(octets)/1e6/spent.Seconds(), "MB/cpu-s")
	}
}

// CPU is the processor time that this process has spent so far.
func CPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
