package signal

import (
	"slices"
	"strings"

	"github.com/unseen-mail/unseen/detect/reference"
)

// Uses say in how many different addresses of a mail a token stands.
type Uses struct {
	// Links are those that a person may follow, Pictures and Pixels those that
	// are loaded.
	Links, Pictures, Pixels int
}

// A Mail is what the references of one mail say together. It may be used by many
// goroutines. The zero Mail knows of none.
type Mail struct {
	uses map[uint64]Uses
	// slots say how many different tokens stand at one place of addresses that
	// are otherwise alike, among pictures, and shapes the same of links by place and
	// kind alone.
	slots, shapes map[uint64]int
	// hosts count the different loads of each host, ways the different links by it
	// that hold a strong token.
	hosts, ways map[string]int
	// first and last are the loads that stand at the ends of the mail, unseen says
	// that one of its loads shows nothing.
	first, last string
	unseen      bool
	// delivered is what the mail says of itself outside of what people read: where
	// bounces go, how to unsubscribe, its own number. See [Mail.Note].
	delivered string
	// taken are the addresses taken apart, so that each is once.
	taken map[string]*Parts
}

// Survey reads the references of a mail. Each address counts once.
func Survey(refs []reference.Reference) *Mail {
	m := &Mail{uses: make(map[uint64]Uses), slots: make(map[uint64]int), shapes: make(map[uint64]int), hosts: make(map[string]int),
		ways: make(map[string]int), taken: make(map[string]*Parts, len(refs))}
	seen := make(map[uint64]struct{})
	var slab []Parts
	for i := range refs {
		r := &refs[i]
		if !r.Remote || r.Kind != reference.Link && !r.Kind.Load() {
			continue
		}
		p := m.taken[r.URL]
		if p == nil {
			// Many at once, for each is a few hundred octets.
			if len(slab) == 0 {
				slab = make([]Parts, min(len(refs)-i, maxSlab))
			}
			p, slab = &slab[0], slab[1:]
			ok := p.take(r.URL)
			m.taken[r.URL] = p
			if ok {
				m.note(r.Kind, p, seen)
			}
		}
		if r.Kind.Load() {
			p.Times++
			m.unseen = m.unseen || r.Kind == reference.Pixel
			if m.last = r.URL; m.first == "" {
				m.first = r.URL
			}
		}
	}
	return m
}

// maxSlab is how many addresses room is made for at once.
const maxSlab = 32

// Repeated returns how often each address is loaded that is loaded more than once,
// nil if there is none.
func (m *Mail) Repeated() map[string]int {
	var out map[string]int
	for url, p := range m.taken {
		if p.Times < 2 {
			continue
		}
		if out == nil {
			out = make(map[string]int)
		}
		out[url] = p.Times
	}
	return out
}

// Parts returns an address taken apart, which is not to be changed.
func (m *Mail) Parts(address string) *Parts {
	if m != nil {
		if p := m.taken[address]; p != nil {
			return p
		}
	}
	p, _ := Take(address)
	return &p
}

// note counts the tokens of one address.
func (m *Mail) note(k reference.Kind, p *Parts, seen map[uint64]struct{}) {
	if k.Load() {
		m.hosts[p.At.Host]++
	} else if p.Leaves {
		m.Note(p.At.Rest)
	}
	if k == reference.Link && slices.ContainsFunc(p.Tokens, func(t Token) bool { return t.Strength == Strong }) {
		m.ways[p.At.Host]++
	}
	for i := range p.Tokens {
		t := &p.Tokens[i]
		m.pieces(k, t)
		if t.Strength < Fair && !t.Asked && (t.Kind != Number || digitsIn(t.Text) < minNumber) {
			continue
		}
		text := m.use(k, t.Text)
		if k == reference.Link {
			m.shapes[shape(p, t)]++
		}
		if k == reference.Image {
			at := slot(p, t)
			m.fill(at, text, seen)
			if p.Picture() {
				m.fill(hash(at, p.Extension), text, seen)
			}
		}
	}
}

// fill counts a text at a place, once.
func (m *Mail) fill(at, text uint64, seen map[uint64]struct{}) {
	if _, again := seen[at^text]; !again {
		seen[at^text] = struct{}{}
		m.slots[at]++
	}
}

// minShared is how many characters a number or a piece of a token has that is told
// from others by standing in several addresses.
const minShared = 6

// use counts a text in one address.
func (m *Mail) use(k reference.Kind, s string) uint64 {
	text := hash(start, s)
	u := m.uses[text]
	switch k {
	case reference.Link:
		u.Links++
	case reference.Pixel:
		u.Pixels++
	default:
		u.Pictures++
	}
	m.uses[text] = u
	return text
}

// pieces counts the numbers that a token is made of: "3251:7552100" is a link and
// a reader; and its pieces at random, if marks part them that stand in no name
// which people give: "fdhjdmtkw~fqrysrynybg".
func (m *Mail) pieces(k reference.Kind, t *Token) {
	if t.Kind == Address || t.Kind == UUID {
		return
	}
	if strings.ContainsAny(t.Text, marks) {
		for piece := range strings.FieldsFuncSeq(t.Text, isMark) {
			if len(piece) >= minFair && len(piece) < len(t.Text) && isRandom(piece) {
				m.use(k, piece)
			}
		}
	}
	for piece := range numbersIn(t.Text) {
		if len(piece) < len(t.Text) {
			m.use(k, piece)
		}
	}
}

// marks part what a machine put together.
const marks = "~|:!"

func isMark(r rune) bool { return strings.ContainsRune(marks, r) }

// LinkPieces returns in how many links the piece at random stands, of those that
// marks part in a token, that stands in most.
func (m *Mail) LinkPieces(t *Token) int {
	if m == nil || !strings.ContainsAny(t.Text, marks) {
		return 0
	}
	most := 0
	for piece := range strings.FieldsFuncSeq(t.Text, isMark) {
		if len(piece) >= minFair && isRandom(piece) {
			most = max(most, m.uses[hash(start, piece)].Links)
		}
	}
	return most
}

// numbersIn yields the numbers of a text that are long enough and no day.
func numbersIn(s string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for i := 0; i < len(s); i++ {
			n := digits(s[i:])
			if n >= minShared && !IsDay(s[i:i+n]) && !yield(s[i:i+n]) {
				return
			}
			i += n
		}
	}
}

// PieceUses returns in how many addresses the number stands, of those that a token
// is made of, that stands in most.
func (m *Mail) PieceUses(t *Token) Uses {
	var most Uses
	if m == nil || t.Kind == Address || t.Kind == UUID {
		return most
	}
	for piece := range numbersIn(t.Text) {
		if u := m.uses[hash(start, piece)]; u.Links+u.Pixels > most.Links+most.Pixels {
			most = u
		}
	}
	return most
}

// Uses returns in how many addresses a token stands.
func (m *Mail) Uses(t *Token) Uses {
	if m == nil {
		return Uses{}
	}
	return m.uses[hash(start, t.Text)]
}

// Siblings returns how many different tokens of the same kind stand at the place
// of this one in visible pictures of the mail that are otherwise alike, itself
// counted if it is one.
func (m *Mail) Siblings(p *Parts, t *Token) int {
	if m == nil {
		return 0
	}
	return m.slots[slot(p, t)]
}

// Alike is [Mail.Siblings] among pictures of one sort, by their extension.
func (m *Mail) Alike(p *Parts, t *Token) int {
	if m == nil || !p.Picture() {
		return 0
	}
	return m.slots[hash(slot(p, t), p.Extension)]
}

// LikeLinks says whether links of the mail have a token of the same kind at the
// same place.
func (m *Mail) LikeLinks(p *Parts, t *Token) bool { return m != nil && m.shapes[shape(p, t)] > 0 }

// Loads returns how many different addresses of a host the mail loads.
func (m *Mail) Loads(host string) int {
	if m == nil {
		return 0
	}
	return m.hosts[host]
}

// maxDelivered is how much of what a mail says of itself is kept, maxNote how much
// of one field or address.
const maxDelivered, maxNote = 2 << 10, 512

// Note keeps what a mail says of its own delivery: the address that bounces go to,
// the one for unsubscribing, its number. A name that stands there too is the
// reader's or the delivery's, and no name of a picture or of goods.
func (m *Mail) Note(text string) {
	if room := maxDelivered - len(m.delivered); room > 0 {
		m.delivered += "\n" + text[:min(len(text), room, maxNote)]
	}
}

// minDelivered is how long a name is that does not stand by chance in what a mail
// says of itself, minCounting how long a number.
const minDelivered, minCounting = 8, 7

// Delivered says whether a token stands in what a mail says of its own delivery.
func (m *Mail) Delivered(t *Token) bool {
	if m == nil || len(t.Text) < minDelivered && (t.Kind != Number || len(t.Text) < minCounting) {
		return false
	}
	return strings.Contains(m.delivered, t.Text)
}

// AtEdge says whether an address is the first that the mail loads or the last, and
// is loaded once: that is where counters are put in. It is none if the mail has an
// invisible load: a mail is counted once.
func (m *Mail) AtEdge(url string) bool {
	if m == nil || m.unseen || url != m.first && url != m.last {
		return false
	}
	p := m.taken[url]
	return p != nil && p.Times == 1
}

// Ways returns how many different links of the mail lead by way of a host with a
// strong token: by that many a counter is told from a site.
func (m *Mail) Ways(host string) int {
	if m == nil {
		return 0
	}
	return m.ways[host]
}

// slot returns the place of a token: host, depth and what stands before it.
func slot(p *Parts, t *Token) uint64 {
	h := hash(ofHost(start, p.At.Host), string(t.Where))
	h = hash(hash(h, t.Name), string(t.Kind))
	h = (h ^ uint64(t.Segment)) * prime
	switch {
	case t.Where != Path:
		return hash(h, p.At.Path())
	case p.Picture():
		// A store has pictures of several sorts.
		return hash(h, "picture")
	}
	return hash(h, p.Extension)
}

// ofHost goes on with a host, without the digits at the ends of its labels: stores
// are parted among hosts with numbers, "img1" and "img2".
func ofHost(h uint64, host string) uint64 {
	for label := range strings.SplitSeq(host, ".") {
		h = hash(h, strings.TrimRight(label, "0123456789"))
	}
	return h
}

// shape returns where a token stands and what it looks like, on any host.
func shape(p *Parts, t *Token) uint64 {
	h := hash(hash(start, string(t.Where)), string(t.Kind))
	h = hash(hash(h, t.Name), p.Extension)
	return (h ^ uint64(t.Segment)) * prime
}

// The numbers of FNV-1a for 64 bits.
const (
	start = 14695981039346656037
	prime = 1099511628211
)

// hash goes on with FNV-1a. A mail that makes two tokens collide would only make
// them look like one.
func hash(h uint64, s string) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * prime
	}
	return (h ^ 0xff) * prime
}
