package evidence

import (
	"errors"
	"fmt"
	"io/fs"
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
// is held at a time.
func compare(all []copied, found func(Mailing) error) error {
	groups := make(map[string][]*copied)
	var order []string
	for i := range all {
		raw, err := all[i].raw()
		if err != nil {
			return err
		}
		key := twin.MailingKey(message.Header(raw))
		if key == "" {
			continue
		}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], &all[i])
	}
	for _, key := range order {
		for _, near := range clusters(groups[key]) {
			m, ok, err := compareOne(near)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			if err := found(m); err != nil {
				return err
			}
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

// compareOne compares what may be copies of one mailing. It says false for what is
// none, or went to one recipient.
func compareOne(near []*copied) (Mailing, bool, error) {
	if len(near) < 2 {
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
