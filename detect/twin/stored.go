package twin

import (
	"fmt"
	"slices"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

// A Stored copy is what is kept of one that is not at hand any more.
type Stored struct {
	// Header is its raw header block.
	Header []byte
	// References are what was found in it, in order; Sections are the IMAP parts in
	// which they stand, as many.
	References []reference.Reference
	Sections   []string
	// Recipient is whom it was delivered to.
	Recipient string
}

// CompareStored is [Compare] for copies of which only header and references are
// kept. Of the wording, it knows what stands for links and pictures; of places, the
// copy and the part.
func CompareStored(copies []Stored) (Report, error) {
	if len(copies) < 2 || len(copies) > MaxCopies {
		return Report{}, fmt.Errorf("%w: %d", ErrCopies, len(copies))
	}
	c := comparison{}
	for i := range copies {
		c.copies = append(c.copies, readStored(i, &copies[i]))
	}
	return c.compare()
}

// readStored reads what is compared of a stored copy.
func readStored(index int, s *Stored) *mailCopy {
	m := newCopy(index, message.Header(s.Header), s.Recipient)
	for i := range s.References {
		if len(m.refs) == maxReferences {
			m.gaps = append(m.gaps, message.Gap{Reason: "references"})
			break
		}
		r, section := s.References[i], ""
		if i < len(s.Sections) {
			section = s.Sections[i]
		}
		t, ok := compared(&r)
		if !ok {
			continue
		}
		m.count("text/plain", []byte(r.Text+" "+r.Shape.Alt))
		if !slices.Contains(m.media, section) {
			m.media = append(m.media, section)
		}
		m.refs = append(m.refs, &ref{Reference: r, template: t, text: undigited(r.Text + r.Shape.Alt),
			place: Place{Copy: index, Part: section, URL: r.URL}})
	}
	m.neighbours()
	return m
}
