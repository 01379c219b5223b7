package daemon_test

import (
	"net/http"
	"strings"
	"testing"
)

// An address that a browser reads and others do not hides nothing: its host is held as
// that of any other.
func TestWebOddAddresses(t *testing.T) {
	for name, at := range map[string]string{
		"an escape that is none":    "https://odd.tracker.example/o/%zz/0123456789abcdef0123456789abcdef.gif",
		"a blank in the user":       "https://a b@odd.tracker.example/o/0123456789abcdef0123456789abcdef.gif",
		"no slashes":                "https:odd.tracker.example/o/0123456789abcdef0123456789abcdef.gif",
		"slashes the other way":     `https:\\odd.tracker.example\o\0123456789abcdef0123456789abcdef.gif`,
		"a port with noughts":       "https://odd.tracker.example:00443/o/0123456789abcdef0123456789abcdef.gif",
		"an escape in the host":     "https://odd.tr%61cker.example/o/0123456789abcdef0123456789abcdef.gif",
		"letters of another height": "https://odd.tr\uff41cker.example/o/0123456789abcdef0123456789abcdef.gif",
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, mailFrom("shop.example", `<img src="`+at+`" width="1" height="1">`))
			h.start()
			h.fetch(h.connect(anywhere), "INBOX")
			_, p := h.webProgram(nil)
			if got, _ := connectBy(t, p.HTTP, "odd.tracker.example:443"); got != http.StatusForbidden {
				t.Errorf("%s is answered %d", strings.ToValidUTF8(at, "?"), got)
			}
		})
	}
}
