package idle_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/unseen-mail/unseen/internal/idle"
)

// A still server speaks IMAP as far as a watcher needs it, about a mailbox where nothing
// happens.
type still struct {
	// caps are its abilities.
	caps string
	// mails are how many there are, next the UID of the one that would come.
	mails int
	next  uint32
	// heard is called with each command, and says what is told before it is done.
	heard func(command string) string
}

// serve answers one watcher.
func (s *still) serve(c net.Conn) {
	in := bufio.NewReader(c)
	fmt.Fprintf(c, "* PREAUTH [CAPABILITY IMAP4rev1 %s] ready\r\n", s.caps)
	idling := ""
	for {
		text, err := in.ReadString('\n')
		if err != nil {
			return
		}
		tag, command, _ := strings.Cut(strings.TrimSpace(text), " ")
		name, _, _ := strings.Cut(command, " ")
		told := s.heard(command)
		switch {
		case tag == "DONE":
			tag = idling
		case name == "IDLE":
			idling = tag
			fmt.Fprint(c, "+ idling\r\n")
			continue
		case name == "EXAMINE":
			told = fmt.Sprintf("* FLAGS ()\r\n* %d EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT %d] x\r\n", s.mails, s.next)
		}
		fmt.Fprintf(c, "%s%s OK done\r\n", told, tag)
	}
}

// watch runs a watcher on the server until ctx ends.
func (s *still) watch(ctx context.Context) {
	var servers sync.WaitGroup
	defer servers.Wait()
	idle.Run(ctx, idle.Config{
		Open: func(_ context.Context, news *imapclient.UnilateralDataHandler) (*imapclient.Client, error) {
			near, far := net.Pipe()
			servers.Go(func() {
				defer far.Close()
				s.serve(far)
			})
			client := imapclient.New(near, &imapclient.Options{UnilateralDataHandler: news})
			return client, client.WaitGreeting()
		},
	})
}

// within is a context of so long.
func within(t *testing.T, d time.Duration) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithTimeout(t.Context(), d)
}
