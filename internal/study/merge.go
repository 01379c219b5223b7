package study

import (
	"errors"
	"path/filepath"
)

// each calls take with every mail of studies in the order of their keys, each key once. A
// fault that is over is left out: the mail itself is there.
func each(studies []*Study, take func(s *Study, r *Record) error) (err error) {
	type open struct {
		*cursor
		of *Study
	}
	var all []open
	defer func() {
		for _, c := range all {
			err = errors.Join(err, c.close())
		}
	}()
	for _, s := range studies {
		parts, err := s.state.parts()
		if err != nil {
			return err
		}
		for _, p := range parts {
			at := filepath.Join(s.dir, partsDir, p.Name)
			c, err := openCursor(at+messagesEnd, at+observationsEnd)
			if err != nil {
				return err
			}
			all = append(all, open{c, s})
		}
	}
	last := ""
	for {
		first := -1
		for i := range all {
			if h := all[i].head; h != nil && (first < 0 || h.Message.MsgKey < all[first].head.Message.MsgKey) {
				first = i
			}
		}
		if first < 0 {
			return nil
		}
		r := all[first].head
		if err := all[first].advance(); err != nil {
			return err
		}
		if r.Message.MsgKey == last {
			continue
		}
		last = r.Message.MsgKey
		if r.Message.Error != nil {
			if over, err := all[first].of.state.isMended(last); err != nil {
				return err
			} else if over {
				continue
			}
		}
		if err := take(all[first].of, r); err != nil {
			return err
		}
	}
}
