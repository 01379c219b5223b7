package catalogue

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"

	"github.com/unseen-mail/unseen/rules/purpose"
)

// A Use says what a mail would do with an address, as far as rules of readers
// and lists tell uses apart.
type Use string

const (
	// UseImage is a picture of any size, in HTML or a style sheet.
	UseImage Use = "image"
	// UseStyle is a style sheet.
	UseStyle Use = "style"
	// UseFont is a font.
	UseFont Use = "font"
	// UseFrame is a page within the mail.
	UseFrame Use = "frame"
	// UseMedia is sound or film.
	UseMedia Use = "media"
	// UseLink is what a person follows.
	UseLink Use = "link"
	// UseOther is whatever else is loaded.
	UseOther Use = "other"
)

// Own is what the reader's own rules say of an address.
type Own struct {
	// Block says that it is to be held like a tracker; false says that it is
	// to be let through.
	Block bool
	// Listed says that a list says so that the reader chose and others wrote,
	// and not the reader. Then Block is true: an exception of a list only takes
	// back what lists say.
	Listed bool
	// Vendor is who runs it, if the rule says so. It is not to be changed.
	Vendor *Vendor
	// Purposes are what it is for, if the rule says so.
	Purposes []purpose.ID
	// Rule names the rule: "own:mine.toml:12".
	Rule string
	// Reason says in words which rule it is: file, line, and the reader's note.
	Reason string
}

// OwnRules are rules of the reader's own. They do not change, and may be used by
// many goroutines.
//
// What the reader wrote outranks the catalogue in both directions. What a list
// says counts like a pattern of the catalogue with [Medium] confidence: it adds
// to what the catalogue knows and takes nothing away from it.
type OwnRules interface {
	// Match returns what the rules say of an address, false if nothing.
	// thirdParty says that its host does not belong to the sender.
	Match(address string, thirdParty bool, use Use) (Own, bool)
	// Parameter says whether a query parameter is to be removed from links on
	// a host, or kept; known is false if no rule says so.
	Parameter(name, host string) (remove bool, rule string, known bool)
	// Vendors are companies that the rules tell of, or tell other purposes of.
	// A purpose of one that the catalogue knows replaces those it has there.
	Vendors() []Vendor
	// Edition names the rules by their content.
	Edition() string
}

// WithOwn returns a catalogue that knows the reader's own rules as well. The
// edition counts them in. nil takes them away again.
func (c *Catalogue) WithOwn(rules OwnRules) *Catalogue {
	more := *c
	more.own, more.known = rules, nil
	more.edition = sealed(more.tables, rules)
	if rules == nil {
		return &more
	}
	if told := rules.Vendors(); len(told) > 0 {
		more.known = maps.Clone(c.vendors)
		for i := range told {
			more.known[told[i].ID] = merged(c.vendors[told[i].ID], told[i])
		}
	}
	return &more
}

// merged returns a vendor as the reader tells of it.
func merged(known *Vendor, told Vendor) *Vendor {
	if known == nil {
		return &told
	}
	v := *known
	if told.Name != "" {
		v.Name = told.Name
	}
	if len(told.Purposes) > 0 {
		v.Purposes, v.Inferred, v.Source = told.Purposes, false, told.Source
	}
	return &v
}

// HasOwn says whether the catalogue knows rules of the reader's own.
func (c *Catalogue) HasOwn() bool { return c.own != nil }

// Own returns what the reader's own rules say of an address, false if there are
// none or they say nothing.
func (c *Catalogue) Own(address string, thirdParty bool, use Use) (Own, bool) {
	if c.own == nil {
		return Own{}, false
	}
	o, ok := c.own.Match(address, thirdParty, use)
	if ok && o.Vendor != nil {
		o.Vendor = c.vendor(o.Vendor)
	}
	return o, ok
}

// vendor returns what is known of a vendor now.
func (c *Catalogue) vendor(v *Vendor) *Vendor {
	if c.known == nil {
		return v
	}
	if told := c.known[v.ID]; told != nil {
		return told
	}
	return v
}

// sealed names the tables together with own rules.
func sealed(tables []table, own OwnRules) string {
	e := edition(tables)
	if own == nil {
		return e
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n", e, own.Edition()))
	return "sha256:" + hex.EncodeToString(sum[:])
}
