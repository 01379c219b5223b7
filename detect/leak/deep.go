package leak

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
	"sync"
)

// classes is how many sizes of digests there are.
const classes = 7

// classOf returns the class of digests of a size, -1 if no hash has it.
func classOf(size int) int {
	switch size {
	case 8:
		return 0
	case 16:
		return 1
	case 20:
		return 2
	case 28:
		return 3
	case 32:
		return 4
	case 48:
		return 5
	case 64:
		return 6
	}
	return -1
}

// A table holds the digests of one size of all that is followed, made when a
// token of that size is first seen.
type table struct {
	once    sync.Once
	hashes  []hash
	nodes   []node
	entries []entry
}

// A node is a text that was made of a subject, and by what, outermost first.
type node struct {
	text    string
	layers  []string
	subject uint8
	// deep says that slow hashes leave it out.
	deep bool
}

// An entry is a digest by its first eight octets.
type entry struct {
	key  uint64
	node uint16
	hash uint8
}

// digest says what a token that may be a digest was made of.
func (f *Finder) digest(sum []byte) (node, string, bool) {
	class := classOf(len(sum))
	if class < 0 {
		return node{}, "", false
	}
	t := &f.deep[class]
	t.once.Do(func() { t.fill(len(sum), f.nodes()) })
	key := binary.BigEndian.Uint64(sum)
	at, _ := slices.BinarySearchFunc(t.entries, key, func(e entry, key uint64) int { return cmp.Compare(e.key, key) })
	for ; at < len(t.entries) && t.entries[at].key == key; at++ {
		e := t.entries[at]
		// What is reported is certain, not likely.
		if n := t.nodes[e.node]; bytes.Equal(t.hashes[e.hash].sum([]byte(n.text)), sum) {
			return n, t.hashes[e.hash].name, true
		}
	}
	return node{}, "", false
}

// fill makes the digests of one size.
func (t *table) fill(size int, nodes []node) {
	for _, h := range hashes() {
		if h.size == size {
			t.hashes = append(t.hashes, h)
		}
	}
	t.nodes = nodes
	for i, h := range t.hashes {
		for j, n := range t.nodes {
			if h.slow && n.deep {
				continue
			}
			t.entries = append(t.entries, entry{key: binary.BigEndian.Uint64(h.sum([]byte(n.text))), node: uint16(j), hash: uint8(i)})
		}
	}
	slices.SortStableFunc(t.entries, func(a, b entry) int { return cmp.Compare(a.key, b.key) })
}

// nodes are all texts that may have been hashed last: each subject, each form of
// the weightier ones, and each likely form of a likely form of the weightiest.
func nodes(subjects []subject) []node {
	steps := innerSteps()
	var likely []encoding
	for _, s := range steps {
		if s.likely {
			likely = append(likely, s)
		}
	}
	var out []node
	for i, s := range subjects {
		id := uint8(i)
		out = append(out, node{text: s.text, subject: id})
		first := likely
		if s.rank > 1 {
			first = steps
		}
		if s.rank == 0 {
			continue
		}
		for _, a := range first {
			text := a.to(s.text)
			out = append(out, node{text: text, layers: []string{a.name}, subject: id, deep: !a.likely})
			if s.rank < 2 || !a.likely {
				continue
			}
			for _, b := range likely {
				out = append(out, node{text: b.to(text), layers: []string{b.name, a.name}, subject: id, deep: true})
			}
		}
		if len(out) > 1<<15 {
			break
		}
	}
	return out
}

// innerSteps are all encodings, and all hashes as they are written before they
// are hashed again.
func innerSteps() []encoding {
	steps := encodings()
	for _, h := range hashes() {
		steps = append(steps,
			encoding{name: h.name, likely: h.likely, to: func(s string) string { return hex.EncodeToString(h.sum([]byte(s))) }},
			encoding{name: h.name, to: func(s string) string { return strings.ToUpper(hex.EncodeToString(h.sum([]byte(s)))) }},
			encoding{name: h.name, to: func(s string) string { return base64.StdEncoding.EncodeToString(h.sum([]byte(s))) }},
			encoding{name: h.name, to: func(s string) string { return string(h.sum([]byte(s))) }})
	}
	return steps
}
