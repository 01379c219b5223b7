package idle_test

import (
	"testing"
	"testing/synctest"
	"time"
)

// asleep runs a watcher for some hours on a server where nothing happens, and returns when
// it sent which command.
func asleep(t *testing.T, caps, command string, hours int) []time.Duration {
	t.Helper()
	begun := time.Now()
	var at []time.Duration
	ctx, cancel := within(t, time.Duration(hours)*time.Hour)
	defer cancel()
	server := still{caps: caps, next: 1, heard: func(said string) string {
		if said == command {
			at = append(at, time.Since(begun))
		}
		return ""
	}}
	server.watch(ctx)
	return at
}

// IDLE is begun anew within 29 minutes (RFC 2177, section 3), and nothing else is said for
// hours. A server without it is asked every few minutes.
func TestAsleep(t *testing.T) {
	for name, c := range map[string]struct {
		caps, command string
		least, most   time.Duration
	}{
		"IDLE":    {"IDLE", "IDLE", 20 * time.Minute, 29 * time.Minute},
		"without": {"UIDPLUS", "NOOP", 4 * time.Minute, 6 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				at := asleep(t, c.caps, c.command, 5)
				if len(at) < 5 {
					t.Fatalf("%s was said %d times in five hours", c.command, len(at))
				}
				for i := range at[1:] {
					if wait := at[i+1] - at[i]; wait < c.least || wait > c.most {
						t.Errorf("%s after %v", c.command, wait)
					}
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		if n := len(asleep(t, "IDLE", "NOOP", 5)); n != 0 {
			t.Errorf("a server with IDLE was asked %d times besides", n)
		}
	})
}
