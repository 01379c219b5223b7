package daemon

import (
	"context"

	"github.com/unseen-mail/unseen/internal/keyring"
)

// passwordOf is the password that the reader keeps of an account: what their command in
// config.toml prints, else what the system's keyring holds. A command that fails is not
// gone round.
func (d *Daemon) passwordOf(ctx context.Context, address string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, ringTime)
	defer cancel()
	if line := d.policy.passwordCommand(address); line != "" {
		return keyring.Command(ctx, line)
	}
	return d.ring().Get(ctx, keyring.Password, address)
}

// passwordCommand is the command that config.toml names for an account, "" for none.
func (p *policy) passwordCommand(address string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.settings.Command(address)
}
