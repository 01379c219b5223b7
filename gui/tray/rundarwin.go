//go:build darwin

package tray

import "context"

// Run has no icon to show: on macOS one needs Apple's own libraries, through C, and
// there is no session bus. The pages of "unseen open" are what it points to.
func Run(context.Context, Config) error { return ErrNoBus }
