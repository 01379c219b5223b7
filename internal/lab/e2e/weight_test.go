package e2e_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/lab"
)

// A program is "unseen run" as a reader has it: a process of its own.
type program struct {
	dir, path string
	cmd       *exec.Cmd
	said      bytes.Buffer // what it says on standard error
}

// buildProgram builds the program as it is delivered, with a place for its data.
func buildProgram(b testing.TB) *program {
	b.Helper()
	p := &program{dir: b.TempDir()}
	p.path = filepath.Join(p.dir, "unseen")
	build := exec.Command("go", "build", "-trimpath", "-o", p.path, "./cmd/unseen")
	build.Dir = lab.Root(b)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		b.Fatalf("building: %v\n%s", err, said)
	}
	b.Cleanup(func() { p.end(b) })
	return p
}

// start starts it and returns a client of its control socket.
func (p *program) start(b testing.TB) *api.Client {
	b.Helper()
	p.cmd = exec.Command(p.path, "run")
	p.cmd.Env = append(os.Environ(), "UNSEEN_CONFIG="+filepath.Join(p.dir, "config.toml"),
		"UNSEEN_DATA="+filepath.Join(p.dir, "data"), "UNSEEN_RUNTIME="+filepath.Join(p.dir, "run"))
	p.said.Reset()
	p.cmd.Stderr = &p.said
	if err := p.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	return api.NewClient(filepath.Join(p.dir, "run", "control.sock"))
}

// end ends it as a reader's system does.
func (p *program) end(b testing.TB) {
	b.Helper()
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself
	if err := p.cmd.Wait(); err != nil {
		b.Errorf("unseen run ended with %v\n%s", err, p.said.String())
	}
	p.cmd = nil
}

// memory is what the process holds of the machine's memory, in kilobytes.
func (p *program) memory(b *testing.B) float64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		b.Skipf("left out: this system does not tell what a process weighs: %v", err)
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	var kB float64
	if _, err := fmt.Sscan(rest, &kB); err != nil {
		b.Fatalf("reading the process's size: %v", err)
	}
	return kB
}

// idle are the connections that wait, each in a mailbox, as Thunderbird's do.
const idle = 100

// BenchmarkProgram weighs "unseen run" with one account: at rest, with idle
// connections, and at rest once more after the whole mailbox went through. It
// reports how long it takes from its start to the first connection.
func BenchmarkProgram(b *testing.B) {
	mails := sample(benchMail(b), 300)
	d := lab.StartDovecot(b, map[string][][]byte{login: mails})
	var rest, each, after, starts []float64
	for b.Loop() {
		p := buildProgram(b)
		client := p.start(b)
		account := add(b, client, d)
		addr := fmt.Sprintf("127.0.0.1:%d", account.Local.IMAP)
		p.end(b)
		for range 5 {
			starts = append(starts, p.startTo(b, addr))
			p.end(b)
		}
		p.startTo(b, addr)
		time.Sleep(3 * time.Second)
		alone := p.memory(b)
		rest = append(rest, alone/1024)
		each = append(each, (p.withIdle(b, addr)-alone)/idle)
		k := dial(b, addr, login)
		k.must(b, fmt.Sprintf("UID FETCH 1:%d (BODY.PEEK[])", len(mails)))
		k.conn.Close()
		time.Sleep(3 * time.Second)
		after = append(after, p.memory(b)/1024)
		p.end(b)
	}
	b.ReportMetric(median(starts), "ms-start")
	b.ReportMetric(median(rest), "MB-idle")
	b.ReportMetric(median(each), "kB-per-connection")
	b.ReportMetric(median(after), "MB-after-mail")
}

// add makes the one account, as "unseen account add" does.
func add(b *testing.B, client *api.Client, d *lab.Dovecot) api.Account {
	b.Helper()
	var account api.Account
	var err error
	lab.Until(10*time.Second, func() bool {
		account, err = client.AddAccount(context.Background(), api.NewAccount{Address: reader, IMAP: endpoint(b, d.Addr, "none")})
		return err == nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return account
}

// startTo starts the program and returns after how many milliseconds it took
// the first connection.
func (p *program) startTo(b *testing.B, addr string) float64 {
	b.Helper()
	begin := time.Now()
	p.start(b)
	for range 10000 {
		if conn, err := net.Dial("tcp4", addr); err == nil {
			conn.Close()
			return float64(time.Since(begin).Microseconds()) / 1000
		}
		time.Sleep(time.Millisecond)
	}
	b.Fatalf("nothing listens on %s", addr)
	return 0
}

// withIdle returns the memory with idle connections, in kilobytes.
func (p *program) withIdle(b *testing.B, addr string) float64 {
	b.Helper()
	var talks []*talk
	for range idle {
		k := dial(b, addr, login)
		fmt.Fprintf(k.conn, "wait IDLE\r\n")
		talks = append(talks, k)
	}
	time.Sleep(3 * time.Second)
	kB := p.memory(b)
	for _, k := range talks {
		k.conn.Close()
	}
	return kB
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
