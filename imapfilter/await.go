package imapfilter

import (
	"errors"
	"os"
	"time"
)

// await makes the client side wait until the state is as it should be. It goes
// on reading from the mail program meanwhile, as far as there is room, so that
// it notices when that is gone; a full buffer is back-pressure.
func (s *session) await(ready func(st *state) bool) error {
	if err := s.server.out.Flush(); err != nil {
		return err
	}
	s.awaiting = true
	defer func() { s.awaiting = false }()
	for {
		full := s.client.in.Full()
		s.mu.Lock()
		if s.st.over != nil {
			defer s.mu.Unlock()
			return s.st.over
		}
		if ready(&s.st) {
			s.mu.Unlock()
			return nil
		}
		s.st.waiting = true
		s.client.conn.SetReadDeadline(time.Time{})
		s.mu.Unlock()
		if full {
			<-s.wakeup
			continue
		}
		if err := s.client.in.More(); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return errGone
		}
	}
}

// wake tells the client side, if it waits, that the state has changed: its read
// from the mail program ends at once.
func (s *session) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.st.waiting {
		return
	}
	s.st.waiting = false
	s.client.conn.SetReadDeadline(time.Unix(1, 0))
	select {
	case s.wakeup <- struct{}{}:
	default:
	}
}

// drained is the condition that no command is under way.
func drained(st *state) bool { return len(st.pending) == 0 }

// awaitPlus waits for the permission to send a literal or a SASL answer. It is
// false if the command was completed instead.
func (s *session) awaitPlus(tag string) (bool, error) {
	granted := false
	err := s.await(func(st *state) bool {
		if st.plus > 0 {
			st.plus--
			granted = true
			return true
		}
		return st.find(tag) < 0 || st.kept != nil
	})
	return granted, err
}

// submit notes a command as sent. It waits while too many are under way.
func (s *session) submit(c command) error {
	s.mu.Lock()
	room := len(s.st.pending) < maxPending
	if room {
		s.st.pending = append(s.st.pending, c)
	}
	s.mu.Unlock()
	if room {
		return nil
	}
	if err := s.await(func(st *state) bool { return len(st.pending) < maxPending }); err != nil {
		return err
	}
	return s.submit(c)
}
