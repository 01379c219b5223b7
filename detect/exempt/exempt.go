// Package exempt says which links of a mail are left alone because of what they
// are for: a choice of the reader (to unsubscribe, to set preferences, to consent
// or withdraw) or an authentication (to reset a password, to confirm an address,
// to log in).
//
// It goes by words: what a link shows, the sentence that it stands in, its
// address, and the List-Unsubscribe field. When unsure it exempts, since a login
// that breaks is a larger loss than a tracker that is followed. But words free
// only the link that they stand by: a newsletter that says "password reset" frees
// no other link, and nothing here frees a load.
//
// The words are data, words.tsv of package catalogue. [Load] makes a [Matcher] of
// them; [Texts] reads from a mail what stands at each link; [Matcher.Match] puts
// both together.
//
// # Limits
//
// Of a link's text 200 octets are looked at, of what stands before it 160, after
// it 60, of its address 2 KiB. Everything is linear in the mail.
//
// Of text in charsets whose cells do not tell their letters (UTF-16, Shift-JIS,
// see [message.View]) only ASCII is read; in single-byte charsets every letter
// beyond ASCII counts as any such letter. There the address and the header remain.
package exempt

import (
	"strconv"
	"strings"
	"sync"

	"github.com/unseen-mail/unseen/rules/catalogue"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// A Place says where the words stood that exempt a link.
type Place string

const (
	// Header is the List-Unsubscribe field: the link has its address.
	Header Place = "header"
	// Text is what the link shows, pictures' alternative text included.
	Text Place = "text"
	// Around is the sentence that the link stands in.
	Around Place = "around"
	// URL is the link's address.
	URL Place = "url"
)

// An Exemption says why a link is left alone.
type Exemption struct {
	// Class is purpose.Choice or purpose.Authentication.
	Class purpose.ID
	// Where is the place of the words.
	Where Place
	// Language and Phrase are those of the row that fitted; both are "" for
	// Header.
	Language, Phrase string
	// Rule names the row: "words.tsv:17"; "choice:list-unsubscribe" for Header.
	Rule string
}

// Words are what stands at a link, as written: text of the mail with its
// character references resolved and its blanks made one, not always UTF-8.
type Words struct {
	// Text is what the link shows.
	Text string
	// Before and After are what stands around it, up to the next link. A line
	// end in them parts paragraphs, cells and the like.
	Before, After string
}

// A Link is what a verdict is asked for.
type Link struct {
	Words
	// URL is its address.
	URL string
	// Listed says that the address is one of List-Unsubscribe, see [Listed].
	Listed bool
}

// A Matcher knows the words. It is never changed and may be used by many
// goroutines.
type Matcher struct {
	rows    []catalogue.Word
	texts   *automaton
	urls    *automaton
	fillers map[string]struct{}
	here    map[string]struct{}
	edition string
	// rooms are *[room]byte at rest, in which texts are folded.
	rooms sync.Pool
}

// Load makes a matcher of the embedded words.
func Load() (*Matcher, error) {
	words, edition, err := catalogue.Words()
	if err != nil {
		return nil, err
	}
	m, err := New(words)
	if err != nil {
		return nil, err
	}
	m.edition = edition
	return m, nil
}

// Edition names the words by their content, "" unless they are the embedded
// ones.
func (m *Matcher) Edition() string { return m.edition }

// Match says whether a link is exempt, and why. Of several reasons it gives the
// one that says most: the header, then the link's text, then the sentence around
// it, then its address; a choice before an authentication.
func (m *Matcher) Match(l Link) (Exemption, bool) {
	if l.Listed {
		return Exemption{Class: purpose.Choice, Where: Header, Rule: "choice:list-unsubscribe"}, true
	}
	if e, ok := m.text(l.Words); ok {
		return e, true
	}
	return m.url(l.URL)
}

// exemption is what a row says.
func (m *Matcher) exemption(row int, where Place) (Exemption, bool) {
	if row < 0 {
		return Exemption{}, false
	}
	w := m.rows[row]
	class := purpose.Choice
	if w.Class == string(purpose.Authentication) {
		class = purpose.Authentication
	}
	return Exemption{Class: class, Where: where, Language: w.Language,
		Phrase: strings.Trim(w.Phrase, "*^$"), Rule: "words.tsv:" + strconv.Itoa(w.Line)}, true
}
