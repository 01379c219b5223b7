package command

import (
	"context"
	"errors"
	"time"

	"github.com/unseen-mail/unseen/internal/account"
	"github.com/unseen-mail/unseen/internal/login"
	"github.com/unseen-mail/unseen/internal/oauth"
	"github.com/unseen-mail/unseen/internal/source"
	"github.com/unseen-mail/unseen/internal/words"
)

// accountLogout gives a login of Unseen's own up.
type accountLogout struct {
	Address string `arg:"" help:"${help_address}"`
}

// Run gives it up at the provider and forgets it here.
func (c *accountLogout) Run(ctx context.Context, s *session) error {
	address, err := account.ParseAddress(c.Address)
	if err != nil {
		return misuse(s, words.BadAddress, words.BadAddressHint, "address", c.Address)
	}
	book, err := s.logins()
	if err != nil {
		return err
	}
	return s.logOut(ctx, book, address)
}

// logOut gives a login up, and says what came of it.
func (s *session) logOut(ctx context.Context, book *login.Book, address string) error {
	ring, cancel := context.WithTimeout(ctx, keyringTime+30*time.Second)
	defer cancel()
	switch err := book.Forget(ring, address); {
	case err == nil:
		s.say(words.LogoutDone, "address", address)
	case errors.Is(err, login.ErrNotKept):
		return s.fault(err, words.NoLogin, words.NoLoginHint, "address", address)
	case errors.Is(err, oauth.ErrNone):
		s.say(words.LogoutAlone, "address", address)
	default:
		return s.fault(err, words.LogoutUntold, words.LogoutUntoldHint, "address", address, "what", words.Plain(oneCause(err)))
	}
	return nil
}

// logins is the book of the logins that Unseen itself makes.
func (s *session) logins() (*login.Book, error) {
	paths, settings, err := s.paths()
	if err != nil {
		return nil, err
	}
	return login.Open(paths.Data, login.System(), webClient(settings)), nil
}

// mailToken returns an access token for a mailbox that Unseen has a login of: one of this
// address, at a server that the login is for. "" says that there is none.
func (s *session) mailToken(ctx context.Context, book *login.Book, box source.Mailbox) (string, error) {
	for _, address := range book.Addresses() {
		kept, ok := book.Kept(address)
		if !ok || kept.Host != box.Host || kept.User != box.User && address != box.User {
			continue
		}
		token, err := book.Access(ctx, address)
		return token, s.renewed(err, address)
	}
	return "", nil
}

// renewed says in plain words why a login could not be renewed.
func (s *session) renewed(err error, address string) error {
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, oauth.ErrGone), errors.Is(err, login.ErrNotKept):
		return s.fault(err, words.LoginGone, words.NoLoginHint, "address", address)
	case errors.Is(err, context.DeadlineExceeded):
		return s.ringed(err)
	}
	return s.fault(err, words.LoginOther, words.LoginAgainHint, "host", address, "what", words.Plain(oneCause(err)))
}
