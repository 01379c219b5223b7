package idle_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/unseen-mail/unseen/internal/idle"
)

// waits are how long a watcher waits from one try to the next, each without what it adds
// so that many do not come together.
func waits(t *testing.T, n int, fail error, nudge <-chan struct{}) []time.Duration {
	t.Helper()
	var tried []time.Time
	ctx, cancel := context.WithCancel(t.Context())
	idle.Run(ctx, idle.Config{
		Nudge: nudge,
		Open: func(context.Context, *imapclient.UnilateralDataHandler) (*imapclient.Client, error) {
			if tried = append(tried, time.Now()); len(tried) == n {
				cancel()
			}
			return nil, fail
		},
	})
	var list []time.Duration
	for i := range tried[1:] {
		list = append(list, tried[i+1].Sub(tried[i]))
	}
	return list
}

// A server that is not there is tried soon, and then more and more rarely; a login that
// is refused is never tried soon.
func TestBackOff(t *testing.T) {
	for name, c := range map[string]struct {
		err   error
		first time.Duration
	}{
		"lost":    {io.ErrUnexpectedEOF, 5 * time.Second},
		"refused": {fmt.Errorf("logging in: %w", idle.ErrLogin), 5 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				want := c.first
				for i, got := range waits(t, 12, c.err, nil) {
					if got < want || got > want+want/4+time.Second {
						t.Errorf("wait %d is %v, not %v", i, got, want)
					}
					want = min(2*want, 15*time.Minute)
				}
			})
		})
	}
}

// A machine that wakes does not wait.
func TestNudge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nudge := make(chan struct{}, 1)
		nudge <- struct{}{}
		list := waits(t, 3, io.ErrUnexpectedEOF, nudge)
		if list[0] != 0 || list[1] < 5*time.Second {
			t.Errorf("waited %v", list)
		}
	})
}

// What it does is told, with what stood in the way.
func TestTell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var phases []idle.Phase
		idle.Run(ctx, idle.Config{
			Open: func(context.Context, *imapclient.UnilateralDataHandler) (*imapclient.Client, error) {
				return nil, idle.ErrLogin
			},
			Tell: func(s idle.State) {
				phases = append(phases, s.Phase)
				if s.Phase == idle.Refused {
					if !errors.Is(s.Err, idle.ErrLogin) || time.Until(s.Until) < 5*time.Minute {
						t.Errorf("told %+v", s)
					}
					cancel()
				}
			},
		})
		if !slices.Equal(phases, []idle.Phase{idle.Connecting, idle.Refused}) {
			t.Errorf("told %v", phases)
		}
	})
}

// gathered is what a watcher was given.
type gathered struct {
	mu    sync.Mutex
	mails []string
	at    []idle.Position
	state idle.State
}

func (g *gathered) config() idle.Config {
	return idle.Config{
		Soon: 50 * time.Millisecond,
		Mail: func(_ context.Context, m idle.Mail) error {
			text, err := io.ReadAll(m.Body)
			_, subject, _ := strings.Cut(string(text), "Subject: ")
			subject, _, _ = strings.Cut(subject, "\r\n")
			g.mu.Lock()
			defer g.mu.Unlock()
			g.mails = append(g.mails, subject)
			return err
		},
		Reached: func(_ context.Context, p idle.Position) {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.at = append(g.at, p)
		},
		Tell: func(s idle.State) {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.state = s
		},
	}
}

func (g *gathered) got() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.mails)
}

func (g *gathered) last() idle.Position {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.at) == 0 {
		return idle.Position{}
	}
	return g.at[len(g.at)-1]
}

func (g *gathered) phase() idle.Phase {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.state.Phase
}

func Example() {
	ctx, cancel := context.WithCancel(context.Background())
	idle.Run(ctx, idle.Config{
		Open: func(context.Context, *imapclient.UnilateralDataHandler) (*imapclient.Client, error) {
			return nil, errors.New("the server is away")
		},
		Tell: func(s idle.State) {
			if s.Phase == idle.Waiting {
				fmt.Println(s.Err)
				cancel()
			}
		},
	})
	// Output: the server is away
}
