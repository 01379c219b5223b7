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

// A server that gives a mail the last UID there is (RFC 3501, section 9, nz-number) is
// not asked again and again: behind it no other can come.
func TestLastUID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		var servers sync.WaitGroup
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		idle.Run(ctx, idle.Config{
			Open: func(_ context.Context, news *imapclient.UnilateralDataHandler) (*imapclient.Client, error) {
				near, far := net.Pipe()
				servers.Go(func() {
					defer far.Close()
					lastOnly(far, func() {
						if asked++; asked == 1000 {
							cancel()
						}
					})
				})
				client := imapclient.New(near, &imapclient.Options{UnilateralDataHandler: news})
				return client, client.WaitGreeting()
			},
		})
		servers.Wait()
		if asked == 0 || asked >= 1000 {
			t.Errorf("the mail of the last UID was asked for %d times within an hour", asked)
		}
	})
}

// lastOnly is a server with that one mail, and calls asked whenever it is asked for.
func lastOnly(c net.Conn, asked func()) {
	in := bufio.NewReader(c)
	fmt.Fprint(c, "* PREAUTH [CAPABILITY IMAP4rev1 IDLE] ready\r\n")
	idling := ""
	for {
		text, err := in.ReadString('\n')
		if err != nil {
			return
		}
		tag, command, _ := strings.Cut(strings.TrimSpace(text), " ")
		switch name, _, _ := strings.Cut(command, " "); {
		case tag == "DONE":
			tag = idling
		case name == "IDLE":
			idling = tag
			fmt.Fprint(c, "+ idling\r\n")
			continue
		case name == "EXAMINE":
			fmt.Fprint(c, "* FLAGS ()\r\n* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 4294967295] x\r\n")
		case name == "UID":
			asked()
			body := ""
			if strings.Contains(command, "BODY") {
				body = " BODY[] {3}\r\nabc"
			}
			fmt.Fprintf(c, "* 1 FETCH (UID 4294967295 RFC822.SIZE 3%s)\r\n", body)
		}
		fmt.Fprintf(c, "%s OK done\r\n", tag)
	}
}
