package twin

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/sender"
	"github.com/unseen-mail/unseen/detect/template"
	"github.com/unseen-mail/unseen/rules/catalogue"
)

// MailingKey returns a text that copies of one mailing share as a rule, whoever
// got them: who sent it, the list, and the subject without its digits. Among
// mails of one key, of about the same day, copies may be looked for; [Compare]
// says whether they are. It is "" for a mail whose sender cannot be read.
func MailingKey(h message.HeaderFields) string {
	who := sender.Identify(h, catalogue.Provider{})
	if who.Key == "" {
		return ""
	}
	return join(who.Key, who.ListID, undigited(strings.ToLower(h.Text("Subject"))))
}

// How sure it is that copies are of one mailing.
const (
	// Certain rests on several signs of different kinds.
	Certain = "certain"
	// Likely lacks one.
	Likely = "likely"
)

// Sameness says whether copies are of one mailing.
type Sameness struct {
	// Sure is "certain", "likely", or "" if they are not.
	Sure string
	// Signs are sentences that say what speaks for it and against it.
	Signs []string

	score int
	weigh []int
}

// add notes a sign and what it weighs.
func (s *Sameness) add(weight int, text string, args ...any) {
	s.score += weight
	s.Signs = append(s.Signs, fmt.Sprintf(text, args...))
	s.weigh = append(s.weigh, weight)
}

// against returns the signs that speak against one mailing.
func (s *Sameness) against() string {
	var out []string
	for i, sign := range s.Signs {
		if s.weigh[i] < 0 {
			out = append(out, sign)
		}
	}
	if len(out) == 0 {
		return "too little speaks for it"
	}
	return strings.Join(out, "; ")
}

// sameness compares each copy with the first. The weakest pair decides.
func (c *comparison) sameness() Sameness {
	var worst Sameness
	for i, m := range c.copies[1:] {
		s := same(c.copies[0], m)
		if i == 0 || s.rank() < worst.rank() || s.rank() == worst.rank() && s.score < worst.score {
			worst = s
		}
	}
	return worst
}

func (s *Sameness) rank() int {
	switch s.Sure {
	case Certain:
		return 2
	case Likely:
		return 1
	}
	return 0
}

const (
	// never outweighs everything.
	never = -100
	// enough is what makes one mailing likely, plenty certain.
	enough, plenty = 6, 7
)

// same weighs what speaks for two copies being of one mailing.
func same(a, b *mailCopy) Sameness {
	var s Sameness
	if a.from != b.from || a.from == "" {
		s.add(never, "the senders differ")
	}
	lists(&s, a, b)
	subjects(&s, a, b)
	apart := a.date.Sub(b.date).Abs()
	dates(&s, a, b, apart)
	alike := wording(&s, a, b, apart)
	references(&s, a, b)
	if slices.Equal(a.media, b.media) {
		s.add(1, "the parts are the same")
	}
	switch {
	case s.score >= plenty && alike >= 0.8 && known(a, b):
		s.Sure = Certain
	case s.score >= enough:
		s.Sure = Likely
	}
	return s
}

// wording compares what a person reads, and returns how much of it is alike.
// Recommendations and names differ within a mailing; the next day's mail of the
// same kind differs as much.
func wording(s *Sameness, a, b *mailCopy, apart time.Duration) float64 {
	alike := likeness(a.words, b.words)
	switch {
	case len(a.words) < 10 && len(b.words) < 10:
		s.add(0, "there is too little text to compare")
	case alike >= 0.95:
		s.add(3, "the wording is the same")
	case alike >= 0.8:
		s.add(2, "the wording is nearly the same")
	case alike >= 0.5 && apart <= 12*time.Hour:
		s.add(0, "the wording is the same in part")
	default:
		s.add(never, "the wording differs")
	}
	return alike
}

// references compares the forms of all references.
func references(s *Sameness, a, b *mailCopy) {
	forms := likeness(a.forms(), b.forms())
	switch {
	case len(a.refs) == 0 || len(b.refs) == 0:
		s.add(-1, "a copy has no references")
	case forms >= 0.9:
		s.add(2, "the references have the same forms")
	case forms >= 0.5:
		s.add(1, "most references have the same forms")
	case forms < 0.2:
		s.add(-2, "the references have other forms")
	}
}

// known says whether both recipients are named: otherwise they may be one.
func known(a, b *mailCopy) bool {
	return !strings.HasPrefix(a.recipient, "unknown ") && !strings.HasPrefix(b.recipient, "unknown ")
}

// lists compares what mailing systems write about the mailing (RFC 2919, section
// 3; Feedback-ID names campaign, customer and sender, parted by colons).
func lists(s *Sameness, a, b *mailCopy) {
	switch x, y := a.header.Get("List-Id"), b.header.Get("List-Id"); {
	case x == "" && y == "":
	case x == y:
		s.add(2, "the list is the same")
	default:
		// Some senders name the recipient there too.
		s.add(-1, "the lists differ")
	}
	x, y := a.header.Get("Feedback-ID"), b.header.Get("Feedback-ID")
	switch {
	case x == "" && y == "":
	case x == y:
		s.add(2, "the campaign is the same")
	default:
		first, _, _ := strings.Cut(x, ":")
		second, _, _ := strings.Cut(y, ":")
		if first != second {
			s.add(-1, "the campaigns differ")
		}
	}
}

// subjects compares subjects, whole and without what may be personal.
func subjects(s *Sameness, a, b *mailCopy) {
	x, y := a.header.Text("Subject"), b.header.Text("Subject")
	switch {
	case x == y:
		s.add(3, "the subject is the same")
	case likeness(wordsOf(x), wordsOf(y)) >= 0.5:
		s.add(1, "the subjects are alike")
	default:
		s.add(-1, "the subjects differ")
	}
}

// dates compares when the copies were sent.
func dates(s *Sameness, a, b *mailCopy, apart time.Duration) {
	switch {
	case a.date.IsZero() || b.date.IsZero():
		s.add(-1, "a copy has no date")
	case apart <= time.Hour:
		s.add(2, "they were sent within an hour")
	case apart <= 48*time.Hour:
		s.add(0, "they were sent within two days")
	case apart <= 7*24*time.Hour:
		s.add(-2, "they were sent on different days")
	default:
		s.add(-6, "they were sent more than a week apart")
	}
}

// fingerprint is FNV-1a, 64 bits. That two words have one is no matter: sets are
// compared.
func fingerprint[T string | []byte](text T) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * 1099511628211
	}
	return h
}

// wordsOf returns the words of a text.
func wordsOf(s string) map[uint64]struct{} {
	out := make(map[uint64]struct{})
	for _, w := range strings.Fields(undigited(strings.ToLower(s))) {
		out[fingerprint(w)] = struct{}{}
	}
	return out
}

// forms returns the forms of all references.
func (m *mailCopy) forms() map[uint64]struct{} {
	out := make(map[uint64]struct{})
	for _, r := range m.refs {
		out[fingerprint(r.form())] = struct{}{}
	}
	return out
}

// likeness is how much of two sets is in both: Jaccard's index.
func likeness(a, b map[uint64]struct{}) float64 {
	if len(a) == 0 && len(b) == 0 {
		return 1
	}
	both := 0
	for w := range a {
		if _, ok := b[w]; ok {
			both++
		}
	}
	return float64(both) / float64(len(a)+len(b)-both)
}

// count notes the words of a leaf: letters outside of tags, but not those of
// addresses. Words under three letters say little.
func (m *mailCopy) count(media string, cells []byte) {
	tagged := media != "text/plain"
	for i := 0; i < len(cells) && len(m.words) < maxWords; {
		c := cells[i]
		if tagged && c == '<' {
			i = skipTag(cells, i)
			continue
		}
		if !isLetter(c) {
			i++
			continue
		}
		start := i
		for i < len(cells) && isLetter(cells[i]) {
			i++
		}
		if i+3 <= len(cells) && string(cells[i:i+3]) == "://" {
			for i < len(cells) && cells[i] > ' ' && cells[i] != '<' {
				i++
			}
			continue
		}
		if i-start >= 3 && template.KindOf(string(cells[start:i])) == template.Word {
			m.words[fingerprint(cells[start:i])] = struct{}{}
		}
	}
}

// skipTag returns where a tag ends, with the text of a style element.
func skipTag(cells []byte, i int) int {
	style := len(cells) > i+6 && strings.EqualFold(string(cells[i+1:i+6]), "style")
	for i < len(cells) && cells[i] != '>' {
		i++
	}
	i++
	for style && i < len(cells) && cells[i] != '<' {
		i++
	}
	return i
}

// isLetter takes the octets of other scripts for letters.
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80 }
