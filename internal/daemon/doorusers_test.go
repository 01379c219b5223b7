//go:build linux

package daemon_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
)

// Another user of this machine, who may have taken the door's port while Unseen did not run
// and heard a token or a code there, gets no answer with it; nor can they use up the tries
// of a code.
func TestDoorOfAnotherUser(t *testing.T) {
	lab.NeedOtherUser(t)
	h := newHouse(t)
	h.start()
	code := h.code()
	port, _, _ := strings.Cut(code, "-")
	said := func(uid int, body string) string {
		t.Helper()
		c := lab.DialAs(t, uid, "127.0.0.1:"+port)
		if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		// They may be cut off while they write, and see that as they read.
		_, _ = fmt.Fprintf(c, "POST /pair HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nOrigin: %s\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s",
			port, addOnPages, len(body), body)
		all, _ := io.ReadAll(c)
		return string(all)
	}
	for range 6 {
		if got := said(65534, `{"code":"1-AAAA-AAAA-AAAA"}`); got != "" {
			t.Fatalf("another user is answered %q", got)
		}
	}
	if got := said(65534, `{"code":"`+code+`"}`); got != "" {
		t.Fatalf("another user is answered %q", got)
	}
	if got := said(0, `{"code":"`+code+`"}`); !strings.HasPrefix(got, fmt.Sprintf("HTTP/1.1 %d ", http.StatusOK)) {
		t.Errorf("we are answered %q", got)
	}
}
