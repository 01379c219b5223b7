package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
)

// errForm is a file that is not as fpdf writes it.
var errForm = errors.New("pdf: not the form that was expected")

// A file is what fpdf wrote, and what is appended to it (ISO 32000-1, section 7.5.6).
type file struct {
	raw []byte
	// table is where the table of objects begins, offsets where each object does.
	table   int
	offsets []int
	// changed are the objects that are appended, by number.
	changed map[int]int
	out     bytes.Buffer
}

// Parts of a file as fpdf writes it.
var (
	reStart   = regexp.MustCompile(`startxref\n(\d+)\n%%EOF\s*$`)
	reTrailer = regexp.MustCompile(`/Root (\d+) 0 R\s+/Info (\d+) 0 R`)
	reKids    = regexp.MustCompile(`/Kids \[([^\]]*)\]`)
	reNumber  = regexp.MustCompile(`(\d+) 0 R`)
)

// read finds the objects of a file.
func read(raw []byte) (*file, error) {
	f := &file{raw: raw, changed: make(map[int]int)}
	m := reStart.FindSubmatch(raw)
	if m == nil {
		return nil, fmt.Errorf("finding the table of objects: %w", errForm)
	}
	f.table, _ = strconv.Atoi(string(m[1])) // digits, and it is checked below
	if f.table >= len(raw) {
		return nil, fmt.Errorf("finding the table of objects: %w", errForm)
	}
	lines := bytes.Split(raw[f.table:], []byte("\n"))
	for _, line := range lines[2:] {
		// "0000000017 00000 n "
		if len(line) < 18 || line[10] != ' ' {
			break
		}
		offset, err := strconv.Atoi(string(line[:10]))
		if err != nil || offset >= len(raw) {
			return nil, fmt.Errorf("reading the table of objects: %w", errForm)
		}
		f.offsets = append(f.offsets, offset)
	}
	f.out.Write(raw)
	return f, nil
}

// object is the text of an object, between "obj" and "endobj".
func (f *file) object(number int) (string, error) {
	if number < 1 || number >= len(f.offsets) {
		return "", fmt.Errorf("reading object %d: %w", number, errForm)
	}
	rest := f.raw[f.offsets[number]:]
	from, to := bytes.Index(rest, []byte(" obj\n")), bytes.Index(rest, []byte("endobj"))
	if from < 0 || to < from {
		return "", fmt.Errorf("reading object %d: %w", number, errForm)
	}
	return strings.TrimSpace(string(rest[from+len(" obj\n") : to])), nil
}

// put appends an object, a new one or instead of one that was there.
func (f *file) put(number int, content string) {
	f.changed[number] = f.out.Len()
	fmt.Fprintf(&f.out, "%d 0 obj\n%s\nendobj\n", number, content)
}

// add puts more into the dictionary of an object.
func (f *file) add(number int, more string) error {
	content, err := f.object(number)
	if err != nil {
		return err
	}
	bare, ok := strings.CutSuffix(content, ">>")
	if !ok {
		return fmt.Errorf("reading object %d: %w", number, errForm)
	}
	f.put(number, bare+"\n"+more+">>")
	return nil
}

// end appends the table of what was appended.
func (f *file) end(size, root, info int) []byte {
	table := f.out.Len()
	f.out.WriteString("xref\n")
	for number := 1; number < size; number++ {
		if offset, ok := f.changed[number]; ok {
			fmt.Fprintf(&f.out, "%d 1\n%010d 00000 n \n", number, offset)
		}
	}
	fmt.Fprintf(&f.out, "trailer\n<</Size %d /Root %d 0 R /Info %d 0 R /Prev %d>>\nstartxref\n%d\n%%%%EOF\n", size, root, info, f.table, table)
	return f.out.Bytes()
}

// tag appends the tree to what fpdf wrote.
func tag(raw []byte, t *tree, o Options) ([]byte, error) {
	f, err := read(raw)
	if err != nil {
		return nil, err
	}
	m := reTrailer.FindSubmatch(raw[f.table:])
	if m == nil {
		return nil, fmt.Errorf("reading the trailer: %w", errForm)
	}
	root, _ := strconv.Atoi(string(m[1])) // digits
	info, _ := strconv.Atoi(string(m[2])) // digits
	pages, err := f.pages()
	if err != nil || len(pages) < len(t.pages) {
		return nil, errors.Join(err, fmt.Errorf("reading the pages: %w", errForm))
	}
	for len(t.pages) < len(pages) {
		t.pages = append(t.pages, nil)
	}
	for n, page := range pages {
		if err := f.add(page, fmt.Sprintf("/StructParents %d /Tabs /S", n)); err != nil {
			return nil, err
		}
	}
	top := len(f.offsets) // the first number that is free
	parents, next := top+1, t.count(t.root, top+3)
	f.put(top, fmt.Sprintf("<</Type /StructTreeRoot /K [%d 0 R] /ParentTree %d 0 R /ParentTreeNextKey %d>>", t.root.number, parents, len(t.pages)))
	f.put(parents, t.parents())
	described := metadata(o)
	f.put(top+2, fmt.Sprintf("<</Type /Metadata /Subtype /XML /Length %d>>\nstream\n%s\nendstream", len(described), described))
	f.elements(t.root, top, pages)
	err = f.add(root, fmt.Sprintf("/Version /1.7 /StructTreeRoot %d 0 R /MarkInfo <</Marked true>> /ViewerPreferences <</DisplayDocTitle true>> /Metadata %d 0 R", top, top+2))
	if err != nil {
		return nil, err
	}
	return f.end(next, root, info), nil
}

// pages are the numbers of the objects of pages, in their order.
func (f *file) pages() ([]int, error) {
	list, err := f.object(1)
	if err != nil {
		return nil, err
	}
	kids := reKids.FindStringSubmatch(list)
	if kids == nil {
		return nil, errForm
	}
	var numbers []int
	for _, m := range reNumber.FindAllStringSubmatch(kids[1], -1) {
		n, _ := strconv.Atoi(m[1]) // digits
		numbers = append(numbers, n)
	}
	return numbers, nil
}

// elements appends an element and those in it.
func (f *file) elements(e *element, parent int, pages []int) {
	f.put(e.number, e.dictionary(parent, pages))
	for _, c := range e.children {
		if c.element != nil {
			f.elements(c.element, e.number, pages)
		}
	}
}

// text is a text string (ISO 32000-1, section 7.9.2.2), in hexadecimal digits.
func text(s string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, unit := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", unit)
	}
	b.WriteString(">")
	return b.String()
}
