package idle_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A server that gives a mail the last UID there is (RFC 3501, section 9, nz-number) is
// not asked again and again: behind it no other can come.
func TestLastUID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		ctx, cancel := within(t, time.Hour)
		defer cancel()
		server := still{caps: "IDLE", mails: 1, next: 4294967295, heard: func(command string) string {
			if !strings.HasPrefix(command, "UID ") {
				return ""
			}
			if asked++; asked == 1000 {
				cancel()
			}
			body := ""
			if strings.Contains(command, "BODY") {
				body = " BODY[] {3}\r\nabc"
			}
			return fmt.Sprintf("* 1 FETCH (UID 4294967295 RFC822.SIZE 3%s)\r\n", body)
		}}
		server.watch(ctx)
		if asked == 0 || asked >= 1000 {
			t.Errorf("the mail of the last UID was asked for %d times within an hour", asked)
		}
	})
}
