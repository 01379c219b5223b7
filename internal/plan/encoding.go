package plan

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/fxamacker/cbor/v2"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

// ErrEncoding is returned for octets that are no encoded plan, or one of a
// form that this program does not know.
var ErrEncoding = errors.New("plan: not a valid encoding")

// The first octet of an encoded plan says its form.
const (
	// formDeflated is deflated CBOR (RFC 1951, RFC 8949), a fifth of the size.
	formDeflated = 1
	// formPlain is CBOR as it is, made in a fifth of the time.
	formPlain = 2
)

// maxEdition is how long the name of an edition is at most.
const maxEdition = 256

// maxInflated is how much an encoded plan may hold when it is inflated: far
// more than the plan of any message that planning does not cut off.
const maxInflated = 128 << 20

// The encoded forms are arrays, so that names take no room; offsets are
// counted from the one before.
type (
	wirePlan struct {
		_        struct{} `cbor:",toarray"`
		Version  int
		Mode     string
		Hash     []byte
		Header   []byte
		Size     int
		Sections []wireSection
		Edits    []wireEdit
		Refs     []wireReference
		Gaps     []wireGap
		Complete bool
		Leaves   []wireLeaf
	}
	wireLeaf struct {
		_           struct{} `cbor:",toarray"`
		Section     string
		Start, Size int
		SHA256      []byte
	}
	wireSection struct {
		_           struct{} `cbor:",toarray"`
		Name        string
		Start, Size int
	}
	wireEdit struct {
		_        struct{} `cbor:",toarray"`
		After    int      // octets since the end of the edit before
		Old, New []byte
	}
	wireReference struct {
		_                struct{} `cbor:",toarray"`
		Token            string
		Section          string
		Vector, Kind     string
		URL              string
		Flags            uint8
		Slot, Tag, Raw   [2]int // start and length
		Quote            uint8
		Ordinal          int
		Width, Height    int
		Hidden, Alt      string
		Text             string
		Outcome, Reasons string
	}
	// wireLinks stands behind the plan where links were decided on (RFC 8742), so
	// that plans without it are what they always were.
	wireLinks struct {
		_       struct{} `cbor:",toarray"`
		Edition string
	}
	wireGap struct {
		_               struct{} `cbor:",toarray"`
		Section, Reason string
	}
)

const (
	flagRemote uint8 = 1 << iota
	flagRelative
)

// decMode refuses what no plan of ours has: tags, maps, deep nesting, lengths
// that are not known in front.
var decMode, decModeErr = cbor.DecOptions{
	MaxNestedLevels:  8,
	MaxArrayElements: 1 << 22,
	MaxMapPairs:      16,
	IndefLength:      cbor.IndefLengthForbidden,
	TagsMd:           cbor.TagsForbidden,
	UTF8:             cbor.UTF8DecodeInvalid,
}.DecMode()

// deflaters spares a megabyte of tables for each plan.
var deflaters = sync.Pool{New: func() any {
	w, err := flate.NewWriter(io.Discard, flate.BestSpeed)
	if err != nil {
		panic(err) // only for a level that does not exist
	}
	return w
}}

// inflaters spares 40 KiB of windows and tables for each plan.
var inflaters = sync.Pool{New: func() any { return flate.NewReader(nil) }}

// MarshalBinary encodes a plan: one octet for the form, then CBOR. It stands in
// the way of a mail; [Pack] makes it small when nobody waits.
func (p *Plan) MarshalBinary() ([]byte, error) {
	out := bytes.NewBuffer(make([]byte, 1, 4096))
	out.Bytes()[0] = formPlain
	if err := cbor.NewEncoder(out).Encode(p.wire()); err != nil {
		return nil, fmt.Errorf("encoding plan: %w", err)
	}
	if p.Links != "" {
		if err := cbor.NewEncoder(out).Encode(wireLinks{Edition: p.Links}); err != nil {
			return nil, fmt.Errorf("encoding plan: %w", err)
		}
	}
	return out.Bytes(), nil
}

// Pack returns an encoded plan in its small form, always the same for the same
// plan. What is no encoded plan, or is small already, comes back as it is.
func Pack(encoded []byte) []byte {
	if len(encoded) == 0 || encoded[0] != formPlain {
		return encoded
	}
	var out bytes.Buffer
	out.Grow(len(encoded)/3 + 64)
	out.WriteByte(formDeflated)
	w := deflaters.Get().(*flate.Writer)
	defer deflaters.Put(w)
	w.Reset(&out)
	if _, err := w.Write(encoded[1:]); err != nil {
		return encoded
	}
	if err := w.Close(); err != nil {
		return encoded
	}
	return out.Bytes()
}

// UnmarshalBinary decodes a plan, of any version of the planner and in either
// form. The error wraps [ErrEncoding] if it is none: what it returns can be
// applied to a message without further checks.
func (p *Plan) UnmarshalBinary(b []byte) error {
	plain, err := unpack(b)
	if err != nil {
		return fmt.Errorf("decoding plan: %w", err)
	}
	if decModeErr != nil {
		return fmt.Errorf("decoding plan: %w", decModeErr)
	}
	var w wirePlan
	rest, err := decMode.UnmarshalFirst(plain, &w)
	if err != nil {
		return fmt.Errorf("decoding plan: %w: %w", ErrEncoding, err)
	}
	decoded, err := w.plan()
	if err != nil {
		return fmt.Errorf("decoding plan: %w", err)
	}
	if decoded.Links, err = linksOf(rest); err != nil {
		return fmt.Errorf("decoding plan: %w", err)
	}
	*p = *decoded
	return nil
}

// linksOf reads what stands behind the plan itself.
func linksOf(rest []byte) (edition string, err error) {
	if len(rest) == 0 {
		return "", nil
	}
	var w wireLinks
	if err := decMode.Unmarshal(rest, &w); err != nil {
		return "", fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	if w.Edition == "" || len(w.Edition) > maxEdition {
		return "", invalid("edition")
	}
	return w.Edition, nil
}

// unpack returns the CBOR of an encoded plan.
func unpack(b []byte) ([]byte, error) {
	switch {
	case len(b) > 0 && b[0] == formPlain && len(b) <= maxInflated:
		return b[1:], nil
	case len(b) == 0 || b[0] != formDeflated:
		return nil, fmt.Errorf("unknown form: %w", ErrEncoding)
	}
	r := inflaters.Get().(io.ReadCloser)
	defer inflaters.Put(r)
	if err := r.(flate.Resetter).Reset(bytes.NewReader(b[1:]), nil); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	var plain bytes.Buffer
	plain.Grow(min(usual*len(b), maxGrown))
	if _, err := plain.ReadFrom(io.LimitReader(r, maxInflated+1)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	if plain.Len() > maxInflated {
		return nil, fmt.Errorf("too long: %w", ErrEncoding)
	}
	return plain.Bytes(), nil
}

// usual is how many times as long as its small form a plan nearly always is at most,
// and maxGrown how much room is made before that is known.
const usual, maxGrown = 6, 1 << 20

func (p *Plan) wire() *wirePlan {
	w := &wirePlan{Version: p.Version, Mode: string(p.Mode), Hash: p.HeaderSHA256[:], Header: p.Header,
		Size: p.Overlay.Size, Complete: p.Complete,
		Sections: make([]wireSection, 0, len(p.Overlay.Sections)),
		Edits:    make([]wireEdit, 0, len(p.Overlay.Edits)),
		Refs:     make([]wireReference, 0, len(p.References))}
	for _, s := range p.Overlay.Sections {
		w.Sections = append(w.Sections, wireSection{Name: s.Name, Start: s.Range.Start, Size: s.Range.Len()})
	}
	at := 0
	for _, e := range p.Overlay.Edits {
		w.Edits = append(w.Edits, wireEdit{After: e.Offset - at, Old: e.Old, New: e.New})
		at = end(e)
	}
	for i := range p.References {
		w.Refs = append(w.Refs, wireRef(&p.References[i]))
	}
	for i := range p.Leaves {
		l := &p.Leaves[i]
		w.Leaves = append(w.Leaves, wireLeaf{Section: l.Section, Start: l.Raw.Start, Size: l.Raw.Len(), SHA256: l.SHA256[:]})
	}
	for _, g := range p.Gaps {
		w.Gaps = append(w.Gaps, wireGap{Section: g.Section, Reason: g.Reason})
	}
	return w
}

func wireRef(r *Reference) wireReference {
	f := &r.Ref
	w := wireReference{Token: r.Token, Section: r.Section, Vector: string(f.Vector), Kind: string(f.Kind), URL: f.URL,
		Slot: [2]int{f.Slot.Start, f.Slot.Len()}, Tag: [2]int{f.Tag.Start, f.Tag.Len()}, Raw: [2]int{r.Raw.Start, r.Raw.Len()},
		Quote: f.Quote, Ordinal: f.Ordinal, Width: f.Shape.Width, Height: f.Shape.Height,
		Hidden: f.Shape.Hidden, Alt: f.Shape.Alt, Text: f.Text, Outcome: string(r.Outcome), Reasons: r.Reason}
	if f.Remote {
		w.Flags |= flagRemote
	}
	if f.Relative {
		w.Flags |= flagRelative
	}
	return w
}

func (w *wireReference) reference() Reference {
	span := func(s [2]int) reference.Span { return reference.Span{Start: s[0], End: s[0] + s[1]} }
	return Reference{Token: w.Token, Section: w.Section, Raw: message.Range{Start: w.Raw[0], End: w.Raw[0] + w.Raw[1]},
		Outcome: Outcome(w.Outcome), Reason: w.Reasons,
		Ref: reference.Reference{Vector: reference.Vector(w.Vector), Kind: reference.Kind(w.Kind), URL: w.URL,
			Remote: w.Flags&flagRemote != 0, Relative: w.Flags&flagRelative != 0,
			Slot: span(w.Slot), Tag: span(w.Tag), Quote: w.Quote, Ordinal: w.Ordinal, Text: w.Text,
			Shape: reference.Shape{Width: w.Width, Height: w.Height, Hidden: w.Hidden, Alt: w.Alt}}}
}
