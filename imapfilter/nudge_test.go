package imapfilter

import (
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/unseen-mail/unseen/internal/lab"
)

// The network goes away without a word, while the mail program is in IDLE and
// nothing is under way: the connection is closed within ten seconds of the
// nudge. The test runs itself in a network of its own, which takes root.
func TestNetworkGone(t *testing.T) {
	if os.Getenv("UNSEEN_NETWORK_GONE") == "1" {
		networkGone(t)
		return
	}
	lab.Need(t, "unshare", "ip")
	cmd := exec.Command("unshare", "-n", os.Args[0], "-test.run", "^TestNetworkGone$", "-test.v")
	cmd.Env = append(os.Environ(), "UNSEEN_NETWORK_GONE=1")
	out, err := cmd.CombinedOutput()
	switch {
	case strings.Contains(string(out), "not permitted"):
		t.Skip("no network of its own without root")
	case err != nil || !strings.Contains(string(out), "closed after"):
		t.Errorf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

func networkGone(t *testing.T) {
	if out, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	up, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		if conn, err := up.Accept(); err == nil {
			io.WriteString(conn, "* OK hi\r\n")
			io.Copy(io.Discard, conn)
		}
	}()
	s, err := New(Config{Planner: newFakePlanner(), Upstream: Upstream{Host: "127.0.0.1", Port: up.Addr().(*net.TCPAddr).Port, Mode: ModePlain}})
	if err != nil {
		t.Fatal(err)
	}
	near, far := net.Pipe()
	go s.serve(context.Background(), far, ModePlain)
	client := newSide(t, "client", near)
	client.want("* OK hi\r\n")
	client.sayf("a IDLE")
	time.Sleep(100 * time.Millisecond)
	if out, err := exec.Command("ip", "link", "set", "lo", "down").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	start := time.Now()
	s.Nudge()
	near.SetReadDeadline(time.Now().Add(20 * time.Second))
	line, err := client.r.ReadString('\n')
	if took := time.Since(start); err != nil || !strings.HasPrefix(line, "* BYE [UNAVAILABLE]") || took > 10*time.Second {
		t.Fatalf("%q, %v after %v", line, err, took)
	}
	t.Logf("closed after %v", time.Since(start))
}
