package consent_test

import (
	"context"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/rules/consent"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// verify opens a damaged storage and checks that both opening and verifying
// name the record, and that a broken ledger grants nothing and takes nothing.
func verify(t *testing.T, m *memory, seq uint64) {
	t.Helper()
	l := open(t, m)
	wantBroken(t, l.Verify(t.Context()), seq)
	wantBroken(t, l.Broken(), seq)
	if s := l.Standing("shop0.example", "anna@example.org", purpose.Performance, begin); s.Decision != consent.Unreadable {
		t.Errorf("a broken ledger says %s", s.Decision)
	}
	if _, err := l.Append(t.Context(), grant("new.example")); err == nil {
		t.Error("a broken ledger takes records")
	}
}

func TestVerify(t *testing.T) {
	for name, c := range map[string]struct {
		change func(m *memory)
		want   uint64
	}{
		"deleted first":  {func(m *memory) { m.rows = m.rows[1:] }, 1},
		"deleted middle": {func(m *memory) { m.rows = slices.Delete(m.rows, 4, 5) }, 5},
		"deleted last":   {func(m *memory) { m.rows = m.rows[:9] }, 10},
		"deleted all":    {func(m *memory) { m.rows = nil }, 1},
		"twice":          {func(m *memory) { m.rows = slices.Insert(m.rows, 4, m.rows[3]) }, 5},
		"swapped":        {func(m *memory) { m.rows[2], m.rows[6] = m.rows[6], m.rows[2] }, 3},
		"swapped and renumbered": {func(m *memory) {
			m.rows[2], m.rows[6] = m.rows[6], m.rows[2]
			m.rows[2].Seq, m.rows[6].Seq = 3, 7
		}, 3},
		"deleted and renumbered": {func(m *memory) {
			m.rows = slices.Delete(m.rows, 4, 5)
			for i := range m.rows {
				m.rows[i].Seq = uint64(i + 1)
			}
			m.head.Seq--
		}, 5},
		"keys swapped":       {func(m *memory) { m.rows[2].Key, m.rows[6].Key = m.rows[6].Key, m.rows[2].Key }, 3},
		"key gone":           {func(m *memory) { m.rows[4].Key = nil }, 5},
		"added behind":       {func(m *memory) { m.head.Seq, m.head.Hash = 9, m.rows[8].Hash }, 10},
		"head of another":    {func(m *memory) { m.head.Hash[0] ^= 1 }, 10},
		"a later form":       {func(m *memory) { m.rows[5].Version = 3 }, 6},
		"shortened":          {func(m *memory) { m.rows[5].Sealed = m.rows[5].Sealed[:40] }, 6},
		"emptied":            {func(m *memory) { m.rows[5].Sealed = nil }, 6},
		"key of a new chain": {func(m *memory) { m.rows[0].Key = new(consent.Key) }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			m := filled(t, 10)
			c.change(m)
			verify(t, m, c.want)
		})
	}
}

// Every single-bit change of a hundred records is found, and named.
func TestVerifyEveryBit(t *testing.T) {
	const n = 100
	m := filled(t, n)
	flips := 0
	for i := range n {
		for _, f := range fields(m, i) {
			for at := range f {
				for bit := range 8 {
					// One bit of each octet is enough where time is short.
					if testing.Short() && bit != at%8 {
						continue
					}
					f[at] ^= 1 << bit
					flips++
					if got := checkFrom(t.Context(), m, i); got != uint64(i+1) {
						t.Fatalf("octet %d, bit %d of record %d: record %d was named", at, bit, i+1, got)
					}
					f[at] ^= 1 << bit
				}
			}
		}
		for bit := range 63 {
			m.rows[i].Seq ^= 1 << bit
			if open(t, m).Broken() == nil {
				t.Fatalf("bit %d of the number of record %d was not found", bit, i+1)
			}
			m.rows[i].Seq ^= 1 << bit
			if bit < bits.UintSize-1 {
				m.rows[i].Version ^= 1 << bit
				if checkFrom(t.Context(), m, i) != uint64(i+1) {
					t.Fatalf("bit %d of the form of record %d was not found", bit, i+1)
				}
				m.rows[i].Version ^= 1 << bit
			}
		}
	}
	if err := open(t, m).Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d single-bit changes, all found", flips)
}

// Of ten thousand records, a hundred thousand random single-bit changes are
// found, and named.
func TestVerifyRandomBits(t *testing.T) {
	n, changes := 10_000, 100_000
	if testing.Short() {
		n, changes = 1000, 5000
	}
	m := filled(t, n)
	random := rand.New(rand.NewPCG(1, 2))
	for range changes {
		i := random.IntN(n)
		all := fields(m, i)
		f := all[random.IntN(len(all))]
		at, bit := random.IntN(len(f)), random.IntN(8)
		f[at] ^= 1 << bit
		if got := checkFrom(t.Context(), m, i); got != uint64(i+1) {
			t.Fatalf("octet %d, bit %d of record %d: record %d was named", at, bit, i+1, got)
		}
		f[at] ^= 1 << bit
	}
	if err := open(t, m).Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// fields are all octets of a stored record.
func fields(m *memory, i int) [][]byte {
	r := &m.rows[i]
	return [][]byte{r.Sealed, r.Hash[:], r.Previous[:], r.Key[:]}
}

// checkFrom verifies a record and those around it, which takes less time than
// all: the one before gives the hash that it follows from. It returns the
// record that is named.
func checkFrom(ctx context.Context, m *memory, i int) uint64 {
	err := consent.WalkFrom(ctx, m.rows[i:min(i+2, len(m.rows))], i, m.rows[max(i-1, 0)].Hash)
	if b, ok := err.(*consent.BrokenError); ok {
		return b.Seq
	}
	return 0
}

// Every deletion, doubling and swap of two records is found.
func TestVerifyEveryMove(t *testing.T) {
	const n = 40
	m := filled(t, n)
	for i := range n {
		c := m.clone()
		c.rows = slices.Delete(c.rows, i, i+1)
		wantBroken(t, open(t, c).Verify(t.Context()), uint64(i+1))
		c = m.clone()
		c.rows = slices.Insert(c.rows, i, c.rows[(i*7+3)%n])
		if open(t, c).Verify(t.Context()) == nil {
			t.Fatalf("an insertion before record %d was not found", i+1)
		}
		for j := i + 1; j < n; j++ {
			c = m.clone()
			a, b := &c.rows[i], &c.rows[j]
			*a, *b = *b, *a
			a.Seq, b.Seq = b.Seq, a.Seq
			wantBroken(t, open(t, c).Verify(t.Context()), uint64(i+1))
		}
	}
}

// A whole new chain is found only by a head that was noted.
func TestVerifyAgainst(t *testing.T) {
	m := filled(t, 10)
	l := open(t, m)
	noted := l.Head()
	add(t, l, grant("later.example"))
	if err := l.VerifyAgainst(t.Context(), noted); err != nil {
		t.Fatalf("a chain that grew: %v", err)
	}
	other := filled(t, 12)
	if err := open(t, other).Verify(t.Context()); err != nil {
		t.Fatalf("another chain by itself: %v", err)
	}
	wantBroken(t, open(t, other).VerifyAgainst(t.Context(), noted), 10)
	short := filled(t, 5)
	wantBroken(t, open(t, short).VerifyAgainst(t.Context(), noted), 6)
	// What this very program wrote is as good as noted.
	m.rows = m.rows[:10]
	m.head = noted
	wantBroken(t, l.Verify(t.Context()), 11)
}

// A key that comes back after it was destroyed is found.
func TestVerifyKeyComesBack(t *testing.T) {
	m := filled(t, 10)
	l := open(t, m)
	key := *m.rows[2].Key
	if _, err := l.Forget(t.Context(), "shop2.example", begin, consent.Page, ""); err != nil {
		t.Fatal(err)
	}
	m.rows[2].Key = &key
	wantBroken(t, l.Verify(t.Context()), 3)
}

// The destroyed key of a withdrawal must not bring the grant before it back.
func TestLostWithdrawalGrantsNothing(t *testing.T) {
	m := new(memory)
	l := open(t, m)
	add(t, l, grant("shop.example"))
	back := grant("shop.example")
	back.Decision = consent.Withdrawn
	add(t, l, back)
	m.rows[1].Key = nil
	l = open(t, m)
	if s := l.Standing("shop.example", "anna@example.org", purpose.Performance, begin); s.Decision != consent.Unreadable {
		t.Errorf("got %s", s.Decision)
	}
	if err := l.Broken(); err == nil || !strings.HasPrefix(err.Error(), "record 2: has lost its key") {
		t.Errorf("got %v", err)
	}
}
