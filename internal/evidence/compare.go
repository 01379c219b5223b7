package evidence

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"time"

	"github.com/unseen-mail/unseen/detect/message"
	"github.com/unseen-mail/unseen/detect/twin"
)

// A Mailing is one whose copies were compared.
type Mailing struct {
	// Sender is who sent it, Sure how sure it is that the copies are of one
	// mailing, and Signs what speaks for it and against it.
	Sender string   `json:"sender"`
	Sure   string   `json:"sure"`
	Signs  []string `json:"signs"`
	// Sent is when the first copy was.
	Sent time.Time `json:"sent"`
	// Copies are the messages, by hash; Recipients is to how many people they went.
	Copies     []string `json:"copies"`
	Recipients int      `json:"recipients"`
	// Individual, Aggregate and Other count the addresses that were made for one
	// person, that are the same for all, and of which that cannot be told.
	Individual int `json:"individual"`
	Aggregate  int `json:"aggregate"`
	Other      int `json:"other"`
	// References are all of them.
	References []twin.Reference `json:"references"`
}

// apart is how far copies of one mailing may be from each other.
const apart = 4 * 24 * time.Hour

// A Bag is one bag whose copies are compared with those of others.
type Bag struct {
	// Name tells it from the others.
	Name string
	// Files are its files.
	Files fs.FS
}

// Compare compares the copies of one mailing that lie in several people's bags, by
// the messages and what each bag says of whose copy they are. Nobody has to hand out
// a mailbox for it.
func Compare(bags []Bag) ([]Mailing, error) {
	var all []copied
	for _, b := range bags {
		entries, err := fs.ReadDir(b.Files, originDir)
		if err != nil {
			return nil, fmt.Errorf("listing the messages of %s: %w", b.Name, err)
		}
		for _, e := range entries {
			one := copied{files: b.Files}
			if err := readJSON(b.Files, originDir+"/"+e.Name(), &one.Origin); err != nil {
				return nil, fmt.Errorf("%s: %w", b.Name, err)
			}
			all = append(all, one)
		}
	}
	slices.SortStableFunc(all, func(a, b copied) int { return a.Sent.Compare(b.Sent) })
	mailings := []Mailing{}
	err := compare(all, func(m Mailing) error {
		mailings = append(mailings, m)
		return nil
	})
	return mailings, err
}

// A copied is a message that may be a copy of another one's mailing.
type copied struct {
	Origin
	files fs.FS
}

// raw reads the message.
func (c *copied) raw() ([]byte, error) {
	if path.Base(c.MessageSHA256) != c.MessageSHA256 {
		return nil, fmt.Errorf("%w: %q", fs.ErrInvalid, c.MessageSHA256)
	}
	raw, err := fs.ReadFile(c.files, messagesDir+"/"+c.MessageSHA256+".eml")
	if err != nil {
		return nil, fmt.Errorf("reading a message of the bag: %w", err)
	}
	return raw, nil
}

// compare compares the copies of one mailing that went to several recipients, and
// gives each comparison to found. The messages are sorted by time; one group of them
// is held at a time. Mails of a sender that differ in the digits of their subjects only
// may be issues of a newsletter, or one mailing whose subject counts for each reader:
// those with one subject are compared first, what is left of them then.
func compare(all []copied, found func(Mailing) error) error {
	groups := make(map[string]map[string][]*copied)
	var order []string
	for i := range all {
		raw, err := all[i].raw()
		if err != nil {
			return err
		}
		h := message.Header(raw)
		key := twin.MailingKey(h)
		if key == "" {
			continue
		}
		if groups[key] == nil {
			groups[key] = make(map[string][]*copied)
			order = append(order, key)
		}
		subject := h.Text("Subject")
		groups[key][subject] = append(groups[key][subject], &all[i])
	}
	for _, key := range order {
		var left []*copied
		for _, subject := range slices.Sorted(maps.Keys(groups[key])) {
			more, err := groupedBy(groups[key][subject], "", found)
			if err != nil {
				return err
			}
			left = append(left, more...)
		}
		if len(groups[key]) < 2 {
			continue
		}
		slices.SortStableFunc(left, func(a, b *copied) int { return a.Sent.Compare(b.Sent) })
		if _, err := groupedBy(left, twin.Certain, found); err != nil {
			return err
		}
	}
	return nil
}

// clusters cuts messages, sorted by time, where the next is far away.
func clusters(all []*copied) [][]*copied {
	var out [][]*copied
	for i, m := range all {
		if i == 0 || m.Sent.Sub(all[i-1].Sent) > apart || len(out[len(out)-1]) == twin.MaxCopies {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], m)
	}
	return out
}

// groupedBy compares messages, sorted by time, that may be copies of one mailing, or of
// several that were sent within days, and returns those that are copies of none. sure is
// how sure it has to be that they are, "" for as sure as package twin wants it.
func groupedBy(all []*copied, sure string, found func(Mailing) error) (left []*copied, err error) {
	for _, near := range clusters(all) {
		if sure == "" {
			m, ok, err := compareOne(near)
			if err != nil {
				return nil, err
			}
			if ok {
				if err := found(m); err != nil {
					return nil, err
				}
				continue
			}
		}
		more, err := apartFrom(near, sure, found)
		if err != nil {
			return nil, err
		}
		left = append(left, more...)
	}
	return left, nil
}

// maxTries is how many pairs of one cluster are compared to find out which belong
// together.
const maxTries = 400

// apartFrom takes a cluster apart into mailings: the copies that belong to its first
// message, then those of the first one that is left, and so on.
func apartFrom(near []*copied, sure string, found func(Mailing) error) (left []*copied, err error) {
	tries := 0
	for len(near) > 0 {
		first, rest := near[0], []*copied(nil)
		group := []*copied{first}
		for _, other := range near[1:] {
			belongs := false
			again := slices.ContainsFunc(group, func(g *copied) bool { return g.Recipient == other.Recipient && g.Recipient != "" })
			if !again && tries < maxTries {
				tries++
				m, ok, err := compareOne([]*copied{first, other})
				if err != nil {
					return nil, err
				}
				belongs = ok && (sure == "" || m.Sure == sure)
			}
			if belongs {
				group = append(group, other)
			} else {
				rest = append(rest, other)
			}
		}
		near = rest
		m, ok, err := compareOne(group)
		if err != nil {
			return nil, err
		}
		if !ok {
			left = append(left, group...)
			continue
		}
		if err := found(m); err != nil {
			return nil, err
		}
	}
	return left, nil
}

// compareOne compares what may be copies of one mailing. It says false for what is
// none, or went to one recipient.
func compareOne(near []*copied) (Mailing, bool, error) {
	if !slices.ContainsFunc(near[1:], func(c *copied) bool { return c.Recipient != near[0].Recipient || c.Recipient == "" }) {
		return Mailing{}, false, nil
	}
	m := Mailing{Sender: near[0].Sender, Sent: near[0].Sent}
	var copies []twin.Copy
	for _, one := range near {
		raw, err := one.raw()
		if err != nil {
			return m, false, err
		}
		copies = append(copies, twin.Copy{Raw: raw, Recipient: one.Recipient})
		m.Copies = append(m.Copies, one.MessageSHA256)
	}
	r, err := twin.Compare(copies)
	if errors.Is(err, twin.ErrOneRecipient) || errors.Is(err, twin.ErrOtherMailing) {
		return m, false, nil
	}
	if err != nil {
		return m, false, fmt.Errorf("comparing copies: %w", err)
	}
	m.fill(r)
	return m, true, nil
}

// fill takes a comparison in.
func (m *Mailing) fill(r twin.Report) {
	m.Sure, m.Signs, m.Recipients, m.References = r.Sameness.Sure, r.Sameness.Signs, r.Recipients, r.References
	for i := range r.References {
		switch r.References[i].Result {
		case twin.Individual:
			m.Individual++
		case twin.Aggregate:
			m.Aggregate++
		default:
			m.Other++
		}
	}
}
