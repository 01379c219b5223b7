package study

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
)

// ErrHolder is a participant that a study does not know.
var ErrHolder = errors.New("study: nobody of that name")

// Remove takes out of a study whatever it has of a participant or of a seed mailbox: rows,
// copies, and where the mail came from. It returns how many mails that were. What was
// exported before is out of its reach. It can be done again if it did not come to its end.
func (s *Study) Remove(holder string) (mails int, err error) {
	if s.Protocol.Closed {
		return 0, fmt.Errorf("removing from the study: %w", ErrClosed)
	}
	name := (&observer{names: s.names, seeds: s.seeds}).holder(holder)
	parts, err := s.state.parts()
	if err != nil {
		return 0, err
	}
	var left []string
	for _, p := range parts {
		keys, gone, err := s.without(p, name)
		if err != nil {
			return mails, err
		}
		left, mails = append(left, keys...), mails+gone
	}
	known := slices.ContainsFunc(s.Protocol.Sources, func(at Source) bool { return at.Holder == holder })
	if !known && mails == 0 {
		return 0, fmt.Errorf("removing from the study: %w", ErrHolder)
	}
	if err := s.state.forgetAllBut(holder, left); err != nil {
		return mails, err
	}
	if err := s.sweep(); err != nil {
		return mails, err
	}
	s.Protocol.Sources = slices.DeleteFunc(slices.Clone(s.Protocol.Sources), func(at Source) bool { return at.Holder == holder })
	return mails, s.Protocol.write(s.dir)
}

// without writes a part anew without the rows of a mailbox, if it has any. It returns the
// keys of the mails that stay, and how many go.
func (s *Study) without(p part, name string) (keys []string, gone int, err error) {
	at := filepath.Join(s.dir, partsDir, p.Name)
	c, err := openCursor(at+messagesEnd, at+observationsEnd)
	if err != nil {
		return nil, 0, err
	}
	var stay []Record
	for err == nil && c.head != nil {
		if r := c.head; text(r.Message.Mailbox) == name {
			gone++
		} else {
			stay, keys = append(stay, *r), append(keys, r.Message.MsgKey)
		}
		err = c.advance()
	}
	if err = errors.Join(err, c.close()); err != nil || gone == 0 {
		return keys, gone, err
	}
	var other part
	if len(stay) > 0 {
		next, err := s.nextPart()
		if err != nil {
			return nil, 0, err
		}
		if other, err = s.writePart(next, stay); err != nil {
			return nil, 0, err
		}
	}
	return keys, gone, s.state.replace(p.Name, other)
}
