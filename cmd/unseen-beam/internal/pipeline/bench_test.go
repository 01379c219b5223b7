package pipeline_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"
)

// benchMails is how many mails the benchmark has; UNSEEN_BEAM_MAILS changes it.
const benchMails = 100_000

// BenchmarkScan runs "unseen scan" over 100,000 generated mails on one core and on all,
// whole and in four shards one after the other, and beside it unseen-beam on Prism with
// as many parts. Each is a program of its own: it tells mails a second, seconds of
// processor time for 1,000 mails, and the most memory that a process had.
func BenchmarkScan(b *testing.B) {
	mails := benchMails
	if n, err := strconv.Atoi(os.Getenv("UNSEEN_BEAM_MAILS")); err == nil {
		mails = n
	}
	dir, at := b.TempDir(), home(b, nil)
	mails = generated(b, filepath.Join(dir, "mail"), mails)
	scanner, err := unseen()
	if err != nil {
		b.Fatal(err)
	}
	beam := filepath.Join(b.TempDir(), "unseen-beam")
	build := exec.Command("go", "build", "-o", beam, ".")
	build.Dir = filepath.Join(root, "cmd", "unseen-beam")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	for cores := 1; cores <= runtime.NumCPU(); cores *= 2 {
		for _, parts := range []int{1, 4} {
			b.Run(fmt.Sprintf("unseen/cores=%d/shards=%d", cores, parts), func(b *testing.B) {
				m := &measured{mails: mails, dir: dir, home: at, cores: cores}
				for b.Loop() {
					for i := range parts {
						m.run(b, scanner, "scan", "--format", "parquet", "-o", filepath.Join(b.TempDir(), "scan.parquet"),
							"--shard", fmt.Sprintf("%d/%d", i+1, parts), "mail")
					}
				}
				m.tell(b)
			})
			b.Run(fmt.Sprintf("prism/cores=%d/parts=%d", cores, parts), func(b *testing.B) {
				m := &measured{mails: mails, dir: dir, home: at, cores: cores}
				for b.Loop() {
					m.run(b, beam, "--format", "parquet", "--output", filepath.Join(b.TempDir(), "scan"), "--parts", strconv.Itoa(parts), "mail")
				}
				m.tell(b)
			})
		}
	}
}

// A measured is what programs took.
type measured struct {
	mails     int
	dir, home string
	cores     int
	took      time.Duration
	processor time.Duration
	// most is the largest resident memory of a process, in KiB.
	most int64
}

// run runs a program on so many cores.
func (m *measured) run(b *testing.B, program string, args ...string) {
	b.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir = m.dir
	cmd.Env = append(os.Environ(), "HOME="+m.home, "UNSEEN_DATA="+filepath.Join(m.home, "data"), "GOMAXPROCS="+strconv.Itoa(m.cores))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatalf("%s: %v", program, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			if err != nil {
				b.Fatalf("%s %q: %v: %s", program, args, err, &out)
			}
			m.took += time.Since(begun)
			m.processor += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
			return
		case <-time.After(20 * time.Millisecond):
			m.most = max(m.most, peak(cmd.Process.Pid))
		}
	}
}

// peak is the most resident memory that a process had until now, in KiB. What the system
// tells of one that ended (ru_maxrss) counts what started it, too, which here made the
// mails.
func peak(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0 // it has ended
	}
	_, rest, _ := bytes.Cut(text, []byte("VmHWM:"))
	fields := bytes.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	n, err := strconv.ParseInt(string(fields[0]), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// tell tells what was measured.
func (m *measured) tell(b *testing.B) {
	b.ReportMetric(float64(m.mails)*float64(b.N)/m.took.Seconds(), "mails/s")
	b.ReportMetric(m.processor.Seconds()/float64(b.N)/float64(m.mails)*1000, "cpu-s/1000")
	b.ReportMetric(float64(m.most)*1024/1e6, "MB-most")
	b.ReportMetric(0, "ns/op")
}
