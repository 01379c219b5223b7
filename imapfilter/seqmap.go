package imapfilter

import "slices"

// maxRuns limits what is remembered of a mailbox; beyond, all is forgotten and
// learnt again where needed.
const maxRuns = 8192

// A run is a row of messages whose UIDs follow each other.
type run struct{ seq, uid, n uint32 }

// A seqMap remembers which UID a message sequence number stands for. Mailboxes
// are mostly long rows of UIDs without a hole, so rows are what it keeps.
type seqMap struct {
	runs []run // by seq, and so by uid
}

// after returns the index of the first run that begins after seq.
func (m *seqMap) after(seq uint32) int {
	i, _ := slices.BinarySearchFunc(m.runs, seq, func(r run, seq uint32) int {
		if r.seq > seq {
			return 1
		}
		return -1
	})
	return i
}

// uid returns the UID of a sequence number, 0 if it is not known.
func (m *seqMap) uid(seq uint32) uint32 {
	if i := m.after(seq); i > 0 {
		if r := m.runs[i-1]; seq-r.seq < r.n {
			return r.uid + seq - r.seq
		}
	}
	return 0
}

// holds tells whether a UID's sequence number is known.
func (m *seqMap) holds(uid uint32) bool {
	i, _ := slices.BinarySearchFunc(m.runs, uid, func(r run, uid uint32) int {
		if r.uid > uid {
			return 1
		}
		return -1
	})
	return i > 0 && uid-m.runs[i-1].uid < m.runs[i-1].n
}

// learn notes that a sequence number stands for a UID. What contradicts it is
// forgotten: UIDs ascend with sequence numbers (RFC 3501, section 2.3.1.1).
func (m *seqMap) learn(seq, uid uint32) {
	if seq == 0 || uid == 0 || m.uid(seq) == uid {
		return
	}
	i := m.after(seq)
	if i > 0 && m.runs[i-1].seq+m.runs[i-1].n == seq && m.runs[i-1].uid+m.runs[i-1].n == uid &&
		(i == len(m.runs) || m.runs[i].uid > uid) {
		m.runs[i-1].n++
		m.join(i)
		return
	}
	if m.uid(seq) != 0 || m.contradicts(i, seq, uid) || len(m.runs) >= maxRuns {
		m.runs = m.runs[:0]
		i = 0
	}
	m.runs = slices.Insert(m.runs, i, run{seq, uid, 1})
	m.join(i + 1)
}

func (m *seqMap) contradicts(i int, seq, uid uint32) bool {
	if i > 0 {
		if r := m.runs[i-1]; r.uid+r.n > uid {
			return true
		}
	}
	return i < len(m.runs) && m.runs[i].uid <= uid
}

// join makes one of runs i-1 and i if they follow each other.
func (m *seqMap) join(i int) {
	if i == len(m.runs) {
		return
	}
	a, b := m.runs[i-1], m.runs[i]
	if a.seq+a.n == b.seq && a.uid+a.n == b.uid {
		m.runs[i-1].n += b.n
		m.runs = slices.Delete(m.runs, i, i+1)
	}
}

// expunge takes a message out; all after it move up (RFC 3501, section 7.4.1).
func (m *seqMap) expunge(seq uint32) {
	i := m.after(seq)
	for j := i; j < len(m.runs); j++ {
		m.runs[j].seq--
	}
	if i == 0 {
		return
	}
	r := m.runs[i-1]
	if seq-r.seq >= r.n {
		return
	}
	head, tail := seq-r.seq, r.n-(seq-r.seq)-1
	var parts []run
	if head > 0 {
		parts = append(parts, run{r.seq, r.uid, head})
	}
	if tail > 0 {
		parts = append(parts, run{seq, r.uid + head + 1, tail})
	}
	m.runs = slices.Replace(m.runs, i-1, i, parts...)
}

// clear forgets everything.
func (m *seqMap) clear() { m.runs = nil }
