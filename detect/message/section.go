package message

import (
	"iter"
	"slices"
	"strings"
)

// sections lists the IMAP sections of a message (RFC 3501, section 6.4.5).
func sections(l *Layout) []Section {
	out := []Section{{"", Range{0, l.Size}}}
	out = messageSections(out, "", l.Root)
	slices.SortStableFunc(out, func(a, b Section) int { return strings.Compare(a.Name, b.Name) })
	return slices.CompactFunc(out, func(a, b Section) bool { return a.Name == b.Name })
}

// messageSections adds those of a message with the given root, which is in
// the part called prefix, or at the top.
func messageSections(out []Section, prefix string, root *Part) []Section {
	if prefix != "" {
		prefix += "."
	}
	out = append(out, Section{prefix + "HEADER", root.Header}, Section{prefix + "TEXT", root.Body})
	return partSections(out, root, root.Section+"." != prefix && root.Section != "")
}

// partSections adds those of a part and all parts below it. The multipart that
// is a whole message has no number of its own.
func partSections(out []Section, p *Part, numbered bool) []Section {
	if numbered {
		// The MIME header, too, ends with the empty line.
		out = append(out, Section{p.Section, p.Body}, Section{p.Section + ".MIME", p.Header})
	}
	for _, child := range p.Children {
		if p.MediaType == messageType {
			out = messageSections(out, p.Section, child)
		} else {
			out = partSections(out, child, true)
		}
	}
	return out
}

// Section returns the octets that an IMAP section specification stands for. The
// name may be in any case. Section "n.1" of a leaf n is n itself: IMAP servers
// see a message with one part in it.
func (l *Layout) Section(name string) (Range, bool) { return findSection(l.Sections, name) }

// Section is like [Layout.Section].
func (o *Overlay) Section(name string) (Range, bool) { return findSection(o.Sections, name) }

func findSection(list []Section, name string) (Range, bool) {
	name = strings.ToUpper(name)
	for {
		i, ok := slices.BinarySearchFunc(list, name, func(s Section, name string) int {
			return strings.Compare(s.Name, name)
		})
		if ok {
			return list[i].Range, true
		}
		number, mime := strings.CutSuffix(name, ".MIME")
		number, ok = strings.CutSuffix(number, ".1")
		if !ok || number == "" {
			return Range{}, false
		}
		if name = number; mime {
			name += ".MIME"
		}
	}
}

// Leaves returns the leaves in order, those of enclosed messages too, as mail
// programs show them.
func (l *Layout) Leaves() iter.Seq[*Part] {
	return func(yield func(*Part) bool) {
		if l.Shown != nil {
			eachLeaf(l.Shown, yield)
		}
	}
}

// eachLeaf goes no deeper than the parser did.
func eachLeaf(p *Part, yield func(*Part) bool) bool {
	if p.Leaf() {
		return yield(p)
	}
	for _, child := range p.Children {
		if !eachLeaf(child, yield) {
			return false
		}
	}
	return true
}
