package command

import (
	"context"
	"errors"
	"time"

	"github.com/unseen-mail/unseen/internal/account"
	"github.com/unseen-mail/unseen/internal/keyring"
	"github.com/unseen-mail/unseen/internal/words"
)

// keyringTime is how long a keyring may wait for its owner to open it.
const keyringTime = time.Minute

// accountPassword keeps a password in the system's keyring, or forgets it.
type accountPassword struct {
	Address string `arg:"" help:"${help_address}" predictor:"account"`
	What    string `arg:"" enum:"keep,forget,status" help:"${help_password_what}"`
}

// Run asks for the password and keeps it, forgets it, or says whether it is kept.
func (c *accountPassword) Run(ctx context.Context, s *session) error {
	address, err := account.ParseAddress(c.Address)
	if err != nil {
		return misuse(s, words.BadAddress, words.BadAddressHint, "address", c.Address)
	}
	ring, cancel := context.WithTimeout(ctx, keyringTime)
	defer cancel()
	switch c.What {
	case "keep":
		password, err := s.password(ctx, s.words.Say(words.AskPassword, "address", address))
		if err == nil {
			err = s.ringed(keyring.Keep(ring, keyring.Password, address, password))
		}
		if err != nil {
			return err
		}
		s.say(words.PasswordKept, "address", address)
	case "forget":
		if err := s.ringed(keyring.Drop(ring, keyring.Password, address)); err != nil {
			return err
		}
		s.say(words.PasswordForgotten, "address", address)
	default:
		_, err := keyring.Get(ring, keyring.Password, address)
		if errors.Is(err, keyring.ErrNotKept) {
			s.say(words.PasswordNotKept, "address", address)
			return nil
		}
		if err := s.ringed(err); err != nil {
			return err
		}
		s.say(words.PasswordIsKept, "address", address)
	}
	return nil
}

// ringed says in plain words what a keyring said.
func (s *session) ringed(err error) error {
	switch {
	case errors.Is(err, keyring.ErrNone):
		return s.fault(err, words.NoKeyring, words.NoKeyringHint)
	case errors.Is(err, context.DeadlineExceeded):
		return s.fault(err, words.KeyringShut, words.KeyringShutHint)
	}
	return err
}

// passwordOf is the password of an account: what the command in config.toml prints, else
// the one in the keyring, else what is typed. A keyring that is not there, or stays shut, is as good as an empty one. Where
// Unseen itself logs in there is none, and it is empty.
func (s *session) passwordOf(ctx context.Context, address string) (string, error) {
	book, err := s.logins()
	if err != nil {
		return "", err
	}
	if _, ok := book.Kept(address); ok {
		return "", nil
	}
	ring, cancel := context.WithTimeout(ctx, keyringTime)
	defer cancel()
	_, settings, err := s.paths()
	if err != nil {
		return "", err
	}
	if line := settings.Command(address); line != "" {
		kept, err := keyring.Command(ring, line)
		if err != nil {
			return "", s.fault(err, words.NoCommandPassword, words.NoCommandPasswordHint, "address", address)
		}
		return kept, nil
	}
	if kept, err := keyring.Get(ring, keyring.Password, address); err == nil {
		return kept, nil
	}
	return s.password(ctx, s.words.Say(words.AskPassword, "address", address))
}
