package e2e_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/lab"
)

// BenchmarkGrowthMailbox fetches mailboxes of several sizes whole, in one command.
// Everything is planned before, as in the second pass of a mail program.
func BenchmarkGrowthMailbox(b *testing.B) {
	mails := benchMail(b)
	for _, n := range []int{100, 400, 800, 1200} {
		some := mails[:min(n, len(mails))]
		d, through := pair(b, some)
		for _, way := range []way{{"direct", d}, {"through", through}} {
			b.Run(fmt.Sprintf("%s/%d", way.name, len(some)), func(b *testing.B) {
				k := dial(b, way.addr, login)
				fetch := fmt.Sprintf("UID FETCH 1:%d (BODY.PEEK[])", len(some))
				k.discard(b, fetch)
				begin := lab.CPU()
				for b.Loop() {
					k.discard(b, fetch)
				}
				lab.Spent(b, begin)
			})
		}
		if len(some) == len(mails) {
			break
		}
	}
}

// BenchmarkGrowthAccounts weighs "unseen run" at rest with several accounts, each of
// a server port of its own, and times its start.
func BenchmarkGrowthAccounts(b *testing.B) {
	d := lab.StartDovecot(b, map[string][][]byte{login: benchMail(b)[:1]})
	for _, n := range []int{1, 5, 10, 20} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var rest, starts []float64
			for b.Loop() {
				p := buildProgram(b)
				client := p.start(b)
				account := add(b, client, d)
				for i := 1; i < n; i++ {
					_, err := client.AddAccount(context.Background(), api.NewAccount{
						Address: fmt.Sprintf("reader%d@example.org", i), IMAP: endpoint(b, d.Addr, "none")})
					if err != nil {
						b.Fatal(err)
					}
				}
				addr := fmt.Sprintf("127.0.0.1:%d", account.Local.IMAP)
				p.end(b)
				for range 3 {
					starts = append(starts, p.startTo(b, addr))
					p.end(b)
				}
				p.startTo(b, addr)
				time.Sleep(3 * time.Second)
				rest = append(rest, p.memory(b)/1024)
				p.end(b)
			}
			b.ReportMetric(median(starts), "ms-start")
			b.ReportMetric(median(rest), "MB-idle")
		})
	}
}
