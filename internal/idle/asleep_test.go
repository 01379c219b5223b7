package idle_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/unseen-mail/unseen/internal/idle"
)

// serve speaks IMAP as far as a watcher needs it, to a mailbox where nothing happens, and
// calls heard with each command.
func serve(c net.Conn, caps string, heard func(command string)) {
	in := bufio.NewReader(c)
	fmt.Fprintf(c, "* PREAUTH [CAPABILITY IMAP4rev1 %s] ready\r\n", caps)
	idling := ""
	for {
		text, err := in.ReadString('\n')
		if err != nil {
			return
		}
		tag, command, _ := strings.Cut(strings.TrimSpace(text), " ")
		name, _, _ := strings.Cut(command, " ")
		heard(name)
		switch {
		case tag == "DONE":
			fmt.Fprintf(c, "%s OK done\r\n", idling)
			continue
		case name == "IDLE":
			idling = tag
			fmt.Fprint(c, "+ idling\r\n")
			continue
		case name == "EXAMINE":
			fmt.Fprint(c, "* FLAGS ()\r\n* 0 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 1] x\r\n")
		}
		fmt.Fprintf(c, "%s OK done\r\n", tag)
	}
}

// asleep runs a watcher for some hours on a server where nothing happens, and returns when
// it sent which command.
func asleep(t *testing.T, caps, command string, hours int) []time.Duration {
	t.Helper()
	begun := time.Now()
	var at []time.Duration
	var servers sync.WaitGroup
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(hours)*time.Hour)
	defer cancel()
	idle.Run(ctx, idle.Config{
		Open: func(_ context.Context, news *imapclient.UnilateralDataHandler) (*imapclient.Client, error) {
			near, far := net.Pipe()
			servers.Go(func() {
				defer far.Close()
				serve(far, caps, func(name string) {
					if name == command {
						at = append(at, time.Since(begun))
					}
				})
			})
			client := imapclient.New(near, &imapclient.Options{UnilateralDataHandler: news})
			return client, client.WaitGreeting()
		},
	})
	servers.Wait()
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
