package exempt

// An automaton finds all phrases in a text at once, in time linear in the text
// (Aho and Corasick, Communications of the ACM 18, 1975). Most of its nodes have
// one way on, so that a node keeps the first and the rest are chained.
type automaton struct {
	nodes []node
	ways  []way
	ends  []ending
	root  [256]int32
}

// A node is what was read of some phrases. Indices of 0 lead nowhere.
type node struct {
	// fail is the longest end of it that is the beginning of another; out is
	// the next node on that way where phrases end.
	fail, out int32
	// next is where letter leads; more is the chain of the other ways, rows
	// that of the phrases that end here.
	next, more, rows int32
	letter           byte
}

// A way is where a letter leads from a node.
type way struct {
	letter     byte
	next, more int32
}

// An ending is the row of a phrase that ends at a node.
type ending struct{ row, more int32 }

// add adds a phrase of a row, in folded form.
func (a *automaton) add(phrase []byte, row int) {
	if len(a.nodes) == 0 {
		a.nodes, a.ways, a.ends = make([]node, 1, 1<<10), make([]way, 1, 1<<8), make([]ending, 1, 1<<8)
	}
	at := int32(0)
	for _, c := range phrase {
		to := a.way(at, c)
		if to == 0 {
			to = a.grow(at, c)
		}
		at = to
	}
	// At the end of the chain: of two rows with one phrase, the first is named.
	last := &a.nodes[at].rows
	for *last != 0 {
		last = &a.ends[*last].more
	}
	*last = int32(len(a.ends))
	a.ends = append(a.ends, ending{row: int32(row)})
}

// grow adds a node to which a letter leads.
func (a *automaton) grow(at int32, c byte) int32 {
	to := int32(len(a.nodes))
	a.nodes = append(a.nodes, node{})
	switch n := &a.nodes[at]; {
	case at == 0:
		a.root[c] = to
	case n.next == 0:
		n.letter, n.next = c, to
	default:
		a.ways = append(a.ways, way{c, to, n.more})
		n.more = int32(len(a.ways) - 1)
	}
	return to
}

// way returns where a letter leads from a node, 0 if nowhere.
func (a *automaton) way(at int32, c byte) int32 {
	if at == 0 {
		return a.root[c]
	}
	n := &a.nodes[at]
	if n.letter == c {
		return n.next
	}
	for i := n.more; i != 0; i = a.ways[i].more {
		if a.ways[i].letter == c {
			return a.ways[i].next
		}
	}
	return 0
}

// build finds, after the last phrase was added, where to go on when no way leads
// on: breadth first, so that what is shorter is known.
func (a *automaton) build() {
	queue := make([]int32, 0, len(a.nodes))
	for _, to := range a.root {
		if to != 0 {
			queue = append(queue, to)
		}
	}
	for i := 0; i < len(queue); i++ {
		n := a.nodes[queue[i]]
		if n.next != 0 {
			a.link(n.fail, n.letter, n.next)
			queue = append(queue, n.next)
		}
		for w := n.more; w != 0; w = a.ways[w].more {
			a.link(n.fail, a.ways[w].letter, a.ways[w].next)
			queue = append(queue, a.ways[w].next)
		}
	}
}

// link sets where to go on from a node to which a letter led.
func (a *automaton) link(fail int32, c byte, to int32) {
	for fail != 0 && a.way(fail, c) == 0 {
		fail = a.nodes[fail].fail
	}
	fail = a.way(fail, c)
	n := &a.nodes[to]
	n.fail, n.out = fail, fail
	if a.nodes[fail].rows == 0 {
		n.out = a.nodes[fail].out
	}
}

// find calls do for each phrase in a text, with the row and where it ends, until
// do says false.
func (a *automaton) find(text []byte, do func(row, end int) bool) {
	if len(a.nodes) == 0 {
		return
	}
	at := int32(0)
	for i, c := range text {
		to := a.way(at, c)
		for to == 0 && at != 0 {
			at = a.nodes[at].fail
			to = a.way(at, c)
		}
		at = to
		for n := at; n != 0; n = a.nodes[n].out {
			for e := a.nodes[n].rows; e != 0; e = a.ends[e].more {
				if !do(int(a.ends[e].row), i+1) {
					return
				}
			}
		}
	}
}
