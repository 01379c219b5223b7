package daemon_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// A port that another program had is answered once it is free, and that is said.
func TestPortComesFree(t *testing.T) {
	h := newHouse(t, mailFrom("shop.example", pixel))
	h.start()
	a := h.connect(anywhere)
	if err := h.daemon.Close(); err != nil {
		t.Fatal(err)
	}
	var squatters []net.Listener
	for _, port := range []int{a.Local.IMAP, a.Local.IMAPS} {
		ln, err := net.Listen("tcp4", portAddr(port))
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		squatters = append(squatters, ln)
	}
	h.start()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	st, err := h.client.Status(ctx)
	want := fmt.Sprintf("%s is not reached on ports %d and %d: another program listens there", reader, a.Local.IMAP, a.Local.IMAPS)
	if err != nil || len(st.Problems) != 1 || st.Problems[0] != want {
		t.Fatalf("problems %q, %v", st.Problems, err)
	}
	for _, ln := range squatters {
		ln.Close()
	}
	free := 0
	for e, err := range h.client.Follow(ctx, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == "port" && strings.HasSuffix(e.Reason, "came free, and is answered again") {
			if free++; free == 2 {
				break
			}
		}
	}
	if mails := h.fetch(a, "INBOX"); free != 2 || len(mails) != 1 {
		t.Errorf("%d ports came free; %d mails", free, len(mails))
	}
}
