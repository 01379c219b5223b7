package exempt

// An automaton finds all phrases in a text at once, in time linear in the text
// (Aho and Corasick, Communications of the ACM 18, 1975). Most of its nodes have
// one way on, so that a node keeps the first and a list of the rest.
type automaton struct {
	nodes []node
	root  [256]int32
}

// A node is what was read of some phrases.
type node struct {
	// fail is the longest end of it that is the beginning of another; out is
	// the next node on that way where phrases end.
	fail, out int32
	// next is where letter leads, more the node's other ways.
	next   int32
	letter byte
	more   []way
	// rows are those whose phrases end here.
	rows []int32
}

type way struct {
	letter byte
	next   int32
}

// add adds a phrase of a row, in folded form.
func (a *automaton) add(phrase []byte, row int) {
	if len(a.nodes) == 0 {
		a.nodes = append(a.nodes, node{})
	}
	at := int32(0)
	for _, c := range phrase {
		to := a.way(at, c)
		if to == 0 {
			to = int32(len(a.nodes))
			a.nodes = append(a.nodes, node{})
			switch n := &a.nodes[at]; {
			case at == 0:
				a.root[c] = to
			case n.next == 0:
				n.letter, n.next = c, to
			default:
				n.more = append(n.more, way{c, to})
			}
		}
		at = to
	}
	a.nodes[at].rows = append(a.nodes[at].rows, int32(row))
}

// way returns where a letter leads from a node, 0 if nowhere.
func (a *automaton) way(at int32, c byte) int32 {
	if at == 0 {
		return a.root[c]
	}
	n := &a.nodes[at]
	if n.letter == c && n.next != 0 {
		return n.next
	}
	for _, w := range n.more {
		if w.letter == c {
			return w.next
		}
	}
	return 0
}

// build finds, after the last phrase was added, where to go on when no way leads
// on: breadth first, so that what is shorter is known.
func (a *automaton) build() {
	var queue []int32
	for _, to := range a.root {
		if to != 0 {
			queue = append(queue, to)
		}
	}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		a.each(at, func(c byte, to int32) {
			fail := a.nodes[at].fail
			for fail != 0 && a.way(fail, c) == 0 {
				fail = a.nodes[fail].fail
			}
			fail = a.way(fail, c)
			a.nodes[to].fail = fail
			a.nodes[to].out = fail
			if len(a.nodes[fail].rows) == 0 {
				a.nodes[to].out = a.nodes[fail].out
			}
			queue = append(queue, to)
		})
	}
}

// each calls do for each way on from a node.
func (a *automaton) each(at int32, do func(c byte, to int32)) {
	n := a.nodes[at]
	if n.next != 0 {
		do(n.letter, n.next)
	}
	for _, w := range n.more {
		do(w.letter, w.next)
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
			for _, row := range a.nodes[n].rows {
				if !do(int(row), i+1) {
					return
				}
			}
		}
	}
}
