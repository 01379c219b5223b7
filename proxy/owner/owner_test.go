package owner

import (
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"testing"
)

// dialled returns both ends of a connection.
func dialled(t *testing.T, address string) (here, there net.Conn) {
	t.Helper()
	ln, err := net.Listen("tcp", address)
	if err != nil {
		t.Skip(err) // no IPv6 here
	}
	defer ln.Close()
	there, err = net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	here, err = ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { here.Close(); there.Close() })
	return here, there
}

func TestOwn(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("this system does not tell")
	}
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		here, _ := dialled(t, address)
		if uid, ok := uidOf(here); !ok || uid != os.Getuid() {
			t.Errorf("%s: user %d, %v", address, uid, ok)
		}
		if Foreign(here) {
			t.Errorf("%s: our own connection is another user's", address)
		}
	}
}

// Who closes their end at once, in the hope that what they said is done for somebody
// whom the system does not name any more, is turned away too.
func TestGone(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("this system does not tell")
	}
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		here, there := dialled(t, address)
		if _, err := there.Write([]byte("\x05\x01\x00")); err != nil {
			t.Fatal(err)
		}
		there.Close()
		if !Foreign(here) {
			uid, ok := uidOf(here)
			t.Errorf("%s: it is taken for user %d, %v", address, uid, ok)
		}
	}
}

func TestParse(t *testing.T) {
	for in, want := range map[string]string{
		"0100007F:1F90":                         "127.0.0.1:8080",
		"00000000000000000000000001000000:0050": "[::1]:80",
		"0000000000000000FFFF00000100007F:0050": "127.0.0.1:80",
		"":                                      "invalid AddrPort",
		"0100007F":                              "invalid AddrPort",
		"01:0050":                               "invalid AddrPort",
		"zz00007F:0050":                         "invalid AddrPort",
		"0100007F:10000":                        "invalid AddrPort",
	} {
		if got := parse(in); got.String() != want {
			t.Errorf("%q is %s, want %s", in, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("0100007F:1F90")
	f.Add(strings.Repeat("0", 32) + ":0050")
	f.Fuzz(func(t *testing.T, s string) {
		if got := parse(s); got != (netip.AddrPort{}) && !got.IsValid() {
			t.Errorf("%q is %v", s, got)
		}
	})
}

func ExampleForeign() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return
	}
	defer ln.Close()
	go func() {
		if c, err := net.Dial("tcp", ln.Addr().String()); err == nil {
			defer c.Close()
		}
	}()
	c, err := ln.Accept()
	if err != nil {
		return
	}
	defer c.Close()
	if Foreign(c) {
		return // another user's program gets nothing
	}
}
