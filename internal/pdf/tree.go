package pdf

import (
	"fmt"
	"strings"
)

// A tree is what a document is made of, in the order in which it is read.
type tree struct {
	// root is the whole; path leads from it to the element that is open.
	root *element
	path []*element
	// pages are, of each page, the elements that its marked contents belong to.
	pages [][]*element
}

// An element is a heading, a paragraph, a list and so on (ISO 32000-1, section 14.8.4).
type element struct {
	role string
	// attributes and alt stand in its dictionary, "" for none.
	attributes, alt string
	children        []child
	// number is that of its object.
	number int
}

// A child is an element, or marked content on a page.
type child struct {
	element  *element
	page, id int
}

// open begins an element within the one that is open.
func (t *tree) open(role string) *element {
	e := &element{role: role}
	if t.root == nil {
		t.root = e
	} else {
		up := t.path[len(t.path)-1]
		up.children = append(up.children, child{element: e})
	}
	t.path = append(t.path, e)
	return e
}

// close ends the element that is open.
func (t *tree) close() { t.path = t.path[:len(t.path)-1] }

// content adds marked content on a page, from 1, to the element that is open, and
// returns its role and its number on that page.
func (t *tree) content(page int) (role string, id int) {
	e := t.path[len(t.path)-1]
	for len(t.pages) < page {
		t.pages = append(t.pages, nil)
	}
	id = len(t.pages[page-1])
	t.pages[page-1] = append(t.pages[page-1], e)
	e.children = append(e.children, child{page: page, id: id})
	return e.role, id
}

// count gives all elements the numbers of their objects, from one on, and returns the
// next.
func (t *tree) count(e *element, next int) int {
	e.number = next
	next++
	for _, c := range e.children {
		if c.element != nil {
			next = t.count(c.element, next)
		}
	}
	return next
}

// dictionary is the object of an element (ISO 32000-1, section 14.7.2), whose parent has
// a number. page are the numbers of the objects of pages.
func (e *element) dictionary(parent int, page []int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<</Type /StructElem /S /%s /P %d 0 R", e.role, parent)
	if e.alt != "" {
		fmt.Fprintf(&b, " /Alt %s", text(e.alt))
	}
	if e.attributes != "" {
		fmt.Fprintf(&b, " /A <<%s>>", e.attributes)
	}
	b.WriteString(" /K [")
	for i, c := range e.children {
		if i > 0 {
			b.WriteByte(' ')
		}
		if c.element != nil {
			fmt.Fprintf(&b, "%d 0 R", c.element.number)
			continue
		}
		fmt.Fprintf(&b, "<</Type /MCR /Pg %d 0 R /MCID %d>>", page[c.page-1], c.id)
	}
	b.WriteString("]>>")
	return b.String()
}

// parents says of each marked content of a page to whom it belongs (ISO 32000-1, section
// 14.7.4.4).
func (t *tree) parents() string {
	var b strings.Builder
	b.WriteString("<</Nums [")
	for n, elements := range t.pages {
		fmt.Fprintf(&b, "%d [", n)
		for _, e := range elements {
			fmt.Fprintf(&b, "%d 0 R ", e.number)
		}
		b.WriteString("] ")
	}
	b.WriteString("]>>")
	return b.String()
}
