package e2e_test

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
)

// benchMail is what the benchmarks move: real mail if it is there, else made up.
func benchMail(b *testing.B) [][]byte {
	b.Helper()
	if mails := realMail(b); len(mails) > 0 {
		return mails
	}
	b.Log("made-up mail: the figures of docs/benchmarks.md are of real mail")
	return madeUp(b)
}

// A pair is Dovecot itself, and Dovecot behind the whole of Unseen: relay,
// planner, store. Neither leg has TLS, so that like is compared with like.
func pair(b *testing.B, mails [][]byte) (direct, through string) {
	b.Helper()
	h := openHouseBy(b, mails, "none")
	return h.dovecot.Addr, h.imap()
}

// BenchmarkMbsync brings the whole mailbox, side by side: the first time
// through Unseen everything is planned and stored.
func BenchmarkMbsync(b *testing.B) {
	mails := benchMail(b)
	lab.Need(b, "mbsync", "dovecot")
	var direct, first, again time.Duration
	n := 0
	for b.Loop() {
		n++
		d, through := pair(b, mails)
		mbsync := func(addr string) time.Duration {
			start := time.Now()
			if got := lab.Mbsync(b, lab.Login{Addr: addr, User: login}); len(got) < len(mails)-10 {
				b.Fatalf("%d messages of %d", len(got), len(mails))
			}
			return time.Since(start)
		}
		mbsync(d) // Dovecot's own caches
		direct += mbsync(d)
		first += mbsync(through)
		again += mbsync(through)
	}
	count := float64(n)
	b.ReportMetric(direct.Seconds()/count, "s-direct")
	b.ReportMetric(first.Seconds()/count, "s-through")
	b.ReportMetric(again.Seconds()/count, "s-through-again")
	b.ReportMetric(direct.Seconds()/first.Seconds(), "ratio")
	b.ReportMetric(direct.Seconds()/again.Seconds(), "ratio-again")
}

// A way is one to the mail server.
type way struct{ name, addr string }

// ways are all of Unseen, and what others put in between, each in front of the same
// server: a relay that only carries octets, and nginx's mail proxy.
func ways(b *testing.B, direct, through string) []way {
	b.Helper()
	list := []way{{"through", through}, {"tcp", lab.StartRelay(b, direct)}}
	if lab.Has("nginx") {
		return append(list, way{"nginx", lab.StartNginx(b, direct)})
	}
	b.Log("left out: nginx's mail proxy, which is not installed")
	return list
}

// BenchmarkRoundTrip asks for nothing, side by side and in turn, and reports the
// median of what each way adds.
func BenchmarkRoundTrip(b *testing.B) {
	d, through := pair(b, benchMail(b)[:10])
	ask := func(b *testing.B, k *talk) time.Duration {
		start := time.Now()
		k.must(b, "NOOP")
		return time.Since(start)
	}
	for _, way := range ways(b, d, through) {
		b.Run(way.name, func(b *testing.B) {
			direct, relayed := dial(b, d, login), dial(b, way.addr, login)
			var plain, more []time.Duration
			for b.Loop() {
				plain = append(plain, ask(b, direct))
				more = append(more, ask(b, relayed))
			}
			slices.Sort(plain)
			slices.Sort(more)
			b.ReportMetric(float64(plain[len(plain)/2].Microseconds()), "µs-direct")
			b.ReportMetric(float64((more[len(more)/2] - plain[len(plain)/2]).Microseconds()), "µs-added")
		})
	}
}

// BenchmarkBulk fetches every whole message in one command, directly and each way.
func BenchmarkBulk(b *testing.B) {
	mails := benchMail(b)
	size := 0
	for _, raw := range mails {
		size += len(raw)
	}
	d, through := pair(b, mails)
	for _, way := range append([]way{{"direct", d}}, ways(b, d, through)...) {
		b.Run(way.name, func(b *testing.B) {
			k := dial(b, way.addr, login)
			fetch := fmt.Sprintf("UID FETCH 1:%d (BODY.PEEK[])", len(mails))
			k.discard(b, fetch) // plans and caches
			b.SetBytes(int64(size))
			for b.Loop() {
				k.discard(b, fetch)
			}
		})
	}
}

// discard sends a command and reads what is answered, keeping nothing.
func (k *talk) discard(b *testing.B, command string) {
	b.Helper()
	if _, err := fmt.Fprintf(k.conn, "bulk %s\r\n", command); err != nil {
		b.Fatal(err)
	}
	for {
		line, err := k.in.ReadSlice('\n')
		if err != nil {
			b.Fatal(err)
		}
		if bytes.HasPrefix(line, []byte("bulk ")) {
			if !bytes.HasPrefix(line, []byte("bulk OK")) {
				b.Fatalf("%s: %s", command, line)
			}
			return
		}
		text := bytes.TrimRight(line, "\r\n")
		i := bytes.LastIndexByte(text, '{')
		if i < 0 || !bytes.HasSuffix(text, []byte("}")) {
			continue
		}
		n, err := strconv.Atoi(string(text[i+1 : len(text)-1]))
		if err != nil {
			b.Fatalf("%s: %s", command, line)
		}
		if _, err := k.in.Discard(n); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLargeMessage brings one message of 50 MB through all of Unseen, and
// reports by how much the memory in use rose at most while it was under way.
func BenchmarkLargeMessage(b *testing.B) {
	const size = 50 << 20
	raw := withAttachment(newsletter("news@harbourbooks.example", "With the catalogue", "b39d93bee08f7841fefeb18b54beaec9"), size)
	h := openHouseBy(b, [][]byte{raw}, "none")
	k := dial(b, h.imap(), login)
	length := len(raw)
	raw = nil
	b.SetBytes(int64(length))
	most := uint64(0)
	for b.Loop() {
		runtime.GC()
		before := heap()
		fmt.Fprintf(k.conn, "big UID FETCH 1 (BODY.PEEK[])\r\n")
		if _, err := k.in.ReadString('\n'); err != nil {
			b.Fatal(err)
		}
		for left := length; left > 0; left -= size / 50 {
			if _, err := io.CopyN(io.Discard, k.in, int64(min(left, size/50))); err != nil {
				b.Fatal(err)
			}
			if now := heap(); now > before {
				most = max(most, now-before)
			}
		}
		for line := ""; !strings.HasPrefix(line, "big OK"); {
			var err error
			if line, err = k.in.ReadString('\n'); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(most)/(1<<20), "MB-more")
}

// heap is the memory in use, including what is no longer needed and not yet
// collected.
func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
