package message

import (
	"bytes"
	"sort"
)

// Apply writes the edits into a piece of the original message; off is where in
// the message buf begins. An edit that is partly inside is written as far as it
// is. One whose old octets are not there is left out and counted.
func (o *Overlay) Apply(buf []byte, off int) (misses int) {
	return replace(o.Edits, buf, off, false)
}

// Undo writes the old octets into a piece of the rewritten message. It is
// otherwise like Apply.
func (o *Overlay) Undo(buf []byte, off int) (misses int) {
	return replace(o.Edits, buf, off, true)
}

func replace(edits []Edit, buf []byte, off int, undo bool) (misses int) {
	end := off + len(buf)
	first := sort.Search(len(edits), func(i int) bool {
		return edits[i].Offset+len(edits[i].Old) > off
	})
	for _, e := range edits[first:] {
		if e.Offset >= end {
			break
		}
		from, to := e.Old, e.New
		if undo {
			from, to = to, from
		}
		a, z := max(e.Offset, off), min(e.Offset+len(from), end)
		if len(from) != len(to) || !bytes.Equal(buf[a-off:z-off], from[a-e.Offset:z-e.Offset]) {
			misses++
			continue
		}
		copy(buf[a-off:z-off], to[a-e.Offset:])
	}
	return misses
}
