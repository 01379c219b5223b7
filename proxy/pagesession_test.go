package proxy

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// name takes the name out of a session's path.
func name(path string) string { return strings.Trim(strings.TrimPrefix(path, sessionPath), "/") }

// A session lasts an hour, whatever is done in it.
func TestSessionLastsAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewSessions()
		path, until := s.Open()
		if !until.Equal(time.Now().Add(time.Hour)) {
			t.Errorf("it ends at %v", until)
		}
		time.Sleep(time.Hour - time.Nanosecond)
		if s.find(name(path)) == nil {
			t.Error("it ended early")
		}
		time.Sleep(time.Nanosecond)
		if s.find(name(path)) != nil {
			t.Error("it goes on after an hour")
		}
	})
}

// Names are long, never the same, and nothing near one is one.
func TestSessionNames(t *testing.T) {
	s, seen := NewSessions(), make(map[string]bool)
	for range 1000 {
		path, _ := s.Open()
		n := name(path)
		// Each letter of base32 is five bits.
		if len(n)*5 < 128 || seen[n] {
			t.Fatalf("the name %q is short or was there before", n)
		}
		seen[n] = true
		for _, near := range []string{"", n[1:], n + "A", strings.ToLower(n), " " + n} {
			if s.find(near) != nil {
				t.Fatalf("%q opens the session %q", near, n)
			}
		}
	}
	if len(s.all) > maxSessions {
		t.Errorf("%d sessions are open", len(s.all))
	}
}

// The oldest session gives way, the newest never does.
func TestSessionsGiveWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewSessions()
		first, _ := s.Open()
		var last string
		for range maxSessions {
			time.Sleep(time.Second)
			last, _ = s.Open()
		}
		if s.find(name(first)) != nil || s.find(name(last)) == nil {
			t.Error("another session than the oldest gave way")
		}
	})
}

// A page's token is good once, and is forgotten after many other pages.
func TestPageTokens(t *testing.T) {
	s := new(session)
	old := s.newToken()
	for range maxTokens {
		s.newToken()
	}
	fresh := s.newToken()
	if s.useToken("") || s.useToken(old) {
		t.Error("a token that is none, or is too old, is good")
	}
	if !s.useToken(fresh) || s.useToken(fresh) {
		t.Error("a token is not good exactly once")
	}
}

// Counts handed out are not those that are kept.
func TestRefusedIsACopy(t *testing.T) {
	s := NewSessions()
	if n := s.refuse(RefusedForm); n != 1 {
		t.Errorf("counted %d", n)
	}
	s.Refused()[RefusedForm] = 7
	if got := s.Refused()[RefusedForm]; got != 1 {
		t.Errorf("the count became %d", got)
	}
}
