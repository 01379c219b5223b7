package public_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/unseen-mail/unseen/internal/public"
)

// What is special, private or of this machine is not the public internet, however it is
// written.
func TestAddress(t *testing.T) {
	for address, want := range map[string]bool{
		"9.9.9.9": true, "2620:fe::fe": true, "::ffff:9.9.9.9": true,
		"127.0.0.1": false, "::1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.1.1": false, "100.64.0.1": false,
		"0.0.0.0": false, "::": false, "fe80::1": false, "fe80::1%eth0": false, "fd00::1": false, "224.0.0.1": false, "ff02::1": false,
		"255.255.255.255": false, "192.0.2.1": false, "198.18.0.1": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false,
		"64:ff9b::7f00:1": false, "2002:7f00:1::": false, "2001:db8::1": false, "2001::1": false,
	} {
		if public.Address(netip.MustParseAddr(address)) != want {
			t.Errorf("%s: not %v", address, want)
		}
	}
}

// A name that leads inside is not connected to: the address counts.
func TestTransport(t *testing.T) {
	asked := false
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer s.Close()
	client := &http.Client{Transport: public.Transport()}
	if _, err := client.Get(s.URL); !errors.Is(err, public.ErrPrivate) || asked {
		t.Errorf("says %v", err)
	}
}

func Example() {
	fmt.Println(public.Address(netip.MustParseAddr("192.168.1.1")))
	// Output: false
}
