package lab

import (
	"fmt"
	"os"
	"strconv"
	"strings"
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

// CPU is the processor time that Thunderbird's main process has spent so far. Unlike
// what a clock says, it is the same on a machine that others use as well.
func (tb *Thunderbird) CPU(t testing.TB) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprint("/proc/", tb.process.Process.Pid, "/stat"))
	if err != nil {
		t.Fatal(err)
	}
	// The name, in brackets, may have blanks: user and system time are the 12th and
	// 13th behind it, in hundredths of a second (proc_pid_stat(5)).
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	var spent time.Duration
	for _, field := range fields[11:13] {
		n, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		spent += time.Duration(n) * 10 * time.Millisecond
	}
	return spent
}

// Spent reports how many milliseconds of processor time each round took since begin,
// which [CPU] gave.
func Spent(b *testing.B, begin time.Duration) {
	b.Helper()
	b.ReportMetric(float64((CPU()-begin).Microseconds())/1000/float64(b.N), "cpu-ms/op")
}
