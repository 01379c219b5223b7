package e2e_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/unseen-mail/unseen/internal/api"
	"github.com/unseen-mail/unseen/internal/lab"
)

// recorded are what mail programs were seen to ask for when they meet a mailbox
// for the first time.
var recorded = []struct {
	name string
	asks func(sizes []int) []string
}{
	{"Thunderbird", func(sizes []int) []string {
		asks := []string{"UID FETCH 1:* (FLAGS)", fmt.Sprintf("UID FETCH 1:%d (UID RFC822.SIZE FLAGS BODY.PEEK[HEADER.FIELDS "+
			"(From To Cc Bcc Subject Date Message-ID Priority X-Priority References Newsgroups In-Reply-To Content-Type Reply-To Received)])", len(sizes))}
		return append(asks, each(sizes, func(uid int) []string {
			return []string{fmt.Sprintf("UID FETCH %d (UID RFC822.SIZE BODY.PEEK[])", uid)}
		})...)
	}},
	{"Thunderbird without storing", func(sizes []int) []string {
		return each(sizes, func(uid int) []string { return inChunks(uid, sizes[uid-1], 98304, 65536) })
	}},
	{"Thunderbird with previews", func(sizes []int) []string {
		return each(sizes, func(uid int) []string {
			return append([]string{fmt.Sprintf("UID FETCH %d (UID BODY.PEEK[HEADER.FIELDS (Content-Type Content-Transfer-Encoding)] BODY.PEEK[TEXT]<0.2048>)", uid)},
				inChunks(uid, sizes[uid-1], 98304, 65536)...)
		})
	}},
	{"mutt", func(sizes []int) []string {
		asks := []string{fmt.Sprintf("FETCH 1:%d (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (DATE FROM SENDER SUBJECT TO CC MESSAGE-ID REFERENCES)])", len(sizes))}
		return append(asks, each(sizes, func(uid int) []string { return []string{fmt.Sprintf("UID FETCH %d BODY.PEEK[]", uid)} })...)
	}},
	{"mbsync", func(sizes []int) []string {
		asks := []string{fmt.Sprintf("UID FETCH 1:%d (UID FLAGS)", len(sizes))}
		return append(asks, each(sizes, func(uid int) []string { return []string{fmt.Sprintf("UID FETCH %d (BODY.PEEK[])", uid)} })...)
	}},
	{"evolution", func(sizes []int) []string {
		asks := []string{fmt.Sprintf("UID FETCH 1:%d (RFC822.SIZE RFC822.HEADER BODYSTRUCTURE FLAGS)", len(sizes))}
		return append(asks, each(sizes, func(uid int) []string { return inChunks(uid, sizes[uid-1], 262144, 262144) })...)
	}},
	{"geary", geary},
}

// geary shows previews of all and keeps the newest whole: 20 of 54 in the
// recorded conversation.
func geary(sizes []int) []string {
	all, newest := fmt.Sprintf("1:%d", len(sizes)), fmt.Sprintf("%d:%d", len(sizes)*34/54+1, len(sizes))
	return []string{
		"UID FETCH " + all + " envelope", "UID FETCH " + all + " body.peek[header.fields (references)]",
		"UID FETCH " + all + " body.peek[1]<0.256>", "UID FETCH " + all + " body.peek[1.mime]",
		"UID FETCH " + all + " (internaldate rfc822.size flags)",
		"UID FETCH " + newest + " rfc822.header", "UID FETCH " + newest + " body.peek[text]",
	}
}

func each(sizes []int, asks func(uid int) []string) []string {
	var out []string
	for i := range sizes {
		out = append(out, asks(i+1)...)
	}
	return out
}

// inChunks fetches a message whole if it is small, else piece by piece.
func inChunks(uid, size, whole, chunk int) []string {
	if size <= whole {
		return []string{fmt.Sprintf("UID FETCH %d (BODY.PEEK[])", uid)}
	}
	var out []string
	for at := 0; at < size; at += chunk {
		out = append(out, fmt.Sprintf("UID FETCH %d (BODY.PEEK[]<%d.%d>)", uid, at, chunk))
	}
	return out
}

// BenchmarkOctets counts what the mail server says to a mail program, directly
// and through Unseen, which has not seen the mail before.
func BenchmarkOctets(b *testing.B) {
	mails := sample(benchMail(b), 300)
	sizes := make([]int, len(mails))
	for i, raw := range mails {
		sizes[i] = len(raw)
	}
	for _, program := range recorded {
		b.Run(program.name, func(b *testing.B) {
			asks := program.asks(sizes)
			var direct, through int64
			for b.Loop() {
				h := openHouseBy(b, mails, "none")
				near, far := lab.StartMeter(b, h.dovecot.Addr), lab.StartMeter(b, h.dovecot.Addr)
				account, err := h.client.AddAccount(context.Background(), api.NewAccount{Address: "bert@example.org", IMAP: endpoint(b, far.Addr, "none")})
				if err != nil {
					b.Fatal(err)
				}
				before := far.Said()
				ask(b, dial(b, near.Addr, login), asks)
				ask(b, dial(b, fmt.Sprintf("127.0.0.1:%d", account.Local.IMAP), login), asks)
				direct, through = near.Said(), far.Said()-before
			}
			b.ReportMetric(float64(direct), "octets-direct")
			b.ReportMetric(float64(through)/float64(direct), "ratio")
		})
	}
}

func ask(b *testing.B, k *talk, asks []string) {
	b.Helper()
	for _, one := range asks {
		k.must(b, one)
	}
	k.conn.Close()
}
