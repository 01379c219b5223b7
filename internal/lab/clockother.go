//go:build !linux || !amd64

package lab

import (
	"testing"
	"time"
)

// A Clock is the clock of this process alone; there is none here.
type Clock struct{}

// OwnClock gives this process a clock of its own, which is not known how to here.
func OwnClock(t testing.TB) *Clock {
	t.Helper()
	Missing(t, "a clock of its own: known on Linux and amd64 alone")
	return nil
}

// Set sets the clock ahead of the right time.
func (c *Clock) Set(time.Duration) {}
