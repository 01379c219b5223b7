// Package claim finds what a sender says about tracking the reader: that it does,
// that it asks for consent to it, that the reader agreed, and by which link they
// can take that back. Over all mails of a sender it says what can be observed of
// how it asks.
//
// It goes by words, in English, French, Dutch and German: phrases.tsv, which says
// of each what it is a word for. A claim needs a word for the tracking itself and
// one for what is said of it in the same sentence or the next. What is said of
// parcels, cookies or the subscription alone is none.
//
// What it finds are the sender's words and dates, not what they are worth: whether
// somebody agreed is for the sender to show (art. 7(1) GDPR), and what follows is
// for others to say. No kind of mail is left out: a word in the mail of a shop
// about an order, to a company or from a charity counts as it would elsewhere.
//
// It is pure, and linear in the mail.
package claim

import (
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/reference"
)

// A Kind is what a sender says, or offers.
type Kind string

const (
	// Informs is that mails are tracked.
	Informs Kind = "informs"
	// Asks is a question for consent to it.
	Asks Kind = "asks"
	// SaysAgreed is that the reader agreed.
	SaysAgreed Kind = "says-agreed"
	// Withdraws is a way to take consent to tracking back, or to object to it.
	Withdraws Kind = "withdraws"
	// Unsubscribes is a link to get no more mail. It says nothing of tracking.
	Unsubscribes Kind = "unsubscribes"
	// Lists is an address in the List-Unsubscribe field (RFC 2369, section 3.2),
	// which no reader sees in the mail.
	Lists Kind = "list-unsubscribe"
)

// Header is the part of a claim that stands in the header.
const Header = "HEADER"

// A Claim is one thing that a sender says in one mail.
type Claim struct {
	// Kind is what it says.
	Kind Kind
	// Language is that of the words, "" for Lists.
	Language string
	// Phrase is the row of the words that decided, as phrases.tsv writes it, with
	// the one for the tracking behind it; of Lists it is "".
	Phrase string
	// Part is the IMAP section of the leaf, [Header] for what stands there.
	Part string
	// Offset is where the sentence, or the address of the link, begins: in raw
	// octets of the message, -1 if that is not known.
	Offset int
	// URL is the link that goes with it, "" if it is a sentence alone.
	URL string
}

// A Text is one text of a mail.
type Text struct {
	// Part is the IMAP section.
	Part string
	// HTML says that it is markup.
	HTML bool
	// Charset is as the mail names it, in lower case.
	Charset string
	// Content is the decoded text.
	Content []byte
	// Links are its links with what stands at them.
	Links []Link
	// Raw leads from a place in Content to one in the message; nil if that is
	// not known.
	Raw func(i int) int
}

// A Link is one link of a text.
type Link struct {
	// URL is its address.
	URL string
	// Text is what it shows, Before and After what stands around it.
	Text, Before, After string
	// Offset is where the address stands in the message, -1 if that is not
	// known.
	Offset int
}

// maxClaims is how many claims of one mail are told.
const maxClaims = 200

// Find returns what a mail says about tracking, by its header and its texts: those
// of [Texts], or [Linked] where the mail itself is not there any more. What a
// plain text repeats of the text of HTML beside it is told once.
func Find(h message.HeaderFields, texts []Text) []Claim {
	var out []Claim
	for _, field := range h.All("List-Unsubscribe") {
		// RFC 2369, section 2: addresses in angle brackets.
		for _, part := range strings.Split(field, "<")[1:] {
			if address, _, ok := strings.Cut(part, ">"); ok && len(out) < maxClaims {
				out = append(out, Claim{Kind: Lists, Part: Header, Offset: -1, URL: strings.Join(strings.Fields(address), "")})
			}
		}
	}
	if subject := h.Text("Subject"); subject != "" {
		out = append(out, finder{part: Header}.sentences(words([]byte(subject), false, nil))...)
	}
	for _, markup := range []bool{true, false} {
		shown := out
		for i := range texts {
			if texts[i].HTML == markup {
				out = append(out, unsaid(shown, texts[i].claims())...)
			}
			if len(out) > maxClaims {
				return out[:maxClaims]
			}
		}
	}
	return out
}

// claims are those of one text.
func (t *Text) claims() []Claim {
	f := finder{part: t.Part, raw: t.Raw}
	content, links, chars := t.Content, t.Links, decoderOf(t.Charset)
	if !t.HTML && len(content) > 0 {
		at := addresses(content)
		links = append(links[:len(links):len(links)], plainLinks(content, at, f, chars)...)
		content = without(content, at)
	}
	return append(f.links(links), f.sentences(words(content, t.HTML, chars))...)
}

// unsaid leaves out what the text of HTML said before: the plain text of a mail says
// it once more.
func unsaid(before, list []Claim) []Claim {
	return slices.DeleteFunc(list, func(c Claim) bool {
		return slices.ContainsFunc(before, func(b Claim) bool {
			return b.Part != Header && b.Kind == c.Kind && b.Language == c.Language && (b.URL == "") == (c.URL == "")
		})
	})
}

// Linked makes of links alone the texts of a mail of which no more is known.
func Linked(part string, refs []reference.Reference) Text {
	t := Text{Part: part}
	for i := range refs {
		if refs[i].Kind == reference.Link && refs[i].Text != "" {
			t.Links = append(t.Links, Link{URL: refs[i].URL, Text: refs[i].Text, Offset: -1})
		}
	}
	return t
}

// Has says whether there is a claim of a kind.
func Has(claims []Claim, k Kind) bool {
	for i := range claims {
		if claims[i].Kind == k {
			return true
		}
	}
	return false
}
