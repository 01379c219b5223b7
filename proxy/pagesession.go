package proxy

import (
	"crypto/rand"
	"crypto/sha256"
	"maps"
	"slices"
	"sync"
	"time"
)

const (
	// sessionTime is how long a session lasts.
	sessionTime = time.Hour
	// maxSessions and maxTokens are how many are open at a time; the oldest gives
	// way.
	maxSessions = 32
	maxTokens   = 128
)

// Sessions are the readers' ways into the pages. One is opened only by who can
// reach the control socket, and lasts an hour. It is bound to nothing else: whoever
// knows its name is the reader.
type Sessions struct {
	mu sync.Mutex // guards what follows
	// all are found by the hash of their names, so that looking one up tells
	// nothing of the others.
	all     map[[sha256.Size]byte]*session
	refused map[Refusal]int
}

// A session is one of them.
type session struct {
	until time.Time

	mu sync.Mutex // guards what follows
	// tokens are for forms of pages that were shown, the oldest first.
	tokens []string
}

// NewSessions returns Sessions of which none is open.
func NewSessions() *Sessions {
	return &Sessions{all: make(map[[sha256.Size]byte]*session), refused: make(map[Refusal]int)}
}

// Open opens a session and returns the path of its first page. Its name is made of
// 128 random bits or more.
func (s *Sessions) Open() (path string, until time.Time) {
	name := rand.Text()
	until = time.Now().Add(sessionTime)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(time.Now())
	s.all[sha256.Sum256([]byte(name))] = &session{until: until}
	return sessionPath + name + "/", until
}

// Refused counts what was refused.
func (s *Sessions) Refused() map[Refusal]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.refused)
}

// refuse counts a refusal and returns how many of its kind there were.
func (s *Sessions) refuse(why Refusal) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused[why]++
	return s.refused[why]
}

// find returns the session of a name, nil if there is none or it has ended.
func (s *Sessions) find(name string) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.all[sha256.Sum256([]byte(name))]
	if found == nil || !time.Now().Before(found.until) {
		return nil
	}
	return found
}

// sweep lets go of what has ended, and of the oldest if there are too many.
func (s *Sessions) sweep(now time.Time) {
	maps.DeleteFunc(s.all, func(_ [sha256.Size]byte, one *session) bool { return !now.Before(one.until) })
	for len(s.all) >= maxSessions {
		oldest := slices.MinFunc(slices.Collect(maps.Keys(s.all)), func(a, b [sha256.Size]byte) int {
			return s.all[a].until.Compare(s.all[b].until)
		})
		delete(s.all, oldest)
	}
}

// newToken makes a token for the forms of one page.
func (s *session) newToken() string {
	token := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.tokens) >= maxTokens {
		s.tokens = slices.Delete(s.tokens, 0, 1)
	}
	s.tokens = append(s.tokens, token)
	return token
}

// useToken says whether a token is good, and spends it.
func (s *session) useToken(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := slices.Index(s.tokens, token)
	if at < 0 {
		return false
	}
	s.tokens = slices.Delete(s.tokens, at, at+1)
	return true
}
